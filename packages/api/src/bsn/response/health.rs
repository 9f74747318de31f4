//! How everything is, for an operator.

use cosmwasm_std::Uint128;

use crate::wire;

wire! {
    /// How everything is, for an operator.
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
        /// `none`, `open` or `closed`; `absent` where `stake_source` is `bitcoin`, and there is to be none.
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
        /// The stake that it is taken from: of all who are neither slashed nor orphaned the highest, as many as may be
        /// in the set.
        pub ranked_power: Uint128,
        /// The part of the ranked stake that is not in the set for want of timestamped randomness, or in jail.
        pub without_randomness: Uint128,
        /// How many proofs of possession are taken on trust.
        pub pop_trusted: u64,
        /// How many items wait in quarantine.
        pub quarantined: u64,
        /// How many items wait to be worked off.
        pub queued: u64,
        /// Of delegations that are verified against Bitcoin; absent where Babylon's word counts.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub verified: Option<VerifiedHealth>,
    }

    /// Delegations that are verified against Bitcoin, as the contract that verifies them says.
    pub struct VerifiedHealth {
        /// How many wait for their proof.
        pub waiting: u64,
        /// Since when, in seconds since 1970, some delegation or other has waited at every moment; absent where none waits.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub waiting_since: Option<u64>,
        /// Of how many this contract has still to take what became of them.
        pub unsent: u64,
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
        /// How many Babylon refused, of the first 1,000 in the outbox.
        pub refused: u64,
    }
}
