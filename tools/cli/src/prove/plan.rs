//! What is due. Pure.

use std::collections::{BTreeMap, BTreeSet};

use api::btc_staking::StandingAnswer;
use bitcoin_spv::OutPoint;
use primitives::FpPublicKey;

use super::stake::Stake;
use super::way::{Bring, Reach, Way};
use crate::bitcoin::{Found, Place, Spend, Spending};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What the contract knows of Bitcoin.
    pub reach: Reach,
    /// k.
    pub k: u32,
    /// w.
    pub w: u32,
    /// Stakes, with what Bitcoin says of some of them.
    pub stakes: Vec<Stake>,
    /// How many outcomes `bsn` has not taken.
    pub unsent: u64,
    /// Whether `bsn` takes none, for its intake is paused.
    pub is_paused: bool,
    /// Whether the light client has moved since the contract followed it.
    pub has_moved: bool,
    /// Stakes whose last proof was refused, and it is not yet time for another.
    pub held: BTreeSet<OutPoint>,
}

/// Something to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// That a stake is in a block.
    Included(Place),
    /// That it was spent.
    Spent(Box<Spend>),
    /// What the contract does not know yet, and where it is.
    Brought(Box<(Brought, Place)>),
}

/// A stake that somebody brings to the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// An encoded `ActiveBTCDelegation` of the chain's own committee.
    Delegation(Vec<u8>),
    /// What a finality provider locked by its own key.
    Lock {
        /// Whose.
        fp: FpPublicKey,
        /// The transaction that locks it, without witness.
        tx: Vec<u8>,
        /// For how many blocks.
        time: u16,
    },
}

impl Brought {
    fn len(&self) -> usize {
        match self {
            Self::Delegation(item) => item.len(),
            Self::Lock { tx, .. } => tx.len(),
        }
    }
}

impl Claim {
    /// The block that it is about.
    pub fn place(&self) -> &Place {
        match self {
            Self::Included(place) => place,
            Self::Spent(spend) => &spend.place,
            Self::Brought(brought) => &brought.1,
        }
    }
}

/// A step; the messages are made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The contract does what time and Bitcoin have brought.
    Follow {
        /// Why.
        why: String,
    },
    /// Headers.
    Bring(Bring),
    /// Proofs of one kind, in one message; each with the way to its block.
    Prove(Vec<(OutPoint, Claim, Way)>),
}

/// What is due, and what waits for something else: a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// What waits, and for what.
    pub waits: Vec<String>,
}

/// How large a message may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Proofs; the contract takes 50.
    pub proofs: usize,
    /// Bytes of transactions, branches and headers.
    pub bytes: usize,
}

/// What is due. Spends come first: what was spent has power, or is about to get it.
pub fn plan(seen: &Seen, bounds: Bounds) -> Plan {
    let (mut ends, mut starts, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    for stake in seen.stakes.iter().filter(|stake| !seen.held.contains(&stake.at)) {
        match due(stake, seen) {
            Due::Claim(claim @ Claim::Spent(_)) => ends.push((stake.at, claim)),
            Due::Claim(claim) => starts.push((stake.at, claim)),
            Due::Wait(why) => waits.push(format!("{}: {why}", stake.at)),
            Due::Nothing => {}
        }
    }
    let heights = ends.iter().chain(&starts).map(|(_, claim)| claim.place().height).collect();
    let (brings, ways) = seen.reach.ways(&heights);
    let mut steps: Vec<Step> = brings.into_iter().map(Step::Bring).collect();
    steps.extend(batches(ends, &ways, bounds));
    steps.extend(follow(seen));
    steps.extend(batches(starts, &ways, bounds));
    Plan { steps, waits }
}

enum Due {
    Nothing,
    Wait(String),
    Claim(Claim),
}

fn due(stake: &Stake, seen: &Seen) -> Due {
    let depth = |height: u32| (seen.reach.tip >= height).then(|| seen.reach.tip - height);
    let is_deep = |height: u32| depth(height).is_some_and(|depth| depth >= seen.k);
    if let Some(Spending::Spent(spend)) = &stake.spending {
        let at = spend.place.height;
        // A challenged stake begins to count when it is due, unless its spend is known by then.
        let is_urgent = matches!(stake.standing, StandingAnswer::Challenged { due_height, .. }
            if due_height <= at.saturating_add(seen.k) && depth(at).is_some());
        return match stake.standing {
            StandingAnswer::Ended { .. } | StandingAnswer::Waiting { spent_height: Some(_) } => Due::Nothing,
            _ if is_deep(at) || is_urgent => Due::Claim(Claim::Spent(spend.clone())),
            _ => Due::Wait(format!("{} spends it in block {at}, {}", spend.txid, so_deep(depth(at), seen.k))),
        };
    }
    let is_unspent = matches!(stake.spending, Some(Spending::Unspent | Spending::Waiting(_)));
    match (&stake.standing, &stake.found) {
        (StandingAnswer::Waiting { .. }, Some(Found::Unknown)) => {
            Due::Wait("Bitcoin, as it is asked, knows no such transaction".to_owned())
        }
        (StandingAnswer::Waiting { .. }, Some(Found::Waiting)) => {
            Due::Wait("it is in no block yet".to_owned())
        }
        // The block of the spend has left the chain, or the source would know of the spend.
        (StandingAnswer::Waiting { .. } | StandingAnswer::Ended { .. }, Some(Found::In(place)))
            if is_unspent =>
        {
            match is_deep(place.height) {
                true => Due::Claim(Claim::Included(place.clone())),
                false => {
                    let (at, depth) = (place.height, depth(place.height));
                    Due::Wait(format!("it is in block {at}, {}", so_deep(depth, seen.k)))
                }
            }
        }
        (StandingAnswer::Waiting { .. }, Some(_)) if matches!(stake.spending, Some(Spending::NotUpTo(_))) => {
            Due::Wait("it was spent; blocks are searched for what spends it".to_owned())
        }
        _ => Due::Nothing,
    }
}

pub(super) fn so_deep(depth: Option<u32>, k: u32) -> String {
    match depth {
        Some(depth) => format!("{depth} of {k} deep"),
        None => "which the light client does not have yet".to_owned(),
    }
}

/// The contract judges itself what there is to do, in a simulation; here it is only when that is asked.
fn follow(seen: &Seen) -> Option<Step> {
    let is_due = |stake: &&Stake| matches!(stake.standing, StandingAnswer::Challenged { due_height, .. } if due_height <= seen.reach.tip);
    let due = seen.stakes.iter().filter(is_due).count();
    let why = if due > 0 {
        format!("{due} challenged are due")
    } else if seen.unsent > 0 && !seen.is_paused {
        format!("{} outcomes were not taken by bsn", seen.unsent)
    } else if seen.has_moved {
        format!("the light client has moved to {}", seen.reach.tip)
    } else {
        return None;
    };
    Some(Step::Follow { why })
}

pub(super) fn batches(
    claims: Vec<(OutPoint, Claim)>,
    ways: &BTreeMap<u32, Way>,
    bounds: Bounds,
) -> Vec<Step> {
    let (mut steps, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0_usize);
    for (at, claim) in claims {
        let way = ways.get(&claim.place().height).copied().unwrap_or(Way::Known);
        let size = size(&claim, way);
        if batch.len() >= bounds.proofs || !batch.is_empty() && bytes + size > bounds.bytes {
            steps.push(Step::Prove(std::mem::take(&mut batch)));
            bytes = 0;
        }
        bytes += size;
        batch.push((at, claim, way));
    }
    if !batch.is_empty() {
        steps.push(Step::Prove(batch));
    }
    steps
}

fn size(claim: &Claim, way: Way) -> usize {
    let headers = match way {
        Way::Carried { above } => above.saturating_sub(claim.place().height),
        Way::Known => 0,
    };
    let tx = match claim {
        Claim::Spent(spend) => spend.tx.len(),
        Claim::Brought(brought) => brought.0.len(),
        Claim::Included(_) => 0,
    };
    let headers = usize::try_from(headers).unwrap_or(usize::MAX).saturating_mul(80);
    headers.saturating_add(tx).saturating_add(claim.place().branch.len()).saturating_add(300)
}

#[cfg(test)]
mod tests;
