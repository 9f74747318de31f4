use api::bsn::event::FinalityProviderStatusChange;
use cosmwasm_std::{Event, Order, StdResult, Storage};
use finality::Params;
use finality::active_set::{ActiveSet, Member, Selection, select};
use finality::commitment::{Coverage, coverage};
use primitives::{BlockHeight, FpId, VotingPower};

use crate::state::{
    ACTIVE, ANCHORS, BITCOIN, COMMITMENTS, FP_KEYS, Marks, PARAMS, POWERS, Progress, RANKING, RANKING_JAILED,
    SETS, Table, commitment_from, fp_height_key, height_key, remove_superseded,
};

/// How many candidates a refresh considers: about 1.1 M SDK gas, and a fifth of that for as many orphans in jail. An FP
/// that ranks below is never considered. To push one there an attacker needs more stake than it has, 1,500 times over.
const CANDIDATES: usize = 1_500;

/// Whether the active set may be another at `height`.
pub fn is_due(marks: &Marks, height: BlockHeight) -> bool {
    marks.stale || marks.changes_at.is_some_and(|changes_at| changes_at <= height)
}

/// Computes the active set of `height` and records what has changed; the caller records `progress`.
///
/// Torn hooks: joiners are listed (without power) before their power is written. Where an earlier call of this block was
/// torn (`torn_here`), or the last block left a hole, every member's power is written anew. So no write of a torn refresh
/// survives the next.
pub fn refresh(
    storage: &mut dyn Storage,
    progress: &mut Progress,
    height: BlockHeight,
    torn_here: bool,
) -> StdResult<Vec<Event>> {
    let params = PARAMS.load(storage)?;
    let before = ACTIVE.load(storage)?;
    let torn = torn_here || torn_before(storage, height)?;
    let Selection { set: after, changes_at, ranked, below_floor } =
        candidates(storage, progress, height, &params)?;
    // Nobody votes by stake that may have ended unseen.
    let is_stale = BITCOIN.may_load(storage)?.is_some_and(|seen| seen.is_stale);
    let after = if is_stale { ActiveSet::default() } else { after };

    if torn || before != after {
        let ended = height_key(height.previous());
        // It is there already where an earlier call of this block was torn, and `before` no longer is what it was.
        if SETS.may_load(storage, &ended)?.is_none() {
            SETS.save(storage, &ended, &before)?;
        }
        progress.set.since = height;
    }
    let listed = before.listing(&after);
    if listed != before {
        ACTIVE.save(storage, &listed)?;
    }
    let mut events = vec![];
    for change in listed.changes_to(&after, torn) {
        if !torn {
            remove_superseded(storage, POWERS.letter(), change.id, progress.marks.anchors_from, 1);
        }
        POWERS.save(storage, &fp_height_key(change.id, height), &change.after)?;
        if change.joined() || change.left() {
            events.push(status_change(storage, change.id, change.joined())?);
        }
    }
    if after != listed {
        ACTIVE.save(storage, &after)?;
    }
    progress.marks.total = after.total();
    progress.set.active = u32::try_from(after.len()).unwrap_or(u32::MAX);
    progress.marks.changes_at = changes_at;
    (progress.marks.ranked, progress.set.below_floor) = (ranked, below_floor);
    progress.marks.stale = false;
    if progress.set.activated.is_none() && !after.is_empty() && height >= progress.marks.activation {
        progress.set.activated = Some(height);
    }
    Ok(events)
}

/// Whether the last block that any hook saw was left half done.
fn torn_before(storage: &dyn Storage, height: BlockHeight) -> StdResult<bool> {
    let below = height_key(height.previous());
    let last = ANCHORS.range(storage, &[0; 8], &below, Order::Descending).next().transpose()?;
    Ok(last.is_some_and(|(_, anchor)| anchor.total.is_none()))
}

fn candidates(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
    params: &Params,
) -> StdResult<Selection> {
    let max = usize::try_from(params.max_active_finality_providers).unwrap_or(usize::MAX);
    let mut free = ranked(&RANKING, storage, progress).peekable();
    let mut jailed = ranked(&RANKING_JAILED, storage, progress).take(max).peekable();
    let merged = core::iter::from_fn(|| {
        let is_jailed = match (free.peek(), jailed.peek()) {
            (_, None) => false,
            (None, _) | (_, Some(Err(_))) => true,
            (Some(Err(_)), _) => false,
            (Some(Ok(free)), Some(Ok(jailed))) => jailed.power > free.power,
        };
        if is_jailed {
            return Some(
                jailed.next()?.map(|member| (member, Coverage { covered: false, changes_at: None })),
            );
        }
        let covered = |member: Member| {
            Ok((member, coverage_of(storage, member.id, progress.marks.counted_through(), height)?))
        };
        Some(free.next()?.and_then(covered))
    });
    select(merged, max, params.min_active_percent)
}

/// The stake of the ranked FPs, jailed or not, that have randomness which counts at `height` or above; and of all of them.
pub fn with_randomness(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<(VotingPower, VotingPower)> {
    let (mut with, mut all) = (VotingPower::ZERO, VotingPower::ZERO);
    for ranking in [&RANKING, &RANKING_JAILED] {
        for member in ranked(ranking, storage, progress) {
            let Member { id, power } = member?;
            let Coverage { covered, changes_at } =
                coverage_of(storage, id, progress.marks.counted_through(), height)?;
            all = all + power;
            if covered || changes_at.is_some() {
                with = with + power;
            }
        }
    }
    Ok((with, all))
}

/// Those of a ranking who have power, most first.
fn ranked<'a>(
    ranking: &Table<48, FpId>,
    storage: &'a dyn Storage,
    progress: &'a Progress,
) -> impl Iterator<Item = StdResult<Member>> + 'a {
    let with_power = |ranked: &StdResult<Member>| !matches!(ranked, Ok(member) if member.id < progress.channel.orphaned_below);
    let member = |ranked: StdResult<([u8; 48], FpId)>| {
        let (rank, id) = ranked?;
        let mut inverted = [0; 16];
        inverted.iter_mut().zip(rank).for_each(|(to, from)| *to = from);
        Ok(Member { id, power: VotingPower::new(!u128::from_be_bytes(inverted)) })
    };
    ranking.all(storage, Order::Ascending).take(CANDIDATES).map(member).filter(with_power)
}

fn coverage_of(
    storage: &dyn Storage,
    id: FpId,
    counted_through: BlockHeight,
    height: BlockHeight,
) -> StdResult<Coverage> {
    let floor = commitment_from(storage, id, height)?;
    if floor.as_ref().is_some_and(|floor| floor.counts(counted_through) && floor.covers(height)) {
        return Ok(coverage(height, counted_through, floor.as_ref(), None));
    }
    let (above, highest) = (fp_height_key(id, height.next()), fp_height_key(id, BlockHeight::new(u64::MAX)));
    let next = COMMITMENTS.range(storage, &above, &highest, Order::Ascending).next().transpose()?;
    let next = next.map(|(_, commitment)| commitment);
    Ok(coverage(height, counted_through, floor.as_ref(), next.as_ref()))
}

fn status_change(storage: &dyn Storage, id: FpId, joined: bool) -> StdResult<Event> {
    let key = FP_KEYS.may_load(storage, &id.to_be_bytes())?.unwrap_or_default();
    let state = if joined { "ACTIVE" } else { "INACTIVE" };
    Ok(FinalityProviderStatusChange {
        btc_pk: hex::encode(key),
        new_state: format!("FINALITY_PROVIDER_STATUS_{state}"),
    }
    .into())
}

#[cfg(test)]
mod tests;
