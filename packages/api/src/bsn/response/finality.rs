//! Power, randomness, blocks, votes and evidence.

use std::collections::BTreeMap;

use crate::wire;

wire! {
    /// Power in sats.
    pub struct PowerResponse {
        /// The power.
        pub power: u64,
    }

    /// Powers in sats.
    pub struct PowersResponse {
        /// Pairs of height and power.
        pub powers: Vec<(u64, u64)>,
    }

    /// A commitment to public randomness. No field may ever be `null`.
    pub struct PubRandCommit {
        /// The first height.
        pub start_height: u64,
        /// How many heights.
        pub num_pub_rand: u64,
        /// The block that executed it.
        pub height: u64,
        /// The Merkle root.
        pub commitment: Vec<u8>,
    }

    /// What is known of a finality provider's signing.
    pub struct SigningInfo {
        /// Its key.
        pub fp_btc_pk_hex: String,
        /// Since when it has been in the set.
        pub start_height: u64,
        /// The highest vote below the first height that awaits one of it; without any, at most one below
        /// `start_height`; the cursor where that is too far to see (RULINGS.md, "Signing info").
        pub last_signed_height: u64,
        /// The end of its jail term in seconds since 1970; `null` when it is not in jail.
        pub jailed_until: Option<u64>,
    }

    /// A block that the hooks saw.
    pub struct IndexedBlock {
        /// Its height.
        pub height: u64,
        /// The application hash in its header.
        pub app_hash: Vec<u8>,
        /// Whether its height has quorum and the cursor passed it.
        pub finalized: bool,
    }

    /// A page of blocks.
    pub struct BlocksResponse {
        /// The page.
        pub blocks: Vec<IndexedBlock>,
    }

    /// Who voted.
    pub struct VotesResponse {
        /// Public keys of FPs, x-only (BIP 340), 64 hex digits each.
        pub btc_pks: Vec<String>,
    }

    /// A stored signature.
    pub struct FinalitySignatureResponse {
        /// 32 bytes, or none.
        pub signature: Vec<u8>,
    }

    /// Evidence, if any.
    pub struct EvidenceResponse {
        /// The evidence.
        pub evidence: Option<Evidence>,
    }

    /// An equivocation.
    pub struct Evidence {
        /// The FP's public key, x-only (BIP 340), 32 bytes.
        pub fp_btc_pk: Vec<u8>,
        /// The height of this chain that both votes are for.
        pub block_height: u64,
        /// The nonce.
        pub pub_rand: Vec<u8>,
        /// One hash; the canonical one where it was signed.
        pub canonical_app_hash: Vec<u8>,
        /// The other hash.
        pub fork_app_hash: Vec<u8>,
        /// The signature of the one.
        pub canonical_finality_sig: Vec<u8>,
        /// The signature of the other.
        pub fork_finality_sig: Vec<u8>,
        /// The context in front of both messages.
        pub signing_context: String,
    }

    /// A page of finality providers in jail.
    pub struct JailedFinalityProvidersResponse {
        /// The page.
        pub jailed_finality_providers: Vec<JailedFinalityProvider>,
    }

    /// A finality provider in jail.
    pub struct JailedFinalityProvider {
        /// Its key.
        pub btc_pk_hex: String,
        /// The end of its term, seconds since 1970.
        pub jailed_until: u64,
    }

    /// The set at a height.
    pub struct ActiveFinalityProvidersResponse {
        /// Power by key.
        pub active_finality_providers: BTreeMap<String, u64>,
    }
}
