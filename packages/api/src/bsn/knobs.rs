//! The knobs of finality, listed once: every struct and reader that has them is made from the list. (The answer to `config{}` is
//! written by hand; the compiler says when one is missing.)

use crate::read::{Fields, Unreadable};

/// Hands the list of all knobs, with what each is and its type, to the macro `$then`, and after it whatever follows.
#[macro_export]
macro_rules! for_each_knob {
    ($then:ident $($rest:tt)*) => {
        $then! {
            {
                /// The height from which votes are taken.
                finality_activation_height: u64,
                /// How many finality providers vote at a height, at most.
                max_active_finality_providers: u32,
                /// How many heights a commitment must cover, at least.
                min_pub_rand: u64,
                /// How far ahead of the current height a commitment may start.
                max_pub_rand_commit_offset: u64,
                /// Every how many blocks rewards are shared out.
                reward_interval: u64,
                /// Over how many heights misses are counted.
                missed_blocks_window: u64,
                /// How many percent of that window must be signed.
                min_signed_percent: u64,
                /// How long a jail term is, in seconds.
                jail_duration: u64,
                /// How many percent of the power may go to jail within one such window.
                max_jailed_percent: u64,
                /// How many blocks after its quorum a height still takes votes.
                vote_window: u64,
                /// How many blocks settled votes are kept, and commitments to randomness that are spent.
                vote_retention: u64,
                /// How long blocks are kept, in seconds, and the power history, evidence that Babylon took, and delegations
                /// that ended.
                anchor_retention_s: u64,
                /// How many heights may wait for quorum; later ones take no votes.
                max_backlog: u64,
                /// How old, in blocks, a height without quorum must be before finality may be resumed.
                resume_delay: u64,
                /// How long a rebind waits, in seconds.
                rebind_delay: u64,
                /// How long orphaned finality providers keep their power, in seconds.
                orphan_grace: u64,
                /// How many finality providers one transfer of rewards names, at most.
                reward_group: u32,
                /// How many percent of the ranked stake must have timestamped randomness for a height to have an active
                /// set.
                min_active_percent: u64,
            }
            $($rest)*
        }
    };
}

/// Declares a struct with the knobs among its fields, on one level of the JSON. They are written out rather than
/// flattened: flattening costs a contract tens of kilobytes of code.
macro_rules! with_knobs {
    ($($item:tt)*) => {
        $crate::for_each_knob! { declare_with_knobs $($item)* }
    };
}
pub(crate) use with_knobs;

macro_rules! declare_with_knobs {
    (
        { $($(#[$about:meta])* $knob:ident: $kind:ty,)* }
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $ty:ty,)* }
    ) => {
        #[derive(
            Debug, Clone, PartialEq, Eq, serde::Serialize, read_derive::Deserialize, cosmwasm_schema::schemars::JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        #[schemars(crate = "cosmwasm_schema::schemars")]
        $(#[$meta])*
        pub struct $name {
            $($(#[$doc])* pub $field: $ty,)*
            $($(#[$about])* pub $knob: Option<$kind>,)*
        }

        impl $crate::read::Read for $name {
            fn read(json: $crate::read::Json) -> Result<Self, $crate::read::Unreadable> {
                let mut fields = $crate::read::Fields::of(json)?;
                let knobs = $crate::bsn::Knobs::take(&mut fields)?;
                Ok(Self { $($field: fields.take(stringify!($field))?,)* $($knob: knobs.$knob,)* })
            }
        }

        impl $name {
            /// The knobs alone.
            pub fn knobs(&self) -> $crate::bsn::Knobs {
                $crate::bsn::Knobs { $($knob: self.$knob,)* }
            }
        }
    };
}
pub(crate) use declare_with_knobs;

with_knobs! {
    /// The knobs of finality, each with a minimum and a maximum; absent ones stay as they are, or at
    /// their defaults (RULINGS.md, "Instantiation").
    #[derive(Default)]
    pub struct Knobs {}
}

macro_rules! take_each {
    ({ $($(#[$about:meta])* $knob:ident: $kind:ty,)* } $fields:ident) => {
        Ok(Self { $($knob: $fields.take(stringify!($knob))?,)* })
    };
}

impl Knobs {
    /// Out of the fields that they stand among: once for all messages.
    pub(crate) fn take(fields: &mut Fields) -> Result<Self, Unreadable> {
        for_each_knob! { take_each fields }
    }
}
