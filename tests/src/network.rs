//! Networks of many finality providers, of which some vote.

use devnet::network::{Network, NetworkError, Setup};

/// What one packet carries with ease.
const REGISTERED_AT_ONCE: usize = 50;

/// Whether the chain keeps our code in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// As chains should.
    Pinned,
    /// As they may: each instance is charged 60,000 SDK gas instead of 2,000.
    Unpinned,
}

/// No two alike, the most first: the set is never decided by a tie.
pub fn distinct_stakes(count: usize) -> Vec<u64> {
    (1..).take(count).map(|less| 2_000 - less).collect()
}

/// A finality provider for each of the setup's stakes, with a commitment of the setup's randomness that counts. Of
/// that each can use as many values as `voted` says by its place; who can use none is offline.
///
/// # Errors
/// [`NetworkError`] where the network does not start.
pub fn build(setup: &Setup, code: Code, voted: impl Fn(usize) -> u64) -> Result<Network, NetworkError> {
    let mut network = Network::deploy(setup)?;
    if code == Code::Unpinned {
        network.chain.unpin_code(1);
    }
    network.open_channel()?;
    for batch in setup.stakes.chunks(REGISTERED_AT_ONCE) {
        for stake in batch {
            network.add_fp(setup.seed, *stake)?;
        }
        network.relay();
        network.chain.next_block();
    }
    let start = network.chain.height() + 1;
    for index in 0..setup.stakes.len() {
        let usable = start..start + voted(index);
        let message = network.fps[index].commit_sparsely(start, setup.randomness, &usable);
        network.execute(&message)?;
    }
    network.chain.next_blocks(2);
    network.timestamp()?;
    network.chain.next_block();
    network.offline = (0..setup.stakes.len()).filter(|index| voted(*index) == 0).collect();
    Ok(network)
}
