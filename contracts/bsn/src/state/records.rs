mod babylon;
mod channels;
mod evidence;

pub use babylon::{Epoch, Header, Timestamps};
pub use channels::{Channels, ClosedChannel, OpenChannel, Orphans, Rebind};
pub use evidence::{Equivocation, Outgoing, OutgoingState};

use api::bsn::{Network, StakeSource};
use primitives::{AppHash, BlockHash, BlockHeight, FpId, UnixTime, VotingPower};
use serde::{Deserialize, Deserializer, Serialize};

use super::StoredItem;

/// Who and where this deployment is. The knobs are in [`finality::Params`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The network of Bitcoin.
    pub network: Network,
    /// k: a header this many blocks below the tip is confirmed; in blocks of Bitcoin.
    pub btc_confirmation_depth: u32,
    /// w: a checkpoint this many blocks below the tip is final; in blocks of Bitcoin.
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
    /// The contract that verifies delegations; without it Babylon's word counts.
    pub stake_verifier: Option<String>,
    /// Whose delegations count.
    pub stake_source: StakeSource,
}

/// Who administers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admins {
    /// The admin.
    pub admin: Option<String>,
    /// The proposal that waits for acceptance, if any: `Some(None)` proposes that there be no admin.
    pub pending: Option<Option<String>>,
}

/// What was seen of the light client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BitcoinSeen {
    /// The hash of the tip last seen, in internal order.
    pub tip: Option<[u8; 32]>,
    /// How often it refused headers of a packet.
    pub refused: u32,
    /// When it last refused headers, seconds since 1970.
    pub refused_at: Option<UnixTime>,
    /// Whether the tip is so old that no active set is taken: stake may have ended that still counts.
    pub is_stale: bool,
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
    /// The power of the active set, in sats. `None` until a hook has written it, and for ever where every hook was torn.
    pub total: Option<VotingPower>,
    /// Whether too many heights below waited for quorum: then no FP may vote there, and the total is zero.
    pub backlog_full: bool,
    /// The ranked stake that the active set was taken from; versions before 0.3.0 did not write it.
    #[serde(deserialize_with = "unknown_where_it_ends")]
    pub ranked: Ranked,
}

/// The ranked stake of a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ranked {
    /// Versions before 0.3.0 did not record it.
    Unknown,
    /// This much, in sats.
    Power(VotingPower),
    /// As much as the power of the active set: every ranked FP is in it.
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
pub struct VoteBatch {
    /// What they count together.
    pub power: VotingPower,
    /// Whose they are, in the order of their signatures.
    pub ids: Vec<FpId>,
}

/// Numbers given out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// How many FPs registered through Babylon; the next one's number.
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
    /// How many FPs registered on this chain.
    pub local: u32,
}

/// An item that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The item as it arrived.
    pub item: StoredItem,
    /// The cause, in words.
    pub reason: String,
    /// When the packet came, seconds since 1970.
    pub received_at: UnixTime,
}

/// Items that wait to be worked off, as much as one hook does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What they cost at most, in SDK gas.
    pub work: u64,
    /// The items as they arrived, in order.
    pub items: Vec<StoredItem>,
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
