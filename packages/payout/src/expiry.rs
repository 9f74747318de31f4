use primitives::{BtcHeight, FpPublicKey};
use serde::{Deserialize, Serialize};

use crate::{Ledger, PerDenom, PerSat};

/// Stakes of a finality provider that expire at one height of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket {
    /// The first height at which they do not count.
    pub height: BtcHeight,
    /// To whom they are staked.
    pub fp: FpPublicKey,
}

/// A bucket whose height has come. It is kept until all of its stakes are settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How many sats of it are not settled yet.
    pub sats: u64,
    /// Where the indices stood: the last that its stakes have earned.
    pub index: PerDenom<PerSat>,
}

/// Closes buckets whose height has come, the lowest first, at most `limit`; whether none is left.
///
/// # Errors
/// Those of the ledger.
pub fn close<L: Ledger>(ledger: &mut L, tip: BtcHeight, limit: usize) -> Result<bool, L::Error> {
    let mut due = ledger.due(tip, limit.saturating_add(1))?;
    let is_done = due.len() <= limit;
    due.truncate(limit);
    for (bucket, sats) in due {
        let mut provider = ledger.provider(&bucket.fp)?;
        let closed = Closed { sats, index: provider.index() };
        provider.sats = provider.sats.saturating_sub(sats);
        ledger.put_provider(&bucket.fp, &provider)?;
        ledger.put_closed(&bucket, Some(&closed))?;
        ledger.put_bucket(&bucket, 0)?;
    }
    Ok(is_done)
}
