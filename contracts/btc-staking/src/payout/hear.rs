use cosmwasm_std::{StdResult, Storage};
use payout::{Terms, begin, stop};
use staking::StakeOutcome;

use super::Books;

/// What `bsn` took, and what not: a stake that counts there begins to earn. One that ended ends whether `bsn` took that or not: it is
/// not locked any more.
///
/// # Errors
/// Only those of storage.
pub fn hear<'o>(
    storage: &mut dyn Storage,
    heard: impl Iterator<Item = (&'o StakeOutcome, bool)>,
) -> StdResult<()> {
    let mut books = Books::new(storage);
    for (outcome, is_taken) in heard {
        match outcome {
            StakeOutcome::Active(stake) if is_taken && books.is_local(&stake.fp) => {
                let terms = Terms {
                    staker_key: stake.staker_key,
                    fp: stake.fp,
                    sats: stake.sats,
                    expiry: stake.expiry(),
                };
                begin(&mut books, &stake.outpoint, &terms)?;
            }
            refused_or_ended => stop(&mut books, &refused_or_ended.outpoint())?,
        }
    }
    books.finish()
}
