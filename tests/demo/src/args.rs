//! The flags.

use std::str::FromStr;

/// What `--help` says.
pub const USAGE: &str = "demo [--native] [--fps 4..50] [--blocks 60..5000] [--seed N] [--json]\n\n\
    --native  on the contracts compiled natively: no virtual machine, no gas\n\
    --fps     how many finality providers (5)\n\
    --blocks  how many blocks are finalized (80)\n\
    --seed    makes everything that is random (7)\n\
    --json    one JSON object on stdout instead of a table";

/// The flags.
#[derive(Debug, Clone, Copy)]
pub struct Args {
    /// How many finality providers.
    pub fps: u64,
    /// How many blocks are to be finalized.
    pub blocks: u64,
    /// The seed.
    pub seed: u64,
    /// JSON instead of a table.
    pub json: bool,
}

impl Args {
    /// Reads flags; `None` where help is asked for. An error is one sentence.
    pub fn parse(flags: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut args = Self { fps: 5, blocks: 80, seed: 7, json: false };
        let mut flags = flags;
        while let Some(flag) = flags.next() {
            let (name, inline) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (flag.as_str(), None),
            };
            let mut value = || inline.clone().or_else(|| flags.next());
            match name {
                "--" => {}
                "--fps" => args.fps = number(name, value())?,
                "--blocks" => args.blocks = number(name, value())?,
                "--seed" => args.seed = number(name, value())?,
                "--json" => args.json = true,
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("unknown flag {name}: try --fps, --blocks, --seed or --json")),
            }
        }
        within("--fps", args.fps, 4, 50)?;
        within("--blocks", args.blocks, 60, 5_000)?;
        Ok(Some(args))
    }
}

fn number<T: FromStr>(name: &str, value: Option<String>) -> Result<T, String> {
    let value = value.ok_or_else(|| format!("{name} needs a number after it"))?;
    value.parse().map_err(|_| format!("{name} needs a whole number, not {value:?}"))
}

fn within(name: &str, value: u64, least: u64, most: u64) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("{name} must be between {least} and {most}, not {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Option<Args>, String> {
        Args::parse(flags.iter().map(|flag| (*flag).to_owned()))
    }

    #[test]
    fn flags_take_their_value_either_way() {
        let args = parse(&["--", "--fps", "9", "--seed=3", "--json"]).unwrap().unwrap();
        assert_eq!((args.fps, args.blocks, args.seed, args.json), (9, 80, 3, true));
        assert!(parse(&["--fps", "9", "--help"]).unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_with_a_flag_is_said_in_one_sentence() {
        let cases: [(&[&str], &str); 4] = [
            (&["--fps", "3"], "--fps must be between 4 and 50, not 3"),
            (&["--blocks"], "--blocks needs a number after it"),
            (&["--seed", "x"], "--seed needs a whole number, not \"x\""),
            (&["--fast"], "unknown flag --fast: try --fps, --blocks, --seed or --json"),
        ];
        for (flags, sentence) in cases {
            assert_eq!(parse(flags).unwrap_err(), sentence);
        }
    }
}
