use api::bsn::StakeSource;
use cosmwasm_std::{
    Deps, DepsMut, Env, Ibc3ChannelOpenResponse, IbcChannel, IbcChannelOpenMsg, IbcChannelOpenResponse,
    IbcOrder,
};

use crate::channel::transfer_connection;
use crate::error::{ContractError, DoorError};
use crate::state::{CHANNELS, CONFIG, Channels, Config};

/// Checks a channel that is about to open, and answers with the version. Nothing is recorded: only
/// [`connect`](super::connect) reserves, so an opening that nobody finishes keeps nobody out.
///
/// # Errors
/// [`DoorError`] for any channel but an ordered one of `zoneconcierge-1` to Babylon's module on the bound
/// connection, and while one is open.
pub fn open(
    deps: DepsMut<'_>,
    _env: &Env,
    msg: IbcChannelOpenMsg,
) -> Result<IbcChannelOpenResponse, ContractError> {
    check(deps.as_ref(), msg.channel(), msg.counterparty_version())?;
    Ok(Some(Ibc3ChannelOpenResponse { version: proto::VERSION.to_owned() }))
}

/// What opening and connecting both check. Answers the record of channels, so that it is read once.
pub(super) fn check(
    deps: Deps<'_>,
    channel: &IbcChannel,
    counterparty_version: Option<&str>,
) -> Result<Channels, ContractError> {
    if channel.order != IbcOrder::Ordered {
        return Err(DoorError::Unordered.into());
    }
    if channel.version != proto::VERSION {
        return Err(DoorError::Version { got: channel.version.clone() }.into());
    }
    if counterparty_version.is_some_and(|version| version != proto::VERSION) {
        return Err(DoorError::CounterpartyVersion.into());
    }
    let port = &channel.counterparty_endpoint.port_id;
    if port != proto::PORT {
        return Err(DoorError::CounterpartyPort { got: port.clone() }.into());
    }
    let config = CONFIG.load(deps.storage)?;
    if config.stake_source == StakeSource::Bitcoin {
        return Err(ContractError::NoBabylon);
    }
    let channels = CHANNELS.may_load(deps.storage)?.unwrap_or_default();
    if channels.open.is_some() {
        return Err(DoorError::AlreadyOpen.into());
    }
    let expected = bound_connection(deps, &config, &channels)?;
    if channel.connection_id != expected {
        return Err(DoorError::Connection { got: channel.connection_id.clone(), expected }.into());
    }
    Ok(channels)
}

/// The connection that leads to Babylon: the bound one, else that of the channel of rewards.
fn bound_connection(deps: Deps<'_>, config: &Config, channels: &Channels) -> Result<String, DoorError> {
    if let Some(bound) = channels.bound(config) {
        return Ok(bound.clone());
    }
    let ics20_channel_id = config.ics20_channel_id.clone();
    if ics20_channel_id.is_empty() {
        return Err(DoorError::Unbound { ics20_channel_id });
    }
    transfer_connection(deps, &ics20_channel_id)
}
