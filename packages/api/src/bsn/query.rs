use crate::wire;

wire! {
    /// What anybody may ask. `limit` is clamped to 30 (10 by default) unless said otherwise.
    pub enum QueryMsg {
        /// [`ConfigResponse`](super::ConfigResponse).
        Config(Empty),
        /// [`AdminResponse`](super::AdminResponse).
        Admin(Empty),
        /// [`FinalityProvider`](super::FinalityProvider), or an error.
        FinalityProvider(ByKey),
        /// [`FinalityProvidersResponse`](super::FinalityProvidersResponse), by key.
        FinalityProviders(Page),
        /// [`FinalityProviderInfo`](super::FinalityProviderInfo), or an error.
        FinalityProviderInfo {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
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
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            btc_pk_hex: String,
            /// The txid after which to start.
            start_after: Option<String>,
            /// How many.
            limit: Option<u32>,
        },
        /// [`Delegation`](super::Delegation), or an error.
        Delegation {
            /// The txid of its staking transaction, in display order.
            staking_tx_hash_hex: String,
        },
        /// [`DelegationsResponse`](super::DelegationsResponse), by txid (in the order of its bytes). It ends early
        /// where the transactions are long, and says `next` where it has looked at as much as it may.
        Delegations {
            /// The txid after which to start.
            start_after: Option<String>,
            /// How many.
            limit: Option<u32>,
            /// Only those with power (`true`), or without (`false`); of at most 500 looked at, and of some 64,000
            /// bytes of transactions.
            active: Option<bool>,
        },
        /// [`StateDigestResponse`](super::StateDigestResponse), by key. `limit` is how many finality providers are
        /// looked at, those without stake and of another consumer id too: at most, and by default, 2,000.
        StateDigest(Page),
        /// [`PowerResponse`](super::PowerResponse); 0 where nobody has any (RULINGS.md, "Hooks and holes"). At a grid
        /// height it is the larger of that and what it has in the committee there, the next one too.
        FinalityProviderPower(KeyAtHeight),
        /// [`PowersResponse`](super::PowersResponse), for at most 100 heights.
        FinalityProviderPowerBatch {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            btc_pk_hex: String,
            /// At which heights.
            heights: Vec<u64>,
        },
        /// [`PubRandCommit`](super::PubRandCommit) or `null`.
        FirstPubRandCommit(ByKey),
        /// [`PubRandCommit`](super::PubRandCommit) or `null`.
        LastPubRandCommit(ByKey),
        /// An array of [`PubRandCommit`](super::PubRandCommit).
        PubRandCommit {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            btc_pk_hex: String,
            /// The start height after (in reverse, before) which to start.
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
            /// From the highest down.
            reverse: Option<bool>,
        },
        /// [`SigningInfo`](super::SigningInfo) or `null`.
        SigningInfo(ByKey),
        /// A number or `null`: the highest height with quorum that the cursor has passed.
        LastFinalizedHeight(Empty),
        /// [`IndexedBlock`](super::IndexedBlock), or an error.
        Block(AtHeight),
        /// [`BlocksResponse`](super::BlocksResponse); holes are absent. Ascending without `finalised`, a page is
        /// contiguous: it begins at the first block at or above `start_after` and ends before the next hole, and where
        /// heights without an active set begin or end (RULINGS.md, "Pages of blocks"). So a short page is not
        /// the last: go on one above its last block, and ask until empty above the tip.
        Blocks {
            /// **Inclusive** in ascending order, exclusive in descending.
            start_after: Option<u64>,
            /// How many.
            limit: Option<u32>,
            /// Only finalized ones; the spelling is the wire's.
            finalised: Option<bool>,
            /// From the highest down.
            reverse: Option<bool>,
        },
        /// [`VotesResponse`](super::VotesResponse).
        Votes(AtHeight),
        /// [`FinalitySignatureResponse`](super::FinalitySignatureResponse).
        FinalitySignature(KeyAtHeight),
        /// [`EvidenceResponse`](super::EvidenceResponse).
        Evidence(KeyAtHeight),
        /// [`JailedFinalityProvidersResponse`](super::JailedFinalityProvidersResponse).
        JailedFinalityProviders(Page),
        /// [`ActiveFinalityProvidersResponse`](super::ActiveFinalityProvidersResponse).
        ActiveFinalityProviders(AtHeight),
        /// A number, or an error before activation.
        ActivatedHeight(Empty),
        /// [`ConsumerHeader`](super::ConsumerHeader), or an error.
        LastConsumerHeader(Empty),
        /// [`ConsumerHeader`](super::ConsumerHeader) of one of the last 100 epochs, or an error.
        ConsumerHeader(AtHeight),
        /// [`BabylonEpoch`](super::BabylonEpoch): the first that counted, or an error.
        BabylonBaseEpoch(Empty),
        /// [`BabylonEpoch`](super::BabylonEpoch): the last that counted, or an error.
        BabylonLastEpoch(Empty),
        /// [`BabylonEpoch`](super::BabylonEpoch), one of the last 100 that were timestamped, or an error.
        BabylonEpoch(AtEpoch),
        /// [`BabylonCheckpoint`](super::BabylonCheckpoint) of one of these, or an error.
        BabylonCheckpoint(AtEpoch),
        /// [`HeightResponse`](super::HeightResponse), 0 at first.
        LastConsumerHeight(Empty),
        /// The channel of rewards, or `null`.
        TransferInfo(Empty),
        /// [`FinalityStatusResponse`](super::FinalityStatusResponse) (RULINGS.md, "When a block is final").
        FinalityStatus(AtHeight),
        /// [`LastFinalBlockResponse`](super::LastFinalBlockResponse), or `null`.
        LastFinalBlock(Empty),
        /// [`PrunedResponse`](super::PrunedResponse).
        Pruned(Empty),
        /// [`HealthResponse`](super::HealthResponse).
        Health(Empty),
        /// [`OutboxResponse`](super::OutboxResponse).
        Outbox(NumberedPage),
        /// [`QuarantinedResponse`](super::QuarantinedResponse).
        Quarantined(NumberedPage),
        /// [`TrustResponse`](super::TrustResponse).
        Trust(Empty),
        /// [`RewardsResponse`](super::RewardsResponse).
        Rewards(Empty),
        /// [`GridResponse`](super::GridResponse), or `null` where no grid is set.
        Grid(Empty),
    }

    /// Nothing to say. One type for all such questions: each type that is read costs a contract two kilobytes.
    pub struct Empty {}

    /// One finality provider.
    pub struct ByKey {
        /// Its key, x-only, hexadecimal.
        pub btc_pk_hex: String,
    }

    /// One height.
    pub struct AtHeight {
        /// A height of this chain.
        pub height: u64,
    }

    /// One epoch of Babylon.
    pub struct AtEpoch {
        /// The number of an epoch of Babylon.
        pub epoch_number: u64,
    }

    /// One finality provider at one height.
    pub struct KeyAtHeight {
        /// Its key, x-only, hexadecimal.
        pub btc_pk_hex: String,
        /// At which height.
        pub height: u64,
    }

    /// A page by key.
    pub struct Page {
        /// The key after which to start.
        pub start_after: Option<String>,
        /// How many.
        pub limit: Option<u32>,
    }

    /// A page by number.
    pub struct NumberedPage {
        /// The number after which to start.
        pub start_after: Option<u64>,
        /// How many.
        pub limit: Option<u32>,
    }
}
