use api::btc_staking::RewardShare;
use cosmwasm_std::{Addr, Api, Binary, Coin, Uint128};
use payout::Share;
use primitives::{FpPublicKey, ParseError};

use crate::error::{ContractError, PayoutError};

/// Shares of a period's coins.
pub fn shares(given: &[RewardShare]) -> Result<Vec<Share>, ContractError> {
    let share = |share: &RewardShare| {
        let fp = FpPublicKey::from_hex(&share.fp_pubkey_hex)?;
        Ok(Share { fp, coins: amounts(&share.amount)? })
    };
    given.iter().map(share).collect()
}

/// Coins, none of nothing.
pub fn amounts(coins: &[Coin]) -> Result<Vec<(String, u128)>, ContractError> {
    coins.iter().map(|coin| Ok((coin.denom.clone(), amount(coin)?))).collect()
}

/// The amount of a coin.
pub fn amount(coin: &Coin) -> Result<u128, PayoutError> {
    let amount = Uint128::try_from(coin.amount).map_or(0, |amount| amount.u128());
    if amount > 0 { Ok(amount) } else { Err(PayoutError::Amount { coin: coin.clone() }) }
}

/// A BIP-340 signature.
pub fn signature(bytes: &Binary) -> Result<[u8; 64], ParseError> {
    let wrong = |_| ParseError::Length { what: "signature", expected: 64, got: bytes.len() };
    <[u8; 64]>::try_from(&bytes[..]).map_err(wrong)
}

/// An address of this chain, and its bytes.
pub fn address(api: &dyn Api, text: &str) -> Result<(Addr, Vec<u8>), PayoutError> {
    let parsed =
        api.addr_validate(text).and_then(|address| Ok((address, api.addr_canonicalize(text)?.into())));
    parsed.map_err(|source| PayoutError::Address { address: text.chars().take(90).collect(), source })
}
