//! Mutation tests: which small changes to the code no test notices.
//!
//! # The idea
//!
//! cargo-mutants changes one expression or one function body at a time, in a copy of the tree, and runs the tests of
//! that package. What survives is a rule that no test holds. The tool is installed on demand under the target folder,
//! at one version; it is no dependency, and CI never runs it: a package takes from ten minutes to an hour.
//!
//! # The danger
//!
//! Some changes change nothing that can be seen, such as `<` for `<=` where both give the same. So the floor is 95 of a
//! hundred, and `tests/README.md` says of each survivor why it may live.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{cargo, project, say};

/// What is installed.
const VERSION: &str = "27.1.0";

/// The packages that decide and that nothing but their tests holds.
const PURE: [&str; 9] = [
    "bsn-primitives",
    "bsn-eots",
    "bsn-merkle",
    "bsn-bitcoin-spv",
    "bsn-covenant",
    "bsn-staking",
    "bsn-finality",
    "bsn-timestamping",
    "bsn-proto",
];

/// How many of a hundred mutants must be noticed.
const FLOOR: usize = 95;

/// Output for programmers, which no rule depends on.
const NOT_MUTATED: &str = "impl (fmt::)?Debug for";

/// Runs the mutants of one package or of all pure ones, `--since` a commit only those on lines that changed.
pub fn mutants(args: &[String]) -> Result<()> {
    let wanted = Wanted::parse(args)?;
    let tool = install()?;
    let folder = project::target().join("mutants");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let diff = wanted.since.as_deref().map(|commit| write_diff(&folder, commit)).transpose()?;
    let mut scores = Vec::new();
    for package in &wanted.packages {
        let score =
            say::timed(&format!("mutants of {package}"), || run(&tool, &folder, package, diff.as_deref()))?;
        scores.push((package, score));
    }
    say::step("mutants");
    for (package, score) in &scores {
        say::line(&format!("{package}: {score}"));
        score.survivors.iter().for_each(|survivor| say::line(&format!("  lives: {survivor}")));
    }
    let below: Vec<&str> = scores
        .iter()
        .filter(|(_, score)| score.is_below(FLOOR))
        .map(|(package, _)| package.as_str())
        .collect();
    ensure!(below.is_empty(), "less than {FLOOR} of a hundred mutants are noticed in {}", below.join(", "));
    Ok(())
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Wanted {
    packages: Vec<String>,
    since: Option<String>,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut wanted = Self { packages: Vec::new(), since: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--since" if wanted.since.is_none() => {
                    wanted.since = Some(args.next().context("`--since` needs a commit")?.clone());
                }
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
}

/// How many mutants were noticed, and which were not. One that makes the tests run for ever is noticed.
#[derive(Debug, Default, PartialEq)]
struct Score {
    noticed: usize,
    survivors: Vec<String>,
}

impl Score {
    /// Out of the tool's lists, a mutant a line.
    fn of(caught: &str, timeout: &str, missed: &str) -> Self {
        let survivors = missed.lines().map(str::to_owned).collect();
        Self { noticed: caught.lines().count() + timeout.lines().count(), survivors }
    }

    fn all(&self) -> usize {
        self.noticed + self.survivors.len()
    }

    fn is_below(&self, floor: usize) -> bool {
        self.noticed * 100 < self.all() * floor
    }
}

impl std::fmt::Display for Score {
    /// `93.5 %: 200 of 214`; rounded down.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(thousandths) = (self.noticed * 1_000).checked_div(self.all()) else {
            return f.write_str("nothing to change");
        };
        write!(f, "{}.{} %: {} of {}", thousandths / 10, thousandths % 10, self.noticed, self.all())
    }
}

/// Runs the tool in a copy of the tree. All packages share one folder of compiled dependencies.
fn run(tool: &Path, folder: &Path, package: &str, diff: Option<&Path>) -> Result<Score> {
    let out = folder.join(package);
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    let mut command = Command::new(tool);
    command.args(["mutants", "--package", package, "--jobs", "1", "--no-shuffle", "--colors", "never"]);
    command.args([
        "--exclude-re",
        NOT_MUTATED,
        "--minimum-test-timeout",
        "60",
        "--cargo-test-arg=--all-targets",
    ]);
    command.arg("--output").arg(&out).current_dir(project::root());
    command.env("CARGO_TARGET_DIR", folder.join("build"));
    if let Some(diff) = diff {
        command.arg("--in-diff").arg(diff);
    }
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let status = command.status().context("cannot start cargo-mutants")?;
    // 2: some live. 3: some ran for ever.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!("cargo-mutants cannot tell: the tests of {package} fail without a mutant, or see above");
    }
    let list = |name: &str| std::fs::read_to_string(out.join("mutants.out").join(name)).unwrap_or_default();
    Ok(Score::of(&list("caught.txt"), &list("timeout.txt"), &list("missed.txt")))
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
    fn a_package_or_all_pure_ones_whole_or_since_a_commit() {
        let one = Wanted { packages: vec!["bsn-eots".into()], since: None };
        assert_eq!(wanted(&["bsn-eots"]).unwrap(), one);
        let since = Wanted { since: Some("main".into()), ..one };
        assert_eq!(wanted(&["bsn-eots", "--since", "main"]).unwrap(), since);
        assert_eq!(wanted(&["--since", "main", "bsn-eots"]).unwrap(), since);
        assert_eq!(wanted(&[]).unwrap().packages, PURE);
        for wrong in
            [&["--since"][..], &["--all"], &["bsn-eots", "bsn-merkle"], &["--since", "a", "--since", "b"]]
        {
            assert!(wanted(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_caught_or_runs_for_ever_is_noticed() {
        let score = Score::of("a\nb\n", "c\n", "d\n");
        assert_eq!(score, Score { noticed: 3, survivors: vec!["d".into()] });
        assert_eq!(score.to_string(), "75.0 %: 3 of 4");
        assert_eq!(Score::of("a\n", "", "b\nc\n").to_string(), "33.3 %: 1 of 3");
        assert_eq!(Score::of("", "", "").to_string(), "nothing to change");
    }

    #[test]
    fn the_floor_is_reached_at_the_floor() {
        let of = |noticed, lost| Score { noticed, survivors: vec![String::new(); lost] };
        assert!(!of(95, 5).is_below(95));
        assert!(of(949, 51).is_below(95));
        assert!(!of(0, 0).is_below(95));
    }
}
