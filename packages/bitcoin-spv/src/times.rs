/// How many headers the median goes over (Bitcoin Core, `CBlockIndex::nMedianTimeSpan`).
const SPAN: usize = 11;

/// The times of the last headers, at most eleven, the newest last.
///
/// ```
/// # use bsn_bitcoin_spv::RecentTimes;
/// let times = (1..=11).fold(RecentTimes::default(), |times, t| times.plus(100 * t));
/// assert_eq!(times.floor(true), Some(600));
/// // With three of the eleven unknown, the median is at least the third of those known.
/// let times = (1..=8).fold(RecentTimes::default(), |times, t| times.plus(100 * t));
/// assert_eq!(times.floor(false), Some(300));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecentTimes {
    /// Those known fill the end.
    times: [u32; SPAN],
    known: usize,
}

impl RecentTimes {
    /// How many headers the median goes over.
    pub const SPAN: usize = SPAN;

    /// One header later: the oldest of eleven drops out.
    #[must_use]
    pub fn plus(mut self, time: u32) -> Self {
        self.times.rotate_left(1);
        if let Some(newest) = self.times.last_mut() {
            *newest = time;
        }
        self.known = SPAN.min(self.known + 1);
        self
    }

    /// Those known, the oldest first.
    pub fn known(&self) -> &[u32] {
        self.times.get(SPAN - self.known..).unwrap_or_default()
    }

    /// The newest.
    pub fn newest(&self) -> u32 {
        self.known().last().copied().unwrap_or_default()
    }

    /// What the next header's time must exceed (`GetMedianTimePast`; "time-too-old").
    ///
    /// With eleven known, or fewer because the chain has no more (`whole`): the median, of an even
    /// number the upper one. With some unknown: the least that the median of eleven can be whatever
    /// they are, so that nothing is refused that Bitcoin accepts; `None` where that says nothing.
    pub fn floor(&self, whole: bool) -> Option<u32> {
        let mut sorted = self.times;
        let sorted = sorted.get_mut(SPAN - self.known..)?;
        sorted.sort_unstable();
        let place = if whole { self.known / 2 } else { (SPAN / 2).checked_sub(SPAN - self.known)? };
        sorted.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recent(times: &[u32]) -> RecentTimes {
        times.iter().fold(RecentTimes::default(), |recent, time| recent.plus(*time))
    }

    #[test]
    fn the_first_headers_of_a_chain_have_a_median_too() {
        assert_eq!(RecentTimes::default().floor(true), None);
        assert_eq!(recent(&[5]).floor(true), Some(5));
        assert_eq!(recent(&[5, 9]).floor(true), Some(9));
        assert_eq!(recent(&[9, 5, 7]).floor(true), Some(7));
    }

    #[test]
    fn with_six_unknown_nothing_can_be_said() {
        assert_eq!(recent(&[1, 2, 3, 4, 5]).floor(false), None);
        assert_eq!(recent(&[6, 5, 4, 3, 2, 1]).floor(false), Some(1));
    }

    proptest! {
        #[test]
        fn unknown_ancestors_never_raise_the_floor(all in prop::collection::vec(any::<u32>(), 11), n in 0..11usize) {
            let median = recent(&all).floor(true).unwrap();
            let mut sorted = all.clone();
            sorted.sort_unstable();
            prop_assert_eq!(median, sorted[5]);
            prop_assert_eq!(recent(&all).floor(false), Some(median));
            if let Some(floor) = recent(&all[n..]).floor(false) {
                prop_assert!(floor <= median);
            }
        }

        #[test]
        fn only_the_last_eleven_count(all in prop::collection::vec(any::<u32>(), 11..40)) {
            prop_assert_eq!(recent(&all), recent(&all[all.len() - 11..]));
            let recent = recent(&all);
            prop_assert_eq!(recent.known(), &all[all.len() - 11..]);
        }
    }
}
