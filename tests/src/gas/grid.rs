//! What the grid takes: committees of 200 finality providers, and a vote that no ordinary rule takes; code not pinned.

use devnet::network::{BTC, Network, Setup};
use serde_json::{Value, json};

use super::hooks::most_expensive;
use super::{GasError, Row};
use crate::network::{self, Code, distinct_stakes};

const SEED: u64 = 13;
/// The largest active set.
const FPS: usize = 200;
/// The shortest interval: most snapshots.
const C: u64 = 60;
/// A snapshot is taken within so many blocks below its grid height, and record F is written in the last of them.
const SNAPSHOT: u64 = 20;
/// Steps that fit into the blocks of record F: a late start must leave so many.
const LATE: u64 = 10;
const LOST: u64 = 500;
const HEIGHTS: u64 = 2_000;

/// The most rows of a committee.
const ROWS: usize = 512;
/// How many grid heights are looked at: with a commitment for each C heights a finality provider has so many rows.
const SEEN: usize = 3;
const COMMITMENTS: u64 = 5;

/// The most expensive hook while a snapshot is taken, and where 500 blocks are lost just before it; and votes at a grid height.
///
/// # Errors
/// [`GasError`] where a hook does not take effect, no committee is taken, or a vote is refused.
pub fn measure() -> Result<Vec<Row>, GasError> {
    let mut network = populated(FPS)?;
    let first = next_grid(network.chain.height() + C + SNAPSHOT);
    let before = below(&mut network, first)?;
    must_have_taken(&mut network, first)?;

    let far = next_grid(network.chain.height() + LOST + SNAPSHOT);
    let late = far - LATE;
    network.chain.next_blocks(late - 1 - LOST - network.chain.height());
    network.chain.faults.lose_all(late - LOST..late);
    network.chain.next_blocks(LOST);
    let after_lost = below(&mut network, far)?;
    must_have_taken(&mut network, far)?;

    let (counted, powerless) = votes()?;
    Ok(vec![
        Row::new("grid_snapshot_200", before),
        Row::new("grid_snapshot_200_after_500_lost", after_lost),
        Row::new("grid_snapshot_512_rows", of_many_rows()?),
        Row::new("grid_vote", counted),
        Row::new("grid_vote_powerless", powerless),
    ])
}

fn populated(count: usize) -> Result<Network, GasError> {
    populated_for(count, HEIGHTS)
}

/// With randomness for so many heights.
fn populated_for(count: usize, randomness: u64) -> Result<Network, GasError> {
    // Nobody votes, and nobody goes to jail for that.
    let over = json!({
        "grid": C, "min_active_percent": 34, "max_active_finality_providers": FPS, "min_pub_rand": 1,
        "missed_blocks_window": 10_000, "anchor_retention_s": 2_592_000, "max_backlog": 10_000,
    });
    let setup = Setup { randomness, ..Setup::new(SEED, &distinct_stakes(count)).with(over) };
    Ok(network::build(&setup, Code::Unpinned, |_| randomness)?)
}

/// The most expensive hook while a committee is taken that has as many rows as there may be: each finality provider has a row for each of the
/// grid heights that are looked at.
fn of_many_rows() -> Result<u64, GasError> {
    let mut network = populated_for(FPS, 2 * C)?;
    let first = network.chain.height() + 2 * C;
    for index in 0..FPS {
        for nth in 0..COMMITMENTS {
            let message = network.fps[index].commit_sparsely(first + nth * C, C, &(0..0));
            network.execute(&message)?;
        }
    }
    network.chain.next_blocks(2);
    network.timestamp()?;
    let grid = next_grid(first - C);
    let most = below(&mut network, grid)?;
    must_have_taken(&mut network, grid)?;
    let answer: Value = network.query(&json!({ "grid": {} }))?;
    // Whoever does not fit whole is left out: this many do.
    let fit = distinct_stakes(FPS).into_iter().take(ROWS / SEEN).map(|stake| stake * BTC).sum::<u64>();
    match answer["heights"].as_array().into_iter().flatten().find(|one| one["height"] == grid) {
        Some(own) if own["taken"] == fit => Ok(most),
        _ => Err(format!("not a committee of {fit} sats was taken at {grid}: {answer}").into()),
    }
}

/// The first grid height at or above a height.
const fn next_grid(height: u64) -> u64 {
    height.div_ceil(C) * C
}

/// The most expensive hook in the blocks in which the snapshot of a grid height is taken, and in its own; blocks up to them are passed.
fn below(network: &mut Network, grid: u64) -> Result<u64, GasError> {
    let first = grid.saturating_sub(SNAPSHOT).max(network.chain.height() + 1);
    network.chain.next_blocks(first - 1 - network.chain.height());
    let mut most = 0;
    while network.chain.height() <= grid {
        most = most.max(most_expensive(&network.chain.next_block())?);
    }
    Ok(most)
}

/// The next block decides which committee it is.
fn must_have_taken(network: &mut Network, grid: u64) -> Result<(), GasError> {
    network.chain.next_block();
    let answer: Value = network.query(&json!({ "grid": {} }))?;
    let heights = answer["heights"].as_array().cloned().unwrap_or_default();
    match heights.iter().find(|one| one["height"] == grid) {
        Some(own) if own["source"] == grid => Ok(()),
        _ => Err(format!("no committee was taken at {grid}: {answer}").into()),
    }
}

/// A vote at a grid height, and one where the hooks of that height were lost: the ordinary rules take none there.
fn votes() -> Result<(u64, u64), GasError> {
    let mut network = populated(4)?;
    let root = next_grid(network.chain.height() + C + SNAPSHOT);
    network.chain.next_blocks(root + C - network.chain.height());
    let counted = network.vote(0, root + C)?.usage.sdk_gas();
    let hole = root + 2 * C;
    network.chain.next_blocks(hole - 1 - network.chain.height());
    network.chain.faults.lose_all(hole..=hole);
    network.chain.next_blocks(3);
    let powerless = network.vote(0, hole)?.usage.sdk_gas();
    Ok((counted, powerless))
}
