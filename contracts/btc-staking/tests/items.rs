//! What `bsn` hands over.

use api::btc_staking::{ExecuteMsg, StakeItem, StandingAnswer};
use cosmwasm_std::Binary;
use covenant::Params;
use prost::Message;
use proto::btcstaking::ActiveBtcDelegation;

use crate::common::World;
use crate::common::maker::{Maker, key, secret, wire};

fn world(maker: &Maker) -> World {
    World::new(1_000, vec![maker.wire()], &maker.fps())
}

#[test]
fn a_good_item_waits_and_a_repeated_one_is_known() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_000);
    assert_eq!(world.take(&made.item), "waiting");
    assert_eq!(world.standing(made.stake), StandingAnswer::Waiting { spent_height: None });
    assert_eq!(world.trust().waiting, 1);
    let before = world.records();
    assert_eq!(world.take(&made.item), "known");
    assert_eq!(world.records(), before);
    assert!(world.told.is_empty(), "it does not count");
}

#[test]
fn items_come_from_bsn_alone() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let items = vec![StakeItem::Delegation(maker.nth(0, 1_000).item.into())];
    for sender in [world.stranger.clone(), world.governance.clone()] {
        let before = world.records();
        let error = world.send(&sender, ExecuteMsg::TakeItems { items: items.clone() }).unwrap_err();
        assert_eq!(error.to_string(), format!("unauthorized: {sender} may not send items"));
        assert_eq!(world.records(), before);
    }
}

/// Each rule that parameters, the registered and single fields break: refused by its name, and nothing is stored.
#[test]
fn what_breaks_a_rule_is_refused_by_its_code_and_leaves_nothing() {
    let maker = Maker::new();
    let item = maker.nth(0, 1_000).item;
    let with = |change: &dyn Fn(&mut Params)| {
        let mut params = maker.params.clone();
        change(&mut params);
        params
    };
    let broken = [
        ("S02", with(&|params| params.unbonding_time += 1)),
        ("S05", with(&|params| params.min_time = 5_001)),
        ("S06", with(&|params| params.activation = 1_001.into())),
        (
            "S10",
            with(&|params| {
                params.committee = covenant::Committee::new(params.committee.members().to_vec(), 7).unwrap()
            }),
        ),
        ("S11", with(&|params| params.min_value = 1_000_001)),
        ("S22", with(&|params| params.slashing_rate = covenant::SlashingRate::new(501).unwrap())),
        ("S25", with(&|params| params.min_slashing_fee += 1)),
        ("S31", with(&|params| params.unbonding_fee += 1)),
    ];
    for (rule, params) in broken {
        refused(&mut World::new(1_000, vec![wire(1, &params)], &maker.fps()), &item, rule);
    }
    refused(&mut World::new(1_000, vec![wire(2, &maker.params)], &maker.fps()), &item, "S01");
    refused(&mut World::new(1_000, vec![maker.wire()], &[]), &item, "S03");
    refused(&mut World::new(1_000, vec![maker.wire()], &[[7; 32]]), &item, "S03");

    type Change = fn(&mut ActiveBtcDelegation);
    let changed: [(&str, Change); 11] = [
        ("form", |item| item.btc_pk_hex.truncate(62)),
        ("form", |item| item.undelegation_info = None),
        ("S04", |item| item.fp_btc_pk_list[0] = item.btc_pk_hex.clone()),
        ("S20", |item| item.slashing_tx.clear()),
        ("S21", |item| item.slashing_tx[5] ^= 1),
        ("S26", |item| item.delegator_slashing_sig[40] ^= 1),
        ("S27", |item| item.covenant_sigs.truncate(5)),
        ("S30", |item| item.undelegation_info.as_mut().unwrap().unbonding_tx[0] = 1),
        ("S40", |item| item.undelegation_info.as_mut().unwrap().slashing_tx[5] ^= 1),
        ("S41", |item| item.undelegation_info.as_mut().unwrap().delegator_slashing_sig[40] ^= 1),
        ("S42", |item| item.undelegation_info.as_mut().unwrap().covenant_slashing_sigs.truncate(5)),
    ];
    for (rule, change) in changed {
        let mut changed = ActiveBtcDelegation::decode(&item[..]).unwrap();
        change(&mut changed);
        let fps = [&maker.fps()[..], &[*key(&maker.staker).as_bytes()]].concat();
        let fps = if rule == "S04" { fps } else { maker.fps() };
        refused(&mut World::new(1_000, vec![maker.wire()], &fps), &changed.encode_to_vec(), rule);
    }
}

fn refused(world: &mut World, item: &[u8], rule: &str) {
    let before = world.records();
    assert_eq!(world.take(item), rule);
    assert_eq!(world.records(), before, "{rule}");
}

#[test]
fn a_bad_item_is_refused_alone_with_its_culprit() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let (one, two) = (maker.nth(0, 1_000), maker.nth(1, 1_000));
    let items = [&one.item[..], &[1, 2, 3], &two.item, b""];
    let items = items.map(|item| StakeItem::Delegation(Binary::from(item))).to_vec();
    let texts = world.handed(items);
    assert_eq!([&texts[0], &texts[2]], ["+waiting"; 2]);
    assert!(texts[1].starts_with("form: active_del is not protobuf"), "{texts:?}");
    assert!(texts[3].starts_with("form: "), "{texts:?}");
    assert_eq!(world.trust().waiting, 2);
}

#[test]
fn an_item_that_a_message_repeats_counts_once() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let items = vec![StakeItem::Delegation(maker.nth(0, 1_000).item.into()); 3];
    assert_eq!(world.handed(items), ["+waiting", "+known", "+known"]);
    assert_eq!((world.trust().waiting, world.items().len()), (1, 1));
}

/// Of a minimal item only the address is free, and it makes another digest.
#[test]
fn a_stake_has_one_item() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let made = maker.nth(0, 1_000);
    world.take(&made.item);
    let mut other = ActiveBtcDelegation::decode(&made.item[..]).unwrap();
    other.staker_addr = "bbn1other".into();
    refused(&mut world, &other.encode_to_vec(), "known");
    let mut later = ActiveBtcDelegation::decode(&made.item[..]).unwrap();
    (later.start_height, later.end_height) = (later.start_height + 9, later.end_height + 9);
    refused(&mut world, &later.encode_to_vec(), "known");
}

#[test]
fn a_staking_transaction_of_many_inputs_is_refused() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let spends: Vec<_> = (0..200).map(crate::common::maker::coin).collect();
    assert_eq!(world.take(&maker.make(&spends, 1_000).item), "waiting");

    // 257 as Bitcoin writes it, in a transaction of which nothing else is read before.
    let mut item = ActiveBtcDelegation::decode(&maker.nth(0, 1_000).item[..]).unwrap();
    let one = item.staking_tx[5..46].to_vec();
    let tail = item.staking_tx[46..].to_vec();
    item.staking_tx = [&[2, 0, 0, 0, 0xfd, 1, 1][..], &one.repeat(257), &tail].concat();
    refused(&mut world, &item.encode_to_vec(), "form");
}

#[test]
fn a_packet_has_a_largest_size() {
    let maker = Maker::new();
    let mut world = world(&maker);
    let items = vec![StakeItem::Delegation(vec![0; 512 * 1024 + 1].into())];
    let error = world.send(&world.bsn.clone(), ExecuteMsg::TakeItems { items }).unwrap_err();
    assert_eq!(error.to_string(), "bytes of items is 524289, must be 0 to 524288");
}

/// D-05
#[test]
fn two_finality_providers_of_one_list_are_not_both_here() {
    let maker = Maker::new();
    let mut item = ActiveBtcDelegation::decode(&maker.nth(0, 1_000).item[..]).unwrap();
    let other = key(&secret(0x41));
    item.fp_btc_pk_list.push(other.to_string());
    let fps = [maker.fps(), vec![*other.as_bytes()]].concat();
    refused(&mut World::new(1_000, vec![maker.wire()], &fps), &item.encode_to_vec(), "S03");
}
