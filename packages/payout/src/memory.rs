//! A ledger in memory: for tests, and to read how a ledger behaves.

use core::convert::Infallible;
use std::collections::{BTreeMap, BTreeSet};

use bitcoin_spv::OutPoint;
use primitives::{BtcHeight, FpPublicKey};

use crate::{Account, Bucket, Closed, Denoms, Ledger, Provider};

/// What is kept, in maps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryLedger {
    denoms: Denoms,
    providers: BTreeMap<FpPublicKey, Provider>,
    slashed: BTreeSet<FpPublicKey>,
    accounts: BTreeMap<OutPoint, Account>,
    buckets: BTreeMap<Bucket, u64>,
    closed: BTreeMap<Bucket, Closed>,
}

impl MemoryLedger {
    /// A finality provider was slashed.
    pub fn slash(&mut self, fp: &FpPublicKey) {
        self.slashed.insert(*fp);
    }

    /// All finality providers.
    pub fn providers(&self) -> impl Iterator<Item = (&FpPublicKey, &Provider)> {
        self.providers.iter()
    }

    /// All stakes.
    pub fn accounts(&self) -> impl Iterator<Item = (&OutPoint, &Account)> {
        self.accounts.iter()
    }

    /// How many stakes and buckets there are.
    pub fn records(&self) -> (usize, usize, usize) {
        (self.accounts.len(), self.buckets.len(), self.closed.len())
    }
}

fn put<K: Ord + Copy, V: Clone>(map: &mut BTreeMap<K, V>, key: &K, value: Option<&V>) {
    match value {
        Some(value) => map.insert(*key, value.clone()),
        None => map.remove(key),
    };
}

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn denoms(&self) -> Result<Denoms, Infallible> {
        Ok(self.denoms.clone())
    }

    fn put_denoms(&mut self, denoms: &Denoms) -> Result<(), Infallible> {
        self.denoms.clone_from(denoms);
        Ok(())
    }

    fn provider(&self, fp: &FpPublicKey) -> Result<Provider, Infallible> {
        Ok(self.providers.get(fp).cloned().unwrap_or_default())
    }

    fn put_provider(&mut self, fp: &FpPublicKey, provider: &Provider) -> Result<(), Infallible> {
        put(&mut self.providers, fp, Some(provider));
        Ok(())
    }

    fn is_slashed(&self, fp: &FpPublicKey) -> Result<bool, Infallible> {
        Ok(self.slashed.contains(fp))
    }

    fn account(&self, stake: &OutPoint) -> Result<Option<Account>, Infallible> {
        Ok(self.accounts.get(stake).cloned())
    }

    fn put_account(&mut self, stake: &OutPoint, account: Option<&Account>) -> Result<(), Infallible> {
        put(&mut self.accounts, stake, account);
        Ok(())
    }

    fn bucket(&self, bucket: &Bucket) -> Result<u64, Infallible> {
        Ok(self.buckets.get(bucket).copied().unwrap_or_default())
    }

    fn put_bucket(&mut self, bucket: &Bucket, sats: u64) -> Result<(), Infallible> {
        put(&mut self.buckets, bucket, Some(&sats).filter(|sats| **sats > 0));
        Ok(())
    }

    fn due(&self, tip: BtcHeight, limit: usize) -> Result<Vec<(Bucket, u64)>, Infallible> {
        let due = self.buckets.iter().take_while(|(bucket, _)| bucket.height <= tip);
        Ok(due.map(|(bucket, sats)| (*bucket, *sats)).take(limit).collect())
    }

    fn closed(&self, bucket: &Bucket) -> Result<Option<Closed>, Infallible> {
        Ok(self.closed.get(bucket).cloned())
    }

    fn put_closed(&mut self, bucket: &Bucket, closed: Option<&Closed>) -> Result<(), Infallible> {
        put(&mut self.closed, bucket, closed);
        Ok(())
    }
}
