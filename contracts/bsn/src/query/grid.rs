//! Grid heights, as an operator and a verifier of certificates ask for them.

use api::bsn::{GridHeight, GridResponse, TrustRow};
use cosmwasm_std::{Env, Order, StdResult, Storage};
use finality::grid::committee::{is_quorum, quorum_of};
use primitives::{BlockHeight, FpPublicKey};

use super::providers;
use crate::error::ContractError;
use crate::state::{
    BALLOTS, COMMITTEES, Committee, GRID, GRID_VOTES, Grid, SEATS, height_fp_key, height_key, height_of_key,
};

/// How many grid heights are told.
const TOLD: usize = 48;
/// For how many blocks a grid height may be open without an alarm.
const PATIENCE: u64 = 100;
/// How many percent of the active power a committee has without an alarm.
const SHARE: u128 = 80;
/// How many of those who are missing an alarm names.
const NAMED: usize = 10;
/// How many letters a name has, with a space.
const NAME: usize = 65;

/// How the grid is; nothing where none is set.
pub fn grid(store: &dyn Storage, env: &Env) -> Result<Option<GridResponse>, ContractError> {
    let Some(grid) = GRID.may_load(store)? else { return Ok(None) };
    let mut heights = vec![];
    for record in COMMITTEES.all(store, Order::Descending).take(TOLD) {
        let (key, committee) = record?;
        heights.push(height(store, &grid, BlockHeight::new(u64::from_be_bytes(key)), &committee)?);
    }
    Ok(Some(GridResponse {
        interval: grid.interval.blocks(),
        root: grid.root.map(BlockHeight::get),
        closed_through: grid.order.closed_through.get(),
        ordered_through: grid.order.ordered_through.get(),
        excused_through: grid.excused.get(),
        runway: runway(store, &grid, BlockHeight::new(env.block.height))?,
        heights,
    }))
}

fn height(store: &dyn Storage, grid: &Grid, at: BlockHeight, committee: &Committee) -> StdResult<GridHeight> {
    let set = COMMITTEES.may_load(store, &height_key(grid.interval.before(at)))?;
    let total = set.map_or(0, |set| set.named.total);
    let voted = BALLOTS.may_load(store, &height_key(at))?.unwrap_or_default();
    let is_hole = committee.app_hash.is_none();
    let state = match at > grid.order.ordered_through {
        _ if grid.root == Some(at) => "root",
        true if is_hole => "hole",
        true => "open",
        false if is_hole || !is_quorum(voted, total) => "excused",
        false => "closed",
    };
    Ok(GridHeight {
        height: at.get(),
        state: state.into(),
        total,
        voted,
        source: committee.source.get(),
        hash_hex: hex::encode(committee.named.hash),
        taken: committee.named.total,
        active: committee.active.to_u64(),
    })
}

/// For how many blocks more than two thirds of the last committee have randomness.
fn runway(store: &dyn Storage, grid: &Grid, now: BlockHeight) -> StdResult<Option<u64>> {
    let Some(last) = COMMITTEES.may_load(store, &height_key(grid.settled))? else { return Ok(None) };
    let mut ends = vec![];
    for (_, power, end) in seats(store, last.source)? {
        ends.push((end, power));
    }
    ends.sort_unstable_by(|a, b| b.cmp(a));
    let mut covered = 0_u64;
    let end = ends.into_iter().find(|(_, power)| {
        covered = covered.saturating_add(*power);
        is_quorum(covered, last.named.total)
    });
    Ok(Some(end.map_or(0, |(end, _)| end.above(now))))
}

/// Each FP of a snapshot, its power in sats, and where its randomness ends.
fn seats(store: &dyn Storage, source: BlockHeight) -> StdResult<Vec<([u8; 32], u64, BlockHeight)>> {
    let (first, last) = (height_of_key(source, &[0; 32]), height_of_key(source, &[u8::MAX; 32]));
    SEATS
        .range(store, &first, &last, Order::Ascending)
        .map(|seat| {
            let ([_, _, _, _, _, _, _, _, key @ ..], (power, rows)) = seat?;
            Ok((key, power, rows.last().map(finality::Commitment::end).unwrap_or_default()))
        })
        .collect()
}

/// What needs attention, in words.
pub fn alarms(store: &dyn Storage, env: &Env) -> Result<Vec<String>, ContractError> {
    let mut alarms = vec![];
    let Some(grid) = GRID.may_load(store)? else { return Ok(alarms) };
    let (now, turn) = (BlockHeight::new(env.block.height), grid.order.turn(grid.interval));
    if grid.root.is_some() && now.above(turn) > PATIENCE {
        alarms.push(open(store, &grid, turn, now.above(turn))?);
    }
    if let Some(Committee { named, active, .. }) = COMMITTEES.may_load(store, &height_key(grid.settled))?
        && u128::from(named.total).saturating_mul(100) < active.get().saturating_mul(SHARE)
    {
        alarms.push(format!(
            "the committee after grid height {} has {} of {active} active sats, less than {SHARE} percent",
            grid.settled, named.total
        ));
    }
    let least = grid.interval.blocks().saturating_mul(3);
    if let Some(runway) = runway(store, &grid, now)?.filter(|runway| *runway < least) {
        alarms.push(format!(
            "the randomness of the committee ends in {runway} blocks: without it no grid height closes"
        ));
    }
    Ok(alarms)
}

/// Who is missing where a grid height stays open.
fn open(store: &dyn Storage, grid: &Grid, turn: BlockHeight, age: u64) -> Result<String, ContractError> {
    let set = COMMITTEES.may_load(store, &height_key(grid.interval.before(turn)))?;
    let app_hash = COMMITTEES.may_load(store, &height_key(turn))?.and_then(|here| here.app_hash);
    let (Some(set), Some(app_hash)) = (set, app_hash) else {
        return Ok(format!("grid height {turn} is a hole and never closes: excuse_grid passes it"));
    };
    let voted = BALLOTS.may_load(store, &height_key(turn))?.unwrap_or_default();
    let (mut names, mut more) = (String::new(), 0_usize);
    for (key, ..) in seats(store, set.source)? {
        let key = FpPublicKey::from_bytes(key);
        let vote = match providers::find(store, &key.to_string())? {
            Some((_, fp)) => GRID_VOTES.may_load(store, &height_fp_key(turn, fp.id))?,
            None => None,
        };
        match vote {
            Some(vote) if vote.app_hash == app_hash => {}
            _ if names.len() < NAMED.saturating_mul(NAME) => names = [names, key.to_string()].join(" "),
            _ => more = more.saturating_add(1),
        }
    }
    let missing = quorum_of(set.named.total).saturating_sub(voted);
    Ok(format!(
        "grid height {turn} is open for {age} blocks: {missing} of {} sats are missing; without a vote:{names} and {more} more",
        set.named.total
    ))
}

/// What the grid rests on.
pub fn trust(store: &dyn Storage) -> Result<Vec<TrustRow>, ContractError> {
    let Some(grid) = GRID.may_load(store)? else { return Ok(vec![]) };
    let from = match grid.root {
        Some(root) => format!("from the root at height {root} on"),
        None => "not begun yet".into(),
    };
    let row = |what: &str, how: &str, by: String| TrustRow { what: what.into(), how: how.into(), by };
    let by = format!("every {} blocks a committee fixed long before, {from}", grid.interval.blocks());
    let mut rows = vec![row("finality across changes of the set", "verified", by)];
    if grid.excused > BlockHeight::default() {
        let by = format!(
            "the admin, through {}: who left those committees can sign a fork unpunished",
            grid.excused
        );
        rows.push(row("grid heights that never closed", "trusted", by));
    }
    Ok(rows)
}
