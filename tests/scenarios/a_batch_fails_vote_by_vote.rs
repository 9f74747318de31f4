//! Proves: C-09, C-26
//!
//! Many votes in one message: each is judged by itself, with the text it would have met alone, and one that makes
//! an equivocation slashes although its neighbours are refused.

use devnet::TxReport;
use devnet::actors::finality_provider::{
    submit_finality_signatures_at, submit_finality_signatures_at_packed,
};
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{CLOSED, ask, key, outbox, start, vote_for};

fn verdicts(report: &TxReport) -> Vec<String> {
    serde_json::from_slice(report.data().expect("there are verdicts")).unwrap()
}

/// Heights without votes, all open, none below them.
fn open_heights(network: &mut Network, count: u64) -> std::ops::Range<u64> {
    let first = network.finalized() + 1;
    while network.chain.height() + 1 < first + count {
        network.chain.next_block();
    }
    first..first + count
}

fn votes(network: &Network, height: u64) -> usize {
    ask(network, json!({"votes": {"height": height}}))["btc_pks"].as_array().unwrap().len()
}

fn is_slashed(network: &Network, index: usize) -> bool {
    let fp = ask(network, json!({"finality_provider": {"btc_pk_hex": key(network, index)}}));
    fp["slashed_height"].as_u64() > Some(0)
}

#[test]
fn a_range_counts_packed_and_written_out() {
    let mut network = start(&[90, 10]);
    for packed in [false, true] {
        let heights = open_heights(&mut network, 30);
        let hashes: Vec<_> = heights.clone().map(|height| network.app_hash(height)).collect();
        let message = match packed {
            true => network.fps[0].vote_range_packed(heights.start, &hashes).unwrap(),
            false => network.fps[0].vote_range(heights.start, &hashes).unwrap(),
        };
        assert_eq!(verdicts(&network.execute(&message).unwrap()), vec!["counted"; 30]);
        let again = verdicts(&network.execute(&message).unwrap());
        assert!(again.iter().all(|verdict| verdict.contains("duplicated finality vote")), "{again:?}");
        network.chain.next_block();
        assert_eq!(network.finalized(), heights.end - 1);
    }
}

#[test]
fn one_height_counts_packed_and_written_out() {
    let mut network = start(&[20; 12]);
    for packed in [false, true] {
        let height = open_heights(&mut network, 1).start;
        let hash = network.app_hash(height);
        let fps = &network.fps;
        let message = match packed {
            true => {
                let entries: Vec<_> =
                    fps.iter().map(|fp| fp.vote_entry_packed(height, &hash).unwrap()).collect();
                submit_finality_signatures_at_packed(height, &hash, &entries)
            }
            false => {
                let entries: Vec<_> = fps.iter().map(|fp| fp.vote_entry(height, &hash).unwrap()).collect();
                submit_finality_signatures_at(height, &hash, &entries)
            }
        };
        assert_eq!(verdicts(&network.execute(&message).unwrap()), vec!["counted"; 12]);
        let again = verdicts(&network.execute(&message).unwrap());
        assert!(again.iter().all(|verdict| verdict.contains("duplicated finality vote")), "{again:?}");
        let alone = network.vote(3, height).unwrap_err().to_string();
        assert!(alone.contains("duplicated finality vote"), "{alone}");
        assert_eq!(votes(&network, height), 12);
        let signature = json!({"finality_signature": {"btc_pk_hex": key(&network, 7), "height": height}});
        assert_eq!(ask(&network, signature)["signature"].as_array().unwrap().len(), 32);
        network.chain.next_block();
        assert_eq!(network.finalized(), height);
    }
}

#[test]
fn bad_votes_are_told_and_the_others_count() {
    let mut network = start(&[90, 10]);
    network.run(20).unwrap();
    let closed = network.finalized() - 15;
    let first = network.finalized() + 2;
    network.vote(0, first - 1).unwrap();
    network.chain.faults.lose_all([first + 1]);
    network.chain.next_blocks(4);
    let hashes: Vec<_> = (first..first + 4).map(|height| network.app_hash(height)).collect();
    let mut message = network.fps[0].vote_range(first, &hashes).unwrap();
    let votes_of = &mut message["submit_finality_signature_range"]["votes"];
    votes_of[2]["signature"] = votes_of[0]["signature"].clone();
    votes_of[3]["signature"] = json!("AAAA");
    let told = verdicts(&network.execute(&message).unwrap());
    assert_eq!(told[0], "counted");
    assert!(told[1].contains(CLOSED), "a hole: {}", told[1]);
    assert!(told[2].contains("finality signature is not valid"), "{}", told[2]);
    assert!(told[3].contains("signature must be 32 bytes"), "{}", told[3]);

    let mut message = network.fps[0].vote_range(first + 2, &hashes[2..]).unwrap();
    message["submit_finality_signature_range"]["votes"][0]["pub_rand"] = json!("AAAA");
    let told = verdicts(&network.execute(&message).unwrap());
    assert!(told[0].contains("public randomness must be 32 bytes"), "{}", told[0]);
    assert!(told[1].contains("invalid inclusion proof"), "the proof is of both: {}", told[1]);

    let hash = network.app_hash(closed);
    let mut entries: Vec<_> = network.fps.iter().map(|fp| fp.vote_entry(closed, &hash).unwrap()).collect();
    entries.push(entries[0].clone());
    entries[2]["fp_pubkey_hex"] = json!("02".repeat(32));
    entries.push(entries[0].clone());
    entries[3]["fp_pubkey_hex"] = json!("xyz");
    let told = verdicts(&network.execute(&submit_finality_signatures_at(closed, &hash, &entries)).unwrap());
    assert!(
        told[..2].iter().all(|verdict| verdict.contains("duplicated") || verdict.contains(CLOSED)),
        "{told:?}"
    );
    assert!(told[2].contains("Finality provider not found"), "{}", told[2]);
    assert!(told[3].contains("not hexadecimal"), "{}", told[3]);
}

#[test]
fn an_equivocation_in_a_batch_slashes_and_its_neighbours_count() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = open_heights(&mut network, 1).start;
    vote_for(&mut network, 3, height, height - 1).unwrap();
    let hash = network.app_hash(height);
    let entries: Vec<Value> = network.fps.iter().map(|fp| fp.vote_entry(height, &hash).unwrap()).collect();
    let report = network.execute(&submit_finality_signatures_at(height, &hash, &entries)).unwrap();
    assert_eq!(verdicts(&report), ["counted", "counted", "counted", "equivocation"]);
    assert!(report.attribute("wasm-slashed_finality_provider", "extracted_secret_key").is_some());
    network.chain.next_block();
    network.relay();
    assert!(is_slashed(&network, 3) && !is_slashed(&network, 0));
    assert_eq!(outbox(&network), ["done"]);
    assert_eq!(network.link.app.babylon.slashings().len(), 1);
}

#[test]
fn a_vote_on_a_sheet_is_half_of_an_evidence() {
    let mut network = start(&[20; 12]);
    let height = open_heights(&mut network, 1).start;
    let hash = network.app_hash(height);
    let entries: Vec<_> = network.fps.iter().map(|fp| fp.vote_entry_packed(height, &hash).unwrap()).collect();
    network.execute(&submit_finality_signatures_at_packed(height, &hash, &entries)).unwrap();
    let report = vote_for(&mut network, 5, height, height - 1).unwrap();
    assert_eq!(report.attribute("wasm-submit_finality_signature", "verdict"), Some("equivocation"));
    assert!(is_slashed(&network, 5));
    assert_eq!(votes(&network, height), 12, "it still counts where it was cast before");
}

#[test]
fn who_signs_twice_in_one_range_is_slashed_within_it() {
    let mut network = start(&[40, 30, 20, 10]);
    let heights = open_heights(&mut network, 3);
    vote_for(&mut network, 3, heights.start + 1, heights.start).unwrap();
    let hashes: Vec<_> = heights.clone().map(|height| network.app_hash(height)).collect();
    let message = network.fps[3].vote_range_packed(heights.start, &hashes).unwrap();
    let told = verdicts(&network.execute(&message).unwrap());
    assert_eq!(told[..2], ["counted", "equivocation"]);
    assert!(told[2].contains("slashed"), "{}", told[2]);
    assert!(is_slashed(&network, 3));
}
