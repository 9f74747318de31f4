//! Calls of cargo and of other programs.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::project;

/// The packages that link a virtual machine, named together in **every** call that builds one of them:
/// cargo unifies features over the packages named, so another set would compile the machines again.
const VM_PACKAGES: [&str; 4] = ["-p", "devnet", "-p", "tests"];

/// Everything else but the real chain's driver: likewise named together in **every** call that tests or lints some of it. What both
/// sets build, they build alike (`tests/unify`, held by `tests/gates/features.rs`).
const REST: [&str; 7] =
    ["--workspace", "--exclude", "devnet", "--exclude", "tests", "--exclude", "chain-test"];

/// A cargo command in the workspace, by the cargo that runs this task.
pub fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(project::root());
    command
}

/// A cargo command over the crates that link a virtual machine.
pub fn vm(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    command.args(VM_PACKAGES);
    command
}

/// A cargo command over what links none.
pub fn rest(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    command.args(REST);
    command
}

/// The first, and the operators' program with its virtual machine: the set of its features that no other call builds.
pub fn vm_and_tools(subcommand: &str) -> Command {
    let mut command = vm(subcommand);
    command.args(["-p", "bsn-cli", "--features", "bsn-cli/vm"]);
    command
}

/// Runs a command with its output shown; `sentence` says what it means that it failed.
pub fn run(command: &mut Command, sentence: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{sentence}");
    }
    Ok(())
}

/// Runs a command and takes its stdout; its stderr is shown.
pub fn output(command: &mut Command, sentence: &str) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let out = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {program}"))?;
    if !out.status.success() {
        bail!("{sentence}");
    }
    String::from_utf8(out.stdout).with_context(|| format!("{program} does not speak UTF-8"))
}
