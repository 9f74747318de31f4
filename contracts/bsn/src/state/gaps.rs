//! What the cursor has left behind, as it is stored: anchors, and the gaps between heights with quorum.

use cosmwasm_std::{Order, StdError, StdResult, Storage};
use finality::block_finality::{self, Gap, History};
use primitives::BlockHeight;

use super::{ANCHORS, GAPS, Gaps, Progress, height_key};

/// How many anchored heights are looked at, in one direction, for one that had an active set.
const SCAN: usize = 1_000;

/// The stored history.
pub struct Stored<'a> {
    /// Where it is.
    pub storage: &'a dyn Storage,
    /// How far the hooks have come.
    pub progress: &'a Progress,
}

/// The run of heights without quorum that the cursor is in.
fn open(progress: &Progress) -> Option<Gap> {
    let (Gaps { open, open_resumed, .. }, cursor) = (&progress.gaps, progress.marks.cursor);
    let first = cursor.next().saturating_sub(*open);
    (*open > 0).then_some(Gap { first, last: cursor, resumed: *open_resumed })
}

/// Whether the cursor passed a height that had an active set only because governance resumed it.
pub fn is_resumed(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<bool> {
    if height > progress.gaps.resumed_through {
        return Ok(false);
    }
    block_finality::is_resumed(&Stored { storage, progress }, height)
}

/// The highest height below `height` that a hook anchored.
pub fn anchored_below(storage: &dyn Storage, height: BlockHeight) -> StdResult<Option<BlockHeight>> {
    let below = ANCHORS.range(storage, &[0; 8], &height_key(height.previous()), Order::Descending);
    let mut anchored = below.filter(|anchor| !matches!(anchor, Ok((_, anchor)) if anchor.total.is_none()));
    Ok(anchored.next().transpose()?.map(|(key, _)| BlockHeight::new(u64::from_be_bytes(key))))
}

impl Stored<'_> {
    fn electorate(&self, from: BlockHeight, to: BlockHeight, order: Order) -> StdResult<Option<BlockHeight>> {
        if from > to {
            return Ok(None);
        }
        for anchor in ANCHORS.range(self.storage, &height_key(from), &height_key(to), order).take(SCAN) {
            let (key, anchor) = anchor?;
            if anchor.total.is_some_and(|total| !total.is_zero()) {
                return Ok(Some(BlockHeight::new(u64::from_be_bytes(key))));
            }
        }
        Ok(None)
    }
}

impl History for Stored<'_> {
    type Error = StdError;

    fn cursor(&self) -> BlockHeight {
        self.progress.marks.cursor
    }

    fn last_quorum(&self) -> Option<BlockHeight> {
        self.progress.marks.last_quorum
    }

    fn floor(&self) -> BlockHeight {
        self.progress.marks.anchors_from.max(BlockHeight::new(1))
    }

    fn recorded_above(&self) -> BlockHeight {
        self.progress.gaps.recorded_above
    }

    fn gap_from(&self, height: BlockHeight) -> StdResult<Option<Gap>> {
        if let Some(open) = open(self.progress).filter(|open| open.first <= height) {
            return Ok(Some(open));
        }
        let below =
            GAPS.range(self.storage, &[0; 8], &height_key(height), Order::Descending).next().transpose()?;
        Ok(below.map(|(_, gap)| gap))
    }

    fn electorate_above(&self, height: BlockHeight) -> StdResult<Option<BlockHeight>> {
        self.electorate(
            height.max(self.progress.marks.activation),
            self.progress.marks.cursor,
            Order::Ascending,
        )
    }

    fn electorate_below(&self, height: BlockHeight) -> StdResult<Option<BlockHeight>> {
        self.electorate(self.progress.marks.activation, height, Order::Descending)
    }
}
