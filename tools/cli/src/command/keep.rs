//! `bsn keep`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use bsn_rpc::Retry;
use clap::Args as Group;
use primitives::FpPublicKey;
use serde_json::json;

use super::of_setup::Chain;
use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::budget::Budget;
use crate::keep::keeping::Keeping;
use crate::keep::read::Looking;
use crate::keep::run::{Keeper, Options, Round, Verdict};
use crate::keep::work::{Chore, Work};
use crate::keep::{Duty, show};
use crate::keys::{Signing, sender};

/// `bsn keep`. Exit codes: 0 done, 1 something did not work, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Keep {
    /// Which duties: unjail, outbox, headers, follow, queue, quarantine; without it, all.
    #[arg(long, value_delimiter = ',', value_name = "DUTIES")]
    pub duties: Vec<Duty>,
    /// Bitcoin from outside, for the duty `headers`: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Option<Source>,
    /// How many headers a message has at most, unless a longer branch needs more.
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    pub headers: u32,
    /// So many blocks the light client may lack before headers are sent; a branch that lost is replaced at once.
    #[arg(long, default_value_t = 1, value_name = "BLOCKS", value_parser = clap::value_parser!(u32).range(1..=144))]
    pub behind: u32,
    /// Our own finality provider, for the duty `unjail`; may be repeated. Whoever signs must be its operator.
    #[arg(long, value_delimiter = ',', value_name = "KEY")]
    pub fp: Vec<String>,
    /// The most that may be spent on fees in a day, such as 50000uapp.
    #[arg(long, env = "BSN_BUDGET", value_name = "COIN")]
    pub budget: Option<String>,
    /// Remember in this file what was spent, over a restart.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// One round, and end.
    #[arg(long)]
    pub once: bool,
    /// The time between two rounds, at most.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub every: Duration,
    /// Print a line of JSON for each act.
    #[arg(long)]
    pub json: bool,
    /// The contract's address; without it, that of the record, or the one that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs. No question is asked before sending.
    #[command(flatten)]
    pub signing: Signing,
}

/// Keeps a chain, until it is interrupted; once with --once or --dry-run.
///
/// # Errors
/// One sentence.
pub fn run(args: &Keep) -> Result<()> {
    let budget = args.budget.as_deref().map(sender::coin).transpose();
    let budget = budget
        .map_err(|_| anyhow!("`{}` is no budget such as 50000uapp", args.budget.as_deref().unwrap_or("")))?;
    let own =
        args.fp.iter().map(|key| Ok(FpPublicKey::from_hex(key)?.to_string())).collect::<Result<Vec<_>>>()?;
    if args.duties.contains(&Duty::Headers) && args.bitcoin.is_none() {
        bail!("the duty headers needs --bitcoin esplora=URL or --bitcoin rpc=URL");
    }
    if args.duties.contains(&Duty::Unjail) && own.is_empty() {
        bail!("the duty unjail needs --fp with the key of your own finality provider");
    }
    let setup = Setup::load(&args.common)?;
    let chain = Chain::of(&setup, args.contract.as_deref())?;
    let sender = chain.sender(&setup, &args.signing)?;
    let outside = args.bitcoin.as_ref().map(|source| Outside::new(source, setup.timeout)).transpose()?;
    let looking = Looking {
        client: &chain.client,
        contract: &chain.contract,
        own: &own,
        bitcoin: outside.as_ref(),
        most_headers: args.headers,
        behind: args.behind,
    };
    let is_dry = args.signing.dry_run;
    let duties = if args.duties.is_empty() { Duty::ALL.to_vec() } else { args.duties.clone() };
    let options = Options { is_dry, state: args.state.clone() };
    let (work, budget) = (Keeping::new(looking, duties), Budget::new(budget));
    let mut keeper = Keeper::new(work, &chain.id, sender.as_ref(), options, budget)?;
    let pace =
        Rounds { once: args.once, every: args.every, is_json: args.json || setup.output == Output::Json };
    rounds(&mut keeper, &pace, is_dry)
}

/// How often, and for whom it is said.
pub(super) struct Rounds {
    /// One, and end.
    pub once: bool,
    /// The time between two.
    pub every: Duration,
    /// For programs.
    pub is_json: bool,
}

/// Round after round, until it is interrupted; a single one with --once or --dry-run.
pub(super) fn rounds<W: Work>(keeper: &mut Keeper<'_, W>, how: &Rounds, is_dry: bool) -> Result<()> {
    let Rounds { once, every, is_json } = *how;
    if once || is_dry {
        let round = keeper.round()?;
        say(&round, is_json, is_dry);
        return ended(&round);
    }
    // Two that were started together do not go on together.
    let pace = Retry { first_pause: every, longest_pause: every, ..Retry::default() };
    let mut troubles = Vec::new();
    loop {
        let mut round = keeper.round().unwrap_or_else(|error| Round::failed(format!("{error:#}")));
        // What is as it was is not said again.
        let now = round.troubles.clone();
        round.troubles.retain(|trouble| !troubles.contains(trouble));
        troubles = now;
        say(&round, is_json, false);
        std::thread::sleep(pace.pause(0));
    }
}

pub(super) fn say<A: Chore>(round: &Round<A>, is_json: bool, is_plan: bool) {
    let beside = round.notes.iter().chain(&round.troubles);
    if is_json {
        round.rows.iter().for_each(|row| println!("{}", show::json(row)));
        beside.for_each(|text| println!("{}", json!({ "note": text })));
        return;
    }
    if is_plan {
        println!("{}", show::plan(round));
    } else {
        round.rows.iter().filter_map(show::line).for_each(|line| println!("{line}"));
    }
    beside.for_each(|text| eprintln!("{text}"));
}

/// The first thing that did not work.
pub(super) fn ended<A: Chore>(round: &Round<A>) -> Result<()> {
    let failed = round.rows.iter().find_map(|row| match &row.verdict {
        Verdict::Failed(why) | Verdict::OverBudget(why) => {
            Some(format!("{} {}: {why}", row.act.duty(), row.act.about()))
        }
        _ => None,
    });
    match failed.or_else(|| round.troubles.first().cloned()) {
        Some(why) => bail!("{why}"),
        None => Ok(()),
    }
}
