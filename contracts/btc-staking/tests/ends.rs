//! That stake was spent, and who says so.

use api::btc_staking::{StandingAnswer, Verdict};
use bitcoin_spv::{OutPoint, Transaction};
use primitives::Txid;
use prost::Message;
use proto::btcstaking::UnbondedBtcDelegation;

use crate::common::maker::{Made, Maker, end_item, spender, transaction};
use crate::common::{K, World};

fn txid(tx: &[u8]) -> Txid {
    Transaction::parse(tx).unwrap().txid
}

/// A stake that counts since block 1,001, and the tip at 1,007.
fn counted() -> (World, Made) {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    assert_eq!(world.take(&made.item), "waiting");
    world.bitcoin.extend(K);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    world.news();
    (world, made)
}

/// D-10
#[test]
fn spends_count_when_they_are_deep() {
    let (mut world, made) = counted();
    let height = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    let proof = world.bitcoin.spend(made.stake, &made.unbonding_tx, height);
    assert_eq!(world.spend(proof.clone()), "remembered");
    world.bitcoin.extend(K - 1);
    world.follow();
    assert_eq!(world.news(), [""; 0]);
    world.bitcoin.extend(1);
    world.follow();
    assert_eq!(world.news(), ["ended".to_owned()]);
    assert_eq!(world.standing(made.stake), StandingAnswer::Ended { btc_height: height });
    assert_eq!(world.spend(proof), "already");
    assert_eq!(world.news(), [""; 0]);
    assert_eq!(world.active().1, 0);
}

#[test]
fn a_deep_spend_ends_at_once() {
    let (mut world, made) = counted();
    let height = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    world.bitcoin.extend(K);
    let proof = world.bitcoin.spend(made.stake, &made.unbonding_tx, height);
    assert_eq!(world.spend(proof), "ended");
    assert_eq!(world.news(), ["ended".to_owned()]);
}

/// D-10: every stake, in each of the last blocks of a fork that does not last.
#[test]
fn false_spends_of_a_miner_end_nothing() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let stakes: Vec<_> = (0..8).map(|n| maker.nth(n, 1_001)).collect();
    let height = world.bitcoin.mine(&stakes.iter().map(|made| made.stake.txid).collect::<Vec<_>>());
    world.bitcoin.extend(K);
    for made in &stakes {
        world.take(&made.item);
        assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    }
    world.news();
    for depth in 1..K {
        let spends: Vec<_> = stakes.iter().map(|made| spender(made.stake, depth.into())).collect();
        let at = world.bitcoin.mine(&spends.iter().map(|tx| txid(tx)).collect::<Vec<_>>());
        for (made, tx) in stakes.iter().zip(&spends) {
            assert_eq!(world.spend(world.bitcoin.spend(made.stake, tx, at)), "remembered");
        }
    }
    world.bitcoin.reorganize(K as usize - 1, &[&[][..]; 3 * K as usize]);
    for _ in 0..4 {
        world.follow();
    }
    assert_eq!(world.news(), [""; 0]);
    assert_eq!(world.active().0, 8);
}

/// D-11, D-12
#[test]
fn babylon_ends_with_a_proof_at_any_depth() {
    let (mut world, made) = counted();
    let height = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    let good = end_item(&world.bitcoin, made.stake, &made.unbonding_tx, height);
    let before = world.records();
    let bare = UnbondedBtcDelegation { proof: None, ..good.clone() };
    assert_eq!(world.end(&bare.encode_to_vec()), "branch", "a word alone ends nothing");
    let mut elsewhere = good.clone();
    elsewhere.proof.as_mut().unwrap().key.as_mut().unwrap().hash = vec![7; 32];
    assert_eq!(world.end(&elsewhere.encode_to_vec()), "header", "it is retried when the header is there");
    let mut forged = good.clone();
    forged.proof.as_mut().unwrap().proof[0] ^= 1;
    assert_eq!(world.end(&forged.encode_to_vec()), "branch");
    let other = OutPoint { txid: Txid::from_bytes([9; 32]), index: 0 };
    let unrelated = UnbondedBtcDelegation { stake_spending_tx: spender(other, 0), ..good.clone() };
    assert_eq!(world.end(&unrelated.encode_to_vec()), "branch");
    assert_eq!(world.records(), before);

    assert_eq!(world.end(&good.encode_to_vec()), "ended");
    assert_eq!(world.news(), ["ended".to_owned()]);
    assert_eq!(world.end(&good.encode_to_vec()), "already");
}

/// D-12
#[test]
fn an_end_that_comes_before_its_delegation_keeps_it_from_counting() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    let at = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    let end = end_item(&world.bitcoin, made.stake, &made.unbonding_tx, at).encode_to_vec();
    assert_eq!(world.end(&end), "foretold");
    assert_eq!(world.take(&made.item), "waiting");
    world.bitcoin.extend(K);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "S60");
}

/// D-19
#[test]
fn each_stake_of_a_transaction_ends_for_itself() {
    let (mut world, made) = counted();
    let neighbour = OutPoint { index: 1, ..made.stake };
    let tx = spender(neighbour, 0);
    let height = world.bitcoin.mine(&[txid(&tx)]);
    world.bitcoin.extend(K);
    assert_eq!(world.spend(world.bitcoin.spend(neighbour, &tx, height)), "unknown");
    let mut proof = world.bitcoin.spend(neighbour, &tx, height);
    proof.output = 0;
    assert_eq!(world.spend(proof), "branch", "it spends another output");
    assert_eq!(world.end(&end_item(&world.bitcoin, made.stake, &tx, height).encode_to_vec()), "foretold");
    assert_eq!(world.active().0, 1);

    let both = transaction(&[neighbour, made.stake], &[]);
    let height = world.bitcoin.mine(&[txid(&both)]);
    world.bitcoin.extend(K);
    assert_eq!(world.spend(world.bitcoin.spend(made.stake, &both, height)), "ended");
}

/// D-06: nobody vouches for it any more, and it is old.
#[test]
fn what_babylon_ended_is_challenged_when_its_spend_left_the_chain() {
    let (mut world, made) = counted();
    world.bitcoin.extend(60);
    let height = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    let end = end_item(&world.bitcoin, made.stake, &made.unbonding_tx, height);
    assert_eq!(world.end(&end.encode_to_vec()), "ended");
    world.bitcoin.reorganize(1, &[&[][..]; 2]);
    world.news();
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, 1_001)), "challenged");
    let due_height = world.bitcoin.tip() + 144;
    let standing = StandingAnswer::Challenged { start_height: 1_001, end_height: 6_001, due_height };
    assert_eq!(world.standing(made.stake), standing);
    world.bitcoin.extend(143);
    world.follow();
    assert_eq!(world.news(), [""; 0]);
    world.bitcoin.extend(1);
    world.follow();
    assert_eq!(world.news(), ["active 1001 6001"]);
}

#[test]
fn each_part_of_the_proof_of_a_spend_is_needed() {
    let (mut world, made) = counted();
    let height = world.bitcoin.mine(&[txid(&made.unbonding_tx)]);
    world.bitcoin.extend(K);
    let good = world.bitcoin.spend(made.stake, &made.unbonding_tx, height);
    let elsewhere = world.bitcoin.header(height + 1).hash().to_string();
    type Change<'a> = &'a dyn Fn(&mut api::btc_staking::SpendProof);
    let broken: [(&str, Change<'_>); 9] = [
        ("form", &|proof| proof.staking_tx_hash = "07".into()),
        ("branch", &|proof| proof.staking_tx_hash = "07".repeat(32)),
        ("branch", &|proof| proof.spending_tx = vec![1, 2].into()),
        ("branch", &|proof| proof.spending_tx = spender(made.stake, 5).into()),
        ("form", &|proof| proof.block_hash = "07".into()),
        ("header", &|proof| proof.block_hash = "07".repeat(32)),
        ("branch", &|proof| proof.block_hash = elsewhere.clone()),
        ("branch", &|proof| proof.index = 3),
        ("branch", &|proof| proof.branch = vec![7; 33].into()),
    ];
    for (rule, change) in broken {
        let mut proof = good.clone();
        change(&mut proof);
        let before = world.records();
        assert_eq!(world.spend(proof), rule);
        assert_eq!(world.records(), before, "{rule}");
    }
    let msg = api::btc_staking::ExecuteMsg::ProveSpends { proofs: vec![good.clone(), good] };
    let verdicts = world.verdicts(&world.stranger.clone(), msg);
    assert!(matches!(&verdicts[1], Verdict::Ok { became } if became == "already"), "{verdicts:?}");
}
