//! What several messages read alike.

use bitcoin_spv::{Header, Work};
use cosmwasm_std::{Addr, Api, MessageInfo};
use primitives::BtcHeight;

use crate::error::ContractError;
use crate::state::Base;

/// Refuses coins, which nobody could get out again.
pub fn check_no_funds(info: &MessageInfo) -> Result<(), ContractError> {
    if info.funds.is_empty() { Ok(()) } else { Err(ContractError::Funds) }
}

/// Reads addresses of this chain.
pub fn parse_addresses(api: &dyn Api, texts: &[String]) -> Result<Vec<Addr>, ContractError> {
    texts.iter().map(|text| Ok(api.addr_validate(text)?)).collect()
}

/// A base header with the first of its period, if given.
pub fn parse_base(
    height: u32,
    header: Header,
    work: Work,
    period_start_header_hex: Option<String>,
) -> Result<Base, ContractError> {
    let period_start = period_start_header_hex.map(|text| Header::from_hex(&text)).transpose()?;
    Ok(Base { height: BtcHeight::new(height), header, work, period_start })
}

/// A header's own work; none if its target is no target, which is refused where the chain begins.
pub fn own_work(header: &Header) -> Work {
    header.bits.target().map_or(Work::ZERO, |target| target.work())
}
