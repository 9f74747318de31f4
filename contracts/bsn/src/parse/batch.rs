//! Messages that carry many votes: each is parsed by itself, so that a bad one costs the others nothing.

use api::bsn as wire;
use cosmwasm_std::Binary;
use eots::PublicRandomness;
use finality::evidence::SignedHash;
use finality::vote::{Opening, Vote};
use merkle::{Hash, RangeProof};
use primitives::{AppHash, BlockHeight, FpPublicKey, ParseError};

use super::{exactly, proof, signature, signed_hash};

/// A nonce and what was signed with it. A vote with a malformed nonce gets an all-zero nonce, so the range proof fails
/// for all of them.
pub type Signed = (PublicRandomness, Result<SignedHash, ParseError>);

const NO_NONCE: PublicRandomness = PublicRandomness::from_bytes([0; 32]);

fn nonce(bytes: &Binary) -> Result<PublicRandomness, ParseError> {
    Ok(PublicRandomness::from_bytes(exactly("public randomness", bytes)?))
}

/// The votes of a range: those written out, then those packed.
pub fn range(votes: &[wire::RangeVote], packed: &Binary) -> Vec<Signed> {
    let mut all: Vec<Signed> = vec![];
    for vote in votes {
        all.push(match nonce(&vote.pub_rand) {
            Ok(nonce) => (nonce, signed_hash(&vote.app_hash, &vote.signature)),
            Err(bad) => (NO_NONCE, Err(bad)),
        });
    }
    let mut rest = packed.as_slice();
    while !rest.is_empty() {
        all.push(match packed_vote(&mut rest) {
            Ok([nonce, app_hash, signature]) => {
                let app_hash = AppHash::from_bytes(app_hash);
                (PublicRandomness::from_bytes(nonce), Ok(SignedHash { app_hash, signature }))
            }
            Err(cut) => (NO_NONCE, Err(cut)),
        });
    }
    all
}

/// The proof of a range.
pub fn range_proof(proof: &wire::MerkleRangeProof) -> Result<RangeProof, ParseError> {
    let wire::MerkleRangeProof { total, start, aunts } = proof;
    let aunts = aunts.iter().map(|aunt| exactly("aunt", aunt)).collect::<Result<_, _>>()?;
    Ok(RangeProof { total: *total, start: *start, aunts })
}

/// The votes of one height: those written out, then those packed.
pub fn votes_at(
    height: BlockHeight,
    app_hash: AppHash,
    votes: Vec<wire::VoteAt>,
    packed: &Binary,
) -> Vec<Result<Vote, ParseError>> {
    let mut all = vec![];
    for vote in votes {
        all.push(written_vote(height, app_hash, vote));
    }
    let mut rest = packed.as_slice();
    while !rest.is_empty() {
        let vote = packed_vote(&mut rest).and_then(|[key, randomness, signature]| {
            Ok(Vote {
                provider: FpPublicKey::from_bytes(key),
                height,
                randomness: PublicRandomness::from_bytes(randomness),
                opening: Opening::Aunts(packed_aunts(&mut rest)?),
                signed: SignedHash { app_hash, signature },
            })
        });
        all.push(vote);
    }
    all
}

fn written_vote(height: BlockHeight, app_hash: AppHash, vote: wire::VoteAt) -> Result<Vote, ParseError> {
    Ok(Vote {
        provider: FpPublicKey::from_hex(&vote.fp_pubkey_hex)?,
        height,
        randomness: nonce(&vote.pub_rand)?,
        opening: Opening::Proof(proof(vote.proof)?),
        signed: SignedHash { app_hash, signature: signature(&vote.signature)? },
    })
}

/// Three times 32 bytes; too few of them are the last.
fn packed_vote(rest: &mut &[u8]) -> Result<[[u8; 32]; 3], ParseError> {
    Ok([packed_hash(rest)?, packed_hash(rest)?, packed_hash(rest)?])
}

fn packed_aunts(rest: &mut &[u8]) -> Result<Vec<Hash>, ParseError> {
    let Some((count, aunts)) = rest.split_first() else { return Err(cut(rest)) };
    *rest = aunts;
    (0..*count).map(|_| packed_hash(rest)).collect()
}

fn packed_hash(rest: &mut &[u8]) -> Result<Hash, ParseError> {
    let Some((hash, after)) = rest.split_first_chunk() else { return Err(cut(rest)) };
    *rest = after;
    Ok(*hash)
}

/// What is left is no vote, nor is anything behind it.
fn cut(rest: &mut &[u8]) -> ParseError {
    let got = rest.len();
    *rest = &[];
    ParseError::Length { what: "packed vote", expected: 32, got }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn votes(packed: &[u8]) -> Vec<Result<Vote, ParseError>> {
        votes_at(BlockHeight::new(1), AppHash::from_bytes([9; 32]), vec![], &Binary::from(packed))
    }

    #[test]
    fn packed_votes_are_read_one_behind_the_other() {
        let vote = |aunts: u8| {
            [&[1; 32][..], &[2; 32], &[3; 32], &[aunts], &vec![4; 32 * usize::from(aunts)]].concat()
        };
        let read = votes(&[vote(2), vote(0)].concat());
        let aunts: Vec<_> = read.iter().map(|vote| vote.as_ref().map(|vote| vote.opening.clone())).collect();
        assert_eq!(aunts, [Ok(Opening::Aunts(vec![[4; 32]; 2])), Ok(Opening::Aunts(vec![]))]);
        let cut = votes(&[vote(0), vote(2)].concat()[..97 + 100]);
        assert!(cut[0].is_ok() && cut[1].is_err() && cut.len() == 2);
        assert_eq!(
            range(&[], &Binary::from(vec![1; 96 * 2 + 95])).iter().filter(|(_, vote)| vote.is_ok()).count(),
            2
        );
    }

    #[test]
    fn each_vote_is_there_however_many() {
        assert_eq!(range(&[], &Binary::from(vec![1; 96 * 300])).len(), 300);
        assert_eq!(votes(&vec![0; 97 * 300]).len(), 300);
    }

    proptest! {
        #[test]
        fn any_bytes_are_votes_or_errors(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let read = votes(&bytes);
            prop_assert!(read.len() <= bytes.len());
            prop_assert!(read.iter().rev().skip(1).all(Result::is_ok), "only the last may be cut");
            prop_assert_eq!(range(&[], &Binary::from(bytes.clone())).len(), bytes.len().div_ceil(96));
        }
    }
}
