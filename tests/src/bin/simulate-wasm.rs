//! `cargo xtask simulate --wasm`: the simulation on the real wasm.

use std::process::ExitCode;

use simulation::{Plan, cli};
use tests::simulated::machine;

fn main() -> ExitCode {
    let default = Plan { seed: cli::seed_of_the_clock(), fps: 20, blocks: 300, wasm: true };
    match cli::plan(std::env::args().skip(1), default).and_then(|plan| Ok((plan, machine()?))) {
        Ok((plan, machine)) => cli::run(plan, machine),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
