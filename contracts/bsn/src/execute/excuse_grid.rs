use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response};
use primitives::BlockHeight;

use super::check_admin;
use crate::error::ContractError;
use crate::heights::grid;
use crate::state::PARAMS;

/// Counts grid heights as closed that never will be. What they would have proven stays unproven.
#[inline(never)]
pub fn excuse_grid(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    through: u64,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "excuse a grid height")?;
    let params = PARAMS.load(deps.storage)?;
    let now = BlockHeight::new(env.block.height);
    grid::excuse(deps.storage, &params, BlockHeight::new(through), now)?;
    Ok(Response::new()
        .add_attribute("action", "excuse_grid")
        .add_attribute("sender", &info.sender)
        .add_event(Event::from(event::ExcuseGrid { through: through.to_string() })))
}
