//! Proves: C-13, C-14, K4, K11
//!
//! Whatever bytes arrive, they are acknowledged, and the next good packet is taken.

use bsn::state::PROVIDERS;
use devnet::network::Network;
use proptest::prelude::*;
use serde_json::json;

use super::support::{ask, key, run, start};

/// A staking packet of one new finality provider with a delegation.
fn good_packet(network: &mut Network) -> Vec<u8> {
    network.add_fp(7, 5).unwrap();
    let client = network.link.app.client.clone();
    network.link.app.babylon.take_staking_packet(&client).unwrap()
}

fn every_packet_is_acknowledged(network: &mut Network, packets: Vec<Vec<u8>>) {
    let count = packets.len();
    network.link.app.packets.extend(packets);
    let carried = network.relay();
    for delivery in &carried {
        assert!(delivery.error.is_none(), "{delivery:?}");
    }
    let acks = carried.iter().filter(|delivery| delivery.received.is_some()).count();
    assert!(acks >= count, "{acks} of {count}");
    let received = carried.iter().filter_map(|delivery| delivery.received.as_ref());
    for one in received {
        assert!(one.ack.bytes().is_some_and(|bytes| !bytes.is_empty()), "{one:?}");
    }
}

fn is_registered(network: &Network, index: usize) -> bool {
    let fps: Result<serde_json::Value, _> =
        network.query(&json!({"finality_provider": {"btc_pk_hex": key(network, index)}}));
    fps.is_ok()
}

#[test]
fn truncated_packets_do_not() {
    let mut network = start(&[40, 30]);
    let good = good_packet(&mut network);
    let cuts: Vec<_> = (0..good.len()).step_by(29).map(|end| good[..end].to_vec()).collect();
    every_packet_is_acknowledged(&mut network, cuts);
    every_packet_is_acknowledged(&mut network, vec![good]);
    assert!(is_registered(&network, 2));
}

#[test]
fn a_poison_item_does_not_sink_the_good_ones() {
    let mut network = start(&[40, 30]);
    let good = good_packet(&mut network);
    let bad = network.fps[2].public_key_hex();
    let second = good_packet(&mut network);
    // Protobuf: the later of two messages of one field is merged into the former, lists are joined.
    let mut poisoned = good.clone();
    let place = poisoned.windows(64).position(|window| window == bad.as_bytes()).unwrap();
    poisoned[place] = b'x';
    poisoned.extend(second);
    every_packet_is_acknowledged(&mut network, vec![poisoned]);
    assert!(!is_registered(&network, 2));
    assert!(is_registered(&network, 3), "{}", ask(&network, json!({"finality_providers": {}})));
    every_packet_is_acknowledged(&mut network, vec![good.clone(), good]);
    assert!(is_registered(&network, 2));
}

/// Should a record of ours ever be broken, its packet is lost and acknowledged so, and nothing of it stays half done:
/// the chain would keep what is written beside an error acknowledgement of the contract's own.
#[test]
fn nor_does_a_broken_record_which_leaves_nothing_half_done() {
    let mut network = start(&[40, 30]);
    let record = |network: &Network, index: usize| {
        let key = network.fps[index].public_key();
        [&[PROVIDERS.letter()][..], key.as_bytes()].concat()
    };
    let bsn = network.bsn.clone();
    let broken = record(&network, 1);
    let whole = network.chain.query_raw(&bsn, &broken).unwrap();
    network.chain.write_raw(&bsn, &broken, &[0xff; 3]).unwrap();
    for (index, sats) in [(0, 1_000), (1, 2_000)] {
        let fp = network.fps[index].public_key();
        network.link.app.babylon.delegate(devnet::actors::Stake::new(&[fp], sats)).unwrap();
    }
    let before = ask(&network, json!({"delegations": {"limit": 30}}));
    let carried = network.relay();
    let ack = carried.iter().find_map(|one| one.received.as_ref()).expect("it is acknowledged").ack.text();
    assert!(ack.contains("broken record under f"), "{ack}");
    assert_eq!(ask(&network, json!({"delegations": {"limit": 30}})), before);

    network.chain.write_raw(&bsn, &broken, &whole).unwrap();
    let good = good_packet(&mut network);
    every_packet_is_acknowledged(&mut network, vec![good]);
    assert!(is_registered(&network, 2), "the channel goes on");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn garbage_and_mutations_do_not(
        garbage in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 4),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 12),
    ) {
        let mut network = FRESH.with(Clone::clone);
        let good = good_packet(&mut network);
        let mut packets = garbage;
        for (place, byte) in mutations {
            let mut mutated = good.clone();
            let place = place.index(mutated.len());
            mutated[place] ^= byte;
            packets.push(mutated);
        }
        every_packet_is_acknowledged(&mut network, packets);
        every_packet_is_acknowledged(&mut network, vec![good]);
        prop_assert!(is_registered(&network, 2));
        let before = network.finalized();
        run(&mut network, 3);
        prop_assert!(network.finalized() > before);
    }
}

thread_local! {
    static FRESH: Network = start(&[40, 30]);
}
