//! Finality providers that sign without a curve.
//!
//! A vote needs a multiplication on the curve to sign and one to verify, and a very long run has millions of
//! votes. Here a nonce R is a hash, s = k + e·d is computed with the real challenge e, and the [`Oracle`]
//! stands for the curve: it knows the equations that its signers have solved. So what was not signed here is refused.
//! Only for runs that are about something else; the curve is in all others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use devnet::Machine;
use devnet::native::Native;
use eots::SecretKey;
use k256::Scalar;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use primitives::FpPublicKey;
use sha2::{Digest, Sha256};

type Question = ([u8; 32], [u8; 64]);

/// What the host's recovery answers: by hash and signature, the nonce.
#[derive(Debug, Clone, Default)]
pub struct Oracle(Rc<RefCell<BTreeMap<Question, [u8; 32]>>>);

impl Oracle {
    /// The point that the contract asks for, if a signer of ours has solved that.
    pub fn recover(&self, hash: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
        let question = (hash.try_into().ok()?, signature.try_into().ok()?);
        let nonce = *self.0.borrow().get(&question)?;
        let mut point = vec![4];
        point.extend(nonce);
        point.extend([0; 32]);
        Some(point)
    }

    /// The native machine, with this in place of the curve.
    pub fn machine(&self) -> Machine {
        let oracle = self.clone();
        Machine::on(Native::with(Rc::new(move |hash, signature| oracle.recover(hash, signature))))
    }

    /// Forgets what was signed: at the end of a block.
    pub fn forget(&self) {
        self.0.borrow_mut().clear();
    }
}

/// One finality provider's key.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Its public key.
    pub key: FpPublicKey,
    secret: [u8; 32],
    even: Scalar,
    px: Scalar,
    oracle: Oracle,
}

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

fn scalar(bytes: [u8; 32]) -> Scalar {
    <Scalar as Reduce<k256::U256>>::reduce_bytes(&bytes.into())
}

impl Signer {
    /// Who signs with this key.
    pub fn new(secret: &SecretKey, oracle: &Oracle) -> Self {
        let key = FpPublicKey::from(secret.public_key());
        let own = scalar(secret.to_bytes());
        let point = (k256::ProjectivePoint::GENERATOR * own).to_affine().to_encoded_point(true);
        let even = if point.as_bytes().first() == Some(&3) { -own } else { own };
        let px = scalar(*key.as_bytes());
        Self { key, secret: secret.to_bytes(), even, px, oracle: oracle.clone() }
    }

    /// Signs a hash with the nonce R, whatever that is; k is derived from it.
    pub fn sign(&self, nonce: &[u8; 32], message: &[u8; 32]) -> [u8; 32] {
        let tag = sha(&[b"BIP0340/challenge"]);
        let e = scalar(sha(&[&tag, &tag, nonce, self.key.as_bytes(), message]));
        let s = scalar(sha(&[b"nonce", nonce, &self.secret])) + e * self.even;
        let hash: [u8; 32] = (-(s * self.px)).to_bytes().into();
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(self.key.as_bytes());
        signature[32..].copy_from_slice(&(-(e * self.px)).to_bytes());
        self.oracle.0.borrow_mut().insert((hash, signature), *nonce);
        s.to_bytes().into()
    }

    /// The same as 64 bytes, R in front.
    pub fn schnorr(&self, message: &[u8; 32]) -> [u8; 64] {
        let nonce = sha(&[b"schnorr", self.key.as_bytes(), message]);
        let mut both = [0; 64];
        both[..32].copy_from_slice(&nonce);
        both[32..].copy_from_slice(&self.sign(&nonce, message));
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eots::{PublicRandomness, Signature, message};
    use primitives::{AppHash, BlockHeight, SigningContext};

    #[test]
    fn the_oracle_knows_what_was_signed_and_nothing_else() {
        let oracle = Oracle::default();
        let secret = SecretKey::from_slice(&[3; 32]).unwrap();
        let signer = Signer::new(&secret, &oracle);
        let recover = |hash: &[u8; 32], signature: &[u8; 64], _: u8| -> Option<[u8; 65]> {
            oracle.recover(hash, signature)?.try_into().ok()
        };
        let context = SigningContext::finality_vote("chain", "contract");
        let hash = |byte| message::vote_hash(&context, BlockHeight::new(5), &AppHash::from_bytes([byte; 32]));
        let nonce = sha(&[b"any"]);
        let signature = Signature::from_bytes(signer.sign(&nonce, &hash(1)));
        let randomness = PublicRandomness::from_bytes(nonce);
        let verify = |hash: &[u8; 32]| eots::verify(&recover, &signer.key, &randomness, hash, &signature);
        assert!(verify(&hash(1)).is_ok());
        assert!(verify(&hash(2)).is_err());
        oracle.forget();
        assert!(verify(&hash(1)).is_err());
    }
}
