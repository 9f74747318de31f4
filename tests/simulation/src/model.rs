//! The expected state, computed naively from the wire traffic: maps, sums, and loops over everything.
//!
//! It reads what comes over the wire and shares no code with the contracts: no decision, no storage, no
//! arithmetic of theirs.

pub mod bitcoin;
mod fp;
mod passed;
pub mod stakes;
mod tally;
#[cfg(test)]
mod tests;
mod txid;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use stakes::{Change, Place};

pub use fp::{Committed, Fp, Share};
pub use stakes::Stakes;
pub use wire::Carried;

/// A finality provider's key, x-only.
pub type Key = [u8; 32];
/// Power by key.
pub type Set = BTreeMap<Key, u64>;

/// The expected state of the contract.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Everybody who ever registered.
    pub fps: BTreeMap<Key, Fp>,
    /// How many may be in the set.
    pub seats: usize,
    /// How many percent of the ranked stake must have randomness for a set.
    pub floor_percent: u128,
    /// The highest block of Bitcoin that came.
    pub tip: u32,
    /// The highest height of ours that Bitcoin has buried.
    pub timestamped: u64,
    /// The set of each height that a hook saw; no others.
    pub sets: BTreeMap<u64, Set>,
    /// Who voted for the canonical hash of a height.
    pub votes: BTreeMap<u64, BTreeSet<Key>>,
    /// Who voted for another hash there, and was not found out: it can never vote for ours.
    pub misled: BTreeMap<u64, BTreeSet<Key>>,
    /// Votes that came after absence at their height was judged: they count, and so does the miss.
    pub late: BTreeSet<(u64, Key)>,
    /// The last height passed, in order.
    pub cursor: u64,
    /// The last height with quorum among those.
    pub last_quorum: Option<u64>,
    /// How many channels came before this one.
    pub era: u32,
    /// Who came over a channel before this one has no power any more.
    pub powerless_below: u32,
    /// What governance said: from which height through which, without whom.
    pub resumed: Vec<(u64, u64, BTreeSet<Key>)>,
    /// The heights that were passed only because of that.
    pub passed_over: BTreeSet<u64>,
    /// The ranked stake of each height that a hook saw, at its begin and at its end.
    pub ranked: BTreeMap<u64, [u128; 2]>,
    /// Delegations that were ended early, by txid.
    pub ended: BTreeSet<String>,
    /// Stake as Bitcoin shows it; `None` where Babylon's word counts.
    pub stakes: Option<Stakes>,
}

impl Model {
    /// The set at a height, from everything known now: who has stake, timestamped randomness and a clean record; most
    /// stake first, the lower key first among equals.
    pub fn select(&self, height: u64) -> Set {
        let may =
            |fp: &Fp| fp.era >= self.powerless_below && fp.is_free() && fp.may_sign(height, self.timestamped);
        let mut candidates: Vec<(u64, Key)> = self
            .fps
            .iter()
            .filter(|(_, fp)| may(fp))
            .map(|(key, fp)| (fp.power(self.tip), *key))
            .filter(|(power, _)| *power > 0)
            .collect();
        candidates.sort_unstable_by(|(power, key), (other, its)| other.cmp(power).then(key.cmp(its)));
        candidates.truncate(self.seats);
        let covered: u128 = candidates.iter().map(|(power, _)| u128::from(*power)).sum();
        if covered * 100 < self.ranked_stake() * self.floor_percent {
            return Set::new();
        }
        candidates.into_iter().map(|(power, key)| (key, power)).collect()
    }

    /// The stake of the most powerful, with randomness or without, in jail or not, as many as may be in the set.
    pub fn ranked_stake(&self) -> u128 {
        let power = |key: &Key| u128::from(self.fps[key].power(self.tip));
        self.contenders(self.seats).iter().map(power).sum()
    }

    /// The most powerful who could be in the set if they had randomness, most stake first.
    pub fn contenders(&self, many: usize) -> Vec<Key> {
        let able = |fp: &Fp| fp.era >= self.powerless_below && !fp.slashed;
        let mut all: Vec<(u64, Key)> = self
            .fps
            .iter()
            .filter(|(_, fp)| able(fp))
            .map(|(key, fp)| (fp.power(self.tip), *key))
            .filter(|(power, _)| *power > 0)
            .collect();
        all.sort_unstable_by(|(power, key), (other, its)| other.cmp(power).then(key.cmp(its)));
        all.into_iter().take(many).map(|(_, key)| key).collect()
    }

    /// Of this channel's finality providers with stake, those with keys behind one and up to another: how many, their
    /// sum, and the hash over key and stake of each in the order of keys. The slashed have none.
    pub fn digest(&self, after: Option<&str>, through: Option<&str>) -> (u64, u128, String) {
        let mut hash = Sha256::new();
        let (mut many, mut sum) = (0, 0);
        let is_there = |key: &Key| {
            let key = hex::encode(key);
            after.is_none_or(|after| key.as_str() > after) && through.is_none_or(|last| key.as_str() <= last)
        };
        for (key, fp) in self.fps.iter().filter(|(_, fp)| fp.era == self.era && !fp.slashed) {
            if !is_there(key) {
                continue;
            }
            let power = fp.power(self.tip);
            if power > 0 {
                hash.update(key);
                hash.update(power.to_be_bytes());
                many += 1;
                sum += u128::from(power);
            }
        }
        (many, sum, hex::encode(hash.finalize()))
    }

    /// What became of stake by Bitcoin takes effect: what ends always, what counts only outside of a pause, and for who came over
    /// this channel.
    pub fn settle(&mut self) {
        let Some(stakes) = &mut self.stakes else { return };
        let is_paused = stakes.is_paused();
        for change in stakes.take_changes() {
            let (outpoint, share) = match change {
                Change::Counts(outpoint) => {
                    let stake = &stakes.all[&outpoint];
                    let Place::Counts { block } = stake.place else { continue };
                    let share = Share { sats: stake.sats, expiry: stake.expiry(&block) };
                    (outpoint, Some((stake.fp, share)))
                }
                Change::Gone(outpoint) => (outpoint, None),
            };
            let name = format!("{}:{}", outpoint.0, outpoint.1);
            let Some((key, share)) = share else {
                self.fps.values_mut().for_each(|fp| fp.stake.retain(|other, _| *other != name));
                stakes.unsent.remove(&outpoint);
                continue;
            };
            match self.fps.get_mut(&key).filter(|fp| fp.era == self.era && !is_paused) {
                Some(fp) => {
                    fp.stake.insert(name, share);
                    stakes.unsent.remove(&outpoint);
                }
                None => {
                    stakes.unsent.insert(outpoint);
                }
            }
        }
    }

    /// Forgets what lies far below the cursor.
    pub fn forget_below(&mut self, height: u64) {
        self.sets = self.sets.split_off(&height);
        self.votes = self.votes.split_off(&height);
        self.misled = self.misled.split_off(&height);
        self.passed_over = self.passed_over.split_off(&height);
        self.ranked = self.ranked.split_off(&height);
        self.late = self.late.split_off(&(height, [0; 32]));
        for fp in self.fps.values_mut() {
            fp.forget_below(height, self.tip);
        }
    }
}
