//! Grid heights, as an operator and a verifier of certificates ask for them.

use api::bsn::{GridHeight, GridResponse, TrustRow};
use cosmwasm_std::{Env, Storage};
use finality::Commitment;
use finality::grid::committee::{is_quorum, quorum_of};
use primitives::BlockHeight;

use super::providers;
use crate::error::ContractError;
use crate::heights::grid::seats;
use crate::state::{BALLOTS, COMMITTEES, Committee, GRID, GRID_VOTES, Grid, Seat, height_fp_key, height_key};

/// How many grid heights are told.
const TOLD: usize = 48;
/// For how many blocks a grid height may be open without an alarm.
const PATIENCE: u64 = 100;
/// How many percent of the active power a committee has without an alarm.
const SHARE: u128 = 80;
/// How many of those who are missing an alarm names.
const NAMED: u64 = 10;

/// How the grid is; nothing where none is set.
pub fn grid(store: &dyn Storage, env: &Env) -> Result<Option<GridResponse>, ContractError> {
    let Some(grid) = GRID.at(store, &[]) else { return Ok(None) };
    let (mut heights, mut at) = (vec![], grid.settled);
    while let Some(committee) = committee(store, at).filter(|_| heights.len() < TOLD) {
        heights.push(height(store, &grid, at, &committee));
        at = grid.interval.before(at);
    }
    Ok(Some(GridResponse {
        interval: grid.interval.blocks(),
        root: grid.root.map(BlockHeight::get),
        closed_through: grid.order.closed_through.get(),
        ordered_through: grid.order.ordered_through.get(),
        excused_through: grid.excused.get(),
        runway: runway(store, &grid, env),
        heights,
    }))
}

fn committee(store: &dyn Storage, at: BlockHeight) -> Option<Committee> {
    COMMITTEES.at(store, &height_key(at))
}

fn voted(store: &dyn Storage, at: BlockHeight) -> u64 {
    BALLOTS.at(store, &height_key(at)).unwrap_or_default()
}

fn height(store: &dyn Storage, grid: &Grid, at: BlockHeight, here: &Committee) -> GridHeight {
    let total = committee(store, grid.interval.before(at)).map_or(0, |set| set.named.total);
    let voted = voted(store, at);
    let state = match (at > grid.order.ordered_through, here.app_hash.is_some()) {
        _ if grid.root == Some(at) => "root",
        (true, false) => "hole",
        (true, true) => "open",
        (false, true) if is_quorum(voted, total) => "closed",
        (false, _) => "excused",
    };
    GridHeight {
        height: at.get(),
        state: state.into(),
        total,
        voted,
        source: here.source.get(),
        hash_hex: hex::encode(here.named.hash),
        taken: here.named.total,
        active: here.active,
    }
}

/// For how many blocks more than two thirds of the last committee have randomness.
fn runway(store: &dyn Storage, grid: &Grid, env: &Env) -> Option<u64> {
    let last = committee(store, grid.settled)?;
    let seats = seats(store, last.source);
    let mut runway = BlockHeight::default();
    for (_, one) in &seats {
        let (until, mut covered) = (end(one), 0_u64);
        for (_, other) in &seats {
            if end(other) >= until {
                covered = covered.saturating_add(other.power);
            }
        }
        if is_quorum(covered, last.named.total) {
            runway = runway.max(until);
        }
    }
    Some(runway.above(BlockHeight::new(env.block.height)))
}

/// Where the randomness of a seat ends.
fn end(seat: &Seat) -> BlockHeight {
    seat.randomness.last().map(Commitment::end).unwrap_or_default()
}

/// What needs attention, in words.
pub fn alarms(store: &dyn Storage, env: &Env) -> Result<Vec<String>, ContractError> {
    let mut alarms = vec![];
    let Some(grid) = GRID.at(store, &[]).filter(|grid| grid.root.is_some()) else { return Ok(alarms) };
    let turn = grid.order.turn(grid.interval);
    let age = BlockHeight::new(env.block.height).above(turn);
    if age > PATIENCE {
        alarms.push(open(store, &grid, turn, age)?);
    }
    if let Some(Committee { named, active, .. }) = committee(store, grid.settled)
        && u128::from(named.total).saturating_mul(100) < u128::from(active).saturating_mul(SHARE)
    {
        alarms.push(format!(
            "the committee after grid height {} has {} of {active} active sats, less than {SHARE} percent",
            grid.settled, named.total
        ));
    }
    if let Some(runway) = runway(store, &grid, env)
        && runway < grid.interval.blocks().saturating_mul(3)
    {
        alarms.push(format!(
            "the randomness of the committee ends in {runway} blocks: without it no grid height closes"
        ));
    }
    Ok(alarms)
}

/// Who is missing where a grid height stays open.
fn open(store: &dyn Storage, grid: &Grid, turn: BlockHeight, age: u64) -> Result<String, ContractError> {
    let app_hash = committee(store, turn).and_then(|here| here.app_hash);
    let (Some(set), Some(app_hash)) = (committee(store, grid.interval.before(turn)), app_hash) else {
        return Ok(format!("grid height {turn} is a hole and never closes: excuse_grid passes it"));
    };
    let (mut names, mut absent) = (String::new(), 0_u64);
    for (key, _) in seats(store, set.source) {
        let name = key.to_string();
        let fp = providers::find(store, &name)?;
        let vote = fp.and_then(|(_, fp)| GRID_VOTES.at(store, &height_fp_key(turn, fp.id)));
        if vote.is_some_and(|vote| vote.app_hash == app_hash) {
            continue;
        }
        if absent < NAMED {
            names.push(' ');
            names.push_str(&name);
        }
        absent = absent.saturating_add(1);
    }
    let (total, more) = (set.named.total, absent.saturating_sub(NAMED));
    let missing = quorum_of(total).saturating_sub(voted(store, turn));
    Ok(format!(
        "grid height {turn} is open for {age} blocks: {missing} of {total} sats are missing; without a vote:{names} and {more} more"
    ))
}

/// What the grid rests on.
pub fn trust(store: &dyn Storage) -> Vec<TrustRow> {
    let Some(grid) = GRID.at(store, &[]) else { return vec![] };
    let row = |what: &str, how: &str, by: String| TrustRow { what: what.into(), how: how.into(), by };
    let (root, blocks) = (grid.root.unwrap_or_default(), grid.interval.blocks());
    let by =
        format!("every {blocks} blocks a committee fixed long before, from the root at height {root} on");
    let mut rows = vec![row("finality across changes of the set", "verified", by)];
    if grid.excused > BlockHeight::default() {
        let by = format!(
            "the admin, through {}: who left those committees can sign a fork unpunished",
            grid.excused
        );
        rows.push(row("grid heights that never closed", "trusted", by));
    }
    if grid.by_word > 0 {
        let by =
            format!("the admin, the last time in block {1}: {0} commitments", grid.by_word, grid.word_at);
        rows.push(row("randomness that counts before a grid height closes", "trusted", by));
    }
    rows
}
