//! `bsn init`, `relayer` and `connect` called with the wrong thing, or on a bad day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::operator::{Operator, Voter, fails, moody};

/// Nobody listens there.
const AWAY: &str = "http://127.0.0.1:9";

#[test]
fn a_wrong_chain_a_node_that_is_away_and_a_wrong_channel_are_named_by_each_command() {
    let alice = Operator::new("alice");
    let (node, babylon) = (alice.node(), alice.babylon());
    let init = |more: &[&str]| {
        let base = ["init", "--force", "--timeout", "2s", "--network", "regtest"];
        alice.bsn(&[&base[..], more].concat())
    };
    let other = format!("{node} serves the chain `bsn-devnet-1`, not `other-1`");
    let away = format!("{AWAY} cannot be reached");
    let kept = std::fs::read_to_string(alice.at("bsn.toml")).unwrap();
    let both = ["--node", node.as_str(), "--babylon-node", babylon.as_str()];
    fails(&init(&["--node", &node, "--chain-id", "other-1"]), &other);
    fails(&init(&["--node", AWAY]), &away);
    fails(&init(&["--node", &node, "--babylon-node", AWAY]), &away);
    fails(&init(&[]), "`chain.node` is not set");
    let channel = [&both[..], &["--ics20-channel", "channel-9"]].concat();
    fails(&init(&channel), "channel-9 is no open channel of coins to bbn-devnet-1: there is channel-0");
    fails(&init(&[&both[..], &["--gas-prices", "cheap"]].concat()), "`cheap` is no price of gas");
    // Standard input is closed: nobody is there to be asked.
    fails(
        &init(&["--node", &node]),
        "nobody is there to say the chain id of Babylon: name it by --babylon-id",
    );
    assert_eq!(std::fs::read_to_string(alice.at("bsn.toml")).unwrap(), kept, "nothing was written");

    let no_channel = "there is no channel-9 on ";
    for command in [&["relayer", "rly"][..], &["relayer", "hermes"], &["connect", "--contract", "bbnc1x"]] {
        let call = |more: &[&str]| alice.bsn(&[command, &["--timeout", "2s"], more].concat());
        fails(&call(&["--chain-id", "other-1"]), &other);
        fails(&call(&["--node", AWAY]), &away);
    }
    fails(&alice.bsn(&["connect"]), "bsn-devnet-1.json: call `bsn deploy` first");
    fails(&alice.bsn(&["connect", "--contract", "bbnc1x"]), "cannot ask bbnc1x");
    let voter = Voter::start(&alice.devnet);
    assert_eq!(alice.deploy(&["--gov", "--wait"]).0, 0);
    drop(voter);
    alice.configure("ics20_channel = \"channel-9\"");
    for command in [&["relayer", "rly"][..], &["relayer", "hermes"], &["connect"]] {
        fails(&alice.bsn(command), no_channel);
    }
    assert!(!alice.at("relayer").exists(), "no file was written");
}

/// Four questions stay without an answer: one look fails, with its three tries, and the first try of the next one.
#[test]
fn connect_outlasts_a_hiccup_of_its_node_and_says_so() {
    let alice = Operator::new("alice");
    let voter = Voter::start(&alice.devnet);
    assert_eq!(alice.deploy(&["--gov", "--wait"]).0, 0);
    let was_silent = Arc::new(AtomicBool::new(false));
    let node = moody(alice.devnet.at[0], 8..12, Arc::clone(&was_silent));
    let (code, out, err) = alice.bsn(&["connect", "--node", &node, "--wait-at-most", "90s"]);
    assert!(code == 0 && out.trim_end().ends_with("is final"), "{out}{err}");
    assert!(was_silent.load(Ordering::Relaxed));
    assert!(err.starts_with("cannot look, 1 of 15 times in a row: ") && err.contains(&node), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    drop(voter);
}
