use primitives::{BtcHeight, FpPublicKey, Sats, Sorted, Txid, VotingPower};

use crate::{
    Class, Delegation, Due, ExpiryBucket, FinalityProvider, FpId, FpStatus, Ledger, NEVER, PowerChange,
    Reason, Stake,
};

/// A ledger with the sums of one call held back, so that fifty delegations to one finality provider
/// write its record once. Private, since one that is dropped without [`Batch::commit`] loses them.
pub(crate) struct Batch<'a, L> {
    pub(crate) ledger: &'a mut L,
    tip: Option<BtcHeight>,
    fps: Sorted<FpPublicKey, Option<Held>>,
    keys: Sorted<FpId, FpPublicKey>,
    buckets: Sorted<Due, HeldSum>,
}

#[derive(Clone, Copy)]
struct Held {
    before: FinalityProvider,
    now: FinalityProvider,
    is_new: bool,
}

#[derive(Clone, Copy)]
struct HeldSum {
    before: VotingPower,
    now: VotingPower,
}

/// What a finality provider's sums are without some stake.
struct Sums {
    key: FpPublicKey,
    stake: VotingPower,
    bucket: ExpiryBucket,
}

/// The bucket that a verified stake leaves with, and that of all verified stake.
fn dues_of(stake: &Stake) -> (Due, Due) {
    let due = Due { height: stake.expiry(), class: Class::Verified, fp: stake.fp };
    (due, Due { height: NEVER, ..due })
}

impl<'a, L: Ledger> Batch<'a, L> {
    /// Starts from the highest tip of Bitcoin, recorded or `observed`.
    pub(crate) fn open(ledger: &'a mut L, observed: Option<BtcHeight>) -> Result<Self, L::Error> {
        let recorded = ledger.btc_tip()?;
        let tip = recorded.max(observed);
        if let Some(higher) = tip.filter(|_| tip > recorded) {
            ledger.put_btc_tip(higher)?;
        }
        let (fps, keys, buckets) = (Sorted::new(), Sorted::new(), Sorted::new());
        Ok(Self { ledger, tip, fps, keys, buckets })
    }

    pub(crate) const fn tip(&self) -> Option<BtcHeight> {
        self.tip
    }

    /// A finality provider by its key, as it stands now.
    pub(crate) fn fp(&mut self, key: &FpPublicKey) -> Result<Option<FinalityProvider>, L::Error> {
        if let Some(held) = self.fps.get(key) {
            return Ok(held.map(|held| held.now));
        }
        let loaded = self.ledger.fp(key)?;
        if let Some(fp) = loaded {
            self.keys.insert(fp.id, *key);
        }
        self.fps.insert(*key, loaded.map(|fp| Held { before: fp, now: fp, is_new: false }));
        Ok(loaded)
    }

    /// Begins the record of a new finality provider.
    pub(crate) fn begin_fp(&mut self, key: FpPublicKey, id: FpId) {
        let fp = FinalityProvider::new(id);
        self.keys.insert(id, key);
        self.fps.insert(key, Some(Held { before: fp, now: fp, is_new: true }));
    }

    /// Moves a finality provider to another status.
    pub(crate) fn set_status(&mut self, key: &FpPublicKey, status: FpStatus) {
        if let Some(Some(held)) = self.fps.get_mut(key) {
            held.now.status = status;
        }
    }

    /// The number of a finality provider that was looked up before.
    pub(crate) fn id(&self, key: &FpPublicKey) -> Option<FpId> {
        self.fps.get(key).copied().flatten().map(|held| held.now.id)
    }

    /// Adds a live delegation to its finality providers and to their buckets.
    pub(crate) fn add(&mut self, delegation: &Delegation) -> Result<(), L::Error> {
        for fp in delegation.ours() {
            let due = Due { height: delegation.expiry(), class: Class::Trusted, fp };
            self.add_sats(due, delegation.sats)?;
        }
        Ok(())
    }

    /// Adds a live verified stake to its finality provider and to its buckets.
    pub(crate) fn add_stake(&mut self, stake: &Stake) -> Result<(), L::Error> {
        let (due, all) = dues_of(stake);
        self.add_sats(due, stake.sats)?;
        let sum = self.sum(all)?;
        self.set_sum(all, sum.plus(stake.sats));
        Ok(())
    }

    fn add_sats(&mut self, due: Due, sats: Sats) -> Result<(), L::Error> {
        let sum = self.sum(due)?;
        if let Some((key, fp)) = self.fp_by_id(due.fp)? {
            self.set_stake(&key, fp.stake.plus(sats));
            self.set_sum(due, sum.plus(sats));
        }
        Ok(())
    }

    /// Takes a live delegation out again, of all of its sums or, where one does not hold it, of none.
    pub(crate) fn take(
        &mut self,
        txid: Txid,
        delegation: &Delegation,
    ) -> Result<Result<(), Reason>, L::Error> {
        let mut after = Vec::new();
        for fp in delegation.ours() {
            let due = Due { height: delegation.expiry(), class: Class::Trusted, fp };
            match self.without(due, delegation.sats)? {
                Some(sums) => after.push(sums),
                None => return Ok(Err(Reason::BrokenLedger { txid })),
            }
        }
        after.into_iter().for_each(|sums| self.set_sums(&sums));
        Ok(Ok(()))
    }

    /// Takes a live verified stake out again, likewise; whether the sums held it.
    pub(crate) fn take_stake(&mut self, stake: &Stake) -> Result<bool, L::Error> {
        let (due, all) = dues_of(stake);
        let verified = self.sum(all)?.minus(stake.sats);
        let sums = self.without(due, stake.sats)?;
        let Some((sums, verified)) = sums.zip(verified) else { return Ok(false) };
        self.set_sums(&sums);
        self.set_sum(all, verified);
        Ok(true)
    }

    /// Empties a bucket out of its finality provider's stake; how much that did not hold.
    pub(crate) fn empty(&mut self, bucket: ExpiryBucket) -> Result<VotingPower, L::Error> {
        let ExpiryBucket { due, sum } = bucket;
        self.buckets.insert(due, HeldSum { before: sum, now: VotingPower::ZERO });
        if due.class == Class::Verified {
            let all = Due { height: NEVER, ..due };
            let verified = self.sum(all)?.get().saturating_sub(sum.get());
            self.set_sum(all, VotingPower::new(verified));
        }
        let Some((key, fp)) = self.fp_by_id(due.fp)? else { return Ok(sum) };
        self.set_stake(&key, VotingPower::new(fp.stake.get().saturating_sub(sum.get())));
        Ok(VotingPower::new(sum.get().saturating_sub(fp.stake.get())))
    }

    /// Writes every sum that changed, once.
    pub(crate) fn commit(self) -> Result<Vec<PowerChange>, L::Error> {
        let mut changes = Vec::new();
        for (key, held) in self.fps {
            let Some(Held { before, now, is_new }) = held else { continue };
            if is_new || now != before {
                self.ledger.put_fp(&key, &now)?;
            }
            if now.power() != before.power() {
                changes.push(PowerChange { key, id: now.id, before: before.power(), after: now.power() });
            }
        }
        for (due, HeldSum { before, now }) in self.buckets {
            if now != before {
                self.ledger.put_bucket(ExpiryBucket { due, sum: now })?;
            }
        }
        Ok(changes)
    }

    fn fp_by_id(&mut self, id: FpId) -> Result<Option<(FpPublicKey, FinalityProvider)>, L::Error> {
        let key = match self.keys.get(&id) {
            Some(key) => Some(*key),
            None => self.ledger.fp_key(id)?,
        };
        let Some(key) = key else { return Ok(None) };
        Ok(self.fp(&key)?.map(|fp| (key, fp)))
    }

    fn sum(&mut self, due: Due) -> Result<VotingPower, L::Error> {
        if let Some(held) = self.buckets.get(&due) {
            return Ok(held.now);
        }
        let loaded = self.ledger.bucket(due)?;
        self.buckets.insert(due, HeldSum { before: loaded, now: loaded });
        Ok(loaded)
    }

    fn without(&mut self, due: Due, sats: Sats) -> Result<Option<Sums>, L::Error> {
        let sum = self.sum(due)?.minus(sats);
        let fp = self.fp_by_id(due.fp)?;
        Ok(sum.zip(fp).and_then(|(sum, (key, fp))| {
            fp.stake.minus(sats).map(|stake| Sums { key, stake, bucket: ExpiryBucket { due, sum } })
        }))
    }

    fn set_sums(&mut self, sums: &Sums) {
        self.set_stake(&sums.key, sums.stake);
        self.set_sum(sums.bucket.due, sums.bucket.sum);
    }

    fn set_stake(&mut self, key: &FpPublicKey, stake: VotingPower) {
        if let Some(Some(held)) = self.fps.get_mut(key) {
            held.now.stake = stake;
        }
    }

    fn set_sum(&mut self, due: Due, sum: VotingPower) {
        if let Some(held) = self.buckets.get_mut(&due) {
            held.now = sum;
        }
    }
}
