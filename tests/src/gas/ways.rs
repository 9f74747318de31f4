//! Whole blocks in which a hundred vote by messages of many votes: the mean of some.

use devnet::actors::finality_provider::submit_finality_signatures_at_packed;
use devnet::network::Network;

use super::GasError;
use super::hooks::{begin, end};

/// For so many heights a finality provider waits before it votes for all of them.
const HEIGHTS: u64 = 10;
/// After so many blocks the hooks do what they do in all later ones.
const SETTLED: u64 = 23;
/// So many blocks are added up: two turns.
const BLOCKS: u64 = 2 * HEIGHTS;

/// All vote for a height in one message.
///
/// # Errors
/// [`GasError`] where a message is refused, or finality stops.
pub fn at(network: &mut Network) -> Result<u64, GasError> {
    mean(network, |network, height| {
        let hash = network.app_hash(height);
        let entries = network
            .fps
            .iter()
            .map(|fp| fp.vote_entry_packed(height, &hash))
            .collect::<Result<Vec<_>, _>>()?;
        network.execute(&submit_finality_signatures_at_packed(height, &hash, &entries))?;
        Ok(())
    })
}

/// Each votes for ten heights in one message; a tenth of them send at each height.
///
/// # Errors
/// As [`at`].
pub fn range(network: &mut Network) -> Result<u64, GasError> {
    let mut sent_to = vec![network.chain.height() - 1; network.fps.len()];
    let mut since = |network: &mut Network, index: usize, height: u64| -> Result<(), GasError> {
        let from = std::mem::replace(&mut sent_to[index], height) + 1;
        let hashes: Vec<_> = (from..=height).map(|height| network.app_hash(height)).collect();
        if !hashes.is_empty() {
            let message = network.fps[index].vote_range_packed(from, &hashes)?;
            network.execute(&message)?;
        }
        Ok(())
    };
    let mean = mean(network, |network, height| {
        let turn = |index: &usize| (height + *index as u64).is_multiple_of(HEIGHTS);
        (0..network.fps.len()).filter(turn).try_for_each(|index| since(network, index, height))
    })?;
    // Whoever's turn it is not: those heights would wait for ever.
    let last = network.chain.height() - 1;
    (0..network.fps.len()).try_for_each(|index| since(network, index, last))?;
    Ok(mean)
}

fn mean(
    network: &mut Network,
    mut vote: impl FnMut(&mut Network, u64) -> Result<(), GasError>,
) -> Result<u64, GasError> {
    let (mut sum, before) = (0, network.finalized());
    for turn in 0..SETTLED + BLOCKS {
        let height = network.chain.height();
        vote(network, height)?;
        let block = network.chain.next_block();
        if turn >= SETTLED {
            sum += begin(&block)? + end(&block)? + block.tx_usage.sdk_gas();
        }
    }
    let moved = network.finalized() - before;
    if moved + HEIGHTS < SETTLED + BLOCKS {
        return Err(format!("only {moved} heights became final in {} blocks", SETTLED + BLOCKS).into());
    }
    Ok(sum / BLOCKS)
}
