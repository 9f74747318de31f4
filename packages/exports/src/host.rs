//! The VM's imports as cosmwasm-std's traits.
//!
//! What no contract of ours asks for is not imported: it answers with an error.

use cosmwasm_std::{
    Addr, Api, CanonicalAddr, Order, Querier, QuerierResult, Record, RecoverPubkeyError, StdError, StdResult,
    Storage, VerificationError,
};

use crate::memory::{Region, take, take_some};
use crate::{querier, sections};

/// The longest address that the VM reads, in bytes; a longer one would end the call instead of failing.
const ADDRESS_MAX: usize = 256;
/// The longest canonical address, in bytes.
const CANONICAL_MAX: usize = 64;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn db_read(key: u32) -> u32;
    safe fn db_write(key: u32, value: u32);
    safe fn db_remove(key: u32);
    safe fn db_scan(start: u32, end: u32, order: i32) -> u32;
    safe fn db_next(iterator: u32) -> u32;
    safe fn addr_validate(address: u32) -> u32;
    safe fn addr_canonicalize(address: u32, room: u32) -> u32;
    safe fn secp256k1_recover_pubkey(hash: u32, signature: u32, recovery: u32) -> u64;
    safe fn query_chain(request: u32) -> u32;
}

/// This contract's storage.
pub struct ChainStorage;

impl Storage for ChainStorage {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        take_some(db_read(Region::of(key).pointer()))
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        // The VM cannot tell an empty value from none.
        assert!(!value.is_empty());
        db_write(Region::of(key).pointer(), Region::of(value).pointer());
    }

    fn remove(&mut self, key: &[u8]) {
        db_remove(Region::of(key).pointer());
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let (start, end) = (start.map(Region::of), end.map(Region::of));
        let pointer = |region: &Option<Region>| region.as_ref().map_or(0, Region::pointer);
        let iterator = db_scan(pointer(&start), pointer(&end), order as i32);
        Box::new(core::iter::from_fn(move || sections::record(take(db_next(iterator)))))
    }
}

/// The chain's functions.
pub struct ChainApi;

impl Api for ChainApi {
    fn addr_validate(&self, human: &str) -> StdResult<Addr> {
        if human.len() > ADDRESS_MAX {
            return Err(StdError::msg("an address is too long"));
        }
        refusal(addr_validate(Region::of(human.as_bytes()).pointer()))?;
        Ok(Addr::unchecked(human))
    }

    fn addr_canonicalize(&self, human: &str) -> StdResult<CanonicalAddr> {
        if human.len() > ADDRESS_MAX {
            return Err(StdError::msg("an address is too long"));
        }
        let mut buffer = Vec::with_capacity(CANONICAL_MAX);
        let room = Region::room(&mut buffer);
        refusal(addr_canonicalize(Region::of(human.as_bytes()).pointer(), room.pointer()))?;
        // SAFETY: the VM wrote so many bytes into the buffer, at most its capacity.
        unsafe { buffer.set_len(room.written()) };
        Ok(CanonicalAddr::from(buffer))
    }

    fn addr_humanize(&self, _: &CanonicalAddr) -> StdResult<Addr> {
        Err(StdError::msg("addr_humanize is not imported"))
    }

    fn secp256k1_recover_pubkey(
        &self,
        hash: &[u8],
        signature: &[u8],
        recovery: u8,
    ) -> Result<Vec<u8>, RecoverPubkeyError> {
        let [hash, signature] = [hash, signature].map(Region::of);
        let answer = secp256k1_recover_pubkey(hash.pointer(), signature.pointer(), recovery.into());
        match ((answer >> 32) as u32, answer as u32) {
            (0, key) => Ok(take(key)),
            (3, _) => Err(RecoverPubkeyError::InvalidHashFormat),
            (4, _) => Err(RecoverPubkeyError::InvalidSignatureFormat),
            (6, _) => Err(RecoverPubkeyError::InvalidRecoveryParam),
            (code, _) => Err(RecoverPubkeyError::unknown_err(code)),
        }
    }

    fn secp256k1_verify(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, VerificationError> {
        Err(VerificationError::unknown_err(0))
    }

    fn ed25519_verify(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, VerificationError> {
        Err(VerificationError::unknown_err(0))
    }

    fn ed25519_batch_verify(&self, _: &[&[u8]], _: &[&[u8]], _: &[&[u8]]) -> Result<bool, VerificationError> {
        Err(VerificationError::unknown_err(0))
    }

    fn debug(&self, _: &str) {}
}

/// What the chain says against an address; nothing where it takes it.
fn refusal(region: u32) -> StdResult<()> {
    match take_some(region) {
        None => Ok(()),
        Some(text) => Err(StdError::msg(String::from_utf8_lossy(&text))),
    }
}

/// Other contracts and modules.
pub struct ChainQuerier;

impl Querier for ChainQuerier {
    fn raw_query(&self, request: &[u8]) -> QuerierResult {
        querier::answer(take(query_chain(Region::of(request).pointer())))
    }
}
