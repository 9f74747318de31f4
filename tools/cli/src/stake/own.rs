//! What a finality provider locks by its own key, without a committee.

use bitcoin_spv::{OutPoint, Transaction};
use covenant::{SelfStakeOutput, XOnlyKey};
use eots::Native;
use primitives::{FpPublicKey, SigningContext};
use thiserror::Error;

/// What whoever locks coins so has to know. It is said before the transaction is written.
pub const DANGERS: &str = "\
the voting key IS the money. Whoever takes it from the machine that votes takes the coins when the lock ends
  nothing gets them out before: there is no early end, and no committee that could help
  a vote for two blocks makes the key public. Slashing is late: at the end of the lock everybody races for the coins
  take a fresh key for each lock, and keep locks short (some three months)
  it counts for this chain alone, and only if it has at least the stake and the time that btc-staking was set up with";

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
    let tx = Transaction::parse(tx).map_err(|why| LockError::Transaction { at, why })?;
    let index = usize::try_from(at.index).map_err(|_| LockError::NoOutput(at))?;
    let output = tx.outputs.get(index).ok_or(LockError::NoOutput(at))?;
    if output.script == lock(context, fp, time)?.key().output(output.value).script {
        Ok(())
    } else {
        Err(LockError::Other { at, time, fp: *fp })
    }
}
