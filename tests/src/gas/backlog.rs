use devnet::network::Setup;
use serde_json::json;

use super::{GasError, Row, hooks};
use crate::network::{self, Code, distinct_stakes};

const SEED: u64 = 13;
const ACTIVE: usize = 100;
/// Finality stands still for so many blocks.
const BACKLOGS: [u64; 2] = [10, 100];

/// The most expensive hook after all have voted at all heights of a backlog, in one block.
///
/// # Errors
/// [`GasError`] where it is not cleared, block by block.
pub(super) fn measure() -> Result<Vec<Row>, GasError> {
    BACKLOGS.iter().map(|count| Ok(Row::new(format!("backlog_{count}_of_100_fps"), clear(*count)?))).collect()
}

fn clear(count: u64) -> Result<u64, GasError> {
    let setup = Setup::new(SEED, &distinct_stakes(ACTIVE)).with(json!({ "vote_retention": 10 }));
    let mut network = network::build(&setup, Code::Pinned, |_| count + 20)?;
    network.run(2)?;
    let first = network.chain.height();
    network.chain.next_blocks(count - 1);
    let last = network.chain.height();
    let hashes: Vec<_> = (first..=last).map(|height| network.app_hash(height)).collect();
    for index in 0..ACTIVE {
        let votes = network.fps[index].vote_range_packed(first, &hashes)?;
        network.execute(&votes)?;
    }
    let mut worst = 0;
    while network.finalized() < last {
        let before = network.finalized();
        worst = worst.max(hooks::most_expensive(&network.chain.next_block())?);
        if network.finalized() == before {
            return Err(format!("finality stands at {before} of {first} to {last}").into());
        }
    }
    Ok(worst)
}
