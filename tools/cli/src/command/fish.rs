//! `bsn fish`.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args as Group;

use super::of_setup::Chain;
use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::fish::run::{Fisher, Options};
use crate::fish::source::Source;
use crate::keys::Signing;

/// How many looks may wait to be judged.
const AHEAD: usize = 4;

/// `bsn fish`. Exit codes: 0 nothing was found or all are slashed, 1 failed, 2 called in a wrong way, 4 a key is public and
/// nobody can be slashed for it, 5 something was found and not sent.
#[derive(Debug, Group)]
pub struct Fish {
    /// A node of the same chain that may follow another fork; several, by commas. It is only read.
    #[arg(long, value_delimiter = ',', value_name = "URL")]
    pub fork_node: Vec<String>,
    /// Begin with this height; without it, with the last block.
    #[arg(long, value_name = "HEIGHT", value_parser = clap::value_parser!(u64).range(1..))]
    pub from_height: Option<u64>,
    /// End with this height; without it, go on with new blocks.
    #[arg(long, value_name = "HEIGHT", value_parser = clap::value_parser!(u64).range(1..))]
    pub to_height: Option<u64>,
    /// The time between two looks at a node.
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub every: Duration,
    /// Keep what was signed in this file over a restart.
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// How many megabytes of votes are kept.
    #[arg(long, default_value_t = 64, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=16_384))]
    pub keep: u64,
    /// Print a line of JSON for each thing that happens.
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

/// Watches, and ends where --to-height says so.
///
/// # Errors
/// One sentence; [`Exit`] with a code of its own for what was found and could not be settled.
pub fn run(args: &Fish) -> Result<()> {
    if let (Some(from), Some(to)) = (args.from_height, args.to_height)
        && from > to
    {
        bail!("--from-height {from} is above --to-height {to}");
    }
    let setup = Setup::load(&args.common)?;
    let chain = Chain::of(&setup, args.contract.as_deref())?;
    let sender = chain.sender(&setup, &args.signing)?;
    let first = match (args.from_height, args.to_height) {
        (None, Some(to)) => Some(to.min(chain.client.height()?)),
        (from, _) => from,
    };
    let nodes: Vec<&String> = setup.file.chain.node.iter().chain(&args.fork_node).collect();
    let sources = nodes.iter().map(|url| Source::new(url, setup.timeout, &chain.id, first, args.to_height));
    let sources = sources.collect::<bsn_rpc::Result<Vec<_>>>()?;
    let options = Options {
        range: args.to_height.map(|to| (first.unwrap_or(to), to)),
        bytes: usize::try_from(args.keep << 20)?,
        store: args.store.clone(),
        is_json: args.json || setup.output == Output::Json,
        sources: sources.len(),
    };
    let mut fisher = Fisher::begin(&options, &chain, sender.as_ref())?;
    let (out, heard) = sync_channel(AHEAD);
    for source in sources {
        let (out, every) = (out.clone(), args.every);
        std::thread::spawn(move || source.run(every, &out));
    }
    drop(out);
    fisher.watch(&heard)
}
