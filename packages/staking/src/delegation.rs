use primitives::{BtcHeight, FpPublicKey, Sats};
use serde::{Deserialize, Serialize};

use crate::{ActiveDelegation, FpId, ItemDigest};

/// Where a delegation stands; drawn in the [crate's head](crate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DelegationStatus {
    /// It has power.
    Active,
    /// Its staker took it back early.
    Unbonding,
    /// Its time is over.
    Expired,
    /// It was slashed.
    Slashed,
}

/// What ends a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its staker takes it back.
    Unbonded,
    /// Bitcoin reached its expiry height.
    Expired,
    /// It is slashed.
    Slashed,
}

impl DelegationStatus {
    /// Where `end` leads from here, or `None` where it has ended already: there is one exit.
    pub const fn after(self, end: End) -> Option<Self> {
        match (self, end) {
            (Self::Active, End::Unbonded) => Some(Self::Unbonding),
            (Self::Active, End::Expired) => Some(Self::Expired),
            (Self::Active, End::Slashed) => Some(Self::Slashed),
            (Self::Unbonding | Self::Expired | Self::Slashed, _) => None,
        }
    }
}

/// What the ledger keeps under a txid, beside the [`Delegation`]: small, since it is written twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// Its undelegation came, it itself did not (yet). When it comes it has no power.
    Foretold,
    /// The delegation came.
    Known(Stake),
}

/// The part of a delegation that moves power.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stake {
    /// The finality providers of this chain whose stake it is part of; never empty.
    pub fps: Vec<FpId>,
    /// How much.
    pub sats: Sats,
    /// The first Bitcoin height at which it has no power any more.
    pub expiry: BtcHeight,
    /// Where it stood when this was written; [`Stake::status_at`] knows better.
    pub status: DelegationStatus,
}

impl Stake {
    /// Where it stands at the highest tip of Bitcoin ever seen.
    pub fn status_at(&self, tip: Option<BtcHeight>) -> DelegationStatus {
        match self.status {
            DelegationStatus::Active if tip.is_some_and(|tip| tip >= self.expiry) => {
                DelegationStatus::Expired
            }
            stored => stored,
        }
    }
}

/// What never changes about a delegation: written once (interfaces.md 11.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// The staker's address on Babylon.
    pub staker_address: String,
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// All finality providers delegated to, Babylon's own among them.
    pub fps: Vec<FpPublicKey>,
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
    /// The staking transaction as it arrived.
    pub staking_tx: Vec<u8>,
}

impl From<ActiveDelegation> for Delegation {
    fn from(item: ActiveDelegation) -> Self {
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
            fps,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delegation_leaves_by_one_exit_once() {
        let exits = [
            (End::Unbonded, DelegationStatus::Unbonding),
            (End::Expired, DelegationStatus::Expired),
            (End::Slashed, DelegationStatus::Slashed),
        ];
        for (end, ended) in exits {
            assert_eq!(DelegationStatus::Active.after(end), Some(ended));
            for (again, _) in exits {
                assert_eq!(ended.after(again), None);
            }
        }
    }

    #[test]
    fn expired_is_seen_from_the_expiry_height_on() {
        let stake = Stake {
            fps: vec![FpId::new(0)],
            sats: Sats::ZERO,
            expiry: BtcHeight::new(10),
            status: DelegationStatus::Active,
        };
        assert_eq!(stake.status_at(None), DelegationStatus::Active);
        assert_eq!(stake.status_at(Some(BtcHeight::new(9))), DelegationStatus::Active);
        assert_eq!(stake.status_at(Some(BtcHeight::new(10))), DelegationStatus::Expired);
        let left = Stake { status: DelegationStatus::Unbonding, ..stake };
        assert_eq!(left.status_at(Some(BtcHeight::new(10))), DelegationStatus::Unbonding);
    }

    #[test]
    fn the_moving_part_is_small() {
        let stake = Stake {
            fps: vec![FpId::new(3)],
            sats: Sats::new(5_000_000_000).unwrap(),
            expiry: BtcHeight::new(950_000),
            status: DelegationStatus::Active,
        };
        let bytes = postcard::to_allocvec(&Record::Known(stake.clone())).unwrap();
        assert_eq!(bytes.len(), 12);
        assert_eq!(postcard::from_bytes::<Record>(&bytes), Ok(Record::Known(stake)));
        assert_eq!(postcard::to_allocvec(&Record::Foretold).unwrap().len(), 1);
    }
}
