use bitcoin_spv::OutPoint;
use primitives::BtcHeight;

use crate::judge::{self, Inclusion};
use crate::ledger::{is_in_chain, known_spend, stake};
use crate::spend::end_stake;
use crate::{Block, Change, Known, Ledger, List, Lock, Refusal, Rules, Stake, Standing, What};

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

/// Takes a proof that a stake is in `block`, which is in the chain; `lock` is what its item says, `spends` what its transaction
/// spends.
///
/// [`crate::catch_up`] goes first: while stake is to be taken back, proofs are refused.
///
/// # Errors
/// Only those of the ledger.
pub fn prove<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    outpoint: &OutPoint,
    lock: &Lock,
    block: Block,
    spends: &[OutPoint],
) -> Result<Result<Proven, Refusal>, L::Error> {
    let Some(stake) = stake(ledger, outpoint)? else { return Ok(Err(Refusal::Unknown)) };
    let synced = ledger.synced()?;
    if let Some(synced) = &synced
        && !is_in_chain(ledger, synced)?
    {
        return Ok(Err(Refusal::Reorganizing));
    }
    let tip = ledger.tip()?;
    let spent = known_spend(ledger, stake.standing.spent())?;
    let inclusion = match judge::inclusion(&stake, lock, block, spent, tip.height, rules) {
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
        // In the chain and not below the block, it has that as an ancestor, too.
        if synced.is_none_or(|synced| synced.height < block.height) {
            ledger.set_synced(tip)?;
        }
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
    let Known::Stake(stake) = ledger.known(outpoint)? else { return ledger.set_spent(outpoint, Some(at)) };
    if known_spend(ledger, stake.standing.spent())?.is_none() {
        changes.extend(end_stake(ledger, outpoint, &stake, at)?);
    }
    Ok(())
}
