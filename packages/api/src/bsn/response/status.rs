//! How final a height is, and what is forgotten.

use cosmwasm_std::Uint128;

use crate::wire;

wire! {
    /// Whether a block is final, and by what (RULINGS.md, "When a block is final").
    pub struct FinalityStatusResponse {
        /// The block asked about.
        pub height: u64,
        /// The answer.
        pub block: BlockFinality,
        /// The lowest later height whose quorum makes it final.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub certified_by: Option<u64>,
        /// The vote at this very height, on the state before the block.
        pub vote: VoteStatus,
        /// How many heights directly below `certified_by` were skipped: a careful reader asks for 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub gap_before: Option<u64>,
        /// What is known of `certified_by`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub certificate: Option<Certificate>,
        /// The hash of the block, if a hook saw it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub block_hash_hex: Option<String>,
        /// The application hash in its header.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub app_hash_hex: Option<String>,
    }

    /// What is known of a height whose quorum makes blocks final.
    pub struct Certificate {
        /// The power that could vote there.
        pub total_power: Uint128,
        /// The power that voted, while its votes are kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub voted_power: Option<Uint128>,
        /// The ranked stake that its active set was taken from; not known of heights before an upgrade to 0.3.0.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ranked_power: Option<Uint128>,
        /// The lowest height from which on every one up to it has quorum: below, two branches could have finalized
        /// disjoint heights. Not known of heights before an upgrade to 0.3.0.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub unbroken_since: Option<u64>,
    }

    /// Whether a block is final.
    #[derive(Copy)]
    pub enum BlockFinality {
        /// It is, for good.
        Final,
        /// Not yet.
        Pending,
        /// A height that governance resumed lies at or above it and below its certificate: never called final.
        Resumed,
        /// Not seen, or forgotten.
        Unknown,
    }

    /// How the vote at a height stands.
    pub struct VoteStatus {
        /// Which of the states of a height it is in.
        pub state: VoteState,
        /// Why it was skipped.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<SkipReason>,
        /// The power that voted.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub voted_power: Option<Uint128>,
        /// The power that may vote.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub total_power: Option<Uint128>,
    }

    /// How the vote at a height stands.
    #[derive(Copy)]
    pub enum VoteState {
        /// More than two thirds, and the cursor passed it.
        Quorum,
        /// The cursor has not passed it.
        Open,
        /// Nobody could have voted, or governance left out who was missing.
        Skipped,
        /// The votes are forgotten.
        Pruned,
        /// Not reached.
        None,
    }

    /// Why a height was skipped.
    #[derive(Copy)]
    pub enum SkipReason {
        /// No hook took effect there.
        HookLost,
        /// The active set was empty.
        NoActiveSet,
        /// Finality was not active.
        BeforeActivation,
        /// The backlog was full.
        BacklogFull,
        /// Only without those whom governance left out had it more than two thirds.
        Resumed,
    }

    /// The highest final block.
    pub struct LastFinalBlockResponse {
        /// Its height.
        pub height: u64,
        /// Its hash.
        pub block_hash_hex: String,
        /// The height whose quorum makes it final.
        pub certified_by: u64,
        /// What is known of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub certificate: Option<Certificate>,
    }

    /// Below which height what is forgotten: the watermarks.
    pub struct PrunedResponse {
        /// Votes, and commitments to randomness that end there (`vote_retention`). Who signed twice below is still
        /// slashed by `submit_evidence`, which needs nothing stored.
        pub votes_below: u64,
        /// Blocks, the power history, and evidence that Babylon took (`anchor_retention_s`).
        pub blocks_below: u64,
        /// Delegations that ended below this height of Bitcoin may be forgotten (`anchor_retention_s`, at ten minutes a
        /// block).
        pub delegations_below: u32,
    }
}
