//! `bsn relayer rly|hermes`: complete files for the relayer, and the order of steps as a script.
//!
//! Gas, sizes and times come from what was measured and from what both chains say of themselves; a relayer's defaults fit
//! neither (packets are long, the channel is ordered, and Babylon unbonds in two days). The relayer itself is never
//! linked: its operators run their own.
//!
//! | module | holds |
//! |---|---|
//! | [`facts`] | what is read of both chains |
//! | [`rly`], [`hermes`] | the files: pure |

pub mod facts;
pub mod hermes;
pub mod rly;

pub use facts::{End, Facts};

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its path below the folder.
    pub path: &'static str,
    /// What is in it.
    pub text: String,
    /// Whether it can be run.
    pub is_program: bool,
}

/// What both programs call the link.
pub const PATH: &str = "bsn";
/// What both programs call the key.
pub const KEY: &str = "relayer";
/// How many messages a transaction holds: packets are long.
pub const MESSAGES: u32 = 5;
/// How long a transaction may be: a packet has up to 262,144 bytes, a mempool takes 1 MiB.
pub const TX_BYTES: u32 = 1_000_000;
/// How long a client may trust a header: two thirds of the shorter unbonding time.
const TRUST: (u64, u64) = (2, 3);

/// How long clients trust a header, in seconds.
pub fn trusting(facts: &Facts) -> u64 {
    facts.appchain.unbonding_s.min(facts.babylon.unbonding_s) * TRUST.0 / TRUST.1
}

#[cfg(test)]
mod tests;
