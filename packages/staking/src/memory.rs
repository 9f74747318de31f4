//! A ledger in memory, for tests and models; it counts what it is asked.

use core::{cell::Cell, convert::Infallible};
use std::collections::{BTreeMap, BTreeSet};

use primitives::{BtcHeight, FpPublicKey, Txid, VotingPower};

use crate::{
    Delegation, DelegationStatus, Due, ExpiryBucket, FinalityProvider, FpId, FpProfile, Ledger, Record, Stake,
};

/// See the [module](self).
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    btc_tip: Option<BtcHeight>,
    fps: BTreeMap<FpPublicKey, FinalityProvider>,
    profiles: BTreeMap<FpPublicKey, FpProfile>,
    keys: BTreeMap<FpId, FpPublicKey>,
    records: BTreeMap<Txid, Record>,
    ended: BTreeMap<Txid, DelegationStatus>,
    by_fp: BTreeSet<(FpId, Txid)>,
    buckets: BTreeMap<Due, VotingPower>,
    reads: Cell<u64>,
    writes: u64,
}

impl MemoryLedger {
    /// How many entries were looked up, found or not, since the counts were last forgotten.
    pub fn reads(&self) -> u64 {
        self.reads.get()
    }

    /// How many entries were written or removed since the counts were last forgotten.
    pub const fn writes(&self) -> u64 {
        self.writes
    }

    /// Counts from zero again.
    pub fn forget_costs(&mut self) {
        self.reads.set(0);
        self.writes = 0;
    }

    /// All finality providers, in ascending order of keys.
    pub fn fps(&self) -> impl Iterator<Item = (&FpPublicKey, &FinalityProvider)> {
        self.fps.iter()
    }

    /// All that is kept under a txid, in ascending order.
    pub fn records(&self) -> impl Iterator<Item = (&Txid, &Record)> {
        self.records.iter()
    }

    /// What a delegation ended by, early.
    pub fn ended_by(&self, txid: &Txid) -> Option<DelegationStatus> {
        self.ended.get(txid).copied()
    }

    /// All buckets, in ascending order of (height, class, number).
    pub fn buckets(&self) -> impl Iterator<Item = ExpiryBucket> {
        self.buckets.iter().map(|(due, sum)| ExpiryBucket { due: *due, sum: *sum })
    }

    /// The delegations of a finality provider, dead ones too, in ascending order of txids.
    pub fn delegations_of(&self, fp: FpId) -> impl Iterator<Item = &Txid> {
        self.by_fp.iter().filter(move |(id, _)| *id == fp).map(|(_, txid)| txid)
    }

    fn read<T>(&self, found: T) -> Result<T, Infallible> {
        self.reads.set(self.reads.get().saturating_add(1));
        Ok(found)
    }

    fn wrote(&mut self, entries: u64) {
        self.writes = self.writes.saturating_add(entries);
    }
}

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn btc_tip(&self) -> Result<Option<BtcHeight>, Infallible> {
        self.read(self.btc_tip)
    }

    fn put_btc_tip(&mut self, tip: BtcHeight) -> Result<(), Infallible> {
        self.wrote(1);
        self.btc_tip = Some(tip);
        Ok(())
    }

    fn fp(&self, key: &FpPublicKey) -> Result<Option<FinalityProvider>, Infallible> {
        self.read(self.fps.get(key).copied())
    }

    fn put_fp(&mut self, key: &FpPublicKey, fp: &FinalityProvider) -> Result<(), Infallible> {
        self.wrote(1);
        self.fps.insert(*key, *fp);
        Ok(())
    }

    fn fp_key(&self, id: FpId) -> Result<Option<FpPublicKey>, Infallible> {
        self.read(self.keys.get(&id).copied())
    }

    fn fp_profile(&self, key: &FpPublicKey) -> Result<Option<FpProfile>, Infallible> {
        self.read(self.profiles.get(key).cloned())
    }

    fn add_fp(&mut self, key: &FpPublicKey, profile: &FpProfile) -> Result<FpId, Infallible> {
        let is_local = profile.is_local();
        let of_its_kind = self.keys.keys().rev().find(|id| id.is_local() == is_local).copied();
        let first = if is_local { FpId::LOCAL } else { FpId::new(0) };
        let id = self.read(of_its_kind)?.map_or(first, |last| FpId::new(last.get().saturating_add(1)));
        self.wrote(3);
        self.keys.insert(id, *key);
        self.profiles.insert(*key, profile.clone());
        Ok(id)
    }

    fn record(&self, txid: &Txid) -> Result<Option<Record>, Infallible> {
        self.read(self.records.get(txid).cloned())
    }

    fn add_delegation(&mut self, txid: &Txid, delegation: Delegation) -> Result<(), Infallible> {
        self.wrote(1);
        for fp in delegation.ours() {
            self.wrote(1);
            self.by_fp.insert((fp, *txid));
        }
        self.records.insert(*txid, Record::Known(delegation));
        Ok(())
    }

    fn foretell(&mut self, txid: &Txid) -> Result<(), Infallible> {
        self.wrote(1);
        self.records.insert(*txid, Record::Foretold);
        Ok(())
    }

    fn ended(&self, txid: &Txid) -> Result<Option<DelegationStatus>, Infallible> {
        self.read(self.ended_by(txid))
    }

    fn put_ended(&mut self, txid: &Txid, status: DelegationStatus) -> Result<(), Infallible> {
        self.wrote(1);
        self.ended.insert(*txid, status);
        Ok(())
    }

    fn put_stakes(&mut self, txid: &Txid, stakes: Vec<Stake>) -> Result<(), Infallible> {
        self.wrote(1);
        match stakes.is_empty() {
            true => self.records.remove(txid),
            false => self.records.insert(*txid, Record::Verified(stakes)),
        };
        Ok(())
    }

    fn drop_staking_tx(&mut self, _txid: &Txid, _delegation: &Delegation) -> Result<(), Infallible> {
        Ok(())
    }

    fn list(&mut self, txid: &Txid, fp: FpId, is_listed: bool) -> Result<(), Infallible> {
        self.wrote(1);
        match is_listed {
            true => self.by_fp.insert((fp, *txid)),
            false => self.by_fp.remove(&(fp, *txid)),
        };
        Ok(())
    }

    fn bucket(&self, due: Due) -> Result<VotingPower, Infallible> {
        self.read(self.buckets.get(&due).copied().unwrap_or_default())
    }

    fn put_bucket(&mut self, bucket: ExpiryBucket) -> Result<(), Infallible> {
        self.wrote(1);
        match bucket.sum.is_zero() {
            true => self.buckets.remove(&bucket.due),
            false => self.buckets.insert(bucket.due, bucket.sum),
        };
        Ok(())
    }

    fn due_buckets(&self, through: BtcHeight, limit: usize) -> Result<Vec<ExpiryBucket>, Infallible> {
        let due: Vec<_> =
            self.buckets().take_while(|bucket| bucket.due.height <= through).take(limit).collect();
        let looked_at = u64::try_from(due.len()).unwrap_or(u64::MAX);
        self.reads.set(self.reads.get().saturating_add(looked_at));
        Ok(due)
    }
}
