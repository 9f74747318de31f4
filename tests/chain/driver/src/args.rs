//! What is asked for on the command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::world::{Programs, workspace};

/// How it is called; normally by `cargo xtask chain-test`.
pub const USAGE: &str = "\
usage: chain-test --chain PROGRAM --relayer PROGRAM [--only scenarios|alone|bsn|gas|load] [--blocks N] [--port P] [--json]

  --chain     tests/chain, built
  --relayer   tests/chain/rly, built
  --only      one part: the scenarios, those of a chain without Babylon alone, those of the program bsn alone, the gas table, or
              the load of 100 finality providers
  --blocks    for how many blocks the load lasts, each way of voting (200)
  --port      the first of twenty ports on loopback (27600)
  --json      the result as JSON on stdout";

/// A part of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What must hold.
    Scenarios,
    /// What must hold of a chain without Babylon: a part of the scenarios.
    Alone,
    /// What must hold of the program `bsn`: a part of the scenarios.
    Bsn,
    /// What calls cost, beside the embedded chain's figures.
    Gas,
    /// 100 finality providers on each block.
    Load,
}

/// Everything asked for.
#[derive(Debug, Clone)]
pub struct Args {
    /// What is on this machine.
    pub programs: Programs,
    /// The only part, or all.
    pub only: Option<Part>,
    /// Blocks under load, each way of voting.
    pub blocks: u64,
    /// Whether the result is JSON.
    pub is_json: bool,
}

impl Args {
    /// Whether a part is asked for.
    pub fn wants(&self, part: Part) -> bool {
        let is_scenarios = matches!(part, Part::Alone | Part::Bsn);
        self.only.is_none_or(|only| only == part || (only == Part::Scenarios && is_scenarios))
    }
}

/// Reads the arguments.
///
/// # Errors
/// If they make no sense.
pub fn parse(args: &[String]) -> Result<Args> {
    let (mut chain, mut relayer) = (None, None);
    let (mut only, mut blocks, mut port, mut is_json) = (None, 200, 27_600, false);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().with_context(|| format!("`{arg}` needs a value\n\n{USAGE}"));
        match arg.as_str() {
            "--chain" => chain = Some(PathBuf::from(value()?)),
            "--relayer" => relayer = Some(PathBuf::from(value()?)),
            "--blocks" => blocks = value()?.parse().context("`--blocks` needs a number")?,
            "--port" => port = value()?.parse().context("`--port` needs a port")?,
            "--only" => only = Some(part(value()?)?),
            "--json" => is_json = true,
            other => bail!("there is no `{other}`\n\n{USAGE}"),
        }
    }
    let needed = |path: Option<PathBuf>, name| path.with_context(|| format!("`{name}` is needed\n\n{USAGE}"));
    let target = workspace().join("target");
    let programs = Programs {
        chain: needed(chain, "--chain")?,
        relayer: needed(relayer, "--relayer")?,
        artifacts: workspace().join("artifacts"),
        folder: target.join("chain-test"),
        port,
    };
    Ok(Args { programs, only, blocks, is_json })
}

fn part(word: &str) -> Result<Part> {
    match word {
        "scenarios" => Ok(Part::Scenarios),
        "alone" => Ok(Part::Alone),
        "bsn" => Ok(Part::Bsn),
        "gas" => Ok(Part::Gas),
        "load" => Ok(Part::Load),
        other => bail!("there is no part `{other}`\n\n{USAGE}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Args> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_parts_are_wanted_unless_one_is_named() {
        let all = parsed("--chain a --relayer b").unwrap();
        let parts = [Part::Scenarios, Part::Alone, Part::Bsn, Part::Gas, Part::Load];
        assert!(parts.iter().all(|part| all.wants(*part)));
        let scenarios = parsed("--chain a --relayer b --only scenarios").unwrap();
        for (word, part) in [("alone", Part::Alone), ("bsn", Part::Bsn)] {
            let one = parsed(&format!("--chain a --relayer b --only {word}")).unwrap();
            assert_eq!(parts.map(|other| one.wants(other)), parts.map(|other| other == part));
            assert!(scenarios.wants(part));
        }
        assert!(!scenarios.wants(Part::Gas) && !scenarios.wants(Part::Load));
        let one = parsed("--chain a --relayer b --only gas --json --blocks 5 --port 9").unwrap();
        assert!(
            one.wants(Part::Gas)
                && !one.wants(Part::Load)
                && one.is_json
                && one.blocks == 5
                && one.programs.port == 9
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "",
            "--chain a",
            "--chain a --relayer",
            "--chain a --relayer b --only x",
            "--chain a --relayer b x",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
