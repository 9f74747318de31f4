//! What the finality providers of a [`World`] do: commit, vote, and vote again after a restart.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use bsn_rpc::proto::Any;
use primitives::AppHash;
use serde_json::json;

use crate::account::Account;
use crate::chain::BLOCK_GAS;
use crate::ways::Way;
use crate::world::{Sends, Signer, VOTE_GAS, World};
use crate::{contract, process};
use bsn_rpc::Header;

/// How long nobody looks.
const POLL: Duration = Duration::from_millis(50);
/// As many messages go into one transaction, or few more.
const TOGETHER: usize = 150;
/// What each of them may use: three times what it does.
const TOGETHER_GAS: u64 = 80_000;

impl Signer {
    /// Whether it votes there.
    pub fn votes_at(&self, height: u64) -> bool {
        self.is_online && self.from <= height
    }
}

impl World {
    /// Everybody online commits randomness for `count` heights from `start` on.
    ///
    /// # Errors
    /// If the contract refuses one.
    pub fn commit_all(&mut self, start: u64, count: u64) -> Result<()> {
        let mut hashes = Vec::new();
        for signer in self.signers.iter_mut().filter(|signer| signer.is_online) {
            let message = signer.fp.commit(start, count);
            let message = contract::execute_message(&signer.account.address, &self.bsn, &message);
            let (rpc, id) = (&self.consumer.rpc, &self.consumer.id);
            hashes.push(signer.account.broadcast(rpc, id, vec![message], VOTE_GAS)?.0);
        }
        for hash in hashes {
            let found = || Ok(self.consumer.rpc.tx(&hash)?);
            let result = process::wait_for("a commitment", Duration::from_secs(60), found)?;
            if result.code != 0 {
                bail!("a commitment was refused: {}", result.log);
            }
        }
        Ok(())
    }

    /// The message with which a signer votes for a height, paid for by itself.
    ///
    /// # Errors
    /// If it has no randomness there.
    pub fn vote_message(&self, index: usize, header: &Header) -> Result<Any> {
        let signer = self.signers.get(index).ok_or_else(|| anyhow!("there is no signer {index}"))?;
        self.vote_message_of(index, &signer.account.address, header)
    }

    /// The same message, sent by somebody: who sends a vote does not matter.
    ///
    /// # Errors
    /// As [`vote_message`](Self::vote_message).
    pub fn vote_message_of(&self, index: usize, sender: &str, header: &Header) -> Result<Any> {
        let signer = self.signers.get(index).ok_or_else(|| anyhow!("there is no signer {index}"))?;
        let vote = signer.fp.vote(header.height, &AppHash::from_bytes(header.app_hash))?;
        Ok(contract::execute_message(sender, &self.bsn, &vote))
    }

    /// Stops the consumer chain's validator, at once or as it wishes, and starts it again with these flags. What was in its
    /// mempool is lost: as daemons do, everybody votes again from the last finalized height on.
    ///
    /// # Errors
    /// If it does not come back.
    pub fn restart(&mut self, at_once: bool, flags: &[&str]) -> Result<()> {
        let finalized = self.finalized()?;
        if at_once {
            self.consumer.kill();
        } else {
            self.consumer.stop();
        }
        process::pause(Duration::from_secs(2))?;
        self.consumer.start(flags)?;
        self.voted_to = self.voted_to.min(finalized);
        Ok(())
    }

    /// Everybody online votes for each height that was decided since the last call. Votes are not waited for.
    ///
    /// # Errors
    /// If the chain is not there.
    pub fn vote(&mut self) -> Result<()> {
        match self.sends {
            Sends::First => return self.vote_together(),
            Sends::OneMessage => return self.vote_by(Way::At),
            Sends::Each => {}
        }
        let tip = self.consumer.rpc.height()?;
        for height in self.voted_to + 1..=tip {
            let header = self.consumer.rpc.header(Some(height))?;
            let signers = self.signers.iter().enumerate();
            for (index, signer) in signers.filter(|(_, signer)| signer.votes_at(height)) {
                let Ok(message) = self.vote_message(index, &header) else { continue };
                let (rpc, id) = (&self.consumer.rpc, &self.consumer.id);
                signer.account.broadcast(rpc, id, vec![message], VOTE_GAS)?;
            }
            self.voted_to = height;
        }
        Ok(())
    }

    /// As [`vote`](Self::vote), but the first one's account sends the votes of all, each in a message of its own, many
    /// messages in a transaction.
    ///
    /// # Errors
    /// As [`vote`](Self::vote).
    pub fn vote_together(&mut self) -> Result<()> {
        let tip = self.consumer.rpc.height()?;
        let sender = self.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
        let mut messages = Vec::new();
        for height in self.voted_to + 1..=tip {
            let header = self.consumer.rpc.header(Some(height))?;
            for (index, _) in self.signers.iter().enumerate().filter(|(_, signer)| signer.votes_at(height)) {
                messages.push(self.vote_message_of(index, &sender.address, &header)?);
            }
            if messages.len() >= TOGETHER {
                self.send_together(&sender, std::mem::take(&mut messages))?;
            }
            self.voted_to = height;
        }
        self.send_together(&sender, messages)
    }

    /// All but these vote at a height, together; afterwards everybody has voted up to there.
    ///
    /// # Errors
    /// As [`vote`](Self::vote).
    pub fn vote_rest(&mut self, height: u64, have: &[usize]) -> Result<()> {
        let header = self.consumer.rpc.header(Some(height))?;
        let sender = self.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
        let rest = self.signers.iter().enumerate().filter(|(_, signer)| signer.votes_at(height));
        let messages = rest
            .filter(|(index, _)| !have.contains(index))
            .map(|(index, _)| self.vote_message_of(index, &sender.address, &header))
            .collect::<Result<_>>()?;
        self.send_together(&sender, messages)?;
        self.voted_to = height;
        Ok(())
    }

    /// Sends messages in one transaction, if there are any; does not wait for a block.
    ///
    /// # Errors
    /// If the node refuses.
    pub fn send_together(&self, sender: &Account, messages: Vec<Any>) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let gas = VOTE_GAS + TOGETHER_GAS * messages.len() as u64;
        sender.broadcast(&self.consumer.rpc, &self.consumer.id, messages, gas.min(BLOCK_GAS)).map(|_| ())
    }

    /// As [`vote`](Self::vote), but several at once send the votes of a height: with many signers one by one would take
    /// longer than a block.
    ///
    /// # Errors
    /// As [`vote`](Self::vote).
    pub fn vote_at_once(&mut self) -> Result<()> {
        const AT_ONCE: usize = 4;
        let tip = self.consumer.rpc.height()?;
        for height in self.voted_to + 1..=tip {
            let header = self.consumer.rpc.header(Some(height))?;
            let (signers, rpc, id, bsn) = (&self.signers, &self.consumer.rpc, &self.consumer.id, &self.bsn);
            let portion = signers.len().div_ceil(AT_ONCE).max(1);
            let send = |portion: &[Signer]| -> Result<()> {
                for signer in portion.iter().filter(|signer| signer.votes_at(height)) {
                    let vote = signer.fp.vote(header.height, &AppHash::from_bytes(header.app_hash))?;
                    let message = contract::execute_message(&signer.account.address, bsn, &vote);
                    signer.account.broadcast(rpc, id, vec![message], VOTE_GAS)?;
                }
                Ok(())
            };
            let send = &send;
            std::thread::scope(|scope| {
                let threads: Vec<_> =
                    signers.chunks(portion).map(|portion| scope.spawn(move || send(portion))).collect();
                threads
                    .into_iter()
                    .try_for_each(|thread| thread.join().map_err(|_| anyhow!("a voting thread panicked"))?)
            })?;
            self.voted_to = height;
        }
        Ok(())
    }

    /// Votes until there is something.
    ///
    /// # Errors
    /// Those of `found`, and if nothing came in `limit`.
    pub fn vote_until<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut found: impl FnMut(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            self.vote()?;
            self.relayer.check_alive()?;
            if let Some(found) = found(self)? {
                return Ok(found);
            }
            if start.elapsed() > limit {
                let health = self.query(&json!({ "health": {} }))?;
                bail!("waited {} s in vain: {what}; health is {health}", limit.as_secs());
            }
            process::pause(POLL)?;
        }
    }

    /// Votes until the chain has made `blocks` more blocks; gives the last height.
    ///
    /// # Errors
    /// If it does not.
    pub fn vote_blocks(&mut self, blocks: u64) -> Result<u64> {
        let end = self.consumer.rpc.height()? + blocks;
        self.vote_until("blocks", Duration::from_secs(60 + 3 * blocks), |world| {
            Ok((world.voted_to >= end).then_some(world.voted_to))
        })
    }

    /// Votes until this many heights from `from` on are finalized; gives the last finalized height.
    ///
    /// # Errors
    /// If they are not.
    pub fn vote_until_finalized(&mut self, height: u64, limit: Duration) -> Result<u64> {
        self.vote_until(&format!("height {height} is finalized"), limit, |world| {
            Ok(Some(world.finalized()?).filter(|finalized| *finalized >= height))
        })
    }
}
