//! What is answered of finality providers.

use super::*;
use crate::state::Progress;

fn keys(answer: &Value) -> Vec<String> {
    let fps = answer["fps"].as_array().unwrap();
    fps.iter().map(|fp| fp["btc_pk_hex"].as_str().unwrap().to_owned()).collect()
}

/// Providers 1 to 4 with 7, 9, no and 8 sats.
fn staked() -> World {
    let mut world = World::open();
    let items = Items::fps(0, [1, 2, 3, 4]);
    world.stake(0, items.delegation(1, &[1], 7).delegation(2, &[2], 9).delegation(4, &[4], 8).0);
    world
}

#[test]
fn one_is_shown_as_it_registered() {
    let world = staked();
    let one = world.ask(json!({ "finality_provider": { "btc_pk_hex": key(1) } }));
    assert_eq!((&one["btc_pk_hex"], &one["consumer_id"]), (&json!(key(1)), &json!(CONSUMERS[0])));
    assert_eq!((&one["slashed_height"], &one["slashed_btc_height"]), (&json!(0), &json!(0)));
    assert_eq!(one["addr"], operator(1));
    for (unknown, why) in [(key(9), "finality provider not found"), ("00".into(), "must be 32 bytes")] {
        let refused = world.try_ask(json!({ "finality_provider": { "btc_pk_hex": unknown } })).unwrap_err();
        assert!(refused.to_lowercase().contains(why), "{refused}");
    }
}

#[test]
fn a_page_goes_on_after_its_last_key() {
    let world = staked();
    let all = keys(&world.ask(json!({ "finality_providers": {} })));
    let mut sorted: Vec<String> = (1..=4).map(key).collect();
    sorted.sort();
    assert_eq!(all, sorted);
    let page = |after: Option<&String>| {
        keys(&world.ask(json!({ "finality_providers": { "start_after": after, "limit": 3 } })))
    };
    assert_eq!((page(None), page(Some(&all[2]))), (all[..3].to_vec(), all[3..].to_vec()));
}

#[test]
fn stake_is_shown_with_the_height_that_was_asked_for() {
    let mut world = staked();
    let info = |world: &World, height: Option<u64>| {
        world.ask(json!({ "finality_provider_info": { "btc_pk_hex": key(1), "height": height } }))
    };
    let now = world.env.block.height;
    let expected = |height: u64, sats: u64| json!({ "btc_pk_hex": key(1), "total_active_sats": sats, "slashed": false, "height": height });
    assert_eq!((info(&world, None), info(&world, Some(3))), (expected(now, 7), expected(3, 7)));
    world.stake(0, Items::default().end(1, 7).0);
    assert_eq!(info(&world, None), expected(now, 0));
}

/// Those without a place in the ranking come last, by key.
#[test]
fn most_stake_comes_first_and_no_stake_last() {
    let world = staked();
    let page = |after: Option<&Value>, limit: u32| {
        let query = json!({ "start_after": after, "limit": limit });
        world.ask(json!({ "finality_providers_by_total_active_sats": query }))["fps"]
            .as_array()
            .unwrap()
            .clone()
    };
    let all = page(None, 10);
    let order: Vec<&str> = all.iter().map(|fp| fp["btc_pk_hex"].as_str().unwrap()).collect();
    assert_eq!(order, [key(2), key(4), key(1), key(3)]);
    for cut in 1..4 {
        assert_eq!(page(Some(&all[cut - 1]), 10), all[cut..], "after the {cut}th");
        assert_eq!(page(None, u32::try_from(cut).unwrap()), all[..cut]);
    }
    assert_eq!(page(all.last(), 10), [] as [Value; 0]);
}

#[test]
fn what_is_forgotten_and_where_bitcoin_stands_is_said() {
    let mut world = staked();
    let pruned = world.ask(json!({ "pruned": {} }));
    assert_eq!(pruned["delegations_below"], 0);
    assert_eq!(pruned["blocks_below"].as_u64().unwrap(), 0);
    let votes_from = Progress::load(&world.deps.storage).unwrap().marks.votes_from.get();
    assert_eq!(pruned["votes_below"], votes_from);
    world.execute("stranger", json!({ "follow_bitcoin": {} })).unwrap();
}
