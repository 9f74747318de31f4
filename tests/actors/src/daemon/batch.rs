use primitives::AppHash;
use serde_json::Value;

use super::node::{Client, Node};
use super::state::Disk;
use crate::FinalityProvider;

/// Votes that go, or are to go, in one transaction.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// The blocks, in order; what is voted for.
    blocks: Vec<(u64, AppHash)>,
    /// The votes that are still in the transaction, by height, while a cycle of sending lasts.
    pub(super) votes: Option<Vec<(u64, Value)>>,
    /// All errors of this cycle. One that names a message is harmless as soon as any of them was.
    pub(super) texts: String,
    /// How often the client has tried the transaction as it is.
    pub(super) tries: u32,
    /// How many cycles have failed.
    pub(super) cycles: u32,
}

impl Batch {
    pub(super) const fn new(blocks: Vec<(u64, AppHash)>) -> Self {
        Self { blocks, votes: None, texts: String::new(), tries: 0, cycles: 0 }
    }

    /// The highest height: what counts as voted once the batch is through, whatever became of its votes.
    pub(super) fn last(&self) -> u64 {
        self.blocks.last().map_or(0, |(height, _)| *height)
    }

    /// Ends a cycle that failed; says how many have.
    pub(super) fn fail(&mut self) -> u32 {
        self.votes = None;
        self.texts.clear();
        self.tries = 0;
        self.cycles += 1;
        self.cycles
    }

    /// Signs everything anew. The randomness of a block is that of the first block's height and as many further on as
    /// the block stands behind it: **its own only where no height is missing in between**. A block of which another hash
    /// was signed before is left out, and one whose vote the contract has, both without moving the others.
    ///
    /// # Errors
    /// The text of the error.
    pub(super) fn sign<N: Node>(
        &self,
        fp: &FinalityProvider,
        disk: &mut Disk,
        client: &mut Client<'_, N>,
    ) -> Result<Vec<(u64, Value)>, String> {
        let Some((first, _)) = self.blocks.first() else { return Ok(Vec::new()) };
        let mut votes = Vec::new();
        for (randomness_height, (height, app_hash)) in (*first..).zip(&self.blocks) {
            let vote = fp
                .vote_with_randomness_of(randomness_height, *height, app_hash)
                .map_err(|error| error.to_string())?;
            if disk.may_sign(*height, app_hash) {
                votes.push((*height, vote));
            }
        }
        let mut unheard = Vec::new();
        for (height, vote) in votes {
            if !client.has_voted(height).map_err(|error| error.to_string())? {
                unheard.push((height, vote));
            }
        }
        Ok(unheard)
    }
}
