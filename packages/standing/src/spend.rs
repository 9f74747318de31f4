use bitcoin_spv::OutPoint;

use crate::judge::{self, End};
use crate::ledger::known_spend;
use crate::{Block, Change, Known, Ledger, List, REMEMBERED, Refusal, Rules, Stake, Standing, What, Witness};

/// What a proof of a spend did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// The stake has ended; the change, if it counted.
    Ended(Option<Change>),
    /// The spend will end it when it is k deep.
    Remembered,
    /// It had ended.
    Already,
    /// No item is known of it: the spend is remembered, and keeps it from counting later. Only on Babylon's word.
    Foretold,
}

/// Takes a proof that a stake was spent in `at`, which is in the chain. Babylon's is its word, too: it vouches no more.
///
/// # Errors
/// Only those of the ledger.
pub fn spend<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    outpoint: &OutPoint,
    at: Block,
    witness: Witness,
) -> Result<Result<Spent, Refusal>, L::Error> {
    let (stake, spent) = match ledger.known(outpoint)? {
        Known::Stake(stake) => (Some(stake), stake.standing.spent()),
        Known::Spent(at) => (None, Some(at)),
        Known::Nothing => (None, None),
    };
    let spent = known_spend(ledger, spent)?;
    let verdict = judge::end(at, spent, ledger.tip()?.height, witness, rules);
    Ok(match (verdict, stake, witness) {
        (End::Already, stake, witness) => {
            if let (Some(stake), Witness::Babylon) = (stake.filter(|stake| stake.vouched), witness) {
                ledger.record(outpoint, Some(&stake), &Stake { vouched: false, ..stake })?;
            }
            Ok(Spent::Already)
        }
        (End::Now, Some(stake), Witness::Babylon) => {
            let stake = Stake { vouched: false, ..stake };
            Ok(Spent::Ended(end_stake(ledger, outpoint, &stake, at)?))
        }
        (End::Now, Some(stake), Witness::Anybody) => {
            Ok(Spent::Ended(end_stake(ledger, outpoint, &stake, at)?))
        }
        (End::Now, None, Witness::Babylon) => {
            foretell(ledger, outpoint, at)?;
            Ok(Spent::Foretold)
        }
        (End::Later, Some(stake), _) => {
            ledger.put(List::Remembered, at, outpoint)?;
            postpone(ledger, rules, outpoint, &stake, at)?;
            Ok(Spent::Remembered)
        }
        (End::Now | End::Later, None, _) => Err(Refusal::Unknown),
    })
}

/// Remembers the spend of an outpoint that no item has, and no item will spend: with the date on which that can be forgotten.
pub(crate) fn foretell<L: Ledger>(ledger: &mut L, outpoint: &OutPoint, at: Block) -> Result<(), L::Error> {
    ledger.set_spent(outpoint, Some(at))?;
    ledger.put(List::Spent, Block::date(at.height.saturating_add(REMEMBERED)), outpoint)
}

/// A challenged stake does not count before what is known of its spend is decided.
fn postpone<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    outpoint: &OutPoint,
    stake: &Stake,
    at: Block,
) -> Result<(), L::Error> {
    let Standing::Challenged { block, end, due } = stake.standing else { return Ok(()) };
    let decided = at.height.saturating_add(rules.k);
    if decided <= due {
        return Ok(());
    }
    ledger.take_off(List::Challenged, due, outpoint)?;
    ledger.put(List::Challenged, Block::date(decided), outpoint)?;
    let standing = Standing::Challenged { block, end, due: decided };
    ledger.record(outpoint, Some(stake), &Stake { standing, ..*stake })
}

/// Ends a stake, wherever it stands.
pub(crate) fn end_stake<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    stake: &Stake,
    at: Block,
) -> Result<Option<Change>, L::Error> {
    leave_lists(ledger, outpoint, &stake.standing)?;
    ledger.record(outpoint, Some(stake), &Stake { standing: Standing::Ended { at }, ..*stake })?;
    let change = Change { stake: *outpoint, what: What::Ended { height: at.height } };
    Ok(stake.standing.is_active().then_some(change))
}

/// Takes a stake off the lists that it is on for where it stands.
pub(crate) fn leave_lists<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    standing: &Standing,
) -> Result<(), L::Error> {
    match standing {
        Standing::Waiting | Standing::Foretold { .. } | Standing::Ended { .. } => Ok(()),
        Standing::Active { block, .. } => ledger.take_off(List::Watched, block.height, outpoint),
        Standing::Challenged { block, due, .. } => {
            ledger.take_off(List::Watched, block.height, outpoint)?;
            ledger.take_off(List::Challenged, *due, outpoint)
        }
    }
}
