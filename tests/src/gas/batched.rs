//! Many votes in one message, packed: what each costs, and how many bytes of a transaction it takes.

use devnet::Failure;
use devnet::TxReport;
use devnet::actors::finality_provider::submit_finality_signatures_at_packed;
use devnet::network::Setup;
use serde_json::Value;

use super::{GasError, Row};
use crate::network::{self, Code, distinct_stakes};

/// How many votes a message carries.
const VOTES: usize = 60;
/// The daemon's default: proofs of 16 aunts.
const DAEMON_HEIGHTS: u64 = 50_000;
/// How many aunts a range needs depends on where in the tree it lies: it begins at a multiple of this.
const ALIGNED: u64 = 64;
/// What a transaction has beside its message: sender, contract, fee, signature.
const ENVELOPE_BYTES: usize = 350;

/// One FP votes on 60 heights, and 60 FPs vote on one.
///
/// # Errors
/// [`GasError`] where a vote does not count.
pub fn batched(seed: u64) -> Result<Vec<Row>, GasError> {
    let setup = Setup { randomness: DAEMON_HEIGHTS, ..Setup::new(seed, &distinct_stakes(VOTES)) };
    let mut network = network::build(&setup, Code::Pinned, |_| 3 * VOTES as u64)?;
    let start = network.fps[0].commitments().first().map_or(0, |commitment| commitment.start_height);
    while !(network.chain.height() + 1 - start).is_multiple_of(ALIGNED) {
        network.chain.next_block();
    }
    let first = network.chain.height() + 1;
    network.chain.next_blocks(VOTES as u64 + 1);

    let hashes: Vec<_> = (first..first + VOTES as u64).map(|height| network.app_hash(height)).collect();
    let by_height = network.fps[0].vote_range_packed(first, &hashes)?;
    let heights = counted(&network.execute(&by_height)?)?;

    let height = first + VOTES as u64;
    let hash = network.app_hash(height);
    let entries =
        network.fps.iter().map(|fp| fp.vote_entry_packed(height, &hash)).collect::<Result<Vec<_>, _>>()?;
    let by_fp = submit_finality_signatures_at_packed(height, &hash, &entries);
    let fps = counted(&network.execute(&by_fp)?)?;
    Ok(vec![
        Row::new("vote_batched_60_heights", heights),
        Row::new("vote_batched_60_fps", fps),
        Row::new("vote_bytes_60_heights", bytes(&by_height)),
        Row::new("vote_bytes_60_fps", bytes(&by_fp)),
    ])
}

/// The gas of one of the votes, all of which must count.
fn counted(report: &TxReport) -> Result<u64, GasError> {
    let data = report.data().ok_or("no verdicts")?;
    let verdicts: Vec<String> = serde_json::from_slice(data).map_err(|e| Failure::Invalid(e.to_string()))?;
    if verdicts.len() != VOTES || verdicts.iter().any(|verdict| verdict != "counted") {
        return Err(format!("not all votes count: {verdicts:?}").into());
    }
    Ok(report.usage.sdk_gas() / VOTES as u64)
}

fn bytes(message: &Value) -> u64 {
    (message.to_string().len() + ENVELOPE_BYTES).div_ceil(VOTES) as u64
}
