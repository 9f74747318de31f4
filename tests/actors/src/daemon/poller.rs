use std::collections::VecDeque;

use primitives::AppHash;

use super::node::{Client, Node};
use super::state::{Fatal, Round};
use super::{POLLS, QueryError};

/// How many blocks wait at most until they are looked at.
const BUFFER: usize = 1_000;
/// After how many failed rounds of questions it exits.
const MAX_FAILED: usize = 20;

/// What brings the daemon its blocks: the tip from the node, all below it from the contract.
#[derive(Debug, Clone)]
pub(super) struct Poller {
    next: u64,
    page: usize,
    queue: VecDeque<(u64, AppHash)>,
    failed: usize,
}

impl Poller {
    pub(super) const fn new(next: u64, page: usize) -> Self {
        Self { next, page, queue: VecDeque::new(), failed: 0 }
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Asks once for what comes next.
    pub(super) fn poll<N: Node>(
        &mut self,
        client: &mut Client<'_, N>,
        round: &mut Round,
    ) -> Result<(), Fatal> {
        if self.queue.len() >= BUFFER {
            return Ok(());
        }
        match self.ask(client) {
            Ok(blocks) => {
                self.failed = 0;
                self.next = blocks.last().map_or(self.next, |(height, _)| height + 1);
                self.queue.extend(blocks);
                Ok(())
            }
            Err(error) => {
                self.failed += 1;
                if self.failed > MAX_FAILED * POLLS {
                    return Err(error.into());
                }
                round.errors.push(error.to_string());
                Ok(())
            }
        }
    }

    fn ask<N: Node>(&self, client: &mut Client<'_, N>) -> Result<Vec<(u64, AppHash)>, QueryError> {
        let tip = client.node.tip();
        if self.next > tip {
            return Ok(Vec::new());
        }
        if self.next == tip {
            return Ok(client.node.app_hash(tip).map(|app_hash| (tip, app_hash)).into_iter().collect());
        }
        client.blocks(self.next, self.page)
    }

    /// Whatever has come, at most so much.
    pub(super) fn take(&mut self, most: usize) -> Vec<(u64, AppHash)> {
        self.queue.drain(..most.min(self.queue.len())).collect()
    }
}
