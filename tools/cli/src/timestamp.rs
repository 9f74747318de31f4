//! Timestamps that a chain without Babylon writes into Bitcoin itself: made for a wallet to sign, then proven to `btc-staking`.
//!
//! # The idea
//!
//! An `OP_RETURN` output names the chain, a height, and the application hash in that height's header
//! ([`OwnTimestamp`](timestamping::OwnTimestamp)). Once its block is k deep, whoever likes shows it to `btc-staking`, and `bsn` moves
//! its timestamped height. New randomness counts from there on.
//!
//! # The danger
//!
//! The fee in Bitcoin is paid before anybody has checked anything. So what is written is what the contract keeps of that height, and a
//! height that is timestamped already is refused.

pub mod make;
pub mod prove;

use api::bsn::HealthResponse;
use bsn_rpc::Client;
use primitives::Txid;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;

/// Why there is no timestamp, or no proof of one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimestampError {
    /// Nobody voted enough yet.
    #[error("no block is final yet: name a height by --height")]
    NoFinalBlock,
    /// The contract has no such block.
    #[error("the contract has not seen block {0}, or has forgotten it")]
    NoBlock(u64),
    /// It moves nothing.
    #[error("height {height} is not above {timestamped}, which is timestamped already")]
    Old {
        /// The height.
        height: u64,
        /// What the contract has.
        timestamped: u64,
    },
    /// Bitcoin has no such transaction.
    #[error("Bitcoin, as it is asked, knows no transaction {0}")]
    Unknown(Txid),
    /// It says nothing of this chain.
    #[error("the transaction {0} has no timestamp of this chain")]
    NoTimestamp(Txid),
    /// It says what the contract did not see.
    #[error(
        "the transaction {txid} says that block {height} has the application hash {said}, and the contract saw {seen}"
    )]
    OtherHash {
        /// The transaction.
        txid: Txid,
        /// The height.
        height: u64,
        /// What the timestamp says.
        said: String,
        /// What the contract keeps.
        seen: String,
    },
    /// The light client has forgotten that block's header.
    #[error(
        "block {height} of Bitcoin is below {lowest}, the lowest header that the light client keeps: write another timestamp"
    )]
    Forgotten {
        /// The height of the transaction's block.
        height: u32,
        /// The lowest one that is kept.
        lowest: u32,
    },
    /// The source and the light client are on different branches.
    #[error("Bitcoin, as it is asked, has block {height} as {theirs}, and the light client as {ours}")]
    OtherBlock {
        /// The height.
        height: u32,
        /// The source's hash.
        theirs: String,
        /// The light client's.
        ours: String,
    },
    /// Somebody who is asked does not answer, or in a form that is not known.
    #[error("{0}")]
    Away(String),
}

/// The highest height of the chain that is timestamped; 0 for none.
///
/// # Errors
/// [`TimestampError::Away`].
pub fn timestamped(client: &Client, bsn: &str) -> Result<u64, TimestampError> {
    let health: HealthResponse = ask(client, bsn, &json!({ "health": {} }))?;
    Ok(health.timestamps.height)
}

fn ask<T: DeserializeOwned>(client: &Client, bsn: &str, question: &Value) -> Result<T, TimestampError> {
    let answer = client.smart(bsn, question).map_err(|error| TimestampError::Away(error.to_string()))?;
    serde_json::from_value(answer).map_err(|error| {
        TimestampError::Away(format!("bsn answered {question} in a form that is not known: {error}"))
    })
}
