//! Opening a channel, this chain's half: ICS-4's four steps, with the contract's say in each.

use std::rc::Rc;

use cosmwasm_std::{
    Event, Ibc3ChannelOpenResponse, IbcBasicResponse, IbcChannelConnectMsg, IbcChannelOpenMsg, IbcOrder,
};

use super::{Channel, ChannelState, IbcError, channel::endpoint};
use crate::{
    error::Failure,
    vm::Entry,
    world::{World, json},
};

/// The port of the ICS-20 application.
pub const TRANSFER_PORT: &str = "transfer";
/// The version of its channels.
pub const TRANSFER_VERSION: &str = "ics20-1";

/// What a channel is to be.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    pub port: String,
    pub connection_id: String,
    pub order: IbcOrder,
    /// Ours (init) or the other side's (try).
    pub version: String,
    pub counterparty_port: String,
    /// Empty in init.
    pub counterparty_channel: String,
}

/// Which application has bound a port.
pub(crate) enum Application {
    Contract(String),
    Transfer,
}

impl World {
    pub fn application(&self, port: &str) -> Result<Application, Failure> {
        if port == TRANSFER_PORT {
            return Ok(Application::Transfer);
        }
        let address = port.strip_prefix("wasm.").unwrap_or_default();
        match self.contract(address) {
            Ok(contract) if contract.ibc_port.as_deref() == Some(port) => {
                Ok(Application::Contract(address.to_owned()))
            }
            _ => Err(IbcError::PortNotFound(port.to_owned()).into()),
        }
    }

    /// `MsgChannelOpenInit` or, if the other side has a channel already, `MsgChannelOpenTry`. Gives the
    /// id of the new channel and the version that our side answers.
    pub fn open_channel(self: &Rc<Self>, proposal: &Proposal) -> Result<(String, String), Failure> {
        let p = proposal;
        self.state().ibc.live_connection(&p.connection_id)?;
        let id = format!("channel-{}", self.state().next("channels"));
        let is_try = !p.counterparty_channel.is_empty();
        let state = if is_try { ChannelState::TryOpen } else { ChannelState::Init };
        let counterparty = endpoint(&p.counterparty_port, &p.counterparty_channel);
        let (version, connection) = (p.version.clone(), p.connection_id.clone());
        let mut channel = Channel::new(state, p.order.clone(), counterparty, version, connection);
        channel.version = match self.application(&p.port)? {
            Application::Transfer => transfer_version(&channel)?,
            Application::Contract(address) => {
                let shown = channel.as_std(&p.port, &id);
                let msg = if is_try {
                    IbcChannelOpenMsg::new_try(shown, &p.version)
                } else {
                    IbcChannelOpenMsg::new_init(shown)
                };
                let answer: Option<Ibc3ChannelOpenResponse> =
                    self.call(&address, Entry::IbcChannelOpen, &[], &json(&msg)?)?;
                answer.map_or_else(|| p.version.clone(), |answer| answer.version)
            }
        };
        let version = channel.version.clone();
        self.state().ibc.put(&p.port, &id, channel);
        Ok((id, version))
    }

    /// `MsgChannelOpenAck`: we began, the other side agreed under `counterparty_version`.
    pub fn open_ack(
        self: &Rc<Self>,
        port: &str,
        id: &str,
        counterparty_channel: &str,
        counterparty_version: &str,
    ) -> Result<Vec<Event>, Failure> {
        let mut channel = self.state().ibc.find(port, id)?;
        channel.expect(id, &[ChannelState::Init])?;
        self.state().ibc.live_connection(&channel.connection_id)?;
        channel.counterparty.channel_id = counterparty_channel.to_owned();
        channel.version = counterparty_version.to_owned();
        let shown = channel.as_std(port, id);
        channel.state = ChannelState::Open;
        let mut events = vec![opened("channel_open_ack", port, id)];
        match self.application(port)? {
            Application::Transfer => {
                transfer_version(&channel)?;
                self.state().ibc.put(port, id, channel);
            }
            Application::Contract(address) => {
                self.state().ibc.put(port, id, channel);
                let msg = IbcChannelConnectMsg::new_ack(shown, counterparty_version);
                self.connect(&address, &msg, &mut events)?;
            }
        }
        Ok(events)
    }

    /// `MsgChannelOpenConfirm`: the other side began, and is open.
    pub fn open_confirm(self: &Rc<Self>, port: &str, id: &str) -> Result<Vec<Event>, Failure> {
        let mut channel = self.state().ibc.find(port, id)?;
        channel.expect(id, &[ChannelState::TryOpen])?;
        self.state().ibc.live_connection(&channel.connection_id)?;
        let shown = channel.as_std(port, id);
        channel.state = ChannelState::Open;
        self.state().ibc.put(port, id, channel);
        let mut events = vec![opened("channel_open_confirm", port, id)];
        if let Application::Contract(address) = self.application(port)? {
            self.connect(&address, &IbcChannelConnectMsg::new_confirm(shown), &mut events)?;
        }
        Ok(events)
    }

    fn connect(
        self: &Rc<Self>,
        address: &str,
        msg: &IbcChannelConnectMsg,
        events: &mut Vec<Event>,
    ) -> Result<(), Failure> {
        let answer: IbcBasicResponse = self.call(address, Entry::IbcChannelConnect, &[], &json(msg)?)?;
        self.finish(address, answer.into(), events).map(|_| ())
    }
}

/// The ICS-20 application's own rule: unordered, `ics20-1`.
fn transfer_version(channel: &Channel) -> Result<String, IbcError> {
    let is_fine = channel.order == IbcOrder::Unordered
        && (channel.version.is_empty() || channel.version == TRANSFER_VERSION);
    if !is_fine {
        return Err(IbcError::Refused(format!("expected unordered {TRANSFER_VERSION}")));
    }
    Ok(TRANSFER_VERSION.to_owned())
}

fn opened(ty: &str, port: &str, id: &str) -> Event {
    Event::new(ty).add_attribute("port_id", port).add_attribute("channel_id", id)
}
