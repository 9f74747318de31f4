//! All that is stored. Numbers in keys and packed records are big endian.
//!
//! `contract_info` is cw2's. The keys that other contracts read are declared in [`api::btc_light_client`]: the tip,
//! headers by height, heights by hash.
//!
//! A header costs 9 bytes of keys and 84 of values beside its work (about 12 bytes on mainnet).

mod admin;
mod chain;
mod config;
mod store;

use cosmwasm_std::Storage;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::ContractError;

pub use admin::{Admin, Pending};
pub use chain::{Base, Chain};
pub use config::Config;
pub use store::Store;

/// The name under which cw2 records this contract.
pub const NAME: &str = "btc-light-client";
/// The version under which cw2 records this contract.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Public part ([`api::btc_light_client::Tip`]) ‖ what the next header is judged by ([`Chain`]).
///
/// Written by `state/chain`, by every change of the chain. Deleted by `state/chain`, before a rebase.
const TIP: &[u8] = api::btc_light_client::TIP_KEY;
/// Height 4 ‖ header 80 ‖ work without leading zeros: where the chain starts.
///
/// Written by `state/chain`, with the first headers and by `rebase`. Deleted by `state/chain`, before a rebase.
const BASE: &str = "base";
/// [`Config`], postcard.
///
/// Written by `state/config`, for `instantiate` and `update_config`. Never deleted.
const CONFIG: &str = "config";
/// [`Admin`], postcard.
///
/// Written by `state/admin`, for `instantiate`, `update_admin` and `accept_admin`. Never deleted.
const ADMIN: &str = "admin";
/// How often the chain was started again, postcard.
///
/// Written by `state`, for `rebase`. Never deleted.
const REBASES: &str = "rebases";
/// Height 4 ([`api::btc_light_client::header_key`]) => header 80 ‖ work without leading zeros.
///
/// Written by `state/chain`, with new headers. Deleted by `state/chain`: by a reorganization, by a rebase, and once
/// deeper below the tip than the configuration keeps.
const HEADERS: u8 = 0x01;
/// The first 8 bytes of a header's hash ([`api::btc_light_client::height_key`]) => height 4.
///
/// Written and deleted with the header.
#[cfg(test)]
const HEIGHTS: u8 = 0x02;
/// Height 4 ([`store::period_key`]) => header 80, the first of its retarget period.
///
/// Written by `state/chain`, with new headers or pinned beside the base. Deleted by `state/chain`: by a
/// reorganization, by a rebase, and, where it was pinned, with the base; else kept for ever, 26 a year.
const PERIOD_STARTS: u8 = 0x03;

fn load<T: DeserializeOwned>(storage: &dyn Storage, key: &'static str) -> Result<T, ContractError> {
    let bytes = storage.get(key.as_bytes()).ok_or(ContractError::Corrupt { key })?;
    records::decode(&bytes).map_err(|_| ContractError::Corrupt { key })
}

fn record<T: Serialize>(
    storage: &mut dyn Storage,
    key: &'static str,
    value: &T,
) -> Result<(), ContractError> {
    let bytes = records::encode(value).map_err(|_| ContractError::Corrupt { key })?;
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
    use api::btc_light_client::{header_key, height_key};
    use primitives::BtcHeight;

    use super::*;

    /// C-40
    #[test]
    fn no_key_is_the_start_of_another() {
        let named = [TIP, BASE.as_bytes(), CONFIG.as_bytes(), ADMIN.as_bytes(), REBASES.as_bytes()];
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
