use std::collections::{BTreeMap, VecDeque};

use proto::zoneconcierge::IndexedHeader;

use super::{Babylon, BabylonError, events::Event};

/// What a consumer is registered with (`MsgRegisterConsumer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerMetadata {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The part of its rewards that Babylon keeps, in units of 10^-18 (`LegacyDec`).
    pub commission: u128,
}

impl Default for ConsumerMetadata {
    /// Five per cent commission.
    fn default() -> Self {
        Self {
            name: "devnet".into(),
            description: "an appchain of the devnet".into(),
            commission: 50_000_000_000_000_000,
        }
    }
}

/// Babylon's end of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id on Babylon.
    pub id: String,
    /// Whether packets can go out; not before the handshake is over, and never again once it closed.
    pub is_open: bool,
    /// The sequence number of the next packet, from 1.
    pub next_sequence_send: u64,
}

/// An appchain that Babylon knows. Its id is that of its IBC client on Babylon.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// What it registered with.
    pub metadata: ConsumerMetadata,
    /// The only channel it ever gets.
    pub channel: Option<Channel>,
    /// What it has not been told yet.
    pub(super) events: VecDeque<Event>,
    /// The highest header seen in the current epoch.
    pub(super) header: Option<IndexedHeader>,
    /// The hashes of the Bitcoin headers in the last packet that had any, ascending.
    pub(super) last_segment: Vec<Vec<u8>>,
    /// Whether Bitcoin moved since the last headers packet was due.
    pub(super) is_bitcoin_news: bool,
    /// What the finality providers have earned, by key (hexadecimal) and denom.
    pub(super) rewards: BTreeMap<(String, String), u128>,
    /// What Babylon has kept, by denom.
    pub(super) commissions: BTreeMap<String, u128>,
}

impl Consumer {
    pub(super) fn open_channel(&self) -> Option<&Channel> {
        self.channel.as_ref().filter(|channel| channel.is_open)
    }

    /// Counts one packet.
    pub(super) fn sent(&mut self) {
        if let Some(channel) = &mut self.channel {
            channel.next_sequence_send += 1;
        }
    }
}

impl Babylon {
    /// Registers an appchain under the id of its client on Babylon, such as `07-tendermint-0`.
    ///
    /// # Errors
    /// [`BabylonError::ConsumerExists`].
    pub fn register_consumer(
        &mut self,
        client: &str,
        metadata: ConsumerMetadata,
    ) -> Result<(), BabylonError> {
        if self.consumers.contains_key(client) {
            return Err(BabylonError::ConsumerExists { client: client.into() });
        }
        let consumer = Consumer {
            metadata,
            channel: None,
            events: VecDeque::new(),
            header: None,
            last_segment: Vec::new(),
            is_bitcoin_news: false,
            rewards: BTreeMap::new(),
            commissions: BTreeMap::new(),
        };
        self.consumers.insert(client.into(), consumer);
        Ok(())
    }

    /// The first step of the handshake (`OnChanOpenInit` or `OnChanOpenTry`). It takes the client's
    /// one and only place for a channel, whether or not the handshake is ever finished.
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`] or [`BabylonError::ChannelTaken`].
    pub fn begin_channel(&mut self, client: &str, id: &str) -> Result<(), BabylonError> {
        let is_strict = self.params.one_channel_per_client;
        let consumer = self.consumer_mut(client)?;
        if let Some(channel) = consumer.channel.as_ref().filter(|_| is_strict) {
            return Err(BabylonError::ChannelTaken { client: client.into(), channel: channel.id.clone() });
        }
        consumer.channel = Some(Channel { id: id.into(), is_open: false, next_sequence_send: 1 });
        Ok(())
    }

    /// The last step of the handshake. From now on packets go out; Bitcoin headers only with the next
    /// one that Babylon sees (PROTOCOL.md, "What Babylon sends, and when").
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`], or [`BabylonError::ChannelNotOpen`] if there was no first step.
    pub fn finish_channel(&mut self, client: &str) -> Result<(), BabylonError> {
        let channel = self.consumer_mut(client)?.channel.as_mut();
        let missing = || BabylonError::ChannelNotOpen { client: client.into() };
        channel.ok_or_else(missing)?.is_open = true;
        Ok(())
    }

    /// Both steps at once.
    ///
    /// # Errors
    /// Those of [`Babylon::begin_channel`].
    pub fn open_channel(&mut self, client: &str, id: &str) -> Result<(), BabylonError> {
        self.begin_channel(client, id)?;
        self.finish_channel(client)
    }

    /// A packet timed out, or the other end closed: the channel is gone for good.
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`] or [`BabylonError::ChannelNotOpen`].
    pub fn close_channel(&mut self, client: &str) -> Result<(), BabylonError> {
        let channel = self.consumer_mut(client)?.channel.as_mut().filter(|channel| channel.is_open);
        let missing = || BabylonError::ChannelNotOpen { client: client.into() };
        channel.ok_or_else(missing)?.is_open = false;
        Ok(())
    }

    /// An appchain by its id.
    pub fn consumer(&self, client: &str) -> Option<&Consumer> {
        self.consumers.get(client)
    }

    pub(super) fn consumer_mut(&mut self, client: &str) -> Result<&mut Consumer, BabylonError> {
        let unknown = || BabylonError::UnknownConsumer { client: client.into() };
        self.consumers.get_mut(client).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_one_channel_in_its_life() {
        let mut babylon = Babylon::new(1, "bbn-1");
        let client = "07-tendermint-0";
        let unknown = BabylonError::UnknownConsumer { client: client.into() };
        assert_eq!(babylon.open_channel(client, "channel-0"), Err(unknown));
        babylon.register_consumer(client, ConsumerMetadata::default()).unwrap();
        let exists = BabylonError::ConsumerExists { client: client.into() };
        assert_eq!(babylon.register_consumer(client, ConsumerMetadata::default()), Err(exists));
        let missing = BabylonError::ChannelNotOpen { client: client.into() };
        assert_eq!(babylon.finish_channel(client), Err(missing.clone()));
        babylon.begin_channel(client, "channel-0").unwrap();
        assert_eq!(babylon.close_channel(client), Err(missing));
        let taken = BabylonError::ChannelTaken { client: client.into(), channel: "channel-0".into() };
        assert_eq!(babylon.begin_channel(client, "channel-1"), Err(taken.clone()));
        babylon.finish_channel(client).unwrap();
        babylon.close_channel(client).unwrap();
        assert_eq!(babylon.begin_channel(client, "channel-1"), Err(taken));
        babylon.params.one_channel_per_client = false;
        babylon.open_channel(client, "channel-1").unwrap();
        assert_eq!(babylon.consumer(client).unwrap().channel.as_ref().unwrap().id, "channel-1");
    }
}
