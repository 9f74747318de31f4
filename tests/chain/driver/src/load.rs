//! 100 finality providers vote on each block: what that takes of a block's gas and of the node's time.
//!
//! Two ways of voting: each finality provider sends its own transaction, or one sender puts all votes of a height into
//! one transaction. On a shared machine only ratios mean something: gas of a block's limit, and the time in which the
//! application executed and stored blocks, of the time that passed.

mod chart;

use std::time::Instant;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::chain::BLOCK_GAS;
use crate::claims::Claims;
use crate::gas::{self, Row};
use crate::rpc::Event;
use crate::world::{VOTE_GAS, World};
use crate::{process, say};

pub use chart::write;

/// How many finality providers.
pub const SIGNERS: usize = 100;
const SCENARIO: &str = "a_hundred_finality_providers_fit";
/// Milliseconds between blocks: each finality provider would have a machine of its own, and here they share one.
pub const PACE_MS: u64 = 1_000;

/// How the votes of a height travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A transaction each.
    Single,
    /// All in one transaction.
    Together,
}

impl Way {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Single => "a transaction each",
            Self::Together => "all in one transaction",
        }
    }
}

/// A block under load.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Its height.
    pub height: u64,
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
    /// How.
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

/// Starts 100 finality providers and measures both ways, and the hooks of full blocks beside the embedded figures.
///
/// # Errors
/// If the network does not get there.
pub fn measure(world: &mut World, blocks: u64, claims: &mut Claims) -> Result<(Vec<Run>, Vec<Row>)> {
    let randomness = 2 * blocks + 400;
    gas::start(world, &json!({ "vote_retention": 10 }), SIGNERS, randomness)?;
    gas::pin(world)?;
    let (mut runs, mut rows) = (Vec::new(), Vec::new());
    for way in [Way::Single, Way::Together] {
        say::line(way.words());
        let run = drive(world, way, blocks)?;
        if way == Way::Single {
            let range =
                run.blocks.first().map_or(0, |b| b.height)..=run.blocks.last().map_or(0, |b| b.height);
            match gas::hooks_of(world, range, SIGNERS, true, &gas::embedded()?, "_pruning") {
                Ok(measured) => rows = measured,
                Err(error) => say::line(&format!("no row of gas: {error}")),
            }
        }
        judge(&run, claims);
        runs.push(run);
    }
    Ok((runs, rows))
}

/// Lets everybody vote for `blocks` heights, then looks at each of those blocks.
fn drive(world: &mut World, way: Way, blocks: u64) -> Result<Run> {
    follow(world, way, gas::SETTLED)?;
    let first = world.voted_to + 1;
    let (start, busy) = (Instant::now(), world.consumer.busy_seconds()?);
    follow(world, way, blocks)?;
    let (seconds, busy) = (start.elapsed().as_secs_f64(), world.consumer.busy_seconds()? - busy);
    let last = world.voted_to;
    // The last votes are still on their way.
    follow(world, way, 4)?;
    let end = world.consumer.rpc.height()? - 1;
    let taken = votes_for(world, first..=last, end)?;
    let mut finalized = first.saturating_sub(1);
    let blocks = (first..=last).map(|height| block(world, height, &mut finalized)).collect::<Result<_>>()?;
    let expected = (last + 1 - first) * SIGNERS as u64;
    Ok(Run { way, blocks, expected, taken, seconds, busy })
}

/// Votes for `count` more heights.
fn follow(world: &mut World, way: Way, count: u64) -> Result<()> {
    let end = world.voted_to + count;
    while world.voted_to < end {
        process::check()?;
        let tip = world.consumer.rpc.height()?;
        if world.voted_to >= tip {
            process::pause(std::time::Duration::from_millis(30))?;
            continue;
        }
        match way {
            Way::Single => world.vote_at_once()?,
            Way::Together => vote_together(world, tip)?,
        }
    }
    Ok(())
}

/// Puts the votes for each height up to `tip` into one transaction of the first signer's.
fn vote_together(world: &mut World, tip: u64) -> Result<()> {
    for height in world.voted_to + 1..=tip {
        let header = world.consumer.rpc.header(Some(height))?;
        let sender = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
        let messages = (0..world.signers.len())
            .map(|index| world.vote_message_of(index, &sender.account.address, &header))
            .collect::<Result<Vec<_>>>()?;
        let gas = VOTE_GAS * messages.len() as u64;
        sender.account.broadcast(&world.consumer.rpc, &world.consumer.id, messages, gas.min(BLOCK_GAS))?;
        world.voted_to = height;
    }
    Ok(())
}

/// How many votes for these heights were taken in blocks up to `end`: the contract says so in an event each.
fn votes_for(world: &World, heights: std::ops::RangeInclusive<u64>, end: u64) -> Result<u64> {
    let mut taken = 0;
    for block in *heights.start()..=end {
        let (_, txs) = world.consumer.rpc.results(block)?;
        let events = txs.iter().filter(|tx| tx.code == 0).flat_map(|tx| &tx.events);
        let votes = events.filter(|event| event.kind == "wasm-submit_finality_signature");
        let of = |event: &Event| event.get("height").and_then(|height| height.parse().ok());
        taken += votes.filter_map(of).filter(|height: &u64| heights.contains(height)).count() as u64;
    }
    Ok(taken)
}

/// What happened in a block. `finalized` is the last finalized height before it, and then after it.
fn block(world: &World, height: u64, finalized: &mut u64) -> Result<Block> {
    let (events, txs) = world.consumer.rpc.results(height)?;
    let number = |event: &Event, key: &str| event.get(key).and_then(|value| value.parse::<u64>().ok());
    let heights = events.iter().filter(|event| event.kind == "wasm-finalize_block");
    *finalized = heights.filter_map(|event| number(event, "finalized_height")).fold(*finalized, u64::max);
    let hooks = events.iter().filter(|event| event.kind == "hook_gas");
    Ok(Block {
        height,
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
    claims.note(
        SCENARIO,
        &format!("finality keeps up ({way})"),
        worst <= 20,
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
pub fn print(runs: &[Run], embedded: u64) {
    println!(
        "\n{:<24} {:>7} {:>12} {:>9} {:>12} {:>10} {:>6} {:>7} {:>8}",
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
            "{:<24} {:>7} {:>12} {:>7} % {:>12} {:>10} {:>6} {:>5}.{} {:>6.0} %",
            run.way.words(),
            run.blocks.len(),
            gas,
            run.mean(|block| block.tx_gas) * 100 / BLOCK_GAS,
            embedded,
            run.mean(|block| block.hook_gas),
            run.expected.saturating_sub(run.taken),
            lag / 10,
            lag % 10,
            100.0 * run.busy / run.seconds.max(0.001),
        );
    }
    println!("  without wasmd: the embedded chain's figure for such a block (finalized_block_100)");
    println!("  of limit: the transactions' gas, of {BLOCK_GAS}; hooks have caps of their own");
    println!(
        "  of time: in which blocks were executed and stored; a block comes every {PACE_MS} ms and what that takes"
    );
}

/// As JSON.
pub fn json(runs: &[Run]) -> Value {
    let one = |run: &Run| {
        json!({ "way": run.way.words(), "blocks": run.blocks.len(), "gas": run.gas(), "expected": run.expected,
            "taken": run.taken, "lag_tenths": run.lag_tenths(), "seconds": run.seconds, "busy": run.busy })
    };
    runs.iter().map(one).collect()
}
