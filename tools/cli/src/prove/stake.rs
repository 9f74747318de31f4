//! A stake as the contract has it, and what is to be asked of Bitcoin about it. Pure.

use std::collections::BTreeMap;

use api::btc_staking::{ItemResponse, StandingAnswer};
use bitcoin_spv::OutPoint;
use primitives::Txid;

use crate::bitcoin::{Found, Spending};

/// A stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stake {
    /// Which.
    pub at: OutPoint,
    /// Where it stands.
    pub standing: StandingAnswer,
    /// What Bitcoin says of its transaction, if it was asked.
    pub found: Option<Found>,
    /// What Bitcoin says of its output, if it was asked.
    pub spending: Option<Spending>,
}

impl Stake {
    /// As the contract answers it; nothing of Bitcoin yet.
    ///
    /// # Errors
    /// For an id that is none.
    pub fn new(item: ItemResponse) -> Result<Self, String> {
        let txid = Txid::from_display_hex(&item.txid).map_err(|error| error.to_string())?;
        let at = OutPoint { txid, index: item.output };
        Ok(Self { at, standing: item.standing, found: None, spending: None })
    }
}

/// What is asked of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Whether it is there, and whether it is spent: without this it has no power.
    Both,
    /// Whether it is spent.
    Spend,
    /// Nothing.
    Nothing,
}

/// What there is to ask about a stake while the light client's tip is `tip`. A spend that is deeper than `w` stays.
pub fn ask(standing: &StandingAnswer, tip: u32, w: u32) -> Ask {
    match standing {
        StandingAnswer::Challenged { end_height, .. } | StandingAnswer::Active { end_height, .. } => {
            // Its lock is over: its owner may spend it, and it has long lost its power.
            if *end_height > tip { Ask::Spend } else { Ask::Nothing }
        }
        StandingAnswer::Waiting { spent_height: None } => Ask::Both,
        StandingAnswer::Ended { btc_height: spent }
        | StandingAnswer::Waiting { spent_height: Some(spent) } => {
            if spent.saturating_add(w) > tip {
                Ask::Both
            } else {
                Ask::Nothing
            }
        }
    }
}

/// The places of those that are asked about now, at most `most`: first what waits and is challenged, then who was asked
/// about longest ago. `asked` says at which tip of Bitcoin that was; at the same tip nobody is asked again.
pub fn turn(
    stakes: &[Stake],
    asked: &BTreeMap<OutPoint, u32>,
    (tip, w): (u32, u32),
    their_tip: u32,
    most: usize,
) -> Vec<(usize, Ask)> {
    let is_urgent = |stake: &Stake| {
        matches!(stake.standing, StandingAnswer::Waiting { .. } | StandingAnswer::Challenged { .. })
    };
    let mut turn: Vec<(bool, Option<u32>, usize, Ask)> = stakes
        .iter()
        .enumerate()
        .map(|(place, stake)| {
            let last = asked.get(&stake.at).copied();
            (!is_urgent(stake), last, place, ask(&stake.standing, tip, w))
        })
        .filter(|(_, last, _, ask)| *ask != Ask::Nothing && *last != Some(their_tip))
        .collect();
    turn.sort_unstable();
    turn.into_iter().take(most).map(|(_, _, place, ask)| (place, ask)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stake(n: u8, standing: StandingAnswer) -> Stake {
        let at = OutPoint { txid: Txid::from_bytes([n; 32]), index: 0 };
        Stake { at, standing, found: None, spending: None }
    }

    const fn waiting() -> StandingAnswer {
        StandingAnswer::Waiting { spent_height: None }
    }

    const ACTIVE: StandingAnswer = StandingAnswer::Active { start_height: 100, end_height: 900 };

    #[test]
    fn nobody_asks_about_what_cannot_change() {
        assert_eq!(ask(&waiting(), 500, 20), Ask::Both);
        assert_eq!((ask(&ACTIVE, 899, 20), ask(&ACTIVE, 900, 20)), (Ask::Spend, Ask::Nothing));
        let challenged = StandingAnswer::Challenged { start_height: 100, end_height: 900, due_height: 600 };
        assert_eq!((ask(&challenged, 899, 20), ask(&challenged, 900, 20)), (Ask::Spend, Ask::Nothing));
        let ended = StandingAnswer::Ended { btc_height: 480 };
        assert_eq!((ask(&ended, 499, 20), ask(&ended, 500, 20)), (Ask::Both, Ask::Nothing));
        let foretold = StandingAnswer::Waiting { spent_height: Some(480) };
        assert_eq!((ask(&foretold, 499, 20), ask(&foretold, 500, 20)), (Ask::Both, Ask::Nothing));
    }

    #[test]
    fn what_waits_comes_first_and_then_who_was_asked_longest_ago() {
        let stakes = [stake(1, ACTIVE), stake(2, ACTIVE), stake(3, ACTIVE), stake(4, waiting())];
        let asked = BTreeMap::from([(stakes[0].at, 9), (stakes[1].at, 7), (stakes[3].at, 8)]);
        let places = |most| {
            let turn = turn(&stakes, &asked, (500, 20), 10, most);
            turn.into_iter().map(|(place, _)| place).collect::<Vec<_>>()
        };
        assert_eq!(places(9), [3, 2, 1, 0], "the third was never asked about");
        assert_eq!(places(2), [3, 2]);
    }

    #[test]
    fn one_block_of_bitcoin_one_question() {
        let stakes = [stake(1, ACTIVE), stake(2, waiting())];
        let asked = BTreeMap::from([(stakes[0].at, 10), (stakes[1].at, 10)]);
        assert_eq!(turn(&stakes, &asked, (500, 20), 10, 9), []);
        assert_eq!(turn(&stakes, &asked, (500, 20), 11, 9).len(), 2);
    }
}
