use core::fmt;

use crate::{DeploymentError, Error, NotFinal};

/// Why there is no answer over RPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RpcError {
    /// No node is named.
    NoNode {
        /// Of which chain.
        chain_id: String,
    },
    /// TLS cannot be set up as it was asked for.
    Tls {
        /// The cause, in words.
        reason: String,
    },
    /// The node cannot be reached, or does not answer in time.
    Down {
        /// The node's URL.
        node: String,
        /// The cause, in words.
        reason: String,
    },
    /// The node does not speak CometBFT's JSON-RPC, or breaks off.
    BadAnswer {
        /// The node's URL.
        node: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The node is of another chain.
    WrongNetwork {
        /// The node's URL.
        node: String,
        /// The chain it should be of.
        expected: String,
        /// The chain it is of.
        found: String,
    },
    /// The node does not keep up with the chain.
    Behind {
        /// The node's URL.
        node: String,
        /// Its last block.
        height: u64,
        /// How that is known.
        why: String,
    },
    /// The node's answer contradicts itself.
    Lies {
        /// The node's URL.
        node: String,
        /// The cause, in words.
        reason: String,
    },
    /// The contract is not there, or not `bsn`.
    Contract(Error),
    /// The block is not to be acted upon.
    NotFinal(NotFinal),
    /// The deployment cannot be asked.
    Deployment(DeploymentError),
}

impl RpcError {
    pub(super) fn down(node: &str, reason: &dyn std::error::Error) -> Self {
        let mut text = reason.to_string();
        let mut cause = reason.source();
        while let Some(deeper) = cause {
            text = format!("{text}: {deeper}");
            cause = deeper.source();
        }
        Self::Down { node: node.to_owned(), reason: text }
    }

    pub(super) fn tls(reason: impl ToString) -> Self {
        Self::Tls { reason: reason.to_string() }
    }

    pub(super) fn bad(node: &str, reason: impl ToString) -> Self {
        Self::BadAnswer { node: node.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn lies(node: &str, reason: impl ToString) -> Self {
        Self::Lies { node: node.to_owned(), reason: reason.to_string() }
    }

    /// Whether another node may do better.
    pub(super) const fn is_of_the_node(&self) -> bool {
        match self {
            Self::Down { .. }
            | Self::BadAnswer { .. }
            | Self::WrongNetwork { .. }
            | Self::Behind { .. }
            | Self::Lies { .. } => true,
            Self::NoNode { .. }
            | Self::Tls { .. }
            | Self::Contract(_)
            | Self::NotFinal(_)
            | Self::Deployment(_) => false,
        }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNode { chain_id } => write!(f, "no node of {chain_id} is named"),
            Self::Tls { reason } => write!(f, "TLS cannot be set up: {reason}"),
            Self::Down { node, reason } => write!(f, "{node} cannot be reached: {reason}"),
            Self::BadAnswer { node, reason } => write!(f, "{node} does not answer as a node does: {reason}"),
            Self::WrongNetwork { node, expected, found } => {
                write!(f, "{node} is a node of {found}, not of {expected}")
            }
            Self::Behind { node, height, why } => write!(f, "{node} is behind, at block {height}: {why}"),
            Self::Lies { node, reason } => write!(f, "the answer of {node} contradicts itself: {reason}"),
            Self::Contract(error) => error.fmt(f),
            Self::NotFinal(error) => error.fmt(f),
            Self::Deployment(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RpcError {}

impl From<Error> for RpcError {
    fn from(error: Error) -> Self {
        Self::Contract(error)
    }
}

impl From<DeploymentError> for RpcError {
    fn from(error: DeploymentError) -> Self {
        Self::Deployment(error)
    }
}
