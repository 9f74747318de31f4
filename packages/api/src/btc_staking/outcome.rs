use cosmwasm_std::Binary;

use crate::wire;

wire! {
    /// What this contract says to `bsn`. To outcomes of stake it answers a byte each as data: 0 taken, 1 known (it had been, or there is nothing to
    /// end), or why not: 2 the finality provider is not registered, 3 the intake is paused, 4 Babylon said that the stake has
    /// ended, 5 it counts on Babylon's word by another item, output or amount, 6 too many outputs of the transaction are stake,
    /// 7 the ledger does not hold it.
    pub enum OutcomesMsg {
        /// What became of stake, in order.
        StakeOutcomes {
            /// One behind the other: a byte (0 active, 1 ended, 2 revoked), the txid (32 bytes, internal order), the output (4).
            /// Of an active one then the keys of staker and finality provider (32 each), sats (8), start and end height
            /// (4 each), unbonding time (2), sha256 of Babylon's item (32). Numbers are big endian.
            packed: Binary,
        },
        /// A finality provider registered here, and has shown that it holds its key. `bsn` refuses one that it knows.
        RegisterFinalityProvider {
            /// Its x-only key, 64 hexadecimal characters.
            fp_pubkey_hex: String,
            /// The address that registered it.
            operator: String,
        },
        /// Bitcoin contains a timestamp of this block, k deep. `bsn` refuses one that is not its own, or not the highest.
        BitcoinTimestamp {
            /// The block's height.
            height: u64,
            /// The application hash in its header, 64 hexadecimal characters.
            app_hash_hex: String,
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
            /// `challenged`, `ended`, `remembered` or `already`; of a stake `forgotten`, or `paid` or
            /// `nothing`.
            became: String,
        },
        /// It took none.
        Refused {
            /// The rule's code: `S01` to `S60`, or `form`, `known`, `header`, `branch`, `full`, `unknown`, `payout`.
            rule: String,
            /// Why.
            reason: String,
        },
    }
}
