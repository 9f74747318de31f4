//! A long quiet life: everybody votes in every block, delegations come and run out, randomness is committed, epochs are
//! timestamped, retention is short. What is kept and what the hooks' storage costs must level off.
//!
//! Everything comes and goes in rounds: a set of commitments, a hundred epochs, a sweep through all delegations.
//! Within a round the size moves by some per cent, so what is held against each other are the **highest points of whole
//! rounds**, looked at often, and not figures of single blocks, which say where in its round a block was.

mod life;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use devnet::StateSize;

use crate::Broken;
use crate::chart::{self, Line, Panel, Scale};
use crate::report::seconds;
pub use life::Life;

/// Every how many blocks the size is looked at.
const LOOK: u64 = 16;
/// A round: longer than a set of commitments, a hundred epochs, or a sweep through all delegations that are kept.
pub const ROUND: u64 = 1_280;
/// So many rounds until everything has come round.
const WARM: usize = 3;
/// How much more than before may be kept or used later, in per mille.
const MORE: u64 = 10;

/// What a round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Its last block.
    pub block: u64,
    /// The most bytes of keys and values.
    pub bytes: u64,
    /// The most records.
    pub records: u64,
    /// SDK gas of the storage that a block's hooks used, on average.
    pub hooks: u64,
    /// The most in one block.
    pub dearest: u64,
}

type Figure = fn(&Round) -> u64;

/// Runs so many blocks, and on to the end of the round.
///
/// # Errors
/// [`Broken`]: a message is refused, a hook fails, or finality falls behind.
pub fn run(fps: u32, blocks: u64, mut progress: impl FnMut(&Round)) -> Result<Vec<Round>, Broken> {
    let mut life = Life::begin(fps)?;
    let mut rounds = Vec::new();
    for number in 1..=blocks.div_ceil(ROUND) {
        let mut round = Round { block: number * ROUND, ..Round::default() };
        for block in 1..=ROUND {
            let gas = life.block()?;
            round.hooks += gas;
            round.dearest = round.dearest.max(gas);
            if block.is_multiple_of(LOOK) {
                let StateSize { entries, bytes } = life.size();
                round.bytes = round.bytes.max(bytes);
                round.records = round.records.max(entries);
            }
        }
        round.hooks /= ROUND;
        progress(&round);
        rounds.push(round);
    }
    Ok(rounds)
}

/// What has not levelled off: after the first rounds, no round of the second half may be more than a hundredth above
/// the highest of the first half.
pub fn complaints(rounds: &[Round]) -> Vec<String> {
    let warm = rounds.get(WARM..).unwrap_or_default();
    let (first, second) = warm.split_at(warm.len() / 2);
    let figures: [(&str, Figure); 4] = [
        ("bytes", |round| round.bytes),
        ("records", |round| round.records),
        ("gas of the hooks' storage", |round| round.hooks),
        ("gas of the dearest hooks' storage", |round| round.dearest),
    ];
    let most = |half: &[Round], figure: Figure| half.iter().map(figure).max();
    let mut complaints = Vec::new();
    for (name, figure) in figures {
        match (most(first, figure), most(second, figure)) {
            (Some(before), Some(after)) if after * 1_000 <= before * (1_000 + MORE) => {}
            (before, after) => complaints.push(format!("{name}: at most {before:?}, then {after:?}")),
        }
    }
    complaints
}

/// Size and gas, round by round.
pub fn picture(fps: u32, rounds: &[Round]) -> String {
    let line = |name: &str, figure: Figure| Line {
        name: name.into(),
        points: rounds.iter().map(|round| (round.block, figure(round))).collect(),
    };
    let panel = |title: String, lines| Panel {
        title,
        across: "blocks".into(),
        x: Scale::Linear,
        y: Scale::Linear,
        lines,
    };
    chart::svg(&[
        panel(
            format!(
                "what bsn keeps with {fps} finality providers and short retention, bytes, most of a round"
            ),
            vec![line("keys and values", |round| round.bytes)],
        ),
        panel(
            "SDK gas of the storage that a block's hooks use".into(),
            vec![
                line("on average", |round| round.hooks),
                line("the dearest of a round", |round| round.dearest),
            ],
        ),
    ])
}

/// Runs, prints the table, writes the picture.
pub fn report(fps: u32, blocks: u64, picture_at: &Path) -> ExitCode {
    let start = Instant::now();
    println!("{fps} finality providers, {blocks} blocks in rounds of {ROUND}");
    println!("{:>8} {:>10} {:>9} {:>10} {:>10}", "block", "bytes", "records", "hooks", "dearest");
    let told = |round: &Round| {
        let Round { block, bytes, records, hooks, dearest } = round;
        println!(
            "{block:>8} {bytes:>10} {records:>9} {hooks:>10} {dearest:>10}   {}",
            seconds(start.elapsed())
        );
    };
    let rounds = match run(fps, blocks, told) {
        Ok(rounds) => rounds,
        Err(broken) => {
            eprintln!("{broken}");
            return ExitCode::FAILURE;
        }
    };
    let complaints = complaints(&rounds);
    complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
    if !complaints.is_empty() {
        return ExitCode::FAILURE;
    }
    println!("what is kept, and what hooks cost, levels off");
    match std::fs::write(picture_at, picture(fps, &rounds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", picture_at.display());
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(grows_by: u64) -> Vec<Round> {
        let round = |number| Round {
            block: number * ROUND,
            bytes: 10_000 + number * grows_by,
            records: 100,
            hooks: 50_000,
            dearest: 90_000,
        };
        (1..=23).map(round).collect()
    }

    #[test]
    fn growth_is_named_and_a_level_is_not() {
        assert!(complaints(&rounds(0)).is_empty());
        assert_eq!(complaints(&rounds(50)), ["bytes: at most Some(10650), then Some(11150)"]);
    }

    #[test]
    fn too_few_rounds_prove_nothing() {
        assert_eq!(complaints(&rounds(0)[..4]).len(), 4);
    }
}
