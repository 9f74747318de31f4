//! The release artifacts on a real chain: builds the Go programs and the driver, then lets the driver do the rest.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{cargo, project, say, setup, wasm};

/// Runs the driver of `tests/chain` with these arguments.
pub fn test(args: &[String]) -> Result<()> {
    let [chain, relayer] = go_programs()?;
    wasm::build()?;
    say::timed("the TypeScript client", typescript)?;
    say::timed("building and testing the driver", || {
        cargo::run(cargo::cargo("build").args(["-p", DRIVER]), "the driver does not compile")?;
        // The program `bsn`, by a test of it: so everything is compiled where `cargo xtask test` has run, while `cargo build` would
        // ask its dependencies for other features.
        let mut tool = cargo::rest("test");
        cargo::run(tool.args(["--test", "clients", "--no-run"]), "the program bsn does not compile")?;
        let mut lints = cargo::cargo("clippy");
        lints.args(["-p", DRIVER, "--all-targets", "--", "-D", "warnings"]);
        cargo::run(&mut lints, "clippy has something to say, see above")?;
        cargo::run(cargo::cargo("test").args(["-q", "-p", DRIVER]), "a test of the driver fails, see above")
    })?;
    say::step("chain-test");
    let mut driver = Command::new(project::target().join("debug").join(DRIVER));
    driver.arg("--chain").arg(chain).arg("--relayer").arg(relayer).args(args).current_dir(project::root());
    cargo::run(
        &mut driver,
        "not everything holds on a real chain: see the table, and the logs in target/chain-test",
    )
}

const DRIVER: &str = "chain-test";

/// Builds chain and relayer, with their own tests; gives where they are.
fn go_programs() -> Result<[PathBuf; 2]> {
    if !has_go() {
        bail!(
            "this task needs Go 1.24 or newer and a C compiler (https://go.dev/dl); nothing else here does"
        );
    }
    let source = project::root().join("tests/chain");
    let out = project::target().join("chain-test-bin");
    let go = |folder: PathBuf, args: &[&str]| {
        let mut command = Command::new("go");
        command.args(args).current_dir(folder);
        command
    };
    let build = |name: &str, folder: PathBuf, package: &str| -> Result<PathBuf> {
        let program = out.join(name);
        let path = program.to_string_lossy().into_owned();
        let mut command = go(folder, &["build", "-o", &path, package]);
        let what = format!("building {name} (the first time it takes some ten minutes and 2 GB of modules)");
        say::timed(&what, || cargo::run(&mut command, "it does not compile, or its modules cannot be had"))?;
        Ok(program)
    };
    let programs = [
        build("chain", source.clone(), ".")?,
        build("rly", source.join("rly"), "github.com/cosmos/relayer/v2")?,
    ];
    say::timed("vet and tests of the Go program", || {
        cargo::run(&mut go(source.clone(), &["vet", "./..."]), "go vet has something to say, see above")?;
        cargo::run(&mut go(source.clone(), &["test", "./..."]), "a test of the Go program fails, see above")
    })?;
    Ok(programs)
}

/// Builds `packages/client-ts`, which waits for final blocks of the real chain; without npm that is left out.
fn typescript() -> Result<()> {
    if !setup::starts("npm") {
        say::line("skipped: npm is missing, so no TypeScript client follows the chain");
        return Ok(());
    }
    let folder = project::root().join("packages/client-ts");
    setup::npm_packages(&folder, "what the TypeScript client is built with")?;
    let mut npm = Command::new("npm");
    cargo::run(
        npm.args(["run", "build", "--silent"]).current_dir(folder),
        "the TypeScript client does not compile",
    )
}

/// Whether there is a Go to call.
pub fn has_go() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|out| out.status.success())
}
