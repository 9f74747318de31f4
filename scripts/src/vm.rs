//! The programs that link a virtual machine: built and run, never linked.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, project, say, wasm};

/// What it means that the demo failed.
pub const DEMO_STOPPED: &str = "the demo stopped: see the line above, or the claims that do not hold";

/// Builds the wasm and the embedded chain, then runs the demo with these arguments.
pub fn demo(args: &[String]) -> Result<()> {
    wasm::build()?;
    build("demo-wasm")?;
    say::step("demo");
    run("demo-wasm", args, DEMO_STOPPED)
}

/// Builds the wasm and measures every call; with `update` rewrites the snapshot.
pub fn gas(update: bool) -> Result<()> {
    wasm::build()?;
    build("gas")?;
    say::step("gas");
    let args = if update { vec!["--update".to_owned()] } else { Vec::new() };
    run(
        "gas",
        &args,
        "gas differs from tests/gas/snapshot.json: if it should, run `cargo xtask gas --update`",
    )
}

/// Makes the README's table and picture anew of the gas snapshot.
pub fn figures() -> Result<()> {
    build("figures")?;
    run("figures", &[], "the figures cannot be made of tests/gas/snapshot.json")
}

/// Runs a chain for long and draws what it keeps.
pub fn flat() -> Result<()> {
    wasm::build()?;
    build("flat")?;
    say::step("flat");
    run("flat", &[], "what the contract keeps, or what a block costs, does not level off: see above")
}

/// Builds the wasm and runs the simulation on it, with these arguments.
pub fn simulate(args: &[String]) -> Result<()> {
    wasm::build()?;
    build("simulate-wasm")?;
    say::step("simulation on the real wasm");
    run(
        "simulate-wasm",
        args,
        "something that must hold does not: see the line above, and the command that does it again",
    )
}

/// Builds one program; only what that one needs, though with the features of all.
fn build(program: &str) -> Result<()> {
    say::timed(
        &format!("building `{program}` with its virtual machine (the first time takes about ten minutes)"),
        || cargo::run(cargo::vm("build").args(["--bin", program]), &format!("`{program}` does not compile")),
    )
}

fn run(program: &str, args: &[String], sentence: &str) -> Result<()> {
    let path = project::target().join("debug").join(program).with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(path);
    // That variable is cargo's word to this task, not to the program.
    command.args(args).current_dir(project::root()).env_remove("CARGO_MANIFEST_DIR");
    cargo::run(&mut command, sentence)
}
