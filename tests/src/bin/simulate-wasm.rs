//! `cargo xtask simulate --wasm`: the simulation on the real wasm.

use std::process::ExitCode;

use devnet::Machine;
use simulation::{Plan, cli};

fn main() -> ExitCode {
    let (flags, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word == "--backlog");
    let (fps, blocks) = if flags.is_empty() { (20, 300) } else { (100, 400) };
    let default = Plan { seed: cli::seed_of_the_clock(), fps, blocks, wasm: true, verified: false };
    let wasm = || Machine::wasm().map_err(|error| error.to_string());
    match cli::plan(words.into_iter(), default).and_then(|plan| Ok((plan, wasm()?))) {
        Ok((plan, machine)) if flags.is_empty() => cli::run(plan, &machine),
        Ok((plan, machine)) => cli::backlog(plan, &machine),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
