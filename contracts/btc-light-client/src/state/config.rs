use api::btc_light_client::Network;
use bitcoin_spv::{PERIOD, Params};
use cosmwasm_std::{Addr, Storage};
use serde::{Deserialize, Serialize};

use super::CONFIG;
use crate::error::ContractError;

/// The configuration; one exists only if it is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Which Bitcoin.
    pub network: Network,
    /// The instantiator.
    pub babylon: Addr,
    /// k: a header this many blocks below the tip is confirmed; in blocks of Bitcoin.
    pub btc_confirmation_depth: u32,
    /// w: a checkpoint this many blocks below the tip is final; in blocks of Bitcoin.
    pub checkpoint_finalization_timeout: u32,
    /// Who may submit headers besides the instantiator.
    pub submitters: Vec<Addr>,
    /// How many headers are kept below the tip.
    pub retained_headers: u32,
    /// How many headers a message may have.
    pub max_headers: u32,
}

impl Config {
    /// Four periods, eight weeks.
    pub const RETAINED_HEADERS: u32 = 8_064;
    /// About two weeks in one message.
    pub const MAX_HEADERS: u32 = 2_000;
    /// The most headers that may be kept.
    const MOST_RETAINED: u32 = 20_000;

    /// The fewest headers that may be kept, and the most that *w* may be.
    ///
    /// Where blocks of minimum difficulty exist, a walk of up to a period tells which target a fork may have, and a fork may
    /// part *w* below the tip (RULINGS.md, "The light client"). Elsewhere depths must lie below what is kept,
    /// or nothing would ever be that deep.
    const fn retention(&self) -> (u32, u32) {
        match self.params().min_difficulty_blocks {
            true => (
                PERIOD.saturating_add(self.checkpoint_finalization_timeout),
                Self::MOST_RETAINED.saturating_sub(PERIOD),
            ),
            false => (144, self.retained_headers.saturating_sub(1)),
        }
    }

    /// The same with as many headers kept as have to be, if it keeps fewer: older versions took fewer.
    #[must_use]
    pub fn with_retention(self) -> Self {
        let (least, _) = self.retention();
        Self { retained_headers: self.retained_headers.max(least).min(Self::MOST_RETAINED), ..self }
    }

    /// Checks every bound.
    pub fn check(self) -> Result<Self, ContractError> {
        let (least_retained, deepest_checkpoint) = self.retention();
        let Self {
            network: _,
            babylon: _,
            btc_confirmation_depth,
            checkpoint_finalization_timeout,
            ref submitters,
            retained_headers,
            max_headers,
        } = self;
        let deepest = retained_headers.saturating_sub(1);
        let listed = u32::try_from(submitters.len()).unwrap_or(u32::MAX);
        for (field, got, least, most) in [
            ("checkpoint_finalization_timeout", checkpoint_finalization_timeout, 1, deepest_checkpoint),
            ("retained_headers", retained_headers, least_retained, Self::MOST_RETAINED),
            ("max_headers", max_headers, 100, 4_000),
            ("btc_confirmation_depth", btc_confirmation_depth, 1, deepest),
            ("submitters", listed, 0, 32),
        ] {
            if !(least..=most).contains(&got) {
                return Err(ContractError::OutOfBounds { field, got, least, most });
            }
        }
        Ok(self)
    }

    /// Reads it.
    pub fn load(storage: &dyn Storage) -> Result<Self, ContractError> {
        super::load(storage, CONFIG)
    }

    /// Writes it.
    pub fn record(&self, storage: &mut dyn Storage) -> Result<(), ContractError> {
        super::record(storage, CONFIG, self)
    }

    /// The rules of the network.
    pub const fn params(&self) -> Params {
        use bitcoin_spv::Network as Spv;
        let network = match self.network {
            Network::Mainnet => Spv::Mainnet,
            Network::Testnet => Spv::Testnet3,
            Network::Testnet4 => Spv::Testnet4,
            Network::Signet => Spv::Signet,
            Network::Regtest => Spv::Regtest,
        };
        network.params()
    }
}
