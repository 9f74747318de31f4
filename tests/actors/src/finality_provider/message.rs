//! The daemon's messages, field by field as its Go structs write them (PROTOCOL.md, "The daemon's messages"),
//! and ours of many votes and of evidence (RULINGS.md, "Votes: Ok or error" and "Evidence").

use base64::{Engine, engine::general_purpose::STANDARD};
use eots::{PublicRandomness, Signature};
use merkle::{Proof, RangeProof};
use serde_json::{Value, json};

/// Bytes as Go writes them into JSON: base64 with padding.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> Value {
    STANDARD.encode(bytes).into()
}

/// A proof; **`aunts` is null where there are none**, since Go has a nil slice there.
pub(crate) fn proof(proof: &Proof) -> Value {
    let aunts = match proof.aunts.as_slice() {
        [] => Value::Null,
        aunts => aunts.iter().map(base64).collect(),
    };
    json!({
        "total": proof.total,
        "index": proof.index,
        "leaf_hash": base64(proof.leaf_hash),
        "aunts": aunts,
    })
}

/// A proof of consecutive leaves.
pub(crate) fn range_proof(proof: &RangeProof) -> Value {
    let aunts: Value = proof.aunts.iter().map(base64).collect();
    json!({ "total": proof.total, "start": proof.start, "aunts": aunts })
}

/// Everything that a vote is, but the proof.
pub(crate) struct SignedVote {
    pub(crate) pub_rand: PublicRandomness,
    pub(crate) app_hash: [u8; 32],
    pub(crate) signature: Signature,
}

pub(crate) fn submit_finality_signature(fp: &str, height: u64, vote: &SignedVote, proof: Value) -> Value {
    json!({ "submit_finality_signature": {
        "fp_pubkey_hex": fp,
        "height": height,
        "pub_rand": base64(vote.pub_rand.as_bytes()),
        "proof": proof,
        "block_hash": base64(vote.app_hash),
        "signature": base64(vote.signature.as_bytes()),
    } })
}

pub(crate) fn submit_finality_signature_range(
    fp: &str,
    start_height: u64,
    votes: &[SignedVote],
    proof: Value,
) -> Value {
    let votes: Value = votes
        .iter()
        .map(|vote| {
            json!({
                "pub_rand": base64(vote.pub_rand.as_bytes()),
                "app_hash": base64(vote.app_hash),
                "signature": base64(vote.signature.as_bytes()),
            })
        })
        .collect();
    json!({ "submit_finality_signature_range": {
        "fp_pubkey_hex": fp,
        "start_height": start_height,
        "votes": votes,
        "proof": proof,
    } })
}

pub(crate) fn submit_evidence(fp: &str, height: u64, first: &SignedVote, second: &SignedVote) -> Value {
    let side = |vote: &SignedVote| json!({ "app_hash": base64(vote.app_hash), "signature": base64(vote.signature.as_bytes()) });
    json!({ "submit_evidence": {
        "fp_pubkey_hex": fp,
        "height": height,
        "pub_rand": base64(first.pub_rand.as_bytes()),
        "first": side(first),
        "second": side(second),
    } })
}
