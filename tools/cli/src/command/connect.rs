//! `bsn connect`.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args as Group;
use serde_json::json;

use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::connect::stage::STEPS;
use crate::connect::{Facts, Stage, read, stage};
use crate::deploy::record::peek;

/// How often both chains are asked.
const POLL: Duration = Duration::from_secs(2);

/// `bsn connect`.
#[derive(Debug, Group)]
pub struct Connect {
    /// Say where the chain is, and end.
    #[arg(long)]
    pub once: bool,
    /// End after this time, such as 30m; without it, only when a block is final.
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub wait_at_most: Option<Duration>,
    /// The contract's address; without it, that of the record.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Waits for the first final block, and says meanwhile for what.
///
/// # Errors
/// One sentence; with --once or after the time, that no block is final yet.
pub fn run(args: &Connect) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let (chain, babylon) = (setup.chain()?, setup.babylon()?);
    let id = chain.status()?.chain_id;
    let bsn = match &args.contract {
        Some(contract) => contract.clone(),
        None => address(&setup, &id)?,
    };
    let (start, mut last) = (Instant::now(), None);
    loop {
        let facts = read::facts(&chain, babylon.as_ref(), &bsn, setup.file.bsn.ics20_channel.as_deref())?;
        let now = stage(&facts);
        if last != Some(now) {
            show(now, &facts, setup.output, babylon.is_some());
            last = Some(now);
        }
        if now == Stage::Done {
            return Ok(());
        }
        let is_over = args.wait_at_most.is_some_and(|limit| start.elapsed() >= limit);
        if args.once || is_over {
            bail!("no block is final yet: step {} of {STEPS}", now.step());
        }
        std::thread::sleep(POLL);
    }
}

fn address(setup: &Setup, chain_id: &str) -> Result<String> {
    let record = peek(&setup.deployments, chain_id)?;
    let address = record["bsn"]["address"].as_str().map(str::to_owned);
    address.ok_or_else(|| anyhow!("the contract is not deployed yet: call `bsn deploy` to go on"))
}

fn show(now: Stage, facts: &Facts, output: Output, has_babylon: bool) {
    let words = now.words(facts);
    if output == Output::Json {
        println!(
            "{}",
            json!({ "step": now.step(), "of": STEPS, "done": now == Stage::Done, "waits_for": words.what,
                "usually": words.usually, "who": words.who, "does": words.does, "final_block": facts.final_block })
        );
        return;
    }
    if now == Stage::Done {
        println!("{STEPS}/{STEPS}  block {} is final", facts.final_block.unwrap_or_default());
        return;
    }
    println!("{}/{STEPS}  waits for {}", now.step(), words.what);
    println!("     usually  {}", words.usually);
    println!("     who      {}: {}", words.who, words.does);
    if !has_babylon && matches!(now, Stage::Channel | Stage::Consumer) {
        println!("     Babylon is not asked: name a node of it by --babylon-node");
    }
}
