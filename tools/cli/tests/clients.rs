//! What dApps are made with, against a devnet: the clients of wallets, `bsn-client` in both languages, the tutorial's escrow.

#[path = "clients/escrow_on_a_devnet.rs"]
mod escrow_on_a_devnet;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use bsn_cli::serve::{self, Options};
use bsn_client::rpc::{Bsn, RpcError};
use bsn_client::{Error, NotFinal, WhyUnknown};
use bsn_rpc::Retry;
use support::Running;

/// Runs tests in Node, in a folder that has its packages.
fn node(folder: &Path, needs: &str, files: &[&str], devnet: &Running) {
    node_with(folder, needs, files, devnet, &[]);
}

fn node_with(folder: &Path, needs: &str, files: &[&str], devnet: &Running, more: &[(&str, String)]) {
    let missing = folder.join(needs);
    assert!(missing.exists(), "{} is missing: run `cargo xtask test`", missing.display());
    let facts = devnet.facts();
    let text = |path: &str| facts.pointer(path).and_then(|value| value.as_str()).unwrap().to_owned();
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).args(files).current_dir(folder);
    node.envs(more.iter().map(|(name, value)| (name, value)));
    node.env("BSN_DEVNET", facts.to_string()).env("BSN_LIVE_RPC", text("/endpoints/chain"));
    let out = node.env("BSN_LIVE_ADDRESS", text("/bsn")).env("BSN_LIVE_CHAIN", text("/chain_id")).output();
    let out = out.unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{said}{wrong}");
}

fn of_the_repository(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

#[test]
fn cosmjs_connects_signs_executes_and_queries() {
    let folder = of_the_repository("tools/cli/tests/cosmjs");
    node(&folder, "node_modules/@cosmjs", &["wallet.test.mjs"], &Running::start());
}

/// In Node, and in Chromium where that is.
#[test]
fn bsn_client_in_typescript_sends_waits_and_verifies() {
    let folder = of_the_repository("packages/client-ts");
    let devnet = Running::start();
    let chain = devnet.facts()["endpoints"]["chain"].as_str().unwrap().to_owned();
    let options =
        Options::new(std::slice::from_ref(&chain), &[], Some(&devnet.bsn()), Retry::default()).unwrap();
    let dashboard = serve::start(Options { devnet: Some(chain), ..options }).unwrap().at;
    let more = [("BSN_LIVE_DASHBOARD", format!("http://{dashboard}/"))];
    node_with(&folder, "dist/index.js", &["test/live.test.mjs"], &devnet, &more);
}

#[test]
fn bsn_client_in_rust_asks_over_rpc() {
    let devnet = Running::start();
    let nodes = [devnet.facts()["endpoints"]["chain"].as_str().unwrap().to_owned()];
    let asking = |chain: &str, contract: &str| Bsn::new(&nodes, chain, contract).unwrap();
    let bsn = asking("bsn-devnet-1", &devnet.bsn());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let last = bsn.last_final_block().await.unwrap().unwrap();
        assert!(last.certified_by > last.height);
        assert_eq!(bsn.require_final(last.height).await, Ok(()));
        let certificate = bsn.status(last.height).await.unwrap().certificate.unwrap();
        assert_eq!((certificate.total_power.0, certificate.voted_power.is_some()), (13_000_000_000, true));
        assert!(bsn.last_final().await.unwrap() >= Some(last.height));
        let (height, why) = (1_000_000, WhyUnknown::NotReached);
        let early = bsn.require_final(height).await;
        assert_eq!(early, Err(RpcError::NotFinal(NotFinal::Unknown { height, why })));

        let elsewhere = asking("other-1", &devnet.bsn()).status(1).await.unwrap_err();
        assert!(matches!(&elsewhere, RpcError::WrongNetwork { found, .. } if found == "bsn-devnet-1"));
        let alice = devnet.facts()["accounts"][0]["address"].as_str().unwrap().to_owned();
        let nobody = asking("bsn-devnet-1", &alice).status(1).await.unwrap_err();
        assert_eq!(nobody, RpcError::Contract(Error::NoSuchContract { contract: alice }));
        let light_client = devnet.facts()["btc_light_client"].as_str().unwrap().to_owned();
        let other = asking("bsn-devnet-1", &light_client).status(1).await.unwrap_err();
        assert!(matches!(&other, RpcError::Contract(Error::Refused { .. })), "{other}");
    });
}
