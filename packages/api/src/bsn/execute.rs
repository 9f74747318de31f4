use cosmwasm_std::Binary;

use super::Empty;
use super::knobs::{declare_with_knobs, with_knobs};
use crate::wire;

/// [`ExecuteMsg::FollowBitcoin`] as the contract sends it to itself.
pub const FOLLOW_BITCOIN: &[u8] = br#"{"follow_bitcoin":{}}"#;

wire! {
    /// What anybody may send; who is allowed what: each variant.
    // A message is read once and taken apart at once: where it lies in between costs nothing.
    #[allow(clippy::large_enum_variant)]
    pub enum ExecuteMsg {
        /// Anybody, with a finality provider's signature (RULINGS.md, "Randomness").
        CommitPublicRandomness {
            /// Whose, x-only, 64 hexadecimal characters.
            fp_pubkey_hex: String,
            /// The first height.
            start_height: u64,
            /// How many heights.
            num_pub_rand: u64,
            /// The Merkle root, 32 bytes.
            commitment: Binary,
            /// BIP-340, 64 bytes.
            signature: Binary,
        },
        /// Anybody, with a finality provider's signature (RULINGS.md, "Votes: Ok or error").
        SubmitFinalitySignature {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_pubkey_hex: String,
            /// The height voted at.
            height: u64,
            /// The nonce of that height, 32 bytes.
            pub_rand: Binary,
            /// That it is the committed one.
            proof: MerkleProof,
            /// The **application** hash of the header at that height, 32 bytes.
            block_hash: Binary,
            /// The EOTS signature, 32 bytes.
            signature: Binary,
        },
        /// Anybody: one finality provider's votes on consecutive heights, with one proof (RULINGS.md,
        /// "Votes: Ok or error"). The response data is a list of verdicts, one a vote: `counted`, `fork`,
        /// `equivocation`, or the text of the error that the vote alone would have met. At most 200 votes are
        /// taken; each beyond is `not taken: at most 200`.
        SubmitFinalitySignatureRange {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_pubkey_hex: String,
            /// The height of the first vote.
            start_height: u64,
            /// The votes, one a height.
            #[serde(default)]
            votes: Vec<RangeVote>,
            /// More of them, behind those of `votes`: 96 bytes each, public randomness, application hash, signature.
            #[serde(default)]
            packed: Binary,
            /// That all nonces are the committed ones, those beyond 200 too.
            proof: MerkleRangeProof,
        },
        /// Anybody: votes of many finality providers at one height, for one hash. Answers as the range does.
        SubmitFinalitySignaturesAt {
            /// The height voted at.
            height: u64,
            /// The application hash of the header at that height, 32 bytes.
            app_hash: Binary,
            /// The votes.
            #[serde(default)]
            votes: Vec<VoteAt>,
            /// More of them, behind those of `votes`: for each key, public randomness and signature of 32 bytes,
            /// one byte with the number of aunts, and the aunts of 32 bytes, from the leaf to the root.
            #[serde(default)]
            packed: Binary,
        },
        /// Anybody: two signatures prove themselves (RULINGS.md, "Evidence").
        SubmitEvidence {
            /// Who is accused.
            fp_pubkey_hex: String,
            /// At which height.
            height: u64,
            /// The nonce of both signatures, 32 bytes.
            pub_rand: Binary,
            /// One vote.
            first: Vote,
            /// Another, for another hash.
            second: Vote,
        },
        /// The operator, after the jail term; with `signature`, anybody; the admin at any time.
        Unjail {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_pubkey_hex: String,
            /// BIP-340 by the finality provider's key over the context `fp_unjail` and the end of the term.
            signature: Option<Binary>,
        },
        /// Anybody: sends the evidence of this finality provider to Babylon at once, unless it is on its way or done.
        RetryOutbox {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_pubkey_hex: String,
        },
        /// Anybody: takes what the light client has learned. The hooks do it too, within ten blocks.
        FollowBitcoin(Empty),
        /// The admin: proposes another, or with `null` to have none.
        UpdateAdmin {
            /// The new admin's address, bech32; none for no admin.
            admin: Option<String>,
        },
        /// The proposed account; to renounce, the admin itself.
        AcceptAdmin {},
        /// The admin.
        UpdateConfig(UpdateConfig),
        /// The admin: what is absent stays. Votes, evidence, slashing, hooks and queries cannot be paused.
        SetPaused {
            /// Whether what packets bring waits; a pause ends by itself after seven days.
            packet_intake: Option<bool>,
            /// Whether rewards wait.
            rewards: Option<bool>,
        },
        /// The admin: lets finality go on where it has stood still for long (RULINGS.md,
        /// "Resuming finality").
        ResumeFinality {
            /// The height that finality waits at.
            halting_height: u64,
            /// Who is missing there; who voted cannot be named.
            fp_pubkeys_hex: Vec<String>,
        },
        /// The admin: commitments that count by word, 1 to 50, each made by its FP before. Only where randomness waits for a grid
        /// height to close; before activation, or once none has closed for `resume_delay` and FPs with randomness that counts have
        /// less than half of the ranked stake (GRID.md, "Rules", 9).
        Bootstrap {
            /// Named in full.
            commitments: Vec<BootstrapCommitment>,
        },
        /// The admin: counts grid heights older than `resume_delay` as closed, for the order only (GRID.md, "Rules").
        ExcuseGrid {
            /// Up to this grid height.
            through: u64,
        },
        /// The admin: succeeds only where it names this contract. For scripts of the incumbent.
        UpdateStaking {
            /// This contract.
            staking: String,
        },
        /// The admin: succeeds only where it names what is set. For scripts of the incumbent.
        UpdateContractAddresses {
            /// The light client as it is set.
            btc_light_client: String,
            /// This contract.
            finality: String,
        },
        /// Anybody: tries items again that could not be applied, and works off some that wait; with no ids, that alone.
        /// Ids that are gone are passed over.
        RetryQuarantined {
            /// Their numbers in the quarantine.
            ids: Vec<u64>,
        },
        /// The admin: moves to another connection, after `rebind_delay` (RULINGS.md, "After a rebind"). With
        /// the bound one and another channel of rewards, rewards alone move, after the same delay; with the
        /// bound one and no other channel, what is announced is called off.
        RebindConnection {
            /// To which.
            connection_id: String,
            /// The channel of rewards on it, if it is another than before.
            ics20_channel_id: Option<String>,
        },
        /// The admin: applies staking items that got lost; on live networks only undelegations.
        Resync {
            /// A staking packet in Babylon's encoding (`OutboundPacket`).
            packet: Binary,
        },
        /// The contract that verifies delegations: what became of stake, packed as
        /// [its message](crate::btc_staking::OutcomesMsg) says.
        StakeOutcomes {
            /// The outcomes.
            packed: Binary,
        },
        /// The contract that verifies delegations, where `stake_source` is `bitcoin` or `both`: a finality provider has registered
        /// there, by a signature of its key.
        RegisterFinalityProvider {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_pubkey_hex: String,
            /// The address on this chain that it belongs to, bech32.
            operator: String,
        },
        /// The same contract: a block of this chain is timestamped in Bitcoin. It must be the block that this contract's own hooks saw.
        BitcoinTimestamp {
            /// Its height.
            height: u64,
            /// The application hash in its header, 64 hex digits.
            app_hash_hex: String,
        },
        /// The admin, on regtest only: the daemons' own test suites inject stake so.
        BtcStaking {
            /// Finality providers.
            #[serde(default)]
            new_fp: Vec<InjectedItem>,
            /// Delegations.
            #[serde(default)]
            active_del: Vec<InjectedItem>,
            /// Early ends of delegations.
            #[serde(default)]
            unbonded_del: Vec<InjectedItem>,
        },
        /// The admin, on regtest only.
        Slash {
            /// The FP's public key, x-only (BIP 340), 64 hex digits.
            fp_btc_pk_hex: String,
        },
    }

    /// CometBFT's Merkle proof as Go writes it.
    pub struct MerkleProof {
        /// How many leaves the tree has.
        pub total: u64,
        /// Which leaf this is, from zero.
        pub index: u64,
        /// The hash of the leaf, 32 bytes.
        pub leaf_hash: Binary,
        /// The siblings on the way to the root; Go writes none as `null`.
        pub aunts: Option<Vec<Binary>>,
    }

    /// A Merkle proof of consecutive leaves. Where several commitments cover the heights of a range: `total` and
    /// `start` are those of the first, and the nodes of each one's part stand behind those of the one before. The tree
    /// of a later part is the commitment's, from its first leaf on.
    pub struct MerkleRangeProof {
        /// How many leaves the tree has.
        pub total: u64,
        /// Which is the first leaf, from zero.
        pub start: u64,
        /// The nodes beside the range, level by level from the leaves to the root, the left one first.
        pub aunts: Vec<Binary>,
    }

    /// One vote of a finality provider's range.
    pub struct RangeVote {
        /// The nonce of that height, 32 bytes.
        pub pub_rand: Binary,
        /// The application hash, 32 bytes.
        pub app_hash: Binary,
        /// The EOTS signature, 32 bytes.
        pub signature: Binary,
    }

    /// A commitment to randomness that the admin names.
    pub struct BootstrapCommitment {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        pub fp_pubkey_hex: String,
        /// The first height.
        pub start: u64,
        /// How many heights.
        pub count: u64,
        /// The Merkle root, 32 bytes.
        pub root: Binary,
    }

    /// One finality provider's vote among others at one height.
    pub struct VoteAt {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        pub fp_pubkey_hex: String,
        /// The nonce of that height, 32 bytes.
        pub pub_rand: Binary,
        /// That it is the committed one.
        pub proof: MerkleProof,
        /// The EOTS signature, 32 bytes.
        pub signature: Binary,
    }

    /// One of the two votes of an equivocation.
    pub struct Vote {
        /// The application hash, 32 bytes.
        pub app_hash: Binary,
        /// The EOTS signature, 32 bytes.
        pub signature: Binary,
    }

    /// A staking item as the daemons' own test suites inject it: the fields of all three kinds, each with those of
    /// its own. One type, since each type that is read costs a contract two kilobytes.
    pub struct InjectedItem {
        /// Of a finality provider: its operator's address on Babylon.
        #[serde(default)]
        pub addr: String,
        /// Of a finality provider its key, of a delegation the staker's; x-only.
        #[serde(default)]
        pub btc_pk_hex: String,
        /// Of a finality provider: the consumer it is for.
        #[serde(default)]
        pub consumer_id: String,
        /// Of a delegation: the staker's address on Babylon.
        #[serde(default)]
        pub staker_addr: String,
        /// Of a delegation: its finality providers, x-only.
        #[serde(default)]
        pub fp_btc_pk_list: Vec<String>,
        /// Of a delegation: the Bitcoin height at which it starts.
        #[serde(default)]
        pub start_height: u32,
        /// Of a delegation: the Bitcoin height at which its time lock ends.
        #[serde(default)]
        pub end_height: u32,
        /// Of a delegation: how much, in sats.
        #[serde(default)]
        pub total_sat: u64,
        /// Of a delegation: its staking transaction.
        #[serde(default)]
        pub staking_tx: Binary,
        /// Of a delegation: which output of that is the stake.
        #[serde(default)]
        pub staking_output_idx: u32,
        /// Of a delegation: how long unbonding takes, in blocks of Bitcoin.
        #[serde(default)]
        pub unbonding_time: u32,
        /// Of a delegation: the version of Babylon's parameters.
        #[serde(default)]
        pub params_version: u32,
        /// Of an undelegation: the txid of the staking transaction, in display order.
        #[serde(default)]
        pub staking_tx_hash: String,
    }
}

with_knobs! {
    /// What is to change; the rest stays.
    pub struct UpdateConfig {
        /// k: a header this many blocks below the tip is confirmed; in blocks of Bitcoin.
        pub btc_confirmation_depth: Option<u32>,
        /// w: a checkpoint this many blocks below the tip is final; in blocks of Bitcoin.
        pub checkpoint_finalization_timeout: Option<u32>,
        /// Not empty.
        pub consumer_name: Option<String>,
        /// Not empty.
        pub consumer_description: Option<String>,
        /// In days.
        pub ibc_packet_timeout_days: Option<u64>,
        /// The module of Babylon that receives rewards.
        pub destination_module: Option<String>,
        /// All denoms that are shared out.
        pub reward_denoms: Option<Vec<String>>,
        /// Whether the part of the slashed is burned.
        pub burn_slashed_rewards: Option<bool>,
    }
}
