//! What a live network demands, mainnet most of all (RULINGS.md, "Administration" and "Instantiation").

use finality::Commitment;
use primitives::{BlockHeight, FpId};

use super::*;
use crate::state::{COMMITMENTS, MARKS, Marks, fp_height_key};

/// A message that mainnet takes, but for these fields.
fn mainnet(over: Value) -> Result<World, String> {
    let mut message = json!({
        "network": "mainnet", "babylon_chain_id": "bbn-1", "btc_light_client_code_id": 7,
    });
    for (name, value) in over.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    World::start(message)
}

fn resync_of(items: Items) -> Value {
    let lost = OutboundPacket { packet: Some(Packet::BtcStaking(items.0)) };
    json!({ "resync": { "packet": cosmwasm_std::Binary::from(lost.encode_to_vec()) } })
}

fn refusal(over: Value) -> String {
    mainnet(over).err().expect("it was refused")
}

#[test]
fn mainnet_takes_nothing_below_its_floors() {
    let least = json!({ "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100 });
    mainnet(least).unwrap();
    for (less, why) in [
        (json!({ "btc_confirmation_depth": 9 }), "mainnet needs k >= 10 and w >= 100, got 9 and 100"),
        (
            json!({ "checkpoint_finalization_timeout": 99 }),
            "mainnet needs k >= 10 and w >= 100, got 10 and 99",
        ),
        (json!({ "babylon_chain_id": null }), "mainnet needs babylon_chain_id"),
        (json!({ "babylon_chain_id": " " }), "mainnet needs babylon_chain_id"),
        (json!({ "admin": null }), "mainnet needs an admin"),
        (json!({ "btc_light_client_code_id": null }), "mainnet needs a light client"),
    ] {
        let refused = refusal(less.clone());
        assert!(refused.contains(why), "{less}: {refused}");
    }
    mainnet(json!({ "btc_light_client_code_id": null, "btc_light_client": account("client") })).unwrap();
}

#[test]
fn an_update_gets_below_none_of_them() {
    let mut world = mainnet(json!({})).unwrap();
    let before = world.ask(json!({ "config": {} }));
    for change in [
        json!({ "btc_confirmation_depth": 9 }),
        json!({ "checkpoint_finalization_timeout": 99 }),
        json!({ "rebind_delay": DAY - 1 }),
        json!({ "anchor_retention_s": 3 * 100 * 600 - 1 }),
    ] {
        let refused = world.refused("admin", json!({ "update_config": change }));
        assert!(refused.contains("needs k >= 10") || refused.contains("must be at least"), "{refused}");
        assert_eq!(world.ask(json!({ "config": {} })), before);
    }
    let least = json!({ "rebind_delay": DAY, "anchor_retention_s": 3 * 100 * 600 });
    world.execute("admin", json!({ "update_config": least })).unwrap();
}

#[test]
fn nobody_renounces_on_mainnet() {
    let renounce = json!({ "update_admin": { "admin": null } });
    let mut world = mainnet(json!({})).unwrap();
    assert!(world.refused("admin", renounce.clone()).contains("mainnet needs an admin"));
    world.refused("admin", json!({ "accept_admin": {} }));
    assert_eq!(world.ask(json!({ "admin": {} }))["admin"], account("admin"));

    let mut signet = World::start(json!({ "network": "signet" })).unwrap();
    signet.execute("admin", renounce).unwrap();
    assert_eq!(signet.ask(json!({ "admin": {} }))["pending_renounce"], true);
    signet.execute("admin", json!({ "accept_admin": {} })).unwrap();
    assert_eq!(signet.ask(json!({ "admin": {} }))["admin"], Value::Null);
    signet.refused("admin", json!({ "update_config": {} }));
}

#[test]
fn an_admin_makes_no_stake_on_a_live_network() {
    let resync = resync_of(Items::default().delegation(1, &[1], 9));
    let fp = json!({ "btc_pk_hex": key(2), "consumer_id": CONSUMERS[0], "addr": operator(2) });
    let inject = json!({ "btc_staking": { "new_fp": [fp] } });
    let slash = json!({ "slash": { "fp_btc_pk_hex": key(1) } });
    for network in ["mainnet", "testnet", "testnet4", "signet"] {
        let mut world = mainnet(json!({ "network": network })).unwrap();
        world.connect(0, 0);
        world.stake(0, Items::fps(0, [1]).0);
        for message in [&resync, &inject, &slash] {
            let refused = world.refused("admin", message.clone());
            assert!(refused.contains("only possible on regtest"), "{network}: {refused}");
        }
        assert_eq!((world.sats(1), world.registered()), (0, 1), "{network}");
        assert!(world.quarantined().is_empty());

        // An end does not cover what comes with it.
        world.stake(0, Items::one_delegation(2, &[1], 7));
        assert_eq!((world.sats(1), world.quarantined()), (7, vec![]), "{network}");
        let kept = |world: &World| (world.sats(1), world.registered(), world.quarantined());
        let before = kept(&world);
        let with_stake = Items::default().delegation(3, &[1], 9).end(2, 7);
        let with_fp = Items::fps(0, [2]).end(2, 7);
        for items in [Items::fps(0, [2]), with_stake, with_fp] {
            let refused = world.refused("admin", resync_of(items));
            assert!(refused.contains("only possible on regtest"), "{network}: {refused}");
            assert_eq!(kept(&world), before, "{network}");
        }
        world.execute("admin", resync_of(Items::default().end(2, 7))).unwrap();
        assert_eq!((world.sats(1), world.registered()), (0, 1), "{network}");
    }
    let mut regtest = World::open();
    regtest.stake(0, Items::fps(0, [1]).0);
    for message in [resync, inject, slash] {
        regtest.execute("admin", message).unwrap();
    }
    assert_eq!((regtest.sats(1), regtest.registered()), (9, 2));
}

/// It has committed to randomness for all heights, and Bitcoin has a timestamp behind that.
fn give_randomness(world: &mut World, fp: FpId) {
    let start = BlockHeight::new(1);
    let commitment = Commitment { start, count: 1_000_000, root: [0; 32], committed_at: start };
    let storage = &mut world.deps.storage;
    COMMITMENTS.save(storage, &fp_height_key(fp, start), &commitment).unwrap();
    let marks = Marks { timestamped: start.next(), ..MARKS.load(storage).unwrap() };
    MARKS.save(storage, &marks).unwrap();
}

/// Only Babylon makes stake there, and what it sends counts.
#[test]
fn stake_that_babylon_sends_counts_on_every_network() {
    for network in ["mainnet", "testnet", "testnet4", "signet", "regtest"] {
        let mut world = mainnet(json!({ "network": network })).unwrap();
        world.connect(0, 0);
        world.stake(0, Items::fps(0, [1]).delegation(1, &[1], 7).0);
        assert_eq!((world.sats(1), world.quarantined()), (7, vec![]), "{network}");

        // The daemons' own test suites invent transactions, on regtest.
        let mut invented = Items::one_delegation(2, &[1], 7);
        invented.active_del[0].total_sat = 8;
        world.stake(0, invented);
        let why = format!("output 0 of {} is not a stake of 8 sats", txid(2, 7));
        let (sats, refused) = if network == "regtest" { (15, vec![]) } else { (7, vec![(0, why)]) };
        assert_eq!((world.sats(1), world.quarantined()), (sats, refused), "{network}");

        give_randomness(&mut world, FpId::new(0));
        world.pass(6);
        let height = world.env.block.height;
        let asked = json!({ "finality_provider_power": { "btc_pk_hex": key(1), "height": height } });
        assert_eq!(world.ask(asked)["power"], sats, "{network}");
    }
}

#[test]
fn a_live_network_is_warned_of_a_move_a_day_before() {
    for network in ["mainnet", "signet"] {
        let with = |delay: u64| mainnet(json!({ "network": network, "rebind_delay": delay }));
        assert!(with(DAY).is_ok());
        assert!(with(DAY - 1).err().unwrap().contains("rebind_delay must be at least 86400, got 86399"));
    }
    World::start(json!({ "rebind_delay": 0 })).unwrap();
}

#[test]
fn two_admins_are_none() {
    let nested = |name: &str, admin: &str| {
        let inner = to_json_vec(&json!({ "admin": account(admin) })).unwrap();
        json!({ name: cosmwasm_std::Binary::from(inner) })
    };
    let two = |first: &str, second: &str| format!("two admins: {} and {}", account(first), account(second));
    let admin_of =
        |message: Value| World::start(message).unwrap().ask(json!({ "admin": {} }))["admin"].clone();
    for name in ["btc_finality_msg", "btc_staking_msg"] {
        World::start(nested(name, "admin")).unwrap();
        let refused = World::start(nested(name, "other")).err().unwrap();
        assert!(refused.contains(&two("admin", "other")), "{name}: {refused}");
        let mut only_inside = nested(name, "other");
        only_inside["admin"] = Value::Null;
        assert_eq!(admin_of(only_inside), account("other"), "{name}");
    }
    let mut both_inside = nested("btc_finality_msg", "one");
    both_inside["btc_staking_msg"] = nested("btc_staking_msg", "other")["btc_staking_msg"].clone();
    both_inside["admin"] = Value::Null;
    let refused = World::start(both_inside).err().unwrap();
    assert!(refused.contains(&two("one", "other")), "{refused}");
}

#[test]
fn addresses_and_ids_are_checked_at_the_door() {
    for (field, bad) in [
        ("admin", "nobody"),
        ("btc_light_client", "bbnc1lightclient"),
        ("btc_light_client", ""),
        ("connection_id", ""),
        ("connection_id", "connectio"),
        ("connection_id", &"c".repeat(65)),
        ("connection_id", "connection 0"),
        ("ics20_channel_id", "channel"),
        ("ics20_channel_id", "channel/0"),
    ] {
        // No such channel yet: nothing but its form speaks against a connection.
        let mut message = json!({ "ics20_channel_id": "channel-77" });
        message[field] = json!(bad);
        assert!(World::start(message).is_err(), "{field} {bad:?}");
    }
    for length in [10, 64] {
        let message = json!({ "ics20_channel_id": "channel-77", "connection_id": "c".repeat(length) });
        assert!(World::start(message).is_ok(), "an id of {length} letters");
    }
    let longest = "c".repeat(64);
    assert!(World::start(json!({ "connection_id": null, "ics20_channel_id": longest })).is_ok());
    let refused = World::start(json!({ "connection_id": null, "ics20_channel_id": "c".repeat(65) }));
    assert!(refused.err().unwrap().contains("is no id of a channel"));
}

#[test]
fn a_named_connection_is_that_of_the_channel_of_rewards() {
    for network in ["regtest", "signet", "mainnet"] {
        let with = |channel_id: &str, connection_id: Value| {
            let over =
                json!({ "network": network, "ics20_channel_id": channel_id, "connection_id": connection_id });
            mainnet(over).map(drop)
        };
        assert_eq!(with("channel-20", json!(CONNECTIONS[1])), Ok(()), "{network}");
        let refused = with("channel-20", json!(CONNECTIONS[0])).unwrap_err();
        let why = "transfer channel `channel-20` is on connection `connection-1`, not on `connection-0`";
        assert!(refused.contains(why), "{network}: {refused}");
        assert_eq!(with("channel-77", Value::Null), Ok(()), "{network}: looked up when the channel opens");
        let absent = with("channel-77", json!(CONNECTIONS[0]));
        assert_eq!(absent.is_ok(), network == "regtest", "{network}: {absent:?}");
    }
}
