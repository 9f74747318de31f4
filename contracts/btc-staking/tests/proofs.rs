//! That stake is in Bitcoin, and how long ago.

use api::btc_staking::{ExecuteMsg, QueryMsg, StandingAnswer};
use bitcoin_spv::Transaction;
use prost::Message;
use proto::btcstaking::ActiveBtcDelegation;

use crate::common::maker::{Made, Maker, UNBONDING};
use crate::common::{K, World};

fn world(maker: &Maker) -> World {
    World::new(1_000, vec![maker.wire()], &maker.fps())
}

/// Mines a delegation's transaction and takes its item; where it is.
fn mined(world: &mut World, made: &Made) -> u32 {
    let height = world.bitcoin.mine(&[made.stake.txid]);
    assert_eq!(world.take(&made.item), "waiting");
    height
}

/// Somebody waits since the first who waited, until nobody does; then the time begins anew.
#[test]
fn how_long_stake_has_waited_is_told_from_the_first_that_waits() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let (one, two, three) = (maker.nth(0, 1_001), maker.nth(1, 1_001), maker.nth(2, 1_001));
    assert_eq!(world.trust().waiting_since, None);
    let began = world.env().block.time.seconds();
    world.take(&one.item);
    world.later += 60;
    world.take(&two.item);
    assert_eq!(world.trust().waiting_since, Some(began));

    for made in [&one, &two] {
        let height = world.bitcoin.mine(&[made.stake.txid]);
        world.bitcoin.extend(K);
        let proof = world.bitcoin.inclusion(made.stake, height);
        world.later += 60;
        assert_eq!(world.prove(proof), "active");
    }
    assert_eq!((world.trust().waiting, world.trust().waiting_since), (0, None));
    world.take(&three.item);
    assert_eq!(world.trust().waiting_since, Some(began + 180));
}

#[test]
fn a_stake_counts_when_it_is_proven() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&mut world, &made);
    world.bitcoin.extend(K);
    let proof = world.bitcoin.inclusion(made.stake, height);
    assert_eq!(world.prove(proof.clone()), "active");
    assert_eq!(world.news(), ["active 1001 6001"]);
    let standing = StandingAnswer::Active { start_height: 1_001, end_height: 6_001 };
    assert_eq!(world.standing(made.stake), standing);
    assert_eq!((world.active(), world.trust().waiting), ((1, 1_000_000), 0));
    assert_eq!(world.prove(proof), "S60", "once");
    assert_eq!(world.news(), [""; 0]);

    let staker_pk_hex = world.item(made.stake).unwrap().staker_pk_hex;
    let of = |query: QueryMsg| -> api::btc_staking::ItemsResponse { world.query(query).unwrap() };
    let (after_txid, after_output, limit) = (None, None, None);
    let found = of(QueryMsg::Staker { staker_pk_hex, after_txid, after_output, limit });
    assert_eq!(found.items.len(), 1);
    let fp_pubkey_hex = hex::encode(maker.fps()[0]);
    let found = of(QueryMsg::Fp { fp_pubkey_hex, after_txid: None, after_output, limit });
    assert_eq!(found.items[0].txid, made.stake.txid.to_string());
    let after =
        QueryMsg::Items { after_txid: Some(found.items[0].txid.clone()), after_output: Some(0), limit };
    assert!(of(after).items.is_empty());
}

#[test]
fn the_block_lies_k_deep_and_is_in_the_chain() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&mut world, &made);
    let proof = world.bitcoin.inclusion(made.stake, height);
    world.bitcoin.extend(K - 1);
    assert_eq!(world.prove(proof.clone()), "S60");
    world.bitcoin.reorganize(K as usize, &[&[][..]; 2 * K as usize]);
    assert_eq!(world.prove(proof), "header", "its block left the chain");
    assert_eq!(world.standing(made.stake), StandingAnswer::Waiting { spent_height: None });
}

/// D-20
#[test]
fn heights_come_from_the_block() {
    let maker = Maker::new();
    for (said, end) in [(1_001, 6_001), (900, 5_900), (1_100, 6_001)] {
        let mut world = world(&maker);
        let made = maker.nth(0, said);
        let height = mined(&mut world, &made);
        world.bitcoin.extend(K);
        let proof = world.bitcoin.inclusion(made.stake, height);
        let response = {
            let msg = ExecuteMsg::ProveDelegations { proofs: vec![proof] };
            world.send(&world.stranger.clone(), msg).unwrap()
        };
        assert_eq!(world.news(), [format!("active 1001 {end}")], "said {said}");
        let alarms = response.events.iter().filter(|event| event.ty == "stake_said_another_end").count();
        assert_eq!(alarms, usize::from(said != 1_001));
    }
}

/// D-13: parameters that were in force at the start that the item says, and are not at that of the block.
#[test]
fn parameters_count_for_the_height_of_the_block() {
    let maker = Maker::new();
    let mut next = maker.params.clone();
    next.activation = 1_050.into();
    let versions = vec![maker.wire(), crate::common::maker::wire(2, &next)];
    let mut world = World::new(1_040 + 4_032, versions, &maker.fps());
    let made = maker.nth(0, 1_000);
    world.take(&made.item);
    world.bitcoin.extend_to(1_050 + 4_032 - 2);
    let height = world.bitcoin.mine(&[made.stake.txid, maker.nth(1, 0).stake.txid]);
    let late = maker.nth(2, 1_000);
    world.take(&late.item);
    let too_late = world.bitcoin.mine(&[late.stake.txid]);
    world.bitcoin.extend(K);
    assert_eq!(too_late, 1_050 + 4_032);
    assert_eq!(world.prove(world.bitcoin.inclusion(late.stake, too_late)), "S06");
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
}

#[test]
fn each_part_of_a_proof_is_needed() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&mut world, &made);
    let other = maker.nth(1, 1_001);
    world.take(&other.item);
    world.bitcoin.extend(K);
    let good = world.bitcoin.inclusion(made.stake, height);
    let elsewhere = world.bitcoin.header(height + 1).hash().to_string();
    type Change<'a> = &'a dyn Fn(&mut api::btc_staking::InclusionProof);
    let broken: [(&str, Change<'_>); 11] = [
        ("unknown", &|proof| proof.output = 1),
        ("unknown", &|proof| proof.staking_tx_hash = "07".repeat(32)),
        ("form", &|proof| proof.staking_tx_hash = "07".into()),
        ("form", &|proof| proof.block_hash = "zz".repeat(32)),
        ("header", &|proof| proof.block_hash = "07".repeat(32)),
        ("branch", &|proof| proof.block_hash = elsewhere.clone()),
        ("branch", &|proof| proof.staking_tx_hash = other.stake.txid.to_string()),
        ("branch", &|proof| proof.index = 0),
        ("branch", &|proof| proof.index = 2),
        ("branch", &|proof| proof.branch = vec![7; 32].into()),
        ("branch", &|proof| proof.branch = vec![7; 31].into()),
    ];
    for (rule, change) in broken {
        let mut proof = good.clone();
        change(&mut proof);
        let before = world.records();
        assert_eq!(world.prove(proof), rule);
        assert_eq!(world.records(), before, "{rule}");
    }
    assert_eq!(world.prove(good), "active");
}

#[test]
fn proofs_come_in_bounded_numbers() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&mut world, &made);
    let proofs = |count| vec![world.bitcoin.inclusion(made.stake, height); count];
    let (none, many) = (proofs(0), proofs(51));
    for proofs in [none, many] {
        let got = proofs.len();
        let error = world.send(&world.stranger.clone(), ExecuteMsg::ProveDelegations { proofs }).unwrap_err();
        assert_eq!(error.to_string(), format!("entries is {got}, must be 1 to 50"));
    }
}

/// D-06, D-08, D-09, D-19
#[test]
fn one_coin_counts_once() {
    let maker = Maker::new();
    let mut world = world(&maker);
    // A stake, one that spends it, and one that spends that.
    let first = maker.nth(0, 1_001);
    let second = maker.make(&[first.stake, crate::common::maker::coin(1)], 1_002);
    let third = maker.make(&[second.stake], 1_003);
    let heights = [&first, &second, &third].map(|made| mined(&mut world, made));
    world.bitcoin.extend(K);
    let proofs = [&first, &second, &third]
        .iter()
        .zip(heights)
        .map(|(made, height)| world.bitcoin.inclusion(made.stake, height))
        .collect::<Vec<_>>();
    assert_eq!(world.prove(proofs[0].clone()), "active");
    assert_eq!(world.prove(proofs[1].clone()), "active");
    assert_eq!(world.news(), ["active 1001 6001", "active 1002 6002", "ended"]);
    assert_eq!(world.prove(proofs[0].clone()), "S60", "it was spent");
    assert_eq!(world.prove(proofs[2].clone()), "active");
    assert_eq!(world.active().0, 1);

    // In the other order.
    let mut world = self::world(&maker);
    [&first, &second, &third].iter().for_each(|made| {
        mined(&mut world, made);
    });
    world.bitcoin.extend(K);
    let prove = |world: &mut World, made: &Made, height| {
        let proof = world.bitcoin.inclusion(made.stake, height);
        world.prove(proof)
    };
    assert_eq!(prove(&mut world, &third, heights[2]), "active");
    assert_eq!(prove(&mut world, &second, heights[1]), "S60", "it was spent before it was proven");
    assert_eq!(world.active().0, 1);
}

/// D-08: the item of what was spent comes later.
#[test]
fn an_outpoint_stays_spent_for_an_item_that_comes_later() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let first = maker.nth(0, 1_001);
    let second = maker.make(&[first.stake], 1_002);
    let height = world.bitcoin.mine(&[first.stake.txid]);
    let later = mined(&mut world, &second);
    world.bitcoin.extend(K);
    assert_eq!(world.prove(world.bitcoin.inclusion(second.stake, later)), "active");
    assert_eq!(world.take(&first.item), "waiting");
    assert_eq!(world.standing(first.stake), StandingAnswer::Waiting { spent_height: Some(later) });
    assert_eq!(world.trust().waiting, 1);
    assert_eq!(world.prove(world.bitcoin.inclusion(first.stake, height)), "S60");
}

/// D-07: a lock that has no power left, whatever the item says.
#[test]
fn an_old_lock_is_late() {
    let maker = Maker { time: 200, ..Maker::new() };
    let mut world = world(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&mut world, &made);
    world.bitcoin.extend_to(1_201 - u32::from(UNBONDING));
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "S60");
}

/// D-28
#[test]
fn waiting_stake_is_visible() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let stakes: Vec<_> = (0..12).map(|n| maker.nth(n, 1_001)).collect();
    stakes.iter().for_each(|made| assert_eq!(world.take(&made.item), "waiting"));
    assert_eq!(world.trust().waiting, 12);
    let page = |after: Option<&api::btc_staking::ItemResponse>, limit| {
        let (after_txid, after_output) = (after.map(|item| item.txid.clone()), after.map(|item| item.output));
        let query = QueryMsg::Items { after_txid, after_output, limit };
        world.query::<api::btc_staking::ItemsResponse>(query).unwrap().items
    };
    let first = page(None, None);
    let rest = page(first.last(), Some(99));
    assert_eq!((first.len(), rest.len()), (10, 2));
    let seen: std::collections::BTreeSet<_> = first.iter().chain(&rest).map(|item| &item.txid).collect();
    assert_eq!(seen.len(), 12);
    assert!(
        first
            .iter()
            .all(|item| item.taken_at > 0 && item.standing == StandingAnswer::Waiting { spent_height: None })
    );
}

/// There is no index: a page ends after so many items that were looked at, and says where.
#[test]
fn pages_of_a_staker_end_after_what_was_looked_at() {
    let maker = Maker::new();
    let mut world = world(&maker);
    (0..51).for_each(|n| assert_eq!(world.take(&maker.nth(n, 1_001).item), "waiting"));
    let nobody = "07".repeat(32);
    let page = |after: Option<api::btc_staking::StakeId>| {
        let (after_txid, after_output) = after.map(|id| (id.txid, id.output)).unzip();
        let (staker_pk_hex, limit) = (nobody.clone(), None);
        let query = QueryMsg::Staker { staker_pk_hex, after_txid, after_output, limit };
        world.query::<api::btc_staking::ItemsResponse>(query).unwrap()
    };
    let first = page(None);
    assert!(first.items.is_empty());
    let last = page(first.next.clone());
    assert!(first.next.is_some() && last.next.is_none() && last.items.is_empty());
    assert_eq!(world.items().len(), 51);
}

/// D-20: what Babylon relays as a staking transaction may not have the length of a node.
#[test]
fn a_staking_transaction_of_64_bytes_is_refused() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let mut item = ActiveBtcDelegation::decode(&maker.nth(0, 1_001).item[..]).unwrap();
    // One input without script, one output with a script of four bytes: 4 + 1 + 41 + 1 + 8 + 1 + 4 + 4.
    let mut short = item.staking_tx[..46].to_vec();
    short.extend([&[1][..], &[0; 8], &[4, 0x51, 0x51, 0x51, 0x51], &[0; 4]].concat());
    assert_eq!(Transaction::parse(&short).unwrap().stripped.len(), 64);
    item.staking_tx = short;
    assert_eq!(world.take(&item.encode_to_vec()), "branch");
}
