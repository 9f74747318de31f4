//! Closing a channel, this chain's half.

use std::rc::Rc;

use cosmwasm_std::{Event, IbcBasicResponse, IbcChannelCloseMsg};

use super::{ChannelState, handshake::Application};
use crate::{
    error::Failure,
    ibc::IbcError,
    vm::Entry,
    world::{World, json},
};

impl World {
    /// `MsgChannelCloseInit`: anyone may send it; the application decides.
    pub fn close_init(self: &Rc<Self>, port: &str, id: &str) -> Result<Vec<Event>, Failure> {
        self.close(port, id, IbcChannelCloseMsg::new_init)
    }

    /// `MsgChannelCloseConfirm`: the other end is closed.
    pub fn close_confirm(self: &Rc<Self>, port: &str, id: &str) -> Result<Vec<Event>, Failure> {
        self.close(port, id, IbcChannelCloseMsg::new_confirm)
    }

    fn close(
        self: &Rc<Self>,
        port: &str,
        id: &str,
        message: fn(cosmwasm_std::IbcChannel) -> IbcChannelCloseMsg,
    ) -> Result<Vec<Event>, Failure> {
        let mut channel = self.state().ibc.find(port, id)?;
        channel.expect(id, &[ChannelState::Init, ChannelState::TryOpen, ChannelState::Open])?;
        self.state().ibc.live_connection(&channel.connection_id)?;
        let mut events = vec![closed(port, id)];
        let msg = message(channel.as_std(port, id));
        match self.application(port)? {
            Application::Transfer if matches!(msg, IbcChannelCloseMsg::CloseInit { .. }) => {
                return Err(IbcError::Refused("user cannot close channel".to_owned()).into());
            }
            Application::Transfer => {}
            Application::Contract(address) => {
                let answer: IbcBasicResponse =
                    self.call(&address, Entry::IbcChannelClose, &[], &json(&msg)?)?;
                self.finish(&address, answer.into(), &mut events)?;
            }
        }
        channel.state = ChannelState::Closed;
        self.state().ibc.put(port, id, channel);
        Ok(events)
    }

    /// `IbcMsg::CloseChannel` of the contract that owns the port: its entry point is not asked.
    pub fn close_own_channel(&self, port: &str, id: &str) -> Result<Event, Failure> {
        let state = &mut *self.state();
        let mut channel = state.ibc.find(port, id)?;
        channel.expect(id, &[ChannelState::Init, ChannelState::TryOpen, ChannelState::Open])?;
        state.ibc.live_connection(&channel.connection_id)?;
        channel.state = ChannelState::Closed;
        state.ibc.put(port, id, channel);
        Ok(closed(port, id))
    }
}

pub(crate) fn closed(port: &str, id: &str) -> Event {
    Event::new("channel_close").add_attribute("port_id", port).add_attribute("channel_id", id)
}
