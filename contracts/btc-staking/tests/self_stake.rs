//! What finality providers lock by their own keys, and what this chain writes into Bitcoin itself.

use api::btc_staking::{ExecuteMsg, QueryMsg, SelfStakeProof, SlashingDataResponse, StandingAnswer};
use bitcoin_spv::{OutPoint, Output, Transaction};
use cosmwasm_std::testing::mock_env;
use covenant::SelfStakeOutput;
use eots::{Native, SecretKey};
use primitives::{AppHash, BlockHeight, SigningContext};
use serde_json::json;
use timestamping::OwnTimestamp;

use crate::common::maker::{Maker, coin, key, secret, transaction};
use crate::common::pair::SELF_STAKE;
use crate::common::{K, World};

fn own() -> Maker {
    let mut maker = Maker::new();
    maker.params.max_fps = 1;
    maker
}

const SATS: u64 = 250_000;
const TIME: u16 = 2_000;

fn lock(world: &World, fp: &SecretKey, sats: u64, time: u16) -> (Vec<u8>, OutPoint) {
    let context = SigningContext::self_stake(&mock_env().block.chain_id, world.bsn.as_str()).digest();
    let output = SelfStakeOutput::new(&Native, &context, &key(fp), time).unwrap();
    let other = Output { value: 7, script: vec![0x51; 34] };
    let tx = transaction(&[coin(sats as u32)], &[other, output.key().output(sats)]);
    let stake = OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 1 };
    (tx, stake)
}

fn proof(world: &World, fp: &SecretKey, (tx, stake): &(Vec<u8>, OutPoint), height: u32) -> SelfStakeProof {
    let (block, index, branch) = world.bitcoin.place(&stake.txid, height);
    SelfStakeProof {
        fp_pubkey_hex: key(fp).to_string(),
        transaction: tx.as_slice().into(),
        output: stake.index,
        timelock: TIME,
        block_hash: block.to_string(),
        index,
        branch: branch.into(),
        ancestry: None,
    }
}

fn prove(world: &mut World, proof: SelfStakeProof) -> String {
    world.one(&world.stranger.clone(), ExecuteMsg::ProveSelfStake { proofs: vec![proof] })
}

#[test]
fn a_finality_provider_stakes_by_its_own_key_and_loses_power_before_the_lock_ends() {
    let maker = own();
    let mut world = World::own(&maker);
    let locked = lock(&world, &maker.fp, SATS, TIME);
    let height = world.bitcoin.mine(&[locked.1.txid]);
    // However old: nobody can have spent it.
    world.bitcoin.extend(1_500);
    let good = proof(&world, &maker.fp, &locked, height);
    assert_eq!(prove(&mut world, good.clone()), "active");
    assert_eq!(world.power(&maker), SATS);
    let standing = StandingAnswer::Active { start_height: height, end_height: height + 2_000 };
    assert_eq!(world.standing(locked.1), standing);
    let before = world.records();
    assert_eq!(prove(&mut world, good), "S60", "once");
    assert_eq!(world.records(), before);

    let (txid, output) = (locked.1.txid.to_string(), 1);
    let asked: Result<SlashingDataResponse, _> = world.query(QueryMsg::SlashingData { txid, output });
    assert!(asked.unwrap_err().to_string().ends_with("no transaction slashes it"));
}

/// Its last votes can still be punished: the exit time stands for an unbonding time.
#[test]
fn too_close_to_its_end_it_does_not_count() {
    let maker = own();
    for (left, verdict) in [(1, "active"), (0, "S60")] {
        let mut world = World::own(&maker);
        let locked = lock(&world, &maker.fp, SATS, TIME);
        let height = world.bitcoin.mine(&[locked.1.txid]);
        let last = height + u32::from(TIME) - u32::from(SELF_STAKE.exit_time);
        world.bitcoin.extend_to(last - left);
        let proof = proof(&world, &maker.fp, &locked, height);
        assert_eq!(prove(&mut world, proof), verdict);
    }
}

/// What a reorganization took is noticed by whoever comes first, and told before anything new counts.
#[test]
fn a_proof_of_another_lock_tells_what_a_reorganization_took() {
    let maker = own();
    let mut world = World::own(&maker);
    let first = lock(&world, &maker.fp, SATS, TIME);
    let height = world.bitcoin.mine(&[first.1.txid]);
    world.bitcoin.extend(K);
    let good = proof(&world, &maker.fp, &first, height);
    assert_eq!(prove(&mut world, good), "active");
    assert_eq!(world.power(&maker), SATS);

    let second = lock(&world, &maker.fp, 2 * SATS, TIME);
    let txids = [second.1.txid];
    let fork: Vec<&[_]> = [vec![&[][..]; 2], vec![&txids[..]], vec![&[][..]; K as usize]].concat();
    world.bitcoin.reorganize(K as usize + 1, &fork);
    let good = proof(&world, &maker.fp, &second, height + 2);
    assert_eq!(prove(&mut world, good), "active");
    assert_eq!(world.power(&maker), 2 * SATS, "the first counts no more");
}

#[test]
fn a_reorganization_takes_it_and_a_plain_proof_gives_it_back() {
    let maker = own();
    let mut world = World::own(&maker);
    let locked = lock(&world, &maker.fp, SATS, TIME);
    let height = world.bitcoin.mine(&[locked.1.txid]);
    world.bitcoin.extend(K);
    let first = proof(&world, &maker.fp, &locked, height);
    assert_eq!(prove(&mut world, first), "active");
    world.bitcoin.reorganize(K as usize + 1, &[&[][..]; K as usize + 3]);
    world.follow();
    assert_eq!(world.power(&maker), 0);
    let again = world.bitcoin.mine(&[locked.1.txid]);
    world.bitcoin.extend(K);
    assert_eq!(world.prove(world.bitcoin.inclusion(locked.1, again)), "active");
    assert_eq!(world.power(&maker), SATS);
}

/// D-34: what is refused leaves nothing.
#[test]
fn it_must_be_locked_for_this_chain_by_this_key_for_long_enough() {
    let maker = own();
    let mut world = World::own(&maker);
    let stranger = secret(0x77);
    let (ours, theirs) = (lock(&world, &maker.fp, SATS, TIME), lock(&world, &stranger, 260_000, TIME));
    let (small, short) = (lock(&world, &maker.fp, 99_999, TIME), lock(&world, &maker.fp, 270_000, 999));
    let context = SigningContext::self_stake("another-chain", world.bsn.as_str()).digest();
    let output = SelfStakeOutput::new(&Native, &context, &key(&maker.fp), TIME).unwrap();
    let tx = transaction(&[coin(1)], &[output.key().output(7), output.key().output(SATS)]);
    let foreign = (tx.clone(), OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 1 });
    let all = [&ours, &theirs, &small, &short, &foreign].map(|(_, stake)| stake.txid);
    let height = world.bitcoin.mine(&all);
    world.bitcoin.extend(K);
    let good = proof(&world, &maker.fp, &ours, height);
    let before = world.records();
    let refused = [
        ("self", proof(&world, &stranger, &theirs, height)),
        ("self", proof(&world, &maker.fp, &theirs, height)),
        ("self", proof(&world, &maker.fp, &small, height)),
        ("self", SelfStakeProof { timelock: 999, ..proof(&world, &maker.fp, &short, height) }),
        ("self", proof(&world, &maker.fp, &foreign, height)),
        ("self", SelfStakeProof { timelock: TIME + 1, ..good.clone() }),
        ("self", SelfStakeProof { output: 0, timelock: TIME, ..good.clone() }),
        ("self", SelfStakeProof { output: 2, ..good.clone() }),
        ("branch", SelfStakeProof { index: 0, ..good.clone() }),
        ("branch", SelfStakeProof { transaction: vec![1].into(), ..good.clone() }),
        ("header", SelfStakeProof { block_hash: "22".repeat(32), ..good.clone() }),
        ("form", SelfStakeProof { fp_pubkey_hex: "no key".into(), ..good.clone() }),
    ];
    for (number, (rule, proof)) in refused.into_iter().enumerate() {
        assert_eq!(prove(&mut world, proof), rule, "{number}");
        assert_eq!(world.records(), before, "{number}");
    }
    assert_eq!(prove(&mut world, good), "active");
}

/// Whoever wants to lock coins asks first, and where it would be for nothing the answer says so.
#[test]
fn the_terms_are_answered_and_null_where_there_are_none() {
    let terms = |world: &World| {
        let answer: serde_json::Value = world.query(QueryMsg::Config {}).unwrap();
        answer.as_object().unwrap().get("self_stake").cloned()
    };
    let maker = own();
    let expected = json!({ "min_sats": 100_000, "min_timelock": 1_000, "exit_time": 50 });
    assert_eq!(terms(&World::own(&maker)), Some(expected));
    assert_eq!(terms(&World::paired(&maker)), Some(serde_json::Value::Null));
}

#[test]
fn it_counts_only_where_the_instantiation_says_so() {
    let maker = own();
    let mut world = World::paired(&maker);
    let locked = lock(&world, &maker.fp, SATS, TIME);
    let height = world.bitcoin.mine(&[locked.1.txid]);
    world.bitcoin.extend(K);
    let proof = proof(&world, &maker.fp, &locked, height);
    let verdicts =
        world.verdicts(&world.stranger.clone(), ExecuteMsg::ProveSelfStake { proofs: vec![proof] });
    assert!(format!("{verdicts:?}").contains("self-stake does not count on this chain"), "{verdicts:?}");
}

/// A transaction with the timestamp of a block, mined; its proof.
fn stamp(world: &World, height: u64, app_hash: u8, depth: u32) -> ExecuteMsg {
    let context = SigningContext::bitcoin_timestamp(&mock_env().block.chain_id, world.bsn.as_str());
    let stamp = OwnTimestamp {
        height: BlockHeight::new(height),
        app_hash: AppHash::from_slice(&[app_hash; 32]).unwrap(),
    };
    let script = stamp.script(&context);
    let tx = transaction(&[coin(height as u32)], &[Output { value: 0, script }]);
    let txid = Transaction::parse(&tx).unwrap().txid;
    let at = world.bitcoin.mine(&[txid]);
    world.bitcoin.extend(depth);
    let (block, index, branch) = world.bitcoin.place(&txid, at);
    let (transaction, branch) = (tx.into(), branch.into());
    ExecuteMsg::ProveTimestamp { transaction, block_hash: block.to_string(), index, branch }
}

fn told(world: &mut World, msg: ExecuteMsg) -> Result<(), String> {
    world.send(&world.stranger.clone(), msg).map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_timestamp_counts_k_deep_and_of_our_own_block() {
    let mut world = World::own(&own());
    let real = world.real.as_mut().unwrap();
    let heights: Vec<u64> = (0..5).map(|n| real.pass(0x10 + n)).collect();
    let timestamped =
        |world: &mut World| world.ask(json!({"health": {}})).unwrap()["timestamps"]["height"].clone();
    assert_eq!(timestamped(&mut world), 0);

    let shallow = stamp(&world, heights[2], 0x12, K - 1);
    assert!(told(&mut world, shallow.clone()).unwrap_err().contains("is 5 deep, must be 6"));
    world.bitcoin.extend(1);
    assert_eq!(told(&mut world, shallow.clone()), Ok(()));
    assert_eq!(timestamped(&mut world), heights[2]);
    assert!(told(&mut world, shallow).unwrap_err().contains("which is timestamped already"));

    let lie = stamp(&world, heights[3], 0x99, K);
    let refused = told(&mut world, lie).unwrap_err();
    assert!(refused.ends_with(&format!("anchor of height {} is another", heights[3])), "{refused}");
    let unknown = stamp(&world, heights[4] + 9, 0x99, K);
    assert!(told(&mut world, unknown).unwrap_err().contains("is not found"));
    let lower = stamp(&world, heights[0], 0x10, K);
    assert!(told(&mut world, lower).unwrap_err().contains("is not above"));
    assert_eq!(timestamped(&mut world), heights[2]);
    let health = world.ask(json!({"health": {}})).unwrap();
    assert!(!health["alarms"].to_string().contains("anchor"), "a lie is no alarm: anybody can write one");

    let none = {
        let tx = transaction(&[coin(99)], &[Output { value: 0, script: vec![0x6a] }]);
        let txid = Transaction::parse(&tx).unwrap().txid;
        let at = world.bitcoin.mine(&[txid]);
        world.bitcoin.extend(K);
        let (block, index, branch) = world.bitcoin.place(&txid, at);
        ExecuteMsg::ProveTimestamp {
            transaction: tx.into(),
            block_hash: block.to_string(),
            index,
            branch: branch.into(),
        }
    };
    assert!(told(&mut world, none).unwrap_err().contains("has no timestamp of this chain"));
}

#[test]
fn a_timestamp_must_be_where_it_says() {
    let mut world = World::own(&own());
    let height = world.real.as_mut().unwrap().pass(0x10);
    let good = stamp(&world, height, 0x10, K);
    let changed = |change: fn(&mut String, &mut u32, &mut cosmwasm_std::Binary)| {
        let mut msg = good.clone();
        let ExecuteMsg::ProveTimestamp { block_hash, index, branch, .. } = &mut msg else { panic!() };
        change(block_hash, index, branch);
        msg
    };
    for (msg, why) in [
        (changed(|block, _, _| *block = "11".repeat(32)), "is not in the light client's chain"),
        (changed(|_, index, _| *index = 0), "branch leads to merkle root"),
        (changed(|_, _, branch| *branch = vec![0; 32].into()), "branch leads to merkle root"),
    ] {
        let refused = told(&mut world, msg).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(told(&mut world, good), Ok(()));
}

/// Finality providers and timestamps are Babylon's matter where stake is.
#[test]
fn a_chain_of_babylon_takes_no_timestamp_of_its_own() {
    let mut world = World::paired(&own());
    let height = world.real.as_mut().unwrap().pass(0x10);
    let msg = stamp(&world, height, 0x10, K);
    assert!(told(&mut world, msg).unwrap_err().contains("stake_source is verified"));
}
