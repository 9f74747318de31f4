//! What `bsn prove` looks after.

use std::collections::BTreeSet;

use api::btc_staking::{ConfigResponse, StandingAnswer, Verdict};
use bitcoin_spv::OutPoint;
use serde_json::Value;

use super::act::{Act, Body, has_followed, verdicts};
use super::asked::Asked;
use super::contract::{Contract, item, items, simple, was_brought};
use super::plan::{Bounds, Plan, Seen, plan};
use super::proofs::{Sources, acts};
use super::stake::Stake;
use crate::bitcoin::Ledger;
use crate::keep::headers::{Hash, one_bitcoin};
use crate::keep::pace::Pace;
use crate::keep::work::{Judged, Left, Looked, Work};

/// How many sentences of one kind are said in a round.
const SAID: usize = 8;

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Of how many stakes Bitcoin is asked in a round.
    pub lookups: usize,
    /// How large messages become.
    pub bounds: Bounds,
}

/// A contract with its stakes, and Bitcoin.
pub struct Proving<'a, C> {
    contract: C,
    bitcoin: &'a (dyn Ledger + Sync),
    options: Options,
    config: ConfigResponse,
    /// The stakes of the last reading, and what was so then.
    stakes: Vec<Stake>,
    read_at: Option<(Hash, u64, u64)>,
    asked: Asked,
    tip: Hash,
    followed: Option<Hash>,
    /// Refused proofs.
    held: Pace,
    said: Vec<String>,
    waits: Vec<String>,
}

impl<'a, C: Contract> Proving<'a, C> {
    /// Nothing was looked at yet.
    ///
    /// # Errors
    /// If the contract does not answer.
    pub fn new(contract: C, bitcoin: &'a (dyn Ledger + Sync), options: Options) -> Result<Self, String> {
        let config = simple(&contract, "config")?;
        Ok(Self {
            contract,
            bitcoin,
            options,
            config,
            stakes: Vec::new(),
            read_at: None,
            asked: Asked::default(),
            tip: Hash::default(),
            followed: None,
            held: Pace::default(),
            said: Vec::new(),
            waits: Vec::new(),
        })
    }

    /// All stakes are read anew only when something may have changed.
    fn read(&mut self, tip: Hash, trust: &Value) -> Result<(), String> {
        let count = |field: &str| trust[field].as_u64().unwrap_or_default();
        let now = (tip, count("waiting"), count("unsent"));
        if self.read_at != Some(now) {
            let stakes: Result<Vec<Stake>, String> =
                items(&self.contract, None)?.into_iter().map(Stake::new).collect();
            self.stakes = stakes?;
            self.read_at = Some(now);
            self.asked.retain(&self.stakes);
        }
        Ok(())
    }

    fn held(&self, now: u64) -> BTreeSet<OutPoint> {
        let is_held = |at: &&OutPoint| self.held.waits(&key(at), now) > 0;
        self.stakes.iter().map(|stake| &stake.at).filter(is_held).copied().collect()
    }

    /// Whether the contract no longer needs a proof.
    fn is_proven(&self, body: &Body, at: &OutPoint) -> bool {
        match (body, item(&self.contract, at)) {
            (_, Err(_)) => false,
            (_, Ok(None)) => true,
            (Body::Spent(_), Ok(Some(item))) => matches!(item.standing, StandingAnswer::Ended { .. }),
            (_, Ok(Some(item))) => {
                matches!(item.standing, StandingAnswer::Active { .. } | StandingAnswer::Challenged { .. })
            }
        }
    }

    fn judge_proofs(&mut self, act: &Act, data: &[u8], now: u64) -> Judged<Act> {
        let stakes = act.stakes();
        let verdicts = match verdicts(data, stakes.len()) {
            Ok(verdicts) => verdicts,
            Err(why) => return Judged::Refused(why),
        };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (at, verdict) in stakes.iter().zip(verdicts) {
            match verdict {
                Verdict::Ok { became } if became == "already" => {}
                Verdict::Ok { .. } => {
                    self.held.done(&key(at), 0, now);
                    good.push(*at);
                }
                // Somebody was faster.
                Verdict::Refused { .. } if self.is_proven(&act.body, at) => {}
                Verdict::Refused { rule, reason } => {
                    self.held.failed(&key(at), now);
                    bad.push(format!("{at} is refused, {rule}: {reason}"));
                }
            }
        }
        self.read_at = None;
        let first = bad.first().cloned();
        match (good.len() == stakes.len(), good.is_empty(), first) {
            (true, ..) => Judged::Effect,
            (_, true, Some(why)) if bad.len() == 1 => Judged::Refused(why),
            (_, true, Some(_)) => Judged::Refused(some(bad.into_iter().collect()).join("; ")),
            (_, true, None) => Judged::Nothing,
            (_, false, _) => {
                self.said.extend(bad);
                Judged::Rest(act.only(&good))
            }
        }
    }
}

impl<C: Contract> Work for Proving<'_, C> {
    type Act = Act;

    fn look(&mut self) -> Result<Looked<Act>, String> {
        let (now, trust): (u64, Value) = (self.contract.now()?, simple(&self.contract, "trust")?);
        let light = self.contract.light()?;
        let (lowest, tip) = (light.lowest(), light.tip());
        let tip_hash = light.hash_at(tip)?;
        let theirs = one_bitcoin(&*light, self.bitcoin);
        drop(light);
        self.read(tip_hash, &trust)?;
        let (w, mut troubles) = (self.config.checkpoint_finalization_timeout, Vec::new());
        match theirs {
            Ok(their_tip) => {
                let (most, light) = (self.options.lookups, (tip, w));
                troubles.extend(some(self.asked.look_up(self.bitcoin, &self.stakes, light, their_tip, most)));
            }
            Err(why) => troubles.push(why),
        }
        let reach = self.asked.reach(&self.contract, self.bitcoin, lowest, tip).unwrap_or_else(|why| {
            troubles.push(why);
            self.asked.known(lowest, tip)
        });
        self.tip = tip_hash;
        let unsent = trust["unsent"].as_u64().unwrap_or_default();
        let seen = Seen {
            reach,
            k: self.config.btc_confirmation_depth,
            w,
            stakes: self.stakes.iter().map(|stake| self.asked.with(stake)).collect(),
            unsent,
            is_paused: unsent > 0 && self.contract.is_paused().unwrap_or_default(),
            has_moved: self.followed != Some(tip_hash),
            held: self.held(now),
        };
        let Plan { steps, waits } = plan(&seen, self.options.bounds);
        let light = self.contract.light()?;
        let (acts, failed) = acts(steps, &Sources { light: &*light, bitcoin: self.bitcoin });
        drop(light);
        troubles.extend(failed);
        // What is as it was is not said again.
        let notes = if waits == self.waits { Vec::new() } else { some(waits.iter().cloned().collect()) };
        self.waits = waits;
        Ok(Looked { now, acts, notes, troubles })
    }

    fn address(&self, _: &Act) -> Option<String> {
        Some(self.contract.address().to_owned())
    }

    fn judge(&mut self, act: &Act, left: Left<'_>, now: u64) -> Judged<Act> {
        match &act.body {
            Body::Bring(_) => Judged::Effect,
            Body::Follow if has_followed(left.events) => {
                self.read_at = None;
                Judged::Effect
            }
            Body::Follow => {
                self.followed = Some(self.tip);
                Judged::Nothing
            }
            _ => self.judge_proofs(act, left.data, now),
        }
    }

    fn is_done(&mut self, act: &Act) -> bool {
        match &act.body {
            Body::Follow => false,
            Body::Bring(lowest) => was_brought(&self.contract, lowest).unwrap_or_default(),
            body => act.stakes().iter().all(|at| self.is_proven(body, at)),
        }
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }
}

fn key(at: &OutPoint) -> (&'static str, String) {
    ("stake", at.to_string())
}

/// Some of many.
fn some(all: BTreeSet<String>) -> Vec<String> {
    let more = all.len().saturating_sub(SAID);
    let mut said: Vec<String> = all.into_iter().take(SAID).collect();
    if more > 0 {
        said.push(format!("and {more} more like these"));
    }
    said
}
