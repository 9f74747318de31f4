//! Randomness, timestamps, jail and delegations: what is sent, and what is answered of it.

use cosmwasm_std::{Binary, Order};
use eots::{message, schnorr};
use finality::liveness::Absences;
use primitives::{BlockHeight, FpId, FpPublicKey, Seconds, SigningContext, UnixTime};
use staking::{FpEvent, move_fp};

use super::*;
use crate::ibc::tests::timestamp_of;
use crate::state::{ABSENCES, COMMITMENTS, MARKS, Marks, PROVIDERS, Progress, StoredLedger};

/// A commitment of a finality provider, signed.
fn commitment(world: &World, fp: u8, start: u64, count: u64) -> Value {
    let context =
        SigningContext::randomness_commitment(&world.env.block.chain_id, world.env.contract.address.as_str());
    let root = [fp; 32];
    let hash = message::commitment_hash(&context, BlockHeight::new(start), count, &root);
    json!({ "commit_public_randomness": {
        "fp_pubkey_hex": key(fp), "start_height": start, "num_pub_rand": count,
        "commitment": Binary::from(&root[..]),
        "signature": Binary::from(&schnorr::sign(&secret(fp), &hash, &[0; 32])[..]),
    } })
}

/// C-36: with every eighth commitment, and so faster than they come in.
#[test]
fn a_new_commitment_removes_spent_ones_of_its_owner() {
    let mut world = World::start(json!({})).unwrap();
    world.connect(0, 0);
    world.stake(0, Items::fps(0, [1, 2]).0);
    let from = world.env.block.height + 100;
    let mut commit = |fp: u8, number: u64, votes_from: u64| {
        let mut progress = Progress::load(&world.deps.storage).unwrap();
        progress.marks.votes_from = BlockHeight::new(votes_from);
        progress.save(&mut world.deps.storage).unwrap();
        let one = commitment(&world, fp, from + 5 * number, 5);
        world.execute("stranger", one).unwrap();
        COMMITMENTS.all(&world.deps.storage, Order::Ascending).count() as u64
    };
    commit(2, 0, 0);
    for number in 0..8 {
        assert_eq!(commit(1, number, u64::MAX), 2 + number, "not with each: it costs gas");
    }
    assert_eq!(commit(1, 8, from + 34), 4, "the seventh is not spent, and the other's stays");
    for number in 9..16 {
        commit(1, number, u64::MAX);
    }
    assert_eq!(commit(1, 16, u64::MAX), 3, "nine of ten, and the new one");
}

#[test]
fn randomness_is_answered_from_both_ends_and_by_pages() {
    let mut world = World::start(json!({ "min_pub_rand": 5 })).unwrap();
    world.connect(0, 0);
    world.stake(0, Items::fps(0, [1, 2]).0);
    let ask = |world: &World, name: &str, more: Value| {
        let mut question = json!({ "btc_pk_hex": key(1) });
        for (name, value) in more.as_object().into_iter().flatten() {
            question[name] = value.clone();
        }
        world.ask(json!({ name: question }))
    };
    for name in ["first_pub_rand_commit", "last_pub_rand_commit"] {
        assert_eq!(ask(&world, name, json!({})), Value::Null);
    }
    let from = world.env.block.height + 100;
    let few = commitment(&world, 1, from, 4);
    assert!(world.refused("stranger", few).contains("too few public randomness"));
    for number in 0..4 {
        let good = commitment(&world, 1, from + 5 * number, 5);
        world.execute("stranger", good).unwrap();
    }
    let mut forged = commitment(&world, 2, from, 5);
    forged["commit_public_randomness"]["num_pub_rand"] = json!(6);
    assert!(world.refused("stranger", forged).contains("invalid signature"));
    let unknown = commitment(&world, 3, from, 5);
    assert!(world.refused("stranger", unknown).contains("Finality provider not found"));

    let starts = |answer: Value| -> Vec<u64> {
        let all = answer.as_array().unwrap().iter();
        all.map(|one| one["start_height"].as_u64().unwrap() - from).collect()
    };
    let first = ask(&world, "first_pub_rand_commit", json!({}));
    let expected = json!({
        "start_height": from, "num_pub_rand": 5, "height": world.env.block.height, "commitment": vec![1; 32],
    });
    assert_eq!(first, expected);
    assert_eq!(ask(&world, "last_pub_rand_commit", json!({}))["start_height"], from + 15);
    for (more, expected) in [
        (json!({}), vec![0, 5, 10, 15]),
        (json!({ "limit": 2 }), vec![0, 5]),
        (json!({ "start_after": from + 5 }), vec![10, 15]),
        (json!({ "start_after": from + 6, "limit": 1 }), vec![10]),
        (json!({ "reverse": true }), vec![15, 10, 5, 0]),
        (json!({ "reverse": true, "start_after": from + 10, "limit": 1 }), vec![5]),
    ] {
        assert_eq!(starts(ask(&world, "pub_rand_commit", more.clone())), expected, "{more}");
    }
    let nobody = world.ask(json!({ "pub_rand_commit": { "btc_pk_hex": key(9) } }));
    assert_eq!(nobody, json!([]));
}

#[test]
fn timestamps_are_answered_once_they_count() {
    let mut world = World::open();
    for question in [
        json!({ "last_consumer_header": {} }),
        json!({ "consumer_header": { "height": 7 } }),
        json!({ "babylon_base_epoch": {} }),
        json!({ "babylon_last_epoch": {} }),
        json!({ "babylon_epoch": { "epoch_number": 5 } }),
        json!({ "babylon_checkpoint": { "epoch_number": 5 } }),
    ] {
        assert!(world.try_ask(question).is_err());
    }
    assert_eq!(world.ask(json!({ "last_consumer_height": {} })), json!({ "height": 0 }));
    assert_eq!(world.ask(json!({ "health": {} }))["timestamps"]["trust"], "nothing is timestamped yet");

    let heights: Vec<u64> = (0..3).map(|number| world.env.block.height + number).collect();
    for _ in &heights {
        world.pass(1);
    }
    for (epoch, height) in (5..).zip(heights.iter().map(|height| height + 1)) {
        let header = proto::zoneconcierge::IndexedHeader {
            consumer_id: CONSUMERS[0].to_owned(),
            hash: vec![2; 32],
            height,
            babylon_header_hash: vec![8; 32],
            babylon_header_height: 80 + epoch,
            babylon_epoch: epoch,
            babylon_tx_hash: vec![9; 32],
            ..Default::default()
        };
        let timestamp = proto::zoneconcierge::BtcTimestamp { header: Some(header), ..timestamp_of(epoch) };
        let taken = world.receive(0, Packet::BtcTimestamp(Box::new(timestamp))).unwrap();
        assert!(taken.events.iter().any(|event| event.ty == "timestamped"), "{taken:?}");
    }
    let last = heights[2] + 1;
    let header = world.ask(json!({ "last_consumer_header": {} }));
    let expected = json!({
        "consumer_id": CONSUMERS[0], "hash": "02".repeat(32), "height": last, "time": null,
        "babylon_header_hash": "08".repeat(32), "babylon_header_height": 87, "babylon_epoch": 7,
        "babylon_tx_hash": "09".repeat(32),
    });
    assert_eq!(header, expected);
    assert_eq!(world.ask(json!({ "consumer_header": { "height": last - 1 } }))["babylon_epoch"], 6);
    assert!(world.try_ask(json!({ "consumer_header": { "height": last + 1 } })).is_err());
    assert_eq!(world.ask(json!({ "last_consumer_height": {} })), json!({ "height": last }));
    let epochs = ["babylon_base_epoch", "babylon_last_epoch"].map(|name| world.ask(json!({ name: {} })));
    assert_eq!(epochs.each_ref().map(|epoch| epoch["epoch_number"].as_u64()), [Some(5), Some(7)]);
    assert_eq!(world.ask(json!({ "babylon_epoch": { "epoch_number": 7 } })), epochs[1]);
    assert_eq!(epochs[1]["sealer_block_hash"], "03".repeat(32));
    let checkpoint = world.ask(json!({ "babylon_checkpoint": { "epoch_number": 6 } }));
    let expected = json!({
        "epoch_num": 6, "block_hash": "03".repeat(32), "bitmap": "04".repeat(13), "bls_multi_sig": "05".repeat(48),
    });
    assert_eq!(checkpoint, expected);
    let health = world.ask(json!({ "health": {} }))["timestamps"].clone();
    assert_eq!((&health["height"], &health["epoch"]), (&json!(last), &json!(7)));
    assert!(health["trust"].as_str().unwrap().starts_with("babylon says so"));
}

/// A finality provider in jail until so many seconds from now.
fn jailed(seconds: u64) -> (World, UnixTime) {
    let mut world = World::open();
    world.stake(0, Items::fps(0, [1]).delegation(1, &[1], 9).0);
    let until = crate::host::now(&world.env).plus(Seconds::new(seconds));
    let provider = FpPublicKey::from_hex(&key(1)).unwrap();
    move_fp(&mut StoredLedger(&mut world.deps.storage), &provider, FpEvent::Jail { until }).unwrap();
    let mut absences = Absences::default();
    absences.note(BlockHeight::new(3), &[FpId::new(0)]);
    assert_eq!(absences.missed(FpId::new(0)), 1);
    ABSENCES.save(&mut world.deps.storage, &absences).unwrap();
    let settled = Marks { stale: false, ..MARKS.load(&world.deps.storage).unwrap() };
    MARKS.save(&mut world.deps.storage, &settled).unwrap();
    (world, until)
}

fn unjail(signature: Option<&[u8]>) -> Value {
    json!({ "unjail": { "fp_pubkey_hex": key(1), "signature": signature.map(Binary::from) } })
}

fn is_jailed(world: &World) -> bool {
    let all = world.ask(json!({ "jailed_finality_providers": {} }));
    !all["jailed_finality_providers"].as_array().unwrap().is_empty()
}

fn signed(world: &World, until: UnixTime) -> [u8; 64] {
    let context = SigningContext::unjail(&world.env.block.chain_id, world.env.contract.address.as_str());
    schnorr::sign(&secret(1), &message::unjail_hash(&context, until), &[0; 32])
}

#[test]
fn out_of_jail_by_the_operator_after_the_term() {
    let (mut world, _) = jailed(100);
    assert!(world.refused("fp1", unjail(None)).contains("did not yet expire"));
    world.env.block.time = world.env.block.time.plus_seconds(100);
    for who in ["fp2", "stranger"] {
        assert!(world.refused(who, unjail(None)).contains("Unauthorized"), "{who}");
    }
    assert!(is_jailed(&world));
    let freed = world.execute("fp1", unjail(None)).unwrap();
    assert_eq!(freed.events[0].ty, "unjail");
    assert!(!is_jailed(&world));
    assert!(Progress::load(&world.deps.storage).unwrap().marks.stale, "the set is made anew");
    assert_eq!(ABSENCES.load(&world.deps.storage).unwrap().missed(FpId::new(0)), 0, "with a clean slate");
    assert!(world.refused("fp1", unjail(None)).contains("is not in jail"));
}

#[test]
fn out_of_jail_by_the_admin_at_once_and_by_anybody_with_the_keys_signature() {
    let (mut world, _) = jailed(100);
    world.execute("admin", unjail(None)).unwrap();
    assert!(!is_jailed(&world));

    let (mut world, until) = jailed(100);
    world.env.block.time = world.env.block.time.plus_seconds(100);
    for wrong in [signed(&world, UnixTime::new(until.get() - 1)), [7; 64]] {
        assert!(world.refused("stranger", unjail(Some(&wrong))).contains("Unauthorized"), "of another term");
    }
    assert!(world.refused("stranger", unjail(Some(&[7; 63]))).contains("signature"));
    let good = signed(&world, until);
    world.execute("stranger", unjail(Some(&good))).unwrap();
    assert!(!is_jailed(&world));
}

#[test]
fn no_way_out_for_the_slashed_and_none_in_for_strangers() {
    let (mut world, _) = jailed(0);
    world.execute("admin", json!({ "slash": { "fp_btc_pk_hex": key(1) } })).unwrap();
    assert!(world.refused("admin", unjail(None)).contains("already been slashed"));
    assert!(
        world
            .refused("admin", json!({ "slash": { "fp_btc_pk_hex": key(1) } }))
            .contains("already been slashed")
    );
    assert!(world.refused("admin", json!({ "slash": { "fp_btc_pk_hex": key(2) } })).contains("not found"));
    let unknown = json!({ "unjail": { "fp_pubkey_hex": key(2) } });
    assert!(world.refused("admin", unknown).contains("Finality provider not found"));
    let fp = PROVIDERS.may_load(&world.deps.storage, &hex::decode(key(1)).unwrap().try_into().unwrap());
    assert!(fp.unwrap().unwrap().status.is_slashed());
}

#[test]
fn stake_is_injected_on_regtest_by_the_admin() {
    let mut world = World::start(json!({})).unwrap();
    let fp = json!({ "addr": operator(1), "btc_pk_hex": key(1), "consumer_id": CONSUMERS[0] });
    let delegation = json!({
        "staker_addr": "bbn1staker", "btc_pk_hex": key(99), "fp_btc_pk_list": [key(1)], "start_height": 1,
        "end_height": 10_000, "total_sat": 9, "staking_tx": Binary::from(staking_tx(1, 9)), "staking_output_idx": 0,
        "unbonding_time": 101, "params_version": 3,
    });
    let inject = json!({ "btc_staking": { "new_fp": [fp], "active_del": [delegation], "unbonded_del": [] } });
    assert!(world.refused("stranger", inject.clone()).contains("Unauthorized"));
    world.execute("admin", inject).unwrap();
    assert_eq!(world.sats(1), 9);
    let shown = world.ask(json!({ "delegation": { "staking_tx_hash_hex": txid(1, 9) } }));
    assert_eq!((&shown["params_version"], &shown["fp_btc_pk_list"]), (&json!(3), &json!([key(1)])));
    let of = world.ask(json!({ "delegations_by_f_p": { "btc_pk_hex": key(1) } }));
    assert_eq!(of, json!({ "hashes": [txid(1, 9)] }));
    let end = json!({ "btc_staking": { "unbonded_del": [{ "staking_tx_hash": txid(1, 9) }] } });
    world.execute("admin", end).unwrap();
    assert_eq!(world.sats(1), 0);
}

/// A stake of 9 sats, with an input script of so many bytes.
fn long_tx(number: u32, bytes: u16) -> Vec<u8> {
    let mut long = staking_tx(number, 9);
    let script = [&[0xfd][..], &bytes.to_le_bytes(), &vec![0; bytes.into()]].concat();
    long.splice(41..42, script);
    long
}

#[test]
fn a_transaction_too_long_for_one_record_is_shown_alone() {
    let mut world = World::open();
    let mut items = Items::fps(0, [1]);
    for (number, bytes) in [(0, 40_000), (1, 300), (2, 40_000), (3, 40_000)] {
        items = items.delegation(number, &[1], 9);
        items.0.active_del.last_mut().unwrap().staking_tx = long_tx(number, bytes);
    }
    world.stake(0, items.0);
    let (mut after, mut shown) = (Value::Null, 0);
    loop {
        let page = world.ask(json!({ "delegations": { "start_after": after } }))["delegations"].clone();
        let lengths: Vec<usize> =
            page.as_array().unwrap().iter().map(|one| one["staking_tx"].as_array().unwrap().len()).collect();
        let Some(last) = page.as_array().unwrap().last() else { break };
        assert!(lengths.iter().skip(1).all(|length| *length < 32_000), "{lengths:?}");
        let bytes: Vec<u8> = serde_json::from_value(last["staking_tx"].clone()).unwrap();
        after = json!(staking::StakingTx::parse(&bytes).unwrap().txid().to_string());
        shown += lengths.len();
    }
    assert_eq!(shown, 4);
}

#[test]
fn a_page_that_shows_nothing_says_where_to_go_on() {
    let mut world = World::open();
    let mut items = Items::fps(0, [1]);
    for number in 0..9 {
        items = items.delegation(number, &[1], 9);
        // Short enough to lie in one record.
        items.0.active_del.last_mut().unwrap().staking_tx = long_tx(number, 30_000);
    }
    world.stake(0, items.0);
    let (mut after, mut pages, mut shown) = (Value::Null, 0, 0);
    loop {
        let question = json!({ "start_after": after, "active": false, "limit": 30 });
        let page = world.ask(json!({ "delegations": question }));
        shown += page["delegations"].as_array().unwrap().len();
        pages += 1;
        match page.get("next") {
            Some(next) => after = next.clone(),
            None => break,
        }
    }
    assert_eq!((shown, pages), (0, 3), "each looks at three of nine, for 64,000 bytes are enough");

    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = world.ask(json!({ "delegations": { "start_after": after, "active": true } }));
        let page = page["delegations"].as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        let bytes: Vec<u8> = serde_json::from_value(last["staking_tx"].clone()).unwrap();
        after = json!(staking::StakingTx::parse(&bytes).unwrap().txid().to_string());
        seen.extend(page);
    }
    assert_eq!(seen.len(), 9, "by the last that is shown everybody comes to the end");
}
