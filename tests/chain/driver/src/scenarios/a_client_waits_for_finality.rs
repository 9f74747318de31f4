//! `bsn-client` for TypeScript follows blocks until they are final, waits for the next one, and verifies headers.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Notes, PATIENCE};
use crate::process::Program;
use crate::say;
use crate::world::{World, workspace};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let package = workspace().join("packages/client-ts");
    if !package.join("dist/index.js").is_file() || !package.join("node_modules").is_dir() {
        say::line("skipped: packages/client-ts is not built; `cargo xtask test` does so where npm is");
        return Ok(());
    }
    let log = world.folder.join("client-ts.log");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec", "test/live.test.mjs"]).current_dir(&package);
    node.env("BSN_LIVE_RPC", world.consumer.url()).env("BSN_LIVE_ADDRESS", &world.bsn);
    node.env("BSN_LIVE_CHAIN", &world.consumer.id).env_remove("BSN_DEVNET");
    node.env("BSN_LIVE_TIMEOUT_MS", PATIENCE.as_millis().to_string());
    let mut client = Program::start("the tests of packages/client-ts", &mut node, &log)?;
    let ended = world.vote_until("the client", 3 * PATIENCE, |_| client.ended())?;
    let said = fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))?;
    let tests = said.lines().filter(|line| line.starts_with(['✔', '✖']));
    let evidence = tests.collect::<Vec<_>>().join("; ");
    notes.claim("a client sees blocks become final, and verifies their headers", ended.success(), evidence);
    Ok(())
}
