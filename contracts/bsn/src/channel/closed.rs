use api::bsn::event;
use cosmwasm_std::{Env, Event, StdResult, Storage};

use crate::host;
use crate::state::{CHANNELS, Channels, ClosedChannel};

/// Frees the slot for another channel on the bound connection, if `channel_id` holds it; what was in
/// flight waits from now on, since its channel is not the open one.
pub fn free(storage: &mut dyn Storage, env: &Env, channel_id: &str) -> StdResult<Option<Event>> {
    let mut channels = CHANNELS.may_load(storage)?.unwrap_or_default();
    if channels.open.as_ref().is_none_or(|open| open.channel_id != channel_id) {
        return Ok(None);
    }
    let event = remember_closed(&mut channels, env, "closed");
    CHANNELS.save(storage, &channels)?;
    Ok(event)
}

/// Makes the open channel, if there is one, the last of the previous ones.
pub fn remember_closed(channels: &mut Channels, env: &Env, state: &str) -> Option<Event> {
    let open = channels.open.take()?;
    let event = event::Channel { channel_id: open.channel_id.clone(), state: state.to_owned() };
    channels.previous.push(ClosedChannel {
        channel_id: open.channel_id,
        connection_id: open.connection_id,
        closed_at: host::now(env),
        last_packet: open.last_packet,
    });
    let surplus = channels.previous.len().saturating_sub(Channels::KEPT);
    channels.previous.drain(..surplus);
    Some(event.into())
}
