//! Channels, and the clients below them.

use super::{BabylonEnd, Network, NetworkError};
use crate::actors::babylon::ConsumerMetadata;
use crate::ibc::{ChannelIds, Link, OpenChannel};

impl Network {
    /// Opens the channel as Babylon's scripts do.
    ///
    /// # Errors
    /// [`NetworkError::Link`] where either side refuses.
    pub fn open_channel(&mut self) -> Result<(), NetworkError> {
        let open = OpenChannel::zoneconcierge(&self.bsn);
        self.channel = Some(self.link.open_from_remote(&mut self.chain, &open)?);
        Ok(())
    }

    /// Makes new clients on both chains, and so a new connection and, on Babylon, a new consumer: the only way to
    /// another channel. Gives the old link, with what still waits on it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn reconnect(&mut self) -> Result<Link<BabylonEnd>, NetworkError> {
        let mut app = self.link.app.clone();
        app.packets.clear();
        let mut link = Link::connect(&mut self.chain, app);
        link.app.client = link.remote_client_id.clone();
        link.app.babylon.register_consumer(&link.remote_client_id, ConsumerMetadata::default())?;
        self.channel = None;
        Ok(std::mem::replace(&mut self.link, link))
    }

    /// Opens a channel for coins, on the same connection. After Babylon's own it is `channel-1`, on regtest.
    ///
    /// # Errors
    /// [`NetworkError::Link`] where either side refuses.
    pub fn open_transfer(&mut self) -> Result<ChannelIds, NetworkError> {
        Ok(self.link.open_from_chain(&mut self.chain, &OpenChannel::transfer())?)
    }
}
