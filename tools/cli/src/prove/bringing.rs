//! What `bsn stake submit` and `bsn stake self prove` do: stakes that the contract does not know yet, with their proofs.

use std::collections::{BTreeMap, BTreeSet};

use api::btc_staking::{ConfigResponse, StandingAnswer, Verdict};
use bitcoin_spv::OutPoint;

use super::act::{Act, Body, verdicts};
use super::contract::{Contract, item, simple, was_brought};
use super::plan::{Bounds, Brought, Claim, Step, batches, so_deep};
use super::proofs::{Sources, acts};
use super::way::Reach;
use crate::bitcoin::{Found, Ledger, Place, Spending};
use crate::keep::headers::{Ours, one_bitcoin};
use crate::keep::work::{Judged, Left, Looked, Work};

/// The most bytes of delegations that one message brings.
pub const MOST_BYTES: usize = 96 * 1024;
/// What one message takes: 50 entries. Their bytes stand for those of the delegations among them.
pub const BOUNDS: Bounds = Bounds { proofs: 50, bytes: MOST_BYTES };

/// Stakes, and where each stands.
pub struct Bringing<'a, C> {
    contract: C,
    bitcoin: &'a (dyn Ledger + Sync),
    k: u32,
    left: BTreeMap<OutPoint, Brought>,
    refused: BTreeMap<OutPoint, String>,
    said: Vec<String>,
    waits: Vec<String>,
}

impl<'a, C: Contract> Bringing<'a, C> {
    /// Nothing was looked at yet.
    ///
    /// # Errors
    /// If the contract does not answer, or Bitcoin is another one than its light client's.
    pub fn new(
        contract: C,
        bitcoin: &'a (dyn Ledger + Sync),
        stakes: BTreeMap<OutPoint, Brought>,
    ) -> Result<Self, String> {
        let config: ConfigResponse = simple(&contract, "config")?;
        one_bitcoin(&*contract.light()?, bitcoin)?;
        Ok(Self {
            contract,
            bitcoin,
            k: config.btc_confirmation_depth,
            left: stakes,
            refused: BTreeMap::new(),
            said: Vec::new(),
            waits: Vec::new(),
        })
    }

    /// Those that the contract neither has nor refused.
    pub fn left(&self) -> impl Iterator<Item = &OutPoint> {
        self.left.keys()
    }

    /// Those that it refused, and why.
    pub fn refused(&self) -> &BTreeMap<OutPoint, String> {
        &self.refused
    }

    /// Why each of those that are left waits, in a sentence each.
    pub fn waits(&self) -> &[String] {
        &self.waits
    }

    fn is_known(&self, at: &OutPoint) -> bool {
        matches!(item(&self.contract, at), Ok(Some(_)))
    }

    /// What Bitcoin says of a stake.
    fn sight(&self, at: &OutPoint, light: &dyn Ours) -> Result<Sight, String> {
        let waits = |why: &str| Ok(Sight::Waits(why.to_owned()));
        let place = match self.bitcoin.find(at)? {
            Found::Unknown => return waits("Bitcoin, as it is asked, knows no such transaction"),
            Found::Waiting => return waits("it is in no block yet"),
            Found::In(place) => place,
        };
        if let Spending::Spent(spend) = self.bitcoin.spending(at, place.height.saturating_sub(1))? {
            return Ok(Sight::Spent(format!("{} spends it in block {}", spend.txid, spend.place.height)));
        }
        let depth = light.tip().checked_sub(place.height);
        if depth.is_none_or(|depth| depth < self.k) {
            return waits(&format!("it is in block {}, {}", place.height, so_deep(depth, self.k)));
        }
        Ok(Sight::Deep(place))
    }

    /// What the contract knows of Bitcoin: headers that were brought are looked for where a way would hang from them.
    fn reach(&self, light: &dyn Ours, heights: &BTreeSet<u32>) -> Result<Reach, String> {
        let mut reach = Reach { lowest: light.lowest(), tip: light.tip(), brought: BTreeSet::new() };
        for height in heights.iter().filter(|height| **height < reach.lowest) {
            for candidate in reach.clone().candidates(*height) {
                if was_brought(&self.contract, &self.bitcoin.hash_at(candidate)?)? {
                    reach.brought.insert(candidate);
                    break;
                }
            }
        }
        Ok(reach)
    }
}

impl<C: Contract> Work for Bringing<'_, C> {
    type Act = Act;

    fn look(&mut self) -> Result<Looked<Act>, String> {
        let now = self.contract.now()?;
        let (mut claims, mut waits, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut known, mut spent) = (Vec::new(), Vec::new());
        let light = self.contract.light()?;
        for (at, brought) in &self.left {
            if let Some(item) = item(&self.contract, at)? {
                notes.push(format!("{at} is known to btc-staking: {}", standing(&item.standing)));
                known.push(*at);
                continue;
            }
            match self.sight(at, &*light)? {
                Sight::Deep(place) => claims.push((*at, Claim::Brought(Box::new((brought.clone(), place))))),
                Sight::Waits(why) => waits.push(format!("{at}: {why}")),
                Sight::Spent(why) => spent.push((*at, format!("{at} counts no more: {why}"))),
            }
        }
        let heights = claims.iter().map(|(_, claim)| claim.place().height).collect();
        let (brings, ways) = self.reach(&*light, &heights)?.ways(&heights);
        let mut steps: Vec<Step> = brings.into_iter().map(Step::Bring).collect();
        steps.extend(batches(claims, &ways, BOUNDS));
        let (acts, troubles) = acts(steps, &Sources { light: &*light, bitcoin: self.bitcoin });
        drop(light);
        known.iter().for_each(|at| drop(self.left.remove(at)));
        for (at, why) in spent {
            self.left.remove(&at);
            self.refused.insert(at, why);
        }
        // What is as it was is not said again.
        if waits != self.waits {
            notes.extend(waits.iter().cloned());
        }
        self.waits = waits;
        Ok(Looked { now, acts, notes, troubles })
    }

    fn address(&self, _: &Act) -> Option<String> {
        Some(self.contract.address().to_owned())
    }

    fn judge(&mut self, act: &Act, left: Left<'_>, _: u64) -> Judged<Act> {
        let stakes = act.stakes();
        if matches!(act.body, Body::Follow | Body::Bring(_)) {
            return Judged::Effect;
        }
        let verdicts = match verdicts(left.data, stakes.len()) {
            Ok(verdicts) => verdicts,
            Err(why) => return Judged::Refused(why),
        };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (at, verdict) in stakes.iter().zip(verdicts) {
            match verdict {
                Verdict::Ok { .. } => good.push(*at),
                // Somebody was faster: the next look finds it.
                Verdict::Refused { .. } if self.is_known(at) => {}
                Verdict::Refused { rule, reason } => {
                    let why = format!("{at} is refused, {rule}: {reason}");
                    self.left.remove(at);
                    self.refused.insert(*at, why.clone());
                    bad.push(why);
                }
            }
        }
        match (good.len() == stakes.len(), good.is_empty(), bad.is_empty()) {
            (true, ..) => Judged::Effect,
            (_, true, true) => Judged::Nothing,
            (_, true, false) => Judged::Refused(bad.join("; ")),
            (_, false, _) => {
                self.said.extend(bad);
                Judged::Rest(act.only(&good))
            }
        }
    }

    fn is_done(&mut self, act: &Act) -> bool {
        match &act.body {
            Body::Follow => false,
            Body::Bring(lowest) => was_brought(&self.contract, lowest).unwrap_or_default(),
            _ => act.stakes().iter().all(|at| self.is_known(at)),
        }
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }
}

/// What Bitcoin says of a stake.
enum Sight {
    /// It is deep enough.
    Deep(Place),
    /// It cannot be proven yet: a sentence.
    Waits(String),
    /// It was spent: a sentence.
    Spent(String),
}

/// Where a stake stands, in a word.
fn standing(standing: &StandingAnswer) -> String {
    match standing {
        StandingAnswer::Waiting { .. } => {
            "its block has left the chain; `bsn prove` proves it anew".to_owned()
        }
        StandingAnswer::Challenged { due_height, .. } => {
            format!(
                "it counts from block {due_height} of Bitcoin on, unless somebody shows that it was spent"
            )
        }
        StandingAnswer::Active { end_height, .. } => {
            format!("it counts; its lock ends at block {end_height}")
        }
        StandingAnswer::Ended { btc_height } => format!("it was spent, in block {btc_height}"),
    }
}

#[cfg(test)]
mod tests {
    use primitives::Txid;

    use super::*;

    fn sizes(items: &[usize]) -> Vec<usize> {
        let claim = |(n, bytes): (u32, &usize)| {
            let place = Place { height: 1, block: [0; 32], index: 1, branch: Vec::new() };
            let at = OutPoint { txid: Txid::from_bytes([1; 32]), index: n };
            (at, Claim::Brought(Box::new((Brought::Delegation(vec![0; *bytes]), place))))
        };
        let steps = batches((0..).zip(items).map(claim).collect(), &BTreeMap::new(), BOUNDS);
        let size = |step: &Step| if let Step::Prove(claims) = step { claims.len() } else { 0 };
        steps.iter().map(size).collect()
    }

    /// The contract refuses the whole message otherwise.
    #[test]
    fn a_message_brings_at_most_fifty_and_at_most_96_kib() {
        assert_eq!(sizes(&[1_000; 51]), [50, 1]);
        assert_eq!(sizes(&[40_000; 5]), [2, 2, 1]);
        assert_eq!(sizes(&[MOST_BYTES, 1]), [1, 1]);
    }
}
