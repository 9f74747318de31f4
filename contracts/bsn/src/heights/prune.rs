use cosmwasm_std::{Order, StdResult, Storage};
use finality::Params;

use super::Block;
use crate::state::{ANCHORS, Progress, height_key, votes};
use primitives::BlockHeight;

/// How many anchors are forgotten in a block, at most: more than one comes in, so the pile shrinks.
const ANCHORS_PRUNED: usize = 3;

/// Forgets settled votes and old anchors, a few a block.
pub fn prune(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    prune_votes(storage, params, progress)?;
    prune_anchors(storage, params, progress, block)
}

fn prune_votes(storage: &mut dyn Storage, params: &Params, progress: &mut Progress) -> StdResult<()> {
    let keep_from = progress.marks.settled.saturating_sub(params.vote_retention);
    if progress.marks.votes_from >= keep_from {
        return Ok(());
    }
    // The watermark moves with every portion, and what the last one left of the height below it is the first of the next.
    let end = votes::forget(storage, progress.marks.votes_from.previous(), keep_from.previous())?;
    progress.marks.votes_from = progress.marks.votes_from.max(end.next());
    Ok(())
}

/// An anchor goes when it is old enough and nothing needs it: its height is settled and its votes are gone.
fn prune_anchors(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    let Some(needed) =
        progress.marks.votes_from.min(progress.marks.settled).get().checked_sub(params.vote_window)
    else {
        return Ok(());
    };
    let (first, last) = (height_key(progress.marks.anchors_from), height_key(BlockHeight::new(needed)));
    let old = ANCHORS
        .range(storage, &first, &last, Order::Ascending)
        .take(ANCHORS_PRUNED)
        .collect::<StdResult<Vec<_>>>()?;
    for (key, anchor) in old {
        if anchor.time.plus(params.anchor_retention_s) > block.time {
            break;
        }
        ANCHORS.remove(storage, &key);
        progress.marks.anchors_from = BlockHeight::new(u64::from_be_bytes(key)).next();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Marks;
    use cosmwasm_std::testing::MockStorage;
    use finality::vote::StoredVote;
    use primitives::{AppHash, BlockHash, FpId, Seconds, UnixTime, VotingPower};

    use crate::state::Anchor;

    const RETENTION: u64 = 60;

    fn at_height(height: u64) -> BlockHeight {
        BlockHeight::new(height)
    }

    fn params() -> Params {
        Params {
            vote_window: 3,
            vote_retention: 10,
            anchor_retention_s: Seconds::new(RETENTION),
            ..Params::default()
        }
    }

    /// One anchor a second, from height 1 on.
    fn anchored(through: u64) -> MockStorage {
        let mut storage = MockStorage::new();
        for height in 1..=through {
            let anchor = Anchor {
                app_hash: AppHash::from_bytes([0; 32]),
                block_hash: BlockHash::from_bytes([0; 32]),
                time: UnixTime::new(height),
                cursor: at_height(0),
                total: Some(VotingPower::ZERO),
                backlog_full: false,
                ranked: crate::state::Ranked::Unknown,
            };
            ANCHORS.save(&mut storage, &height_key(at_height(height)), &anchor).unwrap();
        }
        storage
    }

    fn block(time: u64) -> Block {
        Block {
            height: at_height(time),
            time: UnixTime::new(time),
            hash: BlockHash::from_bytes([0; 32]),
            app_hash: AppHash::from_bytes([0; 32]),
        }
    }

    fn lowest_anchor(storage: &MockStorage) -> u64 {
        let first = ANCHORS.all(storage, Order::Ascending).next().unwrap().unwrap();
        u64::from_be_bytes(first.0)
    }

    #[test]
    fn anchors_live_to_the_end_of_their_retention() {
        let mut storage = anchored(500);
        let mut progress =
            Progress { marks: Marks { settled: at_height(499), ..Marks::default() }, ..Progress::default() };
        for (now, lowest) in [(60, 1), (61, 2), (62, 3), (63, 4), (100, 7), (101, 10), (102, 13)] {
            prune(&mut storage, &params(), &mut progress, &block(now)).unwrap();
            assert_eq!(
                (lowest_anchor(&storage), progress.marks.anchors_from.get()),
                (lowest, if lowest > 1 { lowest } else { 0 })
            );
        }
        for now in 103..200 {
            prune(&mut storage, &params(), &mut progress, &block(now)).unwrap();
            let lowest = now - RETENTION + 1;
            assert!(lowest_anchor(&storage) == lowest || now < 120, "more go in a block than come");
            assert!(lowest_anchor(&storage) <= lowest, "none before its time");
        }
    }

    /// Whether votes are kept or not: these heights are neither judged nor paid for yet.
    #[test]
    fn an_open_height_older_than_retention_keeps_its_anchor() {
        for votes_from in [0, 5_000] {
            let mut storage = anchored(500);
            let mut progress = Progress {
                marks: Marks {
                    settled: at_height(50),
                    votes_from: at_height(votes_from),
                    ..Marks::default()
                },
                ..Progress::default()
            };
            for now in 1_000..1_100 {
                prune(&mut storage, &params(), &mut progress, &block(now)).unwrap();
            }
            let kept = progress.marks.votes_from.min(progress.marks.settled).get() - 3 + 1;
            assert_eq!(lowest_anchor(&storage), kept);
            assert!(kept <= 51);
            progress.marks.settled = at_height(400);
            for now in 2_000..2_200 {
                prune(&mut storage, &params(), &mut progress, &block(now)).unwrap();
            }
            assert!(lowest_anchor(&storage) > 300);
        }
    }

    /// The watermark of votes moves with every portion, and never above what must be kept.
    #[test]
    fn the_watermark_moves_while_there_is_more() {
        let mut storage = MockStorage::new();
        let vote = StoredVote { power: VotingPower::new(1), signature: [7; 32], fork: None };
        for height in 1_000..1_100 {
            for id in 0..200 {
                votes::save(&mut storage, at_height(1), at_height(height), FpId::new(id), &vote).unwrap();
            }
        }
        let mut progress = Progress {
            marks: Marks { settled: at_height(1_090), votes_from: at_height(1), ..Marks::default() },
            ..Progress::default()
        };
        let mut before = progress.marks.votes_from;
        for _ in 0..62 {
            prune(&mut storage, &params(), &mut progress, &block(2_000)).unwrap();
            assert!(progress.marks.votes_from > before, "{before}");
            before = progress.marks.votes_from;
        }
        assert_eq!(before, at_height(1_080));
        progress.marks.settled = at_height(1_091);
        prune(&mut storage, &params(), &mut progress, &block(2_001)).unwrap();
        let kept: Vec<u64> = (1_000..1_100)
            .filter(|height| {
                !votes::count(&storage, at_height(*height), at_height(0)).unwrap().voters.is_empty()
            })
            .collect();
        assert_eq!(
            kept,
            (1_080..1_100).collect::<Vec<_>>(),
            "nothing is left below, and nothing missing above"
        );
    }
}
