//! The proof that one is in Bitcoin.

use api::btc_staking::ExecuteMsg;
use bitcoin_spv::{OutPoint, Transaction};
use bsn_rpc::Client;
use primitives::SigningContext;
use timestamping::OwnTimestamp;

use super::make::app_hash;
use super::{TimestampError, timestamped};
use crate::bitcoin::{Found, Ledger, Place};
use crate::keep::headers::{Ours, shown};

/// How far a timestamp is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The contract has its height, or a later one: this is what it has.
    Done(u64),
    /// It cannot be proven yet: a sentence.
    Waits(String),
    /// This proves it.
    Ready(Box<ExecuteMsg>),
}

/// A timestamp in a transaction of Bitcoin, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    tx: Vec<u8>,
    at: OutPoint,
    /// The height and its application hash.
    pub timestamp: OwnTimestamp,
}

/// Reads it out of the transaction of an output, and holds it against what the contract saw.
///
/// # Errors
/// [`TimestampError`]: Bitcoin does not know the transaction, it has no timestamp of this chain, or one of another branch.
pub fn read(
    client: &Client,
    bsn: &str,
    context: &SigningContext,
    bitcoin: &dyn Ledger,
    at: OutPoint,
) -> Result<Written, TimestampError> {
    let tx = bitcoin.transaction(&at).map_err(TimestampError::Away)?;
    let tx = tx.ok_or(TimestampError::Unknown(at.txid))?;
    let parsed = Transaction::parse(&tx).map_err(|error| TimestampError::Away(error.to_string()))?;
    let timestamp = OwnTimestamp::find(&parsed, context).ok_or(TimestampError::NoTimestamp(at.txid))?;
    let height = timestamp.height.get();
    // What is timestamped may be forgotten: then its hash does not matter any more.
    if height > timestamped(client, bsn)? {
        let seen = app_hash(client, bsn, height)?;
        if seen != timestamp.app_hash {
            let (said, seen) = (timestamp.app_hash.to_string(), seen.to_string());
            return Err(TimestampError::OtherHash { txid: at.txid, height, said, seen });
        }
    }
    Ok(Written { tx, at, timestamp })
}

impl Written {
    /// How far it is, where `timestamped` is what the contract has, and `k` how deep its block must lie.
    ///
    /// # Errors
    /// [`TimestampError`]: its header is forgotten, or the light client has another block there.
    pub fn stage(
        &self,
        light: &dyn Ours,
        bitcoin: &dyn Ledger,
        timestamped: u64,
        k: u32,
    ) -> Result<Stage, TimestampError> {
        if self.timestamp.height.get() <= timestamped {
            return Ok(Stage::Done(timestamped));
        }
        let place = match bitcoin.find(&self.at).map_err(TimestampError::Away)? {
            Found::Unknown => return Err(TimestampError::Unknown(self.at.txid)),
            Found::Waiting => return Ok(Stage::Waits("it is in no block yet".to_owned())),
            Found::In(place) => place,
        };
        let (height, tip, lowest) = (place.height, light.tip(), light.lowest());
        if height < lowest {
            return Err(TimestampError::Forgotten { height, lowest });
        }
        let Some(depth) = tip.checked_sub(height) else {
            return Ok(Stage::Waits(format!("the light client is at {tip}, below its block {height}")));
        };
        if depth < k {
            return Ok(Stage::Waits(format!("its block {height} is {depth} of {k} deep")));
        }
        let ours = light.hash_at(height).map_err(TimestampError::Away)?;
        if ours != place.block {
            let (theirs, ours) = (shown(&place.block), shown(&ours));
            return Err(TimestampError::OtherBlock { height, theirs, ours });
        }
        Ok(Stage::Ready(Box::new(self.message(place))))
    }

    fn message(&self, place: Place) -> ExecuteMsg {
        ExecuteMsg::ProveTimestamp {
            transaction: self.tx.clone().into(),
            block_hash: shown(&place.block),
            index: place.index,
            branch: place.branch.into(),
        }
    }
}
