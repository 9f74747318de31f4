//! Proves: C-21, C-24, C-25, C-26, K27
//!
//! Daemons act on texts: every refusal of a vote or a commitment says what they look for, and nothing else.

use devnet::actors::{Appchain, FinalityProvider};
use serde_json::{Value, json};

use super::support::{CLOSED, ask, key, run, start, start_with, text, vote_for};

const VOTE: &str = "submit_finality_signature";
const COMMIT: &str = "commit_public_randomness";

fn with(message: &Value, kind: &str, field: &str, value: Value) -> Value {
    let mut message = message.clone();
    message[kind][field] = value;
    message
}

#[test]
fn of_votes() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    network.vote(0, height).unwrap();
    let refusal = text(network.vote(0, height));
    assert!(refusal.contains("duplicated finality vote"), "{refusal}");
    let refusal = text(vote_for(&mut network, 1, height + 5, height));
    assert!(refusal.contains("the chain has not reached the given height yet"), "{refusal}");
    let index = network.add_fp(7, 5).unwrap();
    network.relay();
    let start = network.chain.height() + 1;
    network.commit(index, start, 500).unwrap();
    run(&mut network, 2);
    let tip = network.chain.height();
    let refusal = text(network.vote(index, tip));
    assert!(refusal.contains(CLOSED) && refusal.contains("does not have voting power"), "{refusal}");
    run(&mut network, 40);
    network.offline.insert(3);
    let old = network.chain.height();
    run(&mut network, 30);
    let refusal = text(network.vote(3, old));
    assert!(refusal.contains(CLOSED), "{refusal}");
    assert!(!refusal.contains("slashed") && !refusal.contains("jailed"), "{refusal}");
}

#[test]
fn of_votes_before_activation() {
    let mut network = start_with(&[40, 30], json!({"finality_activation_height": 4}));
    let early = network.fps[0].clone().commit(3, 400);
    let refusal = text(network.execute(&early));
    assert!(refusal.contains("Finality is not activated yet"), "{refusal}");
    let vote = network.fps[0].vote(4, &network.app_hash(4)).unwrap();
    let refusal = text(network.execute(&with(&vote, VOTE, "height", json!(3))));
    assert!(refusal.contains("Finality is not activated yet"), "{refusal}");
}

#[test]
fn of_bytes_that_are_no_vote() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let good = network.fps[0].vote(height, &network.app_hash(height)).unwrap();
    let other = network.fps[1].vote(height, &network.app_hash(height)).unwrap();
    let earlier = network.fps[0].vote(height - 1, &network.app_hash(height)).unwrap();
    for field in ["block_hash", "signature", "pub_rand"] {
        for base64 in [
            "",
            "AA==",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            text(network.execute(&with(&good, VOTE, field, json!(base64))));
        }
        if field != "block_hash" {
            text(network.execute(&with(&good, VOTE, field, other[VOTE][field].clone())));
        }
    }
    for proof in [&other, &earlier] {
        text(network.execute(&with(&good, VOTE, "proof", proof[VOTE]["proof"].clone())));
    }
    let bad = with(&good, VOTE, "signature", earlier[VOTE]["signature"].clone());
    let refusal = text(network.execute(&bad));
    assert!(refusal.contains("Failed to verify EOTS signature"), "{refusal}");
    let votes = ask(&network, json!({"votes": {"height": height}}));
    assert_eq!(votes["btc_pks"], json!([]), "nothing of it was stored");
    network.execute(&good).unwrap();
}

#[test]
fn of_a_vote_for_another_chain_contract_or_height() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let hash = network.app_hash(height);
    let (chain_id, contract) = (network.chain.chain_id().to_owned(), network.bsn.clone());
    let honest = &network.fps[0];
    let others = [
        Appchain { chain_id: "bsn-devnet-2".into(), contract: contract.clone() },
        Appchain { chain_id, contract: network.sender.clone() },
    ];
    let mut messages = Vec::new();
    for appchain in &others {
        let mut twin = FinalityProvider::with_key(honest.secret_key().clone(), *honest.operator(), appchain);
        let first = honest.commitments()[0].start_height;
        messages.push(twin.commit(first + 100_000, 10));
        let _unsent = twin.commit(first, 1_000);
        messages.push(twin.vote(height, &hash).unwrap());
        // With the nonce and proof of this chain, so that only the signature is from elsewhere.
        let signature = twin.vote(height, &hash).unwrap()[VOTE]["signature"].clone();
        messages.push(with(&honest.vote(height, &hash).unwrap(), VOTE, "signature", signature));
    }
    messages.push(with(&honest.vote(height - 1, &hash).unwrap(), VOTE, "height", json!(height)));
    for message in messages {
        text(network.execute(&message));
    }
    network.vote(0, height).unwrap();
}

#[test]
fn of_commitments() {
    let mut network = start(&[40, 30, 20, 10]);
    let end = {
        let one = &network.fps[0].commitments()[0];
        one.start_height + 1_000
    };
    let far = network.chain.height() + 1_600_000;
    let cases = [
        (end - 1, 10, "has overlap with the height of the highest public randomness committed"),
        (end, 0, "too few public randomness"),
        (far, 10, "too far into the future"),
    ];
    let good = network.fps[0].clone().commit(end, 10);
    for (start, count, why) in cases {
        let count: u64 = count;
        let message = if count == 0 {
            with(&good, COMMIT, "num_pub_rand", json!(0))
        } else {
            network.fps[0].clone().commit(start, count)
        };
        let refusal = text(network.execute(&message));
        assert!(refusal.contains(why), "{refusal}");
    }
    for (start, count) in [(end, u64::MAX), (u64::MAX, 10), (u64::MAX, u64::MAX), (end, u64::MAX - end + 1)] {
        let message =
            with(&with(&good, COMMIT, "start_height", json!(start)), COMMIT, "num_pub_rand", json!(count));
        let refusal = text(network.execute(&message));
        assert!(!refusal.contains("panic") && !refusal.contains("unreachable"), "{refusal}");
    }
    let refusal = text(network.execute(&with(&good, COMMIT, "num_pub_rand", json!(11))));
    assert!(refusal.contains("invalid signature"), "{refusal}");
    let appchain = Appchain { chain_id: network.chain.chain_id().to_owned(), contract: network.bsn.clone() };
    let stranger = FinalityProvider::new(99, 0, &appchain).commit(end, 10);
    text(network.execute(&stranger));
    network.execute(&good).unwrap();
    let refusal = text(network.execute(&good));
    assert!(refusal.contains("has overlap"), "{refusal}");

    let height = network.chain.height();
    let evidence =
        network.fps[3].submit_evidence(height, &network.app_hash(height), &network.app_hash(height - 1));
    network.execute(&evidence).unwrap();
    let slashed = network.fps[3].clone().commit(end, 10);
    let refusal = text(network.execute(&slashed));
    assert!(refusal.contains("slashed"), "{refusal}");
    let last = ask(&network, json!({"last_pub_rand_commit": {"btc_pk_hex": key(&network, 3)}}));
    assert!(last["start_height"].as_u64() < Some(end));
}

#[test]
fn of_commitments_as_far_ahead_as_babylon_lets_them() {
    let mut network = start(&[40, 30]);
    let ahead = |network: &mut devnet::network::Network, offset: u64| {
        let message = network.fps[0].clone().commit(network.chain.height() + 1 + offset, 50_000);
        network.execute(&message)
    };
    let refusal = text(ahead(&mut network, 160_000));
    assert!(refusal.contains("too far into the future"), "{refusal}");
    ahead(&mut network, 159_999).unwrap();
    let last = ask(&network, json!({"last_pub_rand_commit": {"btc_pk_hex": key(&network, 0)}}));
    assert_eq!(last["num_pub_rand"], 50_000);
}
