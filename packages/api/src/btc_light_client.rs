//! What is said to the Bitcoin light client, what it answers, and what other contracts read of it raw.
//!
//! Fields that a message does not know are ignored. Hashes and txids are hexadecimal in display
//! (reversed) order, headers in hexadecimal are their 80 bytes, work is a decimal string.
//!
//! ```
//! use api::btc_light_client::{ExecuteMsg, QueryMsg};
//! use cosmwasm_std::{from_json, to_json_string};
//!
//! let query = to_json_string(&QueryMsg::BtcTipHeader {})?;
//! assert_eq!(query, r#"{"btc_tip_header":{}}"#);
//! let message = from_json(r#"{"update_config":{"max_headers":500,"unknown":1}}"#)?;
//! assert!(matches!(message, ExecuteMsg::UpdateConfig { max_headers: Some(500), .. }));
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

use cosmwasm_schema::{schemars, schemars::JsonSchema};
use cosmwasm_std::Binary;
use serde::{Deserialize, Serialize};

/// Which Bitcoin.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum BtcNetwork {
    /// The one with value.
    Mainnet,
    /// The third test network.
    Testnet,
    /// The fourth test network.
    Testnet4,
    /// The test network of signed blocks.
    Signet,
    /// A private one.
    Regtest,
}

/// How a light client starts. Without `checkpoint` it has no chain until the instantiator (on regtest
/// also the admin) sends the first headers.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct InstantiateMsg {
    /// Which Bitcoin; cannot be changed later.
    pub network: BtcNetwork,
    /// *k*: how deep a header is confirmed.
    pub btc_confirmation_depth: u32,
    /// *w*: how deep a checkpoint is final.
    pub checkpoint_finalization_timeout: u32,
    /// Who may change the configuration.
    #[serde(default)]
    pub admin: Option<String>,
    /// Who may submit headers besides the instantiator; not needed on mainnet, where anyone may.
    #[serde(default)]
    pub submitters: Option<Vec<String>>,
    /// How many headers are kept below the tip.
    #[serde(default)]
    pub retained_headers: Option<u32>,
    /// How many headers a message may have.
    #[serde(default)]
    pub max_headers: Option<u32>,
    /// The header to start from.
    #[serde(default)]
    pub checkpoint: Option<PinnedHeader>,
}

/// A header that is taken on the word of whoever pins it.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct PinnedHeader {
    /// Its height.
    pub height: u32,
    /// Its 80 bytes.
    pub header_hex: String,
    /// The work of the chain up to and with it, decimal; its own work if absent.
    #[serde(default)]
    pub work: Option<String>,
    /// The first header of its period of 2,016, so that already the first new target is exact.
    #[serde(default)]
    pub period_start_header_hex: Option<String>,
}

/// A header by its fields.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct BtcHeader {
    /// Version.
    pub version: i32,
    /// Hash of the header before it, display order.
    pub prev_blockhash: String,
    /// Root of its tree of transaction ids, display order.
    pub merkle_root: String,
    /// Seconds since 1970.
    pub time: u32,
    /// Compact target.
    pub bits: u32,
    /// Nonce.
    pub nonce: u32,
}

/// What the light client does.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    /// Extends the main chain, or replaces its end by a fork of more work.
    BtcHeaders {
        /// Each the parent of the next.
        headers: Vec<BtcHeader>,
        /// For the first headers ever: the work up to and with the first, in hexadecimal, either of its
        /// big-endian bytes or of its decimal digits in ASCII. Ignored later.
        #[serde(default)]
        first_work: Option<String>,
        /// For the first headers ever: the height of the first. Ignored later.
        #[serde(default)]
        first_height: Option<u32>,
    },
    /// The same for headers as Bitcoin writes them: a third of the bytes.
    RawBtcHeaders {
        /// 80 bytes each, each the parent of the next.
        headers: Binary,
        /// As in `btc_headers`.
        #[serde(default)]
        first_work: Option<String>,
        /// As in `btc_headers`.
        #[serde(default)]
        first_height: Option<u32>,
    },
    /// Changes what is given; admin only.
    UpdateConfig {
        /// As at instantiation.
        #[serde(default)]
        btc_confirmation_depth: Option<u32>,
        /// As at instantiation.
        #[serde(default)]
        checkpoint_finalization_timeout: Option<u32>,
        /// As at instantiation; replaces the whole list.
        #[serde(default)]
        submitters: Option<Vec<String>>,
        /// As at instantiation.
        #[serde(default)]
        retained_headers: Option<u32>,
        /// As at instantiation.
        #[serde(default)]
        max_headers: Option<u32>,
    },
    /// Proposes another admin, or none; admin only.
    UpdateAdmin {
        /// Who has to accept; `null` proposes to have none, which the admin itself accepts.
        #[serde(default)]
        admin: Option<String>,
    },
    /// Takes over from the admin who proposed it.
    AcceptAdmin {},
    /// Forgets the chain and starts again from a header; admin only, refused on mainnet.
    Rebase {
        /// Its height.
        height: u32,
        /// Its 80 bytes.
        header_hex: String,
        /// The first header of its period of 2,016.
        #[serde(default)]
        period_start_header_hex: Option<String>,
    },
}

/// A later code of the light client takes nothing yet.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct MigrateMsg {}

/// What the light client answers.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// Who may change the configuration.
    /// Answers [`AdminResponse`].
    Admin {},
    /// The configuration.
    /// Answers [`ConfigResponse`].
    Config {},
    /// The header the chain started from; an error before the first headers.
    /// Answers [`BtcHeaderResponse`].
    BtcBaseHeader {},
    /// The last header of the main chain; an error before the first headers.
    /// Answers [`BtcHeaderResponse`].
    BtcTipHeader {},
    /// A header of the main chain; an error if there is none, or none any more.
    /// Answers [`BtcHeaderResponse`].
    BtcHeader {
        /// Its height.
        height: u32,
    },
    /// The same by hash.
    /// Answers [`BtcHeaderResponse`].
    BtcHeaderByHash {
        /// Its hash.
        hash: String,
    },
    /// Headers of the main chain in ascending order.
    /// Answers [`BtcHeadersResponse`].
    BtcHeaders {
        /// The height before the first one wanted.
        #[serde(default)]
        start_after: Option<u32>,
        /// How many: 10 unless given, 30 at most.
        #[serde(default)]
        limit: Option<u32>,
        /// Descending instead.
        #[serde(default)]
        reverse: Option<bool>,
    },
    /// How deep a header lies; an error if it is not in the main chain.
    /// Answers [`ConfirmationsResponse`].
    Confirmations {
        /// Its hash.
        hash: String,
    },
    /// Whether a transaction is in a block of the main chain that lies deep enough. Of a transaction
    /// without witness of exactly 64 bytes it proves nothing: whoever asks must refuse those.
    /// Answers [`IsIncludedResponse`].
    IsIncluded {
        /// The transaction's id.
        txid: String,
        /// The block's hash.
        block_hash: String,
        /// The transaction's position in the block.
        index: u32,
        /// The siblings on the way to the Merkle root, the lowest first.
        proof: Vec<String>,
        /// How deep the block must lie; the tip is 0 deep.
        #[serde(default)]
        min_depth: u32,
    },
    /// Which rules are enforced in full, and what instead of those that are not.
    /// Answers [`RulesResponse`].
    Rules {},
}

/// Who may change the configuration.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct AdminResponse {
    /// The admin, if there is one.
    pub admin: Option<String>,
    /// Who may take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_admin: Option<String>,
    /// Whether having none is proposed.
    #[serde(default)]
    pub pending_renounce: bool,
}

/// The configuration.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct ConfigResponse {
    /// Which Bitcoin.
    pub network: BtcNetwork,
    /// *k*: how deep a header is confirmed.
    pub btc_confirmation_depth: u32,
    /// *w*: how deep a checkpoint is final.
    pub checkpoint_finalization_timeout: u32,
    /// The instantiator, whose headers Babylon has accepted.
    pub babylon_contract_address: String,
    /// Who may submit headers besides.
    pub submitters: Vec<String>,
    /// How many headers are kept below the tip.
    pub retained_headers: u32,
    /// How many headers a message may have.
    pub max_headers: u32,
}

/// A header in its place in the main chain.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct BtcHeaderResponse {
    /// The header.
    pub header: BtcHeader,
    /// Its hash.
    pub hash: String,
    /// Its height.
    pub height: u32,
    /// The work of the chain up to and with it, decimal. If the base's work was not known, the sum
    /// starts at the base; only differences mean something then.
    pub cum_work: String,
}

/// Headers of the main chain.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct BtcHeadersResponse {
    /// In the order asked for.
    pub headers: Vec<BtcHeaderResponse>,
}

/// How deep a header lies.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct ConfirmationsResponse {
    /// Its height.
    pub height: u32,
    /// How many headers follow it: 0 for the tip.
    pub depth: u32,
}

/// Whether a transaction is in a block.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct IsIncludedResponse {
    /// Whether it is, and deep enough.
    pub included: bool,
    /// How deep the block lies, if it is in the main chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which rules are enforced.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct RulesResponse {
    /// Which Bitcoin's rules.
    pub network: BtcNetwork,
    /// Who may submit headers.
    pub submitters: Submitters,
    /// The latest time a header may have, in seconds after block time; the instantiator is exempt.
    pub max_future_s: u32,
    /// The base header's height, absent before the first headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_height: Option<u32>,
    /// The lowest header still kept, and so the deepest fork point possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_height: Option<u32>,
    /// The target at a boundary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retarget: Option<Enforcement>,
    /// The median of the last eleven times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_time: Option<Enforcement>,
    /// The target within a period. Exact from the start, except on networks with minimum-difficulty
    /// blocks as long as only such blocks of the period are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_target: Option<Enforcement>,
    /// How often the chain was started again by `rebase`.
    pub rebases: u32,
}

/// From when on a rule is enforced in full.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct Enforcement {
    /// Whether it is for the next header.
    pub exact_now: bool,
    /// The height of the first header for which it is; absent where that depends on what comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact_from: Option<u32>,
    /// What is enforced before.
    pub until_then: Bound,
}

/// What is enforced where ancestors are missing: never more than Bitcoin does.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The target lies within a factor of four of the one before, both ways, and within the limit.
    WithinFactorOfFour,
    /// The time exceeds the least that the median can be, given the times that are known.
    LeastPossibleMedian,
    /// The target lies within the network's limit.
    LimitOnly,
}

/// Who may submit headers once the chain has a base.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Submitters {
    /// Anyone: work is the witness.
    Anyone,
    /// The instantiator and those listed.
    Listed,
    /// The instantiator, those listed, and the admin.
    ListedAndAdmin,
}

/// The storage key of the [`Tip`].
pub const TIP_KEY: &[u8] = b"tip";

/// The tip as any contract reads it with one raw query, absent before the first headers.
///
/// The record starts with `height u32 ‖ hash 32 ‖ time u32 ‖ base height u32 ‖ highest u32`, numbers
/// big endian, the hash in internal order; what follows is the light client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: u32,
    /// Its hash, internal order.
    pub hash: [u8; 32],
    /// Its time, in seconds since 1970.
    pub time: u32,
    /// The height of the base header.
    pub base_height: u32,
    /// The greatest height that any tip ever had: never falls, neither by a reorganization to a
    /// shorter chain nor by a rebase.
    pub highest: u32,
}

impl Tip {
    /// The length of the public part of the record.
    pub const LENGTH: usize = 48;

    /// The public part of the record.
    pub fn to_raw(&self) -> [u8; Self::LENGTH] {
        let parts = [
            &self.height.to_be_bytes()[..],
            &self.hash,
            &self.time.to_be_bytes(),
            &self.base_height.to_be_bytes(),
            &self.highest.to_be_bytes(),
        ];
        let mut raw = [0; Self::LENGTH];
        parts.concat().iter().zip(&mut raw).for_each(|(from, to)| *to = *from);
        raw
    }
}

/// Reads what is stored under [`TIP_KEY`]; `None` if it is too short.
pub fn tip_from_raw(raw: &[u8]) -> Option<Tip> {
    let (height, rest) = raw.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk()?;
    let (time, rest) = rest.split_first_chunk()?;
    let (base_height, rest) = rest.split_first_chunk()?;
    let highest = rest.first_chunk()?;
    Some(Tip {
        height: u32::from_be_bytes(*height),
        hash: *hash,
        time: u32::from_be_bytes(*time),
        base_height: u32::from_be_bytes(*base_height),
        highest: u32::from_be_bytes(*highest),
    })
}

/// The storage key of the header at `height`: `0x01 ‖ height u32 BE`.
///
/// The record starts with the header's 80 bytes ([`header_from_raw`]). Records are of the main chain
/// only: a height above the tip has none.
pub fn header_key(height: u32) -> [u8; 5] {
    let [a, b, c, d] = height.to_be_bytes();
    [0x01, a, b, c, d]
}

/// The storage key of the height of the header of that hash (internal order): `0x02 ‖ hash[..8]`.
///
/// The record is `height u32 BE` ([`height_from_raw`]). Eight bytes do not make a hash: the header at
/// that height must be read and hashed before it is believed to be the one.
pub fn height_key(hash: &[u8; 32]) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    [0x02, a, b, c, d, e, f, g, h]
}

/// Reads the 80 bytes of what is stored under a [`header_key`].
pub fn header_from_raw(raw: &[u8]) -> Option<&[u8; 80]> {
    raw.first_chunk()
}

/// Reads what is stored under a [`height_key`].
pub fn height_from_raw(raw: &[u8]) -> Option<u32> {
    raw.try_into().map(u32::from_be_bytes).ok()
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{from_json, to_json_string};

    use super::*;

    #[test]
    fn the_messages_of_the_reference_are_read() {
        let instantiate = r#"{"network":"regtest","btc_confirmation_depth":1,
            "checkpoint_finalization_timeout":2,"admin":null}"#;
        let read: InstantiateMsg = from_json(instantiate).unwrap();
        assert_eq!((read.network, read.checkpoint), (BtcNetwork::Regtest, None));
        let headers = r#"{"btc_headers":{"headers":[{"version":-1,"prev_blockhash":"00","merkle_root":"01",
            "time":2,"bits":3,"nonce":4294967295,"extra":null}],"first_work":"38","first_height":7,"x":[]}}"#;
        let ExecuteMsg::BtcHeaders { headers, first_work, first_height } = from_json(headers).unwrap() else {
            panic!("not read as btc_headers")
        };
        assert_eq!((headers[0].version, headers[0].nonce), (-1, u32::MAX));
        assert_eq!((first_work.as_deref(), first_height), (Some("38"), Some(7)));
        for query in ["admin", "config", "btc_base_header", "btc_tip_header", "btc_headers", "rules"] {
            assert!(from_json::<QueryMsg>(format!(r#"{{"{query}":{{"unknown":true}}}}"#)).is_ok(), "{query}");
        }
    }

    #[test]
    fn networks_have_their_names_on_the_wire() {
        for (network, name) in [
            (BtcNetwork::Mainnet, "mainnet"),
            (BtcNetwork::Testnet, "testnet"),
            (BtcNetwork::Testnet4, "testnet4"),
            (BtcNetwork::Signet, "signet"),
            (BtcNetwork::Regtest, "regtest"),
        ] {
            assert_eq!(to_json_string(&network).unwrap(), format!("\"{name}\""));
        }
    }

    #[test]
    fn the_tip_round_trips_and_tolerates_what_follows() {
        let tip = Tip { height: 1, hash: [2; 32], time: 3, base_height: 4, highest: 5 };
        let raw = tip.to_raw();
        assert_eq!(tip_from_raw(&raw), Some(tip));
        assert_eq!(tip_from_raw(&[&raw[..], &[9; 99]].concat()), Some(tip));
        assert_eq!(tip_from_raw(&raw[..47]), None);
    }
}
