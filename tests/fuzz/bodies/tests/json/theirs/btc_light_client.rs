#[path = "../../../../../../packages/api/src/btc_light_client/execute.rs"]
mod execute;
#[path = "../../../../../../packages/api/src/btc_light_client/query.rs"]
mod query;

pub use super::bsn::Network;
pub use execute::*;
pub use query::*;
