//! Proves: C-27, C-36
//!
//! Evidence that Babylon took and delegations that ended long ago leave the state, behind watermarks that anybody can
//! ask for. What is not over stays, and whoever signs twice where all is forgotten is slashed as ever.

use bsn::state::{DELEGATIONS, DELEGATIONS_OF, ENDED, EVIDENCE, OUTBOX, PARTS};
use devnet::actors::Stake;
use devnet::ibc::{RelayFault, Side};
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{
    ask, carry, key, lengthen, outbox, packet, power, queued, run, stake, start_with, vote_for,
};

/// One round of the sweeps through all tables.
const ROUND: u64 = 64;
const OWN: u64 = 40 * 100_000_000;
const SATS: u64 = 10_000;

fn brief(stakes: &[u64]) -> Network {
    start_with(stakes, json!({"vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60}))
}

fn pruned(network: &Network, name: &str) -> u64 {
    ask(network, json!({"pruned": {}}))[name].as_u64().unwrap()
}

/// The kept entries under a letter.
fn entries(network: &Network, letter: u8) -> usize {
    network.chain.storage(&network.bsn).iter().filter(|(key, _)| key[0] == letter).count()
}

fn slashed_at(network: &Network, index: usize) -> u64 {
    let fp = ask(network, json!({"finality_provider": {"btc_pk_hex": key(network, index)}}));
    fp["slashed_height"].as_u64().unwrap()
}

fn evidence(network: &Network, index: usize, height: u64) -> Value {
    let query = json!({"evidence": {"btc_pk_hex": key(network, index), "height": height}});
    ask(network, query)["evidence"].clone()
}

fn equivocate(network: &mut Network, index: usize) -> u64 {
    let height = network.chain.height();
    vote_for(network, index, height, height).unwrap();
    vote_for(network, index, height, height - 1).unwrap();
    network.step();
    assert!(slashed_at(network, index) > 0);
    height
}

fn two_signatures(network: &mut Network, index: usize, height: u64) -> devnet::TxReport {
    let hashes = (network.app_hash(height), network.app_hash(height - 1));
    let evidence = network.fps[index].submit_evidence(height, &hashes.0, &hashes.1);
    network.execute(&evidence).unwrap()
}

#[test]
fn evidence_that_babylon_took_and_no_other() {
    let mut network = brief(&[100, 30, 5, 4, 3]);
    let taken = equivocate(&mut network, 4);
    run(&mut network, 1);
    network.relay();
    assert_eq!(outbox(&network), ["done"]);
    network.link.faults.push(RelayFault::Outage { to: Side::Remote, height: u64::MAX });
    let waiting = equivocate(&mut network, 3);
    assert!(evidence(&network, 4, taken).is_object() && evidence(&network, 3, waiting).is_object());
    let (slashed, mark) = (slashed_at(&network, 3), pruned(&network, "blocks_below"));
    assert!(mark < taken, "nothing is forgotten yet");

    // Whatever is above the watermark can be asked for; below it goes within a round.
    let mut passed = 0;
    while passed <= ROUND {
        let below = pruned(&network, "blocks_below");
        assert!(below > slashed_at(&network, 4) || evidence(&network, 4, taken).is_object(), "{below}");
        passed += u64::from(below > slashed);
        run(&mut network, 1);
    }
    assert!(pruned(&network, "blocks_below") > mark && pruned(&network, "votes_below") > waiting);
    assert_eq!(evidence(&network, 4, taken), Value::Null);
    assert!(evidence(&network, 3, waiting).is_object(), "Babylon does not have it");
    assert_eq!(
        (outbox(&network).len(), entries(&network, EVIDENCE.letter()), entries(&network, OUTBOX.letter())),
        (1, 1, 1)
    );

    // The slashed stays so, and a second proof changes nothing; the next offender's old signatures still count.
    assert!(power(&network, 4, network.chain.height()) == 0 && slashed_at(&network, 4) > 0);
    let again = two_signatures(&mut network, 4, taken);
    assert_eq!(again.attribute("wasm", "effect"), Some("none"));
    assert_eq!(entries(&network, EVIDENCE.letter()), 1);
    let report = two_signatures(&mut network, 2, taken);
    let secret = report.attribute("wasm-slashed_finality_provider", "extracted_secret_key").unwrap();
    assert_eq!(secret.len(), 64);
    assert!(slashed_at(&network, 2) > waiting && evidence(&network, 2, taken).is_object());

    // Once Babylon can be reached it learns of both, and then they go as well.
    network.link.faults.clear();
    for _ in 0..3 {
        run(&mut network, 1);
        network.relay();
    }
    assert_eq!(network.link.app.babylon.slashings().len(), 3);
    run(&mut network, 2 * ROUND);
    assert_eq!((entries(&network, EVIDENCE.letter()), entries(&network, OUTBOX.letter())), (0, 0));
}

/// Forty that have run out, one of them ended early and one with a transaction of many parts, beside those that live.
#[test]
fn delegations_that_ended_long_ago_and_no_other() {
    let mut network = brief(&[40, 30]);
    let fp = network.fps[0].public_key();
    let short = || Stake { staking_time: 200, unbonding_time: 100, ..Stake::new(&[fp], SATS) };
    let mut early = None;
    for _ in 0..39 {
        early = Some(network.link.app.babylon.delegate(short()).unwrap());
    }
    network.relay();
    network.link.app.babylon.undelegate(&early.unwrap()).unwrap();
    network.relay();
    network.link.app.babylon.delegate(short()).unwrap();
    let mut items = queued(&mut network);
    lengthen(&mut items.active_del[0].staking_tx, 70_000);
    let long = items.active_del[0].clone();
    carry(&mut network, vec![packet(items)]);
    assert_eq!(stake(&network, 0), OWN + 39 * SATS);
    let end = u64::from(long.end_height);
    assert_eq!(
        [DELEGATIONS.letter(), DELEGATIONS_OF.letter(), ENDED.letter()]
            .map(|letter| entries(&network, letter)),
        [42, 42, 1]
    );
    assert!(entries(&network, PARTS.letter()) > 0);

    network.mine(100);
    run(&mut network, 3 * ROUND);
    assert_eq!(stake(&network, 0), OWN, "their power has ended");
    assert!(pruned(&network, "delegations_below") < end);
    assert_eq!(entries(&network, DELEGATIONS.letter()), 42, "they are kept until the end of their term");

    network.mine(101);
    run(&mut network, 3 * ROUND);
    assert!(pruned(&network, "delegations_below") > end);
    assert_eq!(
        [DELEGATIONS.letter(), DELEGATIONS_OF.letter(), ENDED.letter(), PARTS.letter()]
            .map(|letter| entries(&network, letter)),
        [2, 2, 0, 0]
    );
    let listed = ask(&network, json!({"delegations": {"limit": 30}}));
    assert_eq!(listed["delegations"].as_array().unwrap().len(), 2);
    let by_fp = ask(&network, json!({"delegations_by_f_p": {"btc_pk_hex": key(&network, 0)}}));
    assert_eq!(by_fp["hashes"].as_array().unwrap().len(), 1);
    assert_eq!(stake(&network, 0), OWN);
    assert_eq!(ask(&network, json!({"state_digest": {}})), network.babylon_digest());

    // Should one come again it has no power, and it goes again.
    let again = proto::btcstaking::BtcStakingIbcPacket { active_del: vec![long], ..Default::default() };
    carry(&mut network, vec![packet(again)]);
    assert_eq!(stake(&network, 0), OWN);
    run(&mut network, ROUND);
    assert_eq!(
        (stake(&network, 0), entries(&network, DELEGATIONS.letter()), entries(&network, PARTS.letter())),
        (OWN, 2, 0)
    );
}
