//! `cargo xtask simulate`: the contracts natively.

use std::process::ExitCode;

use simulation::{Plan, cli, native};

fn main() -> ExitCode {
    let default = Plan { seed: cli::seed_of_the_clock(), fps: 200, blocks: 1_500, wasm: false };
    match cli::plan(std::env::args().skip(1), default) {
        Ok(plan) => cli::run(plan, native::machine()),
        Err(usage) => {
            eprintln!("{usage}");
            ExitCode::FAILURE
        }
    }
}
