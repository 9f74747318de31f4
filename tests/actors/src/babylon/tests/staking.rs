use std::collections::BTreeMap;

use proptest::prelude::*;
use proto::{btcstaking::BtcStakingIbcPacket, zoneconcierge::outbound_packet::Packet};
use sha2::{Digest, Sha256};

use super::{CLIENT, OTHER, babylon, decode, fp};
use crate::{AdaptorSignatures, Babylon, BabylonError, ConsumerMetadata, Miner, Stake, babylon::StateDigest};

fn staking_packet(babylon: &mut Babylon, client: &str) -> BtcStakingIbcPacket {
    match decode(&babylon.take_staking_packet(client).unwrap()) {
        Packet::BtcStaking(packet) => packet,
        other => panic!("no staking packet: {other:?}"),
    }
}

#[test]
fn no_finality_provider_registers_before_the_channel_is_open() {
    let mut babylon = Babylon::new(1, "bbn-1");
    let unknown = BabylonError::UnknownConsumer { client: CLIENT.into() };
    assert_eq!(babylon.register_fp(&fp(0), CLIENT), Err(unknown));
    babylon.register_consumer(CLIENT, ConsumerMetadata::default()).unwrap();
    let closed = Err(BabylonError::ChannelNotOpen { client: CLIENT.into() });
    assert_eq!(babylon.register_fp(&fp(0), CLIENT), closed);
    babylon.begin_channel(CLIENT, "channel-0").unwrap();
    assert_eq!(babylon.register_fp(&fp(0), CLIENT), closed);
    babylon.finish_channel(CLIENT).unwrap();
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    let exists = BabylonError::FpExists { fp: fp(0).public_key() };
    assert_eq!(babylon.register_fp(&fp(0), CLIENT), Err(exists));
}

#[test]
fn possession_must_be_proven_for_this_babylon() {
    let mut babylon = babylon();
    let refused = Err(BabylonError::ProofOfPossession { fp: fp(0).public_key() });
    for proof in [
        fp(0).proof_of_possession("bbn-2"),
        fp(1).proof_of_possession("bbn-1"),
        proto::btcstaking::ProofOfPossessionBtc { btc_sig_type: 7, btc_sig: vec![1; 64] },
    ] {
        assert_eq!(babylon.register_fp_with(&fp(0), CLIENT, proof), refused);
    }
    let bip322 = proto::btcstaking::ProofOfPossessionBtc { btc_sig_type: 1, btc_sig: vec![1; 70] };
    babylon.register_fp_with(&fp(0), CLIENT, bip322).unwrap();
}

#[test]
fn events_are_grouped_sent_once_and_kept_while_the_channel_is_closed() {
    let mut babylon = babylon();
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    let first = babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    babylon.undelegate(&first).unwrap();
    let second = babylon.delegate(Stake::new(&[fp(0).public_key()], 2_000)).unwrap();
    assert_eq!(babylon.queued_events(CLIENT), 4);
    assert_eq!(babylon.take_staking_packet(OTHER), None);
    let packet = staking_packet(&mut babylon, CLIENT);
    assert_eq!(packet.new_fp[0].btc_pk_hex, fp(0).public_key_hex());
    assert_eq!(packet.new_fp[0].bsn_id, CLIENT);
    assert_eq!(packet.new_fp[0].addr, fp(0).babylon_address());
    assert_eq!(packet.new_fp[0].pop, Some(fp(0).proof_of_possession("bbn-1")));
    let sats: Vec<_> = packet.active_del.iter().map(|one| one.total_sat).collect();
    assert_eq!(sats, [1_000, 2_000]);
    assert_eq!(packet.unbonded_del[0].staking_tx_hash, first.to_string());
    assert_eq!(babylon.take_staking_packet(CLIENT), None, "sent is forgotten");

    babylon.close_channel(CLIENT).unwrap();
    babylon.undelegate(&second).unwrap();
    assert_eq!((babylon.take_staking_packet(CLIENT), babylon.queued_events(CLIENT)), (None, 1));
}

#[test]
fn a_packet_never_outgrows_its_limit_and_nothing_is_lost() {
    let mut babylon = babylon();
    babylon.params.max_packet_bytes = 10_000;
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    for _ in 0..20 {
        babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    }
    let mut delegations = 0;
    while let Some(bytes) = babylon.take_staking_packet(CLIENT) {
        assert!(bytes.len() <= 10_144, "{}", bytes.len());
        let Packet::BtcStaking(packet) = decode(&bytes) else { panic!("a staking packet") };
        delegations += packet.active_del.len();
    }
    assert_eq!(delegations, 20);
    // One that is too big by itself is sent alone rather than never.
    babylon.params.max_packet_bytes = 10;
    babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    assert_eq!(staking_packet(&mut babylon, CLIENT).active_del.len(), 1);
}

#[test]
fn a_delegation_has_one_finality_provider_of_each_chain() {
    let mut babylon = babylon();
    for (index, client) in [(0, CLIENT), (1, CLIENT), (2, OTHER)] {
        babylon.register_fp(&fp(index), client).unwrap();
    }
    let [a, b, other] = [0, 1, 2].map(|index| fp(index).public_key());
    let second = BabylonError::SecondFpOfChain { chain: CLIENT.into(), fp: b };
    assert_eq!(babylon.delegate(Stake::new(&[a, b], 1)), Err(second));
    let unknown = fp(9).public_key();
    assert_eq!(babylon.delegate(Stake::new(&[unknown], 1)), Err(BabylonError::UnknownFp { fp: unknown }));
    babylon.delegate(Stake::new(&[a, other], 5)).unwrap();
    let names = [babylon.own_fp(), a, other].map(|key| key.to_string());
    for client in [CLIENT, OTHER] {
        assert_eq!(staking_packet(&mut babylon, client).active_del[0].fp_btc_pk_list, names);
    }
    babylon.slash(&a).unwrap();
    assert_eq!(babylon.slash(&a), Err(BabylonError::Slashed { fp: a }));
    assert_eq!(babylon.slash(&unknown), Err(BabylonError::UnknownFp { fp: unknown }));
    assert_eq!(babylon.delegate(Stake::new(&[a], 1)), Err(BabylonError::Slashed { fp: a }));
    assert_eq!((babylon.active_sats(&a), babylon.active_sats(&other)), (0, 5));
    assert_eq!(babylon.queued_events(CLIENT), 0, "nobody is told of a slashing");
}

#[test]
fn a_snapshot_has_what_lives_and_nothing_else() {
    let mut babylon = babylon();
    for (index, client) in [(0, CLIENT), (1, CLIENT), (2, OTHER)] {
        babylon.register_fp(&fp(index), client).unwrap();
    }
    let delegate = |babylon: &mut Babylon, index: u32, sats| {
        babylon.delegate(Stake::new(&[fp(index).public_key()], sats)).unwrap()
    };
    let ended = delegate(&mut babylon, 0, 1);
    let live = delegate(&mut babylon, 0, 2);
    delegate(&mut babylon, 1, 3);
    delegate(&mut babylon, 2, 4);
    babylon.undelegate(&ended).unwrap();
    babylon.slash(&fp(1).public_key()).unwrap();
    let snapshot = babylon.snapshot(CLIENT);
    let keys: Vec<_> = snapshot.new_fp.iter().map(|one| one.btc_pk_hex.clone()).collect();
    assert_eq!(keys, [fp(0).public_key_hex()]);
    assert_eq!(snapshot.active_del, [babylon.delegation(&live).unwrap().event.clone()]);
    assert_eq!(babylon.queued_events(CLIENT), 6, "nothing is taken");
}

#[test]
fn stake_that_is_none_is_refused() {
    let mut babylon = babylon();
    let own = babylon.own_fp();
    for (sats, staking_time, unbonding_time) in [(0, 100, 10), (2_100_000_000_000_001, 100, 10), (1, 10, 10)]
    {
        let stake = Stake { staking_time, unbonding_time, ..Stake::new(&[own], sats) };
        let bad = BabylonError::BadStake { sats, staking_time, unbonding_time };
        assert_eq!(babylon.delegate(stake), Err(bad));
    }
}

#[test]
fn stake_runs_out_at_the_end_less_the_unbonding_time_and_never_comes_back() {
    let mut babylon = babylon();
    let mut miner = Miner::new(1, 1_700_000_000);
    miner.mine_blocks(5);
    babylon.see_bitcoin(&miner);
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    let key = fp(0).public_key();
    let stake = Stake { staking_time: 20, unbonding_time: 8, ..Stake::new(&[key], 700) };
    let txid = babylon.delegate(stake).unwrap();
    assert_eq!(babylon.delegation(&txid).unwrap().expiry_height(), 17);
    miner.mine_blocks(11);
    babylon.see_bitcoin(&miner);
    assert_eq!((babylon.bitcoin_height(), babylon.active_sats(&key)), (16, 700));
    miner.mine();
    babylon.see_bitcoin(&miner);
    assert_eq!(babylon.active_sats(&key), 0);
    assert_eq!(babylon.undelegate(&txid), Err(BabylonError::NotActive { txid }));
    babylon.see_bitcoin(&Miner::new(1, 1_700_000_000));
    assert_eq!((babylon.bitcoin_height(), babylon.active_sats(&key)), (0, 0));
}

#[test]
fn an_expansion_spends_the_old_stake_and_adds_to_it() {
    let mut babylon = babylon();
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    let old = babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    let new = babylon.expand(&old, 500).unwrap();
    assert_eq!(babylon.active_sats(&fp(0).public_key()), 1_500);
    assert_eq!(babylon.expand(&old, 1), Err(BabylonError::NotActive { txid: old }));
    let packet = staking_packet(&mut babylon, CLIENT);
    assert_eq!((packet.active_del.len(), packet.unbonded_del.len()), (2, 1));
    let transaction = &babylon.delegation(&new).unwrap().staking_tx;
    assert_eq!((transaction.inputs.len(), transaction.inputs[0].txid), (2, old));
    assert_eq!(packet.unbonded_del[0].stake_spending_tx, transaction.serialize());
}

#[test]
fn the_events_say_what_the_transactions_are() {
    let mut babylon = babylon();
    let mut miner = Miner::new(1, 1_700_000_000);
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    let lock_time = Some(870_123);
    let adaptor_signatures = AdaptorSignatures::Old;
    let stake = Stake { lock_time, adaptor_signatures, ..Stake::new(&[fp(0).public_key()], 1_000) };
    let txid = babylon.delegate(stake).unwrap();
    let unbonding = babylon.delegation(&txid).unwrap().unbonding_tx.clone();
    assert_eq!((unbonding.inputs.len(), unbonding.outputs.len()), (1, 1));
    let block = miner.mine_with(vec![unbonding.clone()]);
    babylon.undelegate_proven(&txid, miner.inclusion(&unbonding.txid()).unwrap()).unwrap();

    let packet = staking_packet(&mut babylon, CLIENT);
    let event = &packet.active_del[0];
    let delegation = babylon.delegation(&txid).unwrap();
    assert_eq!(event.staking_tx, delegation.staking_tx.serialize());
    assert_eq!(delegation.staking_tx.lock_time, 870_123);
    let output = &delegation.staking_tx.outputs[usize::try_from(event.staking_output_idx).unwrap()];
    assert_eq!((output.sats, output.script.len()), (1_000, 34));
    assert_eq!(unbonding.inputs[0].txid, txid);
    assert_eq!(unbonding.inputs[0].output, event.staking_output_idx);
    for member in &event.covenant_sigs {
        let lengths: Vec<_> = member.adaptor_sigs.iter().map(Vec::len).collect();
        assert_eq!(lengths, [66, 66], "one for each finality provider");
    }
    let (hrp, _) = bech32::decode(&event.staker_addr).unwrap();
    assert_eq!(hrp.as_str(), "bbn");
    let proof = packet.unbonded_del[0].proof.as_ref().unwrap();
    assert_eq!(proof.key.as_ref().unwrap().hash, block.hash);
}

#[test]
fn the_digest_of_nothing_is_the_hash_of_nothing() {
    let empty = StateDigest { fps: 0, total_sats: 0, sha256: Sha256::digest([]).into() };
    assert_eq!(babylon().state_digest(CLIENT), empty);
}

proptest! {
    /// A consumer that hears every event and knows no reorg comes to the same table.
    #[test]
    fn the_packets_alone_rebuild_the_power_table(steps in prop::collection::vec((0u8..4, 0u32..3, 1u64..1_000), 0..40)) {
        let mut babylon = babylon();
        let mut miner = Miner::new(3, 1_700_000_000);
        let mut heard = BTreeMap::new();
        let mut delegations = Vec::new();
        for index in 0..3 {
            babylon.register_fp(&fp(index), CLIENT).unwrap();
        }
        for (step, index, number) in steps {
            match step {
                0 => {
                    let time = u32::try_from(number % 20 + 5).unwrap();
                    let stake = Stake { staking_time: time, unbonding_time: 4, ..Stake::new(&[fp(index).public_key()], number) };
                    delegations.push(babylon.delegate(stake).unwrap());
                }
                1 => {
                    let place = usize::try_from(number).unwrap() % delegations.len().max(1);
                    if let Some(txid) = delegations.get(place) {
                        let _ = babylon.undelegate(txid);
                    }
                }
                2 => {
                    miner.mine_blocks(index);
                    babylon.see_bitcoin(&miner);
                }
                _ => listen(&mut babylon, &mut heard),
            }
        }
        listen(&mut babylon, &mut heard);
        let tip = miner.tip_height();
        let mut table = BTreeMap::new();
        for (keys, expiry, sats) in heard.values() {
            for index in 0..3 {
                let key = fp(index).public_key();
                if *expiry > tip && keys.contains(&key.to_string()) {
                    *table.entry(key).or_insert(0) += sats;
                }
            }
        }
        prop_assert_eq!(babylon.power_table(CLIENT), table.clone().into_iter().collect::<Vec<_>>());
        let bytes: Vec<u8> = table.iter().flat_map(|(key, sats): (_, &u64)| [key.as_bytes().as_slice(), &sats.to_be_bytes()].concat()).collect();
        let digest = babylon.state_digest(CLIENT);
        prop_assert_eq!(digest.sha256, <[u8; 32]>::from(Sha256::digest(bytes)));
        prop_assert_eq!((digest.fps, digest.total_sats), (table.len(), table.values().sum::<u64>()));
    }
}

/// Finality providers, expiry height and sats of each live delegation, by the txid as shown.
type Heard = BTreeMap<String, (Vec<String>, u32, u64)>;

fn listen(babylon: &mut Babylon, heard: &mut Heard) {
    let Some(bytes) = babylon.take_staking_packet(CLIENT) else { return };
    let Packet::BtcStaking(packet) = decode(&bytes) else { panic!("a staking packet") };
    for event in packet.active_del {
        let txid = babylon
            .txids()
            .find(|txid| babylon.delegation(txid).unwrap().event == event)
            .expect("a delegation of Babylon's");
        heard.insert(
            txid.to_string(),
            (event.fp_btc_pk_list, event.end_height - event.unbonding_time, event.total_sat),
        );
    }
    for event in packet.unbonded_del {
        heard.remove(&event.staking_tx_hash).expect("heard of before");
    }
}
