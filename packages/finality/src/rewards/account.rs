use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

use super::split::portion;
use super::{Split, Weights};

/// FPs that one transfer names, by their places among the weights of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The first place.
    pub from: u32,
    /// The place behind the last.
    pub to: u32,
}

/// The books of one denom. What is not owed of the balance is undistributed: fees, deposits, refunds.
///
/// ```text
///   undistributed -- owe --> owed -- settle a group --> handed over
///        ^                    |  ^--- not sent --------------|
///        |<-- back, -- settle-+
///        |    not burned      +-- settle --> to burn --> burned
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The denom.
    pub denom: String,
    /// Owed to those with a weight in [`Account::payout`], and not handed over.
    pub owed: u128,
    /// The part of that which is the slashed's, burned once the rest has left.
    pub to_burn: u128,
    /// The number of the frozen weights that it is owed by.
    pub payout: u32,
    /// To whom it is owed yet. Places of groups that were not sent come last; what lies side by side is one.
    pub waiting: Vec<Group>,
    /// Not sent before this height; not zero after a transfer that the chain did not take.
    pub not_before: BlockHeight,
    /// Handed over to Babylon so far.
    pub handed_over: u128,
    /// Burned so far.
    pub burned: u128,
}

impl Account {
    /// Owes whatever is undistributed of `balance` to the first `members` of `payout`; nothing where something is owed
    /// still.
    pub fn owe(&mut self, balance: u128, payout: u32, members: u32) -> bool {
        if self.owed > 0 || balance == 0 || members == 0 {
            return false;
        }
        (self.owed, self.payout, self.waiting) = (balance, payout, vec![Group { from: 0, to: members }]);
        true
    }

    /// Takes the next group of at most `size` out of what waits, with its part of what is owed: of Babylon's or of local finality providers,
    /// never of both, since they are paid in two ways. The last one gets what rounding left.
    pub fn next_group(&mut self, weights: &Weights, size: u32) -> Option<(Group, u128)> {
        let whole =
            self.waiting.iter().fold(0, |sum: u128, group| sum.saturating_add(weight(weights, *group)));
        let first = self.waiting.first_mut()?;
        let whole_group = Group { from: first.from, to: first.to.min(first.from.saturating_add(size)) };
        let group = weights.of_one_kind(whole_group);
        first.from = group.to;
        if first.from >= first.to {
            self.waiting.remove(0);
        }
        let left = self.owed.saturating_sub(self.to_burn);
        let part = if self.waiting.is_empty() { left } else { portion(left, weight(weights, group), whole) };
        Some((group, part))
    }

    /// A group's part was not sent, and goes to the next period instead: nobody else waits for it.
    pub fn goes_to_the_next_period(&mut self, split: &Split) {
        self.to_burn = self.to_burn.saturating_sub(split.burn);
        self.handed_over = self.handed_over.saturating_sub(split.send);
    }

    /// Takes a group's part out of the books, before it is sent: it is handed over, waits to be burned, or is
    /// undistributed again.
    pub fn take_out(&mut self, split: &Split) {
        self.owed = self.owed.saturating_sub(split.send).saturating_sub(split.back);
        self.to_burn = self.to_burn.saturating_add(split.burn);
        self.handed_over = self.handed_over.saturating_add(split.send);
        self.not_before = BlockHeight::new(0);
    }

    /// The chain did not take the transfer: all that was taken out with it is as before, and the group is tried again at
    /// `not_before`, alone.
    pub fn not_sent(&mut self, group: Group, split: &Split, not_before: BlockHeight) {
        self.owed = self.owed.saturating_add(split.send).saturating_add(split.back);
        self.to_burn = self.to_burn.saturating_sub(split.burn);
        self.handed_over = self.handed_over.saturating_sub(split.send);
        self.not_before = not_before;
        match self.waiting.last_mut() {
            Some(last) if last.to == group.from => last.to = group.to,
            _ => self.waiting.push(group),
        }
    }

    /// Takes what is to be burned out of the books, once nobody waits.
    pub fn burn(&mut self) -> u128 {
        if !self.waiting.is_empty() {
            return 0;
        }
        let burned = core::mem::take(&mut self.to_burn);
        self.owed = self.owed.saturating_sub(burned);
        self.burned = self.burned.saturating_add(burned);
        burned
    }

    /// The chain did not burn: the amount is undistributed again.
    pub fn not_burned(&mut self, amount: u128) {
        self.burned = self.burned.saturating_sub(amount);
    }
}

fn weight(weights: &Weights, group: Group) -> u128 {
    weights.group(group).iter().fold(0, |sum, member| sum.saturating_add(member.power.get()))
}
