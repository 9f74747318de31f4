//! 100 finality providers vote on each block: what that takes of a block's gas and of the node's time.
//!
//! Three ways of voting ([`Way`]): each finality provider sends its own transaction, one sends all votes of a height in one
//! message, or each waits for ten heights and votes for all of them in one message. On a shared machine only ratios mean something: gas of a block's limit, and the time in which the
//! application executed and stored blocks, of the time that passed.

mod chart;

use std::ops::RangeInclusive;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::chain::BLOCK_GAS;
use crate::claims::Claims;
use crate::gas;
use crate::ways::{HEIGHTS, Way};
use crate::world::{Sends, World};
use crate::{process, say};
use bsn_rpc::Event;

pub use chart::write;

/// How many finality providers.
pub const SIGNERS: usize = 100;
const SCENARIO: &str = "a_hundred_finality_providers_fit";
/// Milliseconds between blocks: each finality provider would have a machine of its own, and here they share one.
pub const PACE_MS: u64 = 1_000;

/// A block under load.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Gas of all transactions.
    pub tx_gas: u64,
    /// Gas of the hooks, which a block's limit does not count.
    pub hook_gas: u64,
    /// How many heights the last finalized one was below this block at its end; at best one.
    pub lag: u64,
}

/// One way of voting, measured.
#[derive(Debug, Clone)]
pub struct Run {
    /// How messages reach the chain.
    pub way: Way,
    /// Block by block.
    pub blocks: Vec<Block>,
    /// Votes that should have been: one a height and finality provider.
    pub expected: u64,
    /// Votes that were taken for those heights.
    pub taken: u64,
    /// Seconds that passed.
    pub seconds: f64,
    /// Seconds in which the application executed and stored blocks.
    pub busy: f64,
    /// The embedded chain's gas of such a block, without what wasmd adds.
    pub embedded: u64,
}

impl Run {
    fn mean(&self, of: impl Fn(&Block) -> u64) -> u64 {
        self.blocks.iter().map(of).sum::<u64>() / (self.blocks.len() as u64).max(1)
    }

    /// Mean gas of a block's transactions and hooks.
    pub fn gas(&self) -> u64 {
        self.mean(|block| block.tx_gas + block.hook_gas)
    }

    /// Mean lag in tenths of a height.
    pub fn lag_tenths(&self) -> u64 {
        self.mean(|block| block.lag * 10)
    }
}

/// Starts 100 finality providers and measures each way; gives what it got to.
pub fn measure(world: &mut World, blocks: u64, claims: &mut Claims) -> Vec<Run> {
    let mut runs = Vec::new();
    if let Err(error) = all(world, blocks, claims, &mut runs) {
        claims.note(SCENARIO, "it can be measured to its end", false, format!("{error:#}"));
    }
    runs
}

fn all(world: &mut World, blocks: u64, claims: &mut Claims, runs: &mut Vec<Run>) -> Result<()> {
    world.sends = Sends::OneMessage;
    gas::start(world, &json!({ "vote_retention": 10 }))?;
    gas::grow(world, SIGNERS)?;
    gas::pin(world, true)?;
    let embedded = gas::embedded()?;
    for way in Way::ALL {
        say::line(way.words());
        let mut run = drive(world, way, blocks)?;
        run.embedded = embedded.get(way.row()).copied().unwrap_or_default();
        judge(&run, claims);
        runs.push(run);
    }
    Ok(())
}

/// Lets everybody vote for `blocks` heights, then looks at each of those blocks.
fn drive(world: &mut World, way: Way, blocks: u64) -> Result<Run> {
    let begin = world.voted_to + 1;
    world.begin_turns();
    follow(world, way, gas::SETTLED)?;
    let first = world.voted_to + 1;
    let (start, busy) = (Instant::now(), world.consumer.busy_seconds()?);
    follow(world, way, blocks)?;
    let (seconds, busy) = (start.elapsed().as_secs_f64(), world.consumer.busy_seconds()? - busy);
    let last = world.voted_to;
    if way == Way::Range {
        world.vote_out_of_turn()?;
    }
    // The last votes are still on their way.
    follow(world, Way::At, 4)?;
    let end = world.consumer.rpc.height()? - 1;
    let taken = votes_for(world, begin..=last, end)?;
    let mut finalized = first.saturating_sub(1);
    let blocks = (first..=last).map(|height| block(world, height, &mut finalized)).collect::<Result<_>>()?;
    let expected = (last + 1 - begin) * SIGNERS as u64;
    Ok(Run { way, blocks, expected, taken, seconds, busy, embedded: 0 })
}

/// Votes for `count` more heights.
fn follow(world: &mut World, way: Way, count: u64) -> Result<()> {
    let end = world.voted_to + count;
    while world.voted_to < end {
        process::check()?;
        if world.voted_to >= world.consumer.rpc.height()? {
            process::pause(std::time::Duration::from_millis(30))?;
            continue;
        }
        world.vote_by(way)?;
    }
    Ok(())
}

/// How many votes for these heights were taken in blocks up to `end`: the contract says so in an event for each message.
fn votes_for(world: &World, heights: RangeInclusive<u64>, end: u64) -> Result<u64> {
    let mut taken = 0;
    for block in *heights.start()..=end {
        let (_, txs) = world.consumer.rpc.results(block)?;
        let events = txs.iter().filter(|tx| tx.code == 0).flat_map(|tx| &tx.events);
        let ours = events.filter(|event| number(event, "height").is_some_and(|from| heights.contains(&from)));
        taken += ours.map(gas::votes_in).sum::<u64>();
    }
    Ok(taken)
}

fn number(event: &Event, key: &str) -> Option<u64> {
    event.get(key).and_then(|value| value.parse().ok())
}

/// What happened in a block. `finalized` is the last finalized height before it, and then after it.
fn block(world: &World, height: u64, finalized: &mut u64) -> Result<Block> {
    let (events, txs) = world.consumer.rpc.results(height)?;
    let heights = events.iter().filter(|event| event.kind == "wasm-finalize_block");
    *finalized = heights.filter_map(|event| number(event, "finalized_height")).fold(*finalized, u64::max);
    let hooks = events.iter().filter(|event| event.kind == "hook_gas");
    Ok(Block {
        tx_gas: txs.iter().map(|tx| tx.gas_used).sum(),
        hook_gas: hooks.filter_map(|event| number(event, "gas")).sum(),
        lag: height - (*finalized).min(height),
    })
}

fn judge(run: &Run, claims: &mut Claims) {
    let way = run.way.words();
    let lost = run.expected.saturating_sub(run.taken);
    claims.note(
        SCENARIO,
        &format!("no vote is lost ({way})"),
        lost == 0,
        format!("{lost} of {}", run.expected),
    );
    let worst = run.blocks.iter().map(|block| block.lag).max().unwrap_or_default();
    let hooks = run.blocks.iter().map(|block| block.hook_gas).max().unwrap_or_default();
    // Two thirds have had their turn after two thirds of the heights that each waits.
    let bound = if run.way == Way::Range { 20 + HEIGHTS } else { 20 };
    claims.note(
        SCENARIO,
        &format!("finality keeps up ({way})"),
        worst <= bound,
        format!("at worst {worst} heights behind"),
    );
    let evidence = format!("at most {hooks} gas in all three hooks of a block");
    claims.note(
        SCENARIO,
        &format!("the hooks stay far below their caps ({way})"),
        hooks < 5_000_000,
        evidence,
    );
}

/// Prints the table.
pub fn print(runs: &[Run]) {
    println!(
        "\n{:<28} {:>7} {:>12} {:>9} {:>12} {:>10} {:>6} {:>7} {:>8}",
        "100 FPs, each block",
        "blocks",
        "gas a block",
        "of limit",
        "without wasmd",
        "hook gas",
        "lost",
        "lag",
        "of time"
    );
    for run in runs {
        let (gas, lag) = (run.gas(), run.lag_tenths());
        println!(
            "{:<28} {:>7} {:>12} {:>7} % {:>12} {:>10} {:>6} {:>5}.{} {:>6.0} %",
            run.way.words(),
            run.blocks.len(),
            gas,
            run.mean(|block| block.tx_gas) * 100 / BLOCK_GAS,
            run.embedded,
            run.mean(|block| block.hook_gas),
            run.expected.saturating_sub(run.taken),
            lag / 10,
            lag % 10,
            100.0 * run.busy / run.seconds.max(0.001),
        );
    }
    println!(
        "  without wasmd: the embedded chain's figure for such a block (finalized_block_100, _at, _range)"
    );
    println!("  of limit: the transactions' gas, of {BLOCK_GAS}; hooks have caps of their own");
    println!(
        "  of time: in which blocks were executed and stored; a block comes every {PACE_MS} ms and what that takes"
    );
}

/// As JSON.
pub fn json(runs: &[Run]) -> Value {
    let one = |run: &Run| {
        json!({ "way": run.way.words(), "blocks": run.blocks.len(), "gas": run.gas(), "expected": run.expected,
            "taken": run.taken, "lag_tenths": run.lag_tenths(), "hook_gas": run.mean(|block| block.hook_gas), "embedded": run.embedded,
            "seconds": run.seconds, "busy": run.busy })
    };
    runs.iter().map(one).collect()
}
