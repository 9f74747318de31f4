use api::btc_staking::{
    EarnsAnswer, FpRewardsResponse, PayoutResponse, RewardsPage, RewardsResponse, StakeId,
};
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Coin, Order, StdResult, Storage};
use payout::{Account, Accrual, Denoms, PerDenom, PerSat};
use primitives::FpPublicKey;

use super::items::Page;
use crate::error::ContractError;
use crate::payout::{Owners, Registered, coins};
use crate::state::{
    ACCOUNTS, BOUNTY, CLOSED, DENOMS, PAYEES, PROVIDERS, bucket_key, outpoint_key, outpoint_of,
};

/// How many stakes are looked at for a page.
const LOOKED_AT: usize = 50;

pub fn payout(storage: &dyn Storage, staker: &[u8; 32]) -> StdResult<PayoutResponse> {
    let (address, counter) =
        PAYEES.may_load(storage, staker)?.map(|payee| (payee.address.into(), payee.counter)).unzip();
    Ok(PayoutResponse { address, counter })
}

pub fn rewards(storage: &dyn Storage, stake: OutPoint) -> Result<RewardsResponse, ContractError> {
    let account = ACCOUNTS.may_load(storage, &outpoint_key(&stake))?;
    let account = account.ok_or(ContractError::Unknown { stake })?;
    Ok(shown(storage, &denoms(storage)?, stake, &account)?)
}

pub fn staker(storage: &dyn Storage, staker: &[u8; 32], page: &Page) -> StdResult<RewardsPage> {
    let denoms = denoms(storage)?;
    let (mut rewards, mut last) = (Vec::new(), None);
    let found = ACCOUNTS.range(storage, &page.first_key(), &[0xff; 37], Order::Ascending, LOOKED_AT)?;
    let is_more = found.len() == LOOKED_AT;
    for (key, account) in found {
        let Some(stake) = outpoint_of(&key) else { continue };
        last = Some(StakeId { txid: stake.txid.to_string(), output: stake.index });
        if account.staker_key == *staker {
            rewards.push(shown(storage, &denoms, stake, &account)?);
        }
        if rewards.len() >= page.limit {
            return Ok(RewardsPage { rewards, next: last });
        }
    }
    Ok(RewardsPage { rewards, next: last.filter(|_| is_more) })
}

pub fn fp(storage: &dyn Storage, fp: &FpPublicKey) -> StdResult<FpRewardsResponse> {
    let provider = PROVIDERS.may_load(storage, fp.as_bytes())?.unwrap_or_default();
    let raised_at = provider.commission.raised_at.get();
    let bounty = BOUNTY.may_load(storage)?.filter(|(_, most)| *most > 0);
    Ok(FpRewardsResponse {
        owner: Registered(storage).owner_of(fp)?.map(Into::into),
        commission_bps: provider.commission.rate.get(),
        raised_at: (raised_at > 0).then_some(raised_at),
        sats: provider.sats,
        owed: coins(&provider.account(), &denoms(storage)?),
        spend_bounty: bounty.map(|(denom, most)| Coin::new(most, denom)),
    })
}

fn denoms(storage: &dyn Storage) -> StdResult<Denoms> {
    Ok(DENOMS.may_load(storage)?.unwrap_or_default())
}

fn shown(
    storage: &dyn Storage,
    denoms: &Denoms,
    stake: OutPoint,
    account: &Account,
) -> StdResult<RewardsResponse> {
    let index = account.accrual.as_ref().map(|accrual| index(storage, accrual)).transpose()?;
    let earns = account.accrual.as_ref().map(|accrual| EarnsAnswer {
        fp_pubkey_hex: accrual.fp.to_string(),
        sats: accrual.sats.get(),
        expiry_height: accrual.expiry.get(),
    });
    Ok(RewardsResponse {
        txid: stake.txid.to_string(),
        output: stake.index,
        staker_pk_hex: hex::encode(account.staker_key),
        owed: coins(&account.owed_at(&index.unwrap_or_default()), denoms),
        earns,
    })
}

/// Where the indices of a stake stand, or stood when it expired.
fn index(storage: &dyn Storage, accrual: &Accrual) -> StdResult<PerDenom<PerSat>> {
    if let Some(closed) = CLOSED.may_load(storage, &bucket_key(&accrual.bucket()))? {
        return Ok(closed.index);
    }
    Ok(PROVIDERS.may_load(storage, accrual.fp.as_bytes())?.unwrap_or_default().index())
}
