//! What a finality provider locks by its own key, without a committee.

use std::ops::RangeInclusive;

use api::btc_staking::ConfigResponse;
use bitcoin_spv::{OutPoint, Output, Transaction};
use covenant::{SelfStakeOutput, XOnlyKey};
use eots::Native;
use primitives::{FpPublicKey, SigningContext};
use thiserror::Error;

use super::held::{Held, Kind};
use crate::committee::member::MAX_INPUTS;

/// What whoever locks coins so has to know. It is said before the transaction is written.
pub const DANGERS: &str = "\
the voting key IS the money. Whoever takes it from the machine that votes takes the coins when the lock ends
  nothing gets them out before: there is no early end, and no committee that could help
  a vote for two blocks makes the key public. Slashing is late: at the end of the lock everybody races for the coins
  take a fresh key for each lock, and keep locks short (some three months)
  it counts for this chain alone, and no more in the last blocks of the lock: the exit time of btc-staking";

/// Why btc-staking would never count a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TermsError {
    /// No lock counts there.
    #[error("btc-staking counts no stake of finality providers' own: it was set up without self-stake")]
    Off,
    /// Too little.
    #[error("a lock of {got} sats would not count: btc-staking asks for at least {least} sats")]
    Small {
        /// What was given.
        got: u64,
        /// What is asked.
        least: u64,
    },
    /// Too short.
    #[error("a lock of {got} blocks would not count: btc-staking asks for at least {least} blocks")]
    Short {
        /// What was given.
        got: u16,
        /// What is asked.
        least: u16,
    },
    /// It is over before its proof is taken.
    #[error(
        "a lock of {got} blocks would never count: it is proven {depth} blocks deep and stops counting {exit_time} blocks \
         before its end, so that it needs more than {}", u64::from(*depth) + u64::from(*exit_time)
    )]
    Late {
        /// What was given.
        got: u16,
        /// How deep a proof must be.
        depth: u32,
        /// How many blocks before its end it stops counting.
        exit_time: u16,
    },
    /// Its transaction has more inputs than btc-staking looks at.
    #[error(
        "a lock out of {got} coins would not count: btc-staking takes a transaction of at most {MAX_INPUTS}"
    )]
    Inputs {
        /// What was given.
        got: usize,
    },
}

/// Holds a lock of `sats` for `time` blocks, out of so many coins, against what btc-staking asks for.
///
/// # Errors
/// [`TermsError`].
pub fn check_terms(config: &ConfigResponse, sats: u64, time: u16, coins: usize) -> Result<(), TermsError> {
    let terms = config.self_stake.as_ref().ok_or(TermsError::Off)?;
    let (depth, exit_time) = (config.btc_confirmation_depth, terms.exit_time);
    if sats < terms.min_sats {
        return Err(TermsError::Small { got: sats, least: terms.min_sats });
    }
    if time < terms.min_timelock {
        return Err(TermsError::Short { got: time, least: terms.min_timelock });
    }
    if u64::from(time) <= u64::from(depth) + u64::from(exit_time) {
        return Err(TermsError::Late { got: time, depth, exit_time });
    }
    if coins > MAX_INPUTS { Err(TermsError::Inputs { got: coins }) } else { Ok(()) }
}

/// Why a transaction locks no stake of a finality provider's own.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LockError {
    /// The host gives no key, or for one tree in 2^127.
    #[error("no output key comes out of its script")]
    NoKey,
    /// It has no such output.
    #[error("the transaction of {0} has no such output")]
    NoOutput(OutPoint),
    /// That output is another one.
    #[error("{at} is not locked for {time} blocks by {fp} for this chain")]
    Other {
        /// The output.
        at: OutPoint,
        /// For how many blocks it is said to be locked.
        time: u16,
        /// Who is said to have locked it.
        fp: FpPublicKey,
    },
    /// That output is another one, whatever its time.
    #[error("{at} is not locked by {fp} for this chain, for whatever time")]
    Never {
        /// The output.
        at: OutPoint,
        /// Who is said to have locked it.
        fp: FpPublicKey,
    },
    /// The transaction does not parse.
    #[error("the transaction of {at}: {why}")]
    Transaction {
        /// Of which output.
        at: OutPoint,
        /// Why.
        why: bitcoin_spv::TransactionError,
    },
}

/// The output that locks for `time` blocks by this key, on the chain of this [context](SigningContext::self_stake).
///
/// # Errors
/// [`LockError::NoKey`].
pub fn lock(context: &SigningContext, fp: &FpPublicKey, time: u16) -> Result<SelfStakeOutput, LockError> {
    SelfStakeOutput::new(&Native, &context.digest(), &XOnlyKey::from(*fp), time).ok_or(LockError::NoKey)
}

/// Whether an output of a transaction is that one.
///
/// # Errors
/// [`LockError`]: it is another one, or none.
pub fn check(
    context: &SigningContext,
    fp: &FpPublicKey,
    time: u16,
    at: OutPoint,
    tx: &[u8],
) -> Result<(), LockError> {
    held(context, fp, time, at, tx).map(drop)
}

/// An output of a transaction that is that one: its owner's when the time is over.
///
/// # Errors
/// As [`check`].
pub fn held(
    context: &SigningContext,
    fp: &FpPublicKey,
    time: u16,
    at: OutPoint,
    tx: &[u8],
) -> Result<Held, LockError> {
    let output = output(at, tx)?;
    let path = lock(context, fp, time)?.timelock_path(output.value);
    if path.spent == output {
        Ok(Held { kind: Kind::Own, at, path, time, owner: XOnlyKey::from(*fp) })
    } else {
        Err(LockError::Other { at, time, fp: *fp })
    }
}

/// The same where nobody remembers the time: each of these is tried, which takes up to a minute for all that there are.
///
/// # Errors
/// [`LockError::Never`], and as [`check`].
pub fn search(
    context: &SigningContext,
    fp: &FpPublicKey,
    times: RangeInclusive<u16>,
    at: OutPoint,
    tx: &[u8],
) -> Result<Held, LockError> {
    let script = output(at, tx)?.script;
    for time in times {
        if lock(context, fp, time)?.key().script() == script {
            return held(context, fp, time, at, tx);
        }
    }
    Err(LockError::Never { at, fp: *fp })
}

fn output(at: OutPoint, tx: &[u8]) -> Result<Output, LockError> {
    let tx = Transaction::parse(tx).map_err(|why| LockError::Transaction { at, why })?;
    let found = usize::try_from(at.index).ok().and_then(|index| tx.outputs.get(index).cloned());
    found.ok_or(LockError::NoOutput(at))
}

#[cfg(test)]
mod tests {
    use api::btc_staking::{Network, SelfStakeTerms};

    use super::*;

    fn said(sats: u64, time: u16, coins: usize) -> Result<(), TermsError> {
        let terms = SelfStakeTerms { min_sats: 100_000, min_timelock: 51, exit_time: 50 };
        check_terms(&config(Some(terms)), sats, time, coins)
    }

    fn config(self_stake: Option<SelfStakeTerms>) -> ConfigResponse {
        ConfigResponse {
            bsn: "bsn".to_owned(),
            btc_light_client: "light".to_owned(),
            network: Network::Regtest,
            btc_confirmation_depth: 6,
            checkpoint_finalization_timeout: 20,
            challenge_delay: 144,
            governance: None,
            self_stake,
        }
    }

    #[test]
    fn a_lock_that_would_not_count_is_named() {
        assert_eq!(said(100_000, 57, MAX_INPUTS), Ok(()));
        assert_eq!(said(99_999, 57, 1), Err(TermsError::Small { got: 99_999, least: 100_000 }));
        assert_eq!(said(100_000, 50, 1), Err(TermsError::Short { got: 50, least: 51 }));
        // Six deep it would stop counting in that block.
        let late = TermsError::Late { got: 56, depth: 6, exit_time: 50 };
        assert_eq!(said(100_000, 56, 1), Err(late));
        assert!(late.to_string().ends_with("so that it needs more than 56"), "{late}");
        assert_eq!(said(100_000, 57, 257), Err(TermsError::Inputs { got: 257 }));
        assert_eq!(check_terms(&config(None), 100_000, 57, 1), Err(TermsError::Off));
    }
}
