//! Proves: C-10, K12
//!
//! Slashing here does not need Babylon to be reachable: the evidence waits until it is.

use devnet::ibc::{Item, RelayFault, Side};
use devnet::network::Network;
use serde_json::json;

use super::support::{ask, health, key, outbox, power, run, start, vote_for};

fn equivocate(network: &mut Network) {
    let height = network.chain.height();
    vote_for(network, 3, height, height).unwrap();
    vote_for(network, 3, height, height - 1).unwrap();
    run(network, 4);
    let fp = ask(network, json!({"finality_provider": {"btc_pk_hex": key(network, 3)}}));
    assert!(fp["slashed_height"].as_u64() > Some(0), "{fp}");
    assert_eq!(power(network, 3, network.chain.height()), 0);
}

#[test]
fn of_a_channel_that_the_other_end_closed() {
    let mut network = start(&[40, 30, 20, 10]);
    let remote = network.channel.clone().unwrap().remote;
    network.link.force_close_remote(&remote).unwrap();
    network.relay();
    assert_eq!(health(&network)["channel"]["state"], "closed");
    equivocate(&mut network);
    assert_eq!(outbox(&network), ["waiting"]);
    assert_eq!(health(&network)["outbox"]["waiting"], 1);
}

#[test]
fn of_a_packet_that_timed_out() {
    let mut network = start(&[40, 30, 20, 10]);
    network.link.faults.push(RelayFault::Outage { to: Side::Remote, height: u64::MAX });
    equivocate(&mut network);
    assert_eq!(outbox(&network), ["in_flight"]);
    network.chain.skip_seconds(40 * 86_400);
    network.chain.next_block();
    network.link.faults.clear();
    let carried = network.relay();
    assert!(carried.iter().any(|one| one.what.item == Item::Timeout && one.error.is_none()), "{carried:?}");
    assert_eq!(outbox(&network), ["waiting"]);
    assert_eq!(network.link.app.babylon.slashings().len(), 0);
}

#[test]
fn and_goes_out_once_there_is_a_new_one() {
    let mut network = start(&[40, 30, 20, 10]);
    network.link.app.babylon.params.one_channel_per_client = false;
    let remote = network.channel.clone().unwrap().remote;
    network.link.force_close_remote(&remote).unwrap();
    network.relay();
    equivocate(&mut network);
    assert_eq!(outbox(&network), ["waiting"]);
    network.open_channel().unwrap();
    for _ in 0..12 {
        run(&mut network, 1);
        network.relay();
    }
    assert_eq!(outbox(&network), ["done"]);
    assert_eq!(network.link.app.babylon.slashings().len(), 1);
    assert_eq!(network.link.app.answers.len(), 1, "sent once");
}
