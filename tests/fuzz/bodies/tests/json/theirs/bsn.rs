#[path = "../../../../../../packages/api/src/bsn/execute.rs"]
#[allow(dead_code)]
mod execute;
#[path = "../../../../../../packages/api/src/bsn/response/finality.rs"]
#[allow(dead_code)]
mod finality;
#[path = "../../../../../../packages/api/src/bsn/response/health.rs"]
mod health;
#[path = "../../../../../../packages/api/src/bsn/instantiate.rs"]
mod instantiate;
#[path = "../../../../../../packages/api/src/bsn/query.rs"]
mod query;
#[path = "../../../../../../packages/api/src/bsn/response/staking.rs"]
#[allow(dead_code)]
mod staking;
#[path = "../../../../../../packages/api/src/bsn/response/status.rs"]
#[allow(dead_code)]
mod status;
#[path = "../../../../../../packages/api/src/bsn/sudo.rs"]
mod sudo;

pub use api::bsn::{Network, StakeSource};
pub use execute::*;
pub use finality::*;
pub use health::*;
pub use instantiate::*;
pub use query::*;
pub use staking::*;
pub use status::*;
pub use sudo::*;

mod knobs {
    macro_rules! with_knobs {
        ($($item:tt)*) => {
            api::primitives::for_each_knob! { declare_with_knobs $($item)* }
        };
    }
    pub(crate) use with_knobs;

    macro_rules! declare_with_knobs {
        (
            { $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* }
            $(#[$meta:meta])*
            pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $ty:ty,)* }
        ) => {
            crate::wire! {
                $(#[$meta])*
                pub struct $name {
                    $($(#[$doc])* pub $field: $ty,)*
                    $($(#[$about])* pub $knob: Option<$wire>,)*
                }
            }
        };
    }
    pub(crate) use declare_with_knobs;
}
