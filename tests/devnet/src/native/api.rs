use std::rc::Rc;

use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Api, CanonicalAddr, RecoverPubkeyError, StdError, StdResult, VerificationError};
use eots::Recover;

use crate::address;

/// What stands for the curve: by hash and signature, the point that recovery answers.
pub type Recovery = Rc<dyn Fn(&[u8], &[u8]) -> Option<Vec<u8>>>;

/// The chain's functions: its addresses, and the curve.
pub struct NativeApi {
    /// Of the chain's addresses.
    pub prefix: String,
    /// What stands for the curve, if something does.
    pub recovery: Option<Recovery>,
}

impl Api for NativeApi {
    fn addr_validate(&self, human: &str) -> StdResult<Addr> {
        address::api::validate(&self.prefix, human).0.map_err(StdError::msg)?;
        Ok(Addr::unchecked(human))
    }

    fn addr_canonicalize(&self, human: &str) -> StdResult<CanonicalAddr> {
        Ok(address::api::canonicalize(&self.prefix, human).0.map_err(StdError::msg)?.into())
    }

    fn addr_humanize(&self, canonical: &CanonicalAddr) -> StdResult<Addr> {
        let human = address::api::humanize(&self.prefix, canonical).0.map_err(StdError::msg)?;
        Ok(Addr::unchecked(human))
    }

    fn secp256k1_verify(&self, hash: &[u8], signature: &[u8], key: &[u8]) -> Result<bool, VerificationError> {
        MockApi::default().secp256k1_verify(hash, signature, key)
    }

    /// As the host, but for a second check of its own answer.
    fn secp256k1_recover_pubkey(
        &self,
        hash: &[u8],
        signature: &[u8],
        id: u8,
    ) -> Result<Vec<u8>, RecoverPubkeyError> {
        if let Some(recover) = &self.recovery {
            return recover(hash, signature).ok_or_else(|| RecoverPubkeyError::unknown_err(10));
        }
        let parsed = hash.try_into().ok().zip(signature.try_into().ok());
        let point = parsed.and_then(|(hash, signature)| eots::Native.recover(hash, signature, id));
        point.map(|point| point.to_vec()).ok_or_else(|| RecoverPubkeyError::unknown_err(10))
    }

    fn ed25519_verify(
        &self,
        message: &[u8],
        signature: &[u8],
        key: &[u8],
    ) -> Result<bool, VerificationError> {
        MockApi::default().ed25519_verify(message, signature, key)
    }

    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> Result<bool, VerificationError> {
        MockApi::default().ed25519_batch_verify(messages, signatures, keys)
    }

    fn debug(&self, _: &str) {}
}
