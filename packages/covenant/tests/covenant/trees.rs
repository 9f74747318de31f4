//! Scripts, trees and signature hashes beside Babylon's vectors and rust-bitcoin.

use bitcoin::{
    ScriptBuf, TapSighashType, Transaction, TxOut, XOnlyPublicKey,
    hashes::Hash,
    secp256k1::Secp256k1,
    sighash::{Prevouts, SighashCache},
    taproot::{LeafVersion, TapLeafHash, TaprootBuilder, TaprootSpendInfo},
};
use bitcoin_spv::{OutPoint, Output};
use bsn_covenant::{
    ChangeOutput, Committee, Parties, PresignedTx, SpendPath, StakingOutput, UNSPENDABLE, UnbondingOutput,
    XOnlyKey, script, sighash,
};
use eots::{Native, Recover};
use primitives::Txid;
use serde_json::Value;

fn keys(values: &Value) -> Vec<XOnlyKey> {
    let key = |value: &Value| XOnlyKey::from_slice(&hex::decode(&value.as_str().unwrap()[2..]).unwrap());
    values.as_array().unwrap().iter().map(|value| key(value).unwrap()).collect()
}

fn number(value: &Value) -> u16 {
    value.as_u64().unwrap().try_into().unwrap()
}

#[test]
fn scripts_and_outputs_are_those_of_babylons_vectors() {
    let Some(json) = vectors::load("babylon/delegations/script_vectors.json") else { return };
    let json: Value = serde_json::from_slice(&json).unwrap();
    let rows = json["vectors"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let (given, wanted) = (&row["parameters"], &row["expected"]);
        let staker = keys(&Value::Array(vec![given["staker_public_key"].clone()]))[0];
        let fps = keys(&given["finality_provider_public_keys"]);
        let quorum = u8::try_from(number(&given["covenant_quorum"])).unwrap();
        let committee = Committee::new(keys(&given["covenant_public_keys"]), quorum).unwrap();
        let parties = Parties { staker: &staker, fps: &fps, committee: &committee };
        let (time, unbonding_time) = (number(&given["staking_time"]), number(&given["unbonding_time"]));
        let is = |name: &str, bytes: &[u8]| assert_eq!(hex::encode(bytes), wanted[name], "{}", row["name"]);

        let staking = StakingOutput::new(&Native, &parties, time).unwrap();
        let unbonding = UnbondingOutput::new(&Native, &parties, unbonding_time).unwrap();
        is("staking_output_pkscript_hex", &staking.key().script());
        is("staking_transaction_timelock_script_hex", &script::timelock(&staker, time));
        is("staking_transaction_unbonding_script_hex", &script::unbonding(&staker, &committee));
        is("staking_transaction_slashing_script_hex", &script::slashing(&staker, &fps, &committee));
        is("unbonding_transaction_time_lock_script_hex", &script::timelock(&staker, unbonding_time));
        is("unbonding_transaction_slashing_script_hex", &script::slashing(&staker, &fps, &committee));
        let value = given["staking_value"].as_u64().unwrap();
        let fee = given["unbonding_fee"].as_u64().unwrap();
        let stake = OutPoint {
            txid: Txid::from_display_hex(given["staking_tx_hash"].as_str().unwrap()).unwrap(),
            index: given["staking_output_index"].as_u64().unwrap().try_into().unwrap(),
        };
        let tx = PresignedTx {
            version: number(&given["unbonding_tx_version"]).into(),
            spends: stake,
            sequence: bsn_covenant::FINAL,
            outputs: vec![unbonding.key().output(value - fee)],
        };
        is("unbonding_transaction_hex", &tx.serialize());
    }
}

fn committee(size: u8, quorum: u8) -> Committee {
    Committee::new((1..=size).map(key).collect(), quorum).unwrap()
}

fn key(byte: u8) -> XOnlyKey {
    (*eots::SecretKey::from_slice(&[byte; 32]).unwrap().public_key().as_fp()).into()
}

fn tree(builder: TaprootBuilder) -> TaprootSpendInfo {
    let internal = XOnlyPublicKey::from_slice(UNSPENDABLE.as_bytes()).unwrap();
    builder.finalize(&Secp256k1::verification_only(), internal).unwrap()
}

fn agree(theirs: &TaprootSpendInfo, ours: &SpendPath) {
    let script = ScriptBuf::from_bytes(ours.leaf.script.clone());
    let control =
        theirs.control_block(&(script.clone(), LeafVersion::TapScript)).expect("a leaf of the tree");
    assert_eq!(ours.control_block, control.serialize());
    assert_eq!(ours.spent.script, ScriptBuf::new_p2tr_tweaked(theirs.output_key()).into_bytes());
    let hash = TapLeafHash::from_script(&script, LeafVersion::TapScript);
    assert_eq!(ours.leaf.hash, hash.to_byte_array());
}

#[test]
fn trees_and_control_blocks_are_those_of_rust_bitcoin() {
    for (n, (size, quorum, fps)) in
        [(1, 1, 1), (3, 2, 1), (9, 6, 2), (20, 20, 10), (5, 3, 64)].into_iter().enumerate()
    {
        let committee = committee(size, quorum);
        let fps: Vec<_> = (100..100 + fps).map(key).collect();
        let staker = key(90 + u8::try_from(n).unwrap());
        let parties = Parties { staker: &staker, fps: &fps, committee: &committee };
        let (time, unbonding_time) = (64_000, 1_008);
        let script = |bytes: Vec<u8>| ScriptBuf::from_bytes(bytes);
        let timelock = script(script::timelock(&staker, time));
        let unlock = script(script::timelock(&staker, unbonding_time));
        let unbonding = script(script::unbonding(&staker, &committee));
        let slashing = script(script::slashing(&staker, &fps, &committee));

        let builder = TaprootBuilder::new().add_leaf(2, timelock).unwrap().add_leaf(2, unbonding).unwrap();
        let theirs = tree(builder.add_leaf(1, slashing.clone()).unwrap());
        let ours = StakingOutput::new(&Native, &parties, time).unwrap();
        agree(&theirs, &ours.timelock_path(7));
        agree(&theirs, &ours.unbonding_path(7));
        agree(&theirs, &ours.slashing_path(7));

        let builder = TaprootBuilder::new().add_leaf(1, slashing).unwrap();
        let theirs = tree(builder.add_leaf(1, unlock.clone()).unwrap());
        let ours = UnbondingOutput::new(&Native, &parties, unbonding_time).unwrap();
        agree(&theirs, &ours.timelock_path(7));
        agree(&theirs, &ours.slashing_path(7));

        let theirs = tree(TaprootBuilder::new().add_leaf(0, unlock).unwrap());
        agree(&theirs, &ChangeOutput::new(&Native, &staker, unbonding_time).unwrap().timelock_path(7));
    }
}

#[test]
fn signature_hashes_are_those_of_rust_bitcoin() {
    let (committee, staker, fps) = (committee(9, 6), key(50), [key(51)]);
    let parties = Parties { staker: &staker, fps: &fps, committee: &committee };
    let output = StakingOutput::new(&Native, &parties, 1_000).unwrap();
    for n in 0..32u32 {
        let path = match n % 3 {
            0 => output.slashing_path(u64::from(n) * 1_000),
            1 => output.unbonding_path(u64::MAX >> 20),
            _ => output.timelock_path(1),
        };
        let script = |length: u32| vec![7; usize::try_from(length).unwrap()];
        let outputs = (0..n % 4).map(|at| Output { value: u64::from(at * n) << 9, script: script(at * 99) });
        let tx = PresignedTx {
            version: 1 + n % 2,
            spends: OutPoint { txid: Txid::from_bytes([n as u8; 32]), index: n * 3 },
            sequence: u32::MAX - n * 7,
            outputs: outputs.collect(),
        };
        let theirs: Transaction = bitcoin::consensus::deserialize(&tx.with_witness(&[vec![1]])).unwrap();
        assert_eq!(tx.txid().as_bytes(), theirs.compute_txid().as_byte_array());
        let spent = TxOut {
            value: bitcoin::Amount::from_sat(path.spent.value),
            script_pubkey: ScriptBuf::from_bytes(path.spent.script.clone()),
        };
        let leaf = TapLeafHash::from_byte_array(path.leaf.hash);
        let hash = SighashCache::new(&theirs)
            .taproot_script_spend_signature_hash(0, &Prevouts::All(&[spent]), leaf, TapSighashType::Default)
            .unwrap();
        assert_eq!(sighash(&tx, &path), hash.to_byte_array());
    }
}

#[test]
fn a_tweak_is_one_recovery() {
    let (committee, staker, fps) = (committee(3, 2), key(50), [key(51)]);
    let parties = Parties { staker: &staker, fps: &fps, committee: &committee };
    let calls = core::cell::Cell::new(0);
    let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
        calls.set(calls.get() + 1);
        Native.recover(hash, signature, id)
    };
    assert!(StakingOutput::new(&host, &parties, 1_000).is_some());
    assert_eq!(calls.get(), 1);
    assert!(UnbondingOutput::new(&host, &parties, 100).is_some());
    assert!(ChangeOutput::new(&host, &staker, 100).is_some());
    assert_eq!(calls.get(), 3);
    let silent = |_: &[u8; 32], _: &[u8; 64], _: u8| None;
    assert_eq!(StakingOutput::new(&silent, &parties, 1_000), None);
}
