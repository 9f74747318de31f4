use crate::wire;

wire! {
    /// What anybody may ask. `limit` is clamped to 30 (10 by default) unless said otherwise.
    pub enum QueryMsg {
        /// [`ConfigResponse`](super::ConfigResponse).
        Config {},
        /// [`AdminResponse`](super::AdminResponse).
        Admin {},
        /// [`FinalityProvider`](super::FinalityProvider), or an error.
        FinalityProvider {
            /// Whom.
            btc_pk_hex: String,
        },
        /// [`FinalityProvidersResponse`](super::FinalityProvidersResponse), by key.
        FinalityProviders {
            /// The key after which to start.
            start_after: Option<String>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`FinalityProviderInfo`](super::FinalityProviderInfo), or an error.
        FinalityProviderInfo {
            /// Whom.
            btc_pk_hex: String,
            /// Ignored but echoed.
            height: Option<u64>,
        },
        /// [`FinalityProvidersByTotalActiveSatsResponse`](super::FinalityProvidersByTotalActiveSatsResponse), most first.
        FinalityProvidersByTotalActiveSats {
            /// The one after which to start.
            start_after: Option<super::FinalityProviderInfo>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`DelegationsByFpResponse`](super::DelegationsByFpResponse); the name is the wire's.
        #[serde(rename = "delegations_by_f_p")]
        DelegationsByFp {
            /// Whose.
            btc_pk_hex: String,
            /// The txid after which to start.
            start_after: Option<String>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`PowerResponse`](super::PowerResponse); 0 where nobody has any (interfaces.md 11.1).
        FinalityProviderPower {
            /// Whose.
            btc_pk_hex: String,
            /// At which height.
            height: u64,
        },
        /// [`PowersResponse`](super::PowersResponse), for at most 100 heights.
        FinalityProviderPowerBatch {
            /// Whose.
            btc_pk_hex: String,
            /// At which heights.
            heights: Vec<u64>,
        },
        /// [`PubRandCommit`](super::PubRandCommit) or `null`.
        FirstPubRandCommit {
            /// Whose.
            btc_pk_hex: String,
        },
        /// [`PubRandCommit`](super::PubRandCommit) or `null`.
        LastPubRandCommit {
            /// Whose.
            btc_pk_hex: String,
        },
        /// An array of [`PubRandCommit`](super::PubRandCommit).
        PubRandCommit {
            /// Whose.
            btc_pk_hex: String,
            /// The start height after (in reverse, before) which to start.
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
            /// From the highest down.
            reverse: Option<bool>,
        },
        /// [`SigningInfo`](super::SigningInfo) or `null`.
        SigningInfo {
            /// Whose.
            btc_pk_hex: String,
        },
        /// A number or `null`: the highest height with quorum that the cursor has passed.
        LastFinalizedHeight {},
        /// [`IndexedBlock`](super::IndexedBlock), or an error.
        Block {
            /// Which.
            height: u64,
        },
        /// [`BlocksResponse`](super::BlocksResponse); holes are absent.
        Blocks {
            /// **Inclusive** in ascending order, exclusive in descending (interfaces.md 11.1).
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
            /// Only finalized ones; the spelling is the wire's.
            finalised: Option<bool>,
            /// From the highest down.
            reverse: Option<bool>,
        },
        /// [`VotesResponse`](super::VotesResponse).
        Votes {
            /// At which height.
            height: u64,
        },
        /// [`FinalitySignatureResponse`](super::FinalitySignatureResponse).
        FinalitySignature {
            /// Whose.
            btc_pk_hex: String,
            /// At which height.
            height: u64,
        },
        /// [`EvidenceResponse`](super::EvidenceResponse).
        Evidence {
            /// Whose.
            btc_pk_hex: String,
            /// At which height.
            height: u64,
        },
        /// [`JailedFinalityProvidersResponse`](super::JailedFinalityProvidersResponse).
        JailedFinalityProviders {
            /// The key after which to start.
            start_after: Option<String>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`ActiveFinalityProvidersResponse`](super::ActiveFinalityProvidersResponse).
        ActiveFinalityProviders {
            /// At which height.
            height: u64,
        },
        /// A number, or an error before activation.
        ActivatedHeight {},
        /// [`ConsumerHeader`](super::ConsumerHeader), or an error.
        LastConsumerHeader {},
        /// [`HeightResponse`](super::HeightResponse), 0 at first.
        LastConsumerHeight {},
        /// The channel of rewards, or `null`.
        TransferInfo {},
        /// [`FinalityStatusResponse`](super::FinalityStatusResponse) (interfaces.md 11.3).
        FinalityStatus {
            /// Of which block.
            height: u64,
        },
        /// [`LastFinalBlockResponse`](super::LastFinalBlockResponse), or `null`.
        LastFinalBlock {},
        /// [`HealthResponse`](super::HealthResponse).
        Health {},
        /// [`OutboxResponse`](super::OutboxResponse).
        Outbox {
            /// The id after which to start.
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`QuarantinedResponse`](super::QuarantinedResponse).
        Quarantined {
            /// The id after which to start.
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`TrustResponse`](super::TrustResponse).
        Trust {},
    }
}
