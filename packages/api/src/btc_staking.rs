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

pub use execute::{Ancestry, ExecuteMsg, InclusionProof, SpendProof, StakeId, StakeItem};
pub use instantiate::{Family, FamilyParams, InstantiateMsg, MigrateMsg, ParamsVersion};
pub use outcome::{Outcome, OutcomesMsg, Verdict, Verdicts};
pub use query::QueryMsg;
pub use response::{
    AdaptorAnswer, ConfigResponse, ItemResponse, ItemsResponse, ParamsResponse, SlashingDataResponse,
    SlashingTx, StandingAnswer, TrustResponse,
};

pub use crate::bsn::Network;
