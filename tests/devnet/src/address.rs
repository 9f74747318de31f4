//! Addresses: bech32 text over 20 bytes (accounts) or 32 bytes (contracts, modules).

use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};
use sha2::{Digest, Sha256};

/// The bytes of an account, a contract or a module as text under `prefix`.
///
/// # Panics
/// If `prefix` is not a bech32 prefix: a mistake in the test that chose it.
pub fn encode(prefix: &str, bytes: &[u8]) -> String {
    let hrp = Hrp::parse(prefix).expect("a bech32 prefix");
    bech32::encode::<Bech32>(hrp, bytes).expect("a short byte string")
}

/// The bytes behind `text`, if it is an address under `prefix`.
///
/// # Errors
/// A text that says what is wrong.
pub fn decode(prefix: &str, text: &str) -> Result<Vec<u8>, String> {
    let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| "Error decoding bech32".to_owned())?;
    if !parsed.hrp().as_bytes().eq_ignore_ascii_case(prefix.as_bytes()) {
        return Err("Wrong bech32 prefix".to_owned());
    }
    let bytes: Vec<u8> = parsed.byte_iter().collect();
    if !(1..=255).contains(&bytes.len()) {
        return Err("Invalid canonical address length".to_owned());
    }
    Ok(bytes)
}

/// A plain account made from a name: the same name is the same account on every chain of a prefix.
pub fn account(prefix: &str, name: &str) -> String {
    encode(prefix, &Sha256::digest(format!("account/{name}"))[..20])
}

/// A module's account, as the Cosmos SDK makes it: the first 20 bytes of the name's sha256.
pub fn module(prefix: &str, name: &str) -> String {
    encode(prefix, &Sha256::digest(name)[..20])
}

/// The `instance`th contract of a code, as wasmd makes it (ADR-028): sha256(sha256("module") ‖ "wasm"
/// ‖ 0 ‖ code id BE ‖ instance BE).
pub fn contract(prefix: &str, code_id: u64, instance: u64) -> String {
    encode(prefix, &module_hash(&[b"wasm\0".as_slice(), &code_id.to_be_bytes(), &instance.to_be_bytes()]))
}

/// A contract's address that depends on its code, creator and salt alone (`Instantiate2`).
pub fn predictable_contract(prefix: &str, code_hash: &[u8], creator: &[u8], salt: &[u8]) -> String {
    let sized = |bytes: &[u8]| [&(bytes.len() as u64).to_be_bytes(), bytes].concat();
    let parts = [b"wasm\0".to_vec(), sized(code_hash), sized(creator), sized(salt), sized(&[])];
    encode(prefix, &module_hash(&parts.each_ref().map(Vec::as_slice)))
}

/// Where the ICS-20 application keeps what is away through `channel`.
pub fn escrow(prefix: &str, channel: &str) -> String {
    let preimage = [b"ics20-1\0".as_slice(), format!("transfer/{channel}").as_bytes()].concat();
    encode(prefix, &Sha256::digest(preimage)[..20])
}

fn module_hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest("module"));
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// What the VM's address functions answer and charge (in CosmWasm gas), as in wasmd.
#[doc(hidden)]
pub mod api {
    use super::{decode, encode};
    use crate::gas::COSMWASM_GAS_PER_SDK_GAS;

    const HUMANIZE: u64 = 4 * COSMWASM_GAS_PER_SDK_GAS;
    const CANONICALIZE: u64 = 5 * COSMWASM_GAS_PER_SDK_GAS;

    pub fn canonicalize(prefix: &str, human: &str) -> (Result<Vec<u8>, String>, u64) {
        (decode(prefix, human), CANONICALIZE)
    }

    pub fn humanize(prefix: &str, canonical: &[u8]) -> (Result<String, String>, u64) {
        if !(1..=255).contains(&canonical.len()) {
            return (Err("Invalid canonical address length".to_owned()), HUMANIZE);
        }
        (Ok(encode(prefix, canonical)), HUMANIZE)
    }

    pub fn validate(prefix: &str, input: &str) -> (Result<(), String>, u64) {
        let normal = decode(prefix, input).map(|bytes| encode(prefix, &bytes));
        let result = match normal {
            Ok(text) if text == input => Ok(()),
            Ok(_) => Err("Invalid input: address not normalized".to_owned()),
            Err(e) => Err(e),
        };
        (result, CANONICALIZE + HUMANIZE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn babylons_staking_module_is_where_the_sdk_puts_it() {
        assert_eq!(module("bbn", "btcstaking"), "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah");
    }

    #[test]
    fn the_first_contract_of_wasmd_is_where_wasmd_puts_it() {
        assert_eq!(
            contract("cosmos", 1, 1),
            "cosmos14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9s4hmalr"
        );
    }

    #[test]
    fn only_normal_text_under_the_chains_prefix_is_valid() {
        let good = account("bbnc", "alice");
        assert_eq!(api::validate("bbnc", &good).0, Ok(()));
        assert!(api::validate("bbnc", &good.to_uppercase()).0.is_err());
        assert!(api::validate("bbnc", &account("bbn", "alice")).0.is_err());
        assert!(api::validate("bbnc", &good.replace('1', "2")).0.is_err());
    }
}
