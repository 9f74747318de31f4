use cosmwasm_std::{Binary, Coin};

use super::{Family, Network, ParamsVersion, SelfStakeTerms, StakeId};
use crate::wire;

wire! {
    /// What never changes.
    pub struct ConfigResponse {
        /// As at instantiation.
        pub bsn: String,
        /// As at instantiation.
        pub btc_light_client: String,
        /// As at instantiation.
        pub network: Network,
        /// As at instantiation.
        pub btc_confirmation_depth: u32,
        /// As at instantiation.
        pub checkpoint_finalization_timeout: u32,
        /// As at instantiation.
        pub challenge_delay: u32,
        /// As at instantiation.
        pub governance: Option<String>,
        /// As at instantiation; absent, no stake of finality providers' own counts.
        pub self_stake: Option<SelfStakeTerms>,
    }

    /// Where a stake stands.
    pub struct ItemResponse {
        /// The id of the staking transaction.
        pub txid: String,
        /// Which of its outputs.
        pub output: u32,
        /// The staker's key.
        pub staker_pk_hex: String,
        /// The finality provider that is registered here.
        pub fp_pubkey_hex: String,
        /// How much, in sats.
        pub sats: u64,
        /// The version of the parameters.
        pub params_version: u32,
        /// When its item came, in seconds since 1970.
        pub taken_at: u64,
        /// Where it stands.
        pub standing: StandingAnswer,
        /// Whether `bsn` has still to take what became of it.
        pub is_unsent: bool,
    }

    /// Where a stake stands.
    pub enum StandingAnswer {
        /// For its proof of inclusion.
        Waiting {
            /// The Bitcoin height of its spend, where that was known before its item came.
            spent_height: Option<u32>,
        },
        /// It has no power yet.
        Challenged {
            /// The Bitcoin height of the staking transaction.
            start_height: u32,
            /// The Bitcoin height at which the lock ends.
            end_height: u32,
            /// The Bitcoin height at which it counts.
            due_height: u32,
        },
        /// It counts.
        Active {
            /// The Bitcoin height of the staking transaction.
            start_height: u32,
            /// The Bitcoin height at which the lock ends.
            end_height: u32,
        },
        /// It was spent.
        Ended {
            /// The Bitcoin height of the spend.
            btc_height: u32,
        },
    }

    /// Stakes in the order of their outpoints' bytes.
    pub struct ItemsResponse {
        /// One each.
        pub items: Vec<ItemResponse>,
        /// After which to go on, where there may be more: a page ends after 50 that were looked at, too.
        pub next: Option<StakeId>,
    }

    /// Versions of a family's parameters.
    pub struct ParamsResponse {
        /// Which family.
        pub family: Family,
        /// Ascending, at most 10.
        pub versions: Vec<ParamsVersion>,
    }

    /// What slashes a stake. Whoever has the finality provider's key signs each transaction with it, and decrypts the committee's
    /// signatures.
    pub struct SlashingDataResponse {
        /// The staker's key.
        pub staker_pk_hex: String,
        /// All finality providers of the delegation.
        pub fps_pk_hex: Vec<String>,
        /// The one to which the committee's signatures are encrypted.
        pub fp_pubkey_hex: String,
        /// The parameters' family.
        pub family: Family,
        /// Their version.
        pub params_version: u32,
        /// For how many blocks the stake is locked.
        pub staking_time: u16,
        /// What takes the stake.
        pub staked: SlashingTx,
        /// What takes it after an early end.
        pub unbonding: SlashingTx,
    }

    /// A slashing transaction without its witness.
    pub struct SlashingTx {
        /// Its bytes.
        pub tx: Binary,
        /// The value of what it spends, in sats.
        pub spent_value: u64,
        /// The script of what it spends.
        pub spent_script: Binary,
        /// The leaf that is used.
        pub leaf_script: Binary,
        /// What shows that the leaf is in the tree.
        pub control_block: Binary,
        /// The staker's signature.
        pub staker_signature: Binary,
        /// A quorum of the committee's.
        pub adaptors: Vec<AdaptorAnswer>,
    }

    /// A committee member's signature, encrypted to the finality provider.
    pub struct AdaptorAnswer {
        /// The member's key.
        pub member_pk_hex: String,
        /// 65 bytes.
        pub signature: Binary,
    }

    /// How much stands where, and under which parameters.
    pub struct TrustResponse {
        /// How many stakes wait for their proof.
        pub waiting: u64,
        /// Since when, in seconds since 1970, some stake or other has waited at every moment; absent where none waits.
        pub waiting_since: Option<u64>,
        /// For how many stakes `bsn` has still to take what became of them.
        pub unsent: u64,
        /// The last version of Babylon's family.
        pub babylon: Option<ParamsVersion>,
        /// The last version of this chain's own.
        pub own: Option<ParamsVersion>,
    }

    /// Where a staker's rewards are paid.
    pub struct PayoutResponse {
        /// The address; absent where the staker named none.
        pub address: Option<String>,
        /// The counter of that word: the next one has to be above.
        pub counter: Option<u64>,
    }

    /// What a stake has earned.
    pub struct RewardsResponse {
        /// The id of the staking transaction.
        pub txid: String,
        /// Which of its outputs.
        pub output: u32,
        /// The staker's key.
        pub staker_pk_hex: String,
        /// What a claim pays.
        pub owed: Vec<Coin>,
        /// By what it earns; absent once it has been spent or taken back.
        pub earns: Option<EarnsAnswer>,
    }

    /// By what a stake earns.
    pub struct EarnsAnswer {
        /// The finality provider's key.
        pub fp_pubkey_hex: String,
        /// How much is staked.
        pub sats: u64,
        /// The first height of Bitcoin at which it earns nothing.
        pub expiry_height: u32,
    }

    /// Stakes in the order of their outpoints' bytes.
    pub struct RewardsPage {
        /// One each.
        pub rewards: Vec<RewardsResponse>,
        /// After which to go on, where there may be more: a page ends after 50 that were looked at, too.
        pub next: Option<StakeId>,
    }

    /// What a finality provider has earned.
    pub struct FpRewardsResponse {
        /// Who is paid; absent where nobody registered it here.
        pub owner: Option<String>,
        /// What it keeps, in ten-thousandths.
        pub commission_bps: u16,
        /// When that rose last, in seconds since 1970.
        pub raised_at: Option<u64>,
        /// How many sats earn for it; those that have expired since coins came last are among them.
        pub sats: u64,
        /// Its own coins.
        pub owed: Vec<Coin>,
        /// What the first prover of a spend gets out of those, at most.
        pub spend_bounty: Option<Coin>,
    }
}
