//! What is said to the contract that checks delegations against Bitcoin, what it answers, and what it says to `bsn`.
//!
//! Txids and hashes of blocks are hexadecimal in display (reversed) order, keys hexadecimal as they are, transactions and
//! headers their bytes. A Merkle branch is 32 bytes a level, the lowest first, in Bitcoin's internal order.
//!
//! ```
//! use bsn_api::btc_staking::{ExecuteMsg, QueryMsg};
//! use cosmwasm_std::{from_json, to_json_string};
//!
//! let message = from_json(r#"{"follow":{}}"#)?;
//! assert!(matches!(message, ExecuteMsg::Follow {}));
//! assert_eq!(to_json_string(&QueryMsg::Trust {})?, r#"{"trust":{}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

mod execute;
mod instantiate;
mod outcome;
mod query;
mod response;

pub use execute::{
    Ancestry, ExecuteMsg, InclusionProof, RewardShare, SelfStakeProof, SpendProof, StakeId, StakeItem,
    SubmittedDelegation,
};
pub use instantiate::{Family, FamilyParams, InstantiateMsg, MigrateMsg, ParamsVersion, SelfStakeTerms};
pub use outcome::{OutcomesMsg, Verdict, Verdicts};
pub use query::QueryMsg;
pub use response::{
    AdaptorAnswer, ConfigResponse, EarnsAnswer, FpRewardsResponse, ItemResponse, ItemsResponse,
    ParamsResponse, PayoutResponse, RewardsPage, RewardsResponse, SlashingDataResponse, SlashingTx,
    StandingAnswer, TrustResponse,
};

/// Where, in the contract's storage, three numbers lie (postcard): how many stakes wait for their proof, since when (seconds since
/// 1970), and of how many `bsn` has not taken what became of them. Absent before the first item.
pub const TOTALS_KEY: &[u8] = b"t";
/// Where the slashing rate of the last version of Babylon's family lies, as decimal text.
pub const RATE_KEY: &[u8] = b"rate";
/// Where the shortest unbonding time of all parameters lies, in blocks of Bitcoin, two bytes big endian; a finality provider's own stake
/// has its exit time in that place.
pub const UNBONDING_KEY: &[u8] = b"unbonding";

pub use crate::bsn::Network;
