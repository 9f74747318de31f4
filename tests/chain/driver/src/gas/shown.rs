//! The embedded chain's figures, and which of them are held against a real chain.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use super::{Row, SCENARIO};
use crate::claims::Claims;
use crate::world::workspace;

/// Rows of the snapshot that are compared. A gate of the workspace holds both lists against the snapshot, so that nobody who
/// has no Go renames a row behind our back.
const COMPARED: &[&str] = &[
    "begin_block_1",
    "begin_block_10",
    "begin_block_100",
    "begin_block_100_of_1000",
    "begin_block_60",
    "btc_header",
    "btc_header_in_100",
    "btc_header_in_100_pruning",
    "btc_headers_2000",
    "commit_randomness",
    "end_block_1",
    "end_block_10",
    "end_block_100",
    "end_block_100_bitcoin",
    "end_block_100_old",
    "end_block_60",
    "finalized_block_100",
    "finalized_block_100_at",
    "finalized_block_100_range",
    "reward_100_fps",
    "staking_packet_50",
    "staking_packet_50_on_1000",
    "vote",
    "vote_bad_signature",
    "vote_batched_60_fps",
    "vote_batched_60_heights",
    "vote_bytes_60_fps",
    "vote_bytes_60_heights",
];
/// Rows of the snapshot that are not compared, and why.
pub const NOT_SHOWN: &[(&str, &str)] = &[
    ("alone_claim", "no chain without Babylon is measured there"),
    ("alone_claim_in_50", "no chain without Babylon is measured there"),
    ("alone_prove_self_stake", "no chain without Babylon is measured there"),
    ("alone_submit_delegation", "no chain without Babylon is measured there"),
    ("backlog_100_of_100_fps", "ten thousand votes must come in one certain block"),
    ("backlog_10_of_100_fps", "a thousand votes must come in one certain block"),
    ("escrow_claim", "the tutorial's contract is not deployed there"),
    ("escrow_claim_unpinned", "the tutorial's contract is not deployed there"),
    ("escrow_instantiate_raw_read", "the tutorial's contract is not deployed there"),
    ("grid_snapshot_200", "two hundred providers do not vote in time here"),
    ("grid_snapshot_200_after_500_lost", "two hundred providers do not vote in time here"),
    ("grid_snapshot_512_rows", "two hundred providers do not vote in time here"),
    ("grid_vote", "no grid is set there"),
    ("grid_vote_powerless", "no grid is set there"),
    ("prove_delegation", "the staking contract is not deployed there"),
    ("prove_delegation_in_50", "the staking contract is not deployed there"),
    ("prove_self_stake", "the staking contract is not deployed there"),
    ("prove_self_stake_in_50", "the staking contract is not deployed there"),
    ("prove_spend", "the staking contract is not deployed there"),
    ("prove_spend_in_50", "the staking contract is not deployed there"),
    ("stake_outcome", "it is a part of what a proof uses there"),
    ("stake_outcome_ended", "it is a part of what a proof uses there"),
    ("stake_outcome_ended_in_50", "it is a part of what a proof uses there"),
    ("stake_outcome_in_50", "it is a part of what a proof uses there"),
    ("staking_packet_output_250kB", "Babylon's double makes no such transaction there"),
    ("staking_packet_witness_250kB", "Babylon's double makes no such transaction there"),
    ("submit_delegation_6_of_9", "the staking contract is not deployed there"),
    ("submit_delegation_6_of_9_in_25", "the staking contract is not deployed there"),
    ("timestamp_packet_junk_250kB", "Babylon's double makes no such proof there"),
    ("verify_item_6_of_9", "the staking contract is not deployed there"),
    ("verify_item_6_of_9_in_50", "the staking contract is not deployed there"),
    ("worst_backlog_10000", "10,000 blocks take more than an hour here"),
    ("worst_commitments_10000", "the same hook with another set: its price is that of end_block"),
    ("worst_expiry_5000", "5,000 stakes that end at one height of Bitcoin take an hour to bring here"),
    ("worst_hooks_lost_500", "the same hook after 500 more blocks: its price is that of end_block"),
    ("largest_item_20_of_20", "the staking contract is not deployed there"),
    ("largest_item_64_fps", "the staking contract is not deployed there"),
    ("worst_late_votes", "a hundred votes must come in one certain block, for each of nine heights"),
    ("largest_proof_256_inputs", "the staking contract is not deployed there"),
    ("worst_resume_batches_200", "two hundred providers do not vote in time here"),
    ("worst_reward", "reward_100_fps with other stakes"),
    ("worst_reward_200", "two hundred providers do not vote in time here"),
    ("worst_reward_200_alone", "no chain without Babylon is measured there"),
    ("worst_set_changes_200", "two hundred providers do not vote in time here"),
    ("worst_silence_200", "two hundred providers and 1,500 blocks take more than an hour here"),
    ("worst_slash_40_percent", "sends evidence: what IBC uses for it is not the contract's"),
];

/// The embedded chain's figures.
///
/// # Errors
/// If the snapshot cannot be read.
pub fn embedded() -> Result<BTreeMap<String, u64>> {
    let path = workspace().join("tests/gas/snapshot.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Notes whether every row that is to be compared is, pinned and not.
pub fn claim(rows: &[Row], claims: &mut Claims) {
    let missing = missing(rows);
    let all = format!("{} rows, {} said not to be", rows.len(), NOT_SHOWN.len());
    claims.note(
        SCENARIO,
        "every row of the snapshot is compared, pinned and not, but for those that say why not",
        missing.is_empty(),
        if missing.is_empty() { all } else { format!("missing: {}", missing.join(", ")) },
    );
}

fn missing(rows: &[Row]) -> Vec<&'static str> {
    let is_there =
        |name: &str, is_pinned| rows.iter().any(|row| row.call == name && row.is_pinned == is_pinned);
    let is_shown = |name: &str| is_there(name, true) && is_there(name, false);
    COMPARED.iter().copied().filter(|name| !is_shown(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_must_be_compared_both_ways() {
        let row = |call: &str, is_pinned| Row { call: call.to_owned(), is_pinned, ..Row::default() };
        let mut rows: Vec<Row> =
            COMPARED.iter().flat_map(|call| [row(call, true), row(call, false)]).collect();
        assert!(missing(&rows).is_empty());
        rows.retain(|row| row.call != "vote" || row.is_pinned);
        assert_eq!(missing(&rows), ["vote"]);
    }

    #[test]
    fn each_row_of_the_snapshot_is_in_one_of_the_lists() {
        let snapshot = embedded().unwrap();
        let left_out = NOT_SHOWN.iter().map(|(name, _)| *name);
        let mut named: Vec<&str> = COMPARED.iter().copied().chain(left_out).collect();
        named.sort_unstable();
        assert_eq!(named, snapshot.keys().collect::<Vec<_>>());
    }
}
