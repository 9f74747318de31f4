use bitcoin_spv::Extension;
use cosmwasm_std::Event;

/// The main chain has changed, or was given what it had.
pub struct ChainExtended<'a> {
    /// What has changed.
    pub extension: &'a Extension,
    /// How many old headers were dropped in exchange.
    pub pruned: usize,
}

impl From<ChainExtended<'_>> for Event {
    fn from(event: ChainExtended<'_>) -> Self {
        let Extension { fork_point, removed, added, tip } = event.extension;
        Self::new("btc_chain_extended")
            .add_attribute("tip_height", tip.height.to_string())
            .add_attribute("tip_hash", tip.hash.to_string())
            .add_attribute("fork_point", fork_point.to_string())
            .add_attribute("added", added.len().to_string())
            .add_attribute("removed", removed.len().to_string())
            .add_attribute("pruned", event.pruned.to_string())
    }
}
