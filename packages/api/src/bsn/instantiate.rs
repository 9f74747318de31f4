use cosmwasm_std::Binary;

use super::knobs::{declare_with_knobs, with_knobs};
use super::{Network, StakeSource};
use crate::wire;

with_knobs! {
    /// Instantiates `bsn`: the union of the incumbent's messages (PROTOCOL.md, "Messages of the incumbent")
    /// and our fields (RULINGS.md, "Instantiation"). A legacy message works on regtest and the testnets as it
    /// is.
    pub struct InstantiateMsg {
        /// The network of Bitcoin. It never changes.
        pub network: Network,
        /// k: how deep a header of Bitcoin is to be confirmed.
        pub btc_confirmation_depth: u32,
        /// w: how deep a checkpoint must be to count.
        pub checkpoint_finalization_timeout: u32,
        /// The code of the light client to instantiate; see `btc_light_client`.
        pub btc_light_client_code_id: Option<u64>,
        /// Base64 JSON for the light client.
        pub btc_light_client_msg: Option<Binary>,
        /// Accepted and ignored.
        pub btc_staking_code_id: Option<u64>,
        /// Base64 JSON of [`LegacyStakingMsg`], merged in.
        pub btc_staking_msg: Option<Binary>,
        /// Accepted and ignored.
        pub btc_finality_code_id: Option<u64>,
        /// Base64 JSON of [`LegacyFinalityMsg`], merged in.
        pub btc_finality_msg: Option<Binary>,
        /// Who may administer; required on mainnet.
        pub admin: Option<String>,
        /// Not empty.
        pub consumer_name: String,
        /// Not empty.
        pub consumer_description: String,
        /// The channel of rewards, on the same connection as Babylon's; empty with `stake_source` `bitcoin`.
        pub ics20_channel_id: String,
        /// After how many days an unanswered packet times out; 28 by default.
        pub ibc_packet_timeout_days: Option<u64>,
        /// The module of Babylon that receives rewards; empty with `stake_source` `bitcoin`.
        pub destination_module: String,
        /// A light client that exists already.
        pub btc_light_client: Option<String>,
        /// The connection that Babylon's channel must be on, which must be that of `ics20_channel_id`, too; absent, it
        /// is looked up when the channel opens. Except on regtest that channel must exist.
        pub connection_id: Option<String>,
        /// Babylon's chain id, for proofs of possession; required on mainnet.
        pub babylon_chain_id: Option<String>,
        /// The denoms that are shared out; the bonded one by default.
        pub reward_denoms: Option<Vec<String>>,
        /// Whether the part of the slashed is burned; by default it goes to the others.
        pub burn_slashed_rewards: Option<bool>,
        /// The four bytes, in hexadecimal, that Babylon's checkpoints in Bitcoin start with; absent, any will do.
        pub babylon_tag: Option<String>,
        /// Verifies delegations against Bitcoin; absent, Babylon's word counts. It needs a light client.
        pub verified_stake: Option<VerifiedStake>,
        /// Whose delegations count: all but `babylon` need `verified_stake`. By default `verified` with that and `babylon` without.
        pub stake_source: Option<StakeSource>,
        /// C, in blocks: at every C-th height a committee must vote that was fixed long before (GRID.md); absent, there is no
        /// grid. As in [`MigrateMsg`].
        pub grid: Option<u64>,
    }
}

with_knobs! {
    /// What the incumbent's finality contract took.
    #[derive(Default)]
    pub struct LegacyFinalityMsg {
        /// Its admin.
        pub admin: Option<String>,
    }
}

wire! {
    /// What the incumbent's staking contract took.
    #[derive(Default)]
    pub struct LegacyStakingMsg {
        /// Its admin.
        pub admin: Option<String>,
    }

    /// The contract that verifies delegations against Bitcoin. `bsn` makes it, and both are bound to each other for good.
    pub struct VerifiedStake {
        /// The code of `btc-staking`.
        pub code_id: u64,
        /// Base64 JSON of [its message](crate::btc_staking::InstantiateMsg), handed on unread.
        pub settings: Binary,
    }

    /// Migrates.
    #[derive(Default)]
    pub struct MigrateMsg {
        /// From now on delegations are verified against Bitcoin. Those of before count on Babylon's word until somebody proves them.
        /// Where they are verified already: the code that the contract which does it is migrated to, and its migrate message.
        pub verified_stake: Option<VerifiedStake>,
        /// From now on delegations of this chain's own committee count, too: `both`, from `verified` or `bitcoin`. Absent, nothing changes.
        pub stake_source: Option<StakeSource>,
        /// Sets C, in blocks, 60 to 10,000 (600 where stake counts without Babylon): at every C-th height a committee must vote that
        /// was fixed long before (GRID.md). It needs a `min_active_percent` of 34 at least. It is set once; absent, nothing changes.
        pub grid: Option<u64>,
    }
}
