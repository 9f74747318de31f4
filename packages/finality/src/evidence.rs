//! Two signatures of one key at one height: what they prove, and what they give away.

use eots::{PublicRandomness, Recover, SecretKey, Signature, message};
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A vote as it was signed: which hash, and the scalar that signs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHash {
    /// What was voted for.
    pub app_hash: AppHash,
    /// The EOTS signature.
    pub signature: [u8; 32],
}

impl SignedHash {
    /// Verifies it as a vote of `provider` at `height` with the nonce `randomness`.
    ///
    /// # Errors
    /// Whatever is wrong with the signature; an error of the host is one of them.
    pub fn verify(
        &self,
        recover: &impl Recover,
        context: &SigningContext,
        provider: &FpPublicKey,
        height: BlockHeight,
        randomness: &PublicRandomness,
    ) -> Result<(), eots::Invalid> {
        let hash = message::vote_hash(context, height, &self.app_hash);
        eots::verify(recover, provider, randomness, &hash, &Signature::from_bytes(self.signature))
    }
}

/// An equivocation. Only the owner of the key can make one: both signatures use its secret nonce.
///
/// It needs no commitment, no power, no stored vote and no channel: it proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who signed twice.
    pub provider: FpPublicKey,
    /// At which height.
    pub height: BlockHeight,
    /// With which nonce.
    pub randomness: [u8; 32],
    /// One vote; the canonical one where there is one.
    pub first: SignedHash,
    /// The other, on another hash.
    pub second: SignedHash,
}

impl Evidence {
    /// The same with the vote for `canonical` first, if one of them is, whatever came first (RULINGS.md,
    /// "Evidence").
    #[must_use]
    pub fn canonical_first(self, canonical: AppHash) -> Self {
        let Self { first, second, .. } = self;
        if second.app_hash == canonical { Self { first: second, second: first, ..self } } else { self }
    }

    /// Verifies both signatures and extracts the secret key, which is certainly `provider`'s.
    ///
    /// # Errors
    /// [`EvidenceError`]: nobody is slashed by less than two valid signatures.
    pub fn verify(
        &self,
        recover: &impl Recover,
        context: &SigningContext,
    ) -> Result<SecretKey, EvidenceError> {
        let Self { provider, height, randomness, first, second } = self;
        if first.app_hash == second.app_hash {
            return Err(EvidenceError::SameHash { app_hash: first.app_hash });
        }
        let nonce = PublicRandomness::from_bytes(*randomness);
        for (which, vote) in [("first", first), ("second", second)] {
            vote.verify(recover, context, provider, *height, &nonce)
                .map_err(|_| EvidenceError::Signature { which, provider: *provider, height: *height })?;
        }
        self.extract(context)
    }

    /// Extracts the secret key from signatures that are known to be valid.
    ///
    /// # Errors
    /// [`EvidenceError::Extract`] where they give no key, or not the provider's.
    pub fn extract(&self, context: &SigningContext) -> Result<SecretKey, EvidenceError> {
        let hash = |vote: &SignedHash| message::vote_hash(context, self.height, &vote.app_hash);
        let nonce = PublicRandomness::from_bytes(self.randomness);
        let [first, second] = [&self.first, &self.second].map(|vote| Signature::from_bytes(vote.signature));
        eots::extract(&self.provider, &nonce, (&hash(&self.first), &first), (&hash(&self.second), &second))
            .map_err(|_| EvidenceError::Extract { provider: self.provider, height: self.height })
    }
}

/// Why something is no evidence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvidenceError {
    /// One vote given twice.
    #[error("both votes are for app hash {app_hash}: no equivocation")]
    SameHash {
        /// The hash.
        app_hash: AppHash,
    },
    /// Not a valid vote of that provider there.
    #[error("the {which} finality signature is not valid for {provider} at height {height}")]
    Signature {
        /// `first` or `second`.
        which: &'static str,
        /// Who is accused.
        provider: FpPublicKey,
        /// At which height.
        height: BlockHeight,
    },
    /// The signatures do not give the provider's key.
    #[error("the key of {provider} cannot be extracted at height {height}")]
    Extract {
        /// Who is accused.
        provider: FpPublicKey,
        /// At which height.
        height: BlockHeight,
    },
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use eots::{Native, SecretRandomness};

    pub(crate) fn context() -> SigningContext {
        SigningContext::finality_vote("bsn-1", "bbnc1contract")
    }

    pub(crate) fn key() -> SecretKey {
        SecretKey::from_slice(&[7; 32]).unwrap()
    }

    pub(crate) fn vote(key: &SecretKey, height: u64, app_hash: u8) -> (PublicRandomness, SignedHash) {
        let nonce = SecretRandomness::derive(key, &context(), height);
        let app_hash = AppHash::from_bytes([app_hash; 32]);
        let hash = message::vote_hash(&context(), BlockHeight::new(height), &app_hash);
        let signature = *eots::sign(key, &nonce, &hash).as_bytes();
        (nonce.public(), SignedHash { app_hash, signature })
    }

    fn evidence() -> Evidence {
        let key = key();
        let (randomness, first) = vote(&key, 9, 1);
        let (_, second) = vote(&key, 9, 2);
        Evidence {
            provider: FpPublicKey::from(key.public_key()),
            height: BlockHeight::new(9),
            randomness: *randomness.as_bytes(),
            first,
            second,
        }
    }

    #[test]
    fn two_votes_at_one_height_give_the_key_away() {
        let extracted = evidence().verify(&Native, &context()).unwrap();
        assert_eq!(extracted.to_bytes(), key().to_bytes());
    }

    #[test]
    fn the_canonical_vote_is_the_first() {
        let evidence = evidence();
        let (first, second) = (evidence.first, evidence.second);
        let turned = Evidence { first: second, second: first, ..evidence };
        for either in [evidence, turned] {
            assert_eq!(either.canonical_first(first.app_hash), evidence);
            assert_eq!(either.canonical_first(second.app_hash), turned);
            assert_eq!(either.canonical_first(AppHash::from_bytes([9; 32])), either, "two forks");
        }
    }

    #[test]
    fn an_honest_provider_cannot_be_framed() {
        let good = evidence();
        let other = SecretKey::from_slice(&[8; 32]).unwrap();
        let flip = |mut bytes: [u8; 32]| {
            bytes[31] ^= 1;
            bytes
        };
        let forged = [
            Evidence { second: good.first, ..good },
            Evidence { provider: other.public_key().into(), ..good },
            Evidence { height: BlockHeight::new(10), ..good },
            Evidence { randomness: flip(good.randomness), ..good },
            Evidence { first: SignedHash { signature: flip(good.first.signature), ..good.first }, ..good },
            Evidence { second: SignedHash { signature: flip(good.second.signature), ..good.second }, ..good },
            Evidence { first: SignedHash { app_hash: AppHash::from_bytes([3; 32]), ..good.first }, ..good },
            Evidence { second: SignedHash { app_hash: AppHash::from_bytes([3; 32]), ..good.second }, ..good },
        ];
        for forged in forged {
            assert!(forged.verify(&Native, &context()).is_err(), "{forged:?}");
        }
        let elsewhere = SigningContext::finality_vote("bsn-2", "bbnc1contract");
        assert!(good.verify(&Native, &elsewhere).is_err(), "votes of another chain are worth nothing");
    }
}
