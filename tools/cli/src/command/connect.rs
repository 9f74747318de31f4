//! `bsn connect`.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args as Group;
use serde_json::json;

use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::connect::stage::steps;
use crate::connect::{Facts, Stage, read, stage};
use crate::deploy::record::peek;

/// How often both chains are asked.
const POLL: Duration = Duration::from_secs(2);
/// How many looks in a row may fail: nodes restart, and this waits for days. With its pauses that is four minutes.
const PATIENCE: u32 = 15;

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
    let chain = setup.chain()?;
    let babylon = if setup.file.is_alone() { None } else { setup.babylon()? };
    let id = chain.status()?.chain_id;
    let bsn = match &args.contract {
        Some(contract) => contract.clone(),
        None => address(&setup, &id)?,
    };
    let (start, mut last, mut failed) = (Instant::now(), None, 0);
    let is_over = || args.wait_at_most.is_some_and(|limit| start.elapsed() >= limit);
    loop {
        let transfer = setup.file.bsn.ics20_channel.as_deref().filter(|_| !setup.file.is_alone());
        let facts = match read::facts(&chain, babylon.as_ref(), &bsn, transfer) {
            Ok(facts) => facts,
            Err(error) if args.once || is_over() || !may_pass(&error, failed) => return Err(error),
            Err(error) => {
                failed += 1;
                eprintln!("cannot look, {failed} of {PATIENCE} times in a row: {error:#}; looking again");
                std::thread::sleep(POLL * failed);
                continue;
            }
        };
        failed = 0;
        let now = stage(&facts);
        if last != Some(now) {
            show(now, &facts, setup.output, babylon.is_some());
            last = Some(now);
        }
        if now == Stage::Done {
            return Ok(());
        }
        if args.once || is_over() {
            let is_alone = facts.is_alone();
            bail!("no block is final yet: step {} of {}", now.step(is_alone), steps(is_alone));
        }
        std::thread::sleep(POLL);
    }
}

/// Whether a look that failed is no reason to end: nodes that are away come back, wrong ones stay wrong.
fn may_pass(error: &anyhow::Error, failed: u32) -> bool {
    failed < PATIENCE && error.downcast_ref().is_some_and(bsn_rpc::Error::is_passing)
}

fn address(setup: &Setup, chain_id: &str) -> Result<String> {
    let record = peek(&setup.deployments, chain_id)?;
    let address = record["bsn"]["address"].as_str().map(str::to_owned);
    address.ok_or_else(|| anyhow!("the contract is not deployed yet: call `bsn deploy` to go on"))
}

fn show(now: Stage, facts: &Facts, output: Output, has_babylon: bool) {
    let words = now.words(facts);
    let (step, of) = (now.step(facts.is_alone()), steps(facts.is_alone()));
    if output == Output::Json {
        println!(
            "{}",
            json!({ "step": step, "of": of, "done": now == Stage::Done, "waits_for": words.what,
                "usually": words.usually, "who": words.who, "does": words.does, "final_block": facts.final_block })
        );
        return;
    }
    if now == Stage::Done {
        println!("{step}/{of}  block {} is final", facts.final_block.unwrap_or_default());
        return;
    }
    println!("{step}/{of}  waits for {}", words.what);
    println!("     usually  {}", words.usually);
    println!("     who      {}: {}", words.who, words.does);
    if !has_babylon && matches!(now, Stage::Channel | Stage::Consumer) {
        println!("     Babylon is not asked: name a node of it by --babylon-node");
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_node_that_is_away_is_waited_for_so_many_times_and_a_wrong_one_not_at_all() {
        let node = || "http://node".to_owned();
        let away = || bsn_rpc::Error::Unreachable { node: node(), why: "refused".to_owned() };
        let hidden = Err::<(), _>(away()).context("cannot ask Babylon").unwrap_err();
        assert!(may_pass(&hidden, 0) && may_pass(&hidden, PATIENCE - 1) && !may_pass(&hidden, PATIENCE));
        let other = bsn_rpc::Error::WrongChain { node: node(), expected: "a-1".into(), found: "b-1".into() };
        assert!(!may_pass(&other.into(), 0));
        assert!(!may_pass(&anyhow!("there is no channel-9 on this chain"), 0));
    }
}
