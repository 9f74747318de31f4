//! The release artifacts on a real chain, through a real relayer: `cargo xtask chain-test`.
//!
//! # The idea
//!
//! The embedded chain is ours, and so could be wrong about wasmd, IBC or gas in the same way as the contracts. Here
//! the same wasm meets wasmd, and the published Go relayer carries packets that a Go program of its own has decoded.
//! Everything the contract is told is a signed transaction, everything it says is read over RPC.
//!
//! # The danger
//!
//! Real time. Two chains, a relayer and whatever else runs share the machine: nothing here may depend on how long
//! something takes, only on the order in which it happens; and waiting has an end.
//!
//! # Where things are
//!
//! | module | what |
//! |---|---|
//! | `scenarios` | what must hold; a file's name is the claim |
//! | `gas`, `load` | what calls cost here and in the embedded chain; 100 finality providers on each block |
//! | `world`, `voting`, `ways` | two chains, the relayer, the contract, those who sign, and how their votes travel |
//! | `alone` | one chain without Babylon: what people do there in its place |
//! | `chain`, `relayer`, `process` | the programs, which are stopped whatever happens |
//! | `operator` | somebody who has `bsn` and nothing else |
//! | `account`, `contract`, `wire` | transactions, queries, messages, over `bsn-rpc` |
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::panic))]

mod account;
mod alone;
mod args;
mod chain;
mod claims;
mod contract;
mod gas;
mod load;
mod operator;
mod process;
mod relayer;
mod say;
mod scenarios;
mod voting;
mod ways;
mod wire;
mod world;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use args::{Args, Part};
use claims::Claims;
use world::{Programs, World, workspace};

fn main() -> ExitCode {
    say::seconds();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = args::parse(&args).and_then(|args| run(&args));
    let left = process::left();
    if !left.is_empty() {
        eprintln!("\nerror: still running: {left:?}");
        return ExitCode::FAILURE;
    }
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Milliseconds between blocks where nothing asks for more.
const QUICK: u64 = 400;

/// The same where hundreds of blocks must pass.
const BRISK: u64 = 150;

/// The artifacts of the release before.
const RELEASE: &str = "tests/fixtures/0.1.0";

/// Runs what is asked for; gives whether every claim held.
fn run(args: &Args) -> Result<bool> {
    process::listen()?;
    let mut claims = Claims::default();
    if args.wants(Part::Scenarios) {
        say::step("two chains and a relayer");
        let mut world = World::start(&args.programs, "scenarios", 6, QUICK)?;
        scenarios::run(&mut world, &mut claims);
        drop(world);
        say::step("two chains whose stake is verified");
        let mut world = World::start(&args.programs, "verified", 1, QUICK)?;
        scenarios::verified(&mut world, &mut claims);
    }
    if args.wants(Part::Alone) {
        say::step("one chain without Babylon");
        let mut world = World::start_alone(&args.programs, "alone", 4, BRISK)?;
        scenarios::alone(&mut world, &mut claims);
    }
    if args.wants(Part::Bsn) {
        say::step("two chains with nothing on them");
        let mut world = World::start(&args.programs, "deploy", 4, QUICK)?;
        scenarios::deploy(&mut world, &mut claims);
        drop(world);
        say::step("two chains with the release before");
        let before = Programs { artifacts: workspace().join(RELEASE), ..args.programs.clone() };
        let mut world = World::start(&before, "upgrade", 4, QUICK)?;
        scenarios::upgrade(&mut world, &mut claims);
    }
    let mut rows = Vec::new();
    if args.wants(Part::Gas) {
        say::step("gas");
        let mut world = World::start(&args.programs, "gas", 10, gas::PACE_MS)?;
        rows = gas::measure(&mut world, &mut claims);
    }
    let mut runs = Vec::new();
    if args.wants(Part::Load) {
        say::step("load");
        let mut world = World::start(&args.programs, "load", load::SIGNERS, load::PACE_MS)?;
        runs = load::measure(&mut world, args.blocks, &mut claims);
        let path = args.programs.folder.join("load.svg");
        load::write(&path, &runs)?;
        say::line(&format!("the picture is {}", path.display()));
    }
    say::step(&format!("done; logs are in {}", args.programs.folder.display()));
    if args.is_json {
        println!(
            "{:#}",
            json!({ "claims": claims.json(), "gas": gas::json(&rows), "load": load::json(&runs), "seconds": say::seconds() })
        );
    } else {
        claims.print();
        if !rows.is_empty() {
            gas::print(&rows, gas::NOT_SHOWN);
        }
        if !runs.is_empty() {
            load::print(&runs);
        }
    }
    Ok(claims.failures() == 0)
}
