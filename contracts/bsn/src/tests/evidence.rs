//! Evidence on its way to Babylon, whatever becomes of the channels.

use cosmwasm_std::{CosmosMsg, IbcMsg, Storage};
use finality::Evidence;
use finality::evidence::SignedHash;
use primitives::{AppHash, BlockHeight, FpId, FpPublicKey};

use super::*;
use crate::evidence::outbox::{self, OutboxEvent};
use crate::state::{
    EVIDENCE, Equivocation, FP_KEYS, OUTBOX, Outgoing, OutgoingState, PROVIDERS, key_height_key,
};

/// Evidence against a registered finality provider is put into the outbox; its number.
fn accuse(world: &mut World, fp: u8) -> u32 {
    let provider = FpPublicKey::from_hex(&key(fp)).unwrap();
    let vote = |n| SignedHash { app_hash: AppHash::from_bytes([n; 32]), signature: [n; 32] };
    let height = BlockHeight::new(9);
    let evidence = Evidence { provider, height, randomness: [3; 32], first: vote(1), second: vote(2) };
    let storage = &mut world.deps.storage;
    let equivocation = Equivocation { evidence, secret_key: [0; 32] };
    EVIDENCE.save(storage, &key_height_key(provider.as_bytes(), height), &equivocation).unwrap();
    let id = PROVIDERS.may_load(storage, provider.as_bytes()).unwrap().unwrap().id.get();
    outbox::enqueue(storage, FpId::new(id), height, BlockHeight::new(1)).unwrap();
    id
}

/// Over which channels packets go, and whose evidence is in them.
fn sent(response: &Response) -> Vec<(String, String)> {
    let packets = response.messages.iter().filter_map(|message| match &message.msg {
        CosmosMsg::Ibc(IbcMsg::SendPacket { channel_id, data, .. }) => Some((channel_id.clone(), data)),
        _ => None,
    });
    let whose = |data: &[u8]| {
        let packet = proto::zoneconcierge::InboundPacket::decode(data).unwrap().packet.unwrap();
        let proto::zoneconcierge::inbound_packet::Packet::BsnSlashing(slashing) = packet;
        hex::encode(slashing.evidence.unwrap().fp_btc_pk)
    };
    packets.map(|(channel_id, data)| (channel_id, whose(data))).collect()
}

fn retry(world: &mut World, fp: u8) -> Vec<(String, String)> {
    sent(&world.execute("stranger", json!({ "retry_outbox": { "fp_pubkey_hex": key(fp) } })).unwrap())
}

fn states(world: &World) -> Vec<String> {
    let items = world.ask(json!({ "outbox": { "limit": 30 } }))["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

fn end_block(world: &mut World) -> Vec<(String, String)> {
    world.env.block.height += 1;
    sent(&world.hook("end_block"))
}

fn happens(world: &mut World, id: u32, event: OutboxEvent) {
    outbox::happened(&mut world.deps.storage, &world.env, FpId::new(id), event).unwrap().unwrap();
}

/// Three are registered; of them the first two are accused.
fn accused() -> World {
    let mut world = World::open();
    world.stake(0, Items::fps(0, [1, 2, 3]).0);
    accuse(&mut world, 1);
    accuse(&mut world, 2);
    world
}

#[test]
fn a_retry_sends_what_it_names_at_once() {
    let mut world = accused();
    let crowd = Counters { providers: 5_000, ..COUNTERS.load(&world.deps.storage).unwrap() };
    COUNTERS.save(&mut world.deps.storage, &crowd).unwrap();
    // A hook looks at a hundredth of the numbers: theirs is the turn at heights that a hundred divides.
    world.env.block.height = 12_301;
    assert!(end_block(&mut world).is_empty());
    assert_eq!(retry(&mut world, 2), [("channel-1".to_owned(), key(2))]);
    assert_eq!(states(&world), ["waiting", "in_flight"]);
    assert!(retry(&mut world, 2).is_empty(), "it is on its way");
    assert!(retry(&mut world, 3).is_empty(), "nothing is said of it");
    assert!(
        world
            .refused("stranger", json!({ "retry_outbox": { "fp_pubkey_hex": key(4) } }))
            .contains("not found")
    );

    // What Babylon refused goes once more, and so does what waits for the end of a pause.
    happens(&mut world, 1, OutboxEvent::Refused);
    assert!(end_block(&mut world).is_empty());
    assert_eq!(retry(&mut world, 2), [("channel-1".to_owned(), key(2))]);
    for _ in 0..2 {
        happens(&mut world, 1, OutboxEvent::Refused);
        retry(&mut world, 2);
    }
    happens(&mut world, 1, OutboxEvent::Refused);
    assert_eq!(states(&world)[1], "waiting");
    assert_eq!(world.ask(json!({ "health": {} }))["outbox"], json!({ "waiting": 2, "refused": 0 }));
}

#[test]
fn what_babylon_refused_three_times_goes_when_somebody_asks() {
    let mut world = accused();
    for _ in 0..3 {
        retry(&mut world, 1);
        happens(&mut world, 0, OutboxEvent::Refused);
    }
    assert_eq!(states(&world), ["refused", "waiting"]);
    assert_eq!(world.ask(json!({ "health": {} }))["outbox"], json!({ "waiting": 1, "refused": 1 }));
    assert!(world.alarms().contains("Babylon refused 1 pieces of evidence"));
    assert_eq!(retry(&mut world, 1), [("channel-1".to_owned(), key(1))]);
    happens(&mut world, 0, OutboxEvent::Accepted);
    assert_eq!(states(&world), ["done", "waiting"]);
    assert!(retry(&mut world, 1).is_empty(), "Babylon has it");
    assert_eq!(world.ask(json!({ "health": {} }))["outbox"], json!({ "waiting": 1, "refused": 0 }));
}

#[test]
fn without_a_channel_a_retry_waits_for_one() {
    let mut world = World::start(json!({})).unwrap();
    world.connect(0, 0);
    world.stake(0, Items::fps(0, [1]).0);
    world.pass(DAY);
    world.execute("admin", json!({ "rebind_connection": { "connection_id": CONNECTIONS[1] } })).unwrap();
    accuse(&mut world, 1);
    assert_eq!((retry(&mut world, 1), states(&world)), (vec![], vec!["waiting".to_owned()]));
    world.connect(1, 1);
    assert_eq!(retry(&mut world, 1), [("channel-2".to_owned(), key(1))]);
}

#[test]
fn evidence_waits_again_after_a_rebind() {
    let mut world = accused();
    assert_eq!(end_block(&mut world).len(), 2);
    assert_eq!(states(&world), ["in_flight", "in_flight"]);
    world.pass(DAY);
    world.execute("admin", json!({ "rebind_connection": { "connection_id": CONNECTIONS[1] } })).unwrap();
    assert_eq!(states(&world), ["waiting", "waiting"]);
    assert!(end_block(&mut world).is_empty());
    world.connect(1, 1);
    let again = end_block(&mut world);
    assert_eq!(again, [("channel-2".to_owned(), key(1)), ("channel-2".to_owned(), key(2))]);
    assert!(end_block(&mut world).is_empty(), "once");
}

#[test]
fn no_evidence_is_in_flight_for_ever_however_much_there_is() {
    let mut world = accused();
    world.stake(0, Items::fps(0, [4]).0);
    let storage = &mut world.deps.storage;
    let lost = Outgoing {
        height: BlockHeight::new(9),
        state: OutgoingState::InFlight,
        tries: 0,
        not_before: BlockHeight::new(0),
        channel_id: Some("channel-1".to_owned()),
    };
    for id in 3..1_500_u32 {
        OUTBOX.save(storage, &id.to_be_bytes(), &lost).unwrap();
        FP_KEYS.save(storage, &id.to_be_bytes(), &[9; 32]).unwrap();
    }
    // The last of them is a real one.
    let provider = FpPublicKey::from_hex(&key(4)).unwrap();
    let mut fp = PROVIDERS.may_load(storage, provider.as_bytes()).unwrap().unwrap();
    fp.id = staking::FpId::new(1_499);
    PROVIDERS.save(storage, provider.as_bytes(), &fp).unwrap();
    FP_KEYS.save(storage, &1_499_u32.to_be_bytes(), provider.as_bytes()).unwrap();
    let last = accuse(&mut world, 4);
    assert_eq!(last, 1_499);
    assert!(retry(&mut world, 4).is_empty(), "its channel is open");

    world.pass(DAY);
    world.execute("admin", json!({ "rebind_connection": { "connection_id": CONNECTIONS[1] } })).unwrap();
    world.connect(1, 1);
    let page = world.ask(json!({ "outbox": { "start_after": 1_498 } }))["items"].clone();
    assert_eq!((page[0]["id"].as_u64(), page[0]["state"].as_str()), (Some(1_499), Some("waiting")));
    assert_eq!(retry(&mut world, 4), [("channel-2".to_owned(), key(4))]);
}

/// As 0.1.0 and 0.2.0 stored it: height, state, tries and the first height for another try, and nothing behind.
#[test]
fn a_record_of_an_older_version_is_read_and_goes_out_again() {
    let mut world = accused();
    let old = postcard::to_allocvec(&(9_u64, 1_u32, 2_u32, 300_u64)).unwrap();
    let key_of_record = [&[OUTBOX.letter()][..], &[0; 4]].concat();
    world.deps.storage.set(&key_of_record, &old);
    let read = OUTBOX.may_load(&world.deps.storage, &[0; 4]).unwrap().unwrap();
    let expected = Outgoing {
        height: BlockHeight::new(9),
        state: OutgoingState::InFlight,
        tries: 2,
        not_before: BlockHeight::new(300),
        channel_id: None,
    };
    assert_eq!(read, expected);
    let today = postcard::to_allocvec(&read).unwrap();
    assert_eq!(today, [&old[..], &[0]].concat(), "one byte more");

    assert_eq!(states(&world)[0], "waiting", "nothing says that its channel is the open one");
    assert_eq!(end_block(&mut world)[0], ("channel-1".to_owned(), key(1)));
    let again = OUTBOX.may_load(&world.deps.storage, &[0; 4]).unwrap().unwrap();
    assert_eq!((again.channel_id.as_deref(), again.tries), (Some("channel-1"), 2));
    assert!(end_block(&mut world).is_empty(), "once");
}
