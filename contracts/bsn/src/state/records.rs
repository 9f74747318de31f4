use api::bsn::Network;
use finality::Evidence;
use primitives::{AppHash, BlockHash, BlockHeight, EpochNumber, FpId, UnixNanos, UnixTime, VotingPower};
use serde::{Deserialize, Deserializer, Serialize};
use staking::Consumer;
use timestamping::Epochs;

use super::Kept;

/// Who and where this deployment is. The knobs are in [`finality::Params`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The network of Bitcoin.
    pub network: Network,
    /// k.
    pub btc_confirmation_depth: u32,
    /// w.
    pub checkpoint_finalization_timeout: u32,
    /// The light client.
    pub btc_light_client: Option<String>,
    /// As instantiated.
    pub consumer_name: String,
    /// As instantiated.
    pub consumer_description: String,
    /// The bonded denom; empty on a chain without x/staking.
    pub denom: String,
    /// The channel of rewards.
    pub ics20_channel_id: String,
    /// The connection given at instantiation.
    pub connection_id: Option<String>,
    /// In days.
    pub ibc_packet_timeout_days: u64,
    /// The module of Babylon that receives rewards.
    pub destination_module: String,
    /// Babylon's chain id, for proofs of possession.
    pub babylon_chain_id: Option<String>,
    /// The denoms that are shared out.
    pub reward_denoms: Vec<String>,
    /// Whether the part of the slashed is burned rather than shared out.
    pub burn_slashed_rewards: bool,
    /// What Babylon's checkpoints in Bitcoin start with; any if unknown.
    pub babylon_tag: Option<[u8; 4]>,
}

/// Who administers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admins {
    /// The admin.
    pub admin: Option<String>,
    /// What is proposed, if anything: a successor, or that there is none.
    pub pending: Option<Option<String>>,
}

/// What was seen of the light client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bitcoin {
    /// The hash of the tip last seen, in internal order.
    pub tip: Option<[u8; 32]>,
    /// How often it refused headers of a packet.
    pub refused: u32,
    /// When last.
    pub refused_at: Option<UnixTime>,
}

/// What the hooks saw of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The application hash in its header.
    pub app_hash: AppHash,
    /// Its hash.
    pub block_hash: BlockHash,
    /// Its time.
    pub time: UnixTime,
    /// Where the cursor was.
    pub cursor: BlockHeight,
    /// The power of the active set; `None` while a hook is at work, and for ever if it was torn.
    pub total: Option<VotingPower>,
    /// Whether the backlog was full: then nobody may vote there, and the total is zero.
    pub full: bool,
    /// The ranked stake that the active set was taken from; versions before 0.3.0 did not write it.
    #[serde(deserialize_with = "unknown_where_it_ends")]
    pub ranked: Ranked,
}

/// The ranked stake of a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ranked {
    /// Nobody wrote it down.
    Unknown,
    /// So much.
    Power(VotingPower),
    /// As much as the power of the active set: everybody in it has randomness, and nobody waits outside.
    AllActive,
}

impl Ranked {
    /// Of a set with the power `total`.
    pub fn of(ranked: VotingPower, total: VotingPower) -> Self {
        if ranked == total { Self::AllActive } else { Self::Power(ranked) }
    }
}

impl Anchor {
    /// The ranked stake, where it is known.
    pub fn ranked(&self) -> Option<VotingPower> {
        match self.ranked {
            Ranked::Unknown => None,
            Ranked::Power(power) => Some(power),
            Ranked::AllActive => self.total,
        }
    }
}

/// The last field of a record that may lack it.
fn unknown_where_it_ends<'de, D: Deserializer<'de>>(record: D) -> Result<Ranked, D::Error> {
    Ok(Ranked::deserialize(record).unwrap_or(Ranked::Unknown))
}

/// Votes for the canonical hash of a height that came in one message, without their signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// What they count together.
    pub power: VotingPower,
    /// Whose they are, in the order of their signatures.
    pub ids: Vec<FpId>,
}

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

/// A header of this chain as Babylon saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Our id on Babylon.
    pub consumer_id: String,
    /// The application hash.
    pub hash: Vec<u8>,
    /// The height.
    pub height: BlockHeight,
    /// Its time.
    pub time: Option<UnixNanos>,
    /// Babylon's application hash.
    pub babylon_header_hash: Vec<u8>,
    /// Babylon's height.
    pub babylon_header_height: u64,
    /// Babylon's epoch.
    pub babylon_epoch: EpochNumber,
    /// Babylon's transaction.
    pub babylon_tx_hash: Vec<u8>,
}

impl From<proto::decode::ConsumerHeader> for Header {
    fn from(header: proto::decode::ConsumerHeader) -> Self {
        Self {
            consumer_id: header.consumer_id,
            hash: header.app_hash.as_bytes().to_vec(),
            height: header.height,
            time: header.time,
            babylon_header_hash: header.babylon_header_hash,
            babylon_header_height: header.babylon_header_height,
            babylon_epoch: header.babylon_epoch,
            babylon_tx_hash: header.babylon_tx_hash,
        }
    }
}

/// An epoch of Babylon as it was timestamped; its number is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// How many blocks it has.
    pub interval: u64,
    /// The height of its first block.
    pub first_block_height: u64,
    /// The time of its last block.
    pub last_block_time: Option<UnixNanos>,
    /// Babylon's application hash after it.
    pub sealer_app_hash: Vec<u8>,
    /// The hash of the block that sealed it, which the checkpoint signs.
    pub block_hash: Vec<u8>,
    /// Who signed the checkpoint.
    pub bitmap: Vec<u8>,
    /// The signature.
    pub bls_multi_sig: Vec<u8>,
    /// The highest header of this chain that Babylon saw in it.
    pub header: Option<Header>,
}

/// How far Bitcoin has timestamped Babylon and us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamps {
    /// The chain of epochs, and the checkpoints that wait.
    pub epochs: Epochs,
    /// The first height at which Babylon was shown a header that contradicts this chain; never cleared.
    pub contradicted: Option<BlockHeight>,
}

/// Numbers given out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// How many FPs are registered; the next one's number.
    pub providers: u32,
    /// How many of them with a proof of possession taken on trust.
    pub pop_trusted: u32,
    /// The next number in the quarantine.
    pub quarantine_next: u64,
    /// How many items are in it.
    pub quarantined: u64,
    /// The next number in the queue.
    pub queue_next: u64,
    /// How many items are in the queue.
    pub queued: u64,
}

/// An item that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The item as it arrived.
    pub item: Kept,
    /// Why.
    pub reason: String,
    /// When.
    pub received_at: UnixTime,
}

/// Items that wait to be worked off, as much as one hook does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What they cost at most, in SDK gas.
    pub work: u64,
    /// The items as they arrived, in order.
    pub items: Vec<Kept>,
}

/// An FP that signed twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivocation {
    /// The two signatures.
    pub evidence: Evidence,
    /// The key they give away.
    pub secret_key: [u8; 32],
}

/// Evidence on its way to Babylon. An FP is slashed once, so it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Where the evidence is: at this height.
    pub height: BlockHeight,
    /// Where it stands.
    pub state: OutgoingState,
    /// How often Babylon has refused it.
    pub tries: u32,
    /// Not before this height of this chain.
    pub not_before: BlockHeight,
    /// The channel that it went over last; none if it never did. Versions before 0.3.0 did not store it, and their
    /// records are read as they are.
    #[serde(deserialize_with = "none_where_it_ends")]
    pub channel_id: Option<String>,
}

/// The last field of a record that may lack it.
fn none_where_it_ends<'de, D: Deserializer<'de>>(record: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(record).unwrap_or_default())
}

/// Where outgoing evidence stands.
///
/// ```text
///   waiting -- sent --> in flight -- success ack --> done
///      ^                    |
///      +-- channel gone, ----+-- third error ack --> refused
///          error ack                                    |
///      ^------------------- retried by anybody ---------+
/// ```
///
/// What is in flight over a channel that is not the open one waits; its record says so when it is sent again
/// (`outbox::on`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutgoingState {
    /// For a channel, or for its time.
    Waiting,
    /// Sent, not acknowledged.
    InFlight,
    /// Babylon took it.
    Done,
    /// Babylon refused it three times.
    Refused,
}

/// How far the conversion of what an older version stored has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conversion {
    /// The key that was converted last, without its letter; none at the beginning.
    pub last: Vec<u8>,
    /// How many records are converted.
    pub done: u64,
    /// The letter of the table that is being converted.
    pub table: u8,
}
