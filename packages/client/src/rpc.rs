//! Off chain: the same questions over CometBFT's JSON-RPC, with no light client. **Ask a node that you trust, or several**:
//! what it answers is not proven.
//!
//! Every question is one POST of two calls, `status` and `abci_query`: so each answer is known to be of the right chain and
//! of a node that keeps up.

mod error;
mod http;
mod node;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use error::RpcError;
use node::{Answer, Contract};

use crate::{raw, Deployment, Error, FinalityStatus, LastFinalBlock, NotFinal, Query};

const SMART: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";
const RAW: &str = "/cosmwasm.wasm.v1.Query/RawContractState";

/// The contract `bsn` of a chain, asked through its nodes: the first that answers as it should.
#[derive(Debug)]
pub struct Bsn {
    nodes: Vec<String>,
    chain_id: String,
    contract: String,
    http: http::Client,
    max_age: Duration,
    highest: AtomicU64,
}

impl Bsn {
    /// The contract at an address, through these nodes (`http://host:26657`, the preferred first).
    ///
    /// # Errors
    /// There is no node, or TLS cannot be set up.
    pub fn new(nodes: &[String], chain_id: &str, contract: &str) -> Result<Self, RpcError> {
        if nodes.is_empty() {
            return Err(RpcError::NoNode { chain_id: chain_id.to_owned() });
        }
        Ok(Self {
            nodes: nodes.to_vec(),
            chain_id: chain_id.to_owned(),
            contract: contract.to_owned(),
            http: http::client(None)?,
            max_age: Duration::from_secs(120),
            highest: AtomicU64::new(0),
        })
    }

    /// The contract of a `deployments/<chain-id>.json`, through its nodes.
    ///
    /// # Errors
    /// The file is of another version, not finished, or names no node.
    pub fn of(deployment: &Deployment) -> Result<Self, RpcError> {
        Self::new(&deployment.rpc, &deployment.chain_id, deployment.bsn()?)
    }

    /// How old a node's last block may be before the node counts as behind; two minutes at first.
    #[must_use]
    pub fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Trusts, beside the roots of the web, what this certificate has signed (DER): for nodes whose certificate is made at home.
    ///
    /// # Errors
    /// It is no certificate.
    pub fn with_root(mut self, certificate: &[u8]) -> Result<Self, RpcError> {
        self.http = http::client(Some(certificate))?;
        Ok(self)
    }

    /// Whether the block at `height` is final, and by what.
    ///
    /// # Errors
    /// No node answers as it should, or the contract does not.
    pub async fn status(&self, height: u64) -> Result<FinalityStatus, RpcError> {
        self.first_answer(SMART, &question(&Query::FinalityStatus { height })?, |answer| {
            let status: FinalityStatus = self.read(&answer.value)?;
            let above = status.certified_by.is_some_and(|by| by > answer.height);
            let above = above.then_some("its certificate is above the block that the node answers at");
            match status.contradiction(height).or(above) {
                Some(reason) => Err(RpcError::lies(&answer.node, reason)),
                None => Ok(status),
            }
        })
        .await
    }

    /// Whether the block at `height` is final and no height directly below its certificate was skipped.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn is_final(&self, height: u64) -> Result<bool, RpcError> {
        Ok(self.status(height).await?.is_final())
    }

    /// The same, with the reason why not.
    ///
    /// # Errors
    /// What the block is instead of final, or why there is no answer.
    pub async fn require_final(&self, height: u64) -> Result<(), RpcError> {
        self.status(height).await?.require_final(0).map_err(RpcError::NotFinal)
    }

    /// The highest final block, with its certificate.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn last_final_block(&self) -> Result<Option<LastFinalBlock>, RpcError> {
        self.first_answer(SMART, &question(&Query::LastFinalBlock {})?, |answer| {
            let last: Option<LastFinalBlock> = self.read(&answer.value)?;
            match &last {
                Some(last) if last.certified_by <= last.height || last.certified_by > answer.height => {
                    Err(RpcError::lies(&answer.node, "no quorum of a later block makes it final"))
                }
                _ => Ok(last),
            }
        })
        .await
    }

    /// The height of the highest final block, from the contract's storage. Below it may lie blocks that are `resumed` and
    /// were never final.
    ///
    /// # Errors
    /// No node answers as it should, or the contract's record of finality is not of that form.
    pub async fn last_final(&self) -> Result<Option<u64>, RpcError> {
        let contract = || self.contract.clone();
        self.first_answer(RAW, raw::FINALITY_KEY, |answer| {
            if answer.value.is_empty() {
                return Err(Error::NoRecord { contract: contract() }.into());
            }
            let progress = raw::progress(&answer.value);
            let progress = progress.map_err(|reason| Error::BadRecord { contract: contract(), reason })?;
            match progress.last_quorum {
                Some(quorum) if quorum > answer.height => {
                    Err(RpcError::lies(&answer.node, "a quorum is above the block that it answers at"))
                }
                _ => Ok(progress.last_final),
            }
        })
        .await
    }

    /// The first answer of a node that is as it should be; where there is none, what is wrong with the last one.
    async fn first_answer<T>(
        &self,
        path: &'static str,
        data: &[u8],
        read: impl Fn(&Answer) -> Result<T, RpcError>,
    ) -> Result<T, RpcError> {
        let asked = Contract { chain_id: &self.chain_id, address: &self.contract };
        let mut last = RpcError::NoNode { chain_id: self.chain_id.clone() };
        for node in &self.nodes {
            let answer = node::ask(&self.http, node, &asked, path, data, self.max_age).await;
            match answer.and_then(|answer| self.not_back(&answer).and_then(|()| read(&answer))) {
                Err(error) if error.is_of_the_node() => last = error,
                settled => return settled,
            }
        }
        Err(last)
    }

    /// Refuses an answer from far below a block that a node has answered from before.
    fn not_back(&self, answer: &Answer) -> Result<(), RpcError> {
        let highest = self.highest.fetch_max(answer.height, Ordering::Relaxed);
        if answer.height.saturating_add(10) < highest {
            let (node, height) = (answer.node.clone(), answer.height);
            return Err(RpcError::Behind { node, height, why: format!("another answered at {highest}") });
        }
        Ok(())
    }

    fn read<T: serde::de::DeserializeOwned>(&self, value: &[u8]) -> Result<T, RpcError> {
        serde_json::from_slice(value).map_err(|error| {
            Error::NotBsn { contract: self.contract.clone(), reason: error.to_string() }.into()
        })
    }
}

fn question(query: &Query) -> Result<Vec<u8>, RpcError> {
    serde_json::to_vec(query).map_err(|error| RpcError::lies("", error))
}

impl From<NotFinal> for RpcError {
    fn from(error: NotFinal) -> Self {
        Self::NotFinal(error)
    }
}
