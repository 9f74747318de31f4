//! What governance registers with the chain module.

use cosmwasm_std::Decimal;

/// The four addresses that governance registers. They may be equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BsnContracts {
    /// Talks to Babylon.
    pub babylon: String,
    /// Knows Bitcoin's headers.
    pub btc_light_client: String,
    /// Gets the first `begin_block`.
    pub btc_staking: String,
    /// Gets the second `begin_block`, `end_block` and the fees.
    pub btc_finality: String,
}

impl BsnContracts {
    /// Ours: one contract for everything but the light client.
    pub fn one(bsn: &str, btc_light_client: &str) -> Self {
        Self {
            babylon: bsn.to_owned(),
            btc_light_client: btc_light_client.to_owned(),
            btc_staking: bsn.to_owned(),
            btc_finality: bsn.to_owned(),
        }
    }

    /// Whether all four are there; otherwise the module does nothing.
    pub fn is_set(&self) -> bool {
        [&self.babylon, &self.btc_light_client, &self.btc_staking, &self.btc_finality]
            .iter()
            .all(|address| !address.is_empty())
    }
}

/// The module's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleParams {
    /// SDK gas for **each** `begin_block` call.
    pub max_gas_begin_blocker: u64,
    /// SDK gas for the `end_block` call.
    pub max_gas_end_blocker: u64,
    /// The part of the collected fees, of each denom, that goes to the finality contract.
    pub btc_staking_portion: Decimal,
}

impl Default for ModuleParams {
    fn default() -> Self {
        Self {
            max_gas_begin_blocker: 5_000_000,
            max_gas_end_blocker: 5_000_000,
            btc_staking_portion: Decimal::percent(10),
        }
    }
}
