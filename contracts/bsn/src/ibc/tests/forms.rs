//! The forms of transactions in which Babylon relays a delegation.

use ::staking::{Delegation, DelegationStatus, Record, StakingTx};
use cosmwasm_std::{Order, Storage};
use primitives::FpPublicKey;
use proto::btcstaking::{
    ActiveBtcDelegation, BtcUndelegationInfo, DelegatorUnbondingInfo, UnbondedBtcDelegation,
};
use proto::decode::RawItem;

use super::*;
use crate::intake::quarantine;
use crate::state::{DELEGATIONS, ENDED, PARTS};

const SATS: u64 = 50_000;

/// One input, one output with the stake.
fn plain(n: u8) -> Vec<u8> {
    let input = [&[1][..], &[n; 36], &[0], &[0xff; 4]].concat();
    let output = [&[1][..], &SATS.to_le_bytes(), &[0]].concat();
    [&[2, 0, 0, 0][..], &input, &output, &[0; 4]].concat()
}

/// The same with a witness of one item of so many bytes, more than 65,535.
fn with_witness(n: u8, length: u32) -> Vec<u8> {
    let plain = plain(n);
    let (start, lock_time) = plain.split_at(plain.len() - 4);
    let item = [&[1, 0xfe][..], &length.to_le_bytes(), &vec![7; length as usize]].concat();
    [&start[..4], &[0, 1], &start[4..], &item, lock_time].concat()
}

fn without_its_witness(n: u8) -> Vec<u8> {
    let plain = plain(n);
    let (start, lock_time) = plain.split_at(plain.len() - 4);
    [&start[..4], &[0, 1], &start[4..], &[0], lock_time].concat()
}

fn followed(n: u8, junk: usize) -> Vec<u8> {
    [plain(n), vec![0xaa; junk]].concat()
}

fn delegation(staking_tx: Vec<u8>) -> ActiveBtcDelegation {
    ActiveBtcDelegation {
        staker_addr: "bbn1staker".to_owned(),
        btc_pk_hex: key(9),
        fp_btc_pk_list: vec![key(1)],
        start_height: 100,
        end_height: 1_000,
        total_sat: SATS,
        staking_tx,
        unbonding_time: 101,
        ..Default::default()
    }
}

fn packet_of(active_del: Vec<ActiveBtcDelegation>) -> Vec<u8> {
    let packet = btcstaking::BtcStakingIbcPacket { active_del, ..Default::default() };
    OutboundPacket { packet: Some(Packet::BtcStaking(packet)) }.encode_to_vec()
}

/// An FP is registered; stake is compared with the output, as on a live network.
fn registered() -> (Deps, Env) {
    let (mut deps, env) = opened();
    let config = Config { network: Network::Testnet, ..config() };
    CONFIG.save(&mut deps.storage, &config).unwrap();
    assert_eq!(arrive(&mut deps, &env, staking_packet(&[&key(1)])), r#"{"result":""}"#);
    (deps, env)
}

fn stake(deps: &Deps) -> u128 {
    let fp = FpPublicKey::from_hex(&key(1)).unwrap();
    PROVIDERS.may_load(&deps.storage, fp.as_bytes()).unwrap().unwrap().power().get()
}

fn stored(deps: &Deps, n: u8) -> Vec<u8> {
    let txid = StakingTx::parse(&plain(n)).unwrap().txid();
    match DELEGATIONS.may_load(&deps.storage, txid.as_bytes()).unwrap() {
        Some(Record::Known(known)) => known.staking_tx,
        other => panic!("{other:?}"),
    }
}

/// C-13, C-18: what Babylon counts as stake counts here
#[test]
fn whatever_btcd_reads_is_stake_and_is_kept_without_its_witness() {
    let (mut deps, env) = registered();
    let forms = [
        plain(1),
        with_witness(2, 70_000),
        without_its_witness(3),
        followed(4, 1),
        followed(5, 100_000),
        with_witness(6, 200_000),
    ];
    for (n, form) in (1..).zip(forms) {
        assert_eq!(arrive(&mut deps, &env, packet_of(vec![delegation(form)])), r#"{"result":""}"#);
        assert_eq!(stake(&deps), u128::from(SATS) * u128::from(n), "form {n}");
        assert_eq!(stored(&deps, n), plain(n), "form {n}");
    }
    assert_eq!(COUNTERS.load(&deps.storage).unwrap().quarantined, 0);
    let longest = deps.storage.range(None, None, Order::Ascending).map(|(_, value)| value.len()).max();
    assert!(longest < Some(1_000), "{longest:?}");
    assert_eq!(PARTS.all(&deps.storage, Order::Ascending).count(), 0);
}

/// Babylon has checked them, and nothing here depends on how they are written.
#[test]
fn the_other_transactions_of_an_item_may_have_any_form() {
    let (mut deps, env) = registered();
    for (n, form) in (1..).zip([vec![], vec![0xff; 3], followed(9, 64), without_its_witness(9), plain(9)]) {
        let spent = DelegatorUnbondingInfo { spend_stake_tx: form.clone() };
        let info = BtcUndelegationInfo {
            unbonding_tx: form.clone(),
            slashing_tx: form.clone(),
            delegator_unbonding_info: Some(spent),
            ..Default::default()
        };
        let item =
            ActiveBtcDelegation { slashing_tx: form, undelegation_info: Some(info), ..delegation(plain(n)) };
        arrive(&mut deps, &env, packet_of(vec![item]));
        assert_eq!(stake(&deps), u128::from(SATS) * u128::from(n), "form {n}");
    }
}

/// 0.2.0 refused them for their form.
#[test]
fn what_lies_in_quarantine_for_its_form_comes_in_by_a_retry() {
    let (mut deps, env) = registered();
    let items = [followed(1, 9), without_its_witness(2), followed(3, 40_000), vec![1, 2, 3], followed(4, 1)];
    let refused = items.map(|tx| {
        (RawItem::from(&delegation(tx)), "staking_tx: transaction is followed by 9 more bytes".to_owned())
    });
    quarantine::put(&mut deps.storage, &env, refused.to_vec()).unwrap();
    // The fifth ended on Babylon meanwhile.
    let ended = StakingTx::parse(&plain(4)).unwrap().txid();
    let unbonded_del =
        vec![UnbondedBtcDelegation { staking_tx_hash: ended.to_string(), ..Default::default() }];
    let packet = btcstaking::BtcStakingIbcPacket { unbonded_del, ..Default::default() };
    arrive(&mut deps, &env, OutboundPacket { packet: Some(Packet::BtcStaking(packet)) }.encode_to_vec());

    let api = deps.api;
    let done = quarantine::retry(&mut deps.storage, &api, &[0, 1, 2, 3, 4]).unwrap();
    assert_eq!((done.applied, done.known, done.refused), (4, 0, 1));
    assert_eq!(stake(&deps), 3 * u128::from(SATS), "an end that came first counts");
    for n in 1..=4 {
        assert_eq!(stored(&deps, n), plain(n));
    }
    let left: Vec<_> = QUARANTINE.all(&deps.storage, Order::Ascending).map(Result::unwrap).collect();
    assert_eq!(left.len(), 1);
    assert!(left[0].1.reason.starts_with("staking_tx: transaction ends within"), "{}", left[0].1.reason);
}

/// A record as 0.2.0 wrote it, with the witness in it.
#[test]
fn a_record_of_before_keeps_its_witness() {
    let (mut deps, env) = registered();
    let (txid, staking_tx) = (StakingTx::parse(&plain(1)).unwrap().txid(), with_witness(1, 70_000));
    arrive(&mut deps, &env, packet_of(vec![delegation(plain(1))]));
    let Some(Record::Known(known)) = DELEGATIONS.may_load(&deps.storage, txid.as_bytes()).unwrap() else {
        panic!("it was delegated");
    };
    let old = Record::Known(Delegation { staking_tx: staking_tx.clone(), ..known });
    DELEGATIONS.save(&mut deps.storage, txid.as_bytes(), &old).unwrap();
    let asked = api::bsn::QueryMsg::Delegation { staking_tx_hash_hex: txid.to_string() };
    let shown = crate::query::query(deps.as_ref(), env.clone(), asked).unwrap();
    let shown: api::bsn::Delegation = cosmwasm_std::from_json(shown).unwrap();
    assert_eq!(shown.staking_tx, staking_tx);
    // Babylon's end of it finds it by the same id.
    let unbonded_del =
        vec![UnbondedBtcDelegation { staking_tx_hash: txid.to_string(), ..Default::default() }];
    let packet = btcstaking::BtcStakingIbcPacket { unbonded_del, ..Default::default() };
    arrive(&mut deps, &env, OutboundPacket { packet: Some(Packet::BtcStaking(packet)) }.encode_to_vec());
    let ended = ENDED.may_load(&deps.storage, txid.as_bytes()).unwrap();
    assert_eq!(ended, Some(DelegationStatus::Unbonding));
}
