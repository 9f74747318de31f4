use primitives::BtcTime;

/// How many headers the median goes over (Bitcoin Core, `CBlockIndex::nMedianTimeSpan`).
const SPAN: usize = 11;

/// The times of the last headers, at most eleven, the newest last.
///
/// ```
/// # use bsn_bitcoin_spv::{RecentTimes, primitives::BtcTime};
/// let upto = |last| (1..=last).fold(RecentTimes::default(), |times, t| times.plus(BtcTime::new(100 * t)));
/// assert_eq!(upto(11).floor(true), Some(BtcTime::new(600)));
/// // With three of the eleven unknown, the median is at least the third of those known.
/// assert_eq!(upto(8).floor(false), Some(BtcTime::new(300)));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecentTimes {
    /// Those known fill the end.
    times: [BtcTime; SPAN],
    known: usize,
}

impl RecentTimes {
    /// How many headers the median goes over.
    pub const SPAN: usize = SPAN;

    /// One header later: the oldest of eleven drops out.
    #[must_use]
    pub fn plus(mut self, time: BtcTime) -> Self {
        self.times.rotate_left(1);
        if let Some(newest) = self.times.last_mut() {
            *newest = time;
        }
        self.known = SPAN.min(self.known + 1);
        self
    }

    /// Those known, the oldest first.
    pub fn known(&self) -> &[BtcTime] {
        self.times.get(SPAN - self.known..).unwrap_or_default()
    }

    /// The newest.
    pub fn newest(&self) -> BtcTime {
        self.known().last().copied().unwrap_or_default()
    }

    /// What the next header's time must exceed (`GetMedianTimePast`; "time-too-old").
    ///
    /// With eleven known, or fewer because the chain has no more (`whole`): the median, of an even
    /// number the upper one. With some unknown: the least that the median of eleven can be whatever
    /// they are, so that nothing is refused that Bitcoin accepts; `None` where that says nothing.
    pub fn floor(&self, whole: bool) -> Option<BtcTime> {
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
        times.iter().fold(RecentTimes::default(), |recent, time| recent.plus(BtcTime::new(*time)))
    }

    fn at(time: u32) -> Option<BtcTime> {
        Some(BtcTime::new(time))
    }

    #[test]
    fn the_first_headers_of_a_chain_have_a_median_too() {
        assert_eq!(RecentTimes::default().floor(true), None);
        assert_eq!(recent(&[5]).floor(true), at(5));
        assert_eq!(recent(&[5, 9]).floor(true), at(9));
        assert_eq!(recent(&[9, 5, 7]).floor(true), at(7));
    }

    #[test]
    fn with_six_unknown_nothing_can_be_said() {
        assert_eq!(recent(&[1, 2, 3, 4, 5]).floor(false), None);
        assert_eq!(recent(&[6, 5, 4, 3, 2, 1]).floor(false), at(1));
    }

    proptest! {
        #[test]
        fn unknown_ancestors_never_raise_the_floor(all in prop::collection::vec(any::<u32>(), 11), n in 0..11usize) {
            let median = recent(&all).floor(true).unwrap();
            let mut sorted = all.clone();
            sorted.sort_unstable();
            prop_assert_eq!(median.get(), sorted[5]);
            prop_assert_eq!(recent(&all).floor(false), Some(median));
            if let Some(floor) = recent(&all[n..]).floor(false) {
                prop_assert!(floor <= median);
            }
        }

        #[test]
        fn only_the_last_eleven_count(all in prop::collection::vec(any::<u32>(), 11..40)) {
            prop_assert_eq!(recent(&all), recent(&all[all.len() - 11..]));
            let recent = recent(&all);
            let known: Vec<u32> = recent.known().iter().map(|time| time.get()).collect();
            prop_assert_eq!(known, &all[all.len() - 11..]);
        }
    }
}
