use super::*;
use cosmwasm_std::Order;
use cosmwasm_std::testing::MockStorage;
use primitives::AppHash;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

fn vote(power: u128) -> StoredVote {
    StoredVote { power: VotingPower::new(power), signature: [7; 32], fork: None }
}

fn ids(storage: &MockStorage, height: u64) -> Vec<u32> {
    let voters = count(storage, at(height), at(0)).unwrap().voters;
    let mut ids: Vec<u32> = voters.into_iter().map(FpId::get).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_slot_is_used_again_only_once_its_height_is_forgotten() {
    let mut storage = MockStorage::new();
    save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
    save(&mut storage, at(1), at(261), FpId::new(0), &vote(4)).unwrap();
    assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), Some(vote(3)));
    assert_eq!(vote_of(&storage, at(1), at(261), FpId::new(0)).unwrap(), Some(vote(4)));
    assert!(count(&storage, at(261), at(1)).unwrap().stale.is_empty(), "5 is still needed");
    assert_eq!(count(&storage, at(261), at(1)).unwrap().power, VotingPower::new(4));

    save(&mut storage, at(6), at(261), FpId::new(1), &vote(5)).unwrap();
    let counted = count(&storage, at(261), at(6)).unwrap();
    assert_eq!((counted.power, counted.units), (VotingPower::new(9), 3));
    assert_eq!(counted.stale, [slot(at(5), FpId::new(0)).to_vec()]);
    forget_stale(&mut storage, &counted.stale);
    assert_eq!((ids(&storage, 5), ids(&storage, 261)), (vec![], vec![0, 1]));

    save(&mut storage, at(300), at(517), FpId::new(1), &vote(6)).unwrap();
    assert_eq!((ids(&storage, 261), ids(&storage, 517)), (vec![0], vec![1]), "written over");
}

#[test]
fn a_sheet_is_as_good_as_its_votes() {
    let mut storage = MockStorage::new();
    let many: Vec<(FpId, StoredVote)> =
        (10..10 + BATCH_MIN as u32).map(|id| (FpId::new(id), vote(id.into()))).collect();
    save_all(&mut storage, at(1), at(5), &many).unwrap();
    save_all(&mut storage, at(1), at(5), &[(FpId::new(3), vote(1))]).unwrap();
    assert_eq!(VOTE_BATCHES.all(&storage, Order::Ascending).count(), 1);
    let counted = count(&storage, at(5), at(1)).unwrap();
    assert_eq!(
        counted.power,
        many.iter().map(|(_, vote)| vote.power).sum::<VotingPower>() + VotingPower::new(1)
    );
    assert_eq!(counted.units, 2);
    assert_eq!(counted.voters[0], FpId::new(3), "and who it was, though no signature is read");
    for (id, vote) in &many {
        assert_eq!(vote_of(&storage, at(1), at(5), *id).unwrap().as_ref(), Some(vote));
        assert_eq!(has_vote(&storage, at(1), at(5), *id).unwrap(), (true, 1));
    }
    assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(9)).unwrap(), None);
    assert_eq!(vote_of(&storage, at(1), at(6), FpId::new(10)).unwrap(), None);
    assert_eq!(has_vote(&storage, at(1), at(5), FpId::new(9)).unwrap(), (false, 1));
    assert_eq!(has_vote(&storage, at(1), at(6), FpId::new(10)).unwrap(), (false, 0));
    assert_eq!(has_vote(&storage, at(1), at(5), FpId::new(3)).unwrap(), (true, 0), "in its slot");
    assert_eq!(ids(&storage, 5)[..2], [3, 10]);
    assert_eq!(ids(&storage, 5).len(), 1 + BATCH_MIN);
    assert_eq!(forget(&mut storage, at(1), at(5)).unwrap(), at(5));
    assert_eq!(ids(&storage, 5), [3], "in its slot until that is used again");
    assert_eq!(SIGNATURES.all(&storage, Order::Ascending).count(), 0);
}

fn outside(storage: &MockStorage) -> usize {
    OVERFLOW.all(storage, Order::Ascending).count()
}

#[test]
fn who_votes_for_another_hash_is_no_voter() {
    let mut storage = MockStorage::new();
    let fork = StoredVote { fork: Some(AppHash::from_bytes([1; 32])), ..vote(0) };
    for (id, vote) in [(1, vote(4)), (2, fork)] {
        save(&mut storage, at(1), at(5), FpId::new(id), &vote).unwrap();
        save(&mut storage, at(1), at(400), FpId::new(id), &vote).unwrap();
    }
    assert_eq!((ids(&storage, 5), ids(&storage, 400)), (vec![1], vec![1]));
}

/// A height is read whole before anything can say stop, so what it costs must be known by its bytes.
#[test]
fn a_long_sheet_costs_more_units_and_its_signatures_none() {
    let mut storage = MockStorage::new();
    let many: Vec<(FpId, StoredVote)> = (1_000..1_200).map(|id| (FpId::new(id), vote(1))).collect();
    save_all(&mut storage, at(1), at(5), &many).unwrap();
    SIGNATURES.all(&storage, Order::Ascending).for_each(|batch| assert_eq!(batch.unwrap().1.len(), 200));
    let counted = count(&storage, at(5), at(1)).unwrap();
    assert_eq!((counted.voters.len(), counted.units), (200, 5));
}

#[test]
fn what_overflows_is_forgotten_in_portions_the_lowest_first() {
    let mut storage = MockStorage::new();
    for height in 300..304 {
        for id in 0..200 {
            OVERFLOW.save(&mut storage, &height_fp_key(at(height), FpId::new(id)), &vote(1)).unwrap();
        }
    }
    assert_eq!(forget(&mut storage, at(1), at(302)).unwrap(), at(301), "56 of that height, too");
    assert_eq!((ids(&storage, 300).len(), ids(&storage, 301).len()), (0, 144));
    assert_eq!(forget(&mut storage, at(301), at(302)).unwrap(), at(302), "144 and 112");
    assert_eq!(forget(&mut storage, at(302), at(302)).unwrap(), at(302));
    assert_eq!(outside(&storage), 200, "those of 303");
}

/// C-36: 200 FPs vote one by one, for ever outside of slots, and nothing was forgotten for 400 heights.
#[test]
fn forgetting_outruns_the_largest_inflow() {
    let mut storage = MockStorage::new();
    let come = |storage: &mut MockStorage, height| {
        (0..200).for_each(|id| {
            OVERFLOW.save(storage, &height_fp_key(at(height), FpId::new(id)), &vote(1)).unwrap()
        });
    };
    (1..=400).for_each(|height| come(&mut storage, height));
    let mut from = at(1);
    for height in 401..=2_000 {
        come(&mut storage, height);
        from = forget(&mut storage, from, at(height - 100)).unwrap();
    }
    assert_eq!(from, at(1_900), "as far as it may");
    assert!(outside(&storage) <= 101 * 200, "{}", outside(&storage));
}

/// 0.2.0 wrote a zero behind a vote for the canonical hash.
#[test]
fn a_vote_for_the_canonical_hash_has_no_tag_and_may_have_that_of_an_older_version() {
    let vote = vote(3);
    let bytes = postcard::to_allocvec(&(at(5), vote)).unwrap();
    assert_eq!(bytes.len(), 1 + 1 + 32);
    let old = [&bytes[..], &[0]].concat();
    assert_eq!([SLOTS.read(&bytes).unwrap(), SLOTS.read(&old).unwrap()], [(at(5), vote); 2]);
    let fork = StoredVote { fork: Some(AppHash::from_bytes([9; 32])), ..vote };
    let other = postcard::to_allocvec(&(at(5), fork)).unwrap();
    assert_eq!(SLOTS.read(&other).unwrap(), (at(5), fork));

    let counted = |bytes: &[u8]| {
        let ((at, power), rest): ((BlockHeight, VotingPower), _) = SLOTS.read_head(bytes).unwrap();
        (at, power, is_canonical(rest))
    };
    assert_eq!([counted(&bytes), counted(&old)], [(at(5), vote.power, true); 2]);
    assert_eq!(counted(&other), (at(5), vote.power, false));
    assert!(!counted(&bytes[..33]).2, "a signature is whole");
}

#[test]
fn sheets_are_forgotten_in_portions_with_their_signatures() {
    let mut storage = MockStorage::new();
    for height in 1..=40 {
        for first in [0, 100] {
            let many: Vec<_> = (first..first + 8).map(|id| (FpId::new(id), vote(1))).collect();
            save_all(&mut storage, at(1), at(height), &many).unwrap();
        }
    }
    save(&mut storage, at(0), at(300), FpId::new(7), &vote(1)).unwrap();
    let left = |storage: &MockStorage| {
        [
            VOTE_BATCHES.all(storage, Order::Ascending).count(),
            SIGNATURES.all(storage, Order::Ascending).count(),
        ]
    };
    assert_eq!(forget(&mut storage, at(1), at(400)).unwrap(), at(32), "as far as the batches came");
    assert_eq!((left(&storage), ids(&storage, 300)), ([16, 16], vec![7]));
    assert_eq!(forget(&mut storage, at(32), at(400)).unwrap(), at(400));
    assert_eq!((left(&storage), outside(&storage)), ([0, 0], 0));
}

/// A slot is used 256 heights later: what lies in it until then is neither written over nor deleted nor counted.
#[test]
fn a_kept_vote_in_the_slot_of_256_heights_back_stays() {
    for kept_from in [at(4), at(5)] {
        let mut storage = MockStorage::new();
        save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
        save(&mut storage, kept_from, at(261), FpId::new(0), &vote(4)).unwrap();
        let counted = count(&storage, at(261), kept_from).unwrap();
        assert_eq!((counted.power, counted.stale.len()), (VotingPower::new(4), 0));
        forget_stale(&mut storage, &counted.stale);
        assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), Some(vote(3)));
        assert_eq!(vote_of(&storage, at(1), at(261), FpId::new(0)).unwrap(), Some(vote(4)));
        assert_eq!((ids(&storage, 5), ids(&storage, 261), outside(&storage)), (vec![0], vec![0], 1));
    }
    let mut storage = MockStorage::new();
    save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
    save(&mut storage, at(6), at(261), FpId::new(0), &vote(4)).unwrap();
    assert_eq!(
        (vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), outside(&storage)),
        (None, 0),
        "its time is over"
    );
}
