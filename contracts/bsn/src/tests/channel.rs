//! The channel to Babylon and that of rewards: how they change, and what becomes of what came over the old one.

use super::*;

fn rebind(connection: usize, ics20_channel_id: Option<&str>) -> Value {
    json!({ "rebind_connection": {
        "connection_id": CONNECTIONS[connection], "ics20_channel_id": ics20_channel_id,
    } })
}

fn rewards_go_over(world: &World) -> String {
    world.ask(json!({ "transfer_info": {} })).as_str().unwrap().to_owned()
}

/// With a delay of a day, as on a live network.
fn delayed() -> World {
    let mut world = World::start(json!({ "rebind_delay": DAY })).unwrap();
    world.connect(0, 0);
    world.stake(0, Items::fps(0, [1]).delegation(1, &[1], 9).0);
    world
}

/// The world after its channel moved to the next connection, a new channel open there.
fn moved(mut world: World) -> World {
    world.pass(DAY);
    world.execute("admin", rebind(1, Some("channel-20"))).unwrap();
    world.pass(DAY);
    world.connect(1, 1);
    world
}

#[test]
fn the_channel_of_rewards_changes_while_babylons_is_alive() {
    let mut world = delayed();
    world.execute("admin", rebind(0, Some("channel-11"))).unwrap();
    let at = world.env.block.time.seconds() + DAY;
    let announced = format!("rewards move to channel channel-11 at {at}");
    for question in [json!({ "health": {} }), json!({ "trust": {} })] {
        assert!(world.ask(question).to_string().contains(&announced));
    }
    world.pass(DAY - 1);
    world.stake(0, Items::default().delegation(2, &[1], 1).0);
    assert!(world.alarms().contains(&announced), "a packet does not call it off");
    assert_eq!(rewards_go_over(&world), "channel-10");

    world.pass(1);
    assert_eq!(rewards_go_over(&world), "channel-11");
    assert!(!world.alarms().contains("channel-11"), "{}", world.alarms());
    let channel = world.ask(json!({ "health": {} }))["channel"].clone();
    assert_eq!((&channel["state"], &channel["channel_id"]), (&json!("open"), &json!("channel-1")));
    assert_eq!(world.ask(json!({ "config": {} }))["connection_id"], CONNECTIONS[0]);
    world.stake(0, Items::default().delegation(3, &[1], 1).0);
    assert_eq!(world.sats(1), 11, "nobody is an orphan");
    assert_eq!(world.ask(json!({ "state_digest": {} }))["fps"], 1);
}

#[test]
fn rewards_go_to_the_chain_that_stake_comes_from() {
    let mut world = delayed();
    let refused = world.refused("admin", rebind(0, Some("channel-20")));
    let why = "transfer channel `channel-20` is on connection `connection-1`, not on `connection-0`";
    assert!(refused.contains(why), "{refused}");
    assert!(world.refused("admin", rebind(0, Some("channel-77"))).contains("channel-77"), "there is none");
    world.refused("stranger", rebind(0, Some("channel-11")));
    world.pass(DAY);
    assert!(world.refused("admin", rebind(1, Some("channel-10"))).contains("not on `connection-1`"));
    assert!(
        world
            .refused("admin", json!({ "rebind_connection": { "connection_id": "nowhere" } }))
            .contains("no id")
    );
    world.pass(DAY);
    assert_eq!(rewards_go_over(&world), "channel-10");
}

#[test]
fn after_a_move_without_them_rewards_are_redirected() {
    let mut world = delayed();
    world.pass(DAY);
    world.execute("admin", rebind(1, None)).unwrap();
    world.pass(DAY);
    world.connect(1, 1);
    world.stake(1, Items::fps(1, [2]).delegation(2, &[2], 5).0);
    assert_eq!(rewards_go_over(&world), "channel-10", "of the old connection");
    world.execute("admin", rebind(1, Some("channel-20"))).unwrap();
    world.pass(DAY);
    assert_eq!(rewards_go_over(&world), "channel-20");
    assert_eq!(world.ask(json!({ "health": {} }))["channel"]["state"], "open");
    assert_eq!(world.ask(json!({ "state_digest": {} }))["fps"], 1);
}

#[test]
fn what_is_announced_is_called_off_by_the_admin() {
    let mut world = delayed();
    for nothing_new in [None, Some("channel-10")] {
        world.execute("admin", rebind(0, Some("channel-11"))).unwrap();
        assert!(world.alarms().contains("channel-11"));
        let response = world.execute("admin", rebind(0, nothing_new)).unwrap();
        assert_eq!(response.attributes[1], ("called_off", "true"));
        assert!(!world.alarms().contains("channel-11"));
    }
    world.pass(2 * DAY);
    assert_eq!(rewards_go_over(&world), "channel-10");
}

#[test]
fn a_move_waits_for_silence_and_a_packet_calls_it_off() {
    let mut world = delayed();
    world.pass(DAY - 1);
    assert!(world.refused("admin", rebind(1, None)).contains("it is alive"));
    world.pass(1);
    world.execute("admin", rebind(1, None)).unwrap();
    assert!(world.alarms().contains("moves to connection connection-1"));
    let taken = world.stake(0, Items::default().0);
    let off = "the channel is alive: the move to connection connection-1 is cancelled";
    assert!(taken.events.iter().any(|event| event.ty == "alarm" && event.attributes[0].value == off));
    assert!(!world.alarms().contains("connection-1"));
    world.pass(2 * DAY);
    assert_eq!(world.ask(json!({ "health": {} }))["channel"]["state"], "open");
}

#[test]
fn orphans_are_not_in_the_digest_and_get_no_new_stake() {
    let mut world = moved(delayed());
    let before = world.ask(json!({ "finality_provider_info": { "btc_pk_hex": key(1) } }));
    world.stake(1, Items::fps(1, [2]).delegation(2, &[1, 2], 5).delegation(3, &[1], 4).0);
    assert_eq!((world.sats(1), world.sats(2)), (9, 5), "{before}");
    let stray = &world.quarantined()[0].1;
    assert!(
        stray.ends_with("names no finality provider that is registered here under the present consumer id")
    );

    use sha2::{Digest, Sha256};
    let known = [hex::decode(key(2)).unwrap(), 5_u64.to_be_bytes().to_vec()].concat();
    let digest = json!({ "fps": 1, "total_sats": "5", "sha256": hex::encode(Sha256::digest(known)) });
    assert_eq!(world.ask(json!({ "state_digest": {} })), digest);

    world.stake(1, Items::default().end(1, 9).end(2, 5).0);
    assert_eq!((world.sats(1), world.sats(2)), (0, 0), "what they have still ends");
}

#[test]
fn a_registration_before_the_consumer_id_is_known_says_so() {
    let mut world = delayed();
    world.execute("admin", json!({ "set_paused": { "packet_intake": true } })).unwrap();
    world.stake(0, Items::fps(0, [2]).0);
    world = moved(world);
    world.execute("admin", json!({ "set_paused": { "packet_intake": false } })).unwrap();
    world.execute("stranger", json!({ "retry_quarantined": { "ids": [] } })).unwrap();
    let (id, reason) = world.quarantined().remove(0);
    assert!(
        reason.ends_with("which consumer this chain is on the new channel, no packet has said yet"),
        "{reason}"
    );
    world.stake(1, Items::fps(1, [3]).0);
    world.execute("stranger", json!({ "retry_quarantined": { "ids": [id] } })).unwrap();
    let (_, reason) = world.quarantined().remove(0);
    assert!(reason.ends_with("is of consumer 07-tendermint-0, not 07-tendermint-1"), "{reason}");
}

#[test]
fn a_digest_of_many_goes_by_pages_that_cover_each_key_once() {
    use sha2::{Digest, Sha256};
    let mut world = World::open();
    let fps: Vec<u8> = (1..=7).collect();
    let mut items = Items::fps(0, fps.clone());
    for fp in fps.iter().filter(|fp| **fp != 4) {
        items = items.delegation((*fp).into(), &[*fp], 100 + u64::from(*fp));
    }
    world.stake(0, items.0);
    world.execute("admin", json!({ "slash": { "fp_btc_pk_hex": key(5) } })).unwrap();
    let mut table: Vec<(String, Option<u64>)> =
        fps.iter().map(|fp| (key(*fp), (![4, 5].contains(fp)).then_some(100 + u64::from(*fp)))).collect();
    table.sort();

    for limit in [1, 2, 3, 6, 7, 8] {
        let (mut after, mut pages) = (None::<String>, 0);
        let mut rest = table.as_slice();
        loop {
            let page = world.ask(json!({ "state_digest": { "start_after": after, "limit": limit } }));
            let (here, behind) = rest.split_at(limit.min(rest.len()));
            rest = behind;
            let known = here.iter().filter_map(|(key, sats)| Some((key, (*sats)?)));
            let bytes: Vec<u8> = known
                .clone()
                .flat_map(|(key, sats)| [hex::decode(key).unwrap(), sats.to_be_bytes().to_vec()].concat())
                .collect();
            assert_eq!(page["fps"], known.clone().count(), "{limit}");
            assert_eq!(page["total_sats"], known.map(|(_, sats)| sats).sum::<u64>().to_string());
            assert_eq!(page["sha256"], hex::encode(Sha256::digest(bytes)));
            pages += 1;
            match page["next"].as_str() {
                Some(next) => assert_eq!(next, here.last().unwrap().0),
                None => break assert!(rest.is_empty() && page.get("next").is_none()),
            }
            after = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(pages, 7_usize.div_ceil(limit));
    }
    let whole = world.ask(json!({ "state_digest": {} }));
    assert_eq!((&whole["fps"], whole.get("next")), (&json!(5), None), "up to 2,000 there is one page");
    assert!(world.try_ask(json!({ "state_digest": { "start_after": "xyz" } })).is_err());
}

#[test]
fn a_page_of_the_digest_looks_at_two_thousand() {
    use crate::state::PROVIDERS;
    use staking::{FinalityProvider, FpId};
    let mut world = World::open();
    let count = |world: &mut World, many: u32| {
        for id in 0..many {
            let key = [&id.to_be_bytes()[..], &[7; 28]].concat().try_into().unwrap();
            let stake = primitives::VotingPower::new(1);
            let fp = FinalityProvider { stake, ..FinalityProvider::new(FpId::new(id)) };
            PROVIDERS.save(&mut world.deps.storage, &key, &fp).unwrap();
        }
        let page = world.ask(json!({ "state_digest": { "limit": 1_000_000 } }));
        (page["fps"].as_u64().unwrap(), page["next"].as_str().map(str::to_owned))
    };
    assert_eq!(count(&mut world, 2_000), (2_000, None));
    let last = [&1_999_u32.to_be_bytes()[..], &[7; 28]].concat();
    assert_eq!(count(&mut world, 2_001), (2_000, Some(hex::encode(&last))));
    let rest = world.ask(json!({ "state_digest": { "start_after": hex::encode(last) } }));
    assert_eq!((rest["fps"].as_u64(), rest.get("next")), (Some(1), None));
}
