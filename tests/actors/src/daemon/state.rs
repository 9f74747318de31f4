use std::collections::BTreeMap;

use primitives::AppHash;

use super::QueryError;

/// The daemon's settings that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaemonConfig {
    /// `NumPubRand`: how many heights it commits to at once.
    pub num_pub_rand: u64,
    /// `TimestampingDelayBlocks`: how far ahead of the tip a commitment starts, so that it is timestamped by then.
    pub timestamping_delay_blocks: u64,
    /// `BatchSubmissionSize`: the most votes in one transaction.
    pub batch_size: usize,
    /// `PollSize`: the most blocks that it asks for at once.
    pub poll_size: usize,
    /// `MaxSubmissionRetries`: how many cycles of sending fail before it exits.
    pub max_retries: u32,
}

impl Default for DaemonConfig {
    /// The daemon's defaults.
    fn default() -> Self {
        Self {
            num_pub_rand: 50_000,
            timestamping_delay_blocks: 6_000,
            batch_size: 1_000,
            poll_size: 1_000,
            max_retries: 20,
        }
    }
}

/// The state that the daemon believes itself to be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It votes.
    Running,
    /// It throws blocks away until it is unjailed.
    Jailed,
    /// It has stopped for good.
    Slashed,
    /// It has exited: the chain has lost a finality provider that did nothing wrong.
    Exited {
        /// The last error.
        error: String,
    },
}

/// What one round has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// The first height and the number of heights committed to.
    pub committed: Option<(u64, u64)>,
    /// The heights voted on.
    pub voted: Vec<u64>,
    /// The heights passed over: without power, below its last vote, or brought while it was in jail.
    pub skipped: Vec<u64>,
    /// The heights whose vote the contract called a duplicate or too late.
    pub dropped: Vec<u64>,
    /// Errors that the daemon will try again after, or that were the end.
    pub errors: Vec<String>,
}

/// What outlives a restart, its own and that of the program that signs for it. Keys and commitments are the finality
/// provider's.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    pub(super) last_voted: u64,
    pub(super) jailed: bool,
    /// What was signed at each height.
    signed: BTreeMap<u64, AppHash>,
}

impl Disk {
    /// Notes that a hash is signed at a height; not where another one was.
    pub(super) fn may_sign(&mut self, height: u64, app_hash: &AppHash) -> bool {
        self.signed.entry(height).or_insert(*app_hash) == app_hash
    }
}

/// Why it exits.
pub(super) struct Fatal(pub(super) String);

impl From<QueryError> for Fatal {
    fn from(error: QueryError) -> Self {
        Self(error.to_string())
    }
}
