//! The proofs of Babylon's Go code, made with CometBFT's `crypto/merkle`.

use bsn_merkle::{MerkleError, Proof};
use vectors::babylon;

#[test]
fn the_randomness_of_a_vote_is_in_the_commitment() {
    let (Some(made), Some([vote, _])) = (babylon::commitment(), babylon::votes()) else { return };
    assert_eq!((vote.proof.total, vote.proof.index, vote.proof.aunts.len()), (1000, 1, 10));
    assert_eq!(vote.proof.root(), Ok(made.commitment));
    assert_eq!(vote.proof.verify(&made.commitment, &vote.randomness), Ok(()));
}

#[test]
fn it_is_there_at_no_other_place() {
    let (Some(made), Some([vote, _])) = (babylon::commitment(), babylon::votes()) else { return };
    for index in (0..1000).filter(|index| *index != vote.proof.index) {
        let moved = Proof { index, ..vote.proof.clone() };
        let refused = moved.verify(&made.commitment, &vote.randomness);
        let is_expected =
            matches!(refused, Err(MerkleError::WrongRoot { .. } | MerkleError::WrongNumberOfAunts { .. }));
        assert!(is_expected, "{index}: {refused:?}");
    }
}
