//! The ways in which votes travel: each in a transaction of its own, all for a height in one message, and several
//! heights of one finality provider in one message.

use actors::finality_provider::submit_finality_signatures_at_packed;
use anyhow::{Result, anyhow};
use primitives::AppHash;

use crate::account::Account;
use crate::contract;
use crate::world::World;

/// For so many heights a finality provider waits before it votes for all of them.
pub const HEIGHTS: u64 = 10;
/// What a message of many votes may use, and each of its votes: twice what they do. A block has room for what may be used.
const MESSAGE_GAS: u64 = 300_000;
const VOTE_IN_MESSAGE_GAS: u64 = 30_000;

/// How the votes of a height travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A transaction each.
    Single,
    /// All in one message: `submit_finality_signatures_at`, sent by one of them.
    At,
    /// For ten heights in one message: `submit_finality_signature_range`. A tenth of all sends at each height.
    Range,
}

impl Way {
    /// All of them; what single votes leave behind is not in the way of the others.
    pub const ALL: [Self; 3] = [Self::At, Self::Range, Self::Single];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Single => "a transaction each",
            Self::At => "one message a height",
            Self::Range => "one message for ten heights",
        }
    }

    /// The embedded chain's row for a block in which this happens.
    pub fn row(self) -> &'static str {
        match self {
            Self::Single => "finalized_block_100",
            Self::At => "finalized_block_100_at",
            Self::Range => "finalized_block_100_range",
        }
    }
}

impl World {
    /// Everybody votes in this way for each height that was decided since the last call.
    ///
    /// # Errors
    /// If the chain is not there.
    pub fn vote_by(&mut self, way: Way) -> Result<()> {
        match way {
            Way::Single => self.vote_at_once(),
            Way::At => self.each_height(|world, height| world.vote_in_one_message(height, &[])),
            Way::Range => self.each_height(Self::vote_in_turn),
        }
    }

    fn each_height(&mut self, vote: impl Fn(&mut Self, u64) -> Result<()>) -> Result<()> {
        for height in self.voted_to + 1..=self.consumer.rpc.height()? {
            vote(self, height)?;
            self.voted_to = height;
        }
        Ok(())
    }

    fn hash(&self, height: u64) -> Result<AppHash> {
        Ok(AppHash::from_bytes(self.consumer.rpc.header(Some(height))?.app_hash))
    }

    /// All but these vote for a height in one message.
    ///
    /// # Errors
    /// If the chain is not there.
    pub fn vote_in_one_message(&self, height: u64, have: &[usize]) -> Result<()> {
        let hash = self.hash(height)?;
        let voters = self.signers.iter().enumerate().filter(|(_, signer)| signer.votes_at(height));
        let entries = voters
            .filter(|(index, _)| !have.contains(index))
            .map(|(_, signer)| signer.fp.vote_entry_packed(height, &hash))
            .collect::<Result<Vec<_>, _>>()?;
        let sender = self.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
        self.send(&sender, entries.len(), &submit_finality_signatures_at_packed(height, &hash, &entries))
    }

    /// Those whose turn it is vote for all heights since their last turn.
    fn vote_in_turn(&mut self, height: u64) -> Result<()> {
        for index in 0..self.signers.len() {
            if (height + index as u64).is_multiple_of(HEIGHTS) {
                self.vote_since(index, height)?;
            }
        }
        Ok(())
    }

    /// Everybody votes for what was left for the next turn.
    ///
    /// # Errors
    /// If the chain is not there.
    pub fn vote_out_of_turn(&mut self) -> Result<()> {
        (0..self.signers.len()).try_for_each(|index| self.vote_since(index, self.voted_to))
    }

    fn vote_since(&mut self, index: usize, height: u64) -> Result<()> {
        let Some(signer) = self.signers.get(index).filter(|signer| signer.votes_at(height)) else {
            return Ok(());
        };
        let from = signer.sent_to.max(signer.from.saturating_sub(1)) + 1;
        if from > height {
            return Ok(());
        }
        let hashes = (from..=height).map(|height| self.hash(height)).collect::<Result<Vec<_>>>()?;
        let message = signer.fp.vote_range_packed(from, &hashes)?;
        self.send(&signer.account, hashes.len(), &message)?;
        if let Some(signer) = self.signers.get_mut(index) {
            signer.sent_to = height;
        }
        Ok(())
    }

    /// From now on turns begin: what was voted for until now is not voted for again.
    pub fn begin_turns(&mut self) {
        let voted_to = self.voted_to;
        self.signers.iter_mut().for_each(|signer| signer.sent_to = voted_to);
    }

    fn send(&self, account: &Account, votes: usize, message: &serde_json::Value) -> Result<()> {
        let message = contract::execute_message(&account.address, &self.bsn, message);
        let gas = MESSAGE_GAS + VOTE_IN_MESSAGE_GAS * votes as u64;
        account.broadcast(&self.consumer.rpc, &self.consumer.id, vec![message], gas).map(|_| ())
    }
}
