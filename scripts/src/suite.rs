//! All checks in the order that fails soonest.

use std::{process::Command, time::Instant};

use anyhow::Result;

use crate::{cargo, handbook, project, say, schema, setup, threats, vm, wasm};

/// With so many garbage requests `bsn serve` is tried here; all 100,000 take 37 s of processor time (tools/cli/README.md).
const GARBAGE: (&str, &str) = ("BSN_GARBAGE", "20000");

/// Formatting, the table of threats, the handbook, lints, schema.
pub fn check() -> Result<()> {
    say::timed("formatting", formatting)?;
    say::timed("the table of threats", threats::check)?;
    say::timed("the handbook", || handbook::check(crate::USAGE))?;
    say::timed("lints", lints)?;
    say::timed("schema", || schema::run(true))
}

/// Everything; `quick` leaves out what needs a virtual machine.
pub fn test(quick: bool) -> Result<()> {
    let start = Instant::now();
    setup::wasm_target()?;
    say::timed("formatting", formatting)?;
    say::timed("wasm", wasm::build)?;
    say::timed("tests of what prepares the wasm", wasm::test_preparation)?;
    say::timed("the TypeScript client", typescript)?;
    say::timed("native tests, and what dApps and wallets use against the devnet", native_tests)?;
    say::timed("schema", || schema::run(true))?;
    say::timed("TypeScript of the schema", schema::typescript)?;
    say::timed("the dashboard", dashboard)?;
    say::timed("alerts", alerts)?;
    say::timed("lints of what needs no virtual machine", quick_lints)?;
    if !quick {
        say::timed(
            "tests in the virtual machines (compiling them takes about ten minutes the first time)",
            vm_tests,
        )?;
        say::timed("lints of what links a virtual machine", vm_lints)?;
        say::timed("gas against the snapshot", || vm::gas(false))?;
    }
    say::step(&format!("all passed in {}", say::seconds(start.elapsed())));
    Ok(())
}

fn formatting() -> Result<()> {
    cargo::run(
        cargo::cargo("fmt").args(["--all", "--check"]),
        "the code is not formatted: run `cargo fmt --all`",
    )
}

fn lints() -> Result<()> {
    quick_lints()?;
    vm_lints()
}

fn quick_lints() -> Result<()> {
    let mut clippy = cargo::rest("clippy");
    cargo::run(
        clippy.args(["--all-targets", "--", "-D", "warnings"]),
        "clippy has something to say, see above",
    )
}

fn vm_lints() -> Result<()> {
    let mut clippy = cargo::vm_and_tools("clippy");
    cargo::run(
        clippy.args(["--all-targets", "--", "-D", "warnings"]),
        "clippy has something to say, see above",
    )
}

/// The tools among it; with its feature `vm` the operators' program is tried by `vm_tests`.
fn native_tests() -> Result<()> {
    let folder = project::root().join("tools/cli/tests/cosmjs");
    setup::npm_packages(&folder, "the wallets' clients that the devnet is tried with")?;
    let mut tests = cargo::rest("test");
    if std::env::var_os(GARBAGE.0).is_none() {
        tests.env(GARBAGE.0, GARBAGE.1);
    }
    cargo::run(&mut tests, "a native test fails, see above")
}

/// Builds and tests `packages/client-ts`: in Node, and in Chromium where that is.
fn typescript() -> Result<()> {
    let folder = project::root().join("packages/client-ts");
    setup::npm_packages(&folder, "what the TypeScript client is built and tested with")?;
    let mut npm = Command::new("npm");
    cargo::run(
        npm.args(["test", "--silent"]).current_dir(folder),
        "a test of the TypeScript client fails, see above",
    )
}

/// Whether the pages in `tools/dashboard/dist` are what its sources make, and what they show: in Node, and in Chromium where
/// that is. It is built with what the TypeScript client installs.
fn dashboard() -> Result<()> {
    let root = project::root();
    setup::npm_packages(&root.join("packages/client-ts"), "what the dashboard is built and tested with")?;
    let mut npm = Command::new("npm");
    cargo::run(
        npm.args(["test", "--silent"]).current_dir(root.join("tools/dashboard")),
        "a test of the dashboard fails, see above",
    )
}

/// Fires and silences each alert of `tools/cli/monitoring`. There is no `promtool check metrics`: it reads Prometheus' older text,
/// and takes the `_total` of OpenMetrics, in which `bsn serve` answers, for series without help and type. Its unit tests hold that.
fn alerts() -> Result<()> {
    if !setup::starts("promtool") {
        say::line("skipped: promtool is missing (Debian's package prometheus has it)");
        return Ok(());
    }
    let folder = project::root().join("tools/cli/monitoring");
    for call in [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ] {
        let mut promtool = Command::new("promtool");
        cargo::run(
            promtool.args(call).current_dir(&folder),
            "an alert does not do what it should, see above",
        )?;
    }
    Ok(())
}

/// The scenarios, and the tutorial's contract on `bsn devnet --vm`.
fn vm_tests() -> Result<()> {
    let sentence = "a test in the virtual machines fails, see above";
    cargo::run(&mut cargo::vm("test"), sentence)?;
    cargo::run(cargo::vm_and_tools("test").args(["--test", "clients", "escrow"]), sentence)
}
