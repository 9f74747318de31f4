//! Stake that its owner cannot save: the scripts, transactions and signatures of a Bitcoin delegation, verified and made.
//!
//! # The idea
//!
//! Bitcoin sees no votes and cannot slash. What it can do is hold a coin until enough *keys* have signed. So a staker
//! locks a coin in an output ([`StakingOutput`]) that opens in three ways:
//!
//! ```text
//!                               ┌─ timelock   staker, after T blocks
//!   stake ─ unspendable key ────┼─ unbonding  staker + quorum of the covenant committee
//!                               └─ slashing   staker + one finality provider + quorum of the committee
//! ```
//!
//! and signs the slashing transaction **before** the coin is locked. The committee signs it in advance, too. What is
//! missing is one signature of the finality provider (FP), which the FP gives away with its key when it votes twice
//! ([`eots::extract`]). From then on anyone may complete the transaction ([`Slashing::complete`]).
//!
//! If the committee's signatures lay around in the open, the FP could slash its stakers alone, at any time. So they are
//! [*adaptor signatures*](AdaptorSignature): encrypted to the FP's key T = t·G. A Schnorr signature (R, s) is valid if
//! s·G = R + e·P. Shift s by t, and hash the shifted nonce R₀ = R + T into e, and everybody can verify that
//!
//! ```text
//! s·G − e·P + T = R₀        so that (R₀, s + t) is a signature, once t is known
//! ```
//!
//! without anybody being able to use it. It also works backwards: whoever sees the completed signature has t. So an FP
//! that slashes a staker on its own shows its key to everybody.
//!
//! A delegation is worth counting only if all of this holds, so [`verify`] goes through it [`Rule`] by rule. An early
//! end moves the coin to an [`UnbondingOutput`] that is slashable in the same way, with transactions signed at the same
//! time; a slashing leaves the rest in a [`ChangeOutput`].
//!
//! # What verifying costs
//!
//! All curve work is ECDSA key recovery by the chain's host ([`eots::Recover`]), at 1/17 of its price in wasm: one for a
//! Taproot tweak, one for a Schnorr signature, one for an adaptor signature. A delegation takes 3 outputs + 2 signatures
//! of the staker + 2 quorums: 17 for a committee of 6 of 9, 23 where the early end's signatures are verified as well.
//!
//! # The danger
//!
//! * **Heights are not signed.** Scripts bind the *length* of a lock. Start and end can be shifted together and every
//!   signature stays valid. Whoever counts the stake takes the start from the block that contains it.
//! * **That a coin was locked does not say that it still is.** Nothing here knows whether an output was spent. One coin
//!   that is staked, unbonded and staked again passes every rule each time.
//! * **The committee can collude.** Quorum, staker and FP together may spend the coin in another way, and nothing in
//!   Bitcoin hinders or shows it before it happens. What is verified is the arrangement, not the people.
//! * **A slashing transaction may come too late.** It is worth something while the stake or the unbonding output is
//!   unspent, and its fee was fixed when it was signed.
//! * **For committee members.** An adaptor nonce used twice gives the member's key away once both are completed, as
//!   everywhere with Schnorr. One item with two FPs has one message and two encryption keys: [`presign`] hashes the
//!   encryption key into the nonce. A member signs what it has verified, and each stake once.
//! * **Exactly a quorum.** The script compares with `NUMEQUAL`: one signature too many fails as one too few
//!   ([`witness`]).
//!
//! # Synopsis
//!
//! ```
//! use bsn_covenant::{AdaptorSignature, DecryptionKey, EncryptionKey, XOnlyKey, presign};
//! use eots::{Native, SecretKey, schnorr};
//!
//! let member = SecretKey::from_slice(&[1; 32])?;
//! let fp = SecretKey::from_slice(&[2; 32])?;
//! let (member_key, fp_key): (XOnlyKey, XOnlyKey) =
//!     ((*member.public_key().as_fp()).into(), (*fp.public_key().as_fp()).into());
//! let hash = [7; 32]; // of a slashing transaction: bsn_covenant::sighash
//!
//! // The member signs in advance; a contract verifies (there `Native` is the chain's recovery).
//! let encryption = EncryptionKey::new(&fp_key).expect("a point");
//! let wire = presign(&member, &encryption, &hash, &[0; 32]).to_bytes();
//! let signature = AdaptorSignature::parse(&wire)?;
//! assert_eq!(signature.verify(&Native, &member_key, &encryption, &hash), Ok(()));
//!
//! // The FP's key completes it to a signature that Bitcoin takes,
//! let complete = signature.decrypt(&DecryptionKey::new(&fp)).expect("below the order");
//! assert_eq!(schnorr::verify(&Native, &member_key.into(), &hash, &complete), Ok(()));
//! // and who sees that has the key.
//! let leaked = signature.extract(&complete, &encryption).expect("they belong together");
//! assert_eq!(leaked.public_key(), fp.public_key());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The form of everything is Babylon's, so that its delegations can be verified. Sources: PROTOCOL.md, "Scripts of a
//! delegation"; BIP-340, BIP-341, BIP-342; the rules with their reasons are in `contracts/btc-staking`.
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

mod adaptor;
mod committee;
mod curve;
mod delegation;
pub mod family;
mod key;
pub mod make;
mod outputs;
mod params;
mod presigned;
mod refusal;
pub mod script;
mod share;
mod sighash;
mod slash;
mod taproot;
mod verify;
pub mod witness;

pub use adaptor::{
    AdaptorFormError, AdaptorInvalid, AdaptorSignature, DecryptionKey, EncryptionKey, presign,
};
pub use committee::{Committee, CommitteeError, MAX_COMMITTEE};
pub use delegation::{
    BABYLON_GRACE, Delegation, MemberSignatures, OWN_GRACE, SignedSlashing, Terms, Verified,
};
pub use key::XOnlyKey;
pub use outputs::{ChangeOutput, Parties, SelfStakeOutput, SpendPath, StakingOutput, UnbondingOutput};
pub use params::{MAX_FPS, MAX_SLASHING_SCRIPT, Params, ParamsError, SlashingRate};
pub use presigned::{FINAL, FormError, PresignedTx};
pub use refusal::{Refusal, Rule, SlashingFault, Stage};
pub use share::{Share, ShareFault, Unsigned};
pub use sighash::sighash;
pub use slash::{SlashError, Slashing};
pub use taproot::{Leaf, OutputKey, UNSPENDABLE, compact_size};
pub use verify::{is_dust, is_witness_program, verify, verify_unsigned};
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, eots, primitives};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// `R.x ‖ s`.
fn signature(nonce: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let mut both = [0; 64];
    let (left, right) = both.split_at_mut(32);
    left.copy_from_slice(nonce);
    right.copy_from_slice(s);
    both
}
