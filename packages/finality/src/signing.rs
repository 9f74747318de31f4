//! Up to which height a provider has signed, as its daemon must hear it.
//!
//! The daemon begins one above the answer and never looks back. So an answer too high costs votes for ever: a
//! height at which the provider's power is awaited is skipped, and the cursor stands still. An answer too low costs
//! a few questions: the daemon starts no lower than above the last finalized height, and asks who voted before it votes
//! (RULINGS.md, "Signing info").
//!
//! ```text
//!   cursor                                    first height that awaits the provider
//!     v                                         v
//!   --+--voted--voted--no power--hole--voted--+--+--voted--...
//!                                     ^
//!                                     the answer: the highest vote below it
//! ```

use primitives::BlockHeight;

/// What a height above the cursor is to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It has a vote there, be it for the canonical hash or another: it must not sign there again.
    Voted,
    /// It has power there and no vote.
    Awaited,
    /// It cannot vote there.
    Free,
    /// Not looked at.
    Unknown,
}

/// The last height that a provider is said to have signed. `open` are the heights above the cursor in ascending
/// order; `below` finds the highest vote at or below the cursor, and is asked only where no higher one is found.
/// `start` is where the provider's latest run in the active set began.
///
/// # Errors
/// Those of `open` and `below`.
pub fn last_signed<E>(
    start: BlockHeight,
    cursor: BlockHeight,
    open: impl Iterator<Item = Result<(BlockHeight, Mark), E>>,
    below: impl FnOnce() -> Result<Option<BlockHeight>, E>,
) -> Result<BlockHeight, E> {
    let (mut voted, mut highest) = (None, BlockHeight::new(u64::MAX));
    for mark in open {
        match mark? {
            (height, Mark::Voted) => voted = Some(height),
            (_, Mark::Free) => {}
            (height, Mark::Awaited) => {
                highest = height.previous();
                break;
            }
            (_, Mark::Unknown) => return Ok(cursor),
        }
    }
    let voted = match voted {
        Some(height) => Some(height),
        None => below()?,
    };
    Ok(voted.unwrap_or_else(|| start.previous()).min(highest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mark::{Awaited, Free, Unknown, Voted};

    const START: u64 = 15;
    const CURSOR: u64 = 10;

    fn said(open: &[Mark], below: Option<u64>) -> u64 {
        let open = (CURSOR + 1..).map(BlockHeight::new).zip(open.iter().copied()).map(Ok::<_, ()>);
        let below = || Ok(below.map(BlockHeight::new));
        last_signed(BlockHeight::new(START), BlockHeight::new(CURSOR), open, below).unwrap().get()
    }

    #[test]
    fn it_is_the_highest_vote() {
        assert_eq!(said(&[Voted, Voted, Free], Some(7)), 12);
        assert_eq!(said(&[Free, Free], Some(7)), 7);
        assert_eq!(said(&[], Some(7)), 7);
    }

    #[test]
    fn it_is_below_the_first_height_that_awaits_the_provider() {
        assert_eq!(said(&[Voted, Awaited, Voted], Some(7)), 11);
        assert_eq!(said(&[Awaited, Voted], Some(7)), 7);
        assert_eq!(said(&[Free, Free, Awaited, Voted], None), 12);
    }

    #[test]
    fn without_a_vote_it_is_below_the_start() {
        assert_eq!(said(&[Free, Free], None), START - 1);
        assert_eq!(said(&[Free, Free, Free, Free, Awaited], None), START - 1);
        assert_eq!(said(&[], None), START - 1);
    }

    #[test]
    fn it_is_the_cursor_where_not_everything_was_looked_at() {
        assert_eq!(said(&[Voted, Free, Unknown], Some(7)), CURSOR);
        assert_eq!(said(&[Voted, Awaited, Unknown], None), 11, "what comes after cannot matter");
    }
}
