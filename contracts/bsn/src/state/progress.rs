//! How far the hooks have come, in two records.
//!
//! ```text
//!   P  marks    what every block moves, and what every vote asks
//!   O  the rest what an ordinary block leaves as it is: written only where it changed
//! ```
//!
//! The marks begin with two numbers that other contracts read raw ([`api::bsn::raw`]).

use cosmwasm_std::{StdResult, Storage};
use finality::commitment::counted_through;
use finality::grid::Interval;
use finality::jail::Throttle;
use primitives::{BlockHeight, FpId, UnixTime, VotingPower};
use serde::{Deserialize, Serialize};

use super::table::{decode, encode};
use super::{GridMarks, MARKS, REST};

/// All of [`Progress`] but its marks, in this order.
pub type Rest = (Gaps, SetMarks, JailMarks, ChannelMarks, RewardMarks, bool, u8);

/// How far the hooks have come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What every block moves.
    pub marks: Marks,
    /// Heights that were passed without quorum.
    pub gaps: Gaps,
    /// The active set.
    pub set: SetMarks,
    /// Who may go to jail.
    pub jail: JailMarks,
    /// The channel to Babylon, and those who came over an earlier one.
    pub channel: ChannelMarks,
    /// Rewards.
    pub rewards: RewardMarks,
    /// Whether more stake has expired than one portion ended.
    pub expiring: bool,
    /// The tables, by bit, in which the sweep found so much to delete that the next blocks go on with them.
    pub sweeping: u8,
    /// All but the marks as it was loaded: what has not changed is not written.
    pub(crate) stored: Vec<u8>,
}

impl Progress {
    /// Loads both records.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        let marks = MARKS.load(storage)?;
        let stored = REST.load_raw(storage)?;
        let (gaps, set, jail, channel, rewards, expiring, sweeping) = decode(REST.letter(), &stored)?;
        Ok(Self { marks, gaps, set, jail, channel, rewards, expiring, sweeping, stored })
    }

    /// Records it. The marks come last: a torn hook is done over.
    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        let rest = encode(&(
            &self.gaps,
            &self.set,
            &self.jail,
            &self.channel,
            &self.rewards,
            self.expiring,
            self.sweeping,
        ))?;
        if rest != self.stored {
            REST.save_raw(storage, rest)?;
        }
        MARKS.save(storage, &self.marks)
    }

    /// Whether what packets bring has to wait at `now`.
    pub fn is_intake_paused(&self, now: UnixTime) -> bool {
        now < self.channel.intake_paused_until
    }
}

/// Has the active set computed anew with the next BeginBlock.
pub fn mark_stale(storage: &mut dyn Storage) -> StdResult<()> {
    let mut marks = MARKS.load(storage)?;
    if marks.stale {
        return Ok(());
    }
    marks.stale = true;
    MARKS.save(storage, &marks)
}

/// What every block moves, and what every vote asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredMarks", into = "StoredMarks")]
pub struct Marks {
    /// The highest height with quorum that the cursor passed.
    pub last_quorum: Option<BlockHeight>,
    /// The highest final block.
    pub last_final: Option<BlockHeight>,
    /// The height from which votes are taken (a copy of the knob, to spare votes a read).
    pub activation: BlockHeight,
    /// Every height up to here has quorum, was skipped or resumed.
    pub cursor: BlockHeight,
    /// Bit `i`: a vote is missing at height `cursor - i`, or no FP could vote there. It is asked only for heights
    /// that the cursor passed since instantiation.
    pub partial: u64,
    /// Every height up to here takes no votes any more.
    pub settled: BlockHeight,
    /// Every height up to here is judged for liveness.
    pub judged: BlockHeight,
    /// The height of the last EndBlock.
    pub last_end: BlockHeight,
    /// Votes below are forgotten.
    pub votes_from: BlockHeight,
    /// Anchors below are forgotten.
    pub anchors_from: BlockHeight,
    /// The highest height of this chain that is BTC-timestamped.
    pub timestamped: BlockHeight,
    /// Whether so many heights wait for quorum that the next takes no votes.
    pub backlog_full: bool,
    /// How many settled heights of one set are not yet among the weights.
    pub earned: u64,
    /// Whether something that decides the active set has changed.
    pub stale: bool,
    /// The height at which the passing of heights alone may change it.
    pub changes_at: Option<BlockHeight>,
    /// The power of the active set.
    pub total: VotingPower,
    /// The ranked stake that it was taken from.
    pub ranked: VotingPower,
    /// When the grid has work, where there is one.
    pub grid: Option<GridMarks>,
}

impl Marks {
    /// Commitments made below this height count.
    pub fn counted_through(&self) -> BlockHeight {
        let closed = self.grid.and_then(|grid| grid.closed_through);
        counted_through(self.timestamped, closed.unwrap_or_default(), closed.is_some())
    }
}

/// [`Marks`] as they are stored: the two numbers for other contracts, big endian, none is zero; then the heights as
/// differences to the first of them, which are one byte where finality keeps up; and the ranked stake as a difference to the
/// total.
#[derive(Serialize, Deserialize)]
struct StoredMarks {
    last_quorum: [u8; 8],
    last_final: [u8; 8],
    below_last_quorum: [i64; 6],
    activation: BlockHeight,
    timestamped: BlockHeight,
    partial: u64,
    backlog_full: bool,
    earned: u64,
    stale: bool,
    changes_at: Option<BlockHeight>,
    total: VotingPower,
    ranked_above_total: u128,
    /// C; when the grid has work, as a difference too; what closed, where randomness waits for it. Nothing is written where no grid is set.
    #[serde(with = "super::grid::written_if_some")]
    grid: Option<(Interval, i64, Option<BlockHeight>)>,
}

fn number(height: Option<BlockHeight>) -> u64 {
    height.map_or(0, BlockHeight::get)
}

fn height(number: [u8; 8]) -> Option<BlockHeight> {
    Some(u64::from_be_bytes(number)).filter(|number| *number > 0).map(BlockHeight::new)
}

impl From<Marks> for StoredMarks {
    fn from(marks: Marks) -> Self {
        let base = number(marks.last_quorum);
        let Marks { cursor, settled, judged, last_end, votes_from, anchors_from, .. } = marks;
        let heights = [cursor, settled, judged, last_end, votes_from, anchors_from];
        Self {
            last_quorum: base.to_be_bytes(),
            last_final: number(marks.last_final).to_be_bytes(),
            below_last_quorum: heights.map(|height| base.wrapping_sub(height.get()).cast_signed()),
            activation: marks.activation,
            timestamped: marks.timestamped,
            partial: marks.partial,
            backlog_full: marks.backlog_full,
            earned: marks.earned,
            stale: marks.stale,
            changes_at: marks.changes_at,
            total: marks.total,
            ranked_above_total: marks.ranked.get().wrapping_sub(marks.total.get()),
            grid: marks.grid.map(|GridMarks { interval, wakes, closed_through }| {
                (interval, base.wrapping_sub(wakes.get()).cast_signed(), closed_through)
            }),
        }
    }
}

impl From<StoredMarks> for Marks {
    fn from(stored: StoredMarks) -> Self {
        let base = u64::from_be_bytes(stored.last_quorum);
        let [cursor, settled, judged, last_end, votes_from, anchors_from] =
            stored.below_last_quorum.map(|below| BlockHeight::new(base.wrapping_sub(below.cast_unsigned())));
        Self {
            last_quorum: height(stored.last_quorum),
            last_final: height(stored.last_final),
            activation: stored.activation,
            cursor,
            partial: stored.partial,
            settled,
            judged,
            last_end,
            votes_from,
            anchors_from,
            timestamped: stored.timestamped,
            backlog_full: stored.backlog_full,
            earned: stored.earned,
            stale: stored.stale,
            changes_at: stored.changes_at,
            total: stored.total,
            ranked: VotingPower::new(stored.total.get().wrapping_add(stored.ranked_above_total)),
            grid: stored.grid.map(|(interval, below, closed_through)| GridMarks {
                closed_through,
                interval,
                wakes: BlockHeight::new(base.wrapping_sub(below.cast_unsigned())),
            }),
        }
    }
}

/// Heights that the cursor passed without quorum. Written by the tally and by resume_finality.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    /// How many heights the gap has that the cursor is in.
    pub open: u64,
    /// The highest height in that gap that governance resumed.
    pub open_resumed: Option<BlockHeight>,
    /// Whether the highest anchored height of that gap is one.
    pub ends_resumed: bool,
    /// The longest gap so far.
    pub longest: u64,
    /// Gaps that end above this height are all recorded.
    pub recorded_above: BlockHeight,
    /// The highest height that governance resumed; zero if none.
    pub resumed_through: BlockHeight,
    /// How many heights the cursor passed only because governance resumed them.
    pub resumed: u64,
    /// The highest quorum that makes a block final, where the last makes none; zero if none does.
    pub last_final_by: Option<BlockHeight>,
}

/// The active set. Written by BeginBlock, when the set changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMarks {
    /// It is as it is since this height; those of lower heights are in the table of sets.
    pub since: BlockHeight,
    /// How many are in it.
    pub active: u32,
    /// The first height with a set.
    pub activated: Option<BlockHeight>,
    /// The power with randomness, where it is too little of the ranked stake for a set.
    pub below_floor: Option<VotingPower>,
}

/// Who may go to jail. Written by jailing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JailMarks {
    /// How much power may still go to jail.
    pub throttle: Throttle,
    /// The first height at which an FP with more than the share of that may go to jail.
    pub giants_from: BlockHeight,
}

/// The channel to Babylon, and those who came over an earlier one. Written by the rooms `channel`, `evidence` and
/// `intake`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelMarks {
    /// How many equivocations wait to be sent.
    pub outgoing: u32,
    /// When time alone does something to the channel or the orphans.
    pub wake_at: Option<UnixTime>,
    /// FPs with lower numbers registered under an earlier consumer id: no reward weight.
    pub era_from: FpId,
    /// FPs with lower numbers have no power any more, for that reason.
    pub orphaned_below: FpId,
    /// FPs with lower numbers are marked so, each on its own record.
    pub orphans_marked: FpId,
    /// Until when packets wait; 1970 if they do not.
    pub intake_paused_until: UnixTime,
}

/// Rewards. Written by EndBlock, when a period ends, and by set_paused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardMarks {
    /// Whether rewards wait.
    pub paused: bool,
    /// How many denoms are owed.
    pub owing: u32,
    /// The number of the next payout.
    pub payout_next: u32,
}

#[cfg(test)]
mod tests;
