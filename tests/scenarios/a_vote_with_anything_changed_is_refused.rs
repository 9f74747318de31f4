//! Proves: C-23, C-47
//!
//! The host's recovery of a key is used in one way only: whatever is changed in a vote, a nonce, a hash, a signature or
//! a proof, by a bit, by its sign or to an edge of the group, is refused with a named error, and nothing is stored.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, start, text};

const VOTE: &str = "submit_finality_signature";

fn bytes(message: &Value, field: &str) -> Vec<u8> {
    STANDARD.decode(message[VOTE][field].as_str().unwrap()).unwrap()
}

fn with(message: &Value, field: &str, value: &[u8]) -> Value {
    let mut message = message.clone();
    message[VOTE][field] = json!(STANDARD.encode(value));
    message
}

fn is_refused(network: &mut Network, message: &Value, what: &str) {
    let refusal = text(network.execute(message));
    for panicked in ["unreachable", "panic", "out of gas", "Aborted"] {
        assert!(!refusal.contains(panicked), "{what}: {refusal}");
    }
}

#[test]
fn by_a_bit_in_any_byte() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let good = network.fps[0].vote(height, &network.app_hash(height)).unwrap();
    for field in ["pub_rand", "block_hash", "signature"] {
        let honest = bytes(&good, field);
        for (place, bit) in (0..honest.len()).zip([1u8, 2, 4, 8, 16, 32, 64, 128].into_iter().cycle()) {
            let mut changed = honest.clone();
            changed[place] ^= bit;
            is_refused(&mut network, &with(&good, field, &changed), &format!("{field} {place} {bit}"));
        }
    }
    accepts_the_honest_one(&mut network, &good, height);
}

#[test]
fn to_an_edge_of_the_group() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let good = network.fps[0].vote(height, &network.app_hash(height)).unwrap();
    let edges = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", // n - 1
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", // n
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e", // p - 1
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", // p
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", // x of the generator
    ];
    for edge in edges {
        let bytes: Vec<u8> =
            (0..32).map(|i| u8::from_str_radix(&edge[2 * i..2 * i + 2], 16).unwrap()).collect();
        for field in ["pub_rand", "signature"] {
            is_refused(&mut network, &with(&good, field, &bytes), &format!("{field} = {edge}"));
        }
    }
    accepts_the_honest_one(&mut network, &good, height);
}

/// A 32-bit machine that cuts numbers off would take these for the honest ones.
#[test]
fn by_four_billion_in_a_number() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let good = network.fps[0].vote(height, &network.app_hash(height)).unwrap();
    for fields in [&["total"][..], &["index"], &["total", "index"]] {
        let mut changed = good.clone();
        for field in fields {
            let honest = good[VOTE]["proof"][field].as_u64().unwrap();
            changed[VOTE]["proof"][field] = json!(honest + (1 << 32));
        }
        is_refused(&mut network, &changed, &format!("{fields:?}"));
    }
    let mut far = good.clone();
    far[VOTE]["height"] = json!(height + (1 << 32));
    is_refused(&mut network, &far, "height");
    accepts_the_honest_one(&mut network, &good, height);
}

fn accepts_the_honest_one(network: &mut Network, good: &Value, height: u64) {
    let votes = ask(network, json!({"votes": {"height": height}}));
    assert_eq!(votes["btc_pks"], json!([]), "nothing of it was stored");
    network.execute(good).unwrap();
}
