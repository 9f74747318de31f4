//! Networks of many finality providers, of which some vote.

use devnet::network::{Network, NetworkError, Setup};

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

/// A network [populated](Network::populate) as `setup` and `voted` say.
///
/// # Errors
/// [`NetworkError`] where the network does not start.
pub fn build(setup: &Setup, code: Code, voted: impl Fn(usize) -> u64) -> Result<Network, NetworkError> {
    let mut network = Network::deploy(setup)?;
    if code == Code::Unpinned {
        network.chain.unpin_code(1);
    }
    network.populate(setup, voted)?;
    Ok(network)
}
