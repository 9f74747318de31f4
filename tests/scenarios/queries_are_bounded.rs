//! Proves: C-37, C-41
//!
//! Every list is clamped, its worst page is affordable, and what is no message costs little.

use devnet::actors::Stake;
use devnet::network::Network;
use serde_json::{Value, json};
use simulation::crowded::open_heights;

use super::support::{ask, carry, key, lengthen, packet, queued, start, start_with};

const WORST: u64 = 2_000_000;

fn cost(network: &Network, query: &Value) -> (Value, u64) {
    let (answer, usage) = network.chain.query_report(&network.bsn, query);
    let answer = serde_json::from_slice(&answer.unwrap()).unwrap();
    assert!(usage.sdk_gas() < WORST, "{query}: {}", usage.sdk_gas());
    (answer, usage.sdk_gas())
}

fn list(answer: &Value, name: &str) -> Vec<Value> {
    answer[name].as_array().unwrap().clone()
}

/// All pages of a list, each after the last of the one before.
fn pages(
    network: &Network,
    query: &str,
    more: Value,
    name: &str,
    after: impl Fn(&Value) -> Value,
) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let mut message = more.clone();
        message["limit"] = json!(u32::MAX);
        if let Some(last) = all.last() {
            message["start_after"] = after(last);
        }
        let page = list(&cost(network, &json!({query: message})).0, name);
        assert!(page.len() <= 30, "{query}: {}", page.len());
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

#[test]
fn pages_of_delegations_and_of_finality_providers() {
    let mut network = start(&[40, 30]);
    let fp = network.fps[0].public_key();
    for n in 0..70 {
        let txid = network.link.app.babylon.delegate(Stake::new(&[fp], 100 + n)).unwrap();
        if n % 2 == 0 {
            network.link.app.babylon.undelegate(&txid).unwrap();
        }
    }
    network.relay();
    let keys = |items: &[Value], name: &str| {
        let mut keys: Vec<_> = items.iter().map(|item| item[name].to_string()).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count, "one came twice");
        count
    };
    let by_fp = json!({"btc_pk_hex": key(&network, 0)});
    let hashes = pages(&network, "delegations_by_f_p", by_fp, "hashes", Clone::clone);
    assert_eq!(hashes.len(), 71);
    for (filter, expected) in [(Value::Null, 72), (json!(true), 37), (json!(false), 35)] {
        let txid = |one: &Value| json!(txid_of(one));
        let more = json!({"active": filter});
        let all = pages(&network, "delegations", more, "delegations", txid);
        assert_eq!(keys(&all, "staking_tx"), expected, "{filter}");
    }
    for _ in 0..40 {
        network.add_fp(7, 1).unwrap();
    }
    network.relay();
    let fps = pages(&network, "finality_providers", json!({}), "fps", |one| one["btc_pk_hex"].clone());
    assert_eq!(keys(&fps, "btc_pk_hex"), 42);
    let by_stake = pages(&network, "finality_providers_by_total_active_sats", json!({}), "fps", Clone::clone);
    assert_eq!(keys(&by_stake, "btc_pk_hex"), 42);
    let sats: Vec<_> = by_stake.iter().map(|one| one["total_active_sats"].as_u64().unwrap()).collect();
    assert!(sats.is_sorted_by(|a, b| a >= b), "{sats:?}");
}

/// By the contract's own list: the transaction is the key.
fn txid_of(delegation: &Value) -> String {
    let bytes: Vec<u8> = serde_json::from_value(delegation["staking_tx"].clone()).unwrap();
    staking::StakingTx::parse(&bytes).unwrap().txid().to_string()
}

#[test]
fn a_page_of_the_longest_transactions_there_are() {
    let mut network = start(&[40, 30]);
    let fp = network.fps[0].public_key();
    for _ in 0..3 {
        network.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap();
        let mut items = queued(&mut network);
        // A data output as long as a packet allows.
        let tx = &mut items.active_del[0].staking_tx;
        lengthen(tx, 200_000);
        carry(&mut network, vec![packet(items)]);
    }
    assert_eq!(super::support::stake(&network, 0), 40 * 100_000_000 + 3_000);
    let (page, _) = cost(&network, &json!({"delegations": {"limit": 30}}));
    assert!(!list(&page, "delegations").is_empty());
    let txid = |one: &Value| json!(txid_of(one));
    assert_eq!(pages(&network, "delegations", json!({}), "delegations", txid).len(), 5);
}

#[test]
fn a_page_that_shows_none_of_many_long_transactions() {
    let mut network = start(&[40, 30]);
    let fp = network.fps[0].public_key();
    for _ in 0..16 {
        let mut items = proto::btcstaking::BtcStakingIbcPacket::default();
        for _ in 0..6 {
            network.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap();
            items.active_del.extend(queued(&mut network).active_del);
        }
        // Just short enough to lie in one record.
        items.active_del.iter_mut().for_each(|one| lengthen(&mut one.staking_tx, 31_000));
        carry(&mut network, vec![packet(items)]);
    }
    assert_eq!(super::support::stake(&network, 0), 40 * 100_000_000 + 96_000);
    let (mut after, mut pages) = (Value::Null, 0);
    loop {
        let query = json!({"delegations": {"active": false, "limit": 30, "start_after": after}});
        let (page, _) = cost(&network, &query);
        assert_eq!(list(&page, "delegations"), Vec::<Value>::new());
        pages += 1;
        match page.get("next") {
            Some(next) => after = next.clone(),
            None => break,
        }
    }
    assert!(pages > 20, "{pages}");
}

#[test]
fn the_worst_answers_with_a_thousand_finality_providers() {
    let mut network = start_with(&[40, 30], json!({}));
    for batch in 0..20 {
        for _ in 0..50 {
            network.add_fp(7, 1 + batch).unwrap();
        }
        network.relay();
    }
    let height = network.chain.height();
    for query in [
        json!({"state_digest": {}}),
        json!({"health": {}}),
        json!({"trust": {}}),
        json!({"grid": {}}),
        json!({"jailed_finality_providers": {"limit": 30}}),
        json!({"active_finality_providers": {"height": height - 1}}),
        json!({"active_finality_providers": {"height": height + 9}}),
        json!({"finality_providers": {"limit": 30}}),
        json!({"finality_providers_by_total_active_sats": {"limit": 30}}),
        json!({"blocks": {"limit": 1000}}),
        json!({"quarantined": {"limit": 1000}}),
        json!({"outbox": {"limit": 1000}}),
        json!({"finality_provider_power_batch": {"btc_pk_hex": key(&network, 0), "heights": vec![height; 1_000]}}),
    ] {
        cost(&network, &query);
    }
    assert_eq!(ask(&network, json!({"state_digest": {}})), network.babylon_digest());
}

/// `signing_info` looks at open heights one by one, and at each for the vote: 200 finality providers vote by eight, 25 or
/// fifty.
#[test]
fn where_a_daemon_may_begin_in_the_most_crowded_backlog() {
    for (heights, batches, voters) in [(310, 25, 8), (310, 8, 25), (310, 4, 50)] {
        let mut network = start(&[40, 30]);
        let tip = network.chain.height();
        network.vote(0, tip).unwrap();
        open_heights(&mut network, heights, batches, voters, 0);
        let query = json!({"signing_info": {"btc_pk_hex": key(&network, 0)}});
        let (info, gas) = cost(&network, &query);
        assert!(info["last_signed_height"].as_u64().unwrap() < tip, "too far to see: {info}");
        assert!(gas > 200_000, "{batches} batches: {gas}");
    }
}

#[test]
fn what_is_no_message_costs_little() {
    let network = start(&[40, 30]);
    let deep = (0..1_000).fold(json!(1), |inner, _| json!([inner]));
    for message in [
        deep.clone(),
        json!({"block": {"height": deep}}),
        json!({"block": {"height": 1.5}}),
        json!({"block": {"height": -1}}),
        json!({"block": {"height": 1e30}}),
        json!({"block": {"height": 1}, "health": {}}),
        json!({"no_such_query": {}}),
    ] {
        let (answer, usage) = network.chain.query_report(&network.bsn, &message);
        assert!(answer.is_err(), "{message}");
        assert!(usage.sdk_gas() < 100_000, "{message}: {}", usage.sdk_gas());
    }
}
