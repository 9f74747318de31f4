//! What waits or lies aside, and what is trusted.

use crate::wire;

wire! {
    /// A page of the outbox.
    pub struct OutboxResponse {
        /// The page.
        pub items: Vec<OutboxItem>,
    }

    /// Evidence on its way to Babylon.
    pub struct OutboxItem {
        /// Its id.
        pub id: u64,
        /// `slashing`.
        pub kind: String,
        /// Whose evidence.
        pub fp_pubkey_hex: String,
        /// `waiting`, `in_flight`, `done` or `refused`.
        pub state: String,
        /// How often Babylon has refused it.
        pub tries: u32,
    }

    /// A page of the quarantine.
    pub struct QuarantinedResponse {
        /// The page.
        pub items: Vec<QuarantinedItem>,
    }

    /// An item that could not be applied.
    pub struct QuarantinedItem {
        /// Its id.
        pub id: u64,
        /// `new_fp`, `active_del` or `unbonded_del`.
        pub kind: String,
        /// The cause, in words.
        pub reason: String,
        /// When, seconds since 1970.
        pub received_at: u64,
    }

    /// What is verified here and what is believed.
    pub struct TrustResponse {
        /// Row by row.
        pub rows: Vec<TrustRow>,
    }

    /// One thing that must be true.
    pub struct TrustRow {
        /// The claim that is verified or trusted.
        pub what: String,
        /// `verified` or `trusted`.
        pub how: String,
        /// By whom or by what.
        pub by: String,
    }
}
