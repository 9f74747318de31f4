//! Votes at grid heights: who has a row of the committee may vote, whatever else is true of the height or the FP.

use eots::Recover;
use primitives::SigningContext;

use super::{Facts, Opening, Verdict, Vote, VoteError, judge, verify};
use crate::Commitment;
use crate::evidence::SignedHash;

/// A voter's place in the committee of a grid height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The commitment of its row that covers the height: no other nonce counts there.
    pub row: Commitment,
    /// Its power in the committee, in sats.
    pub power: u64,
    /// What it signed there so far, for the grid.
    pub stored: Option<SignedHash>,
}

/// Judges a vote at a grid height: as anywhere, and where the ordinary rules find the height closed, or the FP jailed or
/// without power, by its row. The slashed have no place in it.
///
/// # Errors
/// [`VoteError`], as of [`judge`].
pub fn judge_at_grid(
    vote: &Vote,
    facts: &Facts<'_>,
    place: &Place,
    recover: &impl Recover,
    context: &SigningContext,
) -> Result<Verdict, VoteError> {
    // What was signed for the grid is kept longer than an ordinary vote.
    let facts = Facts { stored: facts.stored.or(place.stored), ..*facts };
    // The proof of a run was held against the commitments that are stored now, and says nothing of another.
    if matches!(vote.opening, Opening::Range(_)) && facts.commitment != Some(&place.row) {
        return judge(vote, &facts, recover, context);
    }
    let by_row = Facts { commitment: Some(&place.row), ..facts };
    if facts.stored.is_some() {
        return judge(vote, &by_row, recover, context);
    }
    match judge(vote, &facts, recover, context) {
        Err(VoteError::Closed { .. } | VoteError::NoPower { .. } | VoteError::Jailed { .. }) => {
            verify(vote, &by_row, recover, context)?;
            Ok(Verdict::Grid)
        }
        judged => judged,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Voter, open, voter_of};
    use super::super::{Ballot, Standing};
    use super::*;
    use crate::evidence::tests::{context, key};
    use eots::Native;
    use primitives::BlockHeight;

    fn judged(vote: &Vote, facts: &Facts<'_>, place: &Place) -> Result<Verdict, VoteError> {
        judge_at_grid(vote, facts, place, &Native, &context())
    }

    fn place(voter: &Voter) -> Place {
        Place { row: voter.commitment, power: 3, stored: None }
    }

    #[test]
    fn a_row_votes_where_the_ordinary_rules_refuse() {
        let voter = Voter::new();
        let jailed = Standing::Jailed;
        for (standing, ballot) in [
            (Standing::Good, Ballot::Closed),
            (Standing::Good, open(0, false)),
            (jailed, Ballot::Closed),
            (jailed, open(0, false)),
            (jailed, open(10, true)),
        ] {
            // Its commitment is forgotten.
            let facts = Facts { standing, ballot, commitment: None, ..voter.facts() };
            for app_hash in [1, 2] {
                let verdict = judged(&voter.vote(app_hash), &facts, &place(&voter));
                assert!(matches!(verdict, Ok(Verdict::Grid)), "{standing:?} {ballot:?}");
            }
            let mut forged = voter.vote(1);
            forged.signed.signature[0] ^= 1;
            assert!(matches!(judged(&forged, &facts, &place(&voter)), Err(VoteError::Signature { .. })));
        }
    }

    #[test]
    fn no_row_helps_the_slashed_or_a_height_that_is_not_there() {
        let voter = Voter::new();
        let slashed = Facts { standing: Standing::Slashed, ballot: Ballot::Closed, ..voter.facts() };
        assert!(matches!(judged(&voter.vote(1), &slashed, &place(&voter)), Err(VoteError::Slashed { .. })));
        let above = Facts { ballot: Ballot::NotReached, ..voter.facts() };
        assert!(matches!(judged(&voter.vote(1), &above, &place(&voter)), Err(VoteError::NotReached { .. })));
    }

    #[test]
    fn where_the_ordinary_rules_take_a_vote_they_decide() {
        let voter = Voter::new();
        assert!(matches!(judged(&voter.vote(1), &voter.facts(), &place(&voter)), Ok(Verdict::Counted(_))));
        assert!(matches!(judged(&voter.vote(2), &voter.facts(), &place(&voter)), Ok(Verdict::Fork)));
    }

    #[test]
    fn a_second_hash_costs_the_key_also_where_the_ordinary_vote_is_forgotten() {
        let voter = Voter::new();
        let signed = Place { stored: Some(voter.vote(1).signed), ..place(&voter) };
        for ballot in [Ballot::Closed, open(10, false)] {
            let facts = Facts { ballot, commitment: None, ..voter.facts() };
            let again = judged(&voter.vote(1), &facts, &signed);
            assert!(matches!(again, Err(VoteError::Duplicate { .. })), "{again:?}");
            let Ok(Verdict::Equivocation(_, secret)) = judged(&voter.vote(2), &facts, &signed) else {
                panic!("{ballot:?}")
            };
            assert_eq!(secret.to_bytes(), key().to_bytes());
        }
    }

    #[test]
    fn only_a_nonce_of_the_row_counts() {
        let (voter, other) = (Voter::new(), voter_of(9));
        let closed = Facts { ballot: Ballot::Closed, ..voter.facts() };
        let refused = judged(&other.vote(1), &closed, &place(&voter));
        assert!(matches!(refused, Err(VoteError::Proof(_))), "{refused:?}");
        let elsewhere = Commitment { start: BlockHeight::new(100), ..voter.commitment };
        let refused = judged(&voter.vote(1), &closed, &Place { row: elsewhere, ..place(&voter) });
        assert!(matches!(refused, Err(VoteError::NoRandomness { .. })), "{refused:?}");
    }

    /// Nothing was proven of a height that no stored commitment covers.
    #[test]
    fn the_proof_of_a_run_is_no_proof_for_another_row() {
        let voter = Voter::new();
        let vote = Vote { opening: Opening::Range(Ok(())), ..voter.vote(1) };
        let closed = Facts { ballot: Ballot::Closed, ..voter.facts() };
        assert!(matches!(judged(&vote, &closed, &place(&voter)), Ok(Verdict::Grid)));
        let unproven = Facts { commitment: None, ..closed };
        assert!(matches!(judged(&vote, &unproven, &place(&voter)), Err(VoteError::Closed { .. })));
        let stored = Place { stored: Some(voter.vote(2).signed), ..place(&voter) };
        let refused = judged(&vote, &unproven, &stored);
        assert!(matches!(refused, Err(VoteError::NoRandomness { .. })), "{refused:?}");
    }
}
