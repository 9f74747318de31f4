//! The only holder of the key. What it signs at a height is on the disk before, and it is one hash.

use eots::{PublicRandomness, SecretKey, SecretRandomness, Signature, message, schnorr};
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
use thiserror::Error;

use super::nonces::Nonces;
use super::state::{Disk, Memory, State};

/// A vote, signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// A height of the chain.
    pub height: u64,
    /// The application hash in the header there.
    pub app_hash: AppHash,
    /// The nonce of that height.
    pub randomness: PublicRandomness,
    /// The EOTS signature.
    pub signature: Signature,
}

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It would give the key away.
    #[error("at height {height} {signed} was signed, so {asked} never is")]
    OtherHash {
        /// The height.
        height: u64,
        /// What was signed.
        signed: AppHash,
        /// What was asked for.
        asked: AppHash,
    },
    /// Nobody knows what was signed there.
    #[error("what was signed at height {height} is not known: the state begins at {first}")]
    Below {
        /// The height.
        height: u64,
        /// The first one that may be signed.
        first: u64,
    },
    /// It is not on the disk.
    #[error("nothing is signed at height {height}: {why:#}")]
    Disk {
        /// The height.
        height: u64,
        /// What failed.
        why: anyhow::Error,
    },
}

/// A finality provider's key and the record of what it signed.
#[derive(Debug)]
pub struct Signer<D> {
    key: SecretKey,
    votes: SigningContext,
    commitments: SigningContext,
    state: State<D>,
}

impl<D: Disk> Signer<D> {
    /// For the chain and the contract that the state is of.
    ///
    /// # Errors
    /// One sentence, where the state is of another key.
    pub fn new(key: SecretKey, state: State<D>) -> Result<Self, String> {
        let (head, fp) = (state.head(), FpPublicKey::from(key.public_key()));
        if head.fp != fp {
            return Err(format!("the state is of {}, and the key of {fp}", head.fp));
        }
        let (chain, contract) = (&head.chain_id, &head.contract);
        let votes = SigningContext::finality_vote(chain, contract);
        let commitments = SigningContext::randomness_commitment(chain, contract);
        Ok(Self { key, votes, commitments, state })
    }

    /// Whose votes these are.
    pub fn fp(&self) -> FpPublicKey {
        self.key.public_key().into()
    }

    /// What was signed.
    pub const fn state(&self) -> &State<D> {
        &self.state
    }

    /// Signs a hash at a height. It is on the disk before; the same hash again is signed without another line.
    ///
    /// # Errors
    /// [`Refusal`]. Nothing is signed then.
    pub fn vote(&mut self, height: u64, app_hash: &AppHash) -> Result<Signed, Refusal> {
        match self.state.memory(height) {
            Memory::Below => return Err(Refusal::Below { height, first: self.state.head().first }),
            Memory::Signed(signed) if signed != *app_hash => {
                return Err(Refusal::OtherHash { height, signed, asked: *app_hash });
            }
            Memory::Signed(_) => {}
            Memory::Nothing => {
                self.state.note(height, app_hash).map_err(|why| Refusal::Disk { height, why })?;
            }
        }
        let nonce = SecretRandomness::derive(&self.key, &self.votes, height);
        let hash = message::vote_hash(&self.votes, BlockHeight::new(height), app_hash);
        let signature = eots::sign(&self.key, &nonce, &hash);
        Ok(Signed { height, app_hash: *app_hash, randomness: nonce.public(), signature })
    }

    /// The nonces of so many heights from one on.
    pub fn nonces(&self, start: u64, count: u64) -> Nonces {
        Nonces::derive(&self.key, &self.votes, start, count)
    }

    /// Signs the commitment to nonces: BIP-340, 64 bytes. Any number of them may be signed.
    pub fn commitment(&self, nonces: &Nonces) -> [u8; 64] {
        let start = BlockHeight::new(nonces.start());
        let hash = message::commitment_hash(&self.commitments, start, nonces.count(), &nonces.root());
        schnorr::sign(&self.key, &hash, &[0; 32])
    }
}

#[cfg(test)]
mod tests {
    use eots::{Native, verify};

    use super::*;
    use crate::vote::file::Head;
    use crate::vote::state::tests::{Double, fresh};

    fn head(key: &SecretKey) -> Head {
        let fp = key.public_key().into();
        Head { chain_id: "a-1".to_owned(), contract: "app1contract".to_owned(), fp, first: 100 }
    }

    fn signer(disk: Double) -> Signer<Double> {
        let key = SecretKey::from_slice(&[1; 32]).unwrap();
        Signer::new(key.clone(), fresh(disk, head(&key))).unwrap()
    }

    fn hash(of: u8) -> AppHash {
        AppHash::from_bytes([of; 32])
    }

    #[test]
    fn a_vote_verifies_under_the_chain_s_context() {
        let mut signer = signer(Double::default());
        let vote = signer.vote(101, &hash(1)).unwrap();
        let context = SigningContext::finality_vote("a-1", "app1contract");
        let message = message::vote_hash(&context, BlockHeight::new(101), &hash(1));
        assert!(verify(&Native, &signer.fp(), &vote.randomness, &message, &vote.signature).is_ok());
        assert_eq!(signer.vote(101, &hash(1)).unwrap(), vote, "the same again is the same signature");
    }

    #[test]
    fn a_second_hash_at_a_height_is_never_signed_and_other_heights_go_on() {
        let mut signer = signer(Double::default());
        signer.vote(101, &hash(1)).unwrap();
        let refused = signer.vote(101, &hash(2)).unwrap_err();
        assert!(matches!(refused, Refusal::OtherHash { height: 101, .. }), "{refused}");
        signer.vote(102, &hash(2)).unwrap();
        signer.vote(100, &hash(2)).unwrap();
    }

    #[test]
    fn nothing_is_signed_below_what_the_state_knows() {
        let refused = signer(Double::default()).vote(99, &hash(1)).unwrap_err();
        assert!(matches!(refused, Refusal::Below { height: 99, first: 100 }), "{refused}");
    }

    #[test]
    fn what_the_disk_has_not_confirmed_is_not_signed() {
        for fails in ["write", "confirm"] {
            let mut signer = signer(Double { fails: Some(fails), ..Double::default() });
            let refused = signer.vote(101, &hash(1)).unwrap_err();
            assert!(matches!(refused, Refusal::Disk { height: 101, .. }), "{refused}");
            assert!(signer.vote(101, &hash(1)).is_err(), "nor is it later");
        }
    }

    #[test]
    fn a_state_of_another_key_is_refused() {
        let [mine, other] = [[1; 32], [2; 32]].map(|bytes| SecretKey::from_slice(&bytes).unwrap());
        assert!(Signer::new(mine, fresh(Double::default(), head(&other))).is_err());
    }
}
