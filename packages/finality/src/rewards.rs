//! Who earned what.
//!
//! # The idea
//!
//! A vote on a finalized height earns its power, once, and also where it came after the quorum as long as the
//! height takes votes. Most heights are voted by everybody, so what is written down is how many heights a set of
//! FPs has behind it, and who **missed** some of them. When the set changes, or a period ends, that becomes
//! [`Weights`]. At the end of a period they are frozen, and whatever fees there are is owed to those in them.
//!
//! A payout goes to Babylon in [groups](Group) of FPs, those with most first, so that a refusal there costs one group
//! one period. The part of an FP that cannot be paid goes to the next period.
//!
//! # The danger
//!
//! Nothing here moves coins or decides how many there are: weights are shares of whatever is owed. A weight that is
//! wrong by a torn hook makes a share wrong by a height, never the sum.

use core::cmp::Reverse;

use primitives::{BlockHeight, FpId, VotingPower};
use serde::{Deserialize, Serialize};

use crate::active_set::{ActiveSet, Member};

mod account;
mod split;

pub use account::{Account, Group};
pub use split::{Claim, ONE, Split, decimal, split};

/// How many FPs have a weight at a time, at most: the shares of all fit into the memo of one transfer (32,768 bytes).
pub const PAID_MAX: usize = 256;

/// How many heights of one set each of its members missed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The highest height noted.
    pub through: BlockHeight,
    heights: Vec<(FpId, u32)>,
}

impl Missed {
    /// Notes that these did not vote at `height`; heights come in order, and one that was noted changes nothing.
    pub fn note(&mut self, height: BlockHeight, absent: &[FpId]) {
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

    fn of(&self, id: FpId) -> u64 {
        self.heights.iter().find(|entry| entry.0 == id).map_or(0, |entry| entry.1.into())
    }
}

/// What each FP has earned in a period: the sum of its power over the heights it voted at. At most [`PAID_MAX`] FPs,
/// those with most.
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
        if self.members.len() > PAID_MAX {
            self.keep_the_most();
        }
    }

    /// Whether nobody earned anything.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many FPs have one.
    pub fn len(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Those that a payout is shared out by: most first, so that a group's neighbours have stakes like its own and
    /// dust can make only the transfer of dust fail.
    #[must_use]
    pub fn frozen(&self) -> Self {
        let mut frozen = self.clone();
        frozen.keep_the_most();
        frozen
    }

    /// Begins the next period: nobody has earned anything after [`Weights::through`].
    pub fn clear(&mut self) {
        self.members.clear();
    }

    /// The FPs with their weights.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The FPs of a group.
    pub fn group(&self, group: Group) -> &[Member] {
        let place = |place: u32| usize::try_from(place).unwrap_or(usize::MAX).min(self.members.len());
        self.members.get(place(group.from)..place(group.to)).unwrap_or_default()
    }

    /// What a group begins with: members that are all of Babylon, or all local.
    fn of_one_kind(&self, group: Group) -> Group {
        let members = self.group(group);
        let is_first_local = members.first().is_some_and(|first| first.id.is_local());
        let run = members.iter().take_while(|member| member.id.is_local() == is_first_local).count();
        match u32::try_from(run) {
            // Nobody is known by these places: the group is passed over as it is.
            Ok(0) | Err(_) => group,
            Ok(run) => Group { to: group.to.min(group.from.saturating_add(run)), ..group },
        }
    }

    /// Picked one by one: a sort of the standard library would weigh more than all of this file.
    fn keep_the_most(&mut self) {
        let mut kept = Vec::new();
        while kept.len() < PAID_MAX {
            let all = self.members.iter().enumerate();
            let Some((most, _)) = all.max_by_key(|(_, one)| (one.power, Reverse(one.id))) else { break };
            kept.push(self.members.swap_remove(most));
        }
        self.members = kept;
    }
}

#[cfg(test)]
mod tests;
