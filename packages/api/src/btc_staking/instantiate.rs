use crate::wire;

wire! {
    /// Instantiates the contract; `bsn` does, and items come from whoever did. Bitcoin's network, k, w and light client are those
    /// that `bsn` says in `config`. What is here never changes but by a migration; parameters can be appended.
    pub struct InstantiateMsg {
        /// For how many blocks stake can be challenged that nobody vouches for; 144 by default.
        pub challenge_delay: Option<u32>,
        /// Who may append parameters; nobody if absent.
        pub governance: Option<String>,
        /// The first versions of each family.
        pub families: Vec<FamilyParams>,
        /// The terms of stake that finality providers lock by their own keys; absent, none counts.
        pub self_stake: Option<SelfStakeTerms>,
    }

    /// The terms of stake that finality providers lock by their own keys.
    pub struct SelfStakeTerms {
        /// The least stake, in sats.
        pub min_sats: u64,
        /// The shortest lock, in blocks of Bitcoin.
        pub min_timelock: u16,
        /// How many blocks before the end of its lock it stops counting, so that the last votes can still be punished.
        pub exit_time: u16,
    }

    /// Who made parameters.
    #[derive(Copy)]
    pub enum Family {
        /// Babylon: its items name these.
        Babylon,
        /// This chain.
        Own,
    }

    /// Versions of one family, ascending without a gap.
    pub struct FamilyParams {
        /// Which.
        pub family: Family,
        /// The versions.
        pub versions: Vec<ParamsVersion>,
    }

    /// A version of the parameters that delegations are made under.
    pub struct ParamsVersion {
        /// Its number.
        pub version: u32,
        /// The committee's x-only keys.
        pub covenant_pks_hex: Vec<String>,
        /// How many of them must sign.
        pub covenant_quorum: u8,
        /// Where the slashed part goes.
        pub slashing_pk_script_hex: String,
        /// How large that part is: a decimal between 0 and 1 with at most four decimals.
        pub slashing_rate: String,
        /// The least fee of a slashing transaction, in sats.
        pub min_slashing_tx_fee_sat: u64,
        /// For how many blocks an early end stays locked.
        pub unbonding_time_blocks: u16,
        /// The fee of an early end, in sats.
        pub unbonding_fee_sat: u64,
        /// The least stake, in sats.
        pub min_staking_value_sat: u64,
        /// The largest stake, in sats.
        pub max_staking_value_sat: u64,
        /// The shortest lock, in blocks.
        pub min_staking_time_blocks: u16,
        /// The longest lock, in blocks.
        pub max_staking_time_blocks: u16,
        /// The most finality providers of one delegation.
        pub max_finality_providers: u8,
        /// From which height of Bitcoin they are in force.
        pub btc_activation_height: u32,
    }

    /// A later code takes nothing yet.
    pub struct MigrateMsg {}
}
