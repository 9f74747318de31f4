use bsn_proto::{
    btccheckpoint, btclightclient, btcstaking, checkpointing, cosmos, epoching, finality, google, tendermint,
};

use crate::{
    check,
    writer::{bytes, number, text},
};

pub fn time() -> (google::Timestamp, Vec<u8>) {
    let time = google::Timestamp { seconds: 1_700_000_000, nanos: 999_999_999 };
    (time, [number(1, 1_700_000_000), number(2, 999_999_999)].concat())
}

pub fn proof_ops() -> (tendermint::ProofOps, Vec<u8>) {
    let op = tendermint::ProofOp { r#type: "ics23:iavl".into(), key: vec![1, 2], data: vec![3] };
    let encoded = [text(1, "ics23:iavl"), bytes(2, [1, 2]), bytes(3, [3])].concat();
    (tendermint::ProofOps { ops: vec![op; 2] }, [bytes(1, &encoded), bytes(1, &encoded)].concat())
}

pub fn place() -> (btccheckpoint::TransactionKey, Vec<u8>) {
    let place = btccheckpoint::TransactionKey { index: 300, hash: vec![5; 32] };
    (place, [number(1, 300), bytes(2, [5; 32])].concat())
}

pub fn header() -> (btclightclient::BtcHeaderInfo, Vec<u8>) {
    let header = btclightclient::BtcHeaderInfo {
        header: vec![1; 80],
        hash: vec![2; 32],
        height: 900_000,
        work: b"8".to_vec(),
    };
    (header, [bytes(1, [1; 80]), bytes(2, [2; 32]), number(3, 900_000), bytes(4, "8")].concat())
}

pub fn evidence() -> (finality::Evidence, Vec<u8>) {
    let context = "ab".repeat(32);
    let evidence = finality::Evidence {
        fp_btc_pk: vec![1; 32],
        block_height: 101,
        pub_rand: vec![2; 32],
        canonical_app_hash: vec![3; 32],
        fork_app_hash: vec![4; 32],
        canonical_finality_sig: vec![5; 32],
        fork_finality_sig: vec![6; 32],
        signing_context: context.clone(),
    };
    let mut encoded = [bytes(1, [1; 32]), number(2, 101)].concat();
    (3..=7).for_each(|field| encoded.extend(bytes(field, [field as u8 - 1; 32])));
    encoded.extend(text(8, &context));
    (evidence, encoded)
}

pub fn covenant() -> (btcstaking::CovenantAdaptorSignatures, Vec<u8>) {
    let covenant = btcstaking::CovenantAdaptorSignatures {
        cov_pk: vec![1; 32],
        adaptor_sigs: vec![vec![2; 65], vec![3; 66]],
    };
    (covenant, [bytes(1, [1; 32]), bytes(2, [2; 65]), bytes(2, [3; 66])].concat())
}

#[test]
fn the_shared_parts_have_their_bytes() {
    let (message, encoded) = time();
    check(message, &encoded);
    let (message, encoded) = proof_ops();
    check(message, &encoded);
    let (message, encoded) = place();
    check(message, &encoded);
    let (message, encoded) = header();
    check(message, &encoded);
    let (message, encoded) = evidence();
    check(message, &encoded);
    let (message, encoded) = covenant();
    check(message, &encoded);
}

#[test]
fn a_description_has_its_bytes() {
    let [moniker, identity, website, security_contact, details] = ["a", "b", "c", "d", "e"].map(String::from);
    let encoded = [text(1, "a"), text(2, "b"), text(3, "c"), text(4, "d"), text(5, "e")].concat();
    check(cosmos::Description { moniker, identity, website, security_contact, details }, &encoded);
}

#[test]
fn an_epoch_and_its_checkpoint_have_their_bytes() {
    let (time, time_encoded) = time();
    let epoch = epoching::Epoch {
        epoch_number: 2,
        current_epoch_interval: 360,
        first_block_height: 361,
        last_block_time: Some(time),
        sealer_app_hash: vec![1; 32],
        sealer_block_hash: vec![2; 32],
    };
    let numbers = [number(1, 2), number(2, 360), number(3, 361)].concat();
    let rest = [bytes(4, time_encoded), bytes(5, [1; 32]), bytes(6, [2; 32])].concat();
    check(epoch, &[numbers, rest].concat());

    let checkpoint = checkpointing::RawCheckpoint {
        epoch_num: u64::MAX,
        block_hash: vec![1; 32],
        bitmap: vec![2; 13],
        bls_multi_sig: vec![3; 48],
    };
    let encoded = [number(1, u64::MAX), bytes(2, [1; 32]), bytes(3, [2; 13]), bytes(4, [3; 48])].concat();
    check(checkpoint, &encoded);
}

#[test]
fn a_validator_set_has_its_bytes() {
    let validator = checkpointing::ValidatorWithBlsKey {
        validator_address: "bbnvaloper1x".into(),
        bls_pub_key: vec![1; 96],
        voting_power: 1_000,
    };
    let encoded = [text(1, "bbnvaloper1x"), bytes(2, [1; 96]), number(3, 1_000)].concat();
    let set = checkpointing::ValidatorWithBlsKeySet { val_set: vec![validator] };
    check(set, &bytes(1, encoded));
}
