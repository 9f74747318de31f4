//! The real `bsn` beside the contract: what both make of a packet.

use api::bsn::ExecuteMsg;
use api::btc_staking::{ExecuteMsg as Staking, OutcomesMsg};
use cosmwasm_std::Binary;
use prost::Message;
use proto::btcstaking::{ActiveBtcDelegation, BtcStakingIbcPacket};
use serde_json::{Value, json};
use staking::{ActiveStake, ItemDigest, StakeOutcome, StakeRefusal};

use crate::common::maker::{Made, Maker, coin, end_item, spender};
use crate::common::{K, World};

/// Mined, k deep.
fn mined(world: &mut World, made: &Made) -> u32 {
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(K);
    height
}

/// A stake that Babylon told of and somebody proved.
fn counted(maker: &Maker) -> (World, Made) {
    let mut world = World::paired(maker);
    let made = maker.nth(0, 1_001);
    world.delegate(&made.item);
    let height = mined(&mut world, &made);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    (world, made)
}

/// The staking transactions that `bsn` lists under the maker's finality provider.
fn listed(world: &mut World, maker: &Maker) -> Value {
    let of_fp = json!({"delegations_by_f_p": {"btc_pk_hex": hex::encode(maker.fps()[0])}});
    world.ask(of_fp).unwrap()["hashes"].clone()
}

fn ended(world: &World, made: &Made, height: u32) -> BtcStakingIbcPacket {
    let tx = spender(made.stake, 0);
    let end = end_item(&world.bitcoin, made.stake, &tx, height);
    BtcStakingIbcPacket { unbonded_del: vec![end], ..Default::default() }
}

fn mine_spend(world: &World, made: &Made) -> u32 {
    let tx = spender(made.stake, 0);
    world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid])
}

#[test]
fn stake_counts_when_bitcoin_shows_it_and_ends_when_bitcoin_shows_that() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let made = maker.nth(0, 1_001);
    let called = world.delegate(&made.item);
    assert_eq!(called.attribute("handed_over"), Some("1"));
    assert_eq!((world.power(&maker), world.quarantine()), (0, vec![]), "Babylon's word alone");
    let height = mined(&mut world, &made);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    assert_eq!((world.power(&maker), world.trust().unsent), (1_000_000, 0));

    let item = world.item(made.stake).unwrap();
    assert_eq!(item.fp_pubkey_hex, hex::encode(maker.fps()[0]));

    let at = mine_spend(&world, &made);
    let packet = ended(&world, &made, at);
    world.packet(packet);
    assert_eq!((world.power(&maker), world.quarantine()), (0, vec![]));
    assert_eq!(listed(&mut world, &maker), json!([made.stake.txid.to_string()]));
}

/// D-21
#[test]
fn a_block_that_leaves_bitcoins_chain_takes_the_power_along() {
    let maker = Maker::new();
    let (mut world, made) = counted(&maker);
    assert_eq!(world.power(&maker), 1_000_000);
    let blocks: Vec<&[primitives::Txid]> = vec![&[]; K as usize + 3];
    world.bitcoin.reorganize(K as usize + 1, &blocks);
    world.follow();
    assert_eq!(world.power(&maker), 0);
    assert_eq!(listed(&mut world, &maker), json!([]));
    let again = mined(&mut world, &made);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, again)), "active");
    assert_eq!(world.power(&maker), 1_000_000);
}

/// D-11, D-12
#[test]
fn babylon_ends_nothing_verified_without_a_proof() {
    let maker = Maker::new();
    let (mut world, made) = counted(&maker);
    let at = mine_spend(&world, &made);
    let honest = ended(&world, &made, at);
    let mut lie = honest.clone();
    lie.unbonded_del[0].proof = None;
    world.packet(lie);
    assert_eq!(world.power(&maker), 1_000_000);
    let reasons = world.quarantine();
    assert!(reasons.len() == 1 && reasons[0].starts_with("branch: "), "{reasons:?}");
    world.packet(honest);
    assert_eq!(world.power(&maker), 0);
}

/// D-27
#[test]
fn an_item_of_unknown_parameters_waits_in_the_quarantine() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let newer = Maker { version: 2, ..maker.clone() };
    let made = newer.nth(0, 1_000 + 2_016);
    let called = world.delegate(&made.item);
    assert!(called.events.iter().any(|event| event.ty == "alarm"), "{called:?}");
    let reasons = world.quarantine();
    assert!(reasons.len() == 1 && reasons[0].starts_with("S01: "), "{reasons:?}");
    let retry = |world: &mut World| {
        world.call(&world.stranger.clone(), ExecuteMsg::RetryQuarantined { ids: vec![0, 0, 9] }).unwrap()
    };
    retry(&mut world);
    assert_eq!(world.quarantine(), reasons);

    let mut next = maker.params.clone();
    next.activation = (1_000 + 2_016).into();
    let append = api::btc_staking::ExecuteMsg::AppendParams {
        family: api::btc_staking::Family::Babylon,
        params: crate::common::maker::wire(2, &next),
    };
    world.send(&world.governance.clone(), append).unwrap();
    let called = retry(&mut world);
    assert_eq!((called.attribute("handed_over"), called.attribute("gone")), (Some("2"), Some("1")));
    assert_eq!((world.quarantine(), world.trust().waiting), (vec![], 1));
    let health = world.ask(json!({"health": {}})).unwrap();
    assert_eq!(health["staking"]["quarantined"], 0, "counted once, though it was named twice");
}

/// D-22
#[test]
fn what_fails_as_a_whole_waits_in_the_quarantine() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let items: Vec<_> = (0..3).map(|n| maker.nth(n, 1_001).item).collect();
    world.is_broken = true;
    let active_del = items.iter().map(|item| ActiveBtcDelegation::decode(&item[..]).unwrap()).collect();
    world.packet(BtcStakingIbcPacket { active_del, ..Default::default() });
    assert_eq!(world.quarantine(), ["out of gas"; 3]);
    world.call(&world.stranger.clone(), ExecuteMsg::RetryQuarantined { ids: vec![0] }).unwrap();
    assert_eq!(world.quarantine().len(), 3);
    world.is_broken = false;
    world.call(&world.stranger.clone(), ExecuteMsg::RetryQuarantined { ids: vec![0, 1, 2] }).unwrap();
    assert_eq!((world.quarantine(), world.trust().waiting), (vec![], 3));
}

/// D-26
#[test]
fn a_pause_delays_stake_and_no_end() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let (first, second) = (maker.nth(0, 1_001), maker.nth(1, 1_001));
    world.delegate(&first.item);
    world.delegate(&second.item);
    let height = world.bitcoin.mine(&[first.stake.txid, second.stake.txid]);
    world.bitcoin.extend(K);
    world.prove(world.bitcoin.inclusion(first.stake, height));
    let governance = world.governance.clone();
    let pause = |world: &mut World, packet_intake| {
        let msg = ExecuteMsg::SetPaused { packet_intake: Some(packet_intake), rewards: None };
        world.call(&governance, msg).unwrap();
    };
    pause(&mut world, true);
    world.prove(world.bitcoin.inclusion(second.stake, height));
    assert_eq!((world.power(&maker), world.trust().unsent), (1_000_000, 1));
    let health = world.ask(json!({"health": {}})).unwrap();
    assert_eq!(health["staking"]["verified"], json!({"waiting": 0, "unsent": 1}));
    assert!(health["alarms"].to_string().contains("1 outcomes of stake were not taken"), "{health}");

    let at = mine_spend(&world, &first);
    world.bitcoin.extend(K);
    let tx = spender(first.stake, 0);
    assert_eq!(world.spend(world.bitcoin.spend(first.stake, &tx, at)), "ended");
    assert_eq!(world.power(&maker), 0);
    pause(&mut world, false);
    world.follow();
    assert_eq!((world.power(&maker), world.trust().unsent), (1_000_000, 0));
}

fn active(maker: &Maker, made: &Made, sats: u64) -> StakeOutcome {
    StakeOutcome::Active(ActiveStake {
        outpoint: made.stake,
        fp: primitives::FpPublicKey::from_bytes(maker.fps()[0]),
        staker_key: [0x11; 32],
        sats: primitives::Sats::new(sats).unwrap(),
        start_height: 1_001.into(),
        end_height: 6_001.into(),
        unbonding_time: 100,
        digest: ItemDigest::of(&made.item),
    })
}

/// D-24
#[test]
fn stake_is_said_by_the_bound_contract_alone() {
    let maker = Maker::new();
    let packed = staking::pack(&[active(&maker, &maker.nth(0, 1_001), 1_000_000)]);
    let outcome = ExecuteMsg::StakeOutcomes { packed: packed.into() };
    for mut world in [World::unbound(&maker), World::paired(&maker)] {
        for sender in [world.governance.clone(), world.stranger.clone(), world.bsn.clone()] {
            let refused = world.call(&sender, outcome.clone()).unwrap_err().to_string();
            assert_eq!(refused, format!("Unauthorized: {sender} may not make stake"));
        }
        assert_eq!(world.power(&maker), 0);
    }
}

#[test]
fn each_outcome_is_judged_by_itself() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let stranger = Maker { fp: crate::common::maker::secret(0x41), ..maker.clone() };
    let (ours, theirs) = (maker.nth(0, 1_001), stranger.nth(1, 1_001));
    let outcomes = [
        active(&maker, &ours, 1_000_000),
        active(&stranger, &theirs, 5),
        active(&maker, &ours, 1_000_000),
        StakeOutcome::Ended(theirs.stake),
        StakeOutcome::Revoked(ours.stake),
        active(&maker, &ours, 7),
    ];
    let packed = staking::pack(&outcomes).into();
    let msg = cosmwasm_std::to_json_vec(&OutcomesMsg::StakeOutcomes { packed }).unwrap();
    let told = world.real.as_mut().unwrap().told(&msg);
    let codes = proto::decode::executed(&told.msg_responses[0].value).unwrap();
    assert_eq!(codes, [0, StakeRefusal::NoFinalityProvider as u8, 1, 1, 0, 0]);
    assert_eq!(world.power(&maker), 7);
}

/// D-12, D-23, D-29
#[test]
fn what_counted_before_is_trusted_until_somebody_proves_it() {
    let maker = Maker::new();
    let mut world = World::unbound(&maker);
    let [kept, taken] = [0, 1].map(|n| maker.nth(n, 1_001));
    world.delegate(&kept.item);
    world.delegate(&taken.item);
    assert_eq!(world.power(&maker), 2_000_000, "Babylon's word");
    let prove = |world: &mut World, item: &[u8]| {
        world.show_ledger();
        let msg = Staking::TakeTrusted { items: vec![Binary::from(item)] };
        world.send(&world.stranger.clone(), msg).map(drop).map_err(|error| error.to_string())
    };
    let config = world.ask(json!({"config": {}})).unwrap();
    assert_eq!((config["stake_source"].as_str(), config.get("stake_verifier")), (Some("babylon"), None));

    world.bind(&maker);
    let config = world.ask(json!({"config": {}})).unwrap();
    assert_eq!(config["stake_source"], "verified");
    assert_eq!(world.power(&maker), 2_000_000, "they count on");
    let end = BtcStakingIbcPacket {
        unbonded_del: vec![proto::btcstaking::UnbondedBtcDelegation {
            staking_tx_hash: taken.stake.txid.to_string(),
            ..Default::default()
        }],
        ..Default::default()
    };
    world.packet(end);
    assert_eq!((world.power(&maker), world.quarantine()), (1_000_000, vec![]), "its end, too");
    for unknown in
        [&taken.item, &maker.nth(5, 1_001).item, &Maker { sats: 999_999, ..maker.clone() }.nth(0, 1_001).item]
    {
        assert!(prove(&mut world, unknown).unwrap_err().contains("does not count on Babylon's word"));
    }
    let height = mined(&mut world, &kept);
    prove(&mut world, &kept.item).unwrap();
    assert_eq!((world.power(&maker), world.trust().waiting), (1_000_000, 1));
    assert_eq!(world.prove(world.bitcoin.inclusion(kept.stake, height)), "active");
    assert_eq!(world.power(&maker), 1_000_000, "counted once");
    assert!(prove(&mut world, &kept.item).unwrap_err().contains("does not count on Babylon's word"));

    let trust = world.ask(json!({"trust": {}})).unwrap().to_string();
    assert!(trust.contains("it takes 0.0500 of new stake"), "{trust}");
}

/// D-08
#[test]
fn an_expansion_ends_what_counts_on_babylons_word() {
    let maker = Maker::new();
    let mut world = World::unbound(&maker);
    let old = maker.nth(0, 1_001);
    world.delegate(&old.item);
    world.bind(&maker);
    let new = maker.make(&[old.stake, coin(9)], 1_001);
    world.delegate(&new.item);
    let height = mined(&mut world, &new);
    assert_eq!(world.power(&maker), 1_000_000, "Babylon is silent of the old one's end");
    world.show_ledger();
    assert_eq!(world.prove(world.bitcoin.inclusion(new.stake, height)), "active");
    assert_eq!(world.power(&maker), 1_000_000, "the new one alone");
    world.show_ledger();
    let again = world.prove(world.bitcoin.inclusion(new.stake, height));
    assert_eq!((again.as_str(), world.power(&maker)), ("S60", 1_000_000));
}

/// D-12
#[test]
fn a_spend_ends_what_counts_on_babylons_word_whoever_was_first() {
    let maker = Maker::new();
    for is_taken in [true, false] {
        let mut world = World::unbound(&maker);
        let made = maker.nth(0, 1_001);
        world.delegate(&made.item);
        world.bind(&maker);
        world.show_ledger();
        if is_taken {
            let msg = Staking::TakeTrusted { items: vec![Binary::from(&made.item[..])] };
            assert_eq!(world.one(&world.stranger.clone(), msg), "waiting");
        }
        let at = mine_spend(&world, &made);
        world.bitcoin.extend(K);
        let tx = spender(made.stake, 0);
        let became = world.spend(world.bitcoin.spend(made.stake, &tx, at));
        assert_eq!(became, if is_taken { "ended" } else { "unknown" });
        assert_eq!(world.power(&maker), if is_taken { 0 } else { 1_000_000 });
    }
}

/// What a stranger hands over and is refused leaves nothing.
#[test]
fn a_refusal_of_trusted_stake_leaves_nothing() {
    let maker = Maker::new();
    let mut world = World::unbound(&maker);
    let mut made = ActiveBtcDelegation::decode(&maker.nth(0, 1_001).item[..]).unwrap();
    made.delegator_slashing_sig = vec![7; 64];
    let item = made.encode_to_vec();
    world.delegate(&item);
    world.bind(&maker);
    world.show_ledger();
    let msg = Staking::TakeTrusted { items: vec![Binary::from(item)] };
    assert_eq!(world.one(&world.stranger.clone(), msg), "S26");
    assert_eq!((world.power(&maker), world.items().len(), world.quarantine()), (1_000_000, 0, vec![]));
}

#[test]
fn items_are_bounded_in_bytes() {
    let maker = Maker::new();
    let mut world = World::paired(&maker);
    let long = ActiveBtcDelegation { slashing_tx: vec![7; 65_536], ..Default::default() };
    let called = world.delegate(&long.encode_to_vec());
    assert_eq!(called.attribute("handed_over"), None);
    assert_eq!(world.quarantine(), ["active_del of 65540 bytes, more than 65536"]);

    let big = |byte| ActiveBtcDelegation { slashing_tx: vec![byte; 40_000], ..Default::default() };
    let packet = BtcStakingIbcPacket { active_del: vec![big(1), big(2), big(3)], ..Default::default() };
    let called = world.packet(packet);
    assert_eq!(called.attribute("handed_over"), Some("2"));
    let reasons = world.quarantine();
    assert!(
        reasons.iter().any(|reason| reason.starts_with("a call hands over at most 98304 bytes")),
        "{reasons:?}"
    );
}
