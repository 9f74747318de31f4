//! Who pays a fee: x/feegrant with allowances that have no limit and no end.

use super::super::ante::{Decoded, Refusal, sdk};
use super::Engine;

impl Engine {
    /// The signer, or whoever the transaction names and has allowed it.
    ///
    /// # Errors
    /// As the SDK, where nobody has allowed it.
    pub(super) fn payer(&self, tx: &Decoded) -> Result<String, Refusal> {
        let granter = tx.auth.fee.as_ref().map_or("", |fee| fee.granter.as_str());
        if granter.is_empty() || self.accounts.allows(granter, &tx.signer) {
            return Ok(if granter.is_empty() { tx.signer.clone() } else { granter.to_owned() });
        }
        let said = format!("{granter} does not allow to pay fees for {}", tx.signer);
        Err(sdk(38, format!("{said}: fee-grant not found: not found")))
    }
}
