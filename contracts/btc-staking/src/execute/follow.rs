use cosmwasm_std::{DepsMut, Response};

use super::{Done, STEPS, with_stakes};
use crate::error::ContractError;
use crate::outcomes;
use crate::state::Config;

#[inline(never)]
pub fn follow(deps: DepsMut<'_>, now: u64, config: &Config) -> Result<Response, ContractError> {
    with_stakes(deps, now, config, "follow", |stakes| {
        let mut changes = standing::follow(stakes, &config.rules(), STEPS)?.changes;
        let mut again = outcomes::again(stakes)?;
        again.retain(|old| changes.iter().all(|new| new.stake != old.stake));
        changes.extend(again);
        Ok(Done { changes, ..Done::default() })
    })
}
