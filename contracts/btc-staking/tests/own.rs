//! Stake without Babylon: delegations of this chain's own committee, that strangers bring with their proofs.

use api::btc_staking::{ExecuteMsg, Family, StandingAnswer, SubmittedDelegation, Verdict};
use bitcoin_spv::Transaction;
use prost::Message;
use proto::btcstaking::{ActiveBtcDelegation, BtcStakingIbcPacket};
use serde_json::json;

use crate::common::maker::{Made, Maker, UNBONDING, coin, secret, spender};
use crate::common::{K, World};

/// Its committee signs early ends, too.
fn maker() -> Maker {
    let mut maker = Maker { signs_unbonding: true, ..Maker::new() };
    maker.params.max_fps = 1;
    maker
}

/// Mined, k deep.
fn mined(world: &World, made: &Made) -> u32 {
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(K);
    height
}

fn submit(world: &mut World, submitted: SubmittedDelegation) -> String {
    let msg = ExecuteMsg::SubmitDelegations { items: vec![submitted] };
    world.one(&world.stranger.clone(), msg)
}

/// A stake that somebody brought.
fn counted(maker: &Maker) -> (World, Made, u32) {
    let mut world = World::own(maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&world, &made);
    let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
    assert_eq!(submit(&mut world, submitted), "active");
    (world, made, height)
}

#[test]
fn a_delegation_counts_without_babylon_and_ends_when_bitcoin_shows_that() {
    let maker = maker();
    let (mut world, made, _) = counted(&maker);
    assert_eq!((world.power(&maker), world.trust().waiting), (1_000_000, 0));
    let config = world.ask(json!({"config": {}})).unwrap();
    assert_eq!(config["stake_source"], "bitcoin");
    let tx = spender(made.stake, 0);
    let at = world.bitcoin.mine(&[Transaction::parse(&tx).unwrap().txid]);
    world.bitcoin.extend(K);
    assert_eq!(world.spend(world.bitcoin.spend(made.stake, &tx, at)), "ended");
    assert_eq!(world.power(&maker), 0);
}

/// What a reorganization took is noticed by whoever comes first, and told before anything new counts.
#[test]
fn a_delegation_that_is_brought_tells_what_a_reorganization_took() {
    let maker = maker();
    let (mut world, _, height) = counted(&maker);
    let next = maker.nth(1, 1_001);
    let txids = [next.stake.txid];
    let fork: Vec<&[_]> = [vec![&[][..]; 2], vec![&txids[..]], vec![&[][..]; K as usize]].concat();
    world.bitcoin.reorganize(K as usize + 1, &fork);
    let submitted = world.bitcoin.submitted(next.stake, &next.item, height + 2);
    assert_eq!(submit(&mut world, submitted), "active");
    assert_eq!(world.power(&maker), 1_000_000, "the first counts no more");
}

/// D-07, D-16
#[test]
fn heights_come_from_the_block_whoever_said_which() {
    let maker = maker();
    for said in [1_001, 200, 9_000] {
        let mut world = World::own(&maker);
        let made = maker.nth(0, said);
        let height = mined(&world, &made);
        let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
        assert_eq!(submit(&mut world, submitted), "active", "said {said}");
        let standing = StandingAnswer::Active { start_height: 1_001, end_height: 6_001 };
        assert_eq!(world.standing(made.stake), standing, "said {said}");
        let honest = maker.nth(0, 1_001);
        let late = world.bitcoin.submitted(honest.stake, &honest.item, height);
        assert_eq!(submit(&mut world, late), "known");
        assert_eq!(world.power(&maker), 1_000_000, "it counts once, as its staker wanted");
    }
}

/// D-15
#[test]
fn what_is_refused_leaves_nothing() {
    let maker = maker();
    let mut world = World::own(&maker);
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(K - 1);
    let good = world.bitcoin.submitted(made.stake, &made.item, height);
    let changed = |change: &dyn Fn(&mut ActiveBtcDelegation)| {
        let mut item = ActiveBtcDelegation::decode(&made.item[..]).unwrap();
        change(&mut item);
        SubmittedDelegation { item: item.encode_to_vec().into(), ..good.clone() }
    };
    let unsigned = |item: &mut ActiveBtcDelegation| {
        let undelegation = item.undelegation_info.as_mut().unwrap();
        undelegation.covenant_unbonding_sig_list.truncate(5);
    };
    let before = world.records();
    let refused = [
        ("S60", good.clone()),
        ("branch", SubmittedDelegation { index: 0, ..good.clone() }),
        ("branch", SubmittedDelegation { branch: vec![0; 31].into(), ..good.clone() }),
        ("header", SubmittedDelegation { block_hash: "11".repeat(32), ..good.clone() }),
        ("form", SubmittedDelegation { block_hash: "none".into(), ..good.clone() }),
        ("form", SubmittedDelegation { item: vec![0xff].into(), ..good.clone() }),
        ("S50", changed(&unsigned)),
        ("S01", changed(&|item| item.params_version = 2)),
        ("S05", changed(&|item| (item.start_height, item.end_height) = (9, 3))),
        ("S26", changed(&|item| item.delegator_slashing_sig = vec![7; 64])),
        ("S27", changed(&|item| item.covenant_sigs.truncate(5))),
    ];
    for (rule, submitted) in refused {
        assert_eq!(submit(&mut world, submitted), rule);
        assert_eq!(world.records(), before, "{rule}");
    }
    world.bitcoin.extend(1);
    assert_eq!(submit(&mut world, good), "active");
}

/// The committee's delegation to somebody who has not registered here.
#[test]
fn a_finality_provider_of_nobodys_takes_no_stake() {
    let foreign = Maker { fp: secret(0x41), ..maker() };
    let mut world = World::own(&maker());
    let made = foreign.nth(0, 1_001);
    let height = mined(&world, &made);
    let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
    assert_eq!(submit(&mut world, submitted), "S03");
}

/// D-13: the block's height decides, and a day after the next version nothing new counts under this one.
#[test]
fn a_retired_committee_makes_no_stake() {
    let maker = maker();
    for (at, verdict) in [(3_016 + 143, "active"), (3_016 + 144, "S06")] {
        let mut world = World::own(&maker);
        let mut next = maker.params.clone();
        next.activation = (1_000 + 2_016).into();
        let params = crate::common::maker::wire(2, &next);
        let append = ExecuteMsg::AppendParams { family: Family::Own, params };
        world.send(&world.governance.clone(), append).unwrap();
        world.bitcoin.extend_to(at - 1);
        let made = maker.nth(at, at);
        let height = mined(&world, &made);
        assert_eq!(height, at);
        let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
        assert_eq!(submit(&mut world, submitted), verdict, "{at}");
    }
}

/// D-06: nobody vouches for it, so an old one waits until it could have been challenged.
#[test]
fn an_old_stake_is_challenged_first() {
    let maker = maker();
    let mut world = World::own(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&world, &made);
    world.bitcoin.extend_to(height + u32::from(UNBONDING / 2) + 1);
    let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
    assert_eq!(submit(&mut world, submitted), "challenged");
    assert_eq!(world.power(&maker), 0);
    world.bitcoin.extend(144);
    world.follow();
    assert_eq!(world.power(&maker), 1_000_000);
}

/// D-21
#[test]
fn a_reorganization_takes_the_power_and_a_new_proof_gives_it_back() {
    let maker = maker();
    let (mut world, made, _) = counted(&maker);
    world.bitcoin.reorganize(K as usize + 1, &[&[][..]; K as usize + 3]);
    world.follow();
    assert_eq!((world.power(&maker), world.trust().waiting), (0, 1));
    let again = mined(&world, &made);
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, again)), "active");
    assert_eq!(world.power(&maker), 1_000_000);
    let standing = StandingAnswer::Active { start_height: again, end_height: again + 5_000 };
    assert_eq!(world.standing(made.stake), standing);
}

/// D-09, D-19
#[test]
fn an_output_that_was_spent_never_counts_again() {
    let maker = maker();
    let (mut world, made, height) = counted(&maker);
    let tx = spender(made.stake, 0);
    let at = world.bitcoin.mine(&[Transaction::parse(&tx).unwrap().txid]);
    world.bitcoin.extend(K);
    world.spend(world.bitcoin.spend(made.stake, &tx, at));
    let again = world.bitcoin.submitted(made.stake, &made.item, height);
    assert_eq!(submit(&mut world, again), "known");
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "S60");
    assert_eq!(world.power(&maker), 0);
}

#[test]
fn a_message_has_at_most_fifty_and_so_many_bytes() {
    let maker = maker();
    let mut world = World::own(&maker);
    let made = maker.nth(0, 1_001);
    let height = mined(&world, &made);
    let one = world.bitcoin.submitted(made.stake, &made.item, height);
    let send = |world: &mut World, items| {
        let sent = world.send(&world.stranger.clone(), ExecuteMsg::SubmitDelegations { items });
        sent.map(|_| ()).map_err(|error| error.to_string())
    };
    assert!(send(&mut world, vec![]).unwrap_err().contains("entries is 0"));
    assert!(send(&mut world, vec![one.clone(); 51]).unwrap_err().contains("entries is 51"));
    let long = SubmittedDelegation { item: vec![0; 96 * 1024 + 1].into(), ..one.clone() };
    assert!(send(&mut world, vec![long]).unwrap_err().contains("bytes of items"));
    let verdicts = {
        let items = vec![one.clone(), one];
        world.verdicts(&world.stranger.clone(), ExecuteMsg::SubmitDelegations { items })
    };
    assert!(matches!(&verdicts[..], [Verdict::Ok { .. }, Verdict::Refused { .. }]), "each on its own");
}

#[test]
fn a_finality_provider_registers_by_its_key_for_its_operator_alone() {
    let mut world = World::own(&maker());
    let (stranger, governance) = (world.stranger.clone(), world.governance.clone());
    let fp = secret(0x42);
    assert_eq!(world.register_fp(&fp, &governance), Ok(()));
    let shown = world.ask(json!({"finality_provider": {"btc_pk_hex": crate::common::maker::key(&fp)
        .to_string()}}));
    assert_eq!(shown.unwrap()["addr"], governance.as_str());
    let again = world.register_fp(&fp, &stranger).unwrap_err();
    assert!(again.ends_with("is registered already"), "{again}");

    // Somebody copies a registration that is on its way.
    let msg = |pop: Vec<u8>| ExecuteMsg::RegisterFp {
        fp_pubkey_hex: crate::common::maker::key(&secret(0x43)).to_string(),
        pop: pop.into(),
    };
    for pop in [vec![7; 64], vec![7; 63], vec![]] {
        let refused = world.send(&stranger, msg(pop)).unwrap_err().to_string();
        assert!(refused.contains("has not signed the address"), "{refused}");
    }
    let signed = crate::common::pair::possession(&world, &secret(0x43), &governance);
    let refused = world.send(&stranger, msg(signed.clone())).unwrap_err().to_string();
    assert!(refused.contains(&format!("has not signed the address {stranger}")), "{refused}");
    world.send(&governance, msg(signed)).unwrap();
}

/// Each family's stake counts for its own finality providers alone.
#[test]
fn babylons_delegations_are_not_for_local_finality_providers_nor_the_other_way_round() {
    let maker = maker();
    let mut world = World::paired(&maker);
    let refused = world.register_fp(&secret(0x42), &world.stranger.clone()).unwrap_err();
    assert!(refused.contains("stake_source is verified"), "{refused}");

    world.both(&maker);
    world.bitcoin.extend(2_016);
    let local = Maker { fp: secret(0x42), ..maker.clone() };
    assert_eq!(world.register_fp(&local.fp, &world.stranger.clone()), Ok(()));
    let refused = world.register_fp(&maker.fp, &world.stranger.clone()).unwrap_err();
    assert!(refused.ends_with("is registered already"), "Babylon's key: {refused}");
    let (babylons, own) = (maker.nth(0, 1_001), local.nth(1, 1_001));
    let height = world.bitcoin.mine(&[babylons.stake.txid, own.stake.txid]);
    world.bitcoin.extend(K);
    for (made, is_own) in [(&babylons, false), (&own, true)] {
        let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
        assert_eq!(submit(&mut world, submitted), if is_own { "active" } else { "S03" });
    }
    assert_eq!((world.power(&maker), world.power(&local)), (0, 1_000_000));
    let other = local.nth(2, 1_001);
    world.packet(BtcStakingIbcPacket {
        active_del: vec![ActiveBtcDelegation::decode(&other.item[..]).unwrap()],
        ..Default::default()
    });
    let reasons = world.quarantine();
    assert!(reasons.len() == 1 && reasons[0].starts_with("S03: "), "{reasons:?}");
    world.delegate(&babylons.item);
    assert_eq!(world.prove(world.bitcoin.inclusion(babylons.stake, height)), "active");
    assert_eq!(world.power(&maker), 1_000_000);
}

/// D-08: an expansion is no part of the own committee's work; a transaction that spends a stake ends that one all the same.
#[test]
fn a_staking_transaction_that_spends_a_stake_ends_it() {
    let maker = maker();
    let (mut world, old, _) = counted(&maker);
    let new = maker.make(&[old.stake, coin(9)], 1_001);
    let height = mined(&world, &new);
    let submitted = world.bitcoin.submitted(new.stake, &new.item, height);
    assert_eq!(submit(&mut world, submitted), "active");
    assert_eq!(world.power(&maker), 1_000_000, "the new one alone");
}

/// With headers that somebody kept back a challenge would begin and end in one transaction.
#[test]
fn by_an_old_tip_nothing_is_proven_that_nobody_vouches_for() {
    let maker = maker();
    let mut world = World::own(&maker);
    world.set_network(3);
    let made = maker.nth(0, 1_001);
    let height = mined(&world, &made);
    world.later = u64::from(world.bitcoin.header(world.bitcoin.tip()).time.get())
        .saturating_sub(cosmwasm_std::testing::mock_env().block.time.seconds());
    let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
    let before = world.records();
    world.later += 6 * 3_600 + 1;
    assert_eq!(submit(&mut world, submitted.clone()), "tip");
    assert_eq!(world.records(), before);
    world.later -= 1;
    assert_eq!(submit(&mut world, submitted), "active");

    world.bitcoin.reorganize(K as usize + 1, &[&[][..]; K as usize + 3]);
    world.follow();
    let again = mined(&world, &made);
    let tip = world.bitcoin.header(world.bitcoin.tip()).time.get();
    world.later = u64::from(tip) - cosmwasm_std::testing::mock_env().block.time.seconds() + 6 * 3_600 + 1;
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, again)), "tip");
    world.later -= 1;
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, again)), "active");
}

/// Its key is public: whoever stakes to it could be slashed at once.
#[test]
fn a_slashed_finality_provider_takes_no_stake() {
    let maker = maker();
    let mut world = World::own(&maker);
    world.slash(&maker.fps()[0]);
    let made = maker.nth(0, 1_001);
    let height = mined(&world, &made);
    let submitted = world.bitcoin.submitted(made.stake, &made.item, height);
    assert_eq!(submit(&mut world, submitted), "S03");
}
