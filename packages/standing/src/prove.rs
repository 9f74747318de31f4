use bitcoin_spv::OutPoint;
use primitives::BtcHeight;

use crate::judge::{self, Inclusion};
use crate::ledger::{is_in_chain, known_spend};
use crate::spend::end_stake;
use crate::{Block, Change, Ledger, List, REMEMBERED, Refusal, Rules, Stake, Standing, What};

/// What a proof of inclusion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The height of the staking transaction.
    pub start: BtcHeight,
    /// Where the lock ends.
    pub end: BtcHeight,
    /// When it counts; `None` if it does.
    pub due: Option<BtcHeight>,
    /// Whether the item said another end than follows from the block.
    pub said_other: bool,
    /// What changed: it counts, and stakes that its transaction spends do not any more.
    pub changes: Vec<Change>,
}

/// Takes a proof that a stake is in `block`, which is in the chain; `spends` is what its transaction spends.
///
/// [`crate::follow`] goes first: while stake is to be taken back, proofs are refused.
///
/// # Errors
/// Only those of the ledger.
pub fn prove<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    outpoint: &OutPoint,
    block: Block,
    spends: &[OutPoint],
) -> Result<Result<Proven, Refusal>, L::Error> {
    let Some(stake) = ledger.load(outpoint)? else { return Ok(Err(Refusal::Unknown)) };
    if let Some(synced) = ledger.synced()?
        && !is_in_chain(ledger, &synced)?
    {
        return Ok(Err(Refusal::Reorganizing));
    }
    let tip = ledger.tip()?;
    let (spent, lock) = (known_spend(ledger, outpoint, Some(&stake))?, stake.lock);
    let inclusion = match judge::inclusion(&stake.standing, &lock, block, spent, tip.height, rules) {
        Ok(inclusion) => inclusion,
        Err(refusal) => return Ok(Err(refusal)),
    };

    let (standing, end, due) = match inclusion {
        Inclusion::Now { end } => (Standing::Active { block, end }, end, None),
        Inclusion::Later { end, due } => (Standing::Challenged { block, end, due }, end, Some(due)),
    };
    let mut changes = Vec::new();
    ledger.record(outpoint, Some(&stake), &Stake { standing, ..stake })?;
    match due {
        None => changes.push(Change { stake: *outpoint, what: What::Active { start: block.height, end } }),
        Some(due) => ledger.put(List::Challenged, Block::date(due), outpoint)?,
    }
    if tip.height.above(block.height) < rules.w {
        ledger.put(List::Watched, block, outpoint)?;
        ledger.set_synced(tip)?;
    }
    for spent in spends {
        record_spent(ledger, spent, block, &mut changes)?;
    }
    let said_other = lock.said_end != block.height.saturating_add(lock.time.into());
    Ok(Ok(Proven { start: block.height, end, due, said_other, changes }))
}

/// Records that an outpoint was spent in a block k deep, and ends the stake that it is.
fn record_spent<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    at: Block,
    changes: &mut Vec<Change>,
) -> Result<(), L::Error> {
    match ledger.load(outpoint)? {
        Some(stake) => {
            if known_spend(ledger, outpoint, Some(&stake))?.is_none() {
                changes.extend(end_stake(ledger, outpoint, &stake, at)?);
            }
            Ok(())
        }
        None => foretell(ledger, outpoint, at),
    }
}

/// Remembers the spend of an outpoint that no item is known of.
pub(crate) fn foretell<L: Ledger>(ledger: &mut L, outpoint: &OutPoint, at: Block) -> Result<(), L::Error> {
    if let Some(before) = ledger.spent(outpoint)? {
        ledger.take_off(List::Spent, before.height.saturating_add(REMEMBERED), outpoint)?;
    }
    ledger.set_spent(outpoint, Some(at))?;
    ledger.put(List::Spent, Block::date(at.height.saturating_add(REMEMBERED)), outpoint)
}
