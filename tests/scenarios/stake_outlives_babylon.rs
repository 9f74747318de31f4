//! Proves: D-18, D-33
//!
//! Babylon dies: what it had delegated counts on and can be slashed, and new stake comes by a committee of the chain's own.

use devnet::actors::Stakers;
use devnet::actors::babylon::LockTimes;
use devnet::network::{Network, Setup};
use serde_json::json;

use super::support::alone::{BTC, Slashings, became, equivocate, sats, stakes};
use super::support::{ask, power, run, text};

/// Babylon sends nothing any more, and governance switches: strangers may bring headers, and a committee of the chain's own signs from the
/// earliest height on.
fn switched(stakes: &[u64]) -> Network {
    let mut network = Network::start(Setup::new(7, stakes).verified()).unwrap();
    network.run(4).unwrap();
    let (admin, bsn, verifier) = (network.admin.clone(), network.bsn.clone(), network.stake_verifier.clone());
    let code = network.chain.contract(&bsn).unwrap().code_id;
    let back = json!({"stake_source": "bitcoin"});
    assert!(
        text(network.chain.migrate(&admin, &bsn, code, &back)).contains("cannot go from verified to bitcoin")
    );
    network.chain.migrate(&admin, &bsn, code, &json!({"stake_source": "both"})).unwrap();
    let (client, submitters) = (network.light_client.clone(), [network.sender.clone()]);
    network.chain.execute(&admin, &client, &json!({"update_config": {"submitters": submitters}})).unwrap();

    let own = Stakers::new(7, 3, 2, LockTimes::default()).unwrap();
    let mut params = own.wire();
    params["btc_activation_height"] = json!(network.miner.tip_height() + 2_016);
    let append = json!({"append_params": {"family": "own", "params": params}});
    network.chain.execute(&admin, &verifier, &append).unwrap();
    network.own = Some(own);
    network.miner.set_spacing(5);
    network.miner.mine_blocks(2_016);
    network.tell_headers().unwrap();
    network
}

#[test]
fn babylons_stake_counts_on_and_new_stake_comes_by_the_own_committee() {
    let mut network = switched(&[40, 20, 10]);
    assert_eq!(ask(&network, json!({"config": {}}))["stake_source"], "both");
    run(&mut network, 3);
    assert_eq!((0..3).map(|index| sats(&network, index) / BTC).collect::<Vec<_>>(), [40, 20, 10]);

    let index = network.register_own_fp(7, None).unwrap();
    let txid = network.delegate_own(index, 30 * BTC).unwrap();
    network.bury_stake();
    network.tell_headers().unwrap();
    let item = network.submission(&txid).unwrap();
    assert_eq!(became(&mut network, &json!({"submit_delegations": {"items": [item]}})), "active");
    network.chain.next_block();
    assert_eq!(sats(&network, index), 30 * BTC);
    network.commit(index, network.chain.height() + 1, 1_000).unwrap();
    network.chain.next_blocks(2);
    let height = network.chain.height();
    let proof = network.own_timestamp(height, &network.app_hash(height)).unwrap();
    network.verify(&proof).unwrap();
    network.chain.next_block();
    let last = network.finalized();
    run(&mut network, 5);
    assert!(network.finalized() >= last + 5);
    assert_eq!(power(&network, index, network.chain.height()), 30 * BTC);

    // Babylon's committee signed it before, and that is enough for ever.
    let stake = stakes(&network, 2).remove(0);
    let key = equivocate(&mut network, 2);
    let slashings = Slashings::of(&network, &stake);
    assert_eq!((slashings.are_taken(&key, 6), slashings.are_taken(&key, 5)), ([true; 2], [false; 2]));
    run(&mut network, 3);
    assert_eq!(power(&network, 2, network.chain.height()), 0);
}
