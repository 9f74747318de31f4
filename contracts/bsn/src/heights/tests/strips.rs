use super::*;
use crate::heights::{prune, tally};
use crate::state::{STRIP_SIGNATURES, STRIPS, remove_raw};

const FPS: u32 = 100;
const HEIGHTS: u64 = 300;

fn block(height: u64) -> Block {
    Block {
        height: at(height),
        time: UnixTime::new(height),
        hash: BlockHash::from_bytes([2; 32]),
        app_hash: AppHash::from_bytes([1; 32]),
    }
}

/// All but the last of a hundred FPs come late, and vote at 300 heights in messages of sixty.
fn late() -> Bench {
    let mut bench = Bench::new(&[1; FPS as usize]);
    bench.blocks(FIRST..FIRST + HEIGHTS);
    let vote = StoredVote { power: VotingPower::new(1), signature: [7; 32], fork: None };
    for id in 0..FPS - 1 {
        for start in (FIRST..FIRST + HEIGHTS).step_by(60) {
            let votes: Vec<_> = (start..start + 60).map(|height| (at(height), vote)).collect();
            votes::save_run(&mut bench.storage, at(FIRST), FpId::new(id), &votes).unwrap();
        }
    }
    bench
}

fn records(bench: &Bench) -> [usize; 2] {
    let order = cosmwasm_std::Order::Ascending;
    [STRIPS.all(&bench.storage, order).count(), STRIP_SIGNATURES.all(&bench.storage, order).count()]
}

/// The first height of a bucket is 99 records of a unit, each of its others 6 units, and every height 7 besides: 23 heights,
/// 3 times 64, and 57 take 4,001. No hook needs a signature.
#[test]
fn a_backlog_of_strips_is_cleared_in_portions() {
    let mut bench = late();
    let signatures = raw(&bench.storage, STRIP_SIGNATURES.letter(), &[], &[u8::MAX; 12], usize::MAX);
    signatures.iter().for_each(|(key, _)| remove_raw(&mut bench.storage, STRIP_SIGNATURES.letter(), key));
    for passed in [272, 300] {
        tally::tally(&mut bench.storage, &mut bench.progress, &block(FIRST + HEIGHTS)).unwrap();
        assert_eq!(bench.progress.marks.cursor, at(FIRST - 1 + passed));
    }
    let last = FIRST + HEIGHTS - 1;
    let now = bench.pass(last);
    let mut jailed = 0;
    while bench.progress.marks.settled < at(last) {
        jailed += bench.settle(now);
    }
    assert_eq!(jailed, 1);
    assert_eq!((0..FPS).filter(|id| bench.is_jailed(*id)).collect::<Vec<_>>(), [FPS - 1]);
}

/// Six buckets of 99 FPs, the last of which reaches above what is forgotten.
#[test]
fn a_backlog_of_strips_is_forgotten_in_portions() {
    let mut bench = late();
    bench.params.vote_retention = 10;
    let last = FIRST + HEIGHTS - 1;
    assert_eq!(records(&bench), [6 * 99, 10 * 99]);
    // The watermark does not wait for them.
    for settled in last - 10..=last {
        let before = records(&bench);
        bench.progress.marks.settled = at(settled);
        prune::prune(&mut bench.storage, &bench.params, &mut bench.progress, &block(2_000)).unwrap();
        assert_eq!(bench.progress.marks.votes_from, at(settled - 10));
        let after = records(&bench);
        let deleted = before[0] - after[0] + before[1] - after[1];
        assert!((1..=128 + 16).contains(&deleted), "{deleted}");
    }
    assert_eq!(records(&bench), [99, 99]);
    let kept = bench.progress.marks.votes_from;
    let counted = |height: BlockHeight| votes::count(&bench.storage, height, kept).unwrap().voters.len();
    assert_eq!(
        (counted(kept), counted(kept.previous())),
        (99, 0),
        "the bucket is there, and forgotten in part"
    );
}
