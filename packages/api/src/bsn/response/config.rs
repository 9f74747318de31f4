//! Who and where a deployment is, and who administers it.

use crate::bsn::Network;
use crate::bsn::knobs::{declare_with_set_knobs, with_set_knobs};
use crate::wire;

with_set_knobs! {
    /// The union of the incumbent's three configs: no field conflicts.
    pub struct ConfigResponse {
        /// The network of Bitcoin.
        pub network: Network,
        /// k: a header this many blocks below the tip is confirmed; in blocks of Bitcoin.
        pub btc_confirmation_depth: u32,
        /// w: a checkpoint this many blocks below the tip is final; in blocks of Bitcoin.
        pub checkpoint_finalization_timeout: u32,
        /// The light client, if there is one.
        pub btc_light_client: Option<String>,
        /// This contract.
        pub btc_staking: String,
        /// This contract.
        pub btc_finality: String,
        /// This contract.
        pub babylon: String,
        /// This contract.
        pub staking: String,
        /// This contract.
        pub finality: String,
        /// Whose delegations count: `babylon`, or `verified`, `bitcoin` or `both` where Bitcoin shows them.
        pub stake_source: String,
        /// The contract that verifies delegations.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub stake_verifier: Option<String>,
        /// As instantiated.
        pub consumer_name: String,
        /// As instantiated.
        pub consumer_description: String,
        /// The bonded denom; empty on a chain without x/staking.
        pub denom: String,
        /// In days.
        pub ibc_packet_timeout_days: u64,
        /// The module of Babylon that receives rewards.
        pub destination_module: String,
        /// Bound to this one, once known.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub connection_id: Option<String>,
        /// Babylon's chain id, where proofs of possession are verified.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub babylon_chain_id: Option<String>,
        /// The denoms that are shared out.
        pub reward_denoms: Vec<String>,
        /// Whether the part of the slashed is burned rather than shared out.
        pub burn_slashed_rewards: bool,
    }
}

wire! {
    /// Who administers, and who is about to.
    pub struct AdminResponse {
        /// The admin.
        pub admin: Option<String>,
        /// Proposed, has not accepted yet.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub pending_admin: Option<String>,
        /// Whether renouncing is proposed.
        #[serde(default)]
        pub pending_renounce: bool,
    }
}
