//! `cargo xtask simulate`: the contracts natively, under faults, or for very long, or with a backlog.

use std::path::Path;
use std::process::ExitCode;

use devnet::Machine;
use simulation::{Plan, cli, flat};

/// Where the picture of the long run goes.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/flat.svg");

fn main() -> ExitCode {
    let (flags, words): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|word| word == "--flat" || word == "--backlog");
    let flag = flags.first().map(String::as_str);
    let (fps, blocks) = match flag {
        Some("--flat") => (100, 100_000),
        Some(_) => (100, 10_000),
        None => (200, 1_500),
    };
    let default = Plan { seed: cli::seed_of_the_clock(), fps, blocks, wasm: false, verified: false };
    match (cli::plan(words.into_iter(), default), flag) {
        (Ok(plan), Some("--flat")) => flat::report(plan.fps, plan.blocks, Path::new(PICTURE)),
        (Ok(plan), Some(_)) => cli::backlog(plan, &Machine::native()),
        (Ok(plan), None) => cli::run(plan, &Machine::native()),
        (Err(usage), _) => {
            eprintln!("{usage}");
            ExitCode::FAILURE
        }
    }
}
