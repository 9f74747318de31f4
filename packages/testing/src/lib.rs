#![doc = include_str!("../README.md")]
#![deny(clippy::incompatible_msrv)]

mod mock;
#[cfg(feature = "real")]
mod real;

pub use mock::block_hash;
#[cfg(feature = "real")]
pub use real::{RealApp, RealBsn};

/// [`MockBsn`](multi_test_3::MockBsn) for cw-multi-test 3.
#[cfg(feature = "multi-test-3")]
pub mod multi_test_3 {
    crate::mock::mock_bsn!(cosmwasm_std_3, cw_multi_test_3, cosmwasm_std_3::StdError::msg);
}

/// [`MockBsn`](multi_test_2::MockBsn) for cw-multi-test 2.
#[cfg(feature = "multi-test-2")]
pub mod multi_test_2 {
    crate::mock::mock_bsn!(cosmwasm_std_2, cw_multi_test_2, cosmwasm_std_2::StdError::generic_err);
}
