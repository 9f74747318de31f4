//! What both chains say, as far as a deployment depends on it.

use bsn_rpc::proto::babylon::{BsnContracts, Params};

use crate::config::GasPrice;

/// The appchain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChainFacts {
    /// Its chain id.
    pub id: String,
    /// What its addresses begin with.
    pub prefix: String,
    /// The address of its governance.
    pub governance: String,
    /// Its last height.
    pub height: u64,
    /// The time between its blocks, in milliseconds, measured.
    pub block_ms: Option<u64>,
    /// What it is built of: the path of each module, and its version.
    pub modules: Vec<(String, String)>,
    /// What its node takes for a unit of gas at least; none if it does not say.
    pub min_gas_price: Option<GasPrice>,
    /// The coin that it stakes; none without x/staking.
    pub bond_denom: Option<String>,
    /// How long unbonding takes, in seconds.
    pub unbonding_s: Option<u64>,
    /// Who may store code.
    pub upload: Upload,
    /// Whether everybody may instantiate a code that is stored without a word about that.
    pub is_instantiated_freely: bool,
    /// The id that the next code gets.
    pub next_code: u64,
    /// How many bytes a block may have.
    pub block_bytes: Option<u64>,
    /// How much gas a block may use; none without a limit.
    pub block_gas: Option<u64>,
    /// The chain module's parameters; none without the module.
    pub hooks: Option<Params>,
    /// What the chain module calls today.
    pub registered: BsnContracts,
    /// Governance.
    pub gov: GovFacts,
    /// The channel of rewards; none if there is no such channel.
    pub transfer: Option<TransferFacts>,
    /// Who pays, if somebody is named.
    pub payer: Option<Payer>,
}

/// Who may store code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Upload {
    /// Anybody.
    Everybody,
    /// These.
    Some(Vec<String>),
    /// Governance alone.
    #[default]
    Nobody,
}

/// Governance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GovFacts {
    /// What a proposal must have deposited: amount and denom.
    pub deposit: Vec<(u128, String)>,
    /// The same for an expedited one.
    pub expedited_deposit: Vec<(u128, String)>,
    /// How long is voted, in seconds.
    pub voting_s: u64,
    /// The same for an expedited one.
    pub expedited_voting_s: u64,
}

/// The channel of rewards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferFacts {
    /// Its id.
    pub id: String,
    /// As ibc-go numbers states: 3 is open.
    pub state: i32,
    /// Whether it is ordered.
    pub is_ordered: bool,
    /// Its version.
    pub version: String,
    /// Port and channel on the other side.
    pub counterparty: (String, String),
    /// The connection below it.
    pub connection: String,
    /// The client below that.
    pub client: String,
    /// The chain that the client is of.
    pub client_chain: String,
    /// `Active`, `Expired`, `Frozen` or `Unknown`.
    pub client_status: String,
    /// How long the client trusts a header, in seconds.
    pub trusting_s: u64,
    /// The other side's client of this chain: the consumer id.
    pub consumer_id: String,
}

/// Who pays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payer {
    /// Its address.
    pub address: String,
    /// What it has of the coin that fees and deposits are paid in.
    pub balance: u128,
    /// That coin.
    pub denom: String,
    /// Whether the chain knows it.
    pub exists: bool,
}

/// Babylon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BabylonFacts {
    /// Its chain id.
    pub id: String,
    /// The version of its program; none if its node does not say.
    pub version: Option<String>,
    /// Whether it has the module that knows consumers.
    pub has_consumers: bool,
    /// How deep a header of Bitcoin is to be confirmed (k), and a checkpoint (w); none if its node does not say.
    pub depths: Option<(u32, u32)>,
    /// Whether it knows the consumer.
    pub consumer: Consumer,
    /// The state of its end of the channel of rewards; none if there is no such channel.
    pub transfer_state: Option<i32>,
}

/// Whether Babylon knows the consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Consumer {
    /// It does, by this name.
    Known(String),
    /// It does not.
    Unknown,
    /// Its node does not say.
    #[default]
    NotSaid,
}
