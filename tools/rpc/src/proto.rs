//! The messages: of the SDK's, wasmd's and ibc-go's own crates, and of the chain module.

pub use cosmos_sdk_proto::traits::{Message, Name};
pub use cosmos_sdk_proto::{Any, cosmos, cosmwasm, tendermint};
pub use ibc_proto::ibc;

/// A message of the crates, packed.
pub fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// A message of our own definition, packed.
pub fn pack_as<M: prost::Message>(type_url: &str, message: &M) -> Any {
    Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

/// The chain module's: `babylonlabs.babylon.v1beta1`.
pub mod babylon {
    use prost::Message;

    /// `/babylonlabs.babylon.v1beta1.MsgSetBSNContracts`
    #[derive(Clone, PartialEq, Message)]
    pub struct MsgSetBsnContracts {
        /// Governance.
        #[prost(string, tag = "1")]
        pub authority: String,
        /// All four.
        #[prost(message, optional, tag = "2")]
        pub contracts: Option<BsnContracts>,
    }

    /// The four addresses.
    #[derive(Clone, PartialEq, Eq, Message)]
    pub struct BsnContracts {
        /// Talks to Babylon.
        #[prost(string, tag = "1")]
        pub babylon_contract: String,
        /// Knows Bitcoin's headers.
        #[prost(string, tag = "2")]
        pub btc_light_client_contract: String,
        /// Gets the first `begin_block`.
        #[prost(string, tag = "3")]
        pub btc_staking_contract: String,
        /// Gets the second `begin_block`, `end_block` and the fees.
        #[prost(string, tag = "4")]
        pub btc_finality_contract: String,
    }

    /// `/babylonlabs.babylon.v1beta1.MsgUpdateParams`
    #[derive(Clone, PartialEq, Message)]
    pub struct MsgUpdateParams {
        /// Governance.
        #[prost(string, tag = "1")]
        pub authority: String,
        /// All of them.
        #[prost(message, optional, tag = "2")]
        pub params: Option<Params>,
    }

    /// The module's parameters.
    #[derive(Clone, PartialEq, Eq, Message)]
    pub struct Params {
        /// SDK gas for each `begin_block`.
        #[prost(uint32, tag = "1")]
        pub max_gas_begin_blocker: u32,
        /// SDK gas for `end_block`.
        #[prost(uint32, tag = "2")]
        pub max_gas_end_blocker: u32,
        /// The share of the fees, in units of 10^-18.
        #[prost(string, tag = "3")]
        pub btc_staking_portion: String,
    }

    /// `babylonlabs.babylon.v1beta1.QueryParamsResponse`
    #[derive(Clone, PartialEq, Message)]
    pub struct QueryParamsResponse {
        /// They.
        #[prost(message, optional, tag = "1")]
        pub params: Option<Params>,
    }

    /// `babylonlabs.babylon.v1beta1.QueryBSNContractsResponse`
    #[derive(Clone, PartialEq, Message)]
    pub struct QueryBsnContractsResponse {
        /// They.
        #[prost(message, optional, tag = "1")]
        pub bsn_contracts: Option<BsnContracts>,
    }
}
