use cosmwasm_std::{Addr, StdResult, Storage};
use primitives::FpPublicKey;

use crate::error::{ContractError, PayoutError};
use crate::state::OWNERS;

/// Whom FPs belong to.
pub trait Owners {
    /// The address that registered an FP.
    ///
    /// # Errors
    /// Only those of storage.
    fn owner_of(&self, fp: &FpPublicKey) -> StdResult<Option<Addr>>;
}

/// Those that registered here.
pub struct Registered<'a>(pub &'a dyn Storage);

impl Owners for Registered<'_> {
    fn owner_of(&self, fp: &FpPublicKey) -> StdResult<Option<Addr>> {
        OWNERS.may_load(self.0, fp.as_bytes())
    }
}

/// The owner.
///
/// # Errors
/// [`PayoutError::NoOwner`].
pub fn owner(owners: &impl Owners, fp: &FpPublicKey) -> Result<Addr, ContractError> {
    owners.owner_of(fp)?.ok_or_else(|| PayoutError::NoOwner { fp: *fp }.into())
}

/// Refuses everybody else.
///
/// # Errors
/// [`PayoutError::NoOwner`], [`PayoutError::NotOwner`].
pub fn check_owner(owners: &impl Owners, fp: &FpPublicKey, sender: &Addr) -> Result<(), ContractError> {
    if owner(owners, fp)? == *sender {
        return Ok(());
    }
    Err(PayoutError::NotOwner { sender: sender.clone(), fp: *fp }.into())
}
