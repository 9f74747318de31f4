//! What was read, each part with why it is absent.

use std::collections::BTreeMap;

use api::bsn::{
    AdminResponse, Amount, ConfigResponse, HealthResponse, Network, OutboxResponse, StakeSource,
    StateDigestResponse, TrustResponse,
};
use serde::{Deserialize, Serialize};

/// The version of the form that `--save` writes.
pub const FORM: u32 = 1;
/// The time between blocks of Bitcoin, in seconds, on every network but a private one.
pub const BITCOIN_BLOCK_S: u64 = 600;

/// And on a private one, in seconds, where nobody says it: a devnet's are quick.
pub const PRIVATE_BLOCK_S: u64 = 10;

/// A part, or why there is none.
pub type Part<T> = Result<T, Absent>;

/// Why a part was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Nobody asked for it: what it needs, such as `--babylon-node`.
    Needs(String),
    /// Whoever was asked did not answer, or not usefully: a sentence.
    Failed(String),
    /// There is no such thing to be looked at: why.
    Nothing(String),
}

/// Everything that an examination looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of this form.
    pub form: u32,
    /// Our clock, in seconds since 1970.
    pub now: u64,
    /// The contract.
    pub contract: String,
    /// The time between blocks of a private Bitcoin, in seconds, as somebody says.
    #[serde(default)]
    pub pace: Option<u64>,
    /// How the node is named in hints.
    pub node: String,
    /// The chain's last block, as the node that answered says.
    pub tip: Tip,
    /// Each node that was named.
    pub nodes: Vec<NodeView>,
    /// What the application is built of: module and version.
    pub software: Part<Vec<(String, String)>>,
    /// What addresses begin with.
    pub prefix: Part<String>,
    /// The contract, as wasmd knows it.
    pub bsn: Part<Deployed>,
    /// Its light client.
    pub light_client: Part<Deployed>,
    /// What verifies stake against Bitcoin. Snapshots of before do not have it.
    #[serde(default = "unverified")]
    pub staking: Part<Deployed>,
    /// The chain module.
    pub module: Part<Module>,
    /// The last blocks, ascending.
    pub blocks: Part<Vec<BlockSeen>>,
    /// `health{}`
    pub health: Part<HealthResponse>,
    /// `config{}`
    pub config: Part<ConfigResponse>,
    /// `admin{}`
    pub admin: Part<AdminResponse>,
    /// Whether the admin is a contract.
    pub admin_is_contract: Part<bool>,
    /// `trust{}`
    pub trust: Part<TrustResponse>,
    /// `outbox{}`
    pub outbox: Part<OutboxResponse>,
    /// `state_digest{}` over all pages.
    pub digest: Part<StateDigestResponse>,
    /// Babylon's, as somebody says.
    pub babylon_digest: Part<String>,
    /// The contract's coins.
    pub balances: Part<Vec<Amount>>,
    /// Our end of the channel to Babylon.
    pub here: Part<ChannelEnd>,
    /// Babylon's end of it.
    pub there: Part<ChannelEnd>,
    /// Babylon's parameters.
    pub babylon: Part<Babylon>,
    /// Our end of the channel of rewards.
    pub transfer: Part<ChannelEnd>,
    /// The light client's own answers.
    pub light: Part<Light>,
    /// Bitcoin, from outside.
    pub bitcoin: Part<Outside>,
    /// The heights that have an anchor, of the last ones, ascending.
    pub anchors: Part<Vec<u64>>,
    /// The finality providers, the one with most stake first.
    pub providers: Part<Vec<Provider>>,
    /// Who voted at each of the last heights, ascending.
    pub votes: Part<Vec<Votes>>,
    /// Who may vote, and did, at the height that finality waits for.
    pub waiting: Part<Waiting>,
}

/// A chain's last block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Its chain.
    pub chain_id: String,
    /// Its height.
    pub height: u64,
    /// Its time, in seconds since 1970.
    pub time: u64,
    /// Whether the node still loads blocks.
    pub is_catching_up: bool,
    /// The time between blocks, in milliseconds, over the last ones; 0 where it is not known.
    pub block_ms: u64,
}

/// What a node showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeView {
    /// Its name.
    pub name: String,
    /// Its height, if it said one.
    pub height: Option<u64>,
    /// What is held against it.
    pub fault: Option<String>,
    /// Whether it serves another chain, or another block of this one.
    pub is_foreign: bool,
}

/// A contract, as wasmd knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Its address.
    pub address: String,
    /// Its code.
    pub code_id: u64,
    /// The sha256 of that, hexadecimal.
    pub checksum: String,
    /// Whether that stays in memory.
    pub pinned: bool,
    /// Who may migrate it; empty if nobody.
    pub admin: String,
    /// Its name, as cw2 keeps it.
    pub name: String,
    /// Its version, likewise.
    pub version: String,
}

/// The chain module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The addresses that it calls: babylon, light client, staking, finality.
    pub contracts: [String; 4],
    /// The SDK gas that a BeginBlock may use.
    pub begin_gas: u64,
    /// And an EndBlock.
    pub end_gas: u64,
    /// The share of the fees: a decimal fraction.
    pub portion: String,
}

/// What a block says beside its transactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSeen {
    /// Its height.
    pub height: u64,
    /// What went wrong with its hooks: the module's own texts.
    pub hook_errors: Vec<String>,
    /// Votes whose randomness is of another height.
    pub misplaced: Vec<Misplaced>,
    /// Votes for another hash than this chain's: whose, and at which height.
    #[serde(default)]
    pub forks: Vec<(String, u64)>,
    /// The highest height that got its quorum in it.
    #[serde(default)]
    pub finalized: Option<u64>,
    /// What the contract said, for people.
    pub events: Vec<String>,
}

/// A vote that was refused since its randomness is of another height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misplaced {
    /// Whose.
    pub key: String,
    /// The contract's own text.
    pub log: String,
}

/// An end of a channel, and the client under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelEnd {
    /// Its port.
    pub port: String,
    /// Its id.
    pub id: String,
    /// `open`, `closed`, or what it is on the way to.
    pub state: String,
    /// Whether it is ordered.
    pub ordered: bool,
    /// Its version.
    pub version: String,
    /// The other end's port.
    pub counterparty_port: String,
    /// The other end's id.
    pub counterparty_id: String,
    /// Its connection.
    pub connection: String,
    /// The client under it.
    pub client: Part<IbcClient>,
    /// The next sequence that is sent.
    pub next_send: Part<u64>,
    /// The next sequence that is expected.
    pub next_receive: Part<u64>,
    /// What was sent and not acknowledged.
    pub in_flight: Part<Vec<u64>>,
}

/// A light client of the other chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IbcClient {
    /// Its id.
    pub id: String,
    /// The chain that it follows.
    pub chain_id: String,
    /// `Active`, `Expired`, `Frozen`, in ibc-go's words.
    pub status: String,
    /// For how long, in seconds, a header is believed.
    pub trusting_s: u64,
    /// How long stake takes to be unbonded there, as the client was made with.
    pub unbonding_s: u64,
    /// The time of the last header that it knows, in seconds since 1970.
    pub updated: Part<u64>,
}

/// Babylon's node and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Babylon {
    /// Its chain.
    pub chain_id: String,
    /// The node's name: that of a double says so.
    pub moniker: String,
    /// k
    pub confirmation_depth: u32,
    /// w
    pub finalization_timeout: u32,
    /// The finality providers that are slashed here, by key: whether Babylon has slashed them.
    pub slashed: Part<BTreeMap<String, bool>>,
    /// How long unbonding takes there, in seconds.
    pub unbonding_s: Part<u64>,
}

/// The light client of Bitcoin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Light {
    /// Its network.
    pub network: Network,
    /// k
    pub confirmation_depth: u32,
    /// w
    pub finalization_timeout: u32,
    /// The height of its first header.
    pub base_height: Option<u32>,
    /// The height of its tip.
    pub tip_height: u32,
    /// The hash of its tip, as Bitcoin shows it.
    pub tip_hash: String,
    /// The time of its tip, in seconds since 1970.
    pub tip_time: u64,
    /// How often it was started again.
    pub rebases: u32,
}

/// Bitcoin, from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// Who says so.
    pub name: String,
    /// The height of its tip.
    pub tip_height: u32,
    /// The hash of its block at the height of our light client's tip; `None` if it has none there.
    pub hash_at_ours: Option<String>,
}

/// A finality provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its key, x-only, hexadecimal.
    pub key: String,
    /// Its stake in sats.
    pub sats: u64,
    /// Its power at the last anchor, in sats; 0 outside of the set.
    pub power: u64,
    /// Whether it is slashed.
    pub slashed: bool,
    /// What is known of its signing; `None` if it was never in the set.
    pub signing: Part<Option<Signing>>,
    /// Its commitments to randomness, the last first: as many as cover what is timestamped.
    pub commitments: Part<Vec<Commitment>>,
}

/// What the contract knows of somebody's signing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// Since when it is in the set.
    pub start_height: u64,
    /// The highest vote below the first height that awaits one of it.
    pub last_signed_height: u64,
    /// The end of its jail term, in seconds since 1970.
    pub jailed_until: Option<u64>,
}

/// A commitment to randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The first height.
    pub start: u64,
    /// How many heights.
    pub count: u64,
    /// The block that executed it.
    pub height: u64,
}

/// Who voted at a height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// Which.
    pub height: u64,
    /// Their keys.
    pub keys: Vec<String>,
}

/// The height that finality waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which.
    pub height: u64,
    /// Power by key.
    pub set: BTreeMap<String, u64>,
    /// Who voted.
    pub voted: Vec<String>,
}

impl Commitment {
    /// The last height.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.count).saturating_sub(1)
    }
}

impl Provider {
    /// The last height that it has committed randomness for; 0 without any.
    pub fn committed_to(&self) -> Part<u64> {
        Ok(self.commitments.clone()?.iter().map(Commitment::end).max().unwrap_or_default())
    }

    /// The last height that it can vote at by what is timestamped: commitments that lie in a block above the
    /// timestamped height do not count yet.
    pub fn usable_to(&self, timestamped: u64) -> Part<u64> {
        let usable = self.commitments.clone()?.into_iter().filter(|it| it.height <= timestamped);
        Ok(usable.map(|it| it.end()).max().unwrap_or_default())
    }

    /// The end of its jail term.
    pub fn jailed_until(&self) -> Option<u64> {
        self.signing.as_ref().ok()?.as_ref()?.jailed_until
    }
}

/// Where nothing verifies stake.
pub fn unverified<T>() -> Part<T> {
    Err(Absent::Nothing("nothing verifies stake against Bitcoin".to_owned()))
}

impl Snapshot {
    /// Whether the contract's Bitcoin is a private one: a chain for tests.
    pub fn is_private(&self) -> bool {
        self.config.as_ref().is_ok_and(|config| config.network == Network::Regtest)
    }

    /// Whether real money is at stake.
    pub fn is_mainnet(&self) -> bool {
        self.config.as_ref().is_ok_and(|config| config.network == Network::Mainnet)
    }

    /// The time between blocks of Bitcoin, in seconds: ten minutes, and on a private Bitcoin what somebody says, or
    /// [`PRIVATE_BLOCK_S`].
    pub fn bitcoin_block_s(&self) -> u64 {
        if self.is_private() { self.pace.unwrap_or(PRIVATE_BLOCK_S).max(1) } else { BITCOIN_BLOCK_S }
    }

    /// How long, in seconds, new randomness takes until it counts: Babylon ends an epoch (about six blocks of Bitcoin),
    /// and w blocks of Bitcoin bury its checkpoint.
    pub fn timestamp_s(&self) -> u64 {
        let w = self.config.as_ref().map_or(100, |config| u64::from(config.checkpoint_finalization_timeout));
        (w + 6) * self.bitcoin_block_s()
    }

    /// Whether all stake comes from Bitcoin alone, and there is no channel to Babylon.
    pub fn is_without_babylon(&self) -> bool {
        self.config.as_ref().is_ok_and(|config| config.stake_source == StakeSource::Bitcoin.name())
    }

    /// So many blocks of this chain in words, with the time that they take.
    pub fn blocks_in_words(&self, blocks: u64) -> String {
        match self.tip.block_ms {
            0 => format!("{blocks} blocks"),
            ms => format!("{blocks} blocks ({})", time_in_words(blocks.saturating_mul(ms) / 1_000)),
        }
    }

    /// The time that so many blocks take, in seconds; of a chain whose blocks are not timed, six seconds a block.
    pub fn blocks_in_s(&self, blocks: u64) -> u64 {
        let ms = if self.tip.block_ms == 0 { 6_000 } else { self.tip.block_ms };
        blocks.saturating_mul(ms) / 1_000
    }

    /// The power of all who may vote.
    pub fn total_power(&self) -> u128 {
        let providers = self.providers.as_ref().map_or(&[][..], Vec::as_slice);
        providers.iter().map(|provider| u128::from(provider.power)).sum()
    }

    /// The heights without an anchor between the first and the last that are known, as runs.
    pub fn holes(&self) -> Vec<std::ops::RangeInclusive<u64>> {
        let anchors = self.anchors.as_ref().map_or(&[][..], Vec::as_slice);
        let gaps = anchors.windows(2).filter(|pair| pair[1] > pair[0] + 1);
        gaps.map(|pair| pair[0] + 1..=pair[1] - 1).collect()
    }

    /// What a reader has to know beside the findings.
    pub fn notes(&self) -> Vec<String> {
        let simulated = self.babylon.as_ref().is_ok_and(|babylon| babylon.moniker.ends_with("-double"));
        simulated.then(|| "babylon: simulated".to_owned()).into_iter().collect()
    }
}

/// `3 s`, `12 min`, `5 h`, `9 d`: two units where one says too little.
pub fn time_in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A part of a whole, in percent with one digit.
pub fn percent(part: u128, whole: u128) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    let permille = part.saturating_mul(1_000) / whole;
    format!("{}.{} %", permille / 10, permille % 10)
}

/// So much bitcoin.
pub fn bitcoin(sats: u128) -> String {
    let (whole, rest) = (sats / 100_000_000, sats % 100_000_000);
    let digits = format!("{rest:08}");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() { format!("{whole} BTC") } else { format!("{whole}.{digits} BTC") }
}

/// The first characters of a key, for people.
pub fn short(key: &str) -> String {
    match (key.get(..6), key.get(key.len().saturating_sub(4)..)) {
        (Some(start), Some(end)) if key.len() > 12 => format!("{start}…{end}"),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded;

    #[test]
    fn times_shares_and_amounts_are_for_people() {
        assert_eq!([0, 119, 120, 7_200, 172_800].map(time_in_words), ["0 s", "119 s", "2 min", "2 h", "2 d"]);
        assert_eq!((percent(1, 3), percent(5, 0)), ("33.3 %".to_owned(), "0 %".to_owned()));
        assert_eq!((bitcoin(150_000_000), bitcoin(0)), ("1.5 BTC".to_owned(), "0 BTC".to_owned()));
        assert_eq!(short("0123456789abcdef"), "012345…cdef");
        assert_eq!(short("é"), "é");
    }

    #[test]
    fn holes_are_what_lies_between_anchors() {
        let mut snapshot = recorded::healthy();
        snapshot.anchors = Ok(vec![5, 6, 9, 10, 12]);
        assert_eq!(snapshot.holes(), [7..=8, 11..=11]);
    }

    #[test]
    fn the_pace_of_bitcoin_is_told_on_private_networks_alone() {
        let mut snapshot = recorded::healthy();
        snapshot.pace = Some(3);
        assert_eq!((snapshot.bitcoin_block_s(), snapshot.timestamp_s()), (600, 306 * 600));
        snapshot.config.as_mut().unwrap().network = Network::Regtest;
        assert_eq!((snapshot.bitcoin_block_s(), snapshot.timestamp_s()), (3, 306 * 3));
        snapshot.pace = None;
        assert_eq!(snapshot.bitcoin_block_s(), PRIVATE_BLOCK_S);
    }

    #[test]
    fn a_commitment_counts_once_its_block_is_timestamped() {
        let mut provider = recorded::provider(1, 5);
        provider.commitments = Ok(vec![
            Commitment { start: 101, count: 100, height: 90 },
            Commitment { start: 1, count: 100, height: 1 },
        ]);
        assert_eq!(
            (provider.committed_to(), provider.usable_to(89), provider.usable_to(90)),
            (Ok(200), Ok(100), Ok(200))
        );
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let snapshot = recorded::healthy();
        let text = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
    }
}
