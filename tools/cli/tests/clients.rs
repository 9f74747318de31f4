//! The clients that wallets use connect, sign, execute and query.

mod support;

use std::path::Path;
use std::process::Command;

use support::Running;

#[test]
fn cosmjs_connects_signs_executes_and_queries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cosmjs");
    assert!(folder.join("node_modules/@cosmjs").is_dir(), "run `npm ci` in {} first", folder.display());
    let devnet = Running::start();
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec", "wallet.test.mjs"]).current_dir(&folder);
    let out = node.env("BSN_DEVNET", devnet.facts().to_string()).output().unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{said}{wrong}");
}
