//! Where a staker is paid.

use eots::{message, schnorr};
use primitives::SigningContext;
use serde_json::{Value, json};

use crate::babylon::Delegation;
use crate::finality_provider::Appchain;

/// A staker's word about where it is paid: `address` as the chain writes it, and decoded; the counter rises with each word.
pub fn payout_word(stake: &Delegation, appchain: &Appchain, address: (&str, &[u8]), counter: u64) -> Value {
    let context = SigningContext::staker_payout(&appchain.chain_id, &appchain.contract);
    let key = stake.staker.public_key();
    let signed = message::payout_hash(&context, key.as_fp().as_bytes(), counter, address.1);
    let signature = schnorr::sign(&stake.staker, &signed, &[0; 32]);
    json!({ "set_payout": {
        "staker_pk_hex": key.as_fp().to_string(),
        "address": address.0,
        "counter": counter,
        "signature": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, signature),
    } })
}
