//! Signatures that cost the signer its key when it signs twice.
//!
//! # The idea
//!
//! A Schnorr signature of a message m is a pair (R, s) with s = k + e·d, where d is the secret key, k a secret
//! nonce, R = k·G, and e a hash of R, the public key P = d·G and m. Usually k is picked while signing. Here it
//! is picked long before: for every height the finality provider commits to **one** R, and a vote at that
//! height is just the scalar s that completes it.
//!
//! So there is one honest vote per height. Whoever votes for two blocks of one height publishes
//!
//! ```text
//! s₁ = k + e₁·d        s₂ = k + e₂·d        d = (s₁ − s₂) / (e₁ − e₂)  mod n
//! ```
//!
//! two equations in two unknowns, and everyone may solve them: [`extract`] does. The key is also the one that
//! holds the stake on Bitcoin, so the two votes are both the proof and the punishment, and no court is needed.
//!
//! Pairs (R, s) are ordinary BIP-340 signatures, down to the byte; only the choice of R is new. Hence
//! [`verify`] is BIP-340 verification of a 32-byte message, and [`schnorr`] is the plain scheme through the same code.
//!
//! # The danger
//!
//! * **For the signer.** [`sign`] keeps no memory. A signer that restores a backup, runs twice, or follows a fork
//!   for one height loses its key by an honest mistake. [`SecretRandomness::derive`] gives the same nonce for the
//!   same height each time, which is what makes an equivocation extractable, and what makes the
//!   signer's own record of the heights it signed as precious as the key. One nonce under two keys, or at two
//!   heights, leaks too: the context and the height go into it.
//! * **For the verifier.** Verification is done with a host function made for another scheme, ECDSA key
//!   recovery ([`Recover`]). It must check the whole point that comes out, its parity included: the cheaper way
//!   through ECDSA *verification* compares x alone, and accepts signatures that are not valid.
//! * **For the accused.** Evidence is two *valid* signatures. [`extract`] answers only with a key that is the accused's,
//!   which nobody can compute from less; but only [`verify`] says that both signatures are genuine, so evidence
//!   is checked with both.
//!
//! # Synopsis
//!
//! ```
//! use bsn_eots::{Native, SecretKey, SecretRandomness, extract, message::vote_hash, sign, verify};
//! use bsn_eots::primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
//!
//! let context = SigningContext::finality_vote("bsn-1", "bbnc1contract");
//! let height = BlockHeight::new(101);
//! let key = SecretKey::from_slice(&[1; 32])?;
//! let fp: FpPublicKey = key.public_key().into();
//!
//! // Long before: one nonce per height, its public half committed to.
//! let nonce = SecretRandomness::derive(&key, &context, height.get());
//! let randomness = nonce.public();
//!
//! // The vote, and how a contract verifies it (there `Native` is the chain's recovery).
//! let block = vote_hash(&context, height, &AppHash::from_bytes([0xaa; 32]));
//! let vote = sign(&key, &nonce, &block);
//! assert!(verify(&Native, &fp, &randomness, &block, &vote).is_ok());
//!
//! // A second vote at that height, on a fork: valid, and fatal.
//! let fork = vote_hash(&context, height, &AppHash::from_bytes([0xbb; 32]));
//! let second = sign(&key, &nonce, &fork);
//! assert!(verify(&Native, &fp, &randomness, &fork, &second).is_ok());
//! let leaked = extract(&fp, &randomness, (&block, &vote), (&fork, &second)).expect("both are valid");
//! assert_eq!(leaked.public_key(), key.public_key());
//! # Ok::<(), bsn_eots::KeyError>(())
//! ```
//!
//! The crate has no source of randomness and needs none. Sources: BIP-340; PROTOCOL.md, "Signing contexts"
//! and "Signed bytes"; RULINGS.md, "Unjail by key".
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

mod challenge;
mod extract;
mod key;
pub mod message;
mod randomness;
mod recover;
pub mod schnorr;
mod sign;
mod signature;
mod verify;

pub use extract::{ExtractError, extract};
pub use key::{KeyError, PublicKey, SecretKey};
pub use randomness::{PublicRandomness, SecretRandomness};
pub use recover::{Native, Recover};
pub use sign::sign;
pub use signature::Signature;
pub use verify::{Invalid, verify};
// Whose types stand in the signatures of this crate.
pub use primitives;

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
