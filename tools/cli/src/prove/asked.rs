//! What Bitcoin was asked, and what it said.

use std::collections::{BTreeMap, BTreeSet};

use api::btc_staking::StandingAnswer;
use bitcoin_spv::OutPoint;

use super::contract::{Contract, was_brought};
use super::stake::{Ask, Stake, turn};
use super::way::Reach;
use crate::bitcoin::{Found, Ledger, Spending};
use crate::doctor::read::each;

/// Where a stake is, and what became of it.
type Answer = (Option<Found>, Option<Spending>);

/// All answers, and which headers the contract was brought.
#[derive(Debug, Default)]
pub struct Asked {
    answers: BTreeMap<OutPoint, Answer>,
    /// At which of Bitcoin's tips each was asked about.
    at: BTreeMap<OutPoint, u32>,
    brought: BTreeSet<u32>,
}

impl Asked {
    /// Forgets all others.
    pub fn retain(&mut self, stakes: &[Stake]) {
        let known: BTreeSet<OutPoint> = stakes.iter().map(|stake| stake.at).collect();
        self.answers.retain(|at, _| known.contains(at));
        self.at.retain(|at, _| known.contains(at));
    }

    /// A stake with what is known of it.
    pub fn with(&self, stake: &Stake) -> Stake {
        let (found, spending) = self.answers.get(&stake.at).cloned().unwrap_or_default();
        Stake { found, spending, ..stake.clone() }
    }

    /// Asks about those whose turn it is; gives what went wrong. `light` is the light client's tip, and w.
    pub fn look_up(
        &mut self,
        bitcoin: &(dyn Ledger + Sync),
        stakes: &[Stake],
        light: (u32, u32),
        their_tip: u32,
        most: usize,
    ) -> BTreeSet<String> {
        let turn = turn(stakes, &self.at, light, their_tip, most);
        let turn: Vec<_> = turn.iter().filter_map(|(place, ask)| Some((stakes.get(*place)?, *ask))).collect();
        let answers = &self.answers;
        let found = each(&turn, |(stake, ask)| answer(bitcoin, stake, *ask, answers.get(&stake.at)));
        let mut troubles = BTreeSet::new();
        for ((stake, _), answer) in turn.iter().zip(found) {
            match answer {
                Ok(answer) => {
                    // A search that is not over goes on in the next round.
                    if !matches!(answer.1, Some(Spending::NotUpTo(height)) if height < their_tip) {
                        self.at.insert(stake.at, their_tip);
                    }
                    self.answers.insert(stake.at, answer);
                }
                Err(why) => drop(troubles.insert(why)),
            }
        }
        troubles
    }

    /// What the contract knows of Bitcoin. Headers that were brought are looked for where a way would hang from them.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn reach(
        &mut self,
        contract: &impl Contract,
        bitcoin: &dyn Ledger,
        lowest: u32,
        tip: u32,
    ) -> Result<Reach, String> {
        let reach = self.known(lowest, tip);
        let old: BTreeSet<u32> =
            self.answers.values().flat_map(heights).filter(|height| *height < lowest).collect();
        for height in old {
            for candidate in reach.candidates(height) {
                if self.brought.contains(&candidate) {
                    break;
                }
                if was_brought(contract, &bitcoin.hash_at(candidate)?)? {
                    self.brought.insert(candidate);
                    break;
                }
            }
        }
        Ok(self.known(lowest, tip))
    }

    /// The same, as far as it was looked for.
    pub fn known(&self, lowest: u32, tip: u32) -> Reach {
        Reach { lowest, tip, brought: self.brought.clone() }
    }
}

/// The heights of the blocks of an answer.
fn heights((found, spending): &Answer) -> impl Iterator<Item = u32> + use<> {
    let found = if let Some(Found::In(place)) = found { Some(place.height) } else { None };
    let spent = if let Some(Spending::Spent(spend)) = spending { Some(spend.place.height) } else { None };
    found.into_iter().chain(spent)
}

/// What Bitcoin says of a stake. Where it is, is asked anew, for it may have been reorganized.
fn answer(bitcoin: &dyn Ledger, stake: &Stake, ask: Ask, before: Option<&Answer>) -> Result<Answer, String> {
    let found = if ask == Ask::Both { Some(bitcoin.find(&stake.at)?) } else { None };
    // Who searches for a spend begins at the block of the stake.
    let start = match (&stake.standing, &found) {
        (
            StandingAnswer::Challenged { start_height, .. } | StandingAnswer::Active { start_height, .. },
            _,
        ) => *start_height,
        (_, Some(Found::In(place))) => place.height,
        _ => return Ok((found, None)),
    };
    let searched = match before {
        Some((_, Some(Spending::NotUpTo(height)))) => *height,
        _ => start.saturating_sub(1),
    };
    let spending = bitcoin.spending(&stake.at, searched)?;
    Ok((found, Some(spending)))
}
