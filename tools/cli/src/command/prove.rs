//! `bsn prove`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use clap::Args as Group;

use super::keep::{Rounds, rounds};
use super::of_setup::Contracts;
use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::budget::Budget;
use crate::keep::run::{Keeper, Options};
use crate::keys::{Signing, sender};
use crate::prove::plan::Bounds;
use crate::prove::proving::{self, Proving};

/// Bytes of proofs in one message, before base64.
const BYTES: usize = 300_000;

/// `bsn prove`. Exit codes: 0 done, 1 something did not work, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Prove {
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// How many proofs a message has at most.
    #[arg(long, default_value_t = 20, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub proofs: u32,
    /// Of how many stakes Bitcoin is asked in a round; with --once, of all.
    #[arg(long, default_value_t = 200, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub lookups: u32,
    /// The most that may be spent on fees in a day, such as 50000uapp.
    #[arg(long, env = "BSN_BUDGET", value_name = "COIN")]
    pub budget: Option<String>,
    /// Remember in this file what was spent, over a restart. Not the one of `bsn keep`.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// One round, and end.
    #[arg(long)]
    pub once: bool,
    /// The time between two rounds, at most.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub every: Duration,
    /// Print a line of JSON for each act.
    #[arg(long)]
    pub json: bool,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs. No question is asked before sending.
    #[command(flatten)]
    pub signing: Signing,
}

/// Proves, until it is interrupted; once with --once or --dry-run.
///
/// # Errors
/// One sentence.
pub fn run(args: &Prove) -> Result<()> {
    let budget = args.budget.as_deref().map(sender::coin).transpose();
    let budget = budget
        .map_err(|_| anyhow!("`{}` is no budget such as 50000uapp", args.budget.as_deref().unwrap_or("")))?;
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let contract = args.contracts.staking(&chain)?;
    let sender = chain.sender(&setup, &args.signing)?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    let is_dry = args.signing.dry_run;
    let lookups = if args.once || is_dry { usize::MAX } else { usize::try_from(args.lookups)? };
    let bounds = Bounds { proofs: usize::try_from(args.proofs)?, bytes: BYTES };
    let work = Proving::new(contract, &outside, proving::Options { lookups, bounds }).map_err(Error::msg)?;
    let options = Options { is_dry, state: args.state.clone() };
    let mut keeper = Keeper::new(work, &chain.id, sender.as_ref(), options, Budget::new(budget))?;
    let how =
        Rounds { once: args.once, every: args.every, is_json: args.json || setup.output == Output::Json };
    rounds(&mut keeper, &how, is_dry)
}
