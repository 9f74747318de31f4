#[cfg(doc)]
use super::*;
use crate::wire;

wire! {
    /// What the light client answers.
    pub enum QueryMsg {
        /// Who may change the configuration.
        /// Answers [`AdminResponse`].
        Admin {},
        /// The configuration.
        /// Answers [`ConfigResponse`].
        Config {},
        /// The header the chain started from; an error before the first headers.
        /// Answers [`BtcHeaderResponse`].
        BtcBaseHeader {},
        /// The last header of the main chain; an error before the first headers.
        /// Answers [`BtcHeaderResponse`].
        BtcTipHeader {},
        /// A header of the main chain; an error if there is none, or none any more.
        /// Answers [`BtcHeaderResponse`].
        BtcHeader {
            /// Its height.
            height: u32,
        },
        /// The same by hash.
        /// Answers [`BtcHeaderResponse`].
        BtcHeaderByHash {
            /// Its hash.
            hash: String,
        },
        /// Headers of the main chain in ascending order.
        /// Answers [`BtcHeadersResponse`].
        BtcHeaders {
            /// The height before the first one wanted.
            start_after: Option<u32>,
            /// How many: 10 unless given, 30 at most.
            limit: Option<u32>,
            /// Descending instead.
            reverse: Option<bool>,
        },
        /// How deep a header lies; an error if it is not in the main chain.
        /// Answers [`ConfirmationsResponse`].
        Confirmations {
            /// Its hash.
            hash: String,
        },
        /// Whether a transaction is in a block of the main chain that lies deep enough. Of a transaction
        /// without witness of exactly 64 bytes it proves nothing: whoever asks must refuse those.
        /// Answers [`IsIncludedResponse`].
        IsIncluded {
            /// The transaction's id.
            txid: String,
            /// The block's hash.
            block_hash: String,
            /// The transaction's position in the block.
            index: u32,
            /// The siblings on the way to the Merkle root, the lowest first.
            proof: Vec<String>,
            /// How deep the block must lie; the tip is 0 deep.
            #[serde(default)]
            min_depth: u32,
        },
        /// Which rules are enforced in full, and what instead of those that are not.
        /// Answers [`RulesResponse`].
        Rules {},
    }
}
