//! One chain, asked through one node or several.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::read::Status;
use crate::{Error, Node, Result, Retry};

/// A chain's nodes; clones share connections and know the same preference.
#[derive(Debug, Clone)]
pub struct Client {
    nodes: Arc<[Node]>,
    /// Who answered last is asked first.
    preferred: Arc<AtomicUsize>,
    retry: Retry,
}

impl Client {
    /// With the usual patience.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::NoNode`].
    pub fn new<T: AsRef<str>>(urls: &[T]) -> Result<Self> {
        Self::with(urls, Retry::default())
    }

    /// With a patience of one's own.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with<T: AsRef<str>>(urls: &[T], retry: Retry) -> Result<Self> {
        let nodes: Vec<Node> =
            urls.iter().map(|url| Node::new(url.as_ref(), retry.timeout)).collect::<Result<_>>()?;
        Self::of(nodes, retry)
    }

    pub(crate) fn of(nodes: Vec<Node>, retry: Retry) -> Result<Self> {
        if nodes.is_empty() {
            return Err(Error::NoNode);
        }
        Ok(Self { nodes: nodes.into(), preferred: Arc::default(), retry })
    }

    /// Its nodes, in the order they were named.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Its patience.
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// Asks whoever answers first, in rounds. An error that a node answers with is the answer.
    ///
    /// # Errors
    /// The last node's.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value> {
        self.with_node(|node| node.call(method, params))
    }

    /// The same for several calls that must go to one node.
    ///
    /// # Errors
    /// The last node's.
    pub fn with_node<T>(&self, work: impl Fn(&Node) -> Result<T>) -> Result<T> {
        let mut last = Error::NoNode;
        for round in 0..self.retry.rounds.max(1) {
            let first = self.preferred.load(Ordering::Relaxed);
            for step in 0..self.nodes.len() {
                let index = (first + step) % self.nodes.len();
                let Some(node) = self.nodes.get(index) else { continue };
                match work(node) {
                    Err(error) if error.is_of_this_node() => last = error,
                    answered => {
                        self.preferred.store(index, Ordering::Relaxed);
                        return answered;
                    }
                }
            }
            if !last.is_passing() {
                break;
            }
            if round + 1 < self.retry.rounds {
                std::thread::sleep(self.retry.pause(round));
            }
        }
        Err(last)
    }

    /// What a node says of itself and of the chain.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn status(&self) -> Result<Status> {
        self.with_node(|node| Status::parse(node, &node.call("status", &json!({}))?))
    }

    /// The last height.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn height(&self) -> Result<u64> {
        Ok(self.status()?.height)
    }

    /// That the first node that answers serves this chain.
    ///
    /// # Errors
    /// [`Error::WrongChain`].
    pub fn require_chain(&self, chain_id: &str) -> Result<()> {
        self.with_node(|node| {
            let found = Status::parse(node, &node.call("status", &json!({}))?)?.chain_id;
            if found == chain_id {
                return Ok(());
            }
            Err(Error::WrongChain { node: node.name().to_owned(), expected: chain_id.to_owned(), found })
        })
    }
}
