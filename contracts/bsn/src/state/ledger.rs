use cosmwasm_std::{Order, StdError, StdResult, Storage};
use primitives::{BtcHeight, FpPublicKey, Txid, VotingPower};
use staking::{
    Delegation, DelegationStatus, Due, ExpiryBucket, FinalityProvider, FpId, FpProfile, FpStatus, Ledger,
    PopTrust, Record, Stake,
};

use super::{
    BTC_TIP, BUCKETS, COUNTERS, DELEGATIONS, DELEGATIONS_OF, ENDED, FP_KEYS, JAILED, PROFILES, PROVIDERS,
    RANKING, RANKING_JAILED, Table, concat, due_key, due_of, fp_txid_key, ranking_key, stored_item,
};
use crate::error::ContractError;

/// The ledger of stake in this contract's storage. It keeps the ranking equal to the power, and the list of
/// those in jail.
pub struct StoredLedger<'a>(pub &'a mut dyn Storage);

/// A finality provider that must be there.
///
/// # Errors
/// [`ContractError::UnknownProvider`], and those of storage.
pub fn registered(storage: &dyn Storage, key: &FpPublicKey) -> Result<FinalityProvider, ContractError> {
    let fp = PROVIDERS.may_load(storage, key.as_bytes())?;
    fp.ok_or(ContractError::UnknownProvider { provider: *key })
}

/// The staking transaction of a delegation, however long.
pub fn staking_tx(storage: &dyn Storage, txid: &Txid, delegation: &Delegation) -> StdResult<Vec<u8>> {
    match delegation.staking_tx.is_empty() {
        true => stored_item::load_parts(storage, txid.as_bytes()),
        false => Ok(delegation.staking_tx.clone()),
    }
}

impl Ledger for StoredLedger<'_> {
    type Error = StdError;

    fn btc_tip(&self) -> StdResult<Option<BtcHeight>> {
        BTC_TIP.may_load(self.0)
    }

    fn put_btc_tip(&mut self, tip: BtcHeight) -> StdResult<()> {
        BTC_TIP.save(self.0, &tip)
    }

    fn fp(&self, key: &FpPublicKey) -> StdResult<Option<FinalityProvider>> {
        PROVIDERS.may_load(self.0, key.as_bytes())
    }

    fn put_fp(&mut self, key: &FpPublicKey, fp: &FinalityProvider) -> StdResult<()> {
        let before = self.fp(key)?;
        if let Some((ranking, before)) = before.and_then(|before| Some((ranking_of(&before)?, before))) {
            ranking.remove(self.0, &ranking_key(before.power(), key.as_bytes()));
        }
        if let Some(ranking) = ranking_of(fp) {
            ranking.save(self.0, &ranking_key(fp.power(), key.as_bytes()), &fp.id)?;
        }
        match (before.map(|before| before.status), fp.status) {
            (_, FpStatus::Jailed { until }) => JAILED.save(self.0, key.as_bytes(), &until)?,
            (Some(FpStatus::Jailed { .. }), _) => JAILED.remove(self.0, key.as_bytes()),
            _ => {}
        }
        PROVIDERS.save(self.0, key.as_bytes(), fp)
    }

    fn fp_key(&self, id: FpId) -> StdResult<Option<FpPublicKey>> {
        let key = FP_KEYS.may_load(self.0, &id.get().to_be_bytes())?;
        Ok(key.map(FpPublicKey::from_bytes))
    }

    fn fp_profile(&self, key: &FpPublicKey) -> StdResult<Option<FpProfile>> {
        PROFILES.may_load(self.0, key.as_bytes())
    }

    fn add_fp(&mut self, key: &FpPublicKey, profile: &FpProfile) -> StdResult<FpId> {
        let mut counters = COUNTERS.load(self.0)?;
        let (first, count) = match profile.is_local() {
            true => (FpId::LOCAL, &mut counters.local),
            false => (FpId::default(), &mut counters.providers),
        };
        let id = first.get().saturating_add(*count);
        *count = count.saturating_add(1);
        if profile.pop_trust == PopTrust::Trusted {
            counters.pop_trusted = counters.pop_trusted.saturating_add(1);
        }
        COUNTERS.save(self.0, &counters)?;
        FP_KEYS.save(self.0, &id.to_be_bytes(), key.as_bytes())?;
        PROFILES.save(self.0, key.as_bytes(), profile)?;
        Ok(FpId::new(id))
    }

    fn record(&self, txid: &Txid) -> StdResult<Option<Record>> {
        DELEGATIONS.may_load(self.0, txid.as_bytes())
    }

    fn add_delegation(&mut self, txid: &Txid, mut delegation: Delegation) -> StdResult<()> {
        for fp in delegation.ours() {
            DELEGATIONS_OF.save(self.0, &fp_txid_key(fp, txid.as_bytes()), &true)?;
        }
        stored_item::split(self.0, txid.as_bytes(), &mut delegation.staking_tx)?;
        DELEGATIONS.save(self.0, txid.as_bytes(), &Record::Known(delegation))
    }

    fn foretell(&mut self, txid: &Txid) -> StdResult<()> {
        DELEGATIONS.save(self.0, txid.as_bytes(), &Record::Foretold)
    }

    fn ended(&self, txid: &Txid) -> StdResult<Option<DelegationStatus>> {
        ENDED.may_load(self.0, txid.as_bytes())
    }

    fn put_ended(&mut self, txid: &Txid, status: DelegationStatus) -> StdResult<()> {
        ENDED.save(self.0, txid.as_bytes(), &status)
    }

    fn put_stakes(&mut self, txid: &Txid, stakes: Vec<Stake>) -> StdResult<()> {
        match stakes.is_empty() {
            true => {
                DELEGATIONS.remove(self.0, txid.as_bytes());
                Ok(())
            }
            false => DELEGATIONS.save(self.0, txid.as_bytes(), &Record::Verified(stakes)),
        }
    }

    fn drop_staking_tx(&mut self, txid: &Txid, delegation: &Delegation) -> StdResult<()> {
        stored_item::delete_split(self.0, txid.as_bytes(), &delegation.staking_tx);
        Ok(())
    }

    fn list(&mut self, txid: &Txid, fp: FpId, is_listed: bool) -> StdResult<()> {
        let key = fp_txid_key(fp, txid.as_bytes());
        match is_listed {
            true => DELEGATIONS_OF.save(self.0, &key, &true),
            false => {
                DELEGATIONS_OF.remove(self.0, &key);
                Ok(())
            }
        }
    }

    fn bucket(&self, due: Due) -> StdResult<VotingPower> {
        Ok(BUCKETS.may_load(self.0, &due_key(due))?.unwrap_or_default())
    }

    fn put_bucket(&mut self, bucket: ExpiryBucket) -> StdResult<()> {
        let key = due_key(bucket.due);
        if bucket.sum.is_zero() {
            BUCKETS.remove(self.0, &key);
            return Ok(());
        }
        BUCKETS.save(self.0, &key, &bucket.sum)
    }

    fn due_buckets(&self, through: BtcHeight, limit: usize) -> StdResult<Vec<ExpiryBucket>> {
        let last = concat(&through.get().to_be_bytes(), &[u8::MAX; 4]);
        BUCKETS
            .range(self.0, &[0; 8], &last, Order::Ascending)
            .take(limit)
            .map(|bucket| {
                let (key, sum) = bucket?;
                Ok(ExpiryBucket { due: due_of(key), sum })
            })
            .collect()
    }
}

/// Whether an FP is a candidate for the active set, and so in the ranking.
pub fn is_ranked(fp: &FinalityProvider) -> bool {
    matches!(fp.status, FpStatus::Registered) && !fp.power().is_zero()
}

/// The ranking that an FP is in: the jailed count in the ranked stake, but are no candidates.
fn ranking_of(fp: &FinalityProvider) -> Option<&'static Table<48, FpId>> {
    match fp.status {
        _ if fp.power().is_zero() => None,
        FpStatus::Registered => Some(&RANKING),
        FpStatus::Jailed { .. } => Some(&RANKING_JAILED),
        FpStatus::Slashed { .. } | FpStatus::Orphaned => None,
    }
}
