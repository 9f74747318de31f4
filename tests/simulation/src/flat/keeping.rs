//! What the contract may keep, and what must have gone, by what happened on the chain.
//!
//! It knows blocks, votes, delegations and the knobs, and no watermark of the contract: where that stands in the way of
//! what must go, the entries say so. While a backlog waits nothing has to go; afterwards what must go falls behind the
//! chain by the backlog, and comes back by [a quarter of a height](CATCH_UP) with every block.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use super::letter;
use super::seen::Seen;

/// In how many blocks what must have gone comes a height closer to the chain, after a backlog.
const CATCH_UP: u64 = 4;
/// In so many blocks a backlog is cleared and its heights are closed, and nothing else has to go.
const CLEARING: u64 = 120;
/// How many blocks more anything may take: a portion that ended early, an event of the block itself.
const SLACK: u64 = 8;
/// How many slots of votes there are.
const SLOTS: u64 = 256;
/// How many epochs are kept, the base besides.
const EPOCHS: u64 = 101;
/// How many buckets of misses the longest window has: two heights each up to 1,024, ten above.
const BUCKETS: u64 = 1_002;
/// So many commitments of an FP may be spent and there: each eighth removes what came since.
const SPENT: u64 = 12;
/// So many entries of power of an FP may be below what the oldest anchor needs: each new one removes one.
const SUPERSEDED: u64 = 3;

/// For so many blocks delegations may be over before a sweep comes to any: the turns of all tables.
const BEFORE_A_SWEEP: u64 = 64;
/// How many a sweep comes to at once, at most.
const A_SWEEP: u64 = 96;

/// The knobs, and how many finality providers vote.
#[derive(Debug, Clone, Copy)]
pub struct Knobs {
    /// All of them, all the time.
    pub fps: u64,
    /// How many delegations come in a block, at most.
    pub delegations: u64,
    /// How many blocks after the cursor passed a height votes there still count.
    pub vote_window: u64,
    /// How long settled votes are kept, in blocks.
    pub vote_retention: u64,
    /// How long anchors are kept, in seconds.
    pub anchor_retention_s: u64,
}

/// A backlog: from its first height to the block in which that got its votes, if it did.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    /// The height that waits, or waited.
    pub first: u64,
    /// The block after which it waited no more.
    pub ended: Option<u64>,
}

/// What happened.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// The knobs.
    pub knobs: Knobs,
    /// The last backlog.
    pub backlog: Option<Backlog>,
    /// From this height on all have power.
    since: u64,
    times: BTreeMap<u64, u64>,
    votes: BTreeMap<u64, u64>,
    /// End of the time lock, and how many finality providers of ours.
    delegations: BTreeMap<[u8; 32], (u32, u64)>,
}

/// The table that holds too much or too little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Its letter.
    pub letter: u8,
    /// What is wrong.
    pub what: String,
}

impl Display for Breach {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { letter, what } = self;
        write!(f, "table `{}`, {}: {what}", char::from(*letter), table(*letter))
    }
}

type Verdict = Result<(), Breach>;

fn must(holds: bool, letter: u8, what: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Breach { letter, what: what() }) }
}

/// What is in a table: the name of its series.
pub const fn table(letter: u8) -> &'static str {
    match letter {
        letter::ANCHORS => "anchors",
        letter::SLOTS => "votes in slots",
        letter::OVERFLOW => "votes outside of slots",
        letter::VOTE_BATCHES => "batches of votes",
        letter::SIGNATURES => "signatures of batches",
        letter::STRIPS => "strips of votes",
        letter::STRIP_SIGNATURES => "signatures of strips",
        letter::POWERS => "power history",
        letter::COMMITMENTS => "commitments",
        letter::DELEGATIONS => "delegations",
        letter::ENDED => "early ends of delegations",
        letter::DELEGATIONS_OF => "delegations by provider",
        letter::PARTS => "parts of long records",
        letter::BUCKETS => "stake that expires",
        letter::EPOCHS => "epochs",
        letter::SETS => "sets that ended",
        letter::PROVIDERS
        | letter::FP_KEYS
        | letter::PROFILES
        | letter::RANKING
        | letter::MISSES
        | letter::RANKING_JAILED => "one a provider",
        letter::SWEEPS => "where sweeps stand",
        letter::PAYOUTS => "payouts",
        letter::GAPS => "gaps",
        letter::MISSED_AT => "buckets of misses",
        letter::CONFIG
        | letter::ADMINS
        | letter::PARAMS
        | letter::MARKS
        | letter::REST
        | letter::ACTIVE
        | letter::CHANNELS
        | letter::LAST_HEADER
        | letter::TIMESTAMPS
        | letter::BTC_TIP
        | letter::BITCOIN
        | letter::COUNTERS
        | letter::CONVERSION
        | letter::MISSED
        | letter::WEIGHTS
        | letter::ACCOUNTS
        | letter::ABSENCES
        | letter::CONTRACT_INFO => "a single record",
        _ => "nothing that this life brings",
    }
}

impl Keeping {
    /// Of a contract that keeps the delegations of `seen`, which have the longest terms and give everybody power from
    /// `since` on.
    pub fn new(knobs: Knobs, seen: &Seen, since: u64) -> Self {
        let delegations = seen.delegations.iter().map(|txid| (*txid, (u32::MAX, 1))).collect();
        Self { knobs, backlog: None, since, times: BTreeMap::new(), votes: BTreeMap::new(), delegations }
    }

    /// A block was made.
    pub fn block(&mut self, height: u64, time: u64) {
        self.times.insert(height, time);
        let old = height.saturating_sub(SLOTS + self.knobs.vote_retention + self.knobs.vote_window);
        self.votes = self.votes.split_off(&old);
        let gone = time.saturating_sub(2 * self.knobs.anchor_retention_s);
        self.times.retain(|_, time| *time > gone);
    }

    /// So many votes were counted at a height.
    pub fn voted(&mut self, height: u64, many: u64) {
        *self.votes.entry(height).or_default() += many;
    }

    /// A delegation came, of so many finality providers of ours.
    pub fn delegated(&mut self, txid: [u8; 32], end: u32, fps: u64) {
        self.delegations.insert(txid, (end, fps));
    }

    /// Whether what is stored after the last block is what must be, and no more than may be; `tip` of Bitcoin.
    ///
    /// # Errors
    /// The first [`Breach`].
    pub fn judge(&mut self, seen: &Seen, tip: u32) -> Verdict {
        let Some((height, time)) = self.times.last_key_value().map(|(height, time)| (*height, *time)) else {
            return Ok(());
        };
        let votes_from = height.saturating_sub(2 + self.knobs.vote_window + self.knobs.vote_retention);
        let gone = votes_from.saturating_sub(self.lag(height));
        self.judge_votes(seen, height, votes_from, gone)?;
        self.judge_anchors(seen, time, gone)?;
        self.judge_histories(seen, height, gone)?;
        self.judge_delegations(seen, tip, self.lag(height).min(CLEARING))?;
        self.judge_rest(seen, height)
    }

    /// By how many heights more than without a backlog what must have gone may be behind.
    fn lag(&self, height: u64) -> u64 {
        match self.backlog {
            None => 0,
            Some(Backlog { ended: None, .. }) => height,
            Some(Backlog { first, ended: Some(ended) }) => {
                (ended - first + (height - ended).min(CLEARING)).saturating_sub((height - ended) / CATCH_UP)
            }
        }
    }

    fn judge_votes(&self, seen: &Seen, height: u64, votes_from: u64, gone: u64) -> Verdict {
        must(seen.count(letter::SLOTS) <= SLOTS * self.knobs.fps, letter::SLOTS, || {
            format!("{} entries", seen.count(letter::SLOTS))
        })?;
        must(seen.count(letter::VOTE_BATCHES) == seen.count(letter::SIGNATURES), letter::SIGNATURES, || {
            format!("{} entries", seen.count(letter::SIGNATURES))
        })?;
        must(seen.count(letter::STRIP_SIGNATURES) == seen.strips, letter::STRIP_SIGNATURES, || {
            format!("{} entries of {} strips", seen.count(letter::STRIP_SIGNATURES), seen.strips)
        })?;
        for (letter, lowest) in &seen.outside {
            must(lowest + SLACK >= gone, *letter, || format!("height {lowest}, and {gone} must have gone"))?;
        }
        for (height, cast) in self.votes.range(votes_from..height) {
            let kept = seen.votes.get(height).copied().unwrap_or_default();
            must(kept == *cast, letter::SLOTS, || {
                format!("{kept} of {cast} votes at height {height} are kept")
            })?;
        }
        Ok(())
    }

    fn judge_anchors(&self, seen: &Seen, now: u64, gone: u64) -> Verdict {
        let retention = self.knobs.anchor_retention_s;
        let kept = self.times.iter().filter(|(_, time)| *time + retention > now);
        let mut lowest = u64::MAX;
        for (height, _) in kept {
            lowest = lowest.min(*height);
            must(seen.anchors.contains(height), letter::ANCHORS, || {
                format!("height {height} is within its retention")
            })?;
        }
        let oldest = seen.anchors.first().copied().unwrap_or(u64::MAX);
        let may = lowest.min(gone.saturating_sub(self.knobs.vote_window)).saturating_sub(SLACK);
        must(oldest >= may, letter::ANCHORS, || {
            format!("height {oldest}, and all below {may} must have gone")
        })
    }

    /// Of each finality provider what holds at the oldest anchor, and where the chain is, is there; what is below that
    /// is little.
    fn judge_histories(&self, seen: &Seen, height: u64, gone: u64) -> Verdict {
        let oldest = seen.anchors.first().copied().unwrap_or_default();
        let below = |heights: &BTreeSet<u64>| heights.range(..=oldest).count() as u64;
        let superseded: u64 = seen.powers.values().map(|heights| below(heights).saturating_sub(1)).sum();
        let most = self.knobs.fps * SUPERSEDED + self.lag(height).saturating_mul(self.knobs.fps);
        must(superseded <= most, letter::POWERS, || {
            format!("{superseded} entries below what the oldest anchor needs, at most {most}")
        })?;
        let holding = seen.powers.values().filter(|heights| below(heights) > 0).count() as u64;
        must(oldest < self.since || holding == self.knobs.fps, letter::POWERS, || {
            format!("the power of {holding} of {} at height {oldest} is kept", self.knobs.fps)
        })?;
        let spent: u64 = seen.commitments.values().map(|ends| ends.range(..gone).count() as u64).sum();
        let most = self.knobs.fps * SPENT;
        must(spent <= most, letter::COMMITMENTS, || {
            format!("{spent} entries end below height {gone}, at most {most}")
        })?;
        let covering = seen.commitments.values().filter(|ends| ends.range(height..).next().is_some()).count();
        must(covering as u64 == self.knobs.fps, letter::COMMITMENTS, || {
            format!("only {covering} can vote at {height}")
        })
    }

    fn judge_delegations(&mut self, seen: &Seen, tip: u32, lag: u64) -> Verdict {
        let retention = u32::try_from(self.knobs.anchor_retention_s / 600).unwrap_or(u32::MAX);
        let has_ended = |end: u32| end.saturating_add(retention) < tip;
        for (txid, (end, _)) in &self.delegations {
            must(has_ended(*end) || seen.delegations.contains(txid), letter::DELEGATIONS, || {
                format!("a delegation that ends at {end} is missing, Bitcoin is at {tip}")
            })?;
        }
        self.delegations.retain(|txid, _| seen.delegations.contains(txid));
        let (known, all) = (self.delegations.len(), seen.delegations.len());
        must(known == all, letter::DELEGATIONS, || {
            format!("{all} entries, of which {known} came or did not go before")
        })?;
        let ended = self.delegations.values().filter(|(end, _)| has_ended(*end)).count();
        let waiting = (BEFORE_A_SWEEP + lag) * self.knobs.delegations + A_SWEEP;
        let most = (all - ended) as u64 / 2 + waiting;
        must(ended as u64 <= most, letter::DELEGATIONS, || {
            format!("{ended} of {all} entries are over, at most {most}")
        })?;
        let by_fp: u64 = self.delegations.values().map(|(_, fps)| fps).sum();
        must(seen.count(letter::DELEGATIONS_OF) == by_fp, letter::DELEGATIONS_OF, || {
            format!("{} entries, not {by_fp}", seen.count(letter::DELEGATIONS_OF))
        })?;
        for (letter, of) in [(letter::ENDED, &seen.ended), (letter::PARTS, &seen.in_parts)] {
            let stray = of.difference(&seen.delegations).count();
            must(stray == 0, letter, || format!("{stray} delegations have entries and are gone"))?;
        }
        Ok(())
    }

    fn judge_rest(&self, seen: &Seen, height: u64) -> Verdict {
        for (letter, count) in &seen.counts {
            let most = match table(*letter) {
                "one a provider" => self.knobs.fps,
                "a single record" => 1,
                "where sweeps stand" => 4,
                "payouts" => 2,
                "epochs" => EPOCHS + 2,
                "gaps" => seen.anchors.len() as u64 + SLACK,
                "buckets of misses" => BUCKETS,
                "sets that ended" => self.knobs.vote_window + self.lag(height) + SLACK,
                "nothing that this life brings" => 0,
                _ => continue,
            };
            must(*count <= most, *letter, || format!("{count} entries, at most {most}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
