#![doc = include_str!("../README.md")]
#![deny(clippy::incompatible_msrv)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing))]

mod amount;
mod answer;
mod contract;
mod deployment;
mod error;
mod query;
pub mod raw;
#[cfg(feature = "rpc")]
pub mod rpc;

pub use amount::Amount;
pub use answer::{
    BlockFinality, Certificate, FinalityStatus, LastFinalBlock, SkipReason, VoteState, VoteStatus,
};
pub use deployment::{BabylonSide, DeployedContract, Deployment, DeploymentError};
pub use error::{Error, NotFinal, WhyUnknown};
pub use query::Query;

/// [`Bsn`](cosmwasm_2::Bsn) for contracts on cosmwasm-std 2.
#[cfg(feature = "cosmwasm-2")]
pub mod cosmwasm_2 {
    crate::contract::contract_helpers!(cosmwasm_std_2);

    // cosmwasm-std 3 takes every error by itself.
    impl From<Error> for cosmwasm_std_2::StdError {
        fn from(error: Error) -> Self {
            Self::generic_err(error.to_string())
        }
    }

    impl From<NotFinal> for cosmwasm_std_2::StdError {
        fn from(error: NotFinal) -> Self {
            Self::generic_err(error.to_string())
        }
    }
}

/// [`Bsn`](cosmwasm_3::Bsn) for contracts on cosmwasm-std 3.
#[cfg(feature = "cosmwasm-3")]
pub mod cosmwasm_3 {
    crate::contract::contract_helpers!(cosmwasm_std_3);
}
