use api::ask::ask;
use api::read::{Fields, Json, Read, Unreadable};
use cosmwasm_std::{Deps, IbcChannel, IbcQuery};

use crate::error::{ContractError, DoorError, RebindError};

/// Rewards go to the chain that the channel leads to: their channel must be on the same connection.
///
/// # Errors
/// [`RebindError::OtherConnection`], or as [`transfer_connection`].
pub fn check_transfer(
    deps: Deps<'_>,
    ics20_channel_id: &str,
    connection_id: &str,
) -> Result<(), ContractError> {
    let found = transfer_connection(deps, ics20_channel_id)?;
    if found == connection_id {
        return Ok(());
    }
    let (ics20_channel_id, connection_id) = (ics20_channel_id.to_owned(), connection_id.to_owned());
    Err(RebindError::OtherConnection { ics20_channel_id, found, connection_id }.into())
}

/// The connection of a channel of rewards.
///
/// # Errors
/// [`DoorError::Unbound`] or [`DoorError::Lookup`].
pub fn transfer_connection(deps: Deps<'_>, ics20_channel_id: &str) -> Result<String, DoorError> {
    let ics20_channel_id = ics20_channel_id.to_owned();
    let query =
        IbcQuery::Channel { channel_id: ics20_channel_id.clone(), port_id: Some("transfer".to_owned()) };
    match ask::<Answer>(deps.querier, &query.into()) {
        Ok(Answer(Some(channel))) => Ok(channel.connection_id),
        Ok(Answer(None)) => Err(DoorError::Unbound { ics20_channel_id }),
        Err(source) => Err(DoorError::Lookup { ics20_channel_id, source }),
    }
}

/// What the chain answers; no channel where there is none of that id.
struct Answer(Option<IbcChannel>);

impl Read for Answer {
    fn read(json: Json) -> Result<Self, Unreadable> {
        Fields::of(json)?.take("channel").map(Self)
    }
}
