//! Where the contracts of a chain are, as a file: `deployments/<chain-id>.json`.
//!
//! Clients and tools take such a file instead of an address. What they do not know in it they leave as it is.

use crate::bsn::Network;
use crate::wire;

wire! {
    /// The contracts of one chain, as `deployments/<chain-id>.json` lists them. Fields that a reader does not know are
    /// for others: it ignores them, and keeps them where it writes the file.
    pub struct Deployment {
        /// The version of this form: 1. A reader refuses one that it does not know.
        #[schemars(range(min = 1, max = 1))]
        pub version: u32,
        /// The chain. A client refuses a node of another one.
        #[schemars(length(min = 1))]
        pub chain_id: String,
        /// Addresses of nodes' RPC (CometBFT's JSON-RPC), the preferred first.
        #[serde(default)]
        pub rpc: Vec<String>,
        /// Which Bitcoin the contracts follow.
        pub bitcoin: Network,
        /// The contract to ask.
        pub bsn: DeployedContract,
        /// Its light client of Bitcoin.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub btc_light_client: Option<DeployedContract>,
        /// What verifies stake against Bitcoin.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub btc_staking: Option<DeployedContract>,
        /// Babylon's side.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub babylon: Option<BabylonSide>,
    }

    /// One contract.
    pub struct DeployedContract {
        /// Its address. Absent while it is not instantiated: then a client refuses the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(regex(pattern = "^[a-z0-9]+1[02-9ac-hj-np-z]{38,58}$"))]
        pub address: Option<String>,
        /// Its code on the chain.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub code_id: Option<u64>,
        /// The sha256 of that code, as the chain names it: 64 hexadecimal characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
        pub checksum: Option<String>,
        /// The release that the code is of, such as `0.3.0`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub release: Option<String>,
    }

    /// How Babylon knows this chain.
    pub struct BabylonSide {
        /// Babylon's chain id.
        pub chain_id: String,
        /// The id under which the chain is registered there: that of Babylon's IBC client of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub consumer_id: Option<String>,
    }
}
