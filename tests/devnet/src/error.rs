//! Why something on the chain failed, with the text and the code that a real chain gives it.

use thiserror::Error;

use crate::{gas::OutOfGas, ibc::IbcError, vm::Entry};

/// A transaction, message, call or query that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// The contract answered with an error.
    #[error("{text}: {}", entry_failed(*entry))]
    Contract {
        /// What was called.
        entry: Entry,
        /// The contract's own text.
        text: String,
    },
    /// The contract panicked, lacks the entry point, or answered something that is not a response.
    #[error("{0}: wasmvm error")]
    Vm(String),
    /// The gas meter ran out. As in the SDK this ends the whole transaction, unless a submessage's own
    /// limit was hit.
    #[error("out of gas in location: wasm contract; {0}: out of gas")]
    OutOfGas(OutOfGas),
    /// A submessage hit the gas limit that its contract gave it.
    #[error("SubMsg hit gas limit: out of gas")]
    SubMessageOutOfGas,
    /// A torn hook was stopped here (see [`Fault::Torn`](crate::Fault::Torn)).
    #[error("torn: stopped by a fault on demand")]
    Torn,
    /// There is not that much to spend.
    #[error("spendable balance {available}{denom} is smaller than {amount}{denom}: insufficient funds")]
    Funds {
        /// Which coin.
        denom: String,
        /// What there is.
        available: u128,
        /// What was to be spent.
        amount: u128,
    },
    /// No contract lives at the address.
    #[error("no such contract: {0}")]
    NoContract(String),
    /// No code has the number.
    #[error("no such code: {0}")]
    NoCode(u64),
    /// The sender may not do that.
    #[error("can not {action}: unauthorized")]
    Unauthorized {
        /// What it tried.
        action: &'static str,
    },
    /// A coin amount, address or event that the chain does not accept.
    #[error("{0}: invalid request")]
    Invalid(String),
    /// Something a real chain may do but this one does not.
    #[error("{0}: unknown request")]
    Unsupported(String),
    /// IBC refused.
    #[error(transparent)]
    Ibc(#[from] IbcError),
    /// A failure further down, with the path to it.
    #[error("{context}: {source}")]
    Within {
        /// Where: `dispatch: submessages`, `reply`.
        context: &'static str,
        /// The failure of the call that was made.
        source: Box<Failure>,
    },
}

fn entry_failed(entry: Entry) -> &'static str {
    match entry {
        Entry::Instantiate => "instantiate wasm contract failed",
        Entry::Migrate => "migrate wasm contract failed",
        Entry::Query => "query wasm contract failed",
        _ => "execute wasm contract failed",
    }
}

impl Failure {
    pub(crate) fn within(self, context: &'static str) -> Self {
        Self::Within { context, source: Box::new(self) }
    }

    /// The failure itself, without the path to it.
    pub fn root(&self) -> &Self {
        match self {
            Self::Within { source, .. } => source.root(),
            root => root,
        }
    }

    /// The contract's own text, if a contract answered with an error.
    pub fn contract_text(&self) -> Option<&str> {
        match self.root() {
            Self::Contract { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether the SDK would panic: no contract gets to reply to it.
    pub fn is_panic(&self) -> bool {
        matches!(self.root(), Self::OutOfGas(_) | Self::Torn)
    }

    /// Codespace and code, as in the SDK and wasmd.
    pub fn code(&self) -> (&'static str, u32) {
        match self.root() {
            Self::Contract { entry: Entry::Instantiate, .. } => ("wasm", 4),
            Self::Contract { entry: Entry::Query, .. } => ("wasm", 9),
            Self::Contract { entry: Entry::Migrate, .. } => ("wasm", 11),
            Self::Contract { .. } => ("wasm", 5),
            Self::Vm(_) => ("wasm", 29),
            Self::OutOfGas(_) | Self::SubMessageOutOfGas => ("sdk", 11),
            Self::Torn => ("undefined", 1),
            Self::Funds { .. } => ("sdk", 5),
            Self::NoContract(_) => ("wasm", 22),
            Self::NoCode(_) => ("wasm", 28),
            Self::Unauthorized { .. } => ("sdk", 4),
            Self::Invalid(_) => ("sdk", 18),
            Self::Unsupported(_) => ("sdk", 6),
            Self::Ibc(e) => e.code(),
            Self::Within { .. } => ("undefined", 1),
        }
    }

    /// What a contract gets to see of it: texts do not cross the border of a submessage or a query.
    pub fn redacted(&self) -> String {
        let (codespace, code) = self.code();
        format!("codespace: {codespace}, code: {code}")
    }
}

impl From<OutOfGas> for Failure {
    fn from(out: OutOfGas) -> Self {
        Self::OutOfGas(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contracts_text_reaches_the_transaction_but_not_another_contract() {
        let inner = Failure::Contract { entry: Entry::Execute, text: "secret".into() };
        let outer = inner.within("submessages").within("dispatch");
        assert_eq!(outer.to_string(), "dispatch: submessages: secret: execute wasm contract failed");
        assert_eq!(outer.redacted(), "codespace: wasm, code: 5");
        assert_eq!(outer.contract_text(), Some("secret"));
    }

    #[test]
    fn only_gas_and_tearing_pass_every_reply() {
        assert!(Failure::Torn.within("reply").is_panic());
        assert!(Failure::OutOfGas(OutOfGas { limit: 1, used: 2 }).is_panic());
        assert!(!Failure::SubMessageOutOfGas.is_panic());
        assert!(!Failure::Vm("panicked".into()).is_panic());
    }
}
