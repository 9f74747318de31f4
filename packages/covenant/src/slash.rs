use eots::{Native, SecretKey, schnorr};
use thiserror::Error;

use crate::{AdaptorSignature, DecryptionKey, Parties, PresignedTx, SpendPath, XOnlyKey, sighash, witness};

/// A slashing transaction with every signature but the finality provider's: its secret key completes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slashing {
    /// The transaction.
    pub tx: PresignedTx,
    /// What it spends, and how.
    pub path: SpendPath,
    /// The staker's signature on it.
    pub staker_signature: [u8; 64],
    /// A quorum of the committee's signatures on it, encrypted to one finality provider.
    pub adaptors: Vec<(XOnlyKey, AdaptorSignature)>,
}

/// Why a slashing transaction cannot be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlashError {
    /// The key is of none of the delegation's finality providers.
    #[error("{0} is no finality provider of this delegation")]
    AnotherFp(XOnlyKey),
    /// A signature of the committee does not become valid: the adaptors are encrypted to another finality provider.
    #[error("the signature of {member} is not one that the key of {fp} completes")]
    NotCompleted {
        /// Whose signature.
        member: XOnlyKey,
        /// Whose key.
        fp: XOnlyKey,
    },
    /// Fewer signatures than a quorum.
    #[error("{got} covenant members signed, {needed} must")]
    Quorum {
        /// How many signed.
        got: usize,
        /// The quorum.
        needed: u8,
    },
}

impl Slashing {
    /// Completes the transaction with the secret key of the finality provider that its adaptor signatures are encrypted
    /// to: bytes that Bitcoin takes. `aux_rand` is fresh randomness for the provider's signature, or zeros.
    ///
    /// # Errors
    /// [`SlashError`].
    pub fn complete(
        &self,
        parties: &Parties<'_>,
        fp: &SecretKey,
        aux_rand: &[u8; 32],
    ) -> Result<Vec<u8>, SlashError> {
        let key = XOnlyKey::from(*fp.public_key().as_fp());
        if !parties.fps.contains(&key) {
            return Err(SlashError::AnotherFp(key));
        }
        let message = sighash(&self.tx, &self.path);
        let secret = DecryptionKey::new(fp);
        let complete = |(member, adaptor): &(XOnlyKey, AdaptorSignature)| {
            let is_valid =
                |complete: &[u8; 64]| schnorr::verify(&Native, &(*member).into(), &message, complete).is_ok();
            let signature = adaptor.decrypt(&secret).filter(is_valid);
            let signature = signature.ok_or(SlashError::NotCompleted { member: *member, fp: key })?;
            Ok((*member, signature))
        };
        let signatures = self.adaptors.iter().map(complete).collect::<Result<Vec<_>, _>>()?;
        let (got, needed) = (signatures.len(), parties.committee.quorum());
        if got < usize::from(needed) {
            return Err(SlashError::Quorum { got, needed });
        }
        let own = schnorr::sign(fp, &message, aux_rand);
        let witness =
            witness::slashing(&self.path, parties, &signatures, &(key, own), &self.staker_signature);
        Ok(self.tx.with_witness(&witness))
    }
}
