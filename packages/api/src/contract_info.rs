//! Which contract wrote a storage, and in which version, as [cw2](https://docs.rs/cw2) keeps it: wallets, explorers and migrations
//! read it there.

use cosmwasm_std::{StdError, StdResult, Storage, from_json};

use crate::read::Read;
use crate::{wire, write};

/// Where it lies.
const KEY: &[u8] = b"contract_info";

wire! {
    /// A contract and its version.
    pub struct ContractInfo {
        /// The contract's name.
        pub contract: String,
        /// Its version.
        pub version: String,
    }
}

impl ContractInfo {
    /// What is recorded.
    ///
    /// # Errors
    /// Where nothing is, or nothing that cw2 would read.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        let record = storage.get(KEY).ok_or_else(|| StdError::msg("no contract_info"))?;
        Self::read(from_json(record)?)
            .map_err(|error| StdError::msg(error.within("contract_info").to_string()))
    }

    /// Records it.
    ///
    /// # Errors
    /// None in practice: texts are always written.
    pub fn save(storage: &mut dyn Storage, contract: &str, version: &str) -> StdResult<()> {
        let info = Self { contract: contract.into(), version: version.into() };
        storage.set(KEY, &write::json(&info)?);
        Ok(())
    }
}
