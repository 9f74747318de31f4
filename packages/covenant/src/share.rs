//! What one covenant member signs of a delegation.

use eots::{Recover, SecretKey, schnorr};
use thiserror::Error;

use crate::{
    AdaptorInvalid, AdaptorSignature, Committee, EncryptionKey, PresignedTx, SpendPath, Stage, Verified,
    XOnlyKey, presign, sighash,
};

/// A delegation that obeys every rule but those of the committee's signatures: what a member may sign. Only
/// [`verify_unsigned`](crate::verify_unsigned) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    pub(crate) verified: Verified,
    pub(crate) unbonding: (PresignedTx, SpendPath),
    pub(crate) fps: Vec<EncryptionKey>,
}

/// One member's signatures on a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub member: XOnlyKey,
    /// On the transaction that slashes the stake: one for each finality provider, in the delegation's order.
    pub slashing: Vec<AdaptorSignature>,
    /// On the unbonding transaction (BIP-340).
    pub unbonding: [u8; 64],
    /// On the transaction that slashes the unbonding output, as `slashing`.
    pub unbonding_slashing: Vec<AdaptorSignature>,
}

/// Why a member's signatures are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareFault {
    /// Whoever signed is no member.
    #[error("{0} is no member of the committee")]
    NoMember(XOnlyKey),
    /// Not one for each finality provider.
    #[error("{stage}: {got} signatures of {member}, not one for each of {expected} finality providers")]
    Count {
        /// Of which.
        stage: Stage,
        /// Whose.
        member: XOnlyKey,
        /// How many there are.
        got: usize,
        /// How many finality providers there are.
        expected: usize,
    },
    /// One is not valid.
    #[error("{stage}: for finality provider {place}: {source}")]
    Adaptor {
        /// Of which.
        stage: Stage,
        /// The finality provider's place in the delegation, from 0.
        place: usize,
        /// Why.
        source: AdaptorInvalid,
    },
    /// The signature on the unbonding transaction is not valid.
    #[error("unbonding transaction: the signature of {0} is not valid")]
    Unbonding(XOnlyKey),
}

impl Unsigned {
    /// What it is. No signature of the committee is in it.
    pub const fn delegation(&self) -> &Verified {
        &self.verified
    }

    /// The early end, and how it spends the stake.
    pub const fn unbonding(&self) -> &(PresignedTx, SpendPath) {
        &self.unbonding
    }

    /// Signs all of it. One key and one delegation always give the same bytes: there is no randomness in them.
    pub fn sign(&self, member: &SecretKey) -> Share {
        let adaptors = |slashing: &crate::Slashing| {
            let message = sighash(&slashing.tx, &slashing.path);
            self.fps.iter().map(|fp| presign(member, fp, &message, &NO_RANDOMNESS)).collect()
        };
        let (tx, path) = &self.unbonding;
        Share {
            member: (*member.public_key().as_fp()).into(),
            slashing: adaptors(&self.verified.slashing),
            unbonding: schnorr::sign(member, &sighash(tx, path), &NO_RANDOMNESS),
            unbonding_slashing: adaptors(&self.verified.unbonding_slashing),
        }
    }

    /// Checks every signature of a member: twice as many recoveries as there are finality providers, and one.
    ///
    /// # Errors
    /// The first [`ShareFault`].
    pub fn check(
        &self,
        recover: &impl Recover,
        committee: &Committee,
        share: &Share,
    ) -> Result<(), ShareFault> {
        let member = share.member;
        if !committee.contains(&member) {
            return Err(ShareFault::NoMember(member));
        }
        let both = [
            (Stage::Staked, &self.verified.slashing, &share.slashing),
            (Stage::Unbonding, &self.verified.unbonding_slashing, &share.unbonding_slashing),
        ];
        for (stage, slashing, signatures) in both {
            let (got, expected) = (signatures.len(), self.fps.len());
            if got != expected {
                return Err(ShareFault::Count { stage, member, got, expected });
            }
            let message = sighash(&slashing.tx, &slashing.path);
            for (place, (signature, fp)) in signatures.iter().zip(&self.fps).enumerate() {
                let verified = signature.verify(recover, &member, fp, &message);
                verified.map_err(|source| ShareFault::Adaptor { stage, place, source })?;
            }
        }
        let (tx, path) = &self.unbonding;
        schnorr::verify(recover, &member.into(), &sighash(tx, path), &share.unbonding)
            .map_err(|_| ShareFault::Unbonding(member))
    }
}

/// A member answers one item with the same bytes, always.
const NO_RANDOMNESS: [u8; 32] = [0; 32];
