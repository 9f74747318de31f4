//! Proves: C-08, C-50, C-51, K7
//!
//! Where a third of the power is gone for good, finality waits, says why, and goes on only as governance says: at
//! the height it waits at, after a delay, without those who did not vote. No block is final by a height that was passed
//! so; a height that has its quorum without that is passed as any other.

use devnet::HookOutcome;
use devnet::network::Network;
use serde_json::json;

use super::support::{ask, execute_as, health, key, run, start_with, status, text, vote_for};

const DELAY: u64 = 12;
const GONE: [usize; 2] = [2, 3];

/// 40 % of the power does not vote at a height and is slashed one block later; gives the height.
fn halted() -> (Network, u64) {
    halted_with(&[30, 30, 20, 20])
}

fn halted_with(stakes: &[u64]) -> (Network, u64) {
    let mut network = start_with(stakes, json!({"resume_delay": DELAY, "vote_window": 3}));
    network.offline.extend(GONE);
    network.step();
    let halting = network.chain.height() - 1;
    assert_eq!(network.finalized() + 1, halting);
    for index in GONE {
        let (here, below) = (network.app_hash(halting), network.app_hash(halting - 1));
        let evidence = network.fps[index].submit_evidence(halting, &here, &below);
        network.execute(&evidence).unwrap();
    }
    (network, halting)
}

fn resume(network: &mut Network, height: u64, named: &[usize]) -> Result<devnet::TxReport, devnet::TxError> {
    let keys: Vec<String> = named.iter().map(|index| key(network, *index)).collect();
    let admin = network.admin.clone();
    let message = json!({"resume_finality": {"halting_height": height, "fp_pubkeys_hex": keys}});
    execute_as(network, &admin, &message)
}

#[test]
fn finality_waits_with_a_reason_and_bounded_hooks_and_goes_on_as_governance_says() {
    let (mut network, halting) = halted();
    let gap_at_start = health(&network)["finality"]["longest_gap"].as_u64().unwrap();
    for block in network.run(DELAY + 10).unwrap() {
        for hook in &block.hooks {
            assert_eq!(hook.outcome, HookOutcome::Done);
            assert!(hook.usage.sdk_gas() < 1_000_000, "{}", hook.usage.sdk_gas());
        }
    }
    let waiting = &health(&network)["finality"]["waiting_for"];
    assert_eq!(waiting["height"], json!(halting));
    assert_eq!(
        (&waiting["voted_power"], &waiting["total_power"]),
        (&json!("6000000000"), &json!("10000000000"))
    );
    let alarms = health(&network)["alarms"].to_string();
    assert!(alarms.contains(&format!("height {halting}")), "{alarms}");

    let report = resume(&mut network, halting, &GONE).unwrap();
    let through = report.height;
    assert_eq!(report.attribute("wasm-resume_finality", "through").unwrap(), through.to_string());
    assert_eq!(status(&network, halting)["block"], json!("pending"), "the cursor has not passed it yet");
    run(&mut network, 6);
    assert!(network.finalized() > through, "{} {through}", network.finalized());

    // Where the slashed still had their power there was no quorum with it.
    let needed = |height: &u64| status(&network, *height)["vote"]["total_power"] == json!("10000000000");
    let resumed = (halting..=through).take_while(needed).count() as u64;
    assert!(resumed > 0 && resumed < 4, "{resumed}");
    let by = halting + resumed;
    for height in halting - 1..by {
        let status = status(&network, height);
        assert_eq!(status["block"], json!("resumed"), "{height}");
        assert_eq!(status["certified_by"], json!(by));
        assert_eq!(status["gap_before"], json!(resumed), "what was passed over is no secret");
        assert_eq!(status["certificate"]["unbroken_since"], json!(by));
        assert_eq!(status["certificate"]["total_power"], json!("6000000000"));
        assert_eq!(status["certificate"]["ranked_power"], json!("6000000000"));
    }
    for height in [by, through, through + 1] {
        let status = status(&network, height);
        assert_eq!((&status["block"], &status["gap_before"]), (&json!("final"), &json!(0)), "{height}");
        assert_eq!(status["certificate"]["unbroken_since"], json!(by));
    }
    assert_eq!(status(&network, halting - 2)["block"], json!("final"));
    assert_eq!(status(&network, halting)["vote"]["reason"], json!("resumed"));
    assert_eq!(status(&network, by)["vote"]["state"], json!("quorum"));
    let last = ask(&network, json!({"last_final_block": {}}));
    assert_eq!(last["certified_by"], json!(network.finalized()));
    assert_eq!(last["certificate"]["unbroken_since"], json!(by));
    let finality = &health(&network)["finality"];
    assert_eq!(finality["resumed"], json!(resumed));
    assert_eq!(finality["longest_gap"], json!(resumed.max(gap_at_start)));
    assert!(finality["waiting_for"]["height"].as_u64().unwrap() > through);

    let query = json!({"blocks": {"start_after": halting, "limit": 30}});
    let blocks = ask(&network, query);
    for block in blocks["blocks"].as_array().unwrap() {
        let height = block["height"].as_u64().unwrap();
        assert_eq!(block["finalized"].as_bool().unwrap(), height >= by && height <= network.finalized());
    }
}

#[test]
fn only_the_height_it_waits_at_after_the_delay_and_only_who_did_not_vote() {
    let (mut network, halting) = halted();
    assert!(text(resume(&mut network, halting, &GONE)).contains("may be resumed from height"));
    network.run(DELAY).unwrap();
    for height in [halting - 1, halting + 1, network.chain.height() + 5] {
        assert!(text(resume(&mut network, height, &GONE)).contains("does not wait at height"), "{height}");
    }
    assert!(text(resume(&mut network, halting, &[0, 2, 3])).contains("it cannot be left out"));
    assert!(text(resume(&mut network, halting, &[])).contains("must be named"));
    let unknown =
        json!({"resume_finality": {"halting_height": halting, "fp_pubkeys_hex": ["ab".repeat(32)]}});
    let admin = network.admin.clone();
    assert!(text(execute_as(&mut network, &admin, &unknown)).contains("not found"));
    assert_eq!(status(&network, halting)["block"], json!("pending"));
}

#[test]
fn naming_too_few_changes_nothing_and_a_later_call_decides() {
    let (mut network, halting) = halted_with(&[25, 25, 25, 25]);
    network.run(DELAY).unwrap();
    let first = resume(&mut network, halting, &[2]).unwrap().height;
    run(&mut network, 4);
    assert_eq!(network.finalized() + 1, halting, "50 of 75 is not more than two thirds");
    let second = resume(&mut network, halting, &GONE).unwrap().height;
    run(&mut network, 4);
    assert!(second > first && network.finalized() > second);
    assert_eq!(status(&network, halting)["block"], json!("resumed"));
    for height in [first, first + 1, second] {
        assert_eq!(
            status(&network, height)["block"],
            json!("final"),
            "the two left have their quorum: {height}"
        );
    }
}

#[test]
fn a_rogue_admin_cannot_finalize_with_its_own() {
    let (mut network, halting) = halted();
    network.run(DELAY + 1).unwrap();
    let late = network.fps[0].vote(halting, &network.app_hash(halting)).unwrap();
    assert!(text(network.execute(&late)).contains("duplicated finality vote"));
    // It names whoever did not vote; those who did still count in full, also at the heights above.
    network.offline.insert(1);
    network.run(3).unwrap();
    let through = resume(&mut network, halting, &GONE).unwrap().height;
    network.run(5).unwrap();
    let stuck = network.finalized() + 1;
    assert!(stuck <= through, "at some height only one of two votes");
    assert_eq!(status(&network, halting)["block"], json!("resumed"));
    for height in stuck..=through {
        assert_ne!(status(&network, height)["block"], json!("final"), "{height}");
    }
}

/// Slashed or not: nothing that is resumed is ever final, and a vote for another hash cannot be taken back.
#[test]
fn who_voted_for_another_hash_may_be_left_out_and_is_not_slashed_for_it() {
    let mut network = start_with(&[30, 30, 20, 20], json!({"resume_delay": DELAY, "vote_window": 3}));
    network.offline.extend(GONE);
    // Both vote for another hash at two heights, and one of them then for ours: only that one is found out.
    for _ in 0..2 {
        network.step();
        let height = network.chain.height() - 1;
        GONE.iter().for_each(|index| drop(vote_for(&mut network, *index, height, height - 1).unwrap()));
    }
    let halting = network.finalized() + 1;
    assert_eq!(halting, network.chain.height() - 2);
    vote_for(&mut network, 2, halting, halting).unwrap();
    network.run(DELAY).unwrap();
    assert_eq!(network.finalized() + 1, halting, "60 % have voted there");
    let refused = text(resume(&mut network, halting, &[0, 2, 3]));
    assert!(refused.contains("it cannot be left out"), "{refused}");
    let through = resume(&mut network, halting, &GONE).unwrap().height;
    run(&mut network, 4);
    assert!(network.finalized() > through, "60 of 60, at both heights");
    assert_eq!(status(&network, halting + 1)["block"], json!("resumed"));
    let slashed = |index| {
        let query = json!({"finality_provider_info": {"btc_pk_hex": key(&network, index)}});
        ask(&network, query)["slashed"].clone()
    };
    assert_eq!([2, 3].map(slashed), [json!(true), json!(false)]);
}
