/// The daemon's settings that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaemonConfig {
    /// How many heights it commits to at once.
    pub num_pub_rand: u64,
    /// How far ahead of the tip a commitment starts, so that it is timestamped by then.
    pub timestamping_delay_blocks: u64,
    /// The most votes in one transaction, and blocks in one query.
    pub batch_size: usize,
    /// How often it tries again before it exits.
    pub max_retries: u32,
}

impl Default for DaemonConfig {
    /// The daemon's defaults.
    fn default() -> Self {
        Self { num_pub_rand: 50_000, timestamping_delay_blocks: 6_000, batch_size: 1_000, max_retries: 20 }
    }
}

/// The state that the daemon believes itself to be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It votes.
    Running,
    /// It waits to be unjailed.
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
    /// The heights passed over, without power or voted on already.
    pub skipped: Vec<u64>,
    /// The heights whose vote the contract called a duplicate or too late.
    pub dropped: Vec<u64>,
    /// Errors that the daemon will try again after, or that were the end.
    pub errors: Vec<String>,
}

/// How often each of the daemon's two duties has failed in a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tries {
    pub(super) commit: u32,
    pub(super) vote: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Duty {
    Commit,
    Vote,
}

impl Tries {
    /// Counts one more failure and says how many there are.
    pub(super) const fn one_more(&mut self, duty: Duty) -> u32 {
        let tries = match duty {
            Duty::Commit => &mut self.commit,
            Duty::Vote => &mut self.vote,
        };
        *tries += 1;
        *tries
    }
}
