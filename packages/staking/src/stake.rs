//! Stake that is verified against Bitcoin: another contract says what became of it, outpoint by outpoint.

mod judge;
mod outcome;
mod packed;

pub use judge::{MAX_STAKES, StakeRefusal};
pub use outcome::{StakeVerdict, apply_outcomes};
pub use packed::{pack, unpack};

use bitcoin_spv::OutPoint;
use primitives::{BtcHeight, FpPublicKey, Sats};
use serde::{Deserialize, Serialize};

use crate::{DelegationStatus, FpId, ItemDigest};

/// An output of a staking transaction that is verified stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stake {
    /// Which output.
    pub output: u32,
    /// The finality provider of this chain.
    pub fp: FpId,
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// How much.
    pub sats: Sats,
    /// The Bitcoin height of the staking transaction.
    pub start_height: BtcHeight,
    /// The Bitcoin height at which the time lock ends.
    pub end_height: BtcHeight,
    /// How long unbonding takes, in blocks of Bitcoin.
    pub unbonding_time: u16,
    /// Whether it was spent early.
    pub is_spent: bool,
}

impl Stake {
    /// The first Bitcoin height at which it has no power any more: as of [`crate::Delegation::expiry`].
    pub fn expiry(&self) -> BtcHeight {
        self.end_height.saturating_sub(u32::from(self.unbonding_time))
    }

    /// Where it stands; `tip` is the highest tip of Bitcoin ever seen.
    pub fn status(&self, tip: Option<BtcHeight>) -> DelegationStatus {
        match self.is_spent {
            true => DelegationStatus::Unbonding,
            false => DelegationStatus::by_time(self.expiry(), tip),
        }
    }
}

/// What became of verified stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StakeOutcome {
    /// It counts from now on.
    Active(ActiveStake),
    /// It was spent.
    Ended(OutPoint),
    /// Its block left Bitcoin's chain: as if it had never counted.
    Revoked(OutPoint),
}

impl StakeOutcome {
    /// Of which stake.
    pub const fn outpoint(&self) -> OutPoint {
        match self {
            Self::Active(stake) => stake.outpoint,
            Self::Ended(outpoint) | Self::Revoked(outpoint) => *outpoint,
        }
    }
}

/// Stake that counts from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveStake {
    /// The output that is the stake.
    pub outpoint: OutPoint,
    /// The finality provider of this chain.
    pub fp: FpPublicKey,
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// How much.
    pub sats: Sats,
    /// The Bitcoin height of the staking transaction.
    pub start_height: BtcHeight,
    /// The Bitcoin height at which the time lock ends.
    pub end_height: BtcHeight,
    /// How long unbonding takes, in blocks of Bitcoin.
    pub unbonding_time: u16,
    /// Babylon's item that it came in.
    pub digest: ItemDigest,
}

impl ActiveStake {
    /// The first Bitcoin height at which it has no power any more.
    pub fn expiry(&self) -> BtcHeight {
        self.end_height.saturating_sub(u32::from(self.unbonding_time))
    }

    fn stake(&self, fp: FpId) -> Stake {
        Stake {
            output: self.outpoint.index,
            fp,
            staker_key: self.staker_key,
            sats: self.sats,
            start_height: self.start_height,
            end_height: self.end_height,
            unbonding_time: self.unbonding_time,
            is_spent: false,
        }
    }
}
