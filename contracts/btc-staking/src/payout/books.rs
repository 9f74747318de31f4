use api::bsn::raw::fp_key;
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Order, QuerierWrapper, StdError, StdResult, Storage};
use payout::{Account, Bucket, Closed, Denoms, Ledger, Provider, Share};
use primitives::{BtcHeight, FpPublicKey, Sorted};
use staking::{FinalityProvider, FpStatus};

use crate::state::{
    ACCOUNTS, CLOSED, Config, DENOMS, OPEN, OWNERS, PROVIDERS, Table, bucket_key, bucket_of, outpoint_key,
};

/// All that is kept of rewards. FPs that changed are written by [`Books::finish`]: each once, however many stakes of it begin.
pub struct Books<'a> {
    storage: &'a mut dyn Storage,
    slashed: Vec<FpPublicKey>,
    changed: Sorted<FpPublicKey, Provider>,
}

impl<'a> Books<'a> {
    /// Whether a finality provider registered here: Babylon pays those who stake to its own.
    pub fn is_local(&self, fp: &FpPublicKey) -> bool {
        OWNERS.has(self.storage, fp.as_bytes())
    }

    /// Reads nothing yet.
    pub fn new(storage: &'a mut dyn Storage) -> Self {
        Self::with(storage, Vec::new())
    }

    /// The same; these FPs were slashed.
    pub fn with(storage: &'a mut dyn Storage, slashed: Vec<FpPublicKey>) -> Self {
        Self { storage, slashed, changed: Sorted::new() }
    }

    /// Writes the FPs that changed.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn finish(self) -> StdResult<()> {
        for (fp, provider) in self.changed {
            PROVIDERS.save(self.storage, fp.as_bytes(), &provider)?;
        }
        Ok(())
    }
}

/// Which of the FPs that have shares were slashed, by `bsn`'s ledger.
///
/// # Errors
/// Those of the query, and of a record that is none.
pub fn slashed(
    querier: QuerierWrapper<'_>,
    config: &Config,
    shares: &[Share],
) -> StdResult<Vec<FpPublicKey>> {
    let mut slashed = Vec::new();
    for Share { fp, .. } in shares {
        let Some(raw) = querier.query_wasm_raw(&config.bsn, fp_key(fp.as_bytes()))? else { continue };
        let known = records::decode::<FinalityProvider>(&raw);
        let known = known.map_err(|error| StdError::msg(format!("bsn's record of {fp}: {error}")))?;
        if matches!(known.status, FpStatus::Slashed { .. }) {
            slashed.push(*fp);
        }
    }
    Ok(slashed)
}

fn put<T>(storage: &mut dyn Storage, table: &Table<T>, key: &[u8; 36], value: Option<&T>) -> StdResult<()>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    match value {
        Some(value) => table.save(storage, key, value),
        None => {
            table.remove(storage, key);
            Ok(())
        }
    }
}

impl Ledger for Books<'_> {
    type Error = StdError;

    fn denoms(&self) -> StdResult<Denoms> {
        Ok(DENOMS.may_load(self.storage)?.unwrap_or_default())
    }

    fn put_denoms(&mut self, denoms: &Denoms) -> StdResult<()> {
        DENOMS.save(self.storage, denoms)
    }

    fn provider(&self, fp: &FpPublicKey) -> StdResult<Provider> {
        if let Some(changed) = self.changed.get(fp) {
            return Ok(changed.clone());
        }
        Ok(PROVIDERS.may_load(self.storage, fp.as_bytes())?.unwrap_or_default())
    }

    fn put_provider(&mut self, fp: &FpPublicKey, provider: &Provider) -> StdResult<()> {
        self.changed.insert(*fp, provider.clone());
        Ok(())
    }

    fn is_slashed(&self, fp: &FpPublicKey) -> StdResult<bool> {
        Ok(self.slashed.contains(fp))
    }

    fn account(&self, stake: &OutPoint) -> StdResult<Option<Account>> {
        ACCOUNTS.may_load(self.storage, &outpoint_key(stake))
    }

    fn put_account(&mut self, stake: &OutPoint, account: Option<&Account>) -> StdResult<()> {
        put(self.storage, &ACCOUNTS, &outpoint_key(stake), account)
    }

    fn bucket(&self, bucket: &Bucket) -> StdResult<u64> {
        Ok(OPEN.may_load(self.storage, &bucket_key(bucket))?.unwrap_or_default())
    }

    fn put_bucket(&mut self, bucket: &Bucket, sats: u64) -> StdResult<()> {
        put(self.storage, &OPEN, &bucket_key(bucket), Some(&sats).filter(|sats| **sats > 0))
    }

    fn due(&self, tip: BtcHeight, limit: usize) -> StdResult<Vec<(Bucket, u64)>> {
        let below = tip.next().get().to_be_bytes();
        let found = OPEN.range(self.storage, &[], &below, Order::Ascending, limit)?;
        let broken = || StdError::msg("broken key of a bucket");
        found.into_iter().map(|(key, sats)| Ok((bucket_of(&key).ok_or_else(broken)?, sats))).collect()
    }

    fn closed(&self, bucket: &Bucket) -> StdResult<Option<Closed>> {
        CLOSED.may_load(self.storage, &bucket_key(bucket))
    }

    fn put_closed(&mut self, bucket: &Bucket, closed: Option<&Closed>) -> StdResult<()> {
        put(self.storage, &CLOSED, &bucket_key(bucket), closed)
    }
}
