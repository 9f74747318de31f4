//! Who administers, and what settings may be.

use cosmwasm_std::{Order, Storage};

use super::*;

#[test]
fn only_who_is_proposed_accepts() {
    let mut world = World::open();
    let accept = || json!({ "accept_admin": {} });
    for who in ["admin", "stranger"] {
        assert!(world.refused(who, accept()).contains("may not accept to be admin"), "nobody is proposed");
    }
    world.execute("admin", json!({ "update_admin": { "admin": account("successor") } })).unwrap();
    for who in ["admin", "stranger"] {
        assert!(world.refused(who, accept()).contains("Unauthorized"), "{who}");
        let answer = world.ask(json!({ "admin": {} }));
        assert_eq!(
            (&answer["admin"], &answer["pending_admin"]),
            (&json!(account("admin")), &json!(account("successor")))
        );
    }
    world.execute("successor", accept()).unwrap();
    assert_eq!(world.ask(json!({ "admin": {} }))["admin"], account("successor"));
    world.refused("successor", accept());
    world.refused("admin", json!({ "update_config": {} }));

    world.execute("successor", json!({ "update_admin": { "admin": null } })).unwrap();
    assert!(world.refused("stranger", accept()).contains("Unauthorized"), "only the admin itself renounces");
    world.execute("successor", accept()).unwrap();
    assert_eq!(world.ask(json!({ "admin": {} }))["admin"], Value::Null);
}

#[test]
fn nobody_who_cannot_be_is_proposed_and_only_by_the_admin() {
    let mut world = World::open();
    world.refused("admin", json!({ "update_admin": { "admin": "nobody" } }));
    world.refused("stranger", json!({ "update_admin": { "admin": account("stranger") } }));
    assert_eq!(
        world.ask(json!({ "admin": {} })),
        json!({ "admin": account("admin"), "pending_renounce": false })
    );
}

#[test]
fn a_pause_of_intake_is_not_made_longer_and_ends_by_itself() {
    let mut world = World::open();
    let paused = |world: &World| world.ask(json!({ "health": {} }))["paused"].clone();
    let pause = || json!({ "set_paused": { "packet_intake": true } });
    world.refused("stranger", pause());
    world.execute("admin", pause()).unwrap();
    world.pass(7 * DAY - 1);
    world.execute("admin", pause()).unwrap();
    assert_eq!(paused(&world), json!(["packet_intake"]));
    world.pass(1);
    assert_eq!(paused(&world), json!([]));

    world.execute("admin", json!({ "set_paused": { "packet_intake": true, "rewards": true } })).unwrap();
    world.execute("admin", json!({ "set_paused": { "rewards": false } })).unwrap();
    assert_eq!(paused(&world), json!(["packet_intake"]), "what is absent stays");
    world.execute("admin", json!({ "set_paused": { "packet_intake": false } })).unwrap();
    assert_eq!(paused(&world), json!([]));
}

#[test]
fn an_update_is_held_to_what_instantiation_is() {
    let mut world = World::open();
    let before = world.ask(json!({ "config": {} }));
    for bad in [
        json!({ "btc_confirmation_depth": 0 }),
        json!({ "checkpoint_finalization_timeout": 10_001 }),
        json!({ "consumer_name": " " }),
        json!({ "consumer_description": "" }),
        json!({ "ibc_packet_timeout_days": 0 }),
        json!({ "destination_module": "" }),
        json!({ "reward_denoms": ["u", "u"] }),
        json!({ "max_active_finality_providers": 0 }),
        json!({ "consumer_name": "other", "min_pub_rand": 0 }),
        json!({ "finality_activation_height": 1_000_000 }),
    ] {
        world.refused("admin", json!({ "update_config": bad }));
        assert_eq!(world.ask(json!({ "config": {} })), before, "{bad}");
    }
    world.refused("stranger", json!({ "update_config": { "consumer_name": "other" } }));
    let change = json!({
        "btc_confirmation_depth": 11, "checkpoint_finalization_timeout": 101, "consumer_name": "m",
        "consumer_description": "e", "ibc_packet_timeout_days": 365, "destination_module": "other",
        "reward_denoms": ["u", "v"], "burn_slashed_rewards": true, "reward_interval": 60,
    });
    world.execute("admin", json!({ "update_config": change })).unwrap();
    let after = world.ask(json!({ "config": {} }));
    for (name, value) in change.as_object().unwrap() {
        assert_eq!(after[name], *value, "{name}");
    }
}

#[test]
fn finality_that_has_not_begun_may_begin_at_another_height() {
    let height = mock_env().block.height;
    let mut world = World::start(json!({ "finality_activation_height": height + 10 })).unwrap();
    let update = |to: u64| json!({ "update_config": { "finality_activation_height": to } });
    assert!(world.refused("admin", update(height)).contains("would be"), "not in the past");
    world.execute("admin", update(height + 2)).unwrap();
    assert_eq!(world.ask(json!({ "config": {} }))["finality_activation_height"], height + 2);
    world.env.block.height = height + 2;
    assert!(world.refused("admin", update(height + 9)).contains("is past"), "nor once it is");
}

#[test]
fn addresses_are_named_and_not_changed() {
    let mut world = World::start(json!({ "btc_light_client": account("client") })).unwrap();
    let this = world.env.contract.address.to_string();
    let name = |client: &str, finality: &str| json!({ "update_contract_addresses": { "btc_light_client": client, "finality": finality } });
    let client = account("client");
    for set in [name(&client, &this), json!({ "update_staking": { "staking": this } })] {
        world.execute("admin", set.clone()).unwrap();
        assert!(world.refused("stranger", set).contains("Unauthorized"));
    }
    for other in [
        name(&account("other"), &this),
        name(&client, &account("other")),
        json!({ "update_staking": { "staking": account("other") } }),
    ] {
        assert!(world.refused("admin", other).contains("addresses change only by migration"));
    }
}

#[test]
fn resync_takes_staking_packets_of_the_admin_alone() {
    use proto::zoneconcierge::{BtcHeaders, BtcTimestamp};
    let resync = |packet: &[u8]| json!({ "resync": { "packet": cosmwasm_std::Binary::from(packet) } });
    let encoded = |packet: Packet| OutboundPacket { packet: Some(packet) }.encode_to_vec();
    for network in ["regtest", "signet"] {
        let mut world = World::start(json!({ "network": network })).unwrap();
        world.connect(0, 0);
        world.stake(0, Items::fps(0, [1]).delegation(1, &[1], 9).0);
        assert_eq!(world.sats(1), 9, "{network}");
        let kept = |world: &World| {
            let all = world.deps.storage.range(None, None, Order::Ascending);
            all.collect::<Vec<_>>()
        };
        let before = kept(&world);
        let end = encoded(Packet::BtcStaking(Items::default().end(1, 9).0));
        for (who, packet, why) in [
            ("admin", encoded(Packet::BtcHeaders(BtcHeaders::default())), "not a staking packet"),
            ("admin", encoded(Packet::BtcTimestamp(Box::<BtcTimestamp>::default())), "not a staking packet"),
            ("admin", vec![], ""),
            ("admin", vec![0x12, 5, 0], ""),
            ("stranger", end.clone(), "Unauthorized"),
        ] {
            let refused = world.refused(who, resync(&packet));
            assert!(refused.contains(why), "{network}: {refused}");
            assert_eq!(kept(&world), before, "{network}: {refused}");
        }
        world.execute("admin", resync(&end)).unwrap();
        assert_eq!(world.sats(1), 0, "{network}");
    }
}
