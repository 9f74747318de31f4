use primitives::Txid;
use serde_json::{Value, json};

use super::{CLIENT, OTHER, babylon, fp};
use crate::{
    Babylon, Miner, Stake,
    babylon::{BTC_STAKING_MODULE, RewardRefusal, Transfer},
};

fn memo(ratios: &[(String, &str)]) -> Value {
    let ratios: Vec<_> = ratios.iter().map(|(key, ratio)| json!({ "btc_pk": key, "ratio": ratio })).collect();
    json!({ "action": "add_bsn_rewards", "dest_callback": { "address": "bbnc1contract",
        "add_bsn_rewards": { "bsn_consumer_id": null, "fp_ratios": ratios } } })
}

fn transfer(amount: u128, memo: &Value) -> Transfer {
    Transfer { receiver: BTC_STAKING_MODULE.into(), denom: "ustake".into(), amount, memo: memo.to_string() }
}

fn registered() -> Babylon {
    let mut babylon = babylon();
    for (index, client) in [(0, CLIENT), (1, CLIENT), (2, OTHER)] {
        babylon.register_fp(&fp(index), client).unwrap();
        babylon.delegate(Stake::new(&[fp(index).public_key()], 50_000)).unwrap();
    }
    babylon
}

fn key(index: u32) -> String {
    fp(index).public_key_hex()
}

#[test]
fn babylon_keeps_its_commission_and_rounds_the_rest_down() {
    let mut babylon = registered();
    let memo = memo(&[(key(0), "0.666666666666666666"), (key(1), "0.333333333333333333")]);
    let receipt = babylon.receive_transfer(CLIENT, &transfer(1_000, &memo));
    assert_eq!(receipt.acknowledgement, br#"{"result":"AQ=="}"#);
    assert_eq!(receipt.outcome, Ok(vec![(key(0), 633), (key(1), 316)]));
    babylon.receive_transfer(CLIENT, &transfer(1_000, &memo));
    assert_eq!(babylon.rewards(CLIENT, &fp(0).public_key(), "ustake"), 2 * 633);
    assert_eq!(babylon.rewards(CLIENT, &fp(0).public_key(), "other"), 0);
    assert_eq!(babylon.commission(CLIENT, "ustake"), 100);
}

#[test]
fn a_large_amount_is_shared_exactly() {
    let mut babylon = registered();
    let amount = 40_000_000_000_000_000_000_000_000_000u128;
    let half = memo(&[(key(0), "0.5"), (key(1), "0.500000000000000000")]);
    let paid = babylon.receive_transfer(CLIENT, &transfer(amount, &half)).outcome.unwrap();
    assert_eq!(paid, [(key(0), amount / 40 * 19), (key(1), amount / 40 * 19)]);
}

#[test]
fn one_stranger_fails_the_whole_transfer() {
    let stranger = RewardRefusal::UnknownFp { fp: key(9) };
    let foreigner = RewardRefusal::FpOfAnotherConsumer { fp: key(2), bsn_id: OTHER.into() };
    for (index, refusal) in [(9, stranger), (2, foreigner)] {
        let mut babylon = registered();
        let memo = memo(&[(key(0), "0.5"), (key(index), "0.5")]);
        let receipt = babylon.receive_transfer(CLIENT, &transfer(1_000, &memo));
        assert_eq!(receipt.outcome, Err(refusal));
        assert!(receipt.acknowledgement.starts_with(br#"{"error":"ABCI code: "#));
        assert_eq!(babylon.rewards(CLIENT, &fp(0).public_key(), "ustake"), 0);
        assert_eq!(babylon.commission(CLIENT, "ustake"), 0);
    }
}

/// Whatever ended it: an unbonding, time, or a slashing; and one that never had any.
#[test]
fn one_without_active_stake_fails_the_whole_transfer() {
    let both = memo(&[(key(0), "0.5"), (key(1), "0.5")]);
    let refusal = |babylon: &mut Babylon| babylon.receive_transfer(CLIENT, &transfer(1_000, &both)).outcome;
    let without = Err(RewardRefusal::WithoutStake { fp: key(1) });

    let mut unbonded = registered();
    let of_the_second = |txid: &Txid, babylon: &Babylon| {
        babylon.delegation(txid).is_some_and(|one| one.fps.contains(&fp(1).public_key()))
    };
    let txid = *unbonded.txids().find(|txid| of_the_second(txid, &unbonded)).unwrap();
    unbonded.undelegate(&txid).unwrap();
    assert_eq!(refusal(&mut unbonded), without);
    assert_eq!(unbonded.rewards(CLIENT, &fp(0).public_key(), "ustake"), 0, "nor is anybody else paid");
    assert_eq!(unbonded.commission(CLIENT, "ustake"), 0);

    let mut slashed = registered();
    slashed.slash(&fp(1).public_key()).unwrap();
    assert_eq!(refusal(&mut slashed), without);

    let mut expired = babylon();
    for index in [0, 1] {
        expired.register_fp(&fp(index), CLIENT).unwrap();
    }
    assert_eq!(
        refusal(&mut expired),
        Err(RewardRefusal::WithoutStake { fp: key(0) }),
        "neither ever had any"
    );
    let stake = |index: u32| Stake::new(&[fp(index).public_key()], 50_000);
    expired.delegate(stake(0)).unwrap();
    expired.delegate(Stake { staking_time: 12, unbonding_time: 5, ..stake(1) }).unwrap();
    assert!(refusal(&mut expired).is_ok());
    let mut miner = Miner::new(7, 1_700_000_000);
    miner.mine_blocks(12);
    expired.see_bitcoin(&miner);
    assert_eq!(refusal(&mut expired), without);
}

#[test]
fn ratios_are_fractions_that_sum_to_no_more_than_one() {
    for ratio in ["0", "0.0", "1.1", "-0.5", "0.1234567890123456789", "", ".5", "half", "1e-1"] {
        let receipt = registered().receive_transfer(CLIENT, &transfer(1_000, &memo(&[(key(0), ratio)])));
        assert_eq!(receipt.outcome, Err(RewardRefusal::Ratio { ratio: ratio.into() }));
    }
    for ratio in ["1", "1.0", "0.000000000000000001"] {
        let receipt = registered().receive_transfer(CLIENT, &transfer(1_000, &memo(&[(key(0), ratio)])));
        assert!(receipt.outcome.is_ok(), "{ratio}");
    }
    let above = memo(&[(key(0), "0.6"), (key(1), "0.400000000000000001")]);
    let sum = RewardRefusal::Ratio { ratio: "1000000000000000001".into() };
    assert_eq!(registered().receive_transfer(CLIENT, &transfer(1_000, &above)).outcome, Err(sum));
    let none = RewardRefusal::Ratio { ratio: "0".into() };
    assert_eq!(registered().receive_transfer(CLIENT, &transfer(1_000, &memo(&[]))).outcome, Err(none));
}

#[test]
fn the_memo_must_be_exact_once_it_asks_for_a_callback() {
    let good = memo(&[(key(0), "1")]);
    let mut without_address = good.clone();
    without_address["dest_callback"]["address"] = Value::Null;
    let mut without_action = good.clone();
    without_action["action"] = "add_rewards".into();
    let mut without_rewards = good.clone();
    without_rewards["dest_callback"]["add_bsn_rewards"] = Value::Null;
    let mut wrong_type = good.clone();
    wrong_type["dest_callback"]["add_bsn_rewards"]["fp_ratios"][0]["ratio"] = json!(1);
    let null = json!({ "dest_callback": null });
    for bad in [without_address, without_action, without_rewards, wrong_type, null] {
        let outcome = registered().receive_transfer(CLIENT, &transfer(1_000, &bad)).outcome;
        assert!(matches!(outcome, Err(RewardRefusal::Memo { .. })), "{bad}");
    }
    for plain in ["", "thanks", "{}", "[]"] {
        let plain = Transfer { memo: plain.into(), ..transfer(1_000, &good) };
        assert_eq!(registered().receive_transfer(CLIENT, &plain).outcome, Ok(Vec::new()));
    }
}

#[test]
fn the_channel_decides_whose_rewards_they_are() {
    let mut named = memo(&[(key(0), "1")]);
    named["dest_callback"]["add_bsn_rewards"]["bsn_consumer_id"] = OTHER.into();
    let another = RewardRefusal::AnotherConsumer { expected: CLIENT.into(), got: OTHER.into() };
    assert_eq!(registered().receive_transfer(CLIENT, &transfer(1, &named)).outcome, Err(another));
    let good = memo(&[(key(0), "1")]);
    let unknown = RewardRefusal::UnknownConsumer { client: "07-tendermint-9".into() };
    assert_eq!(registered().receive_transfer("07-tendermint-9", &transfer(1, &good)).outcome, Err(unknown));
    let receiver = "bbn1hfny2zhlc328ksxjsv3qrrldcgqw3684yu5vsh".to_string();
    let elsewhere = Transfer { receiver: receiver.clone(), ..transfer(1, &good) };
    let refusal = RewardRefusal::Receiver { receiver };
    assert_eq!(registered().receive_transfer(CLIENT, &elsewhere).outcome, Err(refusal));
}
