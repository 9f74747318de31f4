//! A block in which a hundred vote and one height becomes final: its hooks and the votes, by each way of voting.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use bsn_rpc::proto::Any;
use serde_json::json;

use super::bench::{Bench, answer};
use super::{Row, SETTLED, overhead};
use crate::ways::{HEIGHTS, Way};
use crate::{contract, process, say};
use bsn_rpc::Event;

/// So many blocks are added up: two turns of those who vote in turns.
const BLOCKS: u64 = 2 * HEIGHTS;
const CONTROL_GAS: u64 = 400_000;

/// The row of a way: its hooks, and what a hundred votes cost on average.
///
/// # Errors
/// If votes are refused.
pub fn measure(bench: &mut Bench<'_>, way: Way) -> Result<()> {
    bench.world.begin_turns();
    follow(bench, way, SETTLED + HEIGHTS)?;
    let from = bench.world.consumer.rpc.height()? + 1;
    follow(bench, way, BLOCKS)?;
    let row = sum(bench, way, from)?;
    if way == Way::Range {
        bench.world.vote_out_of_turn()?;
    }
    bench.note(row)
}

/// Votes in this way for so many more heights.
fn follow(bench: &mut Bench<'_>, way: Way, count: u64) -> Result<()> {
    let end = bench.world.voted_to + count;
    while bench.world.voted_to < end {
        bench.world.vote_by(way)?;
        process::pause(Duration::from_millis(30))?;
    }
    Ok(())
}

fn sum(bench: &Bench<'_>, way: Way, from: u64) -> Result<Row> {
    let name = way.row();
    let world = &*bench.world;
    let (rpc, id) = (&world.consumer.rpc, &world.consumer.id);
    let overhead = bench.overhead(&bench.bsn())?;
    let any = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    let message = contract::execute_message(&any.account.address, &world.stranger.address, &json!({}));
    let control: Vec<Any> = vec![message];
    let (control, control_bytes) = any.account.deliver(rpc, id, control, CONTROL_GAS)?;

    let (mut hooks, mut votes, mut count) = (Row::default(), Row::default(), 0);
    world.consumer.wait_until(from + BLOCKS)?;
    for height in from..from + BLOCKS {
        let (events, txs) = rpc.results(height)?;
        hooks.add(&overhead.hook_row(name, &overhead::calls(&events)?));
        for (tx, bytes) in txs.iter().zip(rpc.txs(height)?.iter().map(Vec::len)) {
            let voted = tx.events.iter().map(votes_in).sum::<u64>();
            // Where a single vote is late, EndBlock has deleted what it would have been written over.
            let is_late = way == Way::Single && !tx.events.iter().any(|event| is_of(event, height - 1));
            if voted > 0 && !is_late {
                let ante = overhead.ante(&control, control_bytes, bytes);
                votes.add(&overhead.row(name, &tx.events, &answer(tx), tx.gas_used, ante));
                count += voted;
            }
        }
    }
    if count < BLOCKS {
        bail!("{count} votes came in time in {BLOCKS} blocks: is the machine busy?");
    }
    // A hundred transactions take longer to send than a block takes: they are late, and hooks of late votes cost more.
    let hooks = if way == Way::Single { of_its_own(bench) } else { hooks.scaled(1, BLOCKS) };
    let mut row = Row { call: name.to_owned(), is_pinned: bench.is_pinned, ..hooks };
    let votes = votes.scaled(100, count);
    say::line(&format!("{name}: hooks {}, votes {}", row.left(), votes.left()));
    row.add(&votes);
    Ok(row)
}

fn is_of(event: &Event, height: u64) -> bool {
    votes_in(event) > 0 && event.get("height") == Some(height.to_string().as_str())
}

/// The hooks of a block whose votes came in time, as measured before.
fn of_its_own(bench: &Bench<'_>) -> Row {
    let is_hook = |row: &&Row| {
        row.is_pinned == bench.is_pinned
            && ["begin_block_100", "end_block_100_old"].contains(&row.call.as_str())
    };
    let mut sum = Row::default();
    bench.rows.iter().filter(is_hook).for_each(|row| sum.add(row));
    sum
}

/// How many votes an event says were taken.
pub fn votes_in(event: &Event) -> u64 {
    match event.kind.as_str() {
        "wasm-submit_finality_signature" => 1,
        "wasm-submit_finality_signatures" => {
            event.get("counted").and_then(|count| count.parse().ok()).unwrap_or_default()
        }
        _ => 0,
    }
}
