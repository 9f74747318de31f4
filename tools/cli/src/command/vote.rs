//! `bsn vote`.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Error, Result, anyhow, bail};
use bsn_rpc::{Client, Node, Retry};
use clap::Args as Group;
use eots::SecretKey;
use serde_json::json;

use super::of_setup::Chain;
use crate::args::duration;
use crate::config::{Common, Output, Setup};
use crate::exit::Exit;
use crate::keys::Signing;
use crate::vote::file::Head;
use crate::vote::key::FpKey;
use crate::vote::look::Look;
use crate::vote::run::{OTHER_HASH, Options, Round, Voter};
use crate::vote::send::Outbox;
use crate::vote::show::Say;
use crate::vote::signer::Signer;
use crate::vote::state::{self, Disk, State};

/// A new state begins so many heights above the highest block that any node shows: a node may lag behind whoever voted before.
const MARGIN: u64 = bsn_rpc::compare::MAY_LAG;

/// How long a vote may take until a block has it; then what is open is looked at again.
const INCLUSION: Duration = Duration::from_secs(30);

/// `bsn vote`. Exit codes: 0 done, 1 something did not work, 2 called in a wrong way, 4 nothing may be signed with this key and
/// this state, 5 with --once: at a height that was signed another hash is shown.
#[derive(Debug, Group)]
pub struct Vote {
    /// The finality provider's key.
    #[command(flatten)]
    pub key: FpKey,
    /// The record of what was signed. As precious as the key: never copy it, never put back an old one.
    #[arg(long, env = "BSN_VOTE_STATE", value_name = "FILE")]
    pub state: PathBuf,
    /// Make that file and end. Only while no other `bsn vote` has this key.
    #[arg(long, conflicts_with_all = ["once", "dry_run"])]
    pub create: bool,
    /// How many heights ahead have randomness; it is filled up when half is left.
    #[arg(long, default_value_t = 50_000, value_name = "HEIGHTS", value_parser = clap::value_parser!(u64).range(20..=1_000_000))]
    pub ahead: u64,
    /// How many heights are voted at in a round, and in a message.
    #[arg(long, default_value_t = 100, value_name = "HEIGHTS", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub batch: u32,
    /// How many nodes must show a hash before it is signed. Of those that answer none may show another.
    #[arg(long, default_value_t = 1, value_name = "NODES", value_parser = clap::value_parser!(u32).range(1..))]
    pub agree: u32,
    /// One round, and end.
    #[arg(long)]
    pub once: bool,
    /// The time between two rounds.
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub every: Duration,
    /// Print a line of JSON for each thing that happens.
    #[arg(long)]
    pub json: bool,
    /// The contract's address; without it, that of the record, or the one that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who pays for the transactions. No question is asked before sending.
    #[command(flatten)]
    pub signing: Signing,
}

/// Votes, until it is interrupted; one round with --once or --dry-run.
///
/// # Errors
/// One sentence; [`Exit`] with a code of its own where nothing may be signed.
pub fn run(args: &Vote) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let chain = Chain::of(&setup, args.contract.as_deref())?;
    let key = args.key.load()?;
    let retry = Retry { timeout: setup.timeout, ..Retry::default() };
    let all = Client::with(&setup.file.chain.node, retry)?;
    let count = all.nodes().len();
    if usize::try_from(args.agree)? > count {
        bail!("--agree {} needs as many nodes, and {count} are named", args.agree);
    }
    let say = Say::new(args.json || setup.output == Output::Json);
    let whose = Head {
        chain_id: chain.id.clone(),
        contract: chain.contract.clone(),
        fp: key.public_key().into(),
        first: 0,
    };
    if args.create {
        return create(args, whose, all.nodes(), &say);
    }
    let sender = chain.sender(&setup, &args.signing)?.map(|sender| sender.waits_at_most(INCLUSION));
    let mut look = Look::new(all, &chain.contract, &chain.id, whose.fp)?;
    if args.signing.dry_run {
        let contents = state::peek(&args.state, &whose).map_err(unusable)?;
        let signer = signer(key, State::on(NoDisk, contents))?;
        return vote(args, &chain, look, Outbox { sender: None, contract: &chain.contract }, signer, say);
    }
    let kept = state::open(&args.state, &whose, || look.needed()).map_err(unusable)?;
    if kept.cut > 0 {
        say.event(
            "the state ended in the middle of a line, which was never signed: it was cut",
            &json!({ "event": "cut", "bytes": kept.cut }),
        );
    }
    let signer = signer(key, kept.state)?;
    vote(args, &chain, look, Outbox { sender, contract: &chain.contract }, signer, say)
}

fn create(args: &Vote, whose: Head, nodes: &[Node], say: &Say) -> Result<()> {
    let heights =
        nodes.iter().filter_map(|node| bsn_rpc::read::status_of(node).ok()).map(|status| status.height);
    let tip = heights.max().ok_or_else(|| anyhow!("no node says how high the chain is"))?;
    let first = tip + MARGIN + 1;
    state::create(&args.state, &Head { first, ..whose })?;
    say.event(
        &format!("made {}: nothing is signed below height {first}", args.state.display()),
        &json!({ "event": "created", "state": args.state.display().to_string(), "first": first }),
    );
    Ok(())
}

fn signer<D: Disk>(key: SecretKey, state: State<D>) -> Result<Signer<D>> {
    Signer::new(key, state).map_err(Error::msg)
}

fn unusable(error: Error) -> Error {
    Exit { code: crate::vote::run::MUST_NOT_SIGN, text: format!("{error:#}") }.into()
}

/// A dry run's: it takes nothing, so nothing can be signed.
#[derive(Debug)]
struct NoDisk;

impl Disk for NoDisk {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::Error::other("a dry run signs nothing"))
    }

    fn confirm(&mut self) -> io::Result<()> {
        Err(io::Error::other("a dry run signs nothing"))
    }
}

/// Votes by the nodes that are looked at.
fn vote<D: Disk>(
    args: &Vote,
    chain: &Chain,
    look: Look<'_>,
    outbox: Outbox<'_>,
    signer: Signer<D>,
    say: Say,
) -> Result<()> {
    let (fp, first, highest) = (signer.fp(), signer.state().head().first, signer.state().highest());
    let nodes = match look.nodes() {
        1 => "one node".to_owned(),
        count => format!("{count} nodes"),
    };
    let options = Options {
        ahead: args.ahead,
        batch: usize::try_from(args.batch)?,
        agree: usize::try_from(args.agree)?,
        is_dry: args.signing.dry_run,
    };
    let last = highest.map_or_else(
        || format!("nothing was signed from height {first} on"),
        |last| format!("signed up to height {last}"),
    );
    say.event(
        &format!("votes for {fp} on {}, by {nodes}; {last}", chain.id),
        &json!({ "event": "voting", "fp": fp.to_string(), "chain_id": chain.id, "first": first, "highest": highest }),
    );
    let mut voter = Voter::new(look, signer, outbox, options, say);
    if args.once || options.is_dry {
        return ended(&voter.round()?);
    }
    // Two that were started together do not go on together.
    let pace = Retry { first_pause: args.every, longest_pause: args.every, ..Retry::default() };
    loop {
        match voter.round() {
            Ok(round) => {
                round.troubles.iter().for_each(|why| voter.say().note(why));
                if round.left > 0 && round.voted > 0 {
                    continue;
                }
            }
            Err(error) if error.downcast_ref::<Exit>().is_some() => return Err(error),
            Err(error) => voter.say().note(&format!("{error:#}")),
        }
        std::thread::sleep(pace.pause(0));
    }
}

/// How a single round ends.
fn ended(round: &Round) -> Result<()> {
    if let Some(height) = round.refused.first() {
        let text = format!("at height {height} another hash than the signed one is shown: see above");
        return Err(Exit { code: OTHER_HASH, text }.into());
    }
    match round.troubles.first() {
        Some(why) => bail!("{why}"),
        None => Ok(()),
    }
}
