use primitives::{BlockHeight, BtcHeight, FpId, FpPublicKey, UnixTime, VotingPower};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ItemDigest, NewFinalityProvider, ProofOfPossession};

/// What changes about a finality provider: small, since it is written often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalityProvider {
    /// Its number.
    pub id: FpId,
    /// Where it stands.
    pub status: FpStatus,
    /// The sum of its live delegations, whatever its status.
    pub stake: VotingPower,
}

impl FinalityProvider {
    /// A new one.
    pub const fn new(id: FpId) -> Self {
        Self { id, status: FpStatus::Registered, stake: VotingPower::ZERO }
    }

    /// Its voting power: its stake, or nothing for ever once it is slashed or orphaned.
    ///
    /// A jailed one's power is its stake too; the active set leaves it out.
    pub const fn power(&self) -> VotingPower {
        match self.status {
            FpStatus::Registered | FpStatus::Jailed { .. } => self.stake,
            FpStatus::Slashed { .. } | FpStatus::Orphaned => VotingPower::ZERO,
        }
    }
}

/// Where a finality provider stands; drawn in the [crate's head](crate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FpStatus {
    /// In good standing.
    Registered,
    /// Out of the active set until it asks to come back.
    Jailed {
        /// The earliest time it may, in seconds since 1970.
        until: UnixTime,
    },
    /// It signed two app hashes of one height. Terminal.
    Slashed {
        /// The height of this chain at which that was found out.
        height: BlockHeight,
        /// Bitcoin's height then, at least 1: the daemon takes 0 for "not slashed" (RULINGS.md,
        /// "Registration").
        btc_height: BtcHeight,
    },
    /// It came over a channel that is no more, under another consumer id than the one that is.
    Orphaned,
}

/// What happens to a finality provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FpEvent {
    /// It missed too many blocks.
    Jail {
        /// The earliest time it may come back, in seconds since 1970.
        until: UnixTime,
    },
    /// It comes back. Whether it may yet is for the caller to check.
    Unjail,
    /// It equivocated.
    Slash {
        /// The height of this chain.
        height: BlockHeight,
        /// Bitcoin's height, zero if unknown.
        btc_height: BtcHeight,
    },
    /// Its channel was replaced, and the time that it had after that is over.
    Orphan,
}

/// Why an event does not apply to a finality provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusError {
    /// Jailed already, or slashed.
    #[error("cannot jail a finality provider that is {0:?}")]
    CannotJail(FpStatus),
    /// Not jailed.
    #[error("cannot unjail a finality provider that is {0:?}")]
    CannotUnjail(FpStatus),
    /// Orphaned already, or slashed.
    #[error("cannot orphan a finality provider that is {0:?}")]
    CannotOrphan(FpStatus),
    /// Slashed already.
    #[error("already slashed at height {height}")]
    AlreadySlashed {
        /// The height of this chain for which it signed twice.
        height: BlockHeight,
    },
}

impl FpStatus {
    /// Where `event` leads from here.
    ///
    /// # Errors
    /// [`StatusError`] for every pair that the drawing does not list.
    pub fn after(self, event: FpEvent) -> Result<Self, StatusError> {
        match (self, event) {
            (Self::Registered, FpEvent::Jail { until }) => Ok(Self::Jailed { until }),
            (Self::Jailed { .. }, FpEvent::Unjail) => Ok(Self::Registered),
            (Self::Registered | Self::Jailed { .. }, FpEvent::Orphan) => Ok(Self::Orphaned),
            (Self::Slashed { height, .. }, FpEvent::Slash { .. }) => {
                Err(StatusError::AlreadySlashed { height })
            }
            (_, FpEvent::Slash { height, btc_height }) => {
                Ok(Self::Slashed { height, btc_height: btc_height.max(BtcHeight::new(1)) })
            }
            (_, FpEvent::Jail { .. }) => Err(StatusError::CannotJail(self)),
            (_, FpEvent::Unjail) => Err(StatusError::CannotUnjail(self)),
            (_, FpEvent::Orphan) => Err(StatusError::CannotOrphan(self)),
        }
    }

    /// Whether it is slashed.
    pub const fn is_slashed(self) -> bool {
        matches!(self, Self::Slashed { .. })
    }
}

/// Whether this chain itself checked a proof of possession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PopTrust {
    /// It did.
    Verified,
    /// Babylon did.
    Trusted,
    /// It did, and the finality provider registered here, not through Babylon.
    Local,
}

/// What never changes about a finality provider: written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FpProfile {
    /// Its operator's address on Babylon; of a local one, on this chain.
    pub babylon_address: String,
    /// The consumer id it came with; of a local one none.
    pub consumer_id: String,
    /// Its commission, decimal text.
    pub commission: String,
    /// Its proof of possession.
    pub pop: Option<ProofOfPossession>,
    /// Who checked that.
    pub pop_trust: PopTrust,
    /// The item it came in.
    pub digest: ItemDigest,
}

impl FpProfile {
    pub(crate) fn new(item: &NewFinalityProvider, pop_trust: PopTrust) -> Self {
        Self {
            babylon_address: item.babylon_address.clone(),
            consumer_id: item.consumer_id.clone(),
            commission: item.commission.clone(),
            pop: item.pop.clone(),
            pop_trust,
            digest: item.digest,
        }
    }

    /// Of one that registers on this chain, by its operator's address here.
    pub(crate) fn local(operator: &str) -> Self {
        Self {
            babylon_address: operator.to_owned(),
            consumer_id: String::new(),
            commission: String::new(),
            pop: None,
            pop_trust: PopTrust::Local,
            digest: ItemDigest::of(operator.as_bytes()),
        }
    }

    /// Whether it registered on this chain, and not through Babylon.
    pub fn is_local(&self) -> bool {
        self.pop_trust == PopTrust::Local
    }
}

/// A finality provider's power is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerChange {
    /// The FP's public key, x-only (BIP 340).
    pub key: FpPublicKey,
    /// Its number.
    pub id: FpId,
    /// What it was.
    pub before: VotingPower,
    /// What it is.
    pub after: VotingPower,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLASH: FpEvent = FpEvent::Slash { height: BlockHeight::new(7), btc_height: BtcHeight::new(0) };
    const JAIL: FpEvent = FpEvent::Jail { until: UnixTime::new(9) };

    #[test]
    fn an_fp_goes_to_jail_and_back() {
        let jailed = FpStatus::Registered.after(JAIL).unwrap();
        assert_eq!(jailed, FpStatus::Jailed { until: UnixTime::new(9) });
        assert_eq!(jailed.after(FpEvent::Unjail), Ok(FpStatus::Registered));
        assert_eq!(jailed.after(JAIL), Err(StatusError::CannotJail(jailed)));
        assert_eq!(
            FpStatus::Registered.after(FpEvent::Unjail),
            Err(StatusError::CannotUnjail(FpStatus::Registered))
        );
    }

    #[test]
    fn slashed_is_terminal() {
        for from in [FpStatus::Registered, FpStatus::Jailed { until: UnixTime::new(1) }, FpStatus::Orphaned] {
            let slashed = from.after(SLASH).unwrap();
            assert!(slashed.is_slashed() && !from.is_slashed());
            for event in [SLASH, JAIL, FpEvent::Unjail, FpEvent::Orphan] {
                assert!(slashed.after(event).is_err());
            }
            let fp = FinalityProvider { id: FpId::new(1), status: slashed, stake: VotingPower::new(5) };
            assert_eq!(fp.power(), VotingPower::ZERO);
        }
    }

    #[test]
    fn only_the_slashed_are_slashed() {
        assert!(FpStatus::Registered.after(SLASH).unwrap().is_slashed());
        for status in [FpStatus::Registered, FpStatus::Jailed { until: UnixTime::new(1) }, FpStatus::Orphaned]
        {
            assert!(!status.is_slashed(), "{status:?}");
        }
    }

    #[test]
    fn each_refusal_names_what_the_fp_is() {
        let slashed = FpStatus::Registered.after(SLASH).unwrap();
        assert_eq!(slashed.after(SLASH), Err(StatusError::AlreadySlashed { height: BlockHeight::new(7) }));
        for from in [slashed, FpStatus::Orphaned] {
            assert_eq!(from.after(JAIL), Err(StatusError::CannotJail(from)));
            assert_eq!(from.after(FpEvent::Unjail), Err(StatusError::CannotUnjail(from)));
            assert_eq!(from.after(FpEvent::Orphan), Err(StatusError::CannotOrphan(from)));
        }
    }

    #[test]
    fn the_stake_of_the_registered_and_the_jailed_is_power() {
        for status in [FpStatus::Registered, FpStatus::Jailed { until: UnixTime::new(1) }] {
            let fp = FinalityProvider { id: FpId::new(1), status, stake: VotingPower::new(5) };
            assert_eq!((fp.power(), fp.id.get()), (VotingPower::new(5), 1));
        }
        assert_eq!(FinalityProvider::new(FpId::new(3)).power(), VotingPower::ZERO);
    }

    #[test]
    fn an_orphan_comes_back_by_no_way() {
        for from in [FpStatus::Registered, FpStatus::Jailed { until: UnixTime::new(1) }] {
            let orphaned = from.after(FpEvent::Orphan).unwrap();
            for event in [JAIL, FpEvent::Unjail, FpEvent::Orphan] {
                assert!(orphaned.after(event).is_err());
            }
            let fp = FinalityProvider { id: FpId::new(1), status: orphaned, stake: VotingPower::new(5) };
            assert_eq!(fp.power(), VotingPower::ZERO);
        }
    }

    #[test]
    fn a_slashed_fp_shows_a_bitcoin_height_even_without_a_tip() {
        let slashed = FpStatus::Registered.after(SLASH).unwrap();
        assert_eq!(slashed, FpStatus::Slashed { height: BlockHeight::new(7), btc_height: BtcHeight::new(1) });
    }
}
