use bitcoin_spv::OutPoint;

use crate::ledger::{is_in_chain, known_spend, stake};
use crate::spend::{end_stake, leave_lists};
use crate::{Change, Entry, Known, Ledger, List, Rules, Stake, Standing, What};

/// What following did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// What changed.
    pub changes: Vec<Change>,
    /// Whether all was done within the budget.
    pub is_done: bool,
}

/// Does what the chain and time have brought, in at most `budget` steps: takes back the stake of blocks that left the
/// chain, applies spends that are k deep by now, lets the challenged count that nobody challenged, watches no more what is w
/// deep, and forgets spends that no lock reaches.
///
/// # Errors
/// Only those of the ledger.
pub fn follow<L: Ledger>(ledger: &mut L, rules: &Rules, budget: u32) -> Result<Followed, L::Error> {
    // The order matters: a spend that is due ends a stake before that is due to count.
    let lists =
        [(List::Remembered, rules.k), (List::Challenged, 0), (List::Watched, rules.w), (List::Spent, 0)];
    within(ledger, &lists, budget)
}

/// As much of [`follow`] as a proof of inclusion needs: what takes stake back, and what ends it.
///
/// # Errors
/// Only those of the ledger.
pub fn catch_up<L: Ledger>(ledger: &mut L, rules: &Rules, budget: u32) -> Result<Followed, L::Error> {
    within(ledger, &[(List::Remembered, rules.k)], budget)
}

/// A list, and by how much later than its heights it is worked off.
type Due = (List, u32);

fn within<L: Ledger>(ledger: &mut L, lists: &[Due], budget: u32) -> Result<Followed, L::Error> {
    let (mut left, mut changes) = (budget, Vec::new());
    let is_done = sync(ledger, &mut left, &mut changes)? && work_off(ledger, lists, &mut left, &mut changes)?;
    Ok(Followed { changes, is_done })
}

/// Takes back what counts by blocks that left the chain; whether that is done.
fn sync<L: Ledger>(ledger: &mut L, budget: &mut u32, changes: &mut Vec<Change>) -> Result<bool, L::Error> {
    let Some(synced) = ledger.synced()? else { return Ok(true) };
    if is_in_chain(ledger, &synced)? {
        return Ok(true);
    }
    while let Some(entry) = ledger.highest(List::Watched)? {
        let watched = stake(ledger, &entry.stake)?;
        if let Some(block) = watched.and_then(|stake| stake.standing.block())
            && is_in_chain(ledger, &block)?
        {
            break;
        }
        if *budget == 0 {
            return Ok(false);
        }
        *budget = budget.saturating_sub(1);
        ledger.take_off(List::Watched, entry.at.height, &entry.stake)?;
        changes.extend(revoke(ledger, &entry.stake)?);
    }
    ledger.set_synced(ledger.tip()?)?;
    Ok(true)
}

/// The staking transaction's block left the chain.
fn revoke<L: Ledger>(ledger: &mut L, outpoint: &OutPoint) -> Result<Option<Change>, L::Error> {
    let Some(stake) = stake(ledger, outpoint)? else { return Ok(None) };
    leave_lists(ledger, outpoint, &stake.standing)?;
    if let Standing::Active { .. } | Standing::Challenged { .. } = stake.standing {
        ledger.record(outpoint, Some(&stake), &Stake { standing: Standing::Waiting, ..stake })?;
    }
    Ok(stake.standing.is_active().then_some(Change { stake: *outpoint, what: What::Revoked }))
}

/// Works off the lists whose height has come.
fn work_off<L: Ledger>(
    ledger: &mut L,
    lists: &[Due],
    budget: &mut u32,
    changes: &mut Vec<Change>,
) -> Result<bool, L::Error> {
    let tip = ledger.tip()?.height;
    for (list, after) in lists {
        let list = *list;
        while let Some(entry) = ledger.lowest(list)? {
            if entry.at.height.saturating_add(*after) > tip {
                break;
            }
            if *budget == 0 {
                return Ok(false);
            }
            *budget = budget.saturating_sub(1);
            ledger.take_off(list, entry.at.height, &entry.stake)?;
            changes.extend(come_due(ledger, list, &entry)?);
        }
    }
    Ok(true)
}

fn come_due<L: Ledger>(ledger: &mut L, list: List, entry: &Entry) -> Result<Option<Change>, L::Error> {
    let Entry { at, stake: outpoint } = entry;
    let stake = match (list, ledger.known(outpoint)?) {
        (List::Spent, Known::Spent(_)) => return ledger.set_spent(outpoint, None).map(|()| None),
        (_, Known::Stake(stake)) => stake,
        (_, Known::Spent(_) | Known::Nothing) => return Ok(None),
    };
    match (list, stake.standing) {
        (List::Remembered, _) => {
            let is_over = known_spend(ledger, stake.standing.spent())?.is_some();
            match !is_over && is_in_chain(ledger, at)? {
                true => end_stake(ledger, outpoint, &stake, *at),
                false => Ok(None),
            }
        }
        (List::Challenged, Standing::Challenged { block, end, due }) if due == at.height => {
            let standing = Standing::Active { block, end };
            ledger.record(outpoint, Some(&stake), &Stake { standing, ..stake })?;
            let what = What::Active { start: block.height, end };
            Ok(Some(Change { stake: *outpoint, what }))
        }
        _ => Ok(None),
    }
}
