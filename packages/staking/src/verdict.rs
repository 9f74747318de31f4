use primitives::{FpPublicKey, Txid};
use thiserror::Error;

use crate::{DelegationStatus, FpId};

/// What the caller knows that items are held against. The default demands nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Under which consumer id finality providers may register.
    pub consumer: Consumer,
    /// Those with lower numbers registered under an earlier consumer id: they get no new stake (RULINGS.md,
    /// "After a rebind").
    pub era_from: FpId,
    /// Whether the staking transaction must have the stake as the output it is said to be. Real ones
    /// have; the daemons' own test suites invent transactions.
    pub match_output: bool,
}

impl Rules {
    /// Whether new delegations add to the stake of a registered finality provider.
    pub fn takes_stake(&self, id: FpId) -> bool {
        id >= self.era_from
    }
}

/// Under which consumer id finality providers may register; those of another one are quarantined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Consumer {
    /// Any: no packet has said yet which is ours, and there was no other channel.
    #[default]
    Any,
    /// None: the channel was replaced, and no packet of the new one has said which is ours.
    Unknown,
    /// This one.
    Is(String),
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Applied(Applied),
    /// It had before, or the delegation it ends has ended: nothing changed.
    AlreadyKnown,
    /// It took none. To be kept, with the reason, and retried when asked.
    Quarantined(Reason),
}

/// The effect an item took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A finality provider is known from now on.
    Registered {
        /// Its key.
        key: FpPublicKey,
        /// Its number.
        id: FpId,
    },
    /// A delegation is known from now on.
    Delegated {
        /// The staking transaction's id, internal byte order.
        txid: Txid,
        /// Active, or [`Expired`](DelegationStatus::Expired) or [`Unbonding`](DelegationStatus::Unbonding)
        /// and without power if it came too late.
        status: DelegationStatus,
    },
    /// A delegation ended.
    Undelegated {
        /// The staking transaction's id, internal byte order.
        txid: Txid,
    },
    /// The end of a delegation that is not known is remembered.
    Foretold {
        /// The staking transaction's id, internal byte order.
        txid: Txid,
    },
}

/// Why an item was quarantined.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    /// It does not hold its key.
    #[error("bad proof of possession of finality provider {fp}")]
    BadProofOfPossession {
        /// The FP's public key, x-only (BIP 340).
        fp: FpPublicKey,
    },
    /// Its key cannot verify anything.
    #[error("the key of finality provider {fp} is not usable")]
    BadKey {
        /// The FP's public key, x-only (BIP 340).
        fp: FpPublicKey,
    },
    /// It registered for another chain.
    #[error("finality provider {fp} is of consumer {got}, not {expected}")]
    OtherConsumer {
        /// The FP's public key, x-only (BIP 340).
        fp: FpPublicKey,
        /// The consumer id it came with.
        got: String,
        /// The channel's.
        expected: String,
    },
    /// The channel was replaced, and which consumer id is ours on the new one is not known yet.
    #[error(
        "finality provider {fp} is of consumer {got}; which consumer this chain is on the new channel, no packet has said yet"
    )]
    UnknownConsumer {
        /// The FP's public key, x-only (BIP 340).
        fp: FpPublicKey,
        /// The consumer id it came with.
        got: String,
    },
    /// It is known with other content.
    #[error("finality provider {fp} is registered with other content")]
    ConflictingFinalityProvider {
        /// The FP's public key, x-only (BIP 340).
        fp: FpPublicKey,
    },
    /// None of the finality providers it names is registered here, or only under a consumer id of before.
    #[error(
        "delegation {txid} names no finality provider that is registered here under the present consumer id"
    )]
    NoFinalityProvider {
        /// The delegation.
        txid: Txid,
    },
    /// It names one finality provider twice.
    #[error("delegation {txid} names finality provider {fp} twice")]
    DuplicateFinalityProvider {
        /// The delegation.
        txid: Txid,
        /// The finality provider.
        fp: FpPublicKey,
    },
    /// It names more finality providers than [`MAX_FPS`](crate::MAX_FPS).
    #[error("delegation {txid} names {got} finality providers")]
    TooManyFinalityProviders {
        /// The delegation.
        txid: Txid,
        /// How many.
        got: usize,
    },
    /// It is known with other content.
    #[error("delegation {txid} is known with other content")]
    ConflictingDelegation {
        /// The delegation.
        txid: Txid,
    },
    /// The staking transaction does not have the stake as that output.
    #[error("output {index} of {txid} is not a stake of {sats} sats")]
    WrongOutput {
        /// The delegation.
        txid: Txid,
        /// The output.
        index: u32,
        /// What it should hold.
        sats: u64,
    },
    /// The sums do not contain the delegation that ends. Never while this crate alone writes them.
    #[error("the ledger does not hold the stake of delegation {txid}")]
    BrokenLedger {
        /// The delegation.
        txid: Txid,
    },
}
