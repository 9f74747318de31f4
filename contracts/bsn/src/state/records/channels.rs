use primitives::{FpId, UnixTime};
use serde::{Deserialize, Serialize};
use staking::Consumer;

use super::Config;

/// Channels to Babylon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// The connection that the channel must be on, once known.
    pub connection_id: Option<String>,
    /// Our id on Babylon over that connection, as its packets say: that of its IBC client of ours.
    pub consumer_id: Option<String>,
    /// The open one.
    pub open: Option<OpenChannel>,
    /// Those that were, the latest last; at most [`Channels::KEPT`].
    pub previous: Vec<ClosedChannel>,
    /// The move to another connection that is announced.
    pub rebind: Option<Rebind>,
    /// FPs of consumer ids that were, the latest last; at most [`Channels::KEPT`].
    pub orphans: Vec<Orphans>,
}

impl Channels {
    /// How many closed channels are remembered.
    pub const KEPT: usize = 8;

    /// The connection that the channel must be on: that of the channels before, else the configured one.
    pub fn bound<'a>(&'a self, config: &'a Config) -> Option<&'a String> {
        self.connection_id.as_ref().or(config.connection_id.as_ref())
    }

    /// Under which consumer id finality providers may register. After a move to another connection there is none
    /// until a packet reveals the new one, so that FPs of the old id cannot register again.
    pub fn registering(&self) -> Consumer {
        let moved =
            self.previous.iter().any(|closed| Some(&closed.connection_id) != self.connection_id.as_ref());
        match &self.consumer_id {
            Some(consumer_id) => Consumer::Is(consumer_id.clone()),
            None if moved => Consumer::Unknown,
            None => Consumer::Any,
        }
    }

    /// What is announced, in words.
    pub fn announced(&self, config: &Config) -> Option<String> {
        let Rebind { connection_id, ics20_channel_id, at } = self.rebind.as_ref()?;
        Some(match ics20_channel_id.as_ref().filter(|_| self.bound(config) == Some(connection_id)) {
            Some(channel_id) => format!("rewards move to channel {channel_id} at {at}"),
            None => format!("the channel moves to connection {connection_id} at {at}"),
        })
    }
}

/// The open channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenChannel {
    /// Its id here.
    pub channel_id: String,
    /// Its id on Babylon.
    pub counterparty_channel_id: String,
    /// Its connection.
    pub connection_id: String,
    /// When it last brought a packet; at first, when it opened.
    pub last_packet: UnixTime,
}

/// A channel that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedChannel {
    /// Its id here.
    pub channel_id: String,
    /// Its connection.
    pub connection_id: String,
    /// When it closed.
    pub closed_at: UnixTime,
    /// When it last brought a packet.
    pub last_packet: UnixTime,
}

/// A move to another connection; where it is to the bound one, only the channel of rewards changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebind {
    /// To which.
    pub connection_id: String,
    /// The channel of rewards from then on, if it is another.
    pub ics20_channel_id: Option<String>,
    /// From when on.
    pub at: UnixTime,
}

/// FPs that registered under an earlier consumer id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphans {
    /// All with lower numbers.
    pub below: FpId,
    /// When their channel last brought a packet.
    pub last_packet: UnixTime,
    /// Until when they keep their power; known once a new channel is bound.
    pub until: Option<UnixTime>,
}
