//! The contracts under random faults: natively, or on the real wasm.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, project, say, vm};

/// What cargo calls the profile: fast, and overflows trap as they do in wasm.
const PROFILE: &str = "simulation";

/// Builds and runs the simulation with these arguments, `--wasm` on the real wasm.
pub fn simulate(args: &[String]) -> Result<()> {
    let rest: Vec<String> = args.iter().filter(|arg| *arg != "--wasm").cloned().collect();
    if rest.len() < args.len() {
        return vm::simulate(&rest);
    }
    let mut build = cargo::cargo("build");
    build.args(["--profile", PROFILE, "-p", "simulation", "--bin", "simulate"]);
    say::timed("building the simulation", || cargo::run(&mut build, "the simulation does not compile"))?;
    say::step("simulation");
    let path =
        project::target().join(PROFILE).join("simulate").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(path);
    command.args(&rest).current_dir(project::root());
    cargo::run(
        &mut command,
        "something that must hold does not: see the line above, and the command that does it again",
    )
}
