//! The demo: on the real wasm, or on the contracts compiled natively.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, project, say, vm};

/// Builds the embedded chain and runs the demo on it; `--native` without a virtual machine and without wasm. With `--live`
/// such a chain goes on afterwards, and its dashboard shows it.
pub fn demo(args: &[String]) -> Result<()> {
    let told = |flag: &str| args.iter().any(|arg| arg == flag);
    let rest: Vec<String> =
        args.iter().filter(|arg| !["--native", "--live"].contains(&arg.as_str())).cloned().collect();
    if told("--native") {
        native(&rest)?
    } else {
        vm::demo(&rest)?
    }
    if told("--live") {
        return live();
    }
    if !told("--json") {
        say::line(
            "a chain like this one, live in a browser: `cargo run -p bsn-cli -- devnet` prints its address (or add --live)",
        );
    }
    Ok(())
}

/// `bsn devnet` prints where its dashboard is, and runs until it is interrupted.
fn live() -> Result<()> {
    let mut build = cargo::cargo("build");
    build.args(["-p", "bsn-cli"]);
    say::timed("building the devnet", || cargo::run(&mut build, "the devnet does not compile"))?;
    let path = project::target().join("debug").join("bsn").with_extension(std::env::consts::EXE_EXTENSION);
    cargo::run(Command::new(path).arg("devnet").current_dir(project::root()), "the devnet ended")
}

fn native(rest: &[String]) -> Result<()> {
    let mut build = cargo::cargo("build");
    build.args(["-p", "demo", "--bin", "demo"]);
    say::timed("building the demo on native contracts (the first time takes some minutes)", || {
        cargo::run(&mut build, "the demo does not compile")
    })?;
    say::step("demo, natively");
    let path = project::target().join("debug").join("demo").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(path);
    command.args(rest).current_dir(project::root());
    cargo::run(&mut command, vm::DEMO_STOPPED)
}
