//! What each call costs, measured on the real wasm, beside the incumbent and the last snapshot.
//!
//! SDK gas as [`devnet::gas::Usage::sdk_gas`] counts it: wasm and storage, queried contracts included; not what
//! the chain charges for starting an instance, for events, or for a transaction's bytes. The incumbent's
//! figures were measured the same way.

mod alone;
mod backlog;
mod batched;
mod bitcoin;
mod catch_up;
mod dapp;
mod expiry;
pub mod figures;
mod grid;
mod hooks;
mod incumbent;
mod measure;
mod packets;
mod rewards;
mod snapshot;
mod stakes;
mod table;
mod ways;
mod worst;

use std::error::Error;

pub use measure::measure;
pub use snapshot::{Snapshot, TOLERANCE_PERCENT, snapshot_path};
pub use table::print;

/// Why something could not be measured, read or written.
pub type GasError = Box<dyn Error>;

/// A call and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name in the snapshot.
    pub name: String,
    /// Its cost in SDK gas.
    pub gas: u64,
}

impl Row {
    /// A row.
    pub fn new(name: impl Into<String>, gas: u64) -> Self {
        Self { name: name.into(), gas }
    }

    /// What the incumbent pays for the same, where it was measured.
    pub fn incumbent(&self) -> Option<u64> {
        incumbent::gas(&self.name)
    }

    /// The most that it may cost.
    pub fn budget(&self) -> Option<u64> {
        BUDGETS.iter().find(|(name, _)| *name == self.name).map(|(_, gas)| *gas)
    }

    /// Whether it costs more than it may.
    pub fn breaks_budget(&self) -> bool {
        self.budget().is_some_and(|budget| self.gas > budget)
    }
}

const BUDGETS: &[(&str, u64)] = &[
    ("vote", 14_000),
    ("vote_batched_60_heights", 8_000),
    ("vote_batched_60_fps", 8_000),
    ("vote_bytes_60_heights", 350),
    ("vote_bytes_60_fps", 850),
    ("commit_randomness", 14_000),
    ("begin_block_100_of_1000", 14_000),
    ("end_block_100", 60_000),
    ("end_block_100_old", 60_000),
    ("finalized_block_100", 1_500_000),
    ("finalized_block_100_at", 800_000),
    ("finalized_block_100_range", 950_000),
    ("btc_header_in_100", 12_000),
    ("btc_headers_2000", 30_000_000),
    ("verify_item_6_of_9", 76_000),
    ("verify_item_6_of_9_in_50", 70_000),
    ("prove_delegation", 46_000),
    ("prove_spend", 19_000),
    ("prove_spend_in_50", 12_000),
    ("largest_item_20_of_20", 300_000),
    ("largest_item_64_fps", 300_000),
    ("largest_proof_256_inputs", 2_500_000),
    ("submit_delegation_6_of_9", 115_000),
    ("submit_delegation_6_of_9_in_25", 100_000),
    ("prove_self_stake", 52_000),
    ("alone_submit_delegation", 140_000),
    ("alone_prove_self_stake", 105_000),
    ("alone_claim", 20_000),
    ("alone_claim_in_50", 17_000),
    ("worst_reward_200_alone", 2_500_000),
    ("stake_outcome", 40_000),
    ("stake_outcome_in_50", 22_000),
    ("grid_snapshot_200", 2_500_000),
    ("grid_snapshot_200_after_500_lost", 2_500_000),
    ("grid_snapshot_512_rows", 2_500_000),
    ("grid_vote_powerless", 16_000),
    ("staking_packet_50", 1_400_000),
    ("staking_packet_50_on_1000", 1_400_000),
    ("staking_packet_witness_250kB", 2_500_000),
    ("timestamp_packet_junk_250kB", 2_500_000),
    ("reward_100_fps", 2_500_000),
    ("backlog_10_of_100_fps", 2_500_000),
    ("backlog_100_of_100_fps", 2_500_000),
    ("worst_late_votes", 2_500_000),
    ("worst_reward", 2_500_000),
    ("worst_reward_200", 2_500_000),
    ("worst_hooks_lost_500", 2_500_000),
    ("worst_slash_40_percent", 2_500_000),
    ("worst_expiry_5000", 2_500_000),
    ("worst_commitments_10000", 2_500_000),
    ("worst_backlog_10000", 2_500_000),
    ("worst_silence_200", 2_500_000),
    ("worst_resume_batches_200", 2_500_000),
    ("worst_set_changes_200", 2_500_000),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_broken_above_it_not_at_it() {
        assert!(!Row::new("vote", 14_000).breaks_budget());
        assert!(Row::new("vote", 14_001).breaks_budget());
        assert!(!Row::new("end_block_1", u64::MAX).breaks_budget());
    }
}
