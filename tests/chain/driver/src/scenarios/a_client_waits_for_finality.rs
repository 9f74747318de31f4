//! `bsn-client` for TypeScript follows blocks until they are final, waits for the next one, sends a transaction and waits until it
//! is final, and verifies headers and the transaction's place.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::pack;
use serde_json::json;

use super::{Notes, PATIENCE};
use crate::account::DENOM;
use crate::process::Program;
use crate::world::{VOTE_GAS, World, workspace};
use crate::{contract, say};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let package = workspace().join("packages/client-ts");
    if !package.join("dist/index.js").is_file() || !package.join("node_modules").is_dir() {
        say::line("skipped: packages/client-ts is not built; `cargo xtask chain-test` does so where npm is");
        return Ok(());
    }
    let log = world.folder.join("client-ts.log");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec", "test/live.test.mjs"]).current_dir(&package);
    node.env("BSN_LIVE_RPC", world.consumer.url()).env("BSN_LIVE_ADDRESS", &world.bsn);
    node.env("BSN_LIVE_CHAIN", &world.consumer.id).env_remove("BSN_DEVNET");
    node.env("BSN_LIVE_ACCOUNT", &world.stranger.address);
    node.env("BSN_LIVE_TXS", transactions(world)?).env("BSN_LIVE_LIGHT_CLIENT", &world.light_client.0);
    node.env("BSN_LIVE_TIMEOUT_MS", PATIENCE.as_millis().to_string());
    let mut client = Program::start("the tests of packages/client-ts", &mut node, &log)?;
    let ended = world.vote_until("the client", 3 * PATIENCE, |_| client.ended())?;
    let said = fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))?;
    let tests: Vec<&str> = said.lines().filter(|line| line.starts_with(['✔', '✖'])).collect();
    let has_all = ["blocks become final", "the next block is waited for", "a transaction is sent"]
        .iter()
        .all(|start| tests.iter().any(|line| line.starts_with(&format!("✔ {start}"))));
    notes.claim(
        "a client waits by height and by transaction, and verifies what it was told",
        ended.success() && has_all,
        tests.join("; "),
    );
    Ok(())
}

/// Two signed transactions, in base64: one that succeeds, and one that fails in its block.
fn transactions(world: &World) -> Result<String> {
    let (from, to) = (world.stranger.address.clone(), world.admin.address.clone());
    let amount = vec![Coin { denom: DENOM.to_owned(), amount: "1".to_owned() }];
    let good = pack(&MsgSend { from_address: from.clone(), to_address: to, amount });
    let bad = contract::execute_message(&from, &world.bsn, &json!({ "update_admin": { "admin": null } }));
    let (rpc, id) = (&world.consumer.rpc, &world.consumer.id);
    let signed = world.stranger.sign(rpc, id, &[vec![good], vec![bad]], VOTE_GAS)?;
    Ok(json!(signed.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>()).to_string())
}
