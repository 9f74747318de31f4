//! A devnet without Babylon: a committee of the chain's own signs stake, and Bitcoin alone shows it.

use std::sync::Arc;
use std::time::Duration;

use bsn_cli::devnet::Options;
use serde_json::{Value, json};

use crate::support::{Running, options, until};
use crate::watchers::Caller;
use crate::{ask, finalized};

const SATS: u64 = 500_000_000;

/// Bitcoin finds a block each second.
fn start() -> Arc<Running> {
    let bitcoin_time = Duration::from_secs(1);
    let instantiate = Options::quick_jail_alone();
    Arc::new(Running::with(Options { verified: true, alone: true, bitcoin_time, instantiate, ..options() }))
}

fn sats(devnet: &Running, index: usize) -> u64 {
    let key = devnet.handle.run_blocking(move |engine| engine.net.fps[index].public_key_hex()).unwrap();
    let info = ask(devnet, json!({ "finality_provider_info": { "btc_pk_hex": key } }));
    info["total_active_sats"].as_u64().unwrap()
}

#[test]
fn a_chain_without_babylon_finalizes_and_its_stake_comes_and_goes() {
    let devnet = start();
    let (facts, config) = (devnet.facts(), ask(&devnet, json!({ "config": {} })));
    assert_eq!((&facts["babylon_chain_id"], &facts["channel"]), (&Value::Null, &Value::Null));
    assert_eq!(config["stake_source"], "bitcoin");
    let last = finalized(&devnet);
    until("a final block", || (finalized(&devnet) > last).then_some(()));

    let before = sats(&devnet, 1);
    let stake = devnet.control(&format!("fault/delegate?fp=1&sats={SATS}"))["seen"].clone();
    until("the stake", || (sats(&devnet, 1) == before + SATS).then_some(()));
    let txid = stake["txid"].as_str().unwrap();
    devnet.control(&format!("fault/undelegate?txid={txid}"));
    until("the end", || (sats(&devnet, 1) == before).then_some(()));
}

#[test]
fn whoever_signs_twice_is_slashed_in_bitcoin_without_babylon() {
    let devnet = start();
    let guilty = devnet.control("fault/double-sign?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let asked = json!({ "finality_provider": { "btc_pk_hex": guilty } });
    until("the slashing", || {
        ask(&devnet, asked.clone())["slashed_height"].as_u64().filter(|height| *height > 0)
    });
    let caller = Caller::new(&devnet, 0);
    let (node, esplora) = (caller.node(), format!("esplora=http://{}", devnet.at[2]));
    let slash = ["slash", "--json", "--node", &node, "--fp", &guilty, "--bitcoin", &esplora, "--broadcast"];
    let (code, out, err) = caller.bsn(&slash);
    assert_eq!(code, 0, "{out}{err}");
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(first["state"], "sent", "{out}{err}");
}
