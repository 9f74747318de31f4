//! Which votes go together: those at consecutive heights of one commitment.

use super::due::Committed;
use super::signer::Signed;

/// Cuts votes, in the order of their heights, into runs of at most `most`, each within one commitment. A vote at a height that
/// nothing covers stands in no run.
pub fn runs(votes: &[Signed], commitments: &[Committed], most: usize) -> Vec<(Committed, Vec<Signed>)> {
    let mut runs: Vec<(Committed, Vec<Signed>)> = Vec::new();
    for vote in votes {
        let Some(own) = commitments.iter().find(|one| one.covers(vote.height)).copied() else { continue };
        match runs.last_mut() {
            Some((commitment, run))
                if *commitment == own
                    && run.len() < most
                    && run.last().is_some_and(|last| last.height.checked_add(1) == Some(vote.height)) =>
            {
                run.push(*vote);
            }
            _ => runs.push((own, vec![*vote])),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use eots::{PublicRandomness, Signature};
    use primitives::AppHash;

    use super::*;

    fn cut(heights: &[u64], most: usize) -> Vec<Vec<u64>> {
        let vote = |height: &u64| Signed {
            height: *height,
            app_hash: AppHash::from_bytes([1; 32]),
            randomness: PublicRandomness::from_bytes([2; 32]),
            signature: Signature::from_bytes([3; 32]),
        };
        let commitment = |start| Committed { start, count: 10, root: [0; 32], block: 1 };
        let votes: Vec<Signed> = heights.iter().map(vote).collect();
        let runs = runs(&votes, &[commitment(1), commitment(11)], most);
        runs.into_iter().map(|(_, run)| run.iter().map(|vote| vote.height).collect()).collect()
    }

    #[test]
    fn a_run_ends_before_a_gap_at_a_commitment_s_end_and_where_it_is_full() {
        assert_eq!(cut(&[1, 2, 3, 5, 6], 9), [vec![1, 2, 3], vec![5, 6]]);
        assert_eq!(cut(&[9, 10, 11, 12], 9), [vec![9, 10], vec![11, 12]]);
        assert_eq!(cut(&[1, 2, 3, 4, 5], 2), [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(cut(&[20, 21, 22], 9), [vec![20]], "what nothing covers cannot be proven");
    }
}
