//! What Babylon timestamped.

use crate::wire;

wire! {
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

    /// An epoch of Babylon (PROTOCOL.md, "Messages of the incumbent"); hashes in hexadecimal.
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
}
