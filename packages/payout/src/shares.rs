use primitives::{BtcHeight, FpPublicKey};
use thiserror::Error;

use crate::{Denoms, Ledger, TooManyDenoms, close};

/// How many finality providers one call pays.
pub const MAX_SHARES: usize = 50;
/// How many buckets one call closes: some 13,000 SDK gas each, where each is another finality provider's. The message has room for
/// ten shares beside them.
pub const MAX_CLOSED: usize = 8;

/// Coins with their denominations, by name.
type Coins = Vec<(String, u128)>;

/// What a finality provider and its stakes have earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub fp: FpPublicKey,
    /// How much.
    pub coins: Coins,
}

/// Why shares are not taken. Then nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShareError {
    /// None, or too many.
    #[error("{got} shares, must be 1 to {MAX_SHARES}")]
    Count {
        /// How many.
        got: usize,
    },
    /// A finality provider has two.
    #[error("finality provider {fp} has two shares")]
    Twice {
        /// Which.
        fp: FpPublicKey,
    },
    /// A share of nothing, or one that names a denomination twice or without an amount.
    #[error("the share of finality provider {fp} is nothing, or names {denom} twice or without an amount")]
    Coins {
        /// Whose.
        fp: FpPublicKey,
        /// The denomination; empty where there is none.
        denom: String,
    },
    /// The shares are not what was sent.
    #[error("shares of {denom} are {shared} together, and {sent} were sent")]
    Sum {
        /// Of which denomination.
        denom: String,
        /// What the shares say.
        shared: u128,
        /// What came.
        sent: u128,
    },
    /// More than the largest number.
    #[error("{denom} of finality provider {fp}: no number is that large")]
    Overflow {
        /// Whose.
        fp: FpPublicKey,
        /// Of which denomination.
        denom: String,
    },
    /// One denomination too many.
    #[error(transparent)]
    TooManyDenoms(#[from] TooManyDenoms),
    /// It was slashed: it and its stakes earn nothing any more.
    #[error("finality provider {fp} was slashed")]
    Slashed {
        /// Which.
        fp: FpPublicKey,
    },
    /// Stakes have expired that still count here, more than one call takes out.
    #[error(
        "at height {tip} of Bitcoin more than {MAX_CLOSED} buckets of expired stakes are open: follow first"
    )]
    Behind {
        /// The tip.
        tip: BtcHeight,
    },
}

/// Takes the coins of a period: closes what has expired at `tip`, and shares out. `funds` is what was sent.
///
/// # Errors
/// Those of the ledger; within, why nothing was taken.
pub fn take<L: Ledger>(
    ledger: &mut L,
    tip: BtcHeight,
    shares: &[Share],
    funds: &[(String, u128)],
) -> Result<Result<(), ShareError>, L::Error> {
    if let Err(error) = check(shares, funds) {
        return Ok(Err(error));
    }
    for Share { fp, .. } in shares {
        if ledger.is_slashed(fp)? {
            return Ok(Err(ShareError::Slashed { fp: *fp }));
        }
    }
    if ledger.due(tip, MAX_CLOSED.saturating_add(1))?.len() > MAX_CLOSED {
        return Ok(Err(ShareError::Behind { tip }));
    }
    let before = ledger.denoms()?;
    let mut denoms = before.clone();
    if let Some(error) = shares.iter().find_map(|share| refused(ledger, &mut denoms, share).transpose()) {
        return error.map(Err);
    }

    close(ledger, tip, MAX_CLOSED)?;
    for share in shares {
        let mut provider = ledger.provider(&share.fp)?;
        for (name, coins) in &share.coins {
            let Some(denom) = denoms.find(name) else { continue };
            let pot = provider.pots.get(denom);
            if let Some(pot) = pot.take(*coins, provider.commission.rate, provider.sats) {
                provider.pots.set(denom, pot);
            }
        }
        ledger.put_provider(&share.fp, &provider)?;
    }
    if denoms != before {
        ledger.put_denoms(&denoms)?;
    }
    Ok(Ok(()))
}

/// Numbers the denominations of a share, and says why it cannot be taken: its provider's account could not hold it.
fn refused<L: Ledger>(
    ledger: &L,
    denoms: &mut Denoms,
    share: &Share,
) -> Result<Option<ShareError>, L::Error> {
    let provider = ledger.provider(&share.fp)?;
    for (name, coins) in &share.coins {
        let denom = match denoms.number(name) {
            Ok(denom) => denom,
            Err(error) => return Ok(Some(error.into())),
        };
        if provider.pots.get(denom).account.checked_add(*coins).is_none() {
            return Ok(Some(ShareError::Overflow { fp: share.fp, denom: name.clone() }));
        }
    }
    Ok(None)
}

/// The shares are in order, and what was sent.
fn check(shares: &[Share], funds: &[(String, u128)]) -> Result<(), ShareError> {
    if !(1..=MAX_SHARES).contains(&shares.len()) {
        return Err(ShareError::Count { got: shares.len() });
    }
    let mut sums: Coins = funds.iter().map(|(denom, _)| (denom.clone(), 0)).collect();
    for (place, share) in shares.iter().enumerate() {
        let fp = share.fp;
        if shares.iter().skip(place.saturating_add(1)).any(|other| other.fp == fp) {
            return Err(ShareError::Twice { fp });
        }
        if share.coins.is_empty() {
            return Err(ShareError::Coins { fp, denom: String::new() });
        }
        for (place, (denom, coins)) in share.coins.iter().enumerate() {
            let is_again = share.coins.iter().skip(place.saturating_add(1)).any(|(other, _)| other == denom);
            if *coins == 0 || is_again {
                return Err(ShareError::Coins { fp, denom: denom.clone() });
            }
            add(&mut sums, denom, *coins).ok_or_else(|| ShareError::Overflow { fp, denom: denom.clone() })?;
        }
    }
    for (denom, shared) in sums {
        let sent = funds.iter().find(|(sent, _)| *sent == denom).map_or(0, |(_, coins)| *coins);
        if shared != sent {
            return Err(ShareError::Sum { denom, shared, sent });
        }
    }
    Ok(())
}

fn add(sums: &mut Coins, denom: &str, coins: u128) -> Option<()> {
    match sums.iter_mut().find(|(name, _)| name == denom) {
        Some((_, sum)) => *sum = sum.checked_add(coins)?,
        None => sums.push((denom.to_owned(), coins)),
    }
    Some(())
}
