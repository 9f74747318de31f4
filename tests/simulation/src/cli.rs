//! What both programs say and read: the native one and the one on the real wasm.

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use devnet::Machine;

use crate::backlog::{self, Backlog};
use crate::report::seconds;
use crate::{Plan, Run};

/// What a run's arguments are.
pub const USAGE: &str = "arguments: [--backlog] [--verified] [--seed N] [--fps N] [--blocks N]; without a seed the clock gives one";

/// Reads a plan; `default` holds what is not said.
///
/// # Errors
/// A sentence about the first argument that cannot be read.
pub fn plan(words: impl Iterator<Item = String>, default: Plan) -> Result<Plan, String> {
    let mut plan = default;
    let mut words = words;
    while let Some(word) = words.next() {
        if word == "--verified" {
            plan.verified = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} wants a value\n{USAGE}"))?;
        let number: u64 =
            value.parse().map_err(|_| format!("{word} wants a number, not {value}\n{USAGE}"))?;
        match word.as_str() {
            "--seed" => plan.seed = number,
            "--fps" => plan.fps = u32::try_from(number).map_err(|_| format!("{number} are too many"))?,
            "--blocks" => plan.blocks = number,
            _ => return Err(format!("there is no argument {word}\n{USAGE}")),
        }
    }
    if !(4..=2_000).contains(&plan.fps) {
        return Err(format!("there must be 4 to 2,000 finality providers, not {}", plan.fps));
    }
    Ok(plan)
}

/// A seed of the clock.
pub fn seed_of_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs() % 1_000_000)
}

/// Runs a plan, and tells how it goes and what came of it.
pub fn run(plan: Plan, machine: &Machine) -> ExitCode {
    let start = Instant::now();
    println!(
        "seed {}: {} finality providers, {} of them in the set, {} blocks{}",
        plan.seed,
        plan.fps,
        plan.seats(),
        plan.blocks,
        if plan.verified { ", stake as Bitcoin shows it" } else { "" }
    );
    let told = |block: u64, report: &crate::Report| {
        let votes = report.seen.get("votes counted").copied().unwrap_or_default();
        let faults: u64 = report.injected.values().sum();
        println!(
            "  block {block} of {}: {faults} faults, {votes} votes, {}",
            plan.blocks,
            seconds(start.elapsed())
        );
    };
    match Run::start(plan, machine).and_then(|run| run.complete(told)) {
        Ok(report) => {
            println!("seed {} holds, in {}\n{report}", plan.seed, seconds(start.elapsed()));
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("seed {} does not hold: {broken}\nagain: {}", plan.seed, plan.replay());
            ExitCode::FAILURE
        }
    }
}

/// Lets a plan's backlog grow and clears it.
pub fn backlog(plan: Plan, machine: &Machine) -> ExitCode {
    let Plan { seed, fps, blocks: heights, .. } = plan;
    println!("seed {seed}: {fps} finality providers, a backlog of {heights} heights");
    match backlog::clear(Backlog { seed, fps, heights }, machine, |how| println!("  {how}")) {
        Ok(cleared) => {
            println!("{cleared}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!(
                "seed {seed} does not hold: {broken}\nagain: cargo xtask simulate --backlog --seed {seed} --fps {fps} \
                 --blocks {heights}"
            );
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Plan, String> {
        let default = Plan { seed: 1, fps: 20, blocks: 30, wasm: false, verified: false };
        plan(line.split_whitespace().map(str::to_owned), default)
    }

    #[test]
    fn what_a_failure_says_can_be_typed_in_again() {
        let plan = read("--fps 7 --seed 9 --blocks 11").unwrap();
        assert_eq!(plan, Plan { seed: 9, fps: 7, blocks: 11, wasm: false, verified: false });
        let command = plan.replay();
        assert_eq!(read(command.strip_prefix("cargo xtask simulate").unwrap()), Ok(plan));
        assert!(Plan { wasm: true, ..plan }.replay().ends_with(" --wasm"));
        let verified = Plan { verified: true, ..plan };
        assert_eq!(read(verified.replay().strip_prefix("cargo xtask simulate").unwrap()), Ok(verified));
    }

    #[test]
    fn other_arguments_are_refused() {
        for line in ["--seed", "--seed x", "--what 1", "--fps 3", "--fps 99999999999"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
