//! Answers. Bytes are arrays of numbers where the incumbent has them so.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;

use super::Network;
use crate::wire;

wire! {
    /// The union of the incumbent's three configs: no field conflicts.
    pub struct ConfigResponse {
        /// The network of Bitcoin.
        pub network: Network,
        /// k.
        pub btc_confirmation_depth: u32,
        /// w.
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
        /// As instantiated.
        pub consumer_name: String,
        /// As instantiated.
        pub consumer_description: String,
        /// The bonded denom.
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
        /// The knob of that name.
        pub finality_activation_height: u64,
        /// The knob of that name.
        pub max_active_finality_providers: u32,
        /// The knob of that name.
        pub min_pub_rand: u64,
        /// The knob of that name.
        pub max_pub_rand_commit_offset: u64,
        /// The knob of that name.
        pub reward_interval: u64,
        /// The knob of that name.
        pub missed_blocks_window: u64,
        /// The knob of that name.
        pub min_signed_percent: u64,
        /// The knob of that name.
        pub jail_duration: u64,
        /// The knob of that name.
        pub max_jailed_percent: u64,
        /// The knob of that name.
        pub vote_window: u64,
        /// The knob of that name.
        pub vote_retention: u64,
        /// The knob of that name.
        pub anchor_retention_s: u64,
        /// The knob of that name.
        pub max_backlog: u64,
        /// The knob of that name.
        pub resume_delay: u64,
        /// The knob of that name.
        pub rebind_delay: u64,
        /// The knob of that name.
        pub orphan_grace: u64,
    }

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

    /// A finality provider.
    pub struct FinalityProvider {
        /// Its operator's address on Babylon.
        pub addr: String,
        /// Its key.
        pub btc_pk_hex: String,
        /// Its proof of possession.
        pub pop: Option<ProofOfPossession>,
        /// Where this chain found it equivocating; 0 if it did not.
        pub slashed_height: u64,
        /// Bitcoin's height then, at least 1; 0 if it was not slashed.
        pub slashed_btc_height: u32,
        /// The consumer it came with.
        pub consumer_id: String,
    }

    /// A proof of possession.
    pub struct ProofOfPossession {
        /// 0 BIP-340, 1 BIP-322, 2 ECDSA.
        pub btc_sig_type: i32,
        /// The signature.
        pub btc_sig: Vec<u8>,
    }

    /// A page of finality providers.
    pub struct FinalityProvidersResponse {
        /// The page.
        pub fps: Vec<FinalityProvider>,
    }

    /// A finality provider's stake.
    pub struct FinalityProviderInfo {
        /// Its key.
        pub btc_pk_hex: String,
        /// Its live delegations' sum in sats.
        pub total_active_sats: u64,
        /// Whether it is slashed.
        pub slashed: bool,
        /// The height asked for, or the current one.
        pub height: u64,
    }

    /// A page of finality providers by stake.
    pub struct FinalityProvidersByTotalActiveSatsResponse {
        /// The page.
        pub fps: Vec<FinalityProviderInfo>,
    }

    /// A page of delegations of one finality provider.
    pub struct DelegationsByFpResponse {
        /// Txids in display order.
        pub hashes: Vec<String>,
    }

    /// A delegation. What is not stored is empty (interfaces.md 11.7).
    pub struct Delegation {
        /// The staker's address on Babylon.
        pub staker_addr: String,
        /// The staker's key, x-only.
        pub btc_pk_hex: String,
        /// All its finality providers, those of other chains too.
        pub fp_btc_pk_list: Vec<String>,
        /// The Bitcoin height of the staking transaction.
        pub start_height: u32,
        /// The Bitcoin height at which the time lock ends.
        pub end_height: u32,
        /// How much, in sats.
        pub total_sat: u64,
        /// The staking transaction.
        pub staking_tx: Vec<u8>,
        /// Not stored.
        pub slashing_tx: Vec<u8>,
        /// Not stored.
        pub delegator_slashing_sig: Vec<u8>,
        /// Not stored.
        pub covenant_sigs: Vec<u8>,
        /// Which output is the stake.
        pub staking_output_idx: u32,
        /// How long unbonding takes, in blocks of Bitcoin.
        pub unbonding_time: u32,
        /// Whether it ended early.
        pub undelegation_info: UndelegationInfo,
        /// The version of Babylon's parameters.
        pub params_version: u32,
    }

    /// How a delegation is ended early.
    pub struct UndelegationInfo {
        /// Not stored.
        pub unbonding_tx: Vec<u8>,
        /// Not stored.
        pub slashing_tx: Vec<u8>,
        /// Not stored.
        pub delegator_slashing_sig: Vec<u8>,
        /// Not stored.
        pub covenant_slashing_sigs: Vec<u8>,
        /// Not stored.
        pub covenant_unbonding_sig_list: Vec<u8>,
        /// `null` unless it ended early.
        pub delegator_unbonding_info: Option<DelegatorUnbondingInfo>,
    }

    /// That a delegation ended early.
    pub struct DelegatorUnbondingInfo {
        /// Not stored.
        pub spend_stake_tx: Vec<u8>,
    }

    /// A page of delegations.
    pub struct DelegationsResponse {
        /// The page.
        pub delegations: Vec<Delegation>,
    }

    /// What an operator compares with Babylon (interfaces.md 11.9): the stake of the present consumer id.
    pub struct StateDigestResponse {
        /// How many finality providers have stake.
        pub fps: u64,
        /// Their stake.
        pub total_sats: Uint128,
        /// sha256 over `pk(32) || sats u64 BE` of each, in ascending order of keys; hexadecimal.
        pub sha256: String,
    }

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
        /// The last height it is known to have signed.
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
        /// Keys.
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
        /// Whose.
        pub fp_btc_pk: Vec<u8>,
        /// Where.
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

    /// A header of this chain that Babylon timestamped.
    pub struct ConsumerHeader {
        /// Our id on Babylon.
        pub consumer_id: String,
        /// The application hash, hexadecimal.
        pub hash: String,
        /// The height.
        pub height: u64,
        /// Nanoseconds since 1970, as text.
        pub time: Option<String>,
        /// Babylon's application hash.
        pub babylon_header_hash: String,
        /// Babylon's height.
        pub babylon_header_height: u64,
        /// Babylon's epoch.
        pub babylon_epoch: u64,
        /// Babylon's transaction.
        pub babylon_tx_hash: String,
    }

    /// A height.
    pub struct HeightResponse {
        /// The height.
        pub height: u64,
    }

    /// Whether a block is final, and by what (interfaces.md 11.3).
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
        /// The hash of the block, if a hook saw it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub block_hash_hex: Option<String>,
        /// The application hash in its header.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub app_hash_hex: Option<String>,
    }

    /// Whether a block is final.
    #[derive(Copy)]
    pub enum BlockFinality {
        /// It is, for good.
        Final,
        /// Not yet.
        Pending,
        /// Governance resumed finality over it: never called final.
        Resumed,
        /// Not seen, or forgotten.
        Unknown,
    }

    /// How the vote at a height stands.
    pub struct VoteStatus {
        /// How.
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
        /// Nobody could have voted, or governance resumed finality over it.
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
        /// Governance resumed finality over it.
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

    /// An epoch of Babylon (interfaces.md 4.1); hashes in hexadecimal.
    pub struct BabylonEpoch {
        /// Its number.
        pub epoch_number: u64,
        /// How many blocks it has.
        pub current_epoch_interval: u64,
        /// The height of its first block.
        pub first_block_height: u64,
        /// The time of its last block, in nanoseconds since 1970.
        pub last_block_time: Option<String>,
        /// Babylon's application hash after it.
        pub sealer_app_hash: String,
        /// The hash of the block that sealed it.
        pub sealer_block_hash: String,
    }

    /// What Babylon's validators signed of an epoch; bytes in hexadecimal.
    pub struct BabylonCheckpoint {
        /// The epoch.
        pub epoch_num: u64,
        /// The hash of the block that sealed it.
        pub block_hash: String,
        /// Who signed.
        pub bitmap: String,
        /// The aggregated signature.
        pub bls_multi_sig: String,
    }

    /// How everything is, for an operator (interfaces.md 11.9).
    pub struct HealthResponse {
        /// Of finality.
        pub finality: FinalityHealth,
        /// Of the chain's hooks.
        pub hooks: HooksHealth,
        /// Of the channel to Babylon.
        pub channel: ChannelHealth,
        /// Of Bitcoin.
        pub bitcoin: BitcoinHealth,
        /// Of timestamps.
        pub timestamps: TimestampsHealth,
        /// Of stake.
        pub staking: StakingHealth,
        /// What is paused.
        pub paused: Vec<String>,
        /// Of evidence on its way.
        pub outbox: OutboxHealth,
        /// Of rewards.
        pub rewards: RewardsResponse,
        /// What needs attention, in words.
        pub alarms: Vec<String>,
    }

    /// Finality.
    pub struct FinalityHealth {
        /// The last height that a hook saw.
        pub last_processed: u64,
        /// The highest height with quorum that the cursor passed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub last_finalized_height: Option<u64>,
        /// The highest final block.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub last_final_block: Option<u64>,
        /// The height that the cursor waits at.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub waiting_for: Option<WaitingFor>,
        /// The longest run of heights skipped.
        pub longest_gap: u64,
        /// How many heights were resumed by governance.
        pub resumed: u64,
    }

    /// What the cursor waits for.
    pub struct WaitingFor {
        /// At which height.
        pub height: u64,
        /// The power that voted.
        pub voted_power: Uint128,
        /// The power that may vote.
        pub total_power: Uint128,
    }

    /// The hooks.
    pub struct HooksHealth {
        /// The last height whose BeginBlock or first surviving hook took effect.
        pub last_begin_block: u64,
        /// The last height whose EndBlock took effect.
        pub last_end_block: u64,
        /// How many of the last 100 heights are holes.
        pub lost_recently: u64,
    }

    /// The channel.
    pub struct ChannelHealth {
        /// `none`, `open` or `closed`.
        pub state: String,
        /// Its id.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub channel_id: Option<String>,
        /// The connection it is bound to.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub connection_id: Option<String>,
        /// Our id on Babylon, as its packets say.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub consumer_id: Option<String>,
        /// How long ago it brought a packet, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub last_packet_age_s: Option<u64>,
        /// Channels that were.
        pub previous: Vec<PreviousChannel>,
    }

    /// A channel that was.
    pub struct PreviousChannel {
        /// Its id.
        pub channel_id: String,
        /// Its connection.
        pub connection_id: String,
        /// When it closed, seconds since 1970.
        pub closed_at: u64,
    }

    /// Bitcoin, as the light client knows it.
    pub struct BitcoinHealth {
        /// The height of its tip; absent before its first headers.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub tip_height: Option<u32>,
        /// How old its tip is, in seconds, by the tip's own time.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub tip_age_s: Option<u64>,
        /// How often it refused headers of a packet.
        pub refused: u32,
        /// Whether stake that has expired still waits to be ended.
        pub expiring: bool,
    }

    /// Timestamps.
    pub struct TimestampsHealth {
        /// The highest timestamped height.
        pub height: u64,
        /// The last epoch of Babylon.
        pub epoch: u64,
        /// Who says so.
        pub trust: String,
        /// How many checkpoints wait until Bitcoin has buried them.
        pub waiting: u64,
    }

    /// Stake.
    pub struct StakingHealth {
        /// How many finality providers are registered.
        pub fps: u64,
        /// How many are in the active set.
        pub active: u64,
        /// The power of the active set.
        pub total_power: Uint128,
        /// How many proofs of possession are taken on trust.
        pub pop_trusted: u64,
        /// How many items wait in quarantine.
        pub quarantined: u64,
        /// How many items wait to be worked off.
        pub queued: u64,
    }

    /// Rewards, denom by denom: owed and undistributed are the contract's balance.
    pub struct RewardsResponse {
        /// Owed to those who voted, and not handed over to Babylon.
        pub owed: Vec<Amount>,
        /// Not shared out yet: fees, deposits, and transfers that came back.
        pub undistributed: Vec<Amount>,
        /// Handed over to Babylon so far.
        pub handed_over: Vec<Amount>,
        /// Burned so far: the part of the slashed.
        pub burned: Vec<Amount>,
    }

    /// So much of a denom.
    pub struct Amount {
        /// Of which.
        pub denom: String,
        /// How much.
        pub amount: Uint128,
    }

    /// Evidence on its way.
    pub struct OutboxHealth {
        /// How many wait.
        pub waiting: u64,
        /// How many Babylon refused.
        pub refused: u64,
    }

    /// A page of the outbox.
    pub struct OutboxResponse {
        /// The page.
        pub items: Vec<OutboxItem>,
    }

    /// Evidence on its way to Babylon.
    pub struct OutboxItem {
        /// Its id.
        pub id: u64,
        /// `slashing`.
        pub kind: String,
        /// Whose evidence.
        pub fp_pubkey_hex: String,
        /// `waiting`, `in_flight`, `done` or `refused`.
        pub state: String,
        /// How often Babylon has refused it.
        pub tries: u32,
    }

    /// A page of the quarantine.
    pub struct QuarantinedResponse {
        /// The page.
        pub items: Vec<QuarantinedItem>,
    }

    /// An item that could not be applied.
    pub struct QuarantinedItem {
        /// Its id.
        pub id: u64,
        /// `new_fp`, `active_del` or `unbonded_del`.
        pub kind: String,
        /// Why.
        pub reason: String,
        /// When, seconds since 1970.
        pub received_at: u64,
    }

    /// What is verified here and what is believed.
    pub struct TrustResponse {
        /// Row by row.
        pub rows: Vec<TrustRow>,
    }

    /// One thing that must be true.
    pub struct TrustRow {
        /// What.
        pub what: String,
        /// `verified` or `trusted`.
        pub how: String,
        /// By whom or by what.
        pub by: String,
    }
}
