//! What the hooks saw. An anchor without a total is torn: a hole, like one that is absent.

use cosmwasm_std::{Order, StdResult, Storage};
use primitives::{BlockHeight, VotingPower};

use crate::state::{ANCHORS, Anchor, Progress, height_key, is_resumed, votes};

/// A block that the hooks saw.
pub struct Seen {
    /// Its height.
    pub height: BlockHeight,
    /// What they saw.
    pub anchor: Anchor,
    /// The power of the active set there.
    pub total: VotingPower,
}

impl Seen {
    /// Whether it has quorum and the cursor passed it: what is passed without quorum has nobody to vote, or was
    /// resumed.
    pub fn has_quorum(&self, store: &dyn Storage, progress: &Progress) -> StdResult<bool> {
        let could = self.height <= progress.marks.cursor && self.height >= progress.marks.activation;
        Ok(could && !self.total.is_zero() && !is_resumed(store, progress, self.height)?)
    }
}

fn whole(height: BlockHeight, anchor: Anchor) -> Option<Seen> {
    anchor.total.map(|total| Seen { height, anchor, total })
}

/// What they saw at one height.
pub fn at_height(store: &dyn Storage, height: BlockHeight) -> StdResult<Option<Seen>> {
    Ok(ANCHORS.may_load(store, &height_key(height))?.and_then(|anchor| whole(height, anchor)))
}

/// What they saw from one height to another, both included; nothing where they are the wrong way round.
pub fn range(
    store: &dyn Storage,
    from: BlockHeight,
    to: BlockHeight,
    order: Order,
) -> impl Iterator<Item = StdResult<Seen>> + '_ {
    (from <= to)
        .then(|| ANCHORS.range(store, &height_key(from), &height_key(to), order))
        .into_iter()
        .flatten()
        .filter_map(|record| {
            record.map(|(key, anchor)| whole(BlockHeight::new(u64::from_be_bytes(key)), anchor)).transpose()
        })
}

/// The highest height that they saw.
pub fn last(store: &dyn Storage) -> StdResult<Option<Seen>> {
    range(store, BlockHeight::default(), BlockHeight::new(u64::MAX), Order::Descending).next().transpose()
}

/// The first height at or above `height` that they saw.
pub fn first_from(store: &dyn Storage, height: BlockHeight) -> StdResult<Option<Seen>> {
    range(store, height, BlockHeight::new(u64::MAX), Order::Ascending).next().transpose()
}

/// The power that voted for the canonical hash.
pub fn voted(store: &dyn Storage, height: BlockHeight) -> StdResult<VotingPower> {
    Ok(votes::count(store, height, BlockHeight::default())?.power)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::state::{Marks, Progress};
    use primitives::{AppHash, BlockHash, UnixTime};

    /// Leaves an anchor with this total; `None` is a torn one.
    pub fn anchor(store: &mut dyn Storage, height: u64, total: Option<u128>) {
        let byte = u8::try_from(height % 256).unwrap();
        let anchor = Anchor {
            app_hash: AppHash::from_bytes([byte; 32]),
            block_hash: BlockHash::from_bytes([byte; 32]),
            time: UnixTime::new(height),
            cursor: BlockHeight::default(),
            total: total.map(VotingPower::new),
            backlog_full: false,
            ranked: crate::state::Ranked::Power(VotingPower::new(10)),
        };
        ANCHORS.save(store, &height_key(BlockHeight::new(height)), &anchor).unwrap();
    }

    /// Sets how far the cursor is; `last_quorum` is zero for none.
    pub fn progress(store: &mut dyn Storage, cursor: u64, last_quorum: u64) {
        let progress = Progress {
            marks: Marks {
                activation: BlockHeight::new(1),
                cursor: BlockHeight::new(cursor),
                last_quorum: (last_quorum > 0).then(|| BlockHeight::new(last_quorum)),
                ..Marks::default()
            },
            ..Progress::default()
        };
        progress.save(store).unwrap();
    }

    #[test]
    fn a_torn_anchor_is_a_hole() {
        let mut store = cosmwasm_std::testing::MockStorage::new();
        anchor(&mut store, 4, Some(1));
        anchor(&mut store, 5, None);
        assert!(at_height(&store, BlockHeight::new(5)).unwrap().is_none());
        assert_eq!(last(&store).unwrap().unwrap().height.get(), 4);
        let back = range(&store, BlockHeight::new(5), BlockHeight::new(4), Order::Ascending);
        assert_eq!(back.count(), 0);
    }
}
