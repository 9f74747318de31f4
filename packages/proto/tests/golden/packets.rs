use bsn_proto::{
    Message, btccheckpoint, btcstaking, checkpointing, cosmos, epoching,
    zoneconcierge::{self, InboundPacket, OutboundPacket, outbound_packet::Packet},
};

use crate::{
    check, parts,
    writer::{bytes, number, text},
};

fn outbound(packet: Packet) -> OutboundPacket {
    OutboundPacket { packet: Some(packet) }
}

#[test]
fn slashing_evidence_has_its_bytes() {
    let (evidence, encoded) = parts::evidence();
    check(InboundPacket::from(evidence), &bytes(1, bytes(1, encoded)));
}

#[test]
fn a_packet_of_headers_has_its_bytes() {
    let (header, encoded) = parts::header();
    let headers = zoneconcierge::BtcHeaders { headers: vec![header; 2] };
    check(
        outbound(Packet::BtcHeaders(headers)),
        &bytes(3, [bytes(1, &encoded), bytes(1, &encoded)].concat()),
    );
}

#[test]
fn a_finality_provider_has_its_bytes() {
    let item = btcstaking::NewFinalityProvider {
        description: Some(cosmos::Description { moniker: "m".into(), ..Default::default() }),
        commission: "0.100000000000000000".into(),
        addr: "bbn1fp".into(),
        btc_pk_hex: "aa".repeat(32),
        pop: Some(btcstaking::ProofOfPossessionBtc {
            btc_sig_type: btcstaking::BtcSigType::Ecdsa.into(),
            btc_sig: vec![1; 64],
        }),
        bsn_id: "07-tendermint-0".into(),
    };
    let encoded = [
        bytes(1, text(1, "m")),
        text(2, "0.100000000000000000"),
        text(3, "bbn1fp"),
        text(4, &"aa".repeat(32)),
        bytes(5, [number(1, 2), bytes(2, [1; 64])].concat()),
        text(8, "07-tendermint-0"),
    ]
    .concat();
    check(item.clone(), &encoded);
    let packet = btcstaking::BtcStakingIbcPacket { new_fp: vec![item], ..Default::default() };
    check(outbound(Packet::BtcStaking(packet)), &bytes(2, bytes(1, encoded)));
}

#[test]
fn a_delegation_has_its_bytes() {
    let (covenant, covenant_encoded) = parts::covenant();
    let info = btcstaking::BtcUndelegationInfo {
        unbonding_tx: vec![1],
        slashing_tx: vec![2],
        delegator_slashing_sig: vec![3; 64],
        covenant_slashing_sigs: vec![covenant.clone()],
        covenant_unbonding_sig_list: vec![btcstaking::SignatureInfo { pk: vec![4; 32], sig: vec![5; 64] }],
        delegator_unbonding_info: Some(btcstaking::DelegatorUnbondingInfo { spend_stake_tx: vec![6] }),
    };
    let info_encoded = [
        [bytes(1, [1]), bytes(2, [2]), bytes(3, [3; 64])].concat(),
        bytes(4, &covenant_encoded),
        bytes(5, [bytes(1, [4; 32]), bytes(2, [5; 64])].concat()),
        bytes(6, bytes(1, [6])),
    ]
    .concat();
    let item = btcstaking::ActiveBtcDelegation {
        staker_addr: "bbn1s".into(),
        btc_pk_hex: "bb".repeat(32),
        fp_btc_pk_list: vec!["cc".repeat(32), "dd".repeat(32)],
        start_height: 800_000,
        end_height: 864_000,
        total_sat: 2_100_000_000_000_000,
        staking_tx: vec![7; 300],
        slashing_tx: vec![8],
        delegator_slashing_sig: vec![9; 64],
        covenant_sigs: vec![covenant],
        staking_output_idx: 1,
        unbonding_time: 1_008,
        undelegation_info: Some(info),
        params_version: 5,
    };
    let encoded = [
        [text(1, "bbn1s"), text(2, &"bb".repeat(32)), text(3, &"cc".repeat(32)), text(3, &"dd".repeat(32))]
            .concat(),
        [number(4, 800_000), number(5, 864_000), number(6, 2_100_000_000_000_000)].concat(),
        [bytes(7, [7; 300]), bytes(8, [8]), bytes(9, [9; 64]), bytes(10, covenant_encoded)].concat(),
        [number(11, 1), number(12, 1_008), bytes(13, info_encoded), number(14, 5)].concat(),
    ]
    .concat();
    check(item.clone(), &encoded);
    let packet = btcstaking::BtcStakingIbcPacket { active_del: vec![item; 2], ..Default::default() };
    let twice = [bytes(2, &encoded), bytes(2, &encoded)].concat();
    check(outbound(Packet::BtcStaking(packet)), &bytes(2, twice));
}

#[test]
fn an_undelegation_has_its_bytes() {
    let (key, key_encoded) = parts::place();
    let item = btcstaking::UnbondedBtcDelegation {
        staking_tx_hash: "ee".repeat(32),
        unbonding_tx_sig: vec![1],
        stake_spending_tx: vec![2; 200],
        proof: Some(btcstaking::InclusionProof { key: Some(key), proof: vec![3; 64] }),
    };
    let proof = [bytes(1, key_encoded), bytes(2, [3; 64])].concat();
    let encoded = [text(1, &"ee".repeat(32)), bytes(2, [1]), bytes(3, [2; 200]), bytes(4, proof)].concat();
    let packet = btcstaking::BtcStakingIbcPacket { unbonded_del: vec![item], ..Default::default() };
    check(outbound(Packet::BtcStaking(packet)), &bytes(2, bytes(3, encoded)));
}

#[test]
fn a_timestamp_has_its_bytes() {
    let ((time, time_encoded), (ops, ops_encoded), (place, place_encoded)) =
        (parts::time(), parts::proof_ops(), parts::place());
    let header = zoneconcierge::IndexedHeader {
        consumer_id: "07-tendermint-0".into(),
        hash: vec![1; 32],
        height: 87,
        time: Some(time),
        babylon_header_hash: vec![2; 32],
        babylon_header_height: 700,
        babylon_epoch: 2,
        babylon_tx_hash: vec![3; 32],
    };
    let header_encoded = [
        [text(1, "07-tendermint-0"), bytes(2, [1; 32]), number(3, 87), bytes(4, time_encoded)].concat(),
        [bytes(5, [2; 32]), number(6, 700), number(7, 2), bytes(8, [3; 32])].concat(),
    ]
    .concat();
    let info = btccheckpoint::TransactionInfo {
        key: Some(place.clone()),
        transaction: vec![4; 100],
        proof: vec![5; 32],
    };
    let info_encoded = [bytes(1, &place_encoded), bytes(2, [4; 100]), bytes(3, [5; 32])].concat();
    let validator = checkpointing::ValidatorWithBlsKey { voting_power: 1, ..Default::default() };
    let sealed = zoneconcierge::ProofEpochSealed {
        validator_set: vec![validator],
        proof_epoch_info: Some(ops.clone()),
        proof_epoch_val_set: Some(ops.clone()),
    };
    let sealed_encoded = [bytes(1, number(3, 1)), bytes(2, &ops_encoded), bytes(3, &ops_encoded)].concat();
    let proof = zoneconcierge::ProofFinalizedHeader {
        proof_epoch_sealed: Some(sealed),
        proof_epoch_submitted: vec![info; 2],
        proof_consumer_header_in_epoch: Some(ops),
    };
    let proof_encoded =
        [bytes(1, sealed_encoded), bytes(2, &info_encoded), bytes(2, &info_encoded), bytes(3, ops_encoded)]
            .concat();
    let (btc_header, btc_header_encoded) = parts::header();
    let timestamp = zoneconcierge::BtcTimestamp {
        header: Some(header),
        btc_headers: Some(zoneconcierge::BtcHeaders { headers: vec![btc_header] }),
        epoch_info: Some(epoching::Epoch { epoch_number: 2, ..Default::default() }),
        raw_checkpoint: Some(checkpointing::RawCheckpoint { epoch_num: 2, ..Default::default() }),
        btc_submission_key: Some(btccheckpoint::SubmissionKey { key: vec![place] }),
        proof: Some(proof),
    };
    let encoded = [
        [bytes(1, header_encoded), bytes(2, bytes(1, btc_header_encoded)), bytes(3, number(1, 2))].concat(),
        [bytes(4, number(1, 2)), bytes(5, bytes(1, place_encoded)), bytes(6, proof_encoded)].concat(),
    ]
    .concat();
    check(outbound(Packet::BtcTimestamp(Box::new(timestamp))), &bytes(1, encoded));
}

#[test]
fn an_empty_packet_has_no_bytes() {
    assert_eq!(OutboundPacket::default().encode_to_vec(), []);
}
