//! The real contracts: what they answer and emit is what the schema says, and what the client makes of it.

use std::collections::BTreeSet;

use crate::schema::Schema;
use bsn_client::cosmwasm_3::Bsn;
use bsn_client::{NotFinal, WhyUnknown};
use bsn_testing::RealBsn;
use cosmwasm_std_3::coins;
use serde_json::{json, Map, Value};

fn require(real: &RealBsn, height: u64) -> Result<(), NotFinal> {
    Bsn(real.addr.clone()).require_final(&real.app.wrap(), height)
}

fn last_final(real: &RealBsn) -> Option<u64> {
    Bsn(real.addr.clone()).last_final(&real.app.wrap()).unwrap()
}

#[test]
fn the_raw_read_is_what_the_contract_answers() {
    let mut real = RealBsn::new();
    for _ in 0..5 {
        real.next_block();
        let bsn = Bsn(real.addr.clone());
        let answered = bsn.last_final_block(&real.app.wrap()).unwrap().unwrap();
        assert_eq!(last_final(&real), Some(answered.height));
        let status = bsn.status(&real.app.wrap(), answered.height).unwrap();
        assert_eq!((status.is_final(), status.certified_by), (true, Some(answered.certified_by)));
        let anchor = bsn.anchor(&real.app.wrap(), answered.height).unwrap().unwrap();
        assert_eq!(hex::encode(anchor.block_hash), answered.block_hash_hex);
        assert_eq!(Some(hex::encode(anchor.app_hash)), status.app_hash_hex);
    }
    let above = real.height() + 1;
    let unknown = NotFinal::Unknown { height: above, why: WhyUnknown::NotReached };
    assert_eq!(require(&real, above), Err(unknown));
}

#[test]
fn an_outage_and_its_end() {
    let mut real = RealBsn::new();
    real.offline(0);
    real.offline(1);
    for _ in 0..3 {
        real.next_block();
    }
    let waits = real.height();
    assert_eq!(require(&real, waits), Err(NotFinal::Pending { height: waits }));
    real.online(0);
    real.finalize(waits);
    assert_eq!(require(&real, waits), Ok(()));
}

#[test]
fn lost_hooks_leave_a_gap() {
    let mut real = RealBsn::new();
    real.next_block();
    let before = real.height();
    real.lose_hooks(2);
    real.next_block();
    real.next_block();
    real.finalize(before);
    assert_eq!(require(&real, before), Err(NotFinal::Gap { height: before, skipped: 2 }));
    assert_eq!(require(&real, before - 1), Ok(()));
}

#[test]
fn what_governance_resumes_never_becomes_final() {
    let mut real = RealBsn::new();
    real.next_block();
    real.offline(0);
    real.offline(1);
    real.next_block();
    let stuck = real.height();
    real.resume();
    let resumed = real.height();
    real.next_block();
    real.online(0);
    real.online(1);
    for _ in 0..5 {
        real.next_block();
    }
    for height in [stuck, resumed] {
        assert_eq!(require(&real, height), Err(NotFinal::Resumed { height }), "{height}");
    }
    assert!(last_final(&real).unwrap() > resumed);
}

/// The chain and what happens to it, once for both tests of the schema.
fn eventful() -> RealBsn {
    let mut real = RealBsn::new();
    real.double_sign(3, real.height() - 1);
    real.lose_hooks(1);
    for _ in 0..5 {
        real.next_block();
    }
    real.offline(0);
    real.resume();
    real.next_block();
    real
}

/// Fees that are shared out, somebody in jail and out again, a pause.
fn governed() -> RealBsn {
    let mut real = RealBsn::new();
    let quick = json!({"reward_interval": 10, "missed_blocks_window": 5, "jail_duration": 1});
    real.govern(&json!({ "update_config": quick }));
    let denom = real.query(&json!({"config": {}}))["reward_denoms"][0].as_str().unwrap().to_owned();
    let addr = real.addr.clone();
    real.app.init_modules(|router, _, storage| {
        router.bank.init_balance(storage, &addr, coins(1_000_000, denom)).unwrap();
    });
    // What waited for it is voted on in one message.
    real.offline(1);
    real.next_block();
    real.next_block();
    real.online(1);
    real.next_block();
    real.offline(0);
    for _ in 0..25 {
        real.next_block();
    }
    real.govern(&json!({"unjail": {"fp_pubkey_hex": real.fp_pubkey_hex(0)}}));
    real.govern(&json!({"set_paused": {"rewards": true}}));
    real
}

#[test]
fn every_event_is_as_its_schema_says() {
    let schema = Schema::of("events.json", "");
    let mut seen = BTreeSet::new();
    let events: Vec<_> = [eventful(), governed()].into_iter().flat_map(|real| real.events).collect();
    for event in &events {
        let attributes: Map<String, Value> =
            event.attributes.iter().map(|at| (at.key.clone(), json!(at.value))).collect();
        let event_as_json = json!({"type": event.ty, "attributes": attributes});
        assert_eq!(schema.check(&event_as_json), Ok(()), "{event_as_json}");
        seen.insert(event.ty.as_str());
    }
    for ty in [
        "babylon_epoch",
        "channel",
        "commit_public_randomness",
        "finality_provider_registered",
        "finality_provider_status_change",
        "finalize_block",
        "ibc",
        "index_block",
        "resume_finality",
        "reward",
        "set_paused",
        "skip_height",
        "slashed_finality_provider",
        "submit_finality_signature",
        "submit_finality_signatures",
        "timestamped",
        "unjail",
    ] {
        assert!(seen.contains(ty), "{ty} was not emitted, but {seen:?}");
    }
    let no_event = json!({"type": "finalize_block", "attributes": {"module": "finality"}});
    assert!(schema.check(&no_event).is_err());
}

#[test]
fn every_answer_is_as_its_schema_says() {
    let real = eventful();
    let (key, height) = (real.fp_pubkey_hex(3), real.height() - 2);
    let idl: Value = serde_json::from_str(include_str!("../../../schema/bsn.json")).unwrap();
    let questions = Schema::of("bsn.json", "/query");
    let mut refused = BTreeSet::new();
    for query in idl["responses"].as_object().unwrap().keys() {
        let at = match query.as_str() {
            "block" | "votes" | "active_finality_providers" | "finality_status" => json!({"height": height}),
            "consumer_header" => {
                json!({"height": real.query(&json!({"last_consumer_height": {}}))["height"]})
            }
            "babylon_epoch" | "babylon_checkpoint" => {
                json!({"epoch_number": real.query(&json!({"babylon_last_epoch": {}}))["epoch_number"]})
            }
            "finality_provider_power_batch" => json!({"btc_pk_hex": key, "heights": [height, 1]}),
            "finality_provider_power" | "finality_signature" | "evidence" => {
                json!({"btc_pk_hex": key, "height": height})
            }
            "finality_provider"
            | "finality_provider_info"
            | "first_pub_rand_commit"
            | "last_pub_rand_commit"
            | "pub_rand_commit"
            | "signing_info"
            | "delegations_by_f_p" => json!({"btc_pk_hex": key}),
            "delegation" => {
                let key = json!({"delegations_by_f_p": {"btc_pk_hex": real.fp_pubkey_hex(0)}});
                json!({"staking_tx_hash_hex": real.query(&key)["hashes"][0]})
            }
            _ => json!({}),
        };
        let question = json!({ query: at });
        assert_eq!(questions.check(&question), Ok(()), "{question}");
        let answers = Schema::of("bsn.json", &format!("/responses/{query}"));
        match real.try_query(&question) {
            Ok(answer) => assert_eq!(answers.check(&answer), Ok(()), "{query}: {answer}"),
            Err(error) => assert!(refused.insert(format!("{query}: {error}"))),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn the_example_of_a_deployment_is_as_its_schema_says() {
    let schema = Schema::of("deployment.json", "");
    let example: Value = serde_json::from_str(include_str!("../../../deployments/example-1.json")).unwrap();
    assert_eq!(schema.check(&example), Ok(()));
    for (at, wrong) in [
        ("/version", json!(2)),
        ("/chain_id", json!("")),
        ("/bitcoin", json!("dogecoin")),
        ("/bsn/address", json!("0x1234")),
        ("/bsn/checksum", json!("AB")),
    ] {
        let mut broken = example.clone();
        *broken.pointer_mut(at).unwrap() = wrong;
        assert!(schema.check(&broken).is_err(), "{at}");
    }
}
