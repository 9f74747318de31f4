use api::btc_staking::{StakeId, Verdicts};
use api::write;
use cosmwasm_std::{Addr, DepsMut, Event, Response, StdResult, Storage};
use payout::{Denoms, Ledger, claim as take_out};

use super::check_count;
use crate::error::ContractError;
use crate::event::RewardsClaimed;
use crate::parse;
use crate::payout::{Books, Payments, coins};
use crate::refused::{Refused, verdict};
use crate::state::{OWNERS, PAYEES};

/// Pays what stakes have earned, whoever asks, to the addresses that their stakers named.
#[inline(never)]
pub fn claim(deps: DepsMut<'_>, stakes: &[StakeId]) -> Result<Response, ContractError> {
    check_count(stakes.len())?;
    let denoms = Books::new(deps.storage).denoms()?;
    let (mut verdicts, mut done) = (Vec::new(), Done::default());
    for id in stakes {
        verdicts.push(verdict(claim_one(deps.storage, &denoms, id, &mut done)?));
    }
    Ok(Response::new()
        .add_attribute("action", "claim")
        .add_events(done.events)
        .add_messages(done.payments.messages(&denoms))
        .set_data(write::json(&Verdicts { verdicts })?))
}

#[derive(Default)]
struct Done {
    payments: Payments,
    events: Vec<Event>,
}

fn claim_one(
    storage: &mut dyn Storage,
    denoms: &Denoms,
    id: &StakeId,
    done: &mut Done,
) -> StdResult<Result<&'static str, Refused>> {
    let stake = match parse::outpoint(&id.txid, id.output) {
        Ok(stake) => stake,
        Err(error) => return Ok(Err(error.into())),
    };
    let Some(account) = Books::new(storage).account(&stake)? else {
        return Ok(Err(Refused::NoRewards(stake)));
    };
    let Some(payee) = payee(storage, &account.staker_key)? else {
        return Ok(Err(Refused::NoPayout(stake)));
    };

    let mut books = Books::new(storage);
    let claimed = take_out(&mut books, &stake)?.map(|claimed| claimed.coins).unwrap_or_default();
    books.finish()?;
    if claimed.is_empty() {
        return Ok(Ok("nothing"));
    }
    done.payments.add(&payee, &claimed);
    let (address, coins) = (&payee, coins(&claimed, denoms));
    done.events.push(RewardsClaimed { stake, address, coins }.into());
    Ok(Ok("paid"))
}

/// Where a staker is paid. What a finality provider has staked by its own key goes to its operator: once it has equivocated, anybody has
/// the key, and could name another address.
fn payee(storage: &dyn Storage, staker: &[u8; 32]) -> StdResult<Option<Addr>> {
    if let Some(operator) = OWNERS.may_load(storage, staker)? {
        return Ok(Some(operator));
    }
    Ok(PAYEES.may_load(storage, staker)?.map(|payee| payee.address))
}
