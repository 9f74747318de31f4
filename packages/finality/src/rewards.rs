//! Who earned what.
//!
//! # The idea
//!
//! A vote on a finalized height earns its power, once, and also where it came after the quorum as long as the
//! height takes votes. Most heights are voted by everybody, so what is written down is how many heights a set of
//! FPs has behind it, and who **missed** some of them. When the set changes, or a period ends, that becomes
//! [`Weights`]. At the end of a period they are frozen, and whatever fees there are is owed to those in them.
//!
//! # The danger
//!
//! Nothing here moves coins or decides how many there are: weights are shares of whatever is owed. A weight that is
//! wrong by a torn hook makes a share wrong by a height, never the sum.

use primitives::{BlockHeight, VotingPower};
use serde::{Deserialize, Serialize};

use crate::active_set::{ActiveSet, Member};

/// How many FPs are paid at once, at most: their shares must fit into the memo of one transfer (32,768 bytes).
pub const PAID_MAX: usize = 256;
/// The unit of a ratio: 18 decimals.
pub const ONE: u128 = 1_000_000_000_000_000_000;

/// How many heights of one set each of its members missed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The highest height noted.
    pub through: BlockHeight,
    heights: Vec<(u32, u32)>,
}

impl Missed {
    /// Notes that these did not vote at `height`; heights come in order, and one that was noted changes nothing.
    pub fn note(&mut self, height: BlockHeight, absent: &[u32]) {
        if height <= self.through {
            return;
        }
        self.through = height;
        for id in absent {
            match self.heights.iter_mut().find(|entry| entry.0 == *id) {
                Some(entry) => entry.1 = entry.1.saturating_add(1),
                None => self.heights.push((*id, 1)),
            }
        }
    }

    /// Whether nobody missed anything.
    pub fn is_empty(&self) -> bool {
        self.heights.is_empty()
    }

    /// Forgets everything but how far it came.
    pub fn clear(&mut self) {
        self.heights.clear();
    }

    fn of(&self, id: u32) -> u64 {
        self.heights.iter().find(|entry| entry.0 == id).map_or(0, |entry| entry.1.into())
    }
}

/// What each FP has earned in a period: the sum of its power over the heights it voted at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Everything up to here is in them.
    pub through: BlockHeight,
    members: Vec<Member>,
}

impl Weights {
    /// Adds `heights` heights of a set, the last of them `last`, without those that were missed.
    ///
    /// There cannot be more of them than there are heights since the last time: a torn hook may have added some.
    pub fn add(&mut self, set: &ActiveSet, heights: u64, missed: &Missed, last: BlockHeight) {
        let heights = heights.min(last.above(self.through));
        self.through = self.through.max(last);
        for member in set.members() {
            let voted = heights.saturating_sub(missed.of(member.id));
            let earned = VotingPower::new(member.power.get().saturating_mul(voted.into()));
            if earned.is_zero() {
                continue;
            }
            match self.members.iter_mut().find(|one| one.id == member.id) {
                Some(one) => one.power = one.power + earned,
                None => self.members.push(Member { id: member.id, power: earned }),
            }
        }
    }

    /// Whether nobody earned anything.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Ends the period: its weights, of at most [`PAID_MAX`] FPs with the most. The next one begins with none.
    pub fn freeze(&mut self) -> Self {
        let mut members = core::mem::take(&mut self.members);
        while members.len() > PAID_MAX {
            let least =
                members.iter().enumerate().min_by_key(|(_, one)| one.power.get()).map_or(0, |(at, _)| at);
            members.swap_remove(least);
        }
        Self { through: self.through, members }
    }

    /// The FPs with their weights.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

/// Why an FP with a weight is or is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is.
    Paid,
    /// It was slashed meanwhile.
    Slashed,
    /// Babylon would not take it: it is of another consumer, or unknown.
    Stranger,
}

/// What becomes of an amount that is owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// What is sent to those who are paid.
    pub send: u128,
    /// What is burned: the part of the slashed.
    pub burn: u128,
    /// Their numbers and their ratios of what is sent, in units of 10^-18, none of them zero.
    pub ratios: Vec<(u32, u128)>,
}

/// Splits `amount`: to those who are paid, by weight. The part of the slashed is burned or goes to the others.
///
/// `send + burn` is `amount`, unless nobody is paid and nothing burned: then both are nothing, and it is shared out
/// again with the next period.
pub fn split(amount: u128, claims: &[(Member, Claim)], burn_slashed: bool) -> Split {
    let sum = |claim: Claim| -> u128 {
        claims.iter().filter(|one| one.1 == claim).map(|one| one.0.power.get()).sum::<u128>()
    };
    let whole = sum(Claim::Paid).saturating_add(sum(Claim::Slashed));
    // Half the bits are enough for any share, and leave room to multiply.
    let shift = 64u32.saturating_sub(whole.leading_zeros());
    let (paid, slashed) = (sum(Claim::Paid) >> shift, sum(Claim::Slashed) >> shift);
    let burn = if burn_slashed { part(amount, slashed, paid.saturating_add(slashed)) } else { 0 };
    if paid == 0 {
        return Split { send: 0, burn, ratios: Vec::new() };
    }
    let mut ratios = Vec::new();
    for (member, claim) in claims {
        let ratio = part(ONE, member.power.get() >> shift, paid);
        if *claim == Claim::Paid && ratio > 0 {
            ratios.push((member.id, ratio));
        }
    }
    Split { send: amount.saturating_sub(burn), burn, ratios }
}

/// `amount * of / whole`, rounded down, for `of <= whole < 2^64`.
fn part(amount: u128, of: u128, whole: u128) -> u128 {
    let (Some(times), Some(rest)) = (amount.checked_div(whole), amount.checked_rem(whole)) else { return 0 };
    let rest = rest.saturating_mul(of).checked_div(whole).unwrap_or_default();
    times.saturating_mul(of).saturating_add(rest)
}

/// A ratio as decimal text with all 18 decimals.
pub fn decimal(ratio: u128) -> String {
    let whole = ratio.checked_div(ONE).unwrap_or_default();
    let decimals = ratio.checked_rem(ONE).unwrap_or_default().to_string();
    let mut text = whole.to_string();
    text.push('.');
    for _ in decimals.len()..18 {
        text.push('0');
    }
    text.push_str(&decimals);
    text
}

/// The books of one denom. What is not owed of the balance is undistributed: fees, deposits, refunds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The denom.
    pub denom: String,
    /// Owed to those with a weight in [`Account::payout`], and not handed over.
    pub owed: u128,
    /// The number of the frozen weights that it is owed by.
    pub payout: u32,
    /// Whether the part of the slashed was burned already.
    pub burn_done: bool,
    /// Not sent before this height.
    pub not_before: BlockHeight,
    /// Handed over to Babylon so far.
    pub handed_over: u128,
    /// Burned so far.
    pub burned: u128,
}

impl Account {
    /// Owes whatever is undistributed of `balance` by the weights of `payout`; nothing where something is owed still.
    pub fn owe(&mut self, balance: u128, payout: u32) -> bool {
        if self.owed > 0 || balance == 0 {
            return false;
        }
        (self.owed, self.payout, self.burn_done) = (balance, payout, false);
        true
    }

    /// Takes what is owed out of the books, before it is sent: it is handed over, burned, or undistributed again.
    pub fn settle(&mut self, split: &Split) {
        self.owed = 0;
        self.handed_over = self.handed_over.saturating_add(split.send);
        self.burned = self.burned.saturating_add(split.burn);
    }

    /// The chain did not take the transfer: the amount is owed still, and tried again at `not_before`.
    pub fn not_sent(&mut self, amount: u128, payout: u32, not_before: BlockHeight) {
        self.handed_over = self.handed_over.saturating_sub(amount);
        (self.owed, self.payout, self.not_before) = (amount, payout, not_before);
        self.burn_done = true;
    }

    /// The chain did not burn: the amount is undistributed again.
    pub fn not_burned(&mut self, amount: u128) {
        self.burned = self.burned.saturating_sub(amount);
    }
}

#[cfg(test)]
mod tests;
