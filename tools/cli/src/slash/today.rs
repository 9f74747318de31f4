//! Which slashing transaction Bitcoin would take today.

use bitcoin_spv::OutPoint;
use primitives::Txid;

use super::complete::Complete;
use crate::bitcoin::{Found, Ledger, Spending};

/// What stands in the way of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Today {
    /// Nobody was asked.
    Unasked,
    /// Nothing: what it spends is there.
    Possible,
    /// It is there itself, or on its way.
    Done,
    /// What it spends is not in Bitcoin.
    NotThere,
    /// What it spends was spent.
    Gone(Option<Txid>),
    /// It does not fit what is in Bitcoin: a sentence.
    Wrong(String),
}

impl Today {
    /// Whether it should be sent.
    pub const fn is_possible(&self) -> bool {
        matches!(self, Self::Possible)
    }
}

/// What Bitcoin says of each.
///
/// # Errors
/// If nobody answers.
pub fn today(bitcoin: &(impl Ledger + ?Sized), complete: &Complete) -> Result<Today, String> {
    let real = bitcoin.output(&complete.spends)?;
    let spending = match &real {
        Some(_) => bitcoin.spending(&complete.spends, u32::MAX)?,
        None => Spending::Unspent,
    };
    if let Some(real) = &real
        && let Err(why) = complete.check_against(real)
    {
        return Ok(Today::Wrong(why));
    }
    let own = OutPoint { txid: complete.txid, index: 0 };
    Ok(match (real.is_some(), spending) {
        (_, Spending::Spent(spend)) if spend.txid == complete.txid => Today::Done,
        (_, Spending::Waiting(by)) if by == complete.txid => Today::Done,
        (_, Spending::Spent(spend)) => Today::Gone(Some(spend.txid)),
        // What is in no block yet may be replaced.
        (true, Spending::Unspent | Spending::Waiting(_)) => Today::Possible,
        // A bitcoind does not say by what.
        (true, Spending::NotUpTo(_)) if bitcoin.output(&own)?.is_some() => Today::Done,
        // Its own transaction is in no block yet, so that it is no coin of the chain; a child may follow it.
        (true, Spending::NotUpTo(_)) if bitcoin.find(&complete.spends)? == Found::Waiting => Today::Possible,
        (true, Spending::NotUpTo(_)) => Today::Gone(None),
        (false, _) if bitcoin.output(&own)?.is_some() => Today::Done,
        (false, _) => Today::NotThere,
    })
}
