//! What packets bring: taken item by item, queued, or kept aside.

use cosmwasm_std::{Order, Storage};

use super::*;
use crate::intake::queue;
use crate::state::{PARTS, PROVIDERS, QUARANTINE, QUARANTINE_KEYS, QUARANTINE_MAX};

fn retry(world: &mut World, ids: &[u64]) -> Response {
    world.execute("stranger", json!({ "retry_quarantined": { "ids": ids } })).unwrap()
}

fn said(response: &Response, name: &str) -> String {
    response.attributes.iter().find(|attribute| attribute.key == name).unwrap().value.clone()
}

fn queued(world: &World) -> u64 {
    world.ask(json!({ "health": {} }))["staking"]["queued"].as_u64().unwrap()
}

#[test]
fn the_items_of_a_packet_are_taken_in_its_order() {
    let mut world = World::open();
    let items = Items::fps(0, [1, 2]).delegation(1, &[1], 9).delegation(2, &[2], 7).end(1, 9).end(2, 7);
    let taken = world.stake(0, items.0);
    assert_eq!(["applied", "known", "refused"].map(|name| attribute(&taken, name)), ["6", "0", "0"]);
    assert_eq!((world.sats(1), world.sats(2)), (0, 0));
    let all = world.ask(json!({ "delegations": {} }))["delegations"].as_array().unwrap().clone();
    let ended = |one: &Value| !one["undelegation_info"]["delegator_unbonding_info"].is_null();
    assert_eq!((all.len(), all.iter().all(ended)), (2, true), "known, and ended afterwards");
}

#[test]
fn a_paused_intake_queues_acknowledges_and_loses_nothing() {
    let mut world = World::open();
    world.execute("admin", json!({ "set_paused": { "packet_intake": true } })).unwrap();
    let taken = world.stake(0, Items::fps(0, [1, 2]).delegation(1, &[1], 9).0);
    assert_eq!((attribute(&taken, "queued"), attribute(&taken, "applied")), ("3".into(), "0".into()));
    assert_eq!((world.registered(), queued(&world)), (0, 3));
    retry(&mut world, &[]);
    assert_eq!(queued(&world), 3, "nobody works it off meanwhile");
    world.env.block.height += 1;
    let hooks = ["begin_block", "begin_block"].map(|hook| world.hook(hook).messages.len());
    assert_eq!(hooks, [0, 0], "nor do the hooks");

    world.execute("admin", json!({ "set_paused": { "packet_intake": false } })).unwrap();
    world.env.block.height += 1;
    let hooks = ["begin_block", "begin_block"].map(|hook| world.hook(hook).messages.len());
    assert_eq!(hooks, [0, 1], "the second call of a block works off a record");
    assert_eq!(said(&retry(&mut world, &[]), "applied"), "3");
    assert_eq!((world.sats(1), queued(&world)), (9, 0));
}

#[test]
fn a_packet_that_is_too_much_waits_and_what_comes_behind_it_too() {
    let mut world = World::open();
    world.stake(0, Items::fps(0, [1]).0);
    let many = (0..).map(|number| Items::one_delegation(number, &[1], 1).active_del.remove(0));
    let mut work = 0;
    let items: Vec<_> = many
        .take_while(|item| {
            let enough = work > queue::PACKET_WORK;
            work += queue::work(&proto::decode::RawItem::from(item), false);
            !enough
        })
        .collect();
    let count = items.len() as u64;
    let last = items.len() - 1;
    let less = BtcStakingIbcPacket { active_del: items[..last].to_vec(), ..Default::default() };
    let taken = world.stake(0, less);
    assert_eq!((attribute(&taken, "applied"), attribute(&taken, "queued")), (last.to_string(), "0".into()));

    let mut world = World::open();
    world.stake(0, Items::fps(0, [1]).0);
    let taken = world.stake(0, BtcStakingIbcPacket { active_del: items, ..Default::default() });
    assert_eq!((attribute(&taken, "applied"), attribute(&taken, "queued")), ("0".into(), count.to_string()));
    assert_eq!((world.sats(1), queued(&world)), (0, count));

    // A delegation's end comes behind: it must not overtake it.
    world.stake(0, Items::default().end(0, 1).0);
    let mut records = 0;
    while queued(&world) > 0 && records < 100 {
        retry(&mut world, &[]);
        records += 1;
    }
    assert!((11..100).contains(&records), "{records}");
    assert_eq!(world.sats(1), count - 1);
}

#[test]
fn a_full_quarantine_says_what_is_lost() {
    let mut world = World::open();
    assert_eq!(QUARANTINE_MAX, 100_000);
    let full = Counters { quarantined: QUARANTINE_MAX - 1, ..COUNTERS.load(&world.deps.storage).unwrap() };
    COUNTERS.save(&mut world.deps.storage, &full).unwrap();
    let strays = Items::default().delegation(1, &[1], 9).delegation(2, &[1], 9).delegation(3, &[1], 9);
    let taken = world.stake(0, strays.0);
    assert_eq!(attribute(&taken, "refused"), "3");
    assert_eq!(world.quarantined().len(), 1, "the last that finds room");
    assert_eq!(COUNTERS.load(&world.deps.storage).unwrap().quarantined, QUARANTINE_MAX);
    let alarm = taken.events.iter().find(|event| event.ty == "alarm").unwrap();
    assert_eq!(alarm.attributes[0].value, "the quarantine is full: 2 items were dropped");
}

#[test]
fn an_item_that_settles_leaves_nothing_behind_and_others_are_not_held_up_by_it() {
    let mut world = World::open();
    world.stake(0, Items::default().delegation(1, &[1], 9).delegation(2, &[2], 7).0);
    let ids: Vec<u64> = world.quarantined().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [0, 1]);
    world.stake(0, Items::fps(0, [1]).0);

    let first = retry(&mut world, &[0, 1]);
    assert_eq!(["applied", "refused", "gone"].map(|name| said(&first, name)), ["1", "1", "0"]);
    let keys = QUARANTINE_KEYS.all(&world.deps.storage, Order::Ascending).count();
    assert_eq!((keys, QUARANTINE.all(&world.deps.storage, Order::Ascending).count()), (1, 1));
    assert_eq!(world.ask(json!({ "health": {} }))["staking"]["quarantined"], 1);

    // Somebody was faster with the first of them: the other is tried all the same, and once.
    world.stake(0, Items::fps(0, [2]).0);
    let second = retry(&mut world, &[0, 77, 1, 1]);
    assert_eq!(["applied", "known", "refused", "gone"].map(|name| said(&second, name)), ["1", "1", "0", "2"]);
    assert_eq!((world.sats(1), world.sats(2), world.quarantined().len()), (9, 7, 0));
    assert_eq!(QUARANTINE_KEYS.all(&world.deps.storage, Order::Ascending).count(), 0);
}

/// C-36: what follows a transaction is not read, and not stored with the delegation either.
#[test]
fn a_long_item_leaves_no_parts_behind() {
    let mut world = World::open();
    let parts = |world: &World| PARTS.all(&world.deps.storage, Order::Ascending).count();
    let long = |number: u32| {
        let mut items = Items::default().delegation(number, &[1], 9).0;
        items.active_del[0].staking_tx.extend([0x6a; 100_000]);
        items
    };
    world.stake(0, long(1));
    assert_eq!((world.quarantined().len(), parts(&world)), (1, 2));
    world.stake(0, Items::fps(0, [1]).0);
    retry(&mut world, &[0]);
    assert_eq!((world.sats(1), parts(&world)), (9, 0), "out of the quarantine");

    world.execute("admin", json!({ "set_paused": { "packet_intake": true } })).unwrap();
    world.stake(0, long(2));
    assert_eq!((queued(&world), parts(&world)), (1, 2));
    world.execute("admin", json!({ "set_paused": { "packet_intake": false } })).unwrap();
    retry(&mut world, &[]);
    assert_eq!((world.sats(1), parts(&world)), (18, 0), "out of the queue");
}

#[test]
fn a_broken_record_leaves_nothing_half_done() {
    let mut world = World::open();
    world.stake(0, Items::fps(0, [1, 2]).0);
    let broken = [&[PROVIDERS.letter()][..], &hex::decode(key(2)).unwrap()].concat();
    world.deps.storage.set(&broken, &[0xff; 3]);
    let items = Items::default().delegation(1, &[1], 9).delegation(2, &[2], 7);
    let failed = world.receive(0, Packet::BtcStaking(items.0)).unwrap_err();
    assert!(failed.contains("broken record under f"), "the chain undoes what was written: {failed}");
}

#[test]
fn the_channel_says_when_its_last_packet_came() {
    let mut world = World::open();
    let age = |world: &World| world.ask(json!({ "health": {} }))["channel"]["last_packet_age_s"].clone();
    world.pass(100);
    assert_eq!(age(&world), 100, "at first, since it opened");
    world.stake(0, Items::default().0);
    assert_eq!(age(&world), 0);
    world.pass(50);
    let refused = world.receive(1, Packet::BtcStaking(Items::default().0)).unwrap();
    assert!(refused.acknowledgement.unwrap().to_base64().starts_with("eyJlcnJvciI6"), "another channel's");
    assert_eq!(age(&world), 50);
    world.pass(6 * 3_600);
    assert!(world.alarms().contains("Babylon has sent nothing for 21650 s"), "{}", world.alarms());
}
