//! What is signed: sha256 of a [`SigningContext`] and the fields (PROTOCOL.md, "Signed bytes"; RULINGS.md,
//! "Unjail by key").
//!
//! All fields have a fixed length, or stand last, so that no two messages share their bytes.

use primitives::{AppHash, BlockHeight, SigningContext, UnixTime};
use sha2::{Digest, Sha256};

/// A finality signature: `context ‖ height u64 BE ‖ app hash`, where the app hash is that in the header at
/// `height`.
pub fn vote_hash(context: &SigningContext, height: BlockHeight, app_hash: &AppHash) -> [u8; 32] {
    hash([&context.as_bytes()[..], &height.get().to_be_bytes(), app_hash.as_bytes()])
}

/// A commitment to public randomness: `context ‖ start u64 BE ‖ num u64 BE ‖ commitment`, for the heights
/// from `start` on, `num` of them, where `commitment` is the root of the Merkle tree of their randomness.
pub fn commitment_hash(
    context: &SigningContext,
    start: BlockHeight,
    num: u64,
    commitment: &[u8; 32],
) -> [u8; 32] {
    hash([&context.as_bytes()[..], &start.get().to_be_bytes(), &num.to_be_bytes(), commitment])
}

/// A proof of possession of type 0: `context ‖ address`, where the address is the finality provider's on Babylon,
/// decoded from bech32.
pub fn proof_of_possession_hash(context: &SigningContext, address: &[u8]) -> [u8; 32] {
    hash([&context.as_bytes()[..], address])
}

/// A finality provider's request to be unjailed: `context ‖ jailed until u64 BE`, so that it is good
/// for one jailing.
pub fn unjail_hash(context: &SigningContext, jailed_until: UnixTime) -> [u8; 32] {
    hash([&context.as_bytes()[..], &jailed_until.get().to_be_bytes()])
}

/// A staker's word about where its rewards are paid: `context ‖ staker's key ‖ counter u64 BE ‖ address`, where the address is that on
/// the appchain, decoded from bech32.
pub fn payout_hash(
    context: &SigningContext,
    staker_key: &[u8; 32],
    counter: u64,
    address: &[u8],
) -> [u8; 32] {
    hash([&context.as_bytes()[..], staker_key, &counter.to_be_bytes(), address])
}

fn hash<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> SigningContext {
        SigningContext::finality_vote("a", "b")
    }

    fn sha256_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    #[test]
    fn messages_are_laid_out_byte_by_byte() {
        let head = context().as_str().to_owned().into_bytes();
        let height = [0, 0, 0, 0, 0, 0, 1, 2];
        let app_hash = AppHash::from_bytes([9; 32]);
        assert_eq!(
            vote_hash(&context(), BlockHeight::new(258), &app_hash),
            sha256_of(&[&head[..], &height, &[9; 32]].concat())
        );
        assert_eq!(
            commitment_hash(&context(), BlockHeight::new(258), 3, &[8; 32]),
            sha256_of(&[&head[..], &height, &[0, 0, 0, 0, 0, 0, 0, 3], &[8; 32]].concat())
        );
        assert_eq!(
            proof_of_possession_hash(&context(), &[7; 20]),
            sha256_of(&[&head[..], &[7; 20]].concat())
        );
        assert_eq!(unjail_hash(&context(), UnixTime::new(258)), sha256_of(&[&head[..], &height].concat()));
        assert_eq!(
            payout_hash(&context(), &[6; 32], 258, &[7; 20]),
            sha256_of(&[&head[..], &[6; 32], &height, &[7; 20]].concat())
        );
    }
}
