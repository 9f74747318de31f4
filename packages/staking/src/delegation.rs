use primitives::{BtcHeight, FpPublicKey, Sats};
use serde::{Deserialize, Serialize};

use crate::{ActiveDelegation, FpId, ItemDigest, Stake};

/// Where a delegation stands; drawn in the [crate's head](crate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegationStatus {
    /// It has power.
    Active,
    /// Its staker took it back early.
    Unbonding,
    /// Its time is over.
    Expired,
}

impl DelegationStatus {
    /// Of one that did not end early; `tip` is the highest tip of Bitcoin ever seen.
    pub(crate) fn by_time(expiry: BtcHeight, tip: Option<BtcHeight>) -> Self {
        if tip.is_some_and(|tip| tip >= expiry) { Self::Expired } else { Self::Active }
    }
}

/// What the ledger keeps under a txid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// Its undelegation came, it itself did not (yet). When it comes it has no power.
    Foretold,
    /// The delegation came.
    Known(Delegation),
    /// Outputs of it are verified stake: one or more, each another.
    Verified(Vec<Stake>),
}

/// One of the finality providers of a delegation: by number where it is registered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Named {
    /// Of this chain: the stake is part of its sum.
    Ours(FpId),
    /// Of Babylon, or of another chain.
    Other(FpPublicKey),
}

/// What never changes about a delegation: written once (RULINGS.md, "Registration"). Its early end is a
/// record of its own, so that ending writes little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// The staker's address on Babylon.
    pub staker_address: String,
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// All finality providers delegated to, in the order of the item.
    pub fps: Vec<Named>,
    /// The Bitcoin height of the staking transaction.
    pub start_height: BtcHeight,
    /// The Bitcoin height at which the time lock ends.
    pub end_height: BtcHeight,
    /// How long unbonding takes, in blocks of Bitcoin.
    pub unbonding_time: u16,
    /// How much.
    pub sats: Sats,
    /// Which output of the staking transaction is the stake.
    pub output_index: u32,
    /// The version of Babylon's staking parameters.
    pub params_version: u32,
    /// The item it came in: that of the transactions and signatures not stored here.
    pub digest: ItemDigest,
    /// The staking transaction without witness (records of 0.1.0 and 0.2.0: as it arrived); empty where a ledger keeps a
    /// long one elsewhere.
    pub staking_tx: Vec<u8>,
}

impl Delegation {
    /// Of an item; `id` gives the numbers of finality providers that are registered here.
    pub(crate) fn new(item: ActiveDelegation, id: impl Fn(&FpPublicKey) -> Option<FpId>) -> Self {
        let ActiveDelegation {
            staker_address,
            staker_key,
            fps,
            start_height,
            end_height,
            unbonding_time,
            sats,
            staking_tx,
            output_index,
            params_version,
            digest,
        } = item;
        Self {
            staker_address,
            staker_key,
            fps: fps.into_iter().map(|key| id(&key).map_or(Named::Other(key), Named::Ours)).collect(),
            start_height,
            end_height,
            unbonding_time,
            sats,
            output_index,
            params_version,
            digest,
            staking_tx: staking_tx.into_bytes(),
        }
    }

    /// The finality providers of this chain whose stake it is part of.
    pub fn ours(&self) -> impl Iterator<Item = FpId> + '_ {
        self.fps.iter().filter_map(|fp| match fp {
            Named::Ours(id) => Some(*id),
            Named::Other(_) => None,
        })
    }

    /// The first Bitcoin height at which it has no power any more: the end of the time lock less the
    /// unbonding time, at least zero (then it has none at all).
    pub fn expiry(&self) -> BtcHeight {
        self.end_height.saturating_sub(u32::from(self.unbonding_time))
    }

    /// Where it stands: `ended` is what is recorded of its early end, `tip` the highest tip of Bitcoin ever
    /// seen.
    pub fn status(&self, ended: Option<DelegationStatus>, tip: Option<BtcHeight>) -> DelegationStatus {
        ended.unwrap_or_else(|| DelegationStatus::by_time(self.expiry(), tip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Delegation {
        let item = crate::fixture::delegation(1, &[200, 3], 5_000_000);
        Delegation::new(item, |key| (*key == crate::fixture::key(3)).then_some(FpId::new(7)))
    }

    #[test]
    fn expired_is_seen_from_the_expiry_height_on() {
        let (known, expiry) = (known(), crate::fixture::EXPIRY);
        let before = Some(expiry.saturating_sub(1));
        assert_eq!(known.status(None, None), DelegationStatus::Active);
        assert_eq!(known.status(None, before), DelegationStatus::Active);
        assert_eq!(known.status(None, Some(expiry)), DelegationStatus::Expired);
        let left = Some(DelegationStatus::Unbonding);
        assert_eq!(known.status(left, Some(expiry)), DelegationStatus::Unbonding);
    }

    #[test]
    fn our_own_fp_is_a_number() {
        let known = known();
        assert_eq!(known.fps, [Named::Other(crate::fixture::key(200)), Named::Ours(FpId::new(7))]);
        assert_eq!(known.ours().collect::<Vec<_>>(), [FpId::new(7)]);
    }

    #[test]
    fn a_record_is_little_more_than_what_is_in_it() {
        let known = known();
        let parts = known.staker_address.len() + 32 + 32 + 32 + known.staking_tx.len();
        let bytes = postcard::to_allocvec(&Record::Known(known.clone())).unwrap();
        assert!(bytes.len() < parts + 24, "{} for {parts}", bytes.len());
        assert_eq!(postcard::from_bytes::<Record>(&bytes), Ok(Record::Known(known)));
        assert_eq!(postcard::to_allocvec(&Record::Foretold).unwrap().len(), 1);
    }
}
