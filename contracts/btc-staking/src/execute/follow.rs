use cosmwasm_std::{DepsMut, Response};
use payout::close;
use primitives::BtcHeight;

use super::{Done, STEPS, with_stakes};
use crate::error::ContractError;
use crate::outcomes;
use crate::payout::Books;
use crate::state::Config;

/// How many buckets of expired stakes one call takes out of what earns.
const BUCKETS: usize = 32;

#[inline(never)]
pub fn follow(mut deps: DepsMut<'_>, now: u64, config: &Config) -> Result<Response, ContractError> {
    let mut tip = BtcHeight::default();
    let response = with_stakes(deps.branch(), now, config, "follow", |stakes| {
        let mut changes = standing::follow(stakes, &config.rules(), STEPS)?.changes;
        let mut again = outcomes::again(stakes)?;
        again.retain(|old| changes.iter().all(|new| new.stake != old.stake));
        changes.extend(again);
        tip = stakes.chain.tip()?.height;
        Ok(Done { changes, ..Done::default() })
    })?;

    let mut books = Books::new(deps.storage);
    close(&mut books, tip, BUCKETS)?;
    books.finish()?;
    Ok(response)
}
