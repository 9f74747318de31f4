use cosmwasm_std::Binary;

use super::Network;
use crate::wire;

wire! {
    /// How a light client starts. Without `checkpoint` it has no chain until the instantiator (on regtest
    /// also the admin) sends the first headers.
    pub struct InstantiateMsg {
        /// Which Bitcoin; cannot be changed later.
        pub network: Network,
        /// *k*: how deep a header is confirmed.
        pub btc_confirmation_depth: u32,
        /// *w*: how deep a checkpoint is final.
        pub checkpoint_finalization_timeout: u32,
        /// Who may change the configuration.
        pub admin: Option<String>,
        /// Who may submit headers besides the instantiator; not needed on mainnet, where anyone may.
        pub submitters: Option<Vec<String>>,
        /// How many headers are kept below the tip: at least 144, and 2,016 + *w* where blocks of minimum difficulty
        /// exist (the test networks but signet).
        pub retained_headers: Option<u32>,
        /// How many headers a message may have.
        pub max_headers: Option<u32>,
        /// The header to start from.
        pub checkpoint: Option<PinnedHeader>,
    }

    /// A header that is taken on the word of whoever pins it.
    pub struct PinnedHeader {
        /// Its height.
        pub height: u32,
        /// Its 80 bytes.
        pub header_hex: String,
        /// The work of the chain up to and with it, decimal; its own work if absent.
        pub work: Option<String>,
        /// The first header of its period of 2,016, so that already the first new target is exact. Refused on mainnet,
        /// where a wrong one could not be corrected: begin at a period's first header there.
        pub period_start_header_hex: Option<String>,
    }

    /// A header by its fields.
    pub struct BtcHeader {
        /// The version of the header (BIP 34, 65, 66; BIP 9 bits).
        pub version: i32,
        /// Hash of the header before it, display order.
        pub prev_blockhash: String,
        /// Root of its tree of transaction ids, display order.
        pub merkle_root: String,
        /// Seconds since 1970.
        pub time: u32,
        /// Compact target.
        pub bits: u32,
        /// The nonce, any value.
        pub nonce: u32,
    }

    /// What the light client does.
    pub enum ExecuteMsg {
        /// Extends the main chain, or replaces its end by a fork of more work.
        BtcHeaders {
            /// Each the parent of the next.
            headers: Vec<BtcHeader>,
            /// For the first headers ever: the work up to and with the first, in hexadecimal, either of its
            /// big-endian bytes or of its decimal digits in ASCII. Ignored later.
            first_work: Option<String>,
            /// For the first headers ever: the height of the first. Ignored later.
            first_height: Option<u32>,
        },
        /// The same for headers as Bitcoin writes them: a third of the bytes.
        RawBtcHeaders {
            /// 80 bytes each, each the parent of the next.
            headers: Binary,
            /// As in `btc_headers`.
            first_work: Option<String>,
            /// As in `btc_headers`.
            first_height: Option<u32>,
        },
        /// Changes what is given; admin only.
        UpdateConfig {
            /// As at instantiation.
            btc_confirmation_depth: Option<u32>,
            /// As at instantiation.
            checkpoint_finalization_timeout: Option<u32>,
            /// As at instantiation; replaces the whole list.
            submitters: Option<Vec<String>>,
            /// As at instantiation.
            retained_headers: Option<u32>,
            /// As at instantiation.
            max_headers: Option<u32>,
        },
        /// Proposes another admin, or none; admin only.
        UpdateAdmin {
            /// Who has to accept; `null` proposes to have none, which the admin itself accepts.
            admin: Option<String>,
        },
        /// Takes over from the admin who proposed it.
        AcceptAdmin {},
        /// Forgets the chain and starts again from a header; admin only, refused on mainnet.
        Rebase {
            /// Its height.
            height: u32,
            /// Its 80 bytes.
            header_hex: String,
            /// The first header of its period of 2,016.
            period_start_header_hex: Option<String>,
        },
    }

    /// A later code of the light client takes nothing yet.
    pub struct MigrateMsg {}
}
