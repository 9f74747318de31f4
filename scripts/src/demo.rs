//! The demo: on the real wasm, or on the contracts compiled natively.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, project, say, vm};

/// Builds the embedded chain and runs the demo on it; `--native` without a virtual machine and without wasm.
pub fn demo(args: &[String]) -> Result<()> {
    let rest: Vec<String> = args.iter().filter(|arg| *arg != "--native").cloned().collect();
    if rest.len() == args.len() {
        return vm::demo(args);
    }
    let mut build = cargo::cargo("build");
    build.args(["-p", "demo", "--bin", "demo"]);
    say::timed("building the demo on native contracts (the first time takes some minutes)", || {
        cargo::run(&mut build, "the demo does not compile")
    })?;
    say::step("demo, natively");
    let path = project::target().join("debug").join("demo").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(path);
    command.args(&rest).current_dir(project::root());
    cargo::run(&mut command, vm::DEMO_STOPPED)
}
