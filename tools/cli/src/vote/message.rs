//! Messages to the contract.

use api::bsn::{ExecuteMsg, MerkleProof, MerkleRangeProof, RangeVote};
use primitives::FpPublicKey;

use super::nonces::Nonces;
use super::signer::Signed;

/// Commits to nonces.
pub fn commitment(fp: &FpPublicKey, nonces: &Nonces, signature: [u8; 64]) -> ExecuteMsg {
    ExecuteMsg::CommitPublicRandomness {
        fp_pubkey_hex: fp.to_string(),
        start_height: nonces.start(),
        num_pub_rand: nonces.count(),
        commitment: nonces.root().into(),
        signature: signature.into(),
    }
}

/// Votes at consecutive heights of one commitment: a single vote, or a range of them. Nothing for none, or for heights that are
/// not among the nonces.
pub fn votes(fp: &FpPublicKey, nonces: &Nonces, votes: &[Signed]) -> Option<ExecuteMsg> {
    let fp_pubkey_hex = fp.to_string();
    let first = votes.first()?;
    if let [vote] = votes {
        let proof = nonces.proof(vote.height)?;
        return Some(ExecuteMsg::SubmitFinalitySignature {
            fp_pubkey_hex,
            height: vote.height,
            pub_rand: vote.randomness.as_bytes().into(),
            proof: MerkleProof {
                total: proof.total,
                index: proof.index,
                leaf_hash: proof.leaf_hash.into(),
                aunts: Some(proof.aunts.into_iter().map(Into::into).collect()),
            },
            block_hash: vote.app_hash.as_bytes().into(),
            signature: vote.signature.as_bytes().into(),
        });
    }
    let proof = nonces.range(first.height, u64::try_from(votes.len()).ok()?)?;
    let vote = |vote: &Signed| RangeVote {
        pub_rand: vote.randomness.as_bytes().into(),
        app_hash: vote.app_hash.as_bytes().into(),
        signature: vote.signature.as_bytes().into(),
    };
    Some(ExecuteMsg::SubmitFinalitySignatureRange {
        fp_pubkey_hex,
        start_height: first.height,
        votes: votes.iter().map(vote).collect(),
        packed: Vec::new().into(),
        proof: MerkleRangeProof {
            total: proof.total,
            start: proof.start,
            aunts: proof.aunts.into_iter().map(Into::into).collect(),
        },
    })
}
