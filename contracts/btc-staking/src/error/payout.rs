use cosmwasm_std::{Addr, Coin, StdError};
use payout::{CommissionError, CounterTooLow, ShareError};
use primitives::FpPublicKey;
use thiserror::Error;

/// Why a message about rewards was refused.
#[derive(Debug, Error)]
pub enum PayoutError {
    /// The coins of a period.
    #[error(transparent)]
    Shares(#[from] ShareError),
    /// A commission.
    #[error(transparent)]
    Commission(#[from] CommissionError),
    /// A staker's word that is not newer than the last one.
    #[error("staker {staker}: {source}")]
    Counter {
        /// The staker's key.
        staker: FpPublicKey,
        /// Why.
        source: CounterTooLow,
    },
    /// A staker's word that the staker did not sign.
    #[error("staker {staker} did not sign that: {source}")]
    Signature {
        /// The staker's key.
        staker: FpPublicKey,
        /// Why.
        source: eots::Invalid,
    },
    /// No address of this chain.
    #[error("address `{address}`: {source}")]
    Address {
        /// The text, cut at 90 characters.
        address: String,
        /// Why.
        source: StdError,
    },
    /// More coins than the books can hold, or none.
    #[error("{coin}: no amount from 1 to 2^128 - 1")]
    Amount {
        /// The coins.
        coin: Coin,
    },
    /// Nobody registered the finality provider here.
    #[error("finality provider {fp} has no owner here")]
    NoOwner {
        /// Which.
        fp: FpPublicKey,
    },
    /// Somebody who is not the owner.
    #[error("unauthorized: {sender} is not the owner of finality provider {fp}")]
    NotOwner {
        /// Who tried.
        sender: Addr,
        /// Whose it is not.
        fp: FpPublicKey,
    },
    /// There is nothing to claim.
    #[error("nothing is owed to finality provider {fp}")]
    Nothing {
        /// Which.
        fp: FpPublicKey,
    },
}
