use bitcoin_spv::OutPoint;
use primitives::{BtcHeight, FpPublicKey};

use crate::{Account, Bucket, Closed, Denoms, Provider};

/// What is kept. Only this crate's functions write.
pub trait Ledger {
    /// Why it cannot be read or written.
    type Error;

    /// The denominations that ever came.
    fn denoms(&self) -> Result<Denoms, Self::Error>;
    /// Writes them.
    fn put_denoms(&mut self, denoms: &Denoms) -> Result<(), Self::Error>;

    /// A finality provider; the default where there is none.
    fn provider(&self, fp: &FpPublicKey) -> Result<Provider, Self::Error>;
    /// Writes it.
    fn put_provider(&mut self, fp: &FpPublicKey, provider: &Provider) -> Result<(), Self::Error>;
    /// Whether it was slashed, by whoever decides that.
    fn is_slashed(&self, fp: &FpPublicKey) -> Result<bool, Self::Error>;

    /// A stake.
    fn account(&self, stake: &OutPoint) -> Result<Option<Account>, Self::Error>;
    /// Writes or deletes it.
    fn put_account(&mut self, stake: &OutPoint, account: Option<&Account>) -> Result<(), Self::Error>;

    /// How many sats expire together; 0 where there is no such bucket, or it is closed.
    fn bucket(&self, bucket: &Bucket) -> Result<u64, Self::Error>;
    /// Writes that; 0 deletes.
    fn put_bucket(&mut self, bucket: &Bucket, sats: u64) -> Result<(), Self::Error>;
    /// The lowest buckets up to that height, in order, at most `limit`.
    fn due(&self, tip: BtcHeight, limit: usize) -> Result<Vec<(Bucket, u64)>, Self::Error>;
    /// A closed bucket.
    fn closed(&self, bucket: &Bucket) -> Result<Option<Closed>, Self::Error>;
    /// Writes or deletes it.
    fn put_closed(&mut self, bucket: &Bucket, closed: Option<&Closed>) -> Result<(), Self::Error>;
}
