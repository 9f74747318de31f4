//! `cargo xtask simulate`: the contracts natively, under faults or, with `--flat`, for very long.

use std::path::Path;
use std::process::ExitCode;

use simulation::{Plan, cli, flat, native};

/// Where the picture of the long run goes.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/flat.svg");

fn main() -> ExitCode {
    let (words, flags): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word != "--flat");
    let is_flat = !flags.is_empty();
    let (fps, blocks) = if is_flat { (100, 100_000) } else { (200, 1_500) };
    let default = Plan { seed: cli::seed_of_the_clock(), fps, blocks, wasm: false };
    match cli::plan(words.into_iter(), default) {
        Ok(plan) if is_flat => flat::report(plan.fps, plan.blocks, Path::new(PICTURE)),
        Ok(plan) => cli::run(plan, native::machine()),
        Err(usage) => {
            eprintln!("{usage}");
            ExitCode::FAILURE
        }
    }
}
