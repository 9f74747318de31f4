//! What is looked at before anything is done.

use api::bsn::{HealthResponse, OutboxItem};

use super::headers::Missing;

/// A chain at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its height.
    pub height: u64,
    /// The time of its last block, in seconds since 1970.
    pub now: u64,
    /// What the contract says of itself.
    pub health: HealthResponse,
    /// Evidence that is not done.
    pub outbox: Vec<OutboxItem>,
    /// The numbers of what lies in quarantine, the oldest first.
    pub quarantined: Vec<u64>,
    /// For how many blocks the queue has not become shorter.
    pub queue_stands_for: u64,
    /// Those of our own finality providers that are in jail, and until when, in seconds since 1970.
    pub jailed: Vec<(String, u64)>,
    /// What Bitcoin has that the light client lacks; nothing where it lacks nothing or nobody was asked.
    pub missing: Option<Missing>,
}

impl Snapshot {
    /// For how many blocks the contract's EndBlock has not taken effect.
    pub fn hooks_silent_for(&self) -> u64 {
        self.height.saturating_sub(self.health.hooks.last_end_block)
    }
}
