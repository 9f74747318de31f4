//! How headers reach a block below those of the light client. Pure.
//!
//! A proof hangs from a header that the contract knows: one of the light client, or one that was brought. It may carry the
//! headers between, each at the price of its bytes. Headers that are brought are remembered, the lowest of each message,
//! for everybody. So that provers meet at the same places, headers are brought down to multiples of [`GRID`], or to a
//! block itself.

use std::collections::{BTreeMap, BTreeSet};

/// Headers are brought down to multiples of this. The contract takes no fewer than 144 at once.
pub const GRID: u32 = 150;
/// The most headers that one message carries; the contract takes 2,000.
pub const MOST: u32 = 1_950;
/// So far above the light client's lowest header a way begins: by the time the message arrives it may have pruned some.
pub const MARGIN: u32 = 12;

/// What the contract knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The lowest header of the light client.
    pub lowest: u32,
    /// Its highest.
    pub tip: u32,
    /// Heights of headers that were brought.
    pub brought: BTreeSet<u32>,
}

/// How a proof of a block reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The contract has the header.
    Known,
    /// With the headers from the block's own up to below this height.
    Carried {
        /// The height that they hang from.
        above: u32,
    },
}

/// Headers to bring: those from `from` up to below `above`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bring {
    /// The height of the header that they hang from.
    pub above: u32,
    /// The height of the lowest.
    pub from: u32,
}

impl Reach {
    /// Where the contract has, or may have, something at or above a height: the heights that are worth a look, ascending.
    pub fn candidates(&self, height: u32) -> impl Iterator<Item = u32> + use<> {
        let (first, lowest) = (up(height), self.lowest);
        let grid = (first..lowest).step_by(GRID as usize).filter(move |place| *place != height);
        std::iter::once(height).filter(move |height| *height < lowest).chain(grid)
    }

    /// The ways to blocks at these heights, and what has to be brought first, in that order.
    pub fn ways(&self, heights: &BTreeSet<u32>) -> (Vec<Bring>, BTreeMap<u32, Way>) {
        let top = self.lowest.saturating_add(MARGIN).min(self.tip);
        let (mut known, mut brings, mut ways) = (self.brought.clone(), Vec::new(), BTreeMap::new());
        let mut left = heights.iter().rev().peekable();
        while let Some(height) = left.next() {
            if *height >= self.lowest {
                ways.insert(*height, Way::Known);
                continue;
            }
            let mut above = known.range(height..).next().copied().unwrap_or(top);
            let mut bring = |above: u32, from: u32| {
                brings.push(Bring { above, from });
                known.insert(from);
                from
            };
            while above - height > MOST {
                above = bring(above, up(above - MOST));
            }
            // Another one below needs most of the same headers: they are paid once.
            let is_shared = left.peek().is_some_and(|next| height - **next < MOST);
            if is_shared && above.saturating_sub(up(*height)) >= GRID {
                above = bring(above, up(*height));
            }
            let way = if above == *height { Way::Known } else { Way::Carried { above } };
            ways.insert(*height, way);
        }
        (brings, ways)
    }
}

/// The lowest place at or above a height.
fn up(height: u32) -> u32 {
    height.div_ceil(GRID).saturating_mul(GRID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(brought: &[u32]) -> Reach {
        Reach { lowest: 10_000, tip: 18_000, brought: brought.iter().copied().collect() }
    }

    fn ways(reach: &Reach, heights: &[u32]) -> (Vec<Bring>, Vec<(u32, Way)>) {
        let (brings, ways) = reach.ways(&heights.iter().copied().collect());
        (brings, ways.into_iter().collect())
    }

    const TOP: u32 = 10_000 + MARGIN;

    #[test]
    fn what_the_light_client_has_needs_no_way() {
        assert_eq!(
            ways(&reach(&[]), &[10_000, 15_000]),
            (vec![], vec![(10_000, Way::Known), (15_000, Way::Known)])
        );
    }

    #[test]
    fn a_single_proof_carries_its_way_from_above_the_lowest_header() {
        assert_eq!(ways(&reach(&[]), &[9_000]), (vec![], vec![(9_000, Way::Carried { above: TOP })]));
        let short = Reach { tip: 10_003, ..reach(&[]) };
        assert_eq!(ways(&short, &[9_000]).1, [(9_000, Way::Carried { above: 10_003 })]);
    }

    #[test]
    fn what_was_brought_shortens_the_way() {
        let reach = reach(&[9_000, 9_450, 9_600]);
        assert_eq!(ways(&reach, &[9_460]).1, [(9_460, Way::Carried { above: 9_600 })]);
        assert_eq!(ways(&reach, &[9_450]).1, [(9_450, Way::Known)], "its own header was brought");
    }

    #[test]
    fn a_long_way_is_brought_in_steps_that_the_contract_takes() {
        let (brings, found) = ways(&reach(&[]), &[1_000]);
        let mut above = TOP;
        for Bring { above: hangs, from } in &brings {
            assert_eq!(*hangs, above);
            assert!((144..=2_000).contains(&(above - from)) && from % GRID == 0, "{brings:?}");
            above = *from;
        }
        assert_eq!(found, [(1_000, Way::Carried { above })]);
        assert!(brings.len() == 4 && above - 1_000 <= MOST, "{brings:?}");
    }

    #[test]
    fn headers_that_two_proofs_need_are_brought_once() {
        let (brings, found) = ways(&reach(&[]), &[9_000, 9_010, 8_500]);
        assert_eq!(brings[0], Bring { above: TOP, from: 9_150 });
        let carried: u32 = found
            .iter()
            .map(|(height, way)| match way {
                Way::Carried { above } => above - height,
                Way::Known => 0,
            })
            .sum();
        let brought: u32 = brings.iter().map(|bring| bring.above - bring.from).sum();
        assert!(brought + carried < 1_900, "{brings:?} {found:?}");
        // Alone, each carries all of it.
        assert_eq!(ways(&reach(&[]), &[9_000, 5_000]).1.last(), Some(&(9_000, Way::Carried { above: TOP })));
    }

    #[test]
    fn nothing_is_brought_that_the_contract_finds_too_short() {
        let (brings, found) = ways(&reach(&[9_150]), &[9_000, 9_010, 9_020]);
        assert!(brings.iter().all(|bring| bring.above - bring.from >= 144), "{brings:?}");
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn blocks_close_below_what_is_known_carry_their_way() {
        // The next place of the grid lies above all that is known, or so close that the contract takes no fewer headers.
        for heights in [[9_990, 9_980], [9_880, 9_870]] {
            let (brings, found) = ways(&reach(&[]), &heights);
            assert_eq!(brings, []);
            assert!(found.iter().all(|(_, way)| *way == Way::Carried { above: TOP }), "{found:?}");
        }
        // What was brought may be a block's own header.
        let (brings, found) = ways(&reach(&[9_460]), &[9_460, 9_455, 9_452]);
        let carried = Way::Carried { above: 9_460 };
        assert_eq!((brings, found), (vec![], vec![(9_452, carried), (9_455, carried), (9_460, Way::Known)]));
    }

    #[test]
    fn a_look_at_each_place_above_a_block_and_at_its_own() {
        let places: Vec<u32> = reach(&[]).candidates(9_610).collect();
        assert_eq!(places, [9_610, 9_750, 9_900]);
        assert_eq!(reach(&[]).candidates(9_750).collect::<Vec<_>>(), [9_750, 9_900]);
        assert_eq!(reach(&[]).candidates(10_000).count(), 0);
    }
}
