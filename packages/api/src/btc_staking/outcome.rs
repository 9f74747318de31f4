use crate::wire;

wire! {
    /// What this contract says to `bsn`, which answers [`Verdicts`] as data.
    pub enum OutcomesMsg {
        /// What became of stake, in order.
        StakeOutcomes {
            /// One each.
            outcomes: Vec<Outcome>,
        },
    }

    /// What became of a stake.
    pub enum Outcome {
        /// It counts from now on.
        Active {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
            /// The staker's key.
            staker_pk_hex: String,
            /// The finality provider that is registered here.
            fp_pubkey_hex: String,
            /// How much, in sats.
            sats: u64,
            /// The Bitcoin height of the staking transaction.
            start_height: u32,
            /// The Bitcoin height at which the lock ends.
            end_height: u32,
            /// How long unbonding takes, in blocks of Bitcoin.
            unbonding_time: u16,
            /// sha256 of Babylon's item.
            digest_hex: String,
        },
        /// It was spent.
        Ended {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
            /// The Bitcoin height of the spend.
            btc_height: u32,
        },
        /// Its block left the chain: as if it had never counted.
        Revoked {
            /// The id of the staking transaction.
            txid: String,
            /// Which of its outputs.
            output: u32,
        },
    }

    /// What became of each entry of a message, in order.
    pub struct Verdicts {
        /// One each.
        pub verdicts: Vec<Verdict>,
    }

    /// What became of an entry.
    pub enum Verdict {
        /// It took effect, or had before.
        Ok {
            /// What it became: of an item `waiting`, `known`, `ended`, `foretold` or `already`; of a proof `active`,
            /// `challenged`, `ended`, `remembered` or `already`; of a stake `forgotten`; of an outcome `taken` or `known`.
            became: String,
        },
        /// It took none.
        Refused {
            /// The rule's code: `S01` to `S60`, or `form`, `known`, `header`, `branch`, `full`, `unknown`.
            rule: String,
            /// Why.
            reason: String,
        },
    }
}
