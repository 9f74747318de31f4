//! What the grid has it do: votes at grid heights however late, and with no power of its own.

use super::{Round, Voter, is_old};
use crate::vote::grid::idle_since;
use crate::vote::judge::{Done, Seen, Verdict};
use crate::vote::look::{Shown, View};
use crate::vote::show;
use crate::vote::state::Disk;

impl<D: Disk> Voter<'_, D> {
    /// Looks at the grid; where that does not work, the other heights go on.
    pub(super) fn look_at_grid(&mut self, view: &mut View, round: &mut Round) {
        self.grid = self.look.grid().unwrap_or_else(|why| {
            round.troubles.push(why);
            None
        });
        if let Some(grid) = &self.grid {
            view.commitments = grid.with_rows(std::mem::take(&mut view.commitments));
        }
    }

    /// The grid heights below `from` at which it may vote by its seat.
    pub(super) fn late(&self, from: u64, tip: u64) -> Vec<u64> {
        let heights = self.grid.iter().flat_map(|grid| grid.heights(tip));
        heights.filter(|height| *height < from).collect()
    }

    /// Whether it may vote at a height by its seat.
    pub(super) fn is_of_grid(&self, height: u64) -> bool {
        self.grid.as_ref().is_some_and(|grid| grid.heights(height).any(|one| one == height))
    }

    /// Notes since when it has no power.
    pub(super) fn watch_power(&mut self, shown: &Shown, tip: u64) {
        let Shown { height, anchor, power, .. } = *shown;
        let has_seat = self.grid.as_ref().is_some_and(|grid| grid.seat(height).is_some());
        if anchor.is_some() && !is_old(height, tip) {
            self.idle_since = idle_since(self.idle_since, height, power, has_seat);
        }
    }

    /// Says where it will never vote though the grid waits for it.
    pub(super) fn tell_if_missed(&mut self, seen: &Seen, verdict: &Verdict) {
        let waits = self.grid.as_ref().is_some_and(|grid| grid.waits(seen.height));
        if waits && !seen.is_voted && *verdict == Verdict::Done(Done::BelowState) {
            self.say.note(&show::below(seen.height, self.signer.state().head().first));
        }
    }

    /// Says until when it must go on, while it has no power.
    pub(super) fn tell_how_long(&mut self) {
        if let (Some(grid), Some(since)) = (&self.grid, self.idle_since) {
            let (text, event) = show::stay(grid.stay(since));
            self.say.once(&text, &event);
        }
    }
}
