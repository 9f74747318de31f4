//! Proves: C-29
//!
//! Only a share of the power goes to jail within a window, so an outage of many ends with a set that has quorum again
//! and not with an empty one; nobody who voted goes, and no trick with one vote or with the set wipes misses out.
//! The heights of the outage itself keep their power: they wait for late votes, or for governance.

use std::collections::BTreeMap;

use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, execute_as, key, power, start_with, status, vote_for};

const WINDOW: u64 = 10;
const PERCENT: u64 = 20;

fn fields() -> Value {
    json!({
        "missed_blocks_window": WINDOW, "min_signed_percent": 50, "vote_window": 3,
        "max_jailed_percent": PERCENT, "jail_duration": 60, "resume_delay": 10,
    })
}

/// Whether those who voted at the last height but one are more than two thirds of its set.
fn has_quorum_at_the_tip(network: &Network) -> bool {
    let vote = status(network, network.chain.height() - 1)["vote"].clone();
    let of = |name: &str| vote[name].as_str().unwrap().parse::<u64>().unwrap();
    of("voted_power") * 3 > of("total_power") * 2
}

fn is_jailed(network: &Network, index: usize) -> bool {
    ask(network, json!({"signing_info": {"btc_pk_hex": key(network, index)}}))["jailed_until"].is_u64()
}

/// Runs, and says at which height each provider was found in jail.
fn watch(network: &mut Network, blocks: u64) -> BTreeMap<usize, u64> {
    let mut jailed = BTreeMap::new();
    for _ in 0..blocks {
        network.step();
        let height = network.chain.height();
        for index in 0..network.fps.len() {
            if is_jailed(network, index) {
                jailed.entry(index).or_insert(height);
            }
        }
    }
    jailed
}

/// The most that went to jail within a window that begins with somebody's jailing.
fn most_in_a_window(jailed: &BTreeMap<usize, u64>, stakes: &[u64]) -> u64 {
    let (mut until, mut sums) = (0, Vec::new());
    let mut in_order: Vec<(u64, u64)> = jailed.iter().map(|(index, at)| (*at, stakes[*index])).collect();
    in_order.sort_unstable();
    for (at, stake) in in_order {
        if at >= until {
            until = at + WINDOW;
            sums.push(0);
        }
        *sums.last_mut().unwrap() += stake;
    }
    sums.into_iter().max().unwrap_or_default()
}

#[test]
fn an_outage_of_forty_percent_is_jailed_out_until_the_set_has_quorum_again() {
    let stakes = [20, 20, 20, 10, 10, 10, 10];
    let mut network = start_with(&stakes, fields());
    network.offline.extend(3..7);
    network.step();
    let stuck = network.finalized() + 1;
    assert!(!has_quorum_at_the_tip(&network));
    let jailed = watch(&mut network, 3 * WINDOW);
    assert!(has_quorum_at_the_tip(&network), "{jailed:?}");
    assert!(jailed.keys().all(|index| *index >= 3), "who votes stays: {jailed:?}");
    assert!(most_in_a_window(&jailed, &stakes) <= PERCENT, "{jailed:?}");
    assert_eq!(network.finalized() + 1, stuck, "the heights of the outage wait");

    let (mut late, governed) = (network.clone(), network);
    for height in stuck..late.chain.height() {
        for index in 3..7 {
            let unjail = late.fps[index].unjail();
            let admin = late.admin.clone();
            let _ = execute_as(&mut late, &admin, &unjail);
            let _ = late.vote(index, height);
        }
    }
    late.offline.clear();
    late.run(4).unwrap();
    assert!(late.finalized() + 2 > late.chain.height(), "late votes finalize all of them");
    assert_eq!(status(&late, stuck)["block"], json!("final"));

    let mut network = governed;
    let keys: Vec<String> = (3..7).map(|index| key(&network, index)).collect();
    let resume = json!({"resume_finality": {"halting_height": stuck, "fp_pubkeys_hex": keys}});
    let admin = network.admin.clone();
    execute_as(&mut network, &admin, &resume).unwrap();
    network.run(WINDOW).unwrap();
    assert!(network.finalized() + 2 > network.chain.height(), "and what comes after has quorum of its own");
}

#[test]
fn an_outage_of_sixty_percent_is_throttled_and_ends_when_they_return() {
    let stakes = [20, 20, 10, 10, 10, 10, 10, 10];
    let mut network = start_with(&stakes, fields());
    network.offline.extend(2..8);
    let jailed = watch(&mut network, 3 * WINDOW);
    assert!(!jailed.is_empty() && jailed.keys().all(|index| *index >= 2), "{jailed:?}");
    assert!(most_in_a_window(&jailed, &stakes) <= PERCENT, "{jailed:?}");
    let free: Vec<usize> = (2..8).filter(|index| !jailed.contains_key(index)).collect();
    assert!(!free.is_empty(), "not everybody is jailed: {jailed:?}");

    let stuck = network.finalized();
    for index in &free {
        network.offline.remove(index);
        for height in stuck + 1..network.chain.height() {
            let _ = network.vote(*index, height);
        }
    }
    network.chain.skip_seconds(60);
    network.step();
    let admin = network.admin.clone();
    for index in jailed.keys() {
        let unjail = network.fps[*index].unjail();
        let _ = execute_as(&mut network, &admin, &unjail);
        network.offline.remove(index);
    }
    for _ in 0..2 * WINDOW {
        for height in network.finalized() + 1..network.chain.height() {
            for index in 0..network.fps.len() {
                let _ = network.vote(index, height);
            }
        }
        network.step();
    }
    assert!(network.finalized() > stuck + WINDOW, "{} {stuck}", network.finalized());
}

#[test]
fn who_has_more_than_the_share_is_jailed_besides_it() {
    // The dwarfs miss first, and use up the share.
    let stakes = [30, 10, 10, 10, 40];
    let mut network = start_with(&stakes, fields());
    network.offline.extend([1, 2, 3]);
    network.run(2).unwrap();
    network.offline.insert(0);
    let jailed = watch(&mut network, WINDOW + 8);
    assert!(jailed.contains_key(&0), "no dwarf shields a giant: {jailed:?}");
    let of_the_share = jailed.keys().filter(|index| **index != 0).count();
    assert_eq!(of_the_share, 2, "20 of 100, whoever else goes: {jailed:?}");
    watch(&mut network, 2 * WINDOW);
    assert!(has_quorum_at_the_tip(&network));
}

/// Garbage counts as absence; whoever signs it is jailed within the throttle, passed over by governance, and not slashed.
#[test]
fn forty_percent_that_sign_another_hash_are_jailed_out_like_the_absent() {
    let stakes = [20, 20, 20, 10, 10, 10, 10];
    let mut network = start_with(&stakes, fields());
    network.offline.extend(3..7);
    let (mut jailed, mut stored) = (BTreeMap::new(), 0);
    network.step();
    let stuck = network.finalized() + 1;
    for _ in 0..3 * WINDOW {
        let tip = network.chain.height();
        for index in 3..7 {
            stored += u64::from(vote_for(&mut network, index, tip, tip - 1).is_ok());
        }
        for (index, at) in watch(&mut network, 1) {
            jailed.entry(index).or_insert(at);
        }
    }
    assert!(stored > 4 * WINDOW, "{stored} votes for another hash");
    assert!(has_quorum_at_the_tip(&network), "{jailed:?}");
    assert!(jailed.keys().all(|index| *index >= 3), "who votes stays: {jailed:?}");
    assert!(most_in_a_window(&jailed, &stakes) <= PERCENT, "{jailed:?}");

    let keys: Vec<String> = (3..7).map(|index| key(&network, index)).collect();
    let resume = json!({"resume_finality": {"halting_height": stuck, "fp_pubkeys_hex": keys}});
    let admin = network.admin.clone();
    execute_as(&mut network, &admin, &resume).unwrap();
    network.run(WINDOW).unwrap();
    assert!(network.finalized() + 2 > network.chain.height(), "{}", network.finalized());
    for index in 0..7 {
        let info = ask(&network, json!({"finality_provider_info": {"btc_pk_hex": key(&network, index)}}));
        assert_eq!(info["slashed"], json!(false), "{index}");
    }
}

#[test]
fn one_vote_a_window_keeps_nobody_in() {
    let mut network = start_with(&[40, 30, 20, 10], fields());
    network.offline.insert(3);
    for block in 0..4 * WINDOW {
        if block % WINDOW == 0 {
            let tip = network.chain.height();
            let _ = network.vote(3, tip);
        }
        network.step();
    }
    assert!(is_jailed(&network, 3));
}

#[test]
fn leaving_the_set_and_coming_back_forgets_no_miss() {
    let over = json!({"max_active_finality_providers": 4});
    let mut all = fields();
    all.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    let mut network = start_with(&[40, 30, 20, 10], all);
    let admin = network.admin.clone();
    let set_of = |network: &mut Network, count: u64| {
        let message = json!({"update_config": {"max_active_finality_providers": count}});
        execute_as(network, &admin, &message).unwrap();
        network.run(2).unwrap();
    };
    network.offline.insert(3);
    network.run(2).unwrap();
    set_of(&mut network, 3);
    assert_eq!(power(&network, 3, network.chain.height()), 0);
    assert!(!is_jailed(&network, 3));
    set_of(&mut network, 4);
    assert!(power(&network, 3, network.chain.height()) > 0);
    set_of(&mut network, 3);
    network.run(6).unwrap();
    assert!(is_jailed(&network, 3), "six misses within a window, three in each of two stays");
}

#[test]
fn who_leaves_jail_early_is_not_jailed_again_for_what_came_before() {
    let mut network = start_with(&[30, 30, 25, 15], fields());
    network.offline.extend([2, 3]);
    let jailed = watch(&mut network, 3 * WINDOW);
    assert!(jailed.contains_key(&2), "{jailed:?}");
    let (admin, unjail) = (network.admin.clone(), network.fps[2].unjail());
    execute_as(&mut network, &admin, &unjail).unwrap();
    network.offline.remove(&2);
    for _ in 0..2 * WINDOW {
        network.step();
        assert!(!is_jailed(&network, 2), "old heights are judged, but not held against it");
    }
}
