use super::Family;
#[cfg(doc)]
use super::*;
use crate::wire;

wire! {
    /// What the contract answers.
    pub enum QueryMsg {
        /// What never changes.
        /// Answers [`ConfigResponse`].
        Config {},
        /// Where a stake stands; an error if it is unknown.
        /// Answers [`ItemResponse`].
        Item {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
        },
        /// All stakes by outpoint, those that wait among them: what keepers have to prove.
        /// Answers [`ItemsResponse`].
        Items {
            /// The id of the last one's staking transaction.
            after_txid: Option<String>,
            /// And its output.
            after_output: Option<u32>,
            /// How many: 10 unless given, 30 at most.
            limit: Option<u32>,
        },
        /// The stakes of a staker. There is no index: whoever asks goes on where a page says `next`.
        /// Answers [`ItemsResponse`].
        Staker {
            /// The staker's key.
            staker_pk_hex: String,
            /// As in `items`.
            after_txid: Option<String>,
            /// As in `items`.
            after_output: Option<u32>,
            /// As in `items`.
            limit: Option<u32>,
        },
        /// The stakes of a finality provider, likewise; `delegations_by_f_p` of `bsn` names those that have counted.
        /// Answers [`ItemsResponse`].
        Fp {
            /// The finality provider's key.
            fp_pubkey_hex: String,
            /// As in `items`.
            after_txid: Option<String>,
            /// As in `items`.
            after_output: Option<u32>,
            /// As in `items`.
            limit: Option<u32>,
        },
        /// The versions of a family's parameters.
        /// Answers [`ParamsResponse`].
        Params {
            /// Which family.
            family: Family,
            /// The version before the first one wanted.
            start_after: Option<u32>,
        },
        /// All that the key of its finality provider completes to slashing transactions; an error if the stake is unknown.
        /// Answers [`SlashingDataResponse`].
        SlashingData {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
        },
        /// How much stands where, and under which parameters.
        /// Answers [`TrustResponse`].
        Trust {},
        /// Where a staker's rewards are paid.
        /// Answers [`PayoutResponse`].
        Payout {
            /// The staker's key.
            staker_pk_hex: String,
        },
        /// What a stake has earned; an error where it has nothing and earns nothing.
        /// Answers [`RewardsResponse`].
        Rewards {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
        },
        /// The same of a staker's stakes; as in `staker`, there is no index.
        /// Answers [`RewardsPage`].
        StakerRewards {
            /// The staker's key.
            staker_pk_hex: String,
            /// As in `items`.
            after_txid: Option<String>,
            /// As in `items`.
            after_output: Option<u32>,
            /// As in `items`.
            limit: Option<u32>,
        },
        /// What a finality provider has earned.
        /// Answers [`FpRewardsResponse`].
        FpRewards {
            /// The finality provider's key.
            fp_pubkey_hex: String,
        },
    }
}
