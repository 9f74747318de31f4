//! What is stored after each kind of message.

mod common;

use api::btc_light_client::{BtcHeader, ExecuteMsg, Network, header_key, height_key};
use bitcoin_spv::{ExtendError, Header, HeaderError};
use btc_light_client::ContractError;
use common::{EASY, World, branch, chain, genesis, mainnet, pinned, raw};
use cosmwasm_std::{Order, Storage};
use primitives::BtcHeight;
use proptest::prelude::*;
use serde_json::json;

const HARDER: u32 = 0x201f_ffff;

/// That the headers, the hash index and the period starts are exactly those of this chain.
fn assert_stored(world: &World, base: u32, main: &[Header]) {
    let storage = &world.deps.storage.inner;
    let mut expected = Vec::new();
    for (height, header) in (base..).zip(main) {
        let height = BtcHeight::new(height);
        expected.push(header_key(height).to_vec());
        expected.push(height_key(header.hash().as_bytes()).to_vec());
        if height.get().is_multiple_of(2_016) {
            expected.push([&[0x03][..], &height.get().to_be_bytes()].concat());
        }
        assert_eq!(storage.get(&header_key(height)).unwrap()[..80], header.to_bytes());
        let indexed = storage.get(&height_key(header.hash().as_bytes())).unwrap();
        assert_eq!(indexed, height.get().to_be_bytes());
    }
    expected.sort_unstable();
    let found: Vec<_> = storage.range_keys(Some(&[0x01]), Some(&[0x04]), Order::Ascending).collect();
    assert_eq!(found, expected);
    let tip = main.last().unwrap();
    assert_eq!(world.tip().hash, *tip.hash().as_bytes());
    assert_eq!(world.tip().time, tip.time);
}

fn extend_error(result: Result<cosmwasm_std::Response, ContractError>) -> ExtendError {
    match result.unwrap_err() {
        ContractError::Extend(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn four_regtest_headers_from_height_zero_are_kept_as_sent() {
    let headers = chain(3);
    let world = World::started(0, &headers);
    assert_stored(&world, 0, &headers);
    let listed = world.query(r#"{"btc_headers":{}}"#).unwrap();
    let listed = listed["headers"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 4);
    assert_eq!(listed[0], world.query(r#"{"btc_base_header":{}}"#).unwrap());
    assert_eq!(listed[3], world.query(r#"{"btc_tip_header":{}}"#).unwrap());
}

#[test]
fn the_first_message_needs_work_and_height() {
    let mut world = World::new(|_| {});
    let bsn = world.bsn.clone();
    let headers = chain(2);
    for (work, height, field) in
        [(None, Some(1), "first_work"), (Some("38".to_string()), None, "first_height")]
    {
        let refused = world.execute(&bsn, raw(&headers, work, height));
        assert!(matches!(refused, Err(ContractError::MissingFirst { field: f }) if f == field));
    }
    assert_eq!(extend_error(world.first(&bsn, 1, &[])), ExtendError::NoHeaders);
    assert!(matches!(world.query(r#"{"btc_tip_header":{}}"#), Err(ContractError::NotStarted)));
    assert!(matches!(world.query(r#"{"btc_base_header":{}}"#), Err(ContractError::NotStarted)));
    world.first(&bsn, 1, &headers).unwrap();
    assert_eq!(world.query(r#"{"btc_base_header":{}}"#).unwrap()["cum_work"], "2");
    let again = raw(&branch(&headers[2], EASY, 1, 1), Some("not even hexadecimal".into()), Some(77));
    world.execute(&bsn, again).unwrap();
    assert_eq!(world.tip().height.get(), 4);
}

#[test]
fn a_base_header_without_work_is_refused() {
    let mut header = genesis();
    while header.bits.target().unwrap().is_met_by(&header.hash()) {
        header.nonce += 1;
    }
    let mut world = World::new(|_| {});
    let refused = world.first(&world.bsn.clone(), 1, &[header]);
    assert!(matches!(refused, Err(ContractError::Base { source: HeaderError::NoWork { .. }, .. })));
    let refused = World::try_new(|msg| msg.checkpoint = Some(pinned(1, &header, None))).map(|_| ());
    assert!(matches!(refused, Err(ContractError::Base { .. })));
}

#[test]
fn both_forms_of_headers_do_the_same() {
    let headers = chain(5);
    let mut raw_world = World::started(1, &headers[..2]);
    let mut fields_world = World::started(1, &headers[..2]);
    let fields = |header: &Header| BtcHeader {
        version: header.version,
        prev_blockhash: header.prev_hash.to_string(),
        merkle_root: header.merkle_root.to_string(),
        time: header.time.into(),
        bits: header.bits.get(),
        nonce: header.nonce,
    };
    let headers = &headers[2..];
    let message = ExecuteMsg::BtcHeaders {
        headers: headers.iter().map(fields).collect(),
        first_work: None,
        first_height: None,
    };
    let by_fields = fields_world.execute(&fields_world.bsn.clone(), message).unwrap();
    let by_bytes = raw_world.extend(headers).unwrap();
    assert_eq!(by_fields, by_bytes);
    assert_eq!(fields_world.deps.storage.all(), raw_world.deps.storage.all());
    let torn =
        ExecuteMsg::RawBtcHeaders { headers: vec![0; 79].into(), first_work: None, first_height: None };
    let refused = raw_world.execute(&raw_world.bsn.clone(), torn);
    assert!(matches!(refused, Err(ContractError::PartialHeader { got: 79 })));
}

#[test]
fn a_shorter_heavier_fork_leaves_nothing_stale() {
    let headers = chain(9);
    let mut world = World::started(1, &headers);
    let fork = branch(&headers[0], HARDER, 3, 2);
    let response = world.extend(&fork).unwrap();
    assert_stored(&world, 1, &[&headers[..1], &fork].concat());
    let event = &response.events[0];
    let attribute = |key| event.attributes.iter().find(|a| a.key == key).unwrap().value.clone();
    assert_eq!(
        (attribute("removed"), attribute("added"), attribute("fork_point")),
        ("9".into(), "3".into(), "1".into())
    );
    assert_eq!((world.tip().height.get(), world.tip().highest.get()), (4, 10));
    for old in &headers[1..] {
        let query = format!(r#"{{"confirmations":{{"hash":"{}"}}}}"#, old.hash());
        assert!(matches!(world.query(&query), Err(ContractError::NoSuchHash { .. })));
    }
    for height in 5..12 {
        let query = format!(r#"{{"btc_header":{{"height":{height}}}}}"#);
        assert!(matches!(world.query(&query), Err(ContractError::NoSuchHeight { .. })));
    }
}

#[test]
fn equal_work_repeats_and_strangers_chains_change_nothing() {
    let headers = chain(5);
    let mut world = World::started(1, &headers);
    let before = world.deps.storage.all();
    let equal = branch(&headers[3], EASY, 2, 2);
    assert!(matches!(extend_error(world.extend(&equal)), ExtendError::NotMoreWork { .. }));
    let unknown = branch(&common::mine(genesis().hash(), common::NOW, EASY, 9), EASY, 9, 9);
    assert!(matches!(extend_error(world.extend(&unknown)), ExtendError::UnknownParent { .. }));
    assert_eq!(extend_error(world.extend(&[])), ExtendError::NoHeaders);
    for known in [&headers[..], &headers[2..4], &headers[5..]] {
        world.extend(known).unwrap();
    }
    assert_eq!(world.deps.storage.all(), before);
    let overlap = [&headers[2..], &branch(&headers[5], EASY, 2, 1)].concat();
    world.extend(&overlap).unwrap();
    assert_eq!(world.tip().height.get(), 8);
}

#[test]
fn more_headers_than_configured_are_refused_by_name() {
    let headers = chain(102);
    let mut world = World::new(|msg| msg.max_headers = Some(100));
    let bsn = world.bsn.clone();
    let refused = world.first(&bsn, 1, &headers[..101]).unwrap_err();
    assert_eq!(refused.to_string(), "101 headers in one message exceed max_headers = 100");
    world.first(&bsn, 1, &headers[..100]).unwrap();
}

#[test]
fn old_headers_are_pruned_in_portions_and_period_starts_stay() {
    let headers = chain(2_700);
    let mut world = World::new(|msg| msg.retained_headers = Some(2_500));
    world.first(&world.bsn.clone(), 2_000, &headers[..1_999]).unwrap();
    world.extend(&headers[1_999..2_650]).unwrap();
    let lowest = |world: &World| world.query(r#"{"rules":{}}"#).unwrap()["lowest_height"].as_u64().unwrap();
    assert_eq!(lowest(&world), 2_149);
    world.extend(&headers[2_650..2_651]).unwrap();
    assert_eq!(lowest(&world), 2_150);
    let stored = world.deps.storage.inner.range(Some(&[0x01]), Some(&[0x02]), Order::Ascending).count();
    assert_eq!(stored, 2_501);
    let indexed = world.deps.storage.inner.range(Some(&[0x02]), Some(&[0x03]), Order::Ascending).count();
    assert_eq!(indexed, 2_501);
    let starts: Vec<_> =
        world.deps.storage.inner.range(Some(&[0x03]), Some(&[0x04]), Order::Ascending).collect();
    let start = |height: u32| {
        let key = [&[3][..], &height.to_be_bytes()].concat();
        (key, headers[height as usize - 2_000].to_bytes().to_vec())
    };
    assert_eq!(starts, [start(2_016), start(4_032)]);
    // The base is remembered, its height is not served any more.
    assert_eq!(world.query(r#"{"btc_base_header":{}}"#).unwrap()["height"], 2_000);
    assert!(world.query(r#"{"btc_header":{"height":2000}}"#).is_err());

    // A lower bound is reached over several messages, none of which does much.
    let update = ExecuteMsg::UpdateConfig {
        btc_confirmation_depth: None,
        checkpoint_finalization_timeout: None,
        submitters: None,
        retained_headers: Some(2_100),
        max_headers: None,
    };
    world.execute(&world.admin.clone(), update).unwrap();
    for (n, pruned_to) in [(2_651, 2_202), (2_652, 2_254), (2_653, 2_306)] {
        world.extend(&headers[n..=n]).unwrap();
        assert_eq!(lowest(&world), pruned_to);
    }
}

#[test]
fn a_rebase_starts_again_and_is_counted() {
    let headers = chain(30);
    let mut world = World::started(100, &headers);
    let other = branch(&common::mine(genesis().hash(), common::NOW - 9_000, EASY, 9), EASY, 3, 9);
    let rebase = |height| ExecuteMsg::Rebase {
        height,
        header_hex: hex::encode(other[0].to_bytes()),
        period_start_header_hex: None,
    };
    world.execute(&world.admin.clone(), rebase(50)).unwrap();
    assert_stored(&world, 50, &other[..1]);
    let tip = world.tip();
    assert_eq!((tip.height.get(), tip.base_height.get(), tip.highest.get()), (50, 50, 130));
    assert_eq!(world.query(r#"{"rules":{}}"#).unwrap()["rebases"], 1);
    world.extend(&other[1..]).unwrap();
    assert_stored(&world, 50, &other);

    let Some(headers) = mainnet() else { return };
    let mut world = World::new(|msg| {
        msg.network = Network::Mainnet;
        msg.checkpoint = Some(pinned(0, &headers[0], None));
    });
    let refused = ExecuteMsg::Rebase {
        height: 1,
        header_hex: hex::encode(headers[1].to_bytes()),
        period_start_header_hex: None,
    };
    let refused = world.execute(&world.admin.clone(), refused);
    assert!(matches!(refused, Err(ContractError::NotOnMainnet { .. })));
}

#[test]
fn before_the_first_headers_there_is_nothing_to_rebase() {
    let mut world = World::new(|msg| msg.network = Network::Signet);
    let rebase = ExecuteMsg::Rebase {
        height: 1,
        header_hex: hex::encode(genesis().to_bytes()),
        period_start_header_hex: None,
    };
    assert!(matches!(world.execute(&world.admin.clone(), rebase), Err(ContractError::NotStarted)));
}

#[test]
fn mainnet_is_followed_over_two_retargets() {
    let Some(headers) = mainnet() else { return };
    let mut world = World::new(|msg| {
        msg.network = Network::Mainnet;
        msg.checkpoint = Some(pinned(0, &headers[0], None));
    });
    let stranger = world.stranger.clone();
    for batch in headers[1..].chunks(500) {
        world.submit(&stranger, batch).unwrap();
    }
    assert_stored(&world, 0, &headers);
    let tip = world.query(r#"{"btc_tip_header":{}}"#).unwrap();
    assert_eq!(tip["cum_work"], (4_096 * 4_295_032_833u64).to_string());
}

struct Retarget {
    start: Header,
    base: Header,
    headers: Vec<Header>,
}

/// Real headers of mainnet from 554,390 on, over a boundary, and the first of their period.
fn retarget() -> Option<Retarget> {
    let json: serde_json::Value =
        serde_json::from_slice(&vectors::load("bitcoin/mainnet-retarget.json")?).unwrap();
    let header = |v: &serde_json::Value| Header::from_hex(&v["hex"].as_str().unwrap()[2..]).unwrap();
    Some(Retarget {
        start: header(&json["oldPeriodStart"]),
        base: header(&json["genesis"]),
        headers: json["chain"].as_array().unwrap().iter().map(header).collect(),
    })
}

/// On signet, whose limit those headers meet as well, and where a wrong pin can be corrected.
fn signet_from(base: &Header, start: Option<&Header>) -> Result<World, ContractError> {
    World::try_new(|msg| {
        msg.network = Network::Signet;
        msg.checkpoint = Some(pinned(554_390, base, start));
    })
}

#[test]
fn a_real_retarget_is_exact_with_a_period_start_and_bounded_without() {
    let Some(Retarget { start, base, headers }) = retarget() else { return };
    for (start, exact, from) in [(Some(&start), true, 554_400), (None, false, 556_416)] {
        let mut world = signet_from(&base, start).unwrap();
        let rules = world.query(r#"{"rules":{}}"#).unwrap();
        let bound = json!({"exact_now": exact, "exact_from": from, "until_then": "within_factor_of_four"});
        assert_eq!(rules["retarget"], bound);
        let median =
            json!({"exact_now": false, "exact_from": 554_401, "until_then": "least_possible_median"});
        assert_eq!(rules["median_time"], median);
        world.extend(&headers).unwrap();
        let rules = world.query(r#"{"rules":{}}"#).unwrap();
        assert_eq!(rules["retarget"]["exact_now"], true, "the next boundary's period was seen whole");
        assert_eq!(rules["median_time"]["exact_now"], true);
        assert_eq!(rules["period_target"]["exact_now"], true);
    }
}

#[test]
fn a_period_start_must_have_work_the_bases_target_and_a_base_behind_it() {
    let Some(Retarget { start, base, headers }) = retarget() else { return };
    // A real header, of the next period: its target is another.
    let other_bits = headers.iter().find(|header| header.bits != base.bits).unwrap();
    let refused = signet_from(&base, Some(other_bits)).map(|_| ()).unwrap_err();
    assert_eq!(refused.to_string(), "period start of base 554390: its target is not the base header's");
    let no_work = Header { nonce: start.nonce ^ 1, ..start };
    assert!(matches!(signet_from(&base, Some(&no_work)), Err(ContractError::Base { .. })));
    let refused = World::try_new(|msg| {
        msg.network = Network::Signet;
        msg.checkpoint = Some(pinned(554_400, &base, Some(&start)));
    });
    assert!(matches!(refused.map(|_| ()), Err(ContractError::PeriodStart { .. })));
}

/// A header that is not the period's first, though all that can be checked of it is right: it would decide over the next
/// target, and the honest chain would be shut out for good.
#[test]
fn nobody_pins_a_period_start_on_mainnet() {
    let Some(Retarget { start, base, headers }) = retarget() else { return };
    for start in [&start, &headers[0]] {
        let refused = World::try_new(|msg| {
            msg.network = Network::Mainnet;
            msg.checkpoint = Some(pinned(554_390, &base, Some(start)));
        });
        assert!(matches!(refused.map(|_| ()), Err(ContractError::NotOnMainnet { .. })));
    }
    // 0.2.0 took it, and would have refused the header at 554,400 for ever: the migration lets go of it.
    for (migrates, follows) in [(false, false), (true, true)] {
        let mut world = World::new(|msg| {
            msg.network = Network::Mainnet;
            msg.checkpoint = Some(pinned(554_390, &base, None));
        });
        let key = [&[0x03][..], &552_384_u32.to_be_bytes()].concat();
        world.deps.storage.inner.set(&key, &headers[0].to_bytes());
        if migrates {
            world.migrate_from("0.2.0");
        }
        let stranger = world.stranger.clone();
        assert_eq!(world.submit(&stranger, &headers).is_ok(), follows);
    }
}

#[test]
fn a_migration_keeps_the_period_start_that_was_seen() {
    let Some(headers) = mainnet() else { return };
    let mut world = World::new(|msg| {
        msg.network = Network::Mainnet;
        msg.checkpoint = Some(pinned(2_016, &headers[2_016], None));
    });
    let stranger = world.stranger.clone();
    world.submit(&stranger, &headers[2_017..2_100]).unwrap();
    world.migrate_from("0.1.0");
    assert_stored(&world, 2_016, &headers[2_016..2_100]);
    world.submit(&stranger, &headers[2_100..]).unwrap();
}

#[test]
fn work_near_the_end_of_the_numbers_is_no_base() {
    let headers = chain(2);
    let most = "1".to_owned() + &"0".repeat(76);
    let refused = World::try_new(|msg| {
        msg.checkpoint =
            Some(api::btc_light_client::PinnedHeader { work: Some(most), ..pinned(1, &headers[0], None) });
    });
    assert!(matches!(
        refused.map(|_| ()),
        Err(ContractError::Base { source: HeaderError::BaseWork { .. }, .. })
    ));
    let mut world = World::new(|_| {});
    let bsn = world.bsn.clone();
    let refused = world.execute(&bsn, raw(&headers, Some("ff".repeat(32)), Some(1)));
    assert!(matches!(refused, Err(ContractError::Base { source: HeaderError::BaseWork { .. }, .. })));
    // Nothing was stored: the right ones can still come.
    world.first(&bsn, 1, &headers).unwrap();
}

/// C-30: a fork may not choose its target
///
/// Under 0.2.0 a client could keep 144 headers only. What it dropped does not come back, so the kept first header of the
/// period says which target a fork may have; and it keeps more from now on.
#[test]
fn a_fork_beside_the_tip_of_an_old_client_may_not_choose_its_target() {
    let headers = chain(200);
    let mut world = World::new(|_| {});
    world.keep_as_old_versions_did(144);
    world.first(&world.bsn.clone(), 0, &headers).unwrap();
    assert_eq!(world.query(r#"{"rules":{}}"#).unwrap()["lowest_height"], 56);
    for migrated in [false, true] {
        if migrated {
            world.migrate_from("0.2.0");
        }
        let before = world.deps.storage.all();
        for parent in [&headers[199], &headers[120]] {
            let lighter = branch(parent, 0x2000_ffff, 1, 2);
            let refused = extend_error(world.extend(&lighter));
            assert!(matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{refused}");
        }
        assert_eq!(world.deps.storage.all(), before);
    }
    assert_eq!(world.query(r#"{"config":{}}"#).unwrap()["retained_headers"], 2_018);
    let honest = branch(&headers[199], EASY, 2, 3);
    world.extend(&honest).unwrap();
    assert_eq!(world.tip().height.get(), 201);
}

#[test]
fn a_pinned_period_start_says_what_a_test_network_may_mine() {
    let (start, headers) = (genesis(), chain(3));
    for (start, takes_any) in [(None, true), (Some(&start), false)] {
        let mut world = World::new(|msg| msg.checkpoint = Some(pinned(5, &headers[0], start)));
        let rules = world.query(r#"{"rules":{}}"#).unwrap();
        assert_eq!(rules["period_target"]["exact_now"], !takes_any);
        let harder = branch(&headers[0], HARDER, 1, 2);
        assert_eq!(world.extend(&harder).is_ok(), takes_any);
    }
}

fn any_tree() -> impl Strategy<Value = Vec<(usize, u8, bool, u8)>> {
    let pick = (any::<prop::sample::Index>(), 1..5u8, any::<bool>(), 0..6u8);
    prop::collection::vec(pick, 1..25).prop_map(|picks| {
        let step = |(n, (pick, length, harder, known)): (usize, (prop::sample::Index, u8, bool, u8))| {
            (pick.index(n + 1), length, harder, known)
        };
        picks.into_iter().enumerate().map(step).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Branches of a random tree, some with harder targets, arrive each with a random part of what is
    /// known already. The model keeps the heaviest branch seen first; storage must equal it exactly.
    #[test]
    fn storage_is_the_first_seen_chain_of_most_work(tree in any_tree()) {
        // A base in the middle of a period of minimum difficulty: harder targets may follow.
        let base = genesis();
        let mut world = World::started(1, &[base]);
        let weigh = |way: &[Header]| -> u64 {
            way.iter().map(|header| header.bits.target().unwrap().work().get().low_u64()).sum()
        };
        let mut ways = vec![(vec![base], EASY)];
        let mut best = vec![base];
        for (n, (parent, length, harder, known)) in tree.into_iter().enumerate() {
            let (way, bits) = ways[parent].clone();
            // Once a branch has a harder target, that is its period's.
            let bits = if harder { HARDER } else { bits };
            let mut way = way;
            way.extend(branch(way.last().unwrap(), bits, length.into(), n as u8 + 1));
            let shared = way.iter().zip(&best).take_while(|(a, b)| a == b).count();
            let sent = &way[shared.saturating_sub(known.into()).max(1)..];
            let heavier = weigh(&way) > weigh(&best);
            prop_assert_eq!(world.extend(sent).is_ok(), heavier);
            if heavier {
                best = way.clone();
            }
            assert_stored(&world, 1, &best);
            ways.push((way, bits));
        }
        for (depth, header) in best.iter().rev().enumerate() {
            let query = format!(r#"{{"confirmations":{{"hash":"{}"}}}}"#, header.hash());
            prop_assert_eq!(&world.query(&query).unwrap()["depth"], depth);
        }
    }
}
