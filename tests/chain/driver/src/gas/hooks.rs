//! The hooks of blocks in which everybody voted and one more height became final.

use std::ops::RangeInclusive;

use anyhow::{Result, bail};

use super::SETTLED;
use super::bench::Bench;
use super::overhead::{self, Call};
use crate::say;
use crate::world::Sends;
use bsn_rpc::Event;

/// How many blocks are looked at.
const BLOCKS: u64 = 12;
/// With so many there are two in which the hook looks at Bitcoin.
const MORE_BLOCKS: u64 = 30;
/// Every so many blocks EndBlock looks at Bitcoin's tip.
const LOOKS: u64 = 10;
/// Every so many blocks EndBlock sweeps up what is over.
const SWEEPS: u64 = 16;

/// The hooks of some blocks.
#[derive(Default)]
pub struct Sample {
    begins: Vec<Vec<Call>>,
    ends: Vec<Vec<Call>>,
    looks: Vec<Vec<Call>>,
}

/// Rows of BeginBlock and EndBlock, and, with a hundred, of an EndBlock that looks at Bitcoin.
///
/// # Errors
/// If there was no such block.
pub fn measure(bench: &mut Bench<'_>, name: &str, suffix: &str) -> Result<()> {
    let is_all = name == "100" && suffix.is_empty();
    let sample = sample(bench, if is_all { MORE_BLOCKS } else { BLOCKS })?;
    if suffix.is_empty() {
        note(bench, format!("begin_block_{name}"), sample.begins)?;
    }
    if is_all {
        note(bench, format!("end_block_{name}_bitcoin"), sample.looks)?;
    }
    note(bench, format!("end_block_{name}{suffix}"), sample.ends)
}

/// The row of BeginBlock alone.
///
/// # Errors
/// As [`measure`].
pub fn begins(bench: &mut Bench<'_>, name: &str) -> Result<()> {
    let sample = sample(bench, BLOCKS)?;
    note(bench, format!("begin_block_{name}"), sample.begins)
}

fn sample(bench: &mut Bench<'_>, blocks: u64) -> Result<Sample> {
    let sends = std::mem::replace(&mut bench.world.sends, Sends::First);
    // Until no height is left to settle that had its votes late, and none to forget that came in one message.
    bench.world.vote_blocks(2 * SETTLED + 1)?;
    let from = bench.world.consumer.rpc.height()? + 1;
    let to = bench.world.vote_blocks(blocks)?;
    bench.world.consumer.wait_until(to)?;
    bench.world.sends = sends;
    bench.singles_to = bench.world.voted_to;
    look(bench, from..=to)
}

/// Everybody's votes came in these blocks, one height at a time; others are left out.
fn look(bench: &Bench<'_>, blocks: RangeInclusive<u64>) -> Result<Sample> {
    let count = bench.world.signers.iter().filter(|signer| signer.is_online).count();
    let mut sample = Sample::default();
    for height in blocks {
        let (events, txs) = bench.world.consumer.rpc.results(height)?;
        let voted = |event: &&Event| event.kind == "wasm-submit_finality_signature";
        let votes = txs.iter().flat_map(|tx| &tx.events).filter(voted).count();
        let finalized = events.iter().filter(|event| event.kind == "wasm-finalize_block").count();
        if (votes, finalized) != (count, 1) || height.is_multiple_of(SWEEPS) {
            continue;
        }
        let calls = overhead::calls(&events)?;
        let [first, second, last] = calls.as_slice() else { continue };
        sample.begins.push(vec![first.clone(), second.clone()]);
        let ends = if height.is_multiple_of(LOOKS) { &mut sample.looks } else { &mut sample.ends };
        ends.push(vec![last.clone()]);
    }
    Ok(sample)
}

/// Notes the row of the middle one.
fn note(bench: &mut Bench<'_>, name: String, mut calls: Vec<Vec<Call>>) -> Result<()> {
    calls.sort_by_key(|hook| hook.iter().map(|call| call.gas).sum::<u64>());
    let gas = |hook: Option<&Vec<Call>>| hook.map_or(0, |hook| hook.iter().map(|call| call.gas).sum());
    let (least, most): (u64, u64) = (gas(calls.first()), gas(calls.last()));
    say::line(&format!("{name}: {} blocks, {least} to {most}", calls.len()));
    let Some(hook) = calls.get(calls.len() / 2) else { bail!("no block for {name}") };
    let row = bench.overhead(&bench.bsn())?.hook_row(&name, hook);
    bench.note(row)
}
