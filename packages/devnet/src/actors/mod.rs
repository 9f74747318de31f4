//! Actors.
pub mod babylon;
pub mod finality_provider;
pub mod miner;
mod randomness;
pub use finality_provider::{Appchain, FinalityProvider, FinalityProviderError};
pub use miner::Miner;
