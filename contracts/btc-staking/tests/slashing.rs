//! What the state answers is all that slashes a stake, but the finality provider's key.

use api::btc_staking::{QueryMsg, SlashingDataResponse, SlashingTx};
use bitcoin_spv::{OutPoint, Output};
use bitcoinconsensus::Utxo;
use covenant::{
    AdaptorSignature, Committee, Leaf, Parties, PresignedTx, SlashError, Slashing, SpendPath, XOnlyKey,
};
use eots::SecretKey;
use primitives::FpPublicKey;

use crate::common::World;
use crate::common::maker::{Maker, key, secret};

pub fn slashing_data(world: &World, stake: OutPoint) -> SlashingDataResponse {
    world.query(QueryMsg::SlashingData { txid: stake.txid.to_string(), output: stake.index }).unwrap()
}

fn x_only(hex: &str) -> XOnlyKey {
    FpPublicKey::from_hex(hex).unwrap().into()
}

/// Completes one of the two transactions of an answer, and asks Bitcoin's own interpreter.
pub fn is_slashed(
    data: &SlashingDataResponse,
    of: &SlashingTx,
    committee: &Committee,
    fp: &SecretKey,
) -> Result<bool, SlashError> {
    let adaptor = |adaptor: &api::btc_staking::AdaptorAnswer| {
        (x_only(&adaptor.member_pk_hex), AdaptorSignature::parse(&adaptor.signature).unwrap())
    };
    let spent = Output { value: of.spent_value, script: of.spent_script.to_vec() };
    let slashing = Slashing {
        tx: PresignedTx::read(&of.tx, 2, &[1, 2]).unwrap(),
        path: SpendPath {
            spent: spent.clone(),
            leaf: Leaf::new(of.leaf_script.to_vec()),
            control_block: of.control_block.to_vec(),
        },
        staker_signature: of.staker_signature.as_slice().try_into().unwrap(),
        adaptors: of.adaptors.iter().map(adaptor).collect(),
    };
    let fps: Vec<_> = data.fps_pk_hex.iter().map(|hex| x_only(hex)).collect();
    let staker = x_only(&data.staker_pk_hex);
    let parties = Parties { staker: &staker, fps: &fps, committee };
    let tx = slashing.complete(&parties, fp, &[0; 32])?;
    let utxo = Utxo {
        script_pubkey: spent.script.as_ptr(),
        script_pubkey_len: spent.script.len().try_into().unwrap(),
        value: spent.value.try_into().unwrap(),
    };
    Ok(bitcoinconsensus::verify(&spent.script, spent.value, &tx, Some(&[utxo]), 0).is_ok())
}

/// D-18
#[test]
fn a_slashing_is_complete_from_state() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    world.take(&made.item);
    let data = slashing_data(&world, made.stake);
    assert_eq!(data.fp_pubkey_hex, key(&maker.fp).to_string());
    for of in [&data.staked, &data.unbonding] {
        assert_eq!(of.adaptors.len(), 6);
        assert_eq!(is_slashed(&data, of, &maker.params.committee, &maker.fp), Ok(true));
        let other = is_slashed(&data, of, &maker.params.committee, &secret(0x41));
        assert_eq!(other, Err(SlashError::AnotherFp(key(&secret(0x41)))));
    }
    let unbonded = PresignedTx::read(&data.unbonding.tx, 2, &[2]).unwrap().spends;
    let expected = bitcoin_spv::Transaction::parse(&made.unbonding_tx).unwrap().txid;
    assert_eq!(unbonded, OutPoint { txid: expected, index: 0 });
}

/// D-30
#[test]
fn slashing_data_stays_until_the_lock_is_over() {
    let maker = Maker { time: 300, ..Maker::new() };
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.take(&made.item);
    world.bitcoin.extend(6);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    let at = world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&made.unbonding_tx).unwrap().txid]);
    world.bitcoin.extend(6);
    assert_eq!(world.spend(world.bitcoin.spend(made.stake, &made.unbonding_tx, at)), "ended");
    world.bitcoin.extend_to(1_300);
    assert_eq!(world.forget(made.stake), "S60");
    let data = slashing_data(&world, made.stake);
    assert_eq!(is_slashed(&data, &data.unbonding, &maker.params.committee, &maker.fp), Ok(true));
    world.bitcoin.extend(1);
    assert_eq!(world.forget(made.stake), "forgotten");
    assert_eq!(world.forget(made.stake), "unknown");
    let error = world.item(made.stake).unwrap_err();
    assert_eq!(error.to_string(), format!("stake {} is unknown", made.stake));
    let left: Vec<_> = world
        .records()
        .into_iter()
        .filter(|(key, _)| {
            let txid = made.stake.txid;
            key.windows(32).any(|part| part == txid.as_bytes())
        })
        .collect();
    assert_eq!(left.len(), 2, "that it was spent, and until when that is remembered");
}
