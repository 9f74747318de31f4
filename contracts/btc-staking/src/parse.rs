//! Strings and bytes end here.

mod params;
mod payout;

use api::btc_staking::Ancestry;
use bitcoin_spv::{HeaderHash, InclusionError, MerkleBranch, OutPoint};
use cosmwasm_std::{Binary, MessageInfo};
use primitives::{FpPublicKey, ParseError, Txid};

use crate::error::{AncestryError, ContractError};

pub use params::{check_own, params, params_answer, self_stake};
pub use payout::{address, amount, amounts, shares, signature};

/// Refuses coins, which nobody could get out again.
pub fn check_no_funds(info: &MessageInfo) -> Result<(), ContractError> {
    if info.funds.is_empty() { Ok(()) } else { Err(ContractError::Funds) }
}

/// The bounds of a value.
pub fn check_bounds(field: &'static str, got: u64, least: u64, most: u64) -> Result<(), ContractError> {
    if (least..=most).contains(&got) {
        return Ok(());
    }
    Err(ContractError::OutOfBounds { field, got, least, most })
}

/// A stake.
pub fn outpoint(txid: &str, index: u32) -> Result<OutPoint, ParseError> {
    Ok(OutPoint { txid: Txid::from_display_hex(txid)?, index })
}

/// A key.
pub fn key(hex: &str) -> Result<[u8; 32], ParseError> {
    Ok(*FpPublicKey::from_hex(hex)?.as_bytes())
}

/// A Merkle branch.
pub fn branch(index: u32, bytes: &Binary) -> Result<MerkleBranch, InclusionError> {
    let (siblings, []) = bytes.as_chunks::<32>() else { return Err(InclusionError::Length(bytes.len())) };
    MerkleBranch::new(index, siblings.to_vec())
}

/// The way down to a header.
pub struct WayDown {
    /// The hash of the header that it hangs from.
    pub above: HeaderHash,
    /// The headers, ascending.
    pub headers: Vec<[u8; 80]>,
}

/// The most headers of one way down.
pub const MAX_HEADERS: usize = 2_000;

/// A way down.
pub fn way_down(ancestry: &Ancestry) -> Result<Result<WayDown, AncestryError>, ParseError> {
    let above = HeaderHash::from_display_hex(&ancestry.above)?;
    let got = ancestry.headers.len();
    let (headers, []) = ancestry.headers.as_chunks::<80>() else {
        return Ok(Err(AncestryError::PartialHeader { got }));
    };
    if !(1..=MAX_HEADERS).contains(&headers.len()) {
        return Ok(Err(AncestryError::Count { got: headers.len(), least: 1, most: MAX_HEADERS }));
    }
    Ok(Ok(WayDown { above, headers: headers.to_vec() }))
}
