//! What other programs say to the contracts, and what they hear back.
//!
//! # The idea
//!
//! One place for every message, response and event name, so that a dApp, a relayer or a test writes the
//! same words as the contract. The JSON is the incumbent's where the daemons, the chain module and the
//! scripts depend on it (PROTOCOL.md, "The block hooks", "The daemon's messages", "The daemon's queries" and
//! "Messages of the incumbent"), byte for byte, and ours elsewhere.
//!
//! # The danger
//!
//! * The names are not ours to improve: `finalised` (a query's field) beside `finalized` (a block's),
//!   `delegations_by_f_p`, bytes as arrays of numbers in answers but as base64 in messages.
//! * Go clients send fields that we do not know. They are ignored, except for the few values that [`read`] cannot
//!   hold: no type here denies unknown fields.
//! * The daemon takes any answer to `last_pub_rand_commit` that contains the letters `null` for none.
//!
//! # Synopsis
//!
//! ```
//! use bsn_api::bsn::{AtHeight, QueryMsg};
//!
//! let asked = QueryMsg::FinalityStatus(AtHeight { height: 100 });
//! assert_eq!(cosmwasm_std::to_json_string(&asked)?, r#"{"finality_status":{"height":100}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]
// The derive of JsonSchema names floats.
#![allow(clippy::disallowed_types)]

pub mod ask;
pub mod bsn;
pub mod btc_light_client;
pub mod btc_staking;
pub mod contract_info;
mod deployment;
pub mod read;
pub mod write;

pub use deployment::{BabylonSide, DeployedContract, Deployment};
// Whose types stand in the signatures of this crate.
pub use primitives;

/// Derives what every type on the wire has, `Deserialize` by way of [`read`]; unknown fields are ignored.
macro_rules! wire {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, read_derive::Read, read_derive::Deserialize, cosmwasm_schema::schemars::JsonSchema)]
            #[serde(rename_all = "snake_case")]
            #[schemars(crate = "cosmwasm_schema::schemars")]
            $item
        )*
    };
}
pub(crate) use wire;

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
