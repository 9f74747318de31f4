use serde_json::{Value, json};
use thiserror::Error;

/// What a run is made of. It decides everything: the same plan runs the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What all chance comes from.
    pub seed: u64,
    /// How many finality providers.
    pub fps: u32,
    /// How many blocks with faults.
    pub blocks: u64,
    /// Whether it runs the real wasm.
    pub wasm: bool,
    /// Whether stake counts by what Bitcoin shows of it, not on Babylon's word.
    pub verified: bool,
}

/// Blocks without faults at the end, in which everything must heal.
pub const TAIL: u64 = 450;
/// So many of them at the very end are those in which nobody moves verified stake.
pub const CLOSED: u64 = 30;
/// Seconds between two blocks.
pub const BLOCK_S: u64 = 6;
/// How long jail lasts, in seconds.
pub const JAIL_S: u64 = 600;
/// Over how many heights misses are counted.
pub const WINDOW: u64 = 100;
/// More misses than this within the window are jail.
pub const MISSES: u64 = 50;
/// How many blocks after the cursor passed a height votes there still count.
pub const VOTE_WINDOW: u64 = 10;
/// How long settled votes are kept, in blocks.
pub const VOTE_RETENTION: u64 = 50;
/// How long anchors are kept, in seconds.
pub const ANCHOR_RETENTION_S: u64 = 3_600;
/// How long who came over a former channel keeps its power, in seconds.
pub const ORPHAN_GRACE_S: u64 = 1_200;
/// How old a height without quorum must be for governance to resume finality, in blocks.
pub const RESUME_DELAY: u64 = 20;
/// How many percent of the ranked stake must have randomness for a set.
pub const MIN_ACTIVE_PERCENT: u64 = 34;
/// How deep in Bitcoin a block must lie to be believed.
pub const CONFIRMATIONS: u32 = 2;
/// How deep in Bitcoin a checkpoint must lie.
pub const W: u32 = 4;
/// The coin that fees are in.
pub const DENOM: &str = "ustake";

impl Plan {
    /// How many may be in the active set: fewer than there are, so that the last places are fought for.
    pub fn seats(&self) -> usize {
        usize::try_from(self.fps * 3 / 4).unwrap_or(usize::MAX).clamp(3, 100)
    }

    /// The command that does it again.
    pub fn replay(&self) -> String {
        let Self { seed, fps, blocks, wasm, verified } = self;
        let flag = |is_set: &bool, flag| if *is_set { flag } else { "" };
        let (verified, wasm) = (flag(verified, " --verified"), flag(wasm, " --wasm"));
        format!("cargo xtask simulate --seed {seed} --fps {fps} --blocks {blocks}{verified}{wasm}")
    }

    /// What the contract is instantiated with, beside what any devnet's is.
    pub fn instantiate(&self) -> Value {
        json!({
            "btc_confirmation_depth": CONFIRMATIONS,
            "checkpoint_finalization_timeout": W,
            "ics20_channel_id": "channel-1",
            "max_active_finality_providers": self.seats(),
            "jail_duration": JAIL_S,
            "missed_blocks_window": WINDOW,
            "min_signed_percent": 100 * (WINDOW - MISSES) / WINDOW,
            "vote_window": VOTE_WINDOW,
            "vote_retention": VOTE_RETENTION,
            "anchor_retention_s": ANCHOR_RETENTION_S,
            "orphan_grace": ORPHAN_GRACE_S,
            "resume_delay": RESUME_DELAY,
            "rebind_delay": 0,
            "min_active_percent": MIN_ACTIVE_PERCENT,
            "reward_interval": 100,
            "reward_denoms": [DENOM],
        })
    }
}

/// Something that must hold does not.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at height {height}: {what}")]
pub struct Broken {
    /// The block.
    pub height: u64,
    /// What.
    pub what: String,
}
