//! The knobs of the finality gadget. A [`Params`] exists only if every one is within its bounds.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// After how many blocks a height without quorum is judged, at the latest.
const JUDGED_AFTER_MAX: u64 = 1_000;

/// All knobs, valid (RULINGS.md, "Instantiation").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    /// The height from which votes are taken.
    pub finality_activation_height: BlockHeight,
    /// How many FPs vote at a height, at most.
    pub max_active_finality_providers: u32,
    /// How many heights a commitment must cover, at least.
    pub min_pub_rand: u64,
    /// How far ahead of the current height a commitment may start.
    pub max_pub_rand_commit_offset: u64,
    /// Every how many blocks rewards are shared out.
    pub reward_interval: u64,
    /// Over how many heights misses are counted.
    pub missed_blocks_window: u64,
    /// How many percent of the window an FP must sign.
    pub min_signed_percent: u64,
    /// How long an FP stays in jail, in seconds.
    pub jail_duration: u64,
    /// How many percent of the power may go to jail within one such window, besides one FP that alone has more.
    pub max_jailed_percent: u64,
    /// How many blocks after the cursor passed a height votes there still count for rewards.
    pub vote_window: u64,
    /// How long settled votes are kept, in blocks.
    pub vote_retention: u64,
    /// How long anchors are kept, in seconds.
    pub anchor_retention_s: u64,
    /// How many heights may wait for quorum; later ones take no votes until the cursor moves.
    pub max_backlog: u64,
    /// How old, in blocks, a height without quorum must be before finality may be resumed.
    pub resume_delay: u64,
    /// How long a rebind waits, in seconds.
    pub rebind_delay: u64,
    /// How long orphaned FPs keep their power, in seconds.
    pub orphan_grace: u64,
    /// How many FPs one transfer of rewards names, at most.
    pub reward_group: u32,
    /// How many percent of the ranked stake must have timestamped randomness for a height to have an active set.
    pub min_active_percent: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            finality_activation_height: BlockHeight::new(1),
            max_active_finality_providers: 100,
            min_pub_rand: 1,
            max_pub_rand_commit_offset: 160_000,
            reward_interval: 600,
            missed_blocks_window: 250,
            min_signed_percent: 50,
            jail_duration: 86_400,
            max_jailed_percent: 20,
            vote_window: 10,
            vote_retention: 100,
            anchor_retention_s: 7 * 86_400,
            max_backlog: 14_400,
            resume_delay: 1_000,
            rebind_delay: 86_400,
            orphan_grace: 3 * 86_400,
            reward_group: 10,
            min_active_percent: 34,
        }
    }
}

/// One knob's name, value and bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The field's name on the wire.
    pub name: &'static str,
    /// What it is set to.
    pub value: u64,
    /// The lowest value allowed.
    pub min: u64,
    /// The highest value allowed.
    pub max: u64,
}

/// A knob is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Invalid configuration: {name} must be from {min} to {max}, got {value}")]
pub struct OutOfBounds {
    /// The field's name on the wire.
    pub name: &'static str,
    /// What was given.
    pub value: u64,
    /// The lowest value allowed.
    pub min: u64,
    /// The highest value allowed.
    pub max: u64,
}

impl Params {
    /// The only way to a valid set of knobs, for instantiation and update alike.
    ///
    /// # Errors
    /// [`OutOfBounds`], naming the first knob that is.
    pub fn checked(self) -> Result<Self, OutOfBounds> {
        match self.bounds().into_iter().find(|b| b.value < b.min || b.value > b.max) {
            Some(Bound { name, value, min, max }) => Err(OutOfBounds { name, value, min, max }),
            None => Ok(self),
        }
    }

    /// The table of bounds.
    pub fn bounds(&self) -> [Bound; 18] {
        let Self {
            finality_activation_height,
            max_active_finality_providers,
            min_pub_rand,
            max_pub_rand_commit_offset,
            reward_interval,
            missed_blocks_window,
            min_signed_percent,
            jail_duration,
            max_jailed_percent,
            vote_window,
            vote_retention,
            anchor_retention_s,
            max_backlog,
            resume_delay,
            rebind_delay,
            orphan_grace,
            reward_group,
            min_active_percent,
        } = self;
        let bound = |name, value, min, max| Bound { name, value, min, max };
        [
            bound("finality_activation_height", finality_activation_height.get(), 0, u64::MAX / 2),
            bound("max_active_finality_providers", (*max_active_finality_providers).into(), 1, 200),
            bound("min_pub_rand", *min_pub_rand, 1, 100_000),
            bound("max_pub_rand_commit_offset", *max_pub_rand_commit_offset, 60_000, 1_600_000),
            bound("reward_interval", *reward_interval, 1, 1_000_000),
            bound("missed_blocks_window", *missed_blocks_window, 5, crate::liveness::WINDOW_MAX),
            bound("min_signed_percent", *min_signed_percent, 5, 100),
            bound("jail_duration", *jail_duration, 1, 30 * 86_400),
            bound("max_jailed_percent", *max_jailed_percent, 1, 100),
            bound("vote_window", *vote_window, 3, 1_000),
            bound("vote_retention", *vote_retention, 10, 10_000),
            bound("anchor_retention_s", *anchor_retention_s, 60, 60 * 86_400),
            bound("max_backlog", *max_backlog, 100, 100_000),
            bound("resume_delay", *resume_delay, 10, 1_000_000),
            bound("rebind_delay", *rebind_delay, 0, 30 * 86_400),
            bound("orphan_grace", *orphan_grace, 0, 21 * 86_400),
            bound("reward_group", (*reward_group).into(), 1, 256),
            bound("min_active_percent", *min_active_percent, 0, 67),
        ]
    }

    /// After how many blocks a height without quorum is judged: an outage must not wait for a long window.
    pub fn judged_after(&self) -> u64 {
        self.missed_blocks_window.min(JUDGED_AFTER_MAX)
    }

    /// How many misses within the window are one too many: jail.
    pub fn misses_to_jail(&self) -> u64 {
        let must_sign = self.missed_blocks_window.saturating_mul(self.min_signed_percent).div_ceil(100);
        self.missed_blocks_window.saturating_sub(must_sign).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Params::default().checked(), Ok(Params::default()));
    }

    /// K27: the daemons' own defaults start 6,000 heights ahead and take 50,000.
    #[test]
    fn commitments_reach_as_far_as_babylon_lets_them_by_default() {
        assert_eq!(Params::default().max_pub_rand_commit_offset, 160_000);
        let bounds = Params::default().bounds();
        let offset = bounds.iter().find(|bound| bound.name == "max_pub_rand_commit_offset").unwrap();
        assert!(offset.min > 56_000, "{}", offset.min);
    }

    #[test]
    fn the_longest_times_are_counted_in_days() {
        let bounds = Params::default().bounds();
        let max = |name| bounds.iter().find(|bound| bound.name == name).unwrap().max;
        let days =
            [("jail_duration", 30), ("anchor_retention_s", 60), ("rebind_delay", 30), ("orphan_grace", 21)];
        for (name, days) in days {
            assert_eq!(max(name), days * 24 * 60 * 60, "{name}");
        }
        assert_eq!(max("finality_activation_height"), 0x7fff_ffff_ffff_ffff, "heights above can be added to");
    }

    #[test]
    fn every_knob_has_a_minimum_and_a_maximum() {
        let set = |name: &str, value: u64| {
            let mut p = Params::default();
            match name {
                "finality_activation_height" => p.finality_activation_height = BlockHeight::new(value),
                "max_active_finality_providers" => {
                    p.max_active_finality_providers = u32::try_from(value).unwrap();
                }
                "min_pub_rand" => p.min_pub_rand = value,
                "max_pub_rand_commit_offset" => p.max_pub_rand_commit_offset = value,
                "reward_interval" => p.reward_interval = value,
                "missed_blocks_window" => p.missed_blocks_window = value,
                "min_signed_percent" => p.min_signed_percent = value,
                "jail_duration" => p.jail_duration = value,
                "max_jailed_percent" => p.max_jailed_percent = value,
                "vote_window" => p.vote_window = value,
                "vote_retention" => p.vote_retention = value,
                "anchor_retention_s" => p.anchor_retention_s = value,
                "max_backlog" => p.max_backlog = value,
                "resume_delay" => p.resume_delay = value,
                "rebind_delay" => p.rebind_delay = value,
                "orphan_grace" => p.orphan_grace = value,
                "reward_group" => p.reward_group = u32::try_from(value).unwrap(),
                "min_active_percent" => p.min_active_percent = value,
                other => panic!("no knob {other}"),
            }
            p.checked()
        };
        for Bound { name, min, max, .. } in Params::default().bounds() {
            assert!(set(name, min).is_ok(), "{name} {min}");
            assert!(set(name, max).is_ok(), "{name} {max}");
            assert_eq!(set(name, max + 1), Err(OutOfBounds { name, value: max + 1, min, max }));
            if min > 0 {
                assert_eq!(set(name, min - 1), Err(OutOfBounds { name, value: min - 1, min, max }));
            }
        }
    }

    /// The daemons' own suite sends a window of 10,000 (PROTOCOL.md, "Messages of the incumbent").
    #[test]
    fn a_long_window_is_valid_and_keeps_no_outage_waiting() {
        let with = |missed_blocks_window| Params { missed_blocks_window, ..Params::default() }.checked();
        assert_eq!(with(10_000).map(|params| params.judged_after()), Ok(1_000));
        assert_eq!(with(250).map(|params| params.judged_after()), Ok(250));
        assert!(with(10_001).is_err());
    }

    #[test]
    fn at_half_a_window_of_250_the_126th_miss_jails() {
        assert_eq!(Params::default().misses_to_jail(), 126);
    }
}
