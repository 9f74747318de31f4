//! Long lives: a quiet one, and one with as much as a chain can bear. What is kept and what the hooks' storage costs must
//! level off, and after every few blocks the tables hold what they must and no more than they may ([`keeping`]).
//!
//! Everything comes and goes in rounds: a set of commitments, a hundred epochs, a sweep through all delegations.
//! Within a round the size moves by some per cent, so what is held against each other are the **highest points of whole
//! rounds**, looked at often, and not figures of single blocks, which say where in its round a block was.

mod keeping;
mod letter;
mod pace;
mod seen;
mod series;
mod stakes;
mod steady_load;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use devnet::StateSize;

use crate::Broken;
use crate::chart::{self, Line, Panel, Scale};
use crate::report::seconds;
pub use keeping::{Backlog, Breach, Keeping, Knobs, table};
pub use pace::Pace;
pub use seen::Seen;
pub use series::{Level, Series};
pub use steady_load::Life;

/// Every how many blocks the tables are looked at.
const LOOK: u64 = 16;
/// A round: longer than a set of commitments, a hundred epochs, or a sweep through all delegations that are kept.
pub const ROUND: u64 = 1_280;
/// Three rounds until everything has come round; then no more than a hundredth.
const LEVEL: Level = Level { warm: 3 * ROUND, per_mille: 10, slack: 16 };

/// What a round came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    pub most_expensive: u64,
    /// The most records in each table.
    pub tables: BTreeMap<u8, u64>,
}

type Figure = fn(&Round) -> u64;

/// Runs so many blocks, and on to the end of the round.
///
/// # Errors
/// [`Broken`]: a message is refused, a hook fails or is too expensive, finality falls behind, or a table holds too much or too
/// little.
pub fn run(pace: Pace, blocks: u64, mut progress: impl FnMut(&Round)) -> Result<Vec<Round>, Broken> {
    let mut life = Life::begin(pace)?;
    let mut rounds = Vec::new();
    for number in 1..=blocks.div_ceil(ROUND) {
        let mut round = Round { block: number * ROUND, ..Round::default() };
        for block in 1..=ROUND {
            let gas = life.block()?;
            round.hooks += gas;
            round.most_expensive = round.most_expensive.max(gas);
            if block.is_multiple_of(LOOK) {
                round.look(&mut life)?;
            }
        }
        round.hooks /= ROUND;
        progress(&round);
        rounds.push(round);
    }
    Ok(rounds)
}

/// Runs so many blocks and judges the tables now and then, without figures.
///
/// # Errors
/// Those of [`run`].
pub fn live(pace: Pace, blocks: u64) -> Result<(), Broken> {
    let mut life = Life::begin(pace)?;
    for block in 1..=blocks {
        life.block()?;
        if block.is_multiple_of(4 * LOOK) {
            life.judge()?;
        }
    }
    Ok(())
}

impl Round {
    fn look(&mut self, life: &mut Life) -> Result<(), Broken> {
        let seen = life.judge()?;
        let StateSize { entries, bytes } = life.size();
        self.bytes = self.bytes.max(bytes);
        self.records = self.records.max(entries);
        for (letter, count) in seen.counts {
            let most = self.tables.entry(letter).or_default();
            *most = count.max(*most);
        }
        Ok(())
    }
}

/// The figures of all rounds, and the tables by their letters.
fn series(rounds: &[Round]) -> Vec<Series> {
    let of = |name: String, figure: &dyn Fn(&Round) -> u64| Series {
        name,
        points: rounds.iter().map(|round| (round.block, figure(round))).collect(),
    };
    let mut series = vec![
        of("bytes".into(), &|round| round.bytes),
        of("records".into(), &|round| round.records),
        of("gas of the hooks' storage".into(), &|round| round.hooks),
        of("gas of the most expensive hooks' storage".into(), &|round| round.most_expensive),
    ];
    let letters: BTreeSet<u8> = rounds.iter().flat_map(|round| round.tables.keys().copied()).collect();
    series.extend(letters.into_iter().map(|letter| {
        let name = format!("table `{}`, {}", char::from(letter), table(letter));
        of(name, &move |round| round.tables.get(&letter).copied().unwrap_or_default())
    }));
    series
}

/// What has not levelled off.
pub fn complaints(rounds: &[Round]) -> Vec<String> {
    LEVEL.complaints(&series(rounds))
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
                line("the most expensive of a round", |round| round.most_expensive),
            ],
        ),
    ])
}

/// Runs a life, and tells how it goes; the rounds, if all was as it must be.
fn told(pace: Pace, blocks: u64) -> Option<Vec<Round>> {
    let start = Instant::now();
    println!("{pace}, {blocks} blocks in rounds of {ROUND}");
    println!("{:>8} {:>10} {:>9} {:>10} {:>10}", "block", "bytes", "records", "hooks", "most expensive");
    let told = |round: &Round| {
        let Round { block, bytes, records, hooks, most_expensive, .. } = round;
        println!(
            "{block:>8} {bytes:>10} {records:>9} {hooks:>10} {most_expensive:>10}   {}",
            seconds(start.elapsed())
        );
    };
    let rounds = run(pace, blocks, told).inspect_err(|broken| eprintln!("{broken}")).ok()?;
    let complaints = complaints(&rounds);
    complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
    complaints.is_empty().then_some(rounds)
}

/// Runs a quiet life, and of a fourth of its blocks one with as much as a chain can bear; prints the tables, and writes the
/// picture of the quiet one.
pub fn report(fps: u32, blocks: u64, picture_at: &Path) -> ExitCode {
    let busy = told(Pace::rush(200.min(2 * fps), 300), blocks / 4);
    let (Some(_), Some(rounds)) = (busy, told(Pace::quiet(fps), blocks)) else { return ExitCode::FAILURE };
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

    #[test]
    fn a_table_that_grows_is_named_by_its_letter_and_block() {
        let round = |number| Round {
            block: number * ROUND,
            bytes: 10_000,
            records: 100,
            hooks: 50_000,
            most_expensive: 90_000,
            tables: BTreeMap::from([(letter::ANCHORS, 13), (letter::POWERS, 1_000 + 50 * number)]),
        };
        let rounds: Vec<_> = (1..=23).map(round).collect();
        let complaints = complaints(&rounds);
        assert_eq!(complaints, ["table `h`, power history: 1650 at block 16640, then 2150 at block 29440"]);
    }
}
