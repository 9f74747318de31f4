use cosmwasm_std::{DepsMut, Response};
use payout::{Ledger, take_account};
use primitives::FpPublicKey;

use crate::error::{ContractError, PayoutError};
use crate::payout::{Books, Payments, Registered, owner};

/// Pays what an FP has earned, whoever asks, to whom it belongs.
#[inline(never)]
pub fn claim_commission(deps: DepsMut<'_>, fp_pubkey_hex: &str) -> Result<Response, ContractError> {
    let fp = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let owner = owner(&Registered(deps.storage), &fp)?;

    let mut books = Books::new(deps.storage);
    let account = take_account(&mut books, &fp)?;
    if account.is_empty() {
        return Err(PayoutError::Nothing { fp }.into());
    }
    let denoms = books.denoms()?;
    books.finish()?;
    let mut payments = Payments::default();
    payments.add(&owner, &account);
    Ok(Response::new()
        .add_attribute("action", "claim_commission")
        .add_attribute("fp", fp.to_string())
        .add_messages(payments.messages(&denoms)))
}
