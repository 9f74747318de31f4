use serde_json::Value;

use super::batch::Batch;
use super::node::Node;
use super::poller::Poller;
use super::reaction::{Reaction, harmless_message, react};
use super::state::{Fatal, Round, Status};
use super::{CLIENT_TRIES, Daemon};

impl Daemon {
    /// Goes on with the batch that is under way, or takes up what has come.
    pub(super) fn vote(
        &mut self,
        node: &mut impl Node,
        poller: &mut Poller,
        round: &mut Round,
    ) -> Result<(), Fatal> {
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => match self.next_batch(node, poller, round)? {
                Some(batch) => batch,
                None => return Ok(()),
            },
        };
        self.batch = self.send(node, batch, round)?;
        Ok(())
    }

    /// What is worth a vote of all that has come; in jail, nothing.
    fn next_batch(
        &mut self,
        node: &mut impl Node,
        poller: &mut Poller,
        round: &mut Round,
    ) -> Result<Option<Batch>, Fatal> {
        let mut blocks = Vec::new();
        for (height, app_hash) in poller.take(self.config.batch_size) {
            let skips = self.status == Status::Jailed
                || height <= self.disk.last_voted
                || self.client(node).power(height)? == 0;
            match skips {
                true => round.skipped.push(height),
                false => blocks.push((height, app_hash)),
            }
        }
        Ok((!blocks.is_empty()).then(|| Batch::new(blocks)))
    }

    /// One try. Gives the batch back where it is not through.
    fn send(
        &mut self,
        node: &mut impl Node,
        mut batch: Batch,
        round: &mut Round,
    ) -> Result<Option<Batch>, Fatal> {
        let votes = match batch.votes.take() {
            Some(votes) => votes,
            None => {
                let mut client = self.client(node);
                match batch.sign(&self.fp, &mut self.disk, &mut client) {
                    Ok(votes) => votes,
                    Err(text) => return self.fail(batch, text, round),
                }
            }
        };
        let messages: Vec<Value> = votes.iter().map(|(_, message)| message.clone()).collect();
        let text = match messages.as_slice() {
            [] => return Ok(self.finish(&batch)),
            messages => match node.submit(&self.fp, messages) {
                Ok(()) => {
                    round.voted.extend(votes.into_iter().map(|(height, _)| height));
                    return Ok(self.finish(&batch));
                }
                Err(text) => text,
            },
        };
        batch.tries += 1;
        if batch.tries < CLIENT_TRIES {
            round.errors.push(text);
            batch.votes = Some(votes);
            return Ok(Some(batch));
        }
        self.react_to(batch, votes, text, round)
    }

    /// What it does once its client has given up on a transaction.
    fn react_to(
        &mut self,
        mut batch: Batch,
        mut votes: Vec<(u64, Value)>,
        text: String,
        round: &mut Round,
    ) -> Result<Option<Batch>, Fatal> {
        batch.texts.push_str(&text);
        match harmless_message(&text, &batch.texts) {
            Some(index) if index < votes.len() => {
                round.dropped.push(votes.remove(index).0);
                if votes.is_empty() {
                    return Ok(self.finish(&batch));
                }
                batch.tries = 0;
                batch.votes = Some(votes);
                Ok(Some(batch))
            }
            _ => self.fail(batch, text, round),
        }
    }

    fn finish(&mut self, batch: &Batch) -> Option<Batch> {
        self.disk.last_voted = self.disk.last_voted.max(batch.last());
        None
    }

    /// One more cycle has failed.
    fn fail(&mut self, mut batch: Batch, text: String, round: &mut Round) -> Result<Option<Batch>, Fatal> {
        let is_last = batch.fail() > self.config.max_retries;
        match react(&text) {
            Reaction::GiveUp => return Err(Fatal(text)),
            Reaction::Retry if is_last => return Err(Fatal(text)),
            Reaction::Jailed if is_last => {
                self.disk.jailed = true;
                self.status = Status::Jailed;
            }
            Reaction::Slashed if is_last => self.stop(Status::Slashed),
            _ => {
                round.errors.push(text);
                return Ok(Some(batch));
            }
        }
        round.errors.push(text);
        Ok(None)
    }
}
