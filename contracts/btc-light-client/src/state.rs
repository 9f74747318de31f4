//! All that is stored. Numbers in keys and packed records are big endian.
//!
//! | key | value | written by | pruned by |
//! |---|---|---|---|
//! | `tip` | public part ([`api::btc_light_client::Tip`]) ‖ what the next header is judged by ([`Chain`]) | every change of the chain | never |
//! | `base` | height 4 ‖ header 80 ‖ work without leading zeros | the first headers, `rebase` | never |
//! | `config` | [`Config`], postcard | `instantiate`, `update_config` | never |
//! | `admin` | [`Admin`], postcard | `instantiate`, `update_admin`, `accept_admin` | never |
//! | `rebases` | how often, 4 | `rebase` | never |
//! | `contract_info` | cw2 | `instantiate`, `migrate` | never |
//! | `0x01 ‖ height 4` | header 80 ‖ work without leading zeros | new headers | reorganization, depth below the tip |
//! | `0x02 ‖ hash[..8]` | height 4 | new headers | with the header |
//! | `0x03 ‖ height 4` | header 80, the first of a period | new headers, pinned | reorganization; kept for ever otherwise, 26 a year |
//!
//! A header costs 9 bytes of keys and 84 of values beside its work (about 12 bytes on mainnet).

mod admin;
mod chain;
mod config;
mod store;

use cosmwasm_std::Storage;
use serde::{Serialize, de::DeserializeOwned};

use crate::ContractError;

pub use admin::{Admin, Pending};
pub use chain::{Base, Chain};
pub use config::Config;
pub use store::Store;

/// The key of the base record.
const BASE: &str = "base";
/// The key of the configuration.
const CONFIG: &str = "config";
/// The key of the admin.
const ADMIN: &str = "admin";
/// The key of the number of rebases.
const REBASES: &str = "rebases";
/// The first byte of the keys of headers by height.
const HEADERS: u8 = 0x01;
/// The first byte of the keys of heights by hash.
#[cfg(test)]
const HEIGHTS: u8 = 0x02;
/// The first byte of the keys of the first headers of periods.
const PERIOD_STARTS: u8 = 0x03;

fn load<T: DeserializeOwned>(storage: &dyn Storage, key: &'static str) -> Result<T, ContractError> {
    let bytes = storage.get(key.as_bytes()).ok_or(ContractError::Corrupt { key })?;
    postcard::from_bytes(&bytes).map_err(|_| ContractError::Corrupt { key })
}

fn record<T: Serialize>(
    storage: &mut dyn Storage,
    key: &'static str,
    value: &T,
) -> Result<(), ContractError> {
    let bytes = postcard::to_allocvec(value).map_err(|_| ContractError::Corrupt { key })?;
    storage.set(key.as_bytes(), &bytes);
    Ok(())
}

/// How often the chain was started again.
pub fn load_rebases(storage: &dyn Storage) -> Result<u32, ContractError> {
    match storage.get(REBASES.as_bytes()) {
        Some(_) => load(storage, REBASES),
        None => Ok(0),
    }
}

/// Counts one more.
pub fn record_rebase(storage: &mut dyn Storage) -> Result<u32, ContractError> {
    let count = load_rebases(storage)?.saturating_add(1);
    record(storage, REBASES, &count)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use api::btc_light_client::{TIP_KEY, header_key, height_key};
    use primitives::BtcHeight;

    use super::*;

    /// C-40
    #[test]
    fn no_key_is_the_start_of_another() {
        let named = [TIP_KEY, BASE.as_bytes(), CONFIG.as_bytes(), ADMIN.as_bytes(), REBASES.as_bytes()];
        let prefixes = [&[HEADERS][..], &[HEIGHTS], &[PERIOD_STARTS], b"contract_info"];
        let all = [&named[..], &prefixes].concat();
        for (i, one) in all.iter().enumerate() {
            for (j, other) in all.iter().enumerate() {
                assert!(i == j || !other.starts_with(one), "{one:?} {other:?}");
            }
        }
        assert_eq!(header_key(BtcHeight::new(5))[0], HEADERS);
        assert_eq!(height_key(&[5; 32])[0], HEIGHTS);
    }
}
