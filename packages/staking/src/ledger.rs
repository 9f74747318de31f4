use primitives::{BtcHeight, FpPublicKey, Txid, VotingPower};

use crate::{Delegation, DelegationStatus, FinalityProvider, FpId, FpProfile, Record, Stake};

/// Under this height lies how much of an FP's stake is verified, in a bucket that never falls due.
pub const NEVER: BtcHeight = BtcHeight::new(u32::MAX);

/// On whose word stake counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// On Babylon's.
    Trusted,
    /// On Bitcoin's.
    Verified,
}

/// Which sats leave together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Due {
    /// The height of Bitcoin at which the stake expires.
    pub height: BtcHeight,
    /// On whose word it counts.
    pub class: Class,
    /// The FP's number, in the order of registration.
    pub fp: FpId,
}

/// The sats that leave a finality provider at one Bitcoin height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryBucket {
    /// Whose, and when.
    pub due: Due,
    /// How many.
    pub sum: VotingPower,
}

/// Where the state is kept: loads and records, decides nothing.
///
/// One key each, so that every call costs the same however much there is. A `put` of what is there
/// replaces it.
pub trait Ledger {
    /// What storage can fail with. It ends the whole call; whatever was written is to be rolled back.
    type Error;

    /// The highest tip of Bitcoin ever recorded.
    ///
    /// # Errors
    /// Storage's own.
    fn btc_tip(&self) -> Result<Option<BtcHeight>, Self::Error>;
    /// Records a higher one.
    ///
    /// # Errors
    /// Storage's own.
    fn put_btc_tip(&mut self, tip: BtcHeight) -> Result<(), Self::Error>;

    /// What changes about a finality provider.
    ///
    /// # Errors
    /// Storage's own.
    fn fp(&self, key: &FpPublicKey) -> Result<Option<FinalityProvider>, Self::Error>;
    /// Records what changed.
    ///
    /// # Errors
    /// Storage's own.
    fn put_fp(&mut self, key: &FpPublicKey, fp: &FinalityProvider) -> Result<(), Self::Error>;
    /// The key of a number.
    ///
    /// # Errors
    /// Storage's own.
    fn fp_key(&self, id: FpId) -> Result<Option<FpPublicKey>, Self::Error>;
    /// What never changes about a finality provider.
    ///
    /// # Errors
    /// Storage's own.
    fn fp_profile(&self, key: &FpPublicKey) -> Result<Option<FpProfile>, Self::Error>;
    /// Takes the next number for a new finality provider, of a local one the next from [`FpId::LOCAL`] on, and records its key and
    /// profile under it.
    ///
    /// # Errors
    /// Storage's own.
    fn add_fp(&mut self, key: &FpPublicKey, profile: &FpProfile) -> Result<FpId, Self::Error>;

    /// What is kept under a txid.
    ///
    /// # Errors
    /// Storage's own.
    fn record(&self, txid: &Txid) -> Result<Option<Record>, Self::Error>;
    /// Records a delegation, and its txid in the list of each of its finality providers of this chain.
    ///
    /// # Errors
    /// Storage's own.
    fn add_delegation(&mut self, txid: &Txid, delegation: Delegation) -> Result<(), Self::Error>;
    /// Remembers the end of a delegation that is not known: [`Record::Foretold`].
    ///
    /// # Errors
    /// Storage's own.
    fn foretell(&mut self, txid: &Txid) -> Result<(), Self::Error>;
    /// What a known delegation ended by, early.
    ///
    /// # Errors
    /// Storage's own.
    fn ended(&self, txid: &Txid) -> Result<Option<DelegationStatus>, Self::Error>;
    /// Records that.
    ///
    /// # Errors
    /// Storage's own.
    fn put_ended(&mut self, txid: &Txid, status: DelegationStatus) -> Result<(), Self::Error>;

    /// Records the verified stakes of a staking transaction in place of what was known of it; without any, nothing is
    /// known of it any more.
    ///
    /// # Errors
    /// Storage's own.
    fn put_stakes(&mut self, txid: &Txid, stakes: Vec<Stake>) -> Result<(), Self::Error>;
    /// Deletes what is kept of a delegation beside its record, which verified stakes are about to replace.
    ///
    /// # Errors
    /// Storage's own.
    fn drop_staking_tx(&mut self, txid: &Txid, delegation: &Delegation) -> Result<(), Self::Error>;
    /// Puts a staking transaction into the list of a finality provider of this chain, or takes it off.
    ///
    /// # Errors
    /// Storage's own.
    fn list(&mut self, txid: &Txid, fp: FpId, is_listed: bool) -> Result<(), Self::Error>;

    /// What leaves then; zero if nothing is recorded.
    ///
    /// # Errors
    /// Storage's own.
    fn bucket(&self, due: Due) -> Result<VotingPower, Self::Error>;
    /// Records it; removes it where `sum` is zero.
    ///
    /// # Errors
    /// Storage's own.
    fn put_bucket(&mut self, bucket: ExpiryBucket) -> Result<(), Self::Error>;
    /// The first `limit` buckets at or below `through`, in ascending order of (height, class, number).
    ///
    /// # Errors
    /// Storage's own.
    fn due_buckets(&self, through: BtcHeight, limit: usize) -> Result<Vec<ExpiryBucket>, Self::Error>;
}
