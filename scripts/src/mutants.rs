//! Mutation tests: which small changes to the code no test notices.
//!
//! # The idea
//!
//! cargo-mutants changes one expression or one function body at a time, in a copy of the tree, and runs the tests of
//! that package. What survives is a rule that no test holds. The tool is installed on demand under the target folder,
//! at one version; it is no dependency, and CI never runs it: a package takes from five minutes to an hour.
//!
//! A run must be short to be made at all. So the tests of a mutant run without debug information, without benchmarks
//! and examples, and with few cases per property, always the same ones ([`PROPERTIES`]): a score is a lower bound, and
//! a second run gives it again. What other packages' tests hold ([`Held`]) runs only against what the package's own
//! let live.
//!
//! # The danger
//!
//! Some changes change nothing that can be seen, such as `<` for `<=` where both give the same. So the floor is below
//! a hundred, and `tests/README.md` says of each survivor why it may live.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{cargo, project, say};

/// What is installed.
const VERSION: &str = "27.1.0";

/// The packages that decide and that nothing but their tests holds.
const PURE: [&str; 11] = [
    "bsn-primitives",
    "bsn-eots",
    "bsn-merkle",
    "bsn-bitcoin-spv",
    "bsn-covenant",
    "bsn-staking",
    "bsn-standing",
    "bsn-payout",
    "bsn-finality",
    "bsn-timestamping",
    "bsn-proto",
];

/// How properties are tried on a mutant: few cases, of one seed, and without a search for the smallest that fails.
const PROPERTIES: [(&str, &str); 3] =
    [("PROPTEST_CASES", "32"), ("PROPTEST_RNG_SEED", "1"), ("PROPTEST_MAX_SHRINK_ITERS", "0")];

/// What is asked of one package's tests.
struct Held {
    /// How many of a hundred mutants must be noticed.
    floor: usize,
    /// Packages whose tests are tried on what the package's own let live.
    also_by: &'static [&'static str],
}

impl Held {
    /// A shell has wiring that only chains of many blocks show, and a lower floor.
    fn of(package: &str) -> Self {
        match package {
            "bsn" => Self { floor: 80, also_by: &["simulation"] },
            _ => Self { floor: 95, also_by: &[] },
        }
    }
}

/// Output for programmers, which no rule depends on, and guesses of the tool that never compile.
const NOT_MUTATED: [&str; 2] = ["impl (fmt::)?Debug for", "with StdResult::"];

/// Runs the mutants of one package or of all pure ones: those on lines that changed since a commit, one of `n` equal
/// samples, or those that lived in the last run.
pub fn mutants(args: &[String]) -> Result<()> {
    let wanted = Wanted::parse(args)?;
    let tool = install()?;
    let folder = project::target().join("mutants");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut scores = Vec::new();
    for package in &wanted.packages {
        let which = wanted.which(&folder, package)?;
        let run = Run { tool: &tool, folder: &folder, package };
        let score = say::timed(&format!("mutants of {package}"), || run.score(&which))?;
        scores.push((package, score));
    }
    say::step("mutants");
    for (package, score) in &scores {
        say::line(&format!("{package}: {score}"));
        score.survivors.iter().for_each(|survivor| say::line(&format!("  lives: {survivor}")));
    }
    let below: Vec<&str> = scores
        .iter()
        .filter(|(package, score)| score.is_below(Held::of(package).floor))
        .map(|(package, _)| package.as_str())
        .collect();
    ensure!(below.is_empty(), "fewer mutants are noticed than must be in {}", below.join(", "));
    Ok(())
}

/// What was asked for.
#[derive(Debug, Default, PartialEq)]
struct Wanted {
    packages: Vec<String>,
    since: Option<String>,
    sample: Option<String>,
    again: bool,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut wanted = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--since" if wanted.since.is_none() => {
                    wanted.since = Some(args.next().context("`--since` needs a commit")?.clone());
                }
                "--shard" if wanted.sample.is_none() => {
                    wanted.sample = Some(args.next().context("`--shard` needs K/N, such as 0/8")?.clone());
                }
                "--again" => wanted.again = true,
                flag if flag.starts_with('-') => bail!("this task knows no `{flag}`, or not twice"),
                package if wanted.packages.is_empty() => wanted.packages.push(package.to_owned()),
                other => bail!("one package at a time: not also `{other}`"),
            }
        }
        if wanted.packages.is_empty() {
            wanted.packages = PURE.map(str::to_owned).to_vec();
        }
        Ok(wanted)
    }

    /// The tool's flags for it.
    fn which(&self, folder: &Path, package: &str) -> Result<Vec<String>> {
        let mut flags = Vec::new();
        if let Some(commit) = &self.since {
            flags.extend(["--in-diff".to_owned(), write_diff(folder, commit)?.display().to_string()]);
        }
        if let Some(sample) = &self.sample {
            flags.extend(["--sharding", "round-robin", "--shard", sample].map(str::to_owned));
        }
        if self.again {
            let lived = list(&folder.join(package), "missed.txt");
            ensure!(!lived.is_empty(), "the last run of {package} let nothing live, or there was none");
            flags.extend(only(lived.lines()));
        }
        Ok(flags)
    }
}

/// The tool's flags for these mutants, wherever their lines have moved to.
fn only<'a>(mutants: impl Iterator<Item = &'a str>) -> Vec<String> {
    mutants.flat_map(|mutant| ["--re".to_owned(), pattern(mutant)]).collect()
}

/// A regular expression for `FILE:LINE:COLUMN: WHAT`, with any line and column.
fn pattern(mutant: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    let (file, what) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let exactly = |text: &str| text.chars().map(literally).collect::<String>();
    format!("^{}:[0-9]+:[0-9]+:{}$", exactly(file), exactly(what))
}

fn literally(letter: char) -> String {
    let is_plain = letter.is_alphanumeric() || " _/:,'\"<>=!%@;".contains(letter);
    if is_plain { letter.to_string() } else { format!("\\{letter}") }
}

/// How many mutants were noticed, and which were not. One that makes the tests run for ever is noticed.
#[derive(Debug, Default, PartialEq)]
struct Score {
    noticed: usize,
    /// How many of these ran for ever. On a busy machine a slow run looks the same: try it again.
    endless: usize,
    survivors: Vec<String>,
}

impl Score {
    /// Out of the tool's lists, a mutant a line.
    fn of(caught: &str, timeout: &str, missed: &str) -> Self {
        let survivors = missed.lines().map(str::to_owned).collect();
        let endless = timeout.lines().count();
        Self { noticed: caught.lines().count() + endless, endless, survivors }
    }

    /// This one after more tests were tried on its survivors.
    fn then(self, more: Self) -> Self {
        Self {
            noticed: self.all().saturating_sub(more.survivors.len()),
            endless: self.endless + more.endless,
            survivors: more.survivors,
        }
    }

    fn all(&self) -> usize {
        self.noticed + self.survivors.len()
    }

    fn is_below(&self, floor: usize) -> bool {
        self.noticed * 100 < self.all() * floor
    }
}

impl std::fmt::Display for Score {
    /// `93.5 %: 200 of 214, 3 of them by running for ever`; rounded down.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(thousandths) = (self.noticed * 1_000).checked_div(self.all()) else {
            return f.write_str("nothing to change");
        };
        write!(f, "{}.{} %: {} of {}", thousandths / 10, thousandths % 10, self.noticed, self.all())?;
        if self.endless > 0 {
            write!(f, ", {} of them by running for ever", self.endless)?;
        }
        Ok(())
    }
}

/// One of the tool's lists, a mutant a line.
fn list(out: &Path, name: &str) -> String {
    std::fs::read_to_string(out.join("mutants.out").join(name)).unwrap_or_default()
}

/// The mutants of one package. All packages share one folder of compiled dependencies.
struct Run<'a> {
    tool: &'a Path,
    folder: &'a Path,
    package: &'a str,
}

impl Run<'_> {
    /// The package's own tests first; each other package's on what is left.
    fn score(&self, which: &[String]) -> Result<Score> {
        let out = self.folder.join(self.package);
        let mut score = self.tried_by(self.package, &out, which)?;
        for tests in Held::of(self.package).also_by {
            if score.survivors.is_empty() {
                break;
            }
            let left = only(score.survivors.iter().map(String::as_str));
            let out = self.folder.join(format!("{}-by-{tests}", self.package));
            score = score.then(self.tried_by(tests, &out, &left)?);
        }
        Ok(score)
    }

    /// Runs the tool in a copy of the tree.
    fn tried_by(&self, tests: &str, out: &Path, which: &[String]) -> Result<Score> {
        if out.exists() {
            std::fs::remove_dir_all(out).with_context(|| format!("cannot remove {}", out.display()))?;
        }
        std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let mut command = Command::new(self.tool);
        command.args(["mutants", "--package", self.package, "--test-package", tests]);
        command.args(["--jobs", "1", "--no-shuffle", "--colors", "never", "--minimum-test-timeout", "30"]);
        command.args(NOT_MUTATED.iter().flat_map(|pattern| ["--exclude-re", *pattern]));
        command.args(["--cargo-test-arg=--tests", "--output"]).arg(out).args(which);
        command.env("CARGO_TARGET_DIR", self.folder.join("build")).env("CARGO_PROFILE_DEV_DEBUG", "0");
        command.envs(PROPERTIES).current_dir(project::root());
        let status = command.status().context("cannot start cargo-mutants")?;
        // 2: some live. 3: some ran for ever.
        if !matches!(status.code(), Some(0 | 2 | 3)) {
            bail!("cargo-mutants cannot tell: the tests of {tests} fail without a mutant, or see above");
        }
        let list = |name| list(out, name);
        Ok(Score::of(&list("caught.txt"), &list("timeout.txt"), &list("missed.txt")))
    }
}

/// What changed since a commit, committed or not.
fn write_diff(folder: &Path, commit: &str) -> Result<PathBuf> {
    let mut git = Command::new("git");
    git.args(["diff", commit]).current_dir(project::root());
    let diff = cargo::output(&mut git, "git knows no difference to that commit")?;
    let path = folder.join("since.diff");
    project::write(&path, diff)?;
    Ok(path)
}

/// Installs the tool unless this version is there.
fn install() -> Result<PathBuf> {
    let root = project::target().join("tools");
    let tool = root.join("bin").join("cargo-mutants").with_extension(std::env::consts::EXE_EXTENSION);
    let version = Command::new(&tool).args(["mutants", "--version"]).output();
    if version
        .is_ok_and(|out| String::from_utf8_lossy(&out.stdout).trim() == format!("cargo-mutants {VERSION}"))
    {
        return Ok(tool);
    }
    let mut install = cargo::cargo("install");
    install
        .args(["cargo-mutants", "--locked", "--debug", "--force", "--version", VERSION, "--root"])
        .arg(&root);
    say::timed("installing cargo-mutants", || {
        cargo::run(&mut install, "cargo could not install cargo-mutants: is the network there?")
    })?;
    Ok(tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(args: &[&str]) -> Result<Wanted> {
        Wanted::parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_package_or_all_pure_ones_whole_or_in_part() {
        let one = || Wanted { packages: vec!["bsn-eots".into()], ..Wanted::default() };
        assert_eq!(wanted(&["bsn-eots"]).unwrap(), one());
        let since = Wanted { since: Some("main".into()), ..one() };
        assert_eq!(wanted(&["bsn-eots", "--since", "main"]).unwrap(), since);
        assert_eq!(wanted(&["--since", "main", "bsn-eots"]).unwrap(), since);
        let sample = Wanted { sample: Some("0/8".into()), ..one() };
        assert_eq!(wanted(&["bsn-eots", "--shard", "0/8"]).unwrap(), sample);
        assert_eq!(wanted(&["bsn-eots", "--again"]).unwrap(), Wanted { again: true, ..one() });
        assert_eq!(wanted(&[]).unwrap().packages, PURE);
        let twice = ["--since", "a", "--since", "b"];
        for wrong in [&["--since"][..], &["--shard"], &["--all"], &["bsn-eots", "bsn-merkle"], &twice] {
            assert!(wanted(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_mutant_is_found_again_on_another_line() {
        assert_eq!(
            pattern("packages/a-b/src/gap.rs:205:62: replace || with && in <impl Add<u64> for Gap>::far"),
            r"^packages/a\-b/src/gap\.rs:[0-9]+:[0-9]+: replace \|\| with \&\& in <impl Add<u64> for Gap>::far$"
        );
        assert_eq!(only(["a:1:2: b"].into_iter()), ["--re", "^a:[0-9]+:[0-9]+: b$"]);
    }

    #[test]
    fn what_another_packages_tests_notice_is_noticed() {
        let own = Score::of("a\nb\n", "", "c\nd\n");
        let expected = Score { noticed: 3, endless: 0, survivors: vec!["d".into()] };
        assert_eq!(own.then(Score::of("c\n", "", "d\n")), expected);
    }

    #[test]
    fn what_is_caught_or_runs_for_ever_is_noticed() {
        let score = Score::of("a\nb\n", "c\n", "d\n");
        assert_eq!(score, Score { noticed: 3, endless: 1, survivors: vec!["d".into()] });
        assert_eq!(score.to_string(), "75.0 %: 3 of 4, 1 of them by running for ever");
        assert_eq!(Score::of("a\n", "", "b\nc\n").to_string(), "33.3 %: 1 of 3");
        assert_eq!(Score::of("", "", "").to_string(), "nothing to change");
    }

    #[test]
    fn the_floor_is_reached_at_the_floor() {
        let of = |noticed, lost| Score { noticed, endless: 0, survivors: vec![String::new(); lost] };
        assert!(!of(95, 5).is_below(95));
        assert!(of(949, 51).is_below(95));
        assert!(!of(0, 0).is_below(95));
    }
}
