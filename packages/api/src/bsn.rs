//! The contract `bsn`.

mod config;
pub mod event;
mod execute;
mod instantiate;
mod knobs;
mod query;
pub mod raw;
mod response;
mod sudo;

pub use config::{Network, StakeSource};
pub use execute::{
    BootstrapCommitment, ExecuteMsg, FOLLOW_BITCOIN, InjectedItem, MerkleProof, MerkleRangeProof, RangeVote,
    UpdateConfig, Vote, VoteAt,
};
pub use instantiate::{InstantiateMsg, LegacyFinalityMsg, LegacyStakingMsg, MigrateMsg, VerifiedStake};
pub use knobs::Knobs;
pub use query::{AtEpoch, AtHeight, ByKey, Empty, KeyAtHeight, NumberedPage, Page, QueryMsg};
pub use response::*;
pub use sudo::SudoMsg;
