//! What two votes prove. Nothing is sent that was not proven here.

use base64::{Engine, engine::general_purpose::STANDARD};
use eots::{Signature, message};
use finality::Evidence;
use finality::evidence::{EvidenceError, SignedHash};
use primitives::SigningContext;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::net::Catch;
use super::vote::Vote;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Two hashes signed at one height: evidence, and the fingerprint of the key that it gives away.
    TwoHashes {
        /// For the contract.
        evidence: Box<Evidence>,
        /// The first sixteen digits of the sha256 of the secret key.
        fingerprint: String,
    },
    /// One nonce at two heights. The key is public, and the contract can take no evidence: each height has one vote.
    NonceAgain {
        /// The vote that came first.
        first: Box<Vote>,
        /// The other.
        second: Box<Vote>,
        /// As above.
        fingerprint: String,
    },
    /// Two hashes at one height with two nonces: no key comes out, so nobody can be slashed for it.
    TwoNonces {
        /// The vote that came first.
        first: Box<Vote>,
        /// The other.
        second: Box<Vote>,
    },
}

impl Finding {
    /// Its name for programs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TwoHashes { .. } => "double_signing",
            Self::NonceAgain { .. } => "nonce_reuse",
            Self::TwoNonces { .. } => "two_nonces",
        }
    }
}

/// What a vote proves together with what was caught before; `None` for nothing.
///
/// # Errors
/// [`EvidenceError`]: votes that are genuine always prove it, so one of these means that something is wrong with this
/// program or with the chain id or contract that it was given.
pub fn prove(vote: &Vote, catch: Catch, context: &SigningContext) -> Result<Option<Finding>, EvidenceError> {
    Ok(match catch {
        Catch::New | Catch::Known => None,
        Catch::TwoHashes(other) => {
            let evidence = Evidence {
                provider: vote.provider,
                height: vote.height,
                randomness: *vote.randomness.as_bytes(),
                first: other.signed,
                second: vote.signed,
            };
            let secret = evidence.verify(&eots::Native, context)?;
            Some(Finding::TwoHashes { evidence: Box::new(evidence), fingerprint: fingerprint(&secret) })
        }
        Catch::NonceAgain(other) => {
            let hash = |vote: &Vote| message::vote_hash(context, vote.height, &vote.signed.app_hash);
            let [first, second] =
                [&other, vote].map(|vote| (hash(vote), Signature::from_bytes(vote.signed.signature)));
            let secret =
                eots::extract(&vote.provider, &vote.randomness, (&first.0, &first.1), (&second.0, &second.1));
            let (provider, height) = (vote.provider, vote.height);
            let secret = secret.map_err(|_| EvidenceError::Extract { provider, height })?;
            let (first, second) = (Box::new(other), Box::new(*vote));
            Some(Finding::NonceAgain { first, second, fingerprint: fingerprint(&secret) })
        }
        Catch::TwoNonces(other) => {
            Some(Finding::TwoNonces { first: Box::new(other), second: Box::new(*vote) })
        }
    })
}

/// The message that the contract takes: `submit_evidence`.
pub fn message(evidence: &Evidence) -> Value {
    let signed = |vote: &SignedHash| json!({ "app_hash": STANDARD.encode(vote.app_hash.as_bytes()), "signature": STANDARD.encode(vote.signature) });
    json!({ "submit_evidence": {
        "fp_pubkey_hex": evidence.provider.to_string(),
        "height": evidence.height.get(),
        "pub_rand": STANDARD.encode(evidence.randomness),
        "first": signed(&evidence.first),
        "second": signed(&evidence.second),
    } })
}

fn fingerprint(secret: &eots::SecretKey) -> String {
    let bytes = zeroize::Zeroizing::new(secret.to_bytes());
    hex::encode(Sha256::digest(bytes.as_slice()).get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests;
