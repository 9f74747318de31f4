use super::*;
use crate::heights::tally::step_at;
use crate::state::{RESUMED, SIGNATURES};
use cosmwasm_std::Order;
use finality::resume::Resumption;
use finality::tally::Step;

/// Of twenty FPs twelve vote at the first height in one message, and two for another hash.
pub fn halted() -> Bench {
    let mut bench = Bench::new(&[10; 20]);
    bench.blocks(FIRST..FIRST + 2);
    let vote = StoredVote { power: VotingPower::new(10), signature: [7; 32], fork: None };
    let many: Vec<(FpId, StoredVote)> = (0..12).map(|id| (FpId::new(id), vote)).collect();
    votes::save_all(&mut bench.storage, at(FIRST), at(FIRST), &many).unwrap();
    bench.vote(FIRST, [12, 13], Some(AppHash::from_bytes([9; 32])));
    bench
}

fn step_without(absent: &[u32]) -> Step {
    let mut bench = halted();
    // Nothing that a hook needs is in them.
    let batches = SIGNATURES.all(&bench.storage, Order::Ascending).map(|batch| batch.unwrap().0);
    for key in batches.collect::<Vec<_>>() {
        SIGNATURES.remove(&mut bench.storage, &key);
    }
    let resumption = Resumption {
        from: at(FIRST),
        through: at(FIRST),
        absent: absent.iter().copied().map(FpId::new).collect(),
    };
    RESUMED.save(&mut bench.storage, &key_of(at(FIRST)), &resumption).unwrap();
    bench.progress.gaps.resumed_through = at(FIRST);
    step_at(&bench.storage, &bench.progress, at(FIRST)).unwrap().step
}

/// 12 of 18 are not more than two thirds, 12 of 17 are.
#[test]
fn a_named_fp_counts_nothing_unless_it_voted_for_the_canonical_hash() {
    assert_eq!(step_without(&[14, 15]), Step::Wait);
    assert_eq!(step_without(&[14, 15, 16]), Step::Resume);
    assert_eq!(step_without(&[12, 13, 14]), Step::Resume, "a vote for another hash is none");
    assert_eq!(step_without(&[0, 1, 2]), Step::Wait, "they voted, in a message of many");
    assert_eq!(step_without(&[14, 15, 40]), Step::Wait, "one without power there makes no difference");
}
