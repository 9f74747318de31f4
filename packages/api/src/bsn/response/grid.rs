//! Grid heights, and the committees that close them (GRID.md).

use crate::wire;

wire! {
    /// How the grid is.
    pub struct GridResponse {
        /// C: every how many blocks a committee must vote.
        pub interval: u64,
        /// The first grid height that named a committee: the root of trust.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub root: Option<u64>,
        /// The highest grid height that really closed; 0 before the first.
        pub closed_through: u64,
        /// The highest grid height that closed or was excused.
        pub ordered_through: u64,
        /// The highest grid height that was excused; 0 if none.
        pub excused_through: u64,
        /// For how many blocks more than two thirds of the last committee have randomness, if nothing closes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub runway: Option<u64>,
        /// The last 48 grid heights, the highest first.
        pub heights: Vec<GridHeight>,
    }

    /// A grid height.
    pub struct GridHeight {
        /// The height.
        pub height: u64,
        /// `root`, `closed`, `excused`, `open`, or `hole`: open, and no vote closes it.
        pub state: String,
        /// What its committee has in all, in sats; 0 at the root, which has none.
        pub total: u64,
        /// What of it voted this chain's app hash, in sats.
        pub voted: u64,
        /// The grid height whose snapshot closes the grid height above.
        pub source: u64,
        /// The SHA-256 of that snapshot's rows, 64 hex digits.
        pub hash_hex: String,
        /// What it has in all, in sats.
        pub taken: u64,
        /// The power of the active set that it was taken from, in sats.
        pub active: u64,
    }
}
