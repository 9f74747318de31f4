use primitives::BtcHeight;
use serde::{Deserialize, Serialize};

use crate::ClaimedBlock;

/// What we know of Bitcoin ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitcoinView {
    /// Nothing: there is no light client.
    Unwatched,
    /// There is one, without headers yet.
    Empty,
    /// The most-work chain of one.
    Seen {
        /// Its tip.
        tip: BtcHeight,
        /// Where it starts.
        base: BtcHeight,
        /// How deep a checkpoint must lie.
        w: u32,
    },
}

/// A block in the main chain of our light client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// Its height.
    pub height: BtcHeight,
    /// Its Merkle root, in internal order.
    pub root: [u8; 32],
}

/// By whose word a checkpoint is in Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Witness {
    /// Our own light client has both halves, w deep.
    Bitcoin,
    /// Babylon says so, and our light client is too young to know, or there is none.
    Babylon,
}

/// What a checkpoint waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The first headers.
    Headers,
    /// A block that our light client does not have in its main chain, though it is old enough to.
    UnknownBlock,
    /// More blocks on top: the tip is 0 deep.
    Depth {
        /// How deep the shallower half lies.
        depth: u32,
    },
}

/// What a checkpoint is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counted(Witness),
    /// It may count later.
    Waits(Waiting),
    /// It never will: the block is there, and the transaction is not in it.
    Forged,
}

/// Judges the two blocks of a checkpoint by where our light client has their blocks.
///
/// Both halves must be w deep, though Babylon is content with one: a checkpoint with one half is none. Ours may
/// count a block later than Babylon's for that, and nothing is lost.
pub fn judge(blocks: &[ClaimedBlock; 2], located: [Option<Located>; 2], bitcoin: BitcoinView) -> Verdict {
    let (tip, base, w) = match bitcoin {
        BitcoinView::Unwatched => return Verdict::Counted(Witness::Babylon),
        BitcoinView::Empty => return Verdict::Waits(Waiting::Headers),
        BitcoinView::Seen { tip, base, w } => (tip, base, w),
    };
    let contradicts = |(place, located): (&ClaimedBlock, &Option<Located>)| {
        located.is_some_and(|located| located.root != place.root)
    };
    if blocks.iter().zip(&located).any(contradicts) {
        return Verdict::Forged;
    }
    match located {
        [Some(first), Some(second)] => match tip.above(first.height.max(second.height)) {
            depth if depth >= w => Verdict::Counted(Witness::Bitcoin),
            depth => Verdict::Waits(Waiting::Depth { depth }),
        },
        _ if tip.above(base) < w => Verdict::Counted(Witness::Babylon),
        _ => Verdict::Waits(Waiting::UnknownBlock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [ClaimedBlock; 2] =
        [ClaimedBlock { block: [1; 32], root: [2; 32] }, ClaimedBlock { block: [3; 32], root: [4; 32] }];

    fn at(height: u32, root: u8) -> Option<Located> {
        Some(Located { height: BtcHeight::new(height), root: [root; 32] })
    }

    fn seen(tip: u32, base: u32) -> BitcoinView {
        BitcoinView::Seen { tip: BtcHeight::new(tip), base: BtcHeight::new(base), w: 10 }
    }

    #[test]
    fn every_case_has_its_verdict() {
        use Verdict::{Counted, Forged, Waits};
        let (young, old) = (seen(109, 100), seen(110, 100));
        for (located, bitcoin, verdict) in [
            ([None, None], BitcoinView::Unwatched, Counted(Witness::Babylon)),
            ([None, None], BitcoinView::Empty, Waits(Waiting::Headers)),
            ([at(100, 2), at(100, 4)], old, Counted(Witness::Bitcoin)),
            ([at(100, 2), at(101, 4)], old, Waits(Waiting::Depth { depth: 9 })),
            ([at(101, 2), at(100, 4)], old, Waits(Waiting::Depth { depth: 9 })),
            ([at(110, 2), at(110, 4)], old, Waits(Waiting::Depth { depth: 0 })),
            ([at(100, 2), at(101, 4)], young, Waits(Waiting::Depth { depth: 8 })),
            ([None, None], young, Counted(Witness::Babylon)),
            ([None, at(100, 4)], young, Counted(Witness::Babylon)),
            ([at(100, 2), None], old, Waits(Waiting::UnknownBlock)),
            ([None, None], old, Waits(Waiting::UnknownBlock)),
            ([at(100, 9), at(100, 4)], old, Forged),
            ([at(100, 2), at(100, 9)], old, Forged),
            ([at(100, 9), None], young, Forged),
            // A reorganization to fewer blocks: the tip can lie below what was seen.
            ([at(120, 2), at(121, 4)], old, Waits(Waiting::Depth { depth: 0 })),
        ] {
            assert_eq!(judge(&PLACES, located, bitcoin), verdict, "{located:?} {bitcoin:?}");
        }
    }

    #[test]
    fn swapped_places_are_forged() {
        assert_eq!(judge(&PLACES, [at(100, 4), at(100, 2)], seen(200, 0)), Verdict::Forged);
    }
}
