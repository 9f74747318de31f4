//! What each command does.

pub mod connect;
pub mod covenant;
pub mod deploy;
mod devnet;
pub mod doctor;
pub mod fish;
pub mod fp;
pub mod init;
pub mod keep;
pub mod of_message;
pub mod of_setup;
pub mod of_terms;
pub mod of_wallet;
pub mod of_withdrawal;
pub mod payout;
pub mod prove;
pub mod register;
pub mod relayer;
pub mod serve;
pub mod slash;
pub mod stake;
pub mod timestamp;
pub mod unbond;
pub mod upgrade;
pub mod verify;
pub mod vote;
pub mod watch;

use anyhow::{Context, Result, bail};
use bsn_rpc::{Client, Retry, address};
use serde_json::{Value, json};

use crate::args::{Args, Command, Nodes, Query, Target};
use crate::place::Found;

/// Runs a command.
///
/// # Errors
/// One sentence that names who or what is to blame.
pub fn run(args: Args) -> Result<()> {
    match args.command {
        Command::Devnet(args) => devnet::run(args),
        Command::Query(args) => query(&args),
        Command::Nodes(args) => nodes(&args),
        Command::Serve(args) => serve::run(args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Fish(args) => fish::run(&args),
        Command::Fp(args) => fp::run(&args),
        Command::Keep(args) => keep::run(&args),
        Command::Prove(args) => prove::run(&args),
        Command::Payout(args) => payout::run(&args),
        Command::Register(args) => register::run(&args),
        Command::Timestamp(args) => timestamp::run(&args),
        Command::Slash(args) => slash::run(&args),
        Command::Vote(args) => vote::run(&args),
        Command::Covenant(args) => covenant::run(&args),
        Command::Stake(args) => stake::run(&args),
        Command::Unbond(args) => unbond::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Relayer(args) => relayer::run(&args),
        Command::Connect(args) => connect::run(&args),
        Command::Upgrade(args) => upgrade::run(&args),
        Command::Verify(args) => verify::run(&args),
    }
}

/// The chain that is asked: of its nodes those that can be believed.
///
/// # Errors
/// What is held against them, if none can be.
pub fn connect(target: &Target) -> Result<Client> {
    let client = Client::with(&target.node, Retry { timeout: target.timeout, ..Retry::default() })?;
    if let [_] = client.nodes() {
        let found = client.status()?;
        if let Some(expected) = target.chain_id.clone().filter(|expected| *expected != found.chain_id) {
            let (node, found) = (found.node, found.chain_id);
            return Err(bsn_rpc::Error::WrongChain { node, expected, found }.into());
        }
        return Ok(client);
    }
    Ok(client.believed(target.chain_id.as_deref())?)
}

fn query(args: &Query) -> Result<()> {
    let message: Value =
        serde_json::from_str(&args.message).with_context(|| format!("`{}` is no JSON", args.message))?;
    let Found { target, contract } =
        args.place.found(Retry { timeout: args.place.timeout(), ..Retry::default() })?;
    address::prefix(&contract)?;
    let client = connect(&target)?;
    let prefix = client.prefix()?;
    address::decode(&prefix, &contract)?;
    let answer = client.smart(&contract, &message)?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

fn nodes(args: &Nodes) -> Result<()> {
    let retry = Retry { timeout: args.target.timeout, ..Retry::default() };
    let client = Client::with(&args.target.node, retry)?;
    let verdicts = client.compare(args.target.chain_id.as_deref());
    if args.json {
        let shown: Vec<Value> = verdicts
            .iter()
            .map(|it| {
                let fault = it.fault.as_ref().map(ToString::to_string);
                json!({ "node": it.node, "height": it.height, "fault": fault })
            })
            .collect();
        println!("{}", serde_json::to_string(&shown)?);
    } else {
        for verdict in &verdicts {
            match (&verdict.fault, verdict.height) {
                (Some(fault), _) => println!("bad  {fault}"),
                (None, height) => println!("ok   {} at height {}", verdict.node, height.unwrap_or_default()),
            }
        }
    }
    let bad = verdicts.iter().filter(|verdict| verdict.fault.is_some()).count();
    if bad > 0 {
        bail!("{bad} of {} nodes cannot be believed", verdicts.len());
    }
    Ok(())
}
