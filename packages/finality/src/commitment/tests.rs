use super::*;
use crate::evidence::tests::{context, key};

fn commitment(start: u64, count: u64, at: u64) -> Commitment {
    Commitment { start: BlockHeight::new(start), count, root: [0; 32], committed_at: BlockHeight::new(at) }
}

fn request(start: u64, count: u64) -> Request {
    Request {
        provider: FpPublicKey::from_bytes([1; 32]),
        start: BlockHeight::new(start),
        count,
        root: [0; 32],
        signature: [0; 64],
    }
}

#[test]
fn a_header_of_its_own_block_does_not_timestamp_it() {
    let made_in_block_7 = commitment(10, 5, 7);
    assert!(!made_in_block_7.counts(BlockHeight::new(6)));
    assert!(!made_in_block_7.counts(BlockHeight::new(7)));
    assert!(made_in_block_7.counts(BlockHeight::new(8)));
}

#[test]
fn coverage_says_when_it_changes() {
    let (one, two) = (commitment(10, 5, 1), commitment(20, 5, 2));
    let at = |h: u64, t: u64| {
        let floor = if h >= 20 {
            Some(&two)
        } else if h >= 10 {
            Some(&one)
        } else {
            None
        };
        let next = if h < 10 {
            Some(&one)
        } else if h < 20 {
            Some(&two)
        } else {
            None
        };
        coverage(BlockHeight::new(h), BlockHeight::new(t), floor, next)
    };
    let is = |covered, changes: Option<u64>| Coverage { covered, changes_at: changes.map(BlockHeight::new) };
    assert_eq!(at(9, 9), is(false, Some(10)));
    assert_eq!(at(10, 9), is(true, Some(15)));
    assert_eq!(at(14, 9), is(true, Some(15)));
    assert_eq!(at(15, 9), is(false, Some(20)));
    assert_eq!(at(25, 9), is(false, None));
    assert_eq!(at(10, 1), is(false, None), "not timestamped: only a new timestamp changes that");
}

#[test]
fn commitments_never_overlap_and_never_overflow() {
    let params = Params::default();
    let now = BlockHeight::new(100);
    let check = |r: Request, last: Option<Commitment>| {
        let last = last.map(|last| (last, Run::first(last.start)));
        r.check(&params, now, last.as_ref()).map(drop)
    };
    assert!(check(request(100, 5), None).is_ok());
    assert_eq!(
        check(request(104, 5), Some(commitment(100, 5, 1))),
        Err(CommitError::Overlap { start: BlockHeight::new(104), end: BlockHeight::new(104) })
    );
    assert!(check(request(105, 5), Some(commitment(100, 5, 1))).is_ok());
    assert_eq!(check(request(105, 0), None), Err(CommitError::TooFew { given: 0, required: 1 }));
    assert_eq!(
        check(request(105, u64::MAX), None),
        Err(CommitError::Overflow { start: BlockHeight::new(105), count: u64::MAX })
    );
    let limit = BlockHeight::new(100 + params.max_pub_rand_commit_offset);
    assert_eq!(check(request(limit.get(), 1), None), Err(CommitError::TooFarAhead { start: limit, limit }));
    assert!(check(request(limit.get() - 1, 1), None).is_ok());
    assert_eq!(
        check(request(0, 1), None),
        Err(CommitError::NotActivated { start: BlockHeight::new(0), activation: BlockHeight::new(1) })
    );
    assert!(check(request(1, 1), None).is_ok(), "from the activation height on");
}

#[test]
fn a_commitment_is_signed_by_its_provider_for_this_contract() {
    let provider = key().public_key().into();
    let unsigned = Request { provider, ..request(100, 5) };
    let hash = message::commitment_hash(&context(), unsigned.start, unsigned.count, &unsigned.root);
    let signed = Request { signature: schnorr::sign(&key(), &hash, &[0; 32]), ..unsigned };
    let verify = |request: &Request| request.verify(&eots::Native, &context());
    assert_eq!(verify(&signed), Ok(()));
    let start = signed.start.next();
    for other in
        [Request { start, ..signed }, Request { count: 6, ..signed }, Request { root: [1; 32], ..signed }]
    {
        assert_eq!(verify(&other), Err(CommitError::Signature { provider }));
    }
    let elsewhere = SigningContext::randomness_commitment("other-1", "contract");
    assert_eq!(signed.verify(&eots::Native, &elsewhere), Err(CommitError::Signature { provider }));
}

#[test]
fn as_few_values_as_the_config_asks_for_are_enough() {
    let params = Params { min_pub_rand: 7, ..Params::default() };
    let check = |count| request(100, count).check(&params, BlockHeight::new(100), None).map(drop);
    assert_eq!(check(7), Ok(()));
    assert_eq!(check(6), Err(CommitError::TooFew { given: 6, required: 7 }));
}

/// Trees of values for heights from `start` on, the byte of each value its height; and what is committed to.
fn trees(runs: &[(u8, u8)]) -> (Vec<Commitment>, Vec<merkle::Tree>) {
    let tree = |(start, count): &(u8, u8)| merkle::Tree::new((*start..start + count).map(|h| [h; 32]));
    let trees: Vec<_> = runs.iter().map(tree).collect();
    let commitments = runs.iter().zip(&trees).map(|((start, count), tree)| Commitment {
        root: tree.root(),
        ..commitment((*start).into(), (*count).into(), 1)
    });
    (commitments.collect(), trees)
}

fn values(heights: std::ops::Range<u8>) -> Vec<PublicRandomness> {
    heights.map(|height| PublicRandomness::from_bytes([height; 32])).collect()
}

#[test]
fn a_run_over_several_commitments_is_proven_part_by_part() {
    let (commitments, trees) = trees(&[(10, 5), (15, 1), (16, 9), (30, 4)]);
    let [first, only, third] =
        [trees[0].range(3, 2), trees[1].range(0, 1), trees[2].range(0, 4)].map(Option::unwrap);
    let aunts = [first.aunts.clone(), only.aunts, third.aunts].concat();
    let proof = RangeProof { aunts, ..first };
    let parts = |proof: &RangeProof, values: &[PublicRandomness]| {
        let parts = verify_parts(&commitments, BlockHeight::new(13), values, proof);
        parts.iter().map(|part| (part.commitment.start.get(), part.proven.is_ok())).collect::<Vec<_>>()
    };
    assert_eq!(parts(&proof, &values(13..20)), [(10, true), (15, true), (16, true)]);
    // Each stands by itself.
    let mut other = values(13..20);
    other[2] = PublicRandomness::from_bytes([99; 32]);
    assert_eq!(parts(&proof, &other), [(10, true), (15, false), (16, true)]);
    let mut proof = proof;
    proof.aunts.push([1; 32]);
    assert_eq!(parts(&proof, &values(13..20)), [(10, true), (15, true), (16, false)], "one too many");
    proof.aunts.truncate(2);
    assert_eq!(parts(&proof, &values(13..20)), [(10, true), (15, true), (16, false)], "too few");
    proof.start += 1;
    assert_eq!(parts(&proof, &values(13..20)), [(10, false), (15, true), (16, false)]);
}

#[test]
fn heights_between_commitments_belong_to_none() {
    let (commitments, trees) = trees(&[(10, 5), (16, 9)]);
    let [first, second] = [trees[0].range(3, 2), trees[1].range(0, 4)].map(Option::unwrap);
    let proof = RangeProof { aunts: [first.aunts.clone(), second.aunts].concat(), ..first };
    let parts = verify_parts(&commitments, BlockHeight::new(13), &values(13..20), &proof);
    assert_eq!(parts.iter().map(|part| part.proven.is_ok()).collect::<Vec<_>>(), [true, true]);
    assert!(!parts.iter().any(|part| part.commitment.covers(BlockHeight::new(15))));
    assert_eq!(verify_parts(&commitments, BlockHeight::new(25), &values(25..28), &proof), []);
    // The run ends directly below the second commitment.
    let below = verify_parts(&commitments, BlockHeight::new(13), &values(13..16), &proof);
    assert_eq!(below.iter().map(|part| part.commitment.start.get()).collect::<Vec<_>>(), [10]);
}
