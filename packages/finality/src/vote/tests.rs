use super::*;
use crate::evidence::tests::{context, key};
use eots::{Native, SecretRandomness, message};
use merkle::Tree;

const START: u64 = 5;
const HEIGHT: u64 = 9;

pub struct Voter {
    tree: Tree,
    pub commitment: Commitment,
    shift: u64,
}

/// With other nonces: those of so many heights further on.
pub fn voter_of(shift: u64) -> Voter {
    Voter::of(shift)
}

impl Voter {
    pub fn new() -> Self {
        Self::of(0)
    }

    fn of(shift: u64) -> Self {
        let nonces = (START..START + 10).map(|h| *nonce(h + shift).public().as_bytes());
        let tree = Tree::new(nonces);
        let commitment = Commitment {
            start: BlockHeight::new(START),
            count: 10,
            root: tree.root(),
            committed_at: BlockHeight::new(2),
        };
        Self { tree, commitment, shift }
    }

    pub fn vote(&self, app_hash: u8) -> Vote {
        let height = BlockHeight::new(HEIGHT);
        let app_hash = AppHash::from_bytes([app_hash; 32]);
        let hash = message::vote_hash(&context(), height, &app_hash);
        let signature = *eots::sign(&key(), &nonce(HEIGHT + self.shift), &hash).as_bytes();
        Vote {
            provider: key().public_key().into(),
            height,
            randomness: nonce(HEIGHT + self.shift).public(),
            opening: Opening::Proof(self.tree.proof(HEIGHT - START).unwrap()),
            signed: SignedHash { app_hash, signature },
        }
    }

    pub fn facts(&self) -> Facts<'_> {
        Facts {
            standing: Standing::Good,
            stored: None,
            ballot: open(10, false),
            commitment: Some(&self.commitment),
            counted_through: BlockHeight::new(3),
        }
    }
}

pub fn open(power: u128, passed: bool) -> Ballot {
    Ballot::Open { app_hash: AppHash::from_bytes([1; 32]), power: VotingPower::new(power), passed }
}

fn nonce(height: u64) -> SecretRandomness {
    SecretRandomness::derive(&key(), &context(), height)
}

fn judged(vote: &Vote, facts: &Facts<'_>) -> Result<Verdict, VoteError> {
    judge(vote, facts, &Native, &context())
}

#[test]
fn a_vote_for_the_canonical_hash_counts_and_one_for_another_is_kept() {
    let voter = Voter::new();
    assert!(matches!(judged(&voter.vote(1), &voter.facts()), Ok(Verdict::Counted(p)) if p.get() == 10));
    assert!(matches!(judged(&voter.vote(2), &voter.facts()), Ok(Verdict::Fork)));
}

#[test]
fn any_two_hashes_at_one_height_cost_the_key_whatever_the_state() {
    let voter = Voter::new();
    for (first, second) in [(1, 2), (2, 1), (2, 3)] {
        for standing in [Standing::Good, Standing::Jailed] {
            for ballot in [voter.facts().ballot, Ballot::Closed, Ballot::NotReached] {
                let stored = Some(voter.vote(first).signed);
                let facts = Facts { standing, stored, ballot, ..voter.facts() };
                let Ok(Verdict::Equivocation(evidence, secret)) = judged(&voter.vote(second), &facts) else {
                    panic!("{first} then {second}, {standing:?}, {ballot:?}")
                };
                assert_eq!(secret.to_bytes(), key().to_bytes());
                assert!(evidence.verify(&Native, &context()).is_ok());
            }
        }
    }
}

#[test]
fn every_vote_that_does_not_count_has_its_exact_text() {
    let voter = Voter::new();
    let vote = voter.vote(1);
    let provider = vote.provider;
    let height = vote.height;
    let young = Commitment { committed_at: BlockHeight::new(3), ..voter.commitment };
    let elsewhere = Commitment { start: BlockHeight::new(100), ..voter.commitment };
    let nobody = open(0, false);
    let activation = BlockHeight::new(50);
    let facts = voter.facts();
    let cases = [
        (Facts { standing: Standing::Slashed, ..facts }, VoteError::Slashed { provider }),
        (
            Facts { standing: Standing::Jailed, ballot: open(10, true), ..facts },
            VoteError::Jailed { provider },
        ),
        (Facts { stored: Some(vote.signed), ..facts }, VoteError::Duplicate { provider, height }),
        (Facts { ballot: Ballot::NotReached, ..facts }, VoteError::NotReached { height }),
        (
            Facts { ballot: Ballot::Inactive { activation }, ..facts },
            VoteError::NotActivated { height, activation },
        ),
        (Facts { ballot: Ballot::Closed, ..facts }, VoteError::Closed { height }),
        (Facts { ballot: nobody, ..facts }, VoteError::NoPower { provider, height }),
        (Facts { commitment: None, ..facts }, VoteError::NoRandomness { provider, height }),
        (Facts { commitment: Some(&elsewhere), ..facts }, VoteError::NoRandomness { provider, height }),
        (
            Facts { commitment: Some(&young), ..facts },
            VoteError::NotTimestamped {
                provider,
                committed_at: BlockHeight::new(3),
                counted_through: BlockHeight::new(3),
            },
        ),
    ];
    for (facts, expected) in cases {
        let text = expected.to_string();
        assert_eq!(judged(&vote, &facts).unwrap_err(), expected);
        assert_eq!(text.contains("jailed"), matches!(expected, VoteError::Jailed { .. }), "{text}");
        assert_eq!(text.contains("slashed"), matches!(expected, VoteError::Slashed { .. }), "{text}");
        let dropped = matches!(expected, VoteError::Closed { .. } | VoteError::NoPower { .. });
        assert_eq!(text.contains("the voting block is already finalized and timestamped"), dropped);
    }
}

#[test]
fn the_jailed_vote_where_a_height_waits_for_their_power_and_nowhere_else() {
    let voter = Voter::new();
    let jailed = Facts { standing: Standing::Jailed, ..voter.facts() };
    assert!(matches!(judged(&voter.vote(1), &jailed), Ok(Verdict::Counted(p)) if p.get() == 10));
    assert!(matches!(judged(&voter.vote(2), &jailed), Ok(Verdict::Fork)));
    let activation = BlockHeight::new(50);
    let elsewhere =
        [open(10, true), open(0, false), Ballot::Closed, Ballot::NotReached, Ballot::Inactive { activation }];
    for ballot in elsewhere {
        let refused = judged(&voter.vote(1), &Facts { ballot, ..jailed }).unwrap_err();
        assert!(matches!(refused, VoteError::Jailed { .. }), "{ballot:?}: {refused}");
        let slashed = Facts { standing: Standing::Slashed, ballot, ..jailed };
        assert!(matches!(judged(&voter.vote(1), &slashed), Err(VoteError::Slashed { .. })), "{ballot:?}");
    }
    let slashed = Facts { standing: Standing::Slashed, ..jailed };
    assert!(matches!(judged(&voter.vote(1), &slashed), Err(VoteError::Slashed { .. })));
    let mut forged = voter.vote(1);
    forged.signed.signature[0] ^= 1;
    assert!(matches!(judged(&forged, &jailed), Err(VoteError::Signature { .. })), "no less is verified");
}

#[test]
fn in_good_standing_a_vote_counts_after_quorum_too() {
    let voter = Voter::new();
    let late = Facts { ballot: open(10, true), ..voter.facts() };
    assert!(matches!(judged(&voter.vote(1), &late), Ok(Verdict::Counted(_))));
}

#[test]
fn a_nonce_or_signature_that_is_not_the_committed_one_is_refused() {
    let voter = Voter::new();
    let facts = voter.facts();
    let mut vote = voter.vote(1);
    vote.signed.signature[0] ^= 1;
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Signature { .. })));
    let mut vote = voter.vote(1);
    vote.opening = Opening::Proof(voter.tree.proof(0).unwrap());
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Index { .. }))));
    let mut vote = voter.vote(1);
    vote.randomness = nonce(HEIGHT + 1).public();
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Merkle(_)))));
    let mut vote = voter.vote(1);
    vote.opening = Opening::Proof(Proof { total: 11, ..voter.tree.proof(HEIGHT - START).unwrap() });
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Total { .. }))));
}

#[test]
fn aunts_alone_prove_as_much_as_a_whole_proof() {
    let voter = Voter::new();
    let facts = voter.facts();
    let aunts = |index| Opening::Aunts(voter.tree.proof(index).unwrap().aunts);
    let vote = Vote { opening: aunts(HEIGHT - START), ..voter.vote(1) };
    assert!(matches!(judged(&vote, &facts), Ok(Verdict::Counted(_))));
    for wrong in (0..10).filter(|index| *index != HEIGHT - START) {
        let vote = Vote { opening: aunts(wrong), ..vote.clone() };
        assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Merkle(_)))), "{wrong}");
    }
    let vote = Vote { randomness: nonce(HEIGHT + 1).public(), ..vote };
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Merkle(_)))));
}

#[test]
fn a_proof_of_a_run_counts_for_each_of_its_votes() {
    let voter = Voter::new();
    let facts = voter.facts();
    let nonces: Vec<_> = (HEIGHT..HEIGHT + 3).map(|height| nonce(height).public()).collect();
    let proof = voter.tree.range(HEIGHT - START, 3).unwrap();
    let start = BlockHeight::new(HEIGHT);
    let outcome = voter.commitment.verify_range(start, &nonces, &proof);
    assert_eq!(outcome, Ok(()));
    let vote = Vote { opening: Opening::Range(outcome), ..voter.vote(1) };
    assert!(matches!(judged(&vote, &facts), Ok(Verdict::Counted(_))));

    let elsewhere = voter.commitment.verify_range(start.next(), &nonces, &proof);
    assert!(matches!(elsewhere, Err(ProofError::Index { .. })));
    let longer = Commitment { count: 11, ..voter.commitment };
    assert!(matches!(longer.verify_range(start, &nonces, &proof), Err(ProofError::Total { .. })));
    let fewer = voter.commitment.verify_range(start, &nonces[..2], &proof);
    let vote = Vote { opening: Opening::Range(fewer), ..vote };
    assert!(matches!(judged(&vote, &facts), Err(VoteError::Proof(ProofError::Merkle(_)))));
}
