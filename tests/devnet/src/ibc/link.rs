use std::collections::BTreeMap;

use cosmwasm_std::{IbcEndpoint, IbcOrder};
use thiserror::Error;

use super::{
    ChannelState, Counterparty, RelayFault, RemoteChannel, TRANSFER_PORT, TRANSFER_VERSION,
    channel::{Connection, endpoint},
    handshake::Proposal,
};
use crate::{Chain, error::Failure};

/// Why something on a link failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Our chain refused.
    #[error(transparent)]
    Chain(#[from] Failure),
    /// The other chain refused.
    #[error("counterparty: {0}")]
    Remote(String),
}

/// What a new channel is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChannel {
    /// The port on our chain: `wasm.<contract>` or `transfer`.
    pub port: String,
    /// The port on the other chain.
    pub remote_port: String,
    /// Whether packets arrive in order.
    pub order: IbcOrder,
    /// The version to propose.
    pub version: String,
}

impl OpenChannel {
    /// An ICS-20 channel.
    pub fn transfer() -> Self {
        let port = TRANSFER_PORT.to_owned();
        let version = TRANSFER_VERSION.to_owned();
        Self { port: port.clone(), remote_port: port, order: IbcOrder::Unordered, version }
    }

    /// Babylon's channel to a contract (PROTOCOL.md, "The channel").
    pub fn zoneconcierge(contract: &str) -> Self {
        Self {
            port: format!("wasm.{contract}"),
            remote_port: "zoneconcierge".to_owned(),
            order: IbcOrder::Ordered,
            version: "zoneconcierge-1".to_owned(),
        }
    }
}

/// Both ends of a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelIds {
    /// The port on our chain.
    pub port: String,
    /// The id on our chain.
    pub local: String,
    /// The id on the other chain.
    pub remote: String,
}

/// A connection to another chain, that chain's end of it, and the relayer between.
///
/// A link lives beside its [`Chain`], not in it: where a chain is forked, clone the link for the fork.
#[derive(Debug, Clone)]
pub struct Link<C> {
    /// The other chain's application.
    pub app: C,
    /// The connection's id on our chain.
    pub connection_id: String,
    /// The connection's id on the other chain.
    pub remote_connection_id: String,
    /// The id, on the other chain, of its light client of ours.
    pub remote_client_id: String,
    /// Whether that client expired: then nothing of ours can be proven there.
    pub remote_client_expired: bool,
    /// The account that relays.
    pub relayer: String,
    /// The SDK gas that each of the relayer's transactions may use; `None` is without limit.
    pub gas_limit: Option<u64>,
    /// What the relayer does wrong.
    pub faults: Vec<RelayFault>,
    pub(crate) channels: BTreeMap<String, RemoteChannel>,
    first_channel: u64,
}

impl<C: Counterparty> Link<C> {
    /// A link that leads nowhere: no client and no connection, and so never a packet.
    pub fn nowhere(chain: &Chain, app: C) -> Self {
        Self {
            app,
            connection_id: String::new(),
            remote_connection_id: String::new(),
            remote_client_id: String::new(),
            remote_client_expired: false,
            relayer: chain.account("relayer"),
            gas_limit: None,
            faults: Vec::new(),
            channels: BTreeMap::new(),
            first_channel: 0,
        }
    }

    /// Makes clients and a connection between `chain` and the chain that `app` lives on.
    pub fn connect(chain: &mut Chain, app: C) -> Self {
        chain.open_block();
        let world = chain.world();
        let number = world.state().next("connections");
        let connection_id = format!("connection-{number}");
        let client_id = format!("07-tendermint-{number}");
        let connection = Connection {
            client_id: client_id.clone(),
            client_expired: false,
            counterparty_connection_id: connection_id.clone(),
            counterparty_client_id: client_id.clone(),
        };
        world.state().ibc.connections.insert(connection_id.clone(), connection);
        Self {
            remote_connection_id: connection_id.clone(),
            connection_id,
            remote_client_id: client_id,
            first_channel: number * 100,
            ..Self::nowhere(chain, app)
        }
    }

    /// Lets our chain's client of the other one expire, or revives it.
    pub fn set_client_expired(&self, chain: &mut Chain, expired: bool) {
        chain.open_block();
        let state = &mut *chain.world().state();
        if let Some(mut connection) = state.ibc.connections.get(&self.connection_id).cloned() {
            connection.client_expired = expired;
            state.ibc.connections.insert(self.connection_id.clone(), connection);
        }
    }

    /// The other chain's end of a channel, by its id there.
    pub fn remote_channel(&self, id: &str) -> Option<&RemoteChannel> {
        self.channels.get(id)
    }

    /// The other chain's ends of all channels.
    pub fn remote_channels(&self) -> impl Iterator<Item = &RemoteChannel> {
        self.channels.values()
    }

    /// Opens a channel as Babylon's scripts do: the other chain begins, ours gets `OpenTry` and
    /// `OpenConfirm`.
    ///
    /// # Errors
    /// Where either side refuses; a half-open channel stays half open.
    pub fn open_from_remote(
        &mut self,
        chain: &mut Chain,
        open: &OpenChannel,
    ) -> Result<ChannelIds, LinkError> {
        let ids = self.init_and_try(chain, open)?;
        self.ack_and_confirm(chain, &ids)?;
        Ok(ids)
    }

    /// The first half of [`open_from_remote`](Self::open_from_remote): Init there, Try here.
    ///
    /// # Errors
    /// Where either side refuses.
    pub fn init_and_try(&mut self, chain: &mut Chain, open: &OpenChannel) -> Result<ChannelIds, LinkError> {
        let mut remote = self.new_remote(open, "", ChannelState::Init);
        remote.version = self.app.on_open_init(&remote).map_err(LinkError::Remote)?;
        let id = remote.id.clone();
        let proposal = self.proposal(open, &remote.version, &id);
        self.channels.insert(id.clone(), remote);
        let (local, version) = chain.relay_tx(self.gas_limit, |world| {
            world.open_channel(&proposal).map(|opened| (opened, Vec::new()))
        })?;
        let remote = self.remote_mut(&id)?;
        remote.counterparty.channel_id = local.clone();
        remote.version = version;
        Ok(ChannelIds { port: open.port.clone(), local, remote: id })
    }

    /// The second half: Ack there, Confirm here.
    ///
    /// # Errors
    /// Where either side refuses.
    pub fn ack_and_confirm(&mut self, chain: &mut Chain, ids: &ChannelIds) -> Result<(), LinkError> {
        let mut remote = self.remote_mut(&ids.remote)?.clone();
        self.app.on_open_ack(&remote, &remote.version).map_err(LinkError::Remote)?;
        remote.state = ChannelState::Open;
        self.channels.insert(remote.id.clone(), remote);
        chain.relay_tx(self.gas_limit, |world| {
            world.open_confirm(&ids.port, &ids.local).map(|events| ((), events))
        })?;
        Ok(())
    }

    /// Opens a channel from our side: ours gets `OpenInit` and `OpenAck`.
    ///
    /// # Errors
    /// Where either side refuses; a half-open channel stays half open.
    pub fn open_from_chain(
        &mut self,
        chain: &mut Chain,
        open: &OpenChannel,
    ) -> Result<ChannelIds, LinkError> {
        let proposal = self.proposal(open, &open.version, "");
        let (local, version) = chain.relay_tx(self.gas_limit, |world| {
            world.open_channel(&proposal).map(|opened| (opened, Vec::new()))
        })?;
        let mut remote = self.new_remote(open, &local, ChannelState::TryOpen);
        remote.version = self.app.on_open_try(&remote, &version).map_err(LinkError::Remote)?;
        let (id, version) = (remote.id.clone(), remote.version.clone());
        self.channels.insert(id.clone(), remote);
        chain.relay_tx(self.gas_limit, |world| {
            world.open_ack(&open.port, &local, &id, &version).map(|events| ((), events))
        })?;
        let mut remote = self.remote_mut(&id)?.clone();
        self.app.on_open_confirm(&remote).map_err(LinkError::Remote)?;
        remote.state = ChannelState::Open;
        self.channels.insert(id.clone(), remote);
        Ok(ChannelIds { port: open.port.clone(), local, remote: id })
    }

    /// Sends a packet from the other chain; [`relay`](Link::relay) carries it. Gives its sequence.
    ///
    /// # Errors
    /// If the channel is not open there or the client there has expired.
    pub fn send(
        &mut self,
        chain: &Chain,
        remote_channel: &str,
        data: Vec<u8>,
        timeout_seconds: u64,
    ) -> Result<u64, LinkError> {
        if self.remote_client_expired {
            return Err(LinkError::Remote(format!("client {} is not active", self.remote_client_id)));
        }
        let timeout = chain.now().time.plus_seconds(timeout_seconds);
        let channel = self.remote_mut(remote_channel)?;
        if !channel.is_open() {
            return Err(LinkError::Remote(format!("channel {remote_channel} is {:?}", channel.state)));
        }
        Ok(channel.send(data, timeout))
    }

    /// Somebody asks the other chain to close its end; the relayer then confirms that here.
    ///
    /// # Errors
    /// If its application refuses.
    pub fn close_from_remote(&mut self, remote_channel: &str) -> Result<(), LinkError> {
        let channel = self.remote_mut(remote_channel)?.clone();
        self.app.on_close_init(&channel).map_err(LinkError::Remote)?;
        self.remote_mut(remote_channel)?.state = ChannelState::Closed;
        Ok(())
    }

    /// Closes the other end without asking its application, as a governance or an upgrade might.
    ///
    /// # Errors
    /// If there is no such channel.
    pub fn force_close_remote(&mut self, remote_channel: &str) -> Result<(), LinkError> {
        self.remote_mut(remote_channel)?.state = ChannelState::Closed;
        Ok(())
    }

    pub(crate) fn remote_mut(&mut self, id: &str) -> Result<&mut RemoteChannel, LinkError> {
        self.channels.get_mut(id).ok_or_else(|| LinkError::Remote(format!("{id}: channel not found")))
    }

    fn new_remote(&self, open: &OpenChannel, local: &str, state: ChannelState) -> RemoteChannel {
        RemoteChannel {
            id: format!("channel-{}", self.first_channel + self.channels.len() as u64),
            port: open.remote_port.clone(),
            counterparty: endpoint(&open.port, local),
            order: open.order.clone(),
            version: open.version.clone(),
            state,
            connection_id: self.remote_connection_id.clone(),
            client_id: self.remote_client_id.clone(),
            next_send: 1,
            next_receive: 1,
            sent: BTreeMap::new(),
            acks: BTreeMap::new(),
        }
    }

    fn proposal(&self, open: &OpenChannel, version: &str, remote_channel: &str) -> Proposal {
        Proposal {
            port: open.port.clone(),
            connection_id: self.connection_id.clone(),
            order: open.order.clone(),
            version: version.to_owned(),
            counterparty_port: open.remote_port.clone(),
            counterparty_channel: remote_channel.to_owned(),
        }
    }
}

impl ChannelIds {
    /// The end on our chain.
    pub fn local_endpoint(&self) -> IbcEndpoint {
        endpoint(&self.port, &self.local)
    }
}
