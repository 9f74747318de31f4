use bitcoin_spv::OutPoint;
use primitives::BtcHeight;

use crate::{Params, Slashing, XOnlyKey};

/// A delegation as somebody says it is: numbers and keys read, the rest as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// The staker's key.
    pub staker: XOnlyKey,
    /// All finality providers, in the order of their adaptor signatures.
    pub fps: Vec<XOnlyKey>,
    /// The height of the staking transaction in Bitcoin. No signature binds it: only its difference to the end is.
    pub start: BtcHeight,
    /// The height at which the time lock ends.
    pub end: BtcHeight,
    /// The stake, in sats.
    pub sats: u64,
    /// The transaction that locks it.
    pub staking_tx: Vec<u8>,
    /// Which of its outputs does.
    pub output_index: u32,
    /// The version of the parameters.
    pub params_version: u32,
    /// Its unbonding time, in blocks.
    pub unbonding_time: u32,
    /// What slashes the stake.
    pub slashing: SignedSlashing,
    /// What ends it early.
    pub unbonding_tx: Vec<u8>,
    /// The committee's signatures on that: member and BIP-340 signature.
    pub unbonding_signatures: Vec<(Vec<u8>, Vec<u8>)>,
    /// What slashes it after an early end.
    pub unbonding_slashing: SignedSlashing,
}

/// A slashing transaction and the signatures on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedSlashing {
    /// The transaction.
    pub tx: Vec<u8>,
    /// The staker's BIP-340 signature, 64 bytes.
    pub staker_signature: Vec<u8>,
    /// The committee's adaptor signatures.
    pub covenant: Vec<MemberSignatures>,
}

/// A covenant member's adaptor signatures on a slashing transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSignatures {
    /// The member's key, 32 bytes.
    pub member: Vec<u8>,
    /// One for each finality provider, in the order in which the delegation names them.
    pub signatures: Vec<Vec<u8>>,
}

/// What a delegation is held against.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The parameters of its version.
    pub params: &'a Params,
    /// From where on the next version is in force, if there is one.
    pub superseded: Option<BtcHeight>,
    /// For how many blocks of Bitcoin after that these still count ([`BABYLON_GRACE`] or [`OWN_GRACE`]).
    pub grace: u32,
    /// Whether the committee must have signed the early end, too (S50). That protects the staker, not the chain.
    pub unbonding_signed: bool,
}

/// Babylon takes the version in force when a delegation was made, which may be included much later.
pub const BABYLON_GRACE: u32 = 4_032;
/// A chain's own parameters: a day for the staking transaction to be included.
pub const OWN_GRACE: u32 = 144;

/// A delegation that obeys every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The stake, and what it is known by.
    pub stake: OutPoint,
    /// Its value, in sats.
    pub sats: u64,
    /// For how many blocks it is locked.
    pub time: u16,
    /// Which of its finality providers is registered here.
    pub fp: XOnlyKey,
    /// What the staking transaction spends: a stake among it ends.
    pub spends: Vec<OutPoint>,
    /// What slashes it.
    pub slashing: Slashing,
    /// What slashes it after an early end.
    pub unbonding_slashing: Slashing,
}
