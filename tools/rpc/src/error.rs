//! What goes wrong, each in one sentence that names who is to blame.

use thiserror::Error as Thiserror;

/// Why a chain could not be asked, or did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, Thiserror)]
pub enum Error {
    /// Not the address of a node.
    #[error("`{url}` is no http or https address of a node")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// No node was named.
    #[error("no node was named")]
    NoNode,
    /// Nobody answers there.
    #[error("{node} cannot be reached: {why}")]
    Unreachable {
        /// Which node.
        node: String,
        /// What the system or TLS says.
        why: String,
    },
    /// It took the question and kept silent.
    #[error("{node} hangs: no answer to {method} within {seconds} s")]
    Hangs {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// How long it had.
        seconds: u64,
    },
    /// The connection ended within an answer.
    #[error("{node} sent half an answer to {method}: {why}")]
    Half {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// Where it ended.
        why: String,
    },
    /// An answer beyond what is read.
    #[error("{node} answered {method} with more than {limit} bytes")]
    TooLong {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// How much is read.
        limit: u64,
    },
    /// Whatever answers there, it is no CometBFT.
    #[error("{node} is no CometBFT RPC: it answered {method} with status {status} and `{start}`")]
    NotRpc {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// The HTTP status.
        status: u16,
        /// How its answer begins.
        start: String,
    },
    /// It has too much to do, or something between us and it.
    #[error("{node} is overloaded or limits how often it may be asked: status {status} to {method}")]
    Busy {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// The HTTP status.
        status: u16,
    },
    /// This node does not offer that.
    #[error("{node} does not offer the method {method}")]
    NoMethod {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
    },
    /// It answered that it cannot.
    #[error("{node} refused {method}: {message}{}", parenthesis(data))]
    Refused {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// JSON-RPC's code.
        code: i64,
        /// What it says.
        message: String,
        /// And in detail.
        data: String,
    },
    /// Something in an answer is not what CometBFT writes there.
    #[error("{node} answered {method} without a usable `{field}`")]
    Malformed {
        /// Which node.
        node: String,
        /// What it was asked.
        method: String,
        /// The field's path.
        field: String,
    },
    /// Another chain is there.
    #[error("{node} serves the chain `{found}`, not `{expected}`")]
    WrongChain {
        /// Which node.
        node: String,
        /// The chain that was wanted.
        expected: String,
        /// The one it serves.
        found: String,
    },
    /// It is behind the others.
    #[error("{node} lags: it is at height {height}, and {best_node} at {best}")]
    Lags {
        /// Which node.
        node: String,
        /// Its height.
        height: u64,
        /// The highest that any of them has.
        best: u64,
        /// Who has it.
        best_node: String,
    },
    /// It says itself that it has not caught up.
    #[error("{node} is still catching up, at height {height}")]
    CatchingUp {
        /// Which node.
        node: String,
        /// Its height.
        height: u64,
    },
    /// It names a height that it cannot show.
    #[error("{node} says that it is at height {height}, but has no such block")]
    NoSuchBlock {
        /// Which node.
        node: String,
        /// The height it named.
        height: u64,
    },
    /// Another block at the same height.
    #[error("{node} has another block {height} than {other}: {hash} and {other_hash}")]
    Contradicts {
        /// Which node.
        node: String,
        /// At which height.
        height: u64,
        /// The hash of its block.
        hash: String,
        /// Who has another one.
        other: String,
        /// The hash of that.
        other_hash: String,
    },
    /// The chain does not answer this query.
    #[error("the chain does not know the query {path}: a module is missing, or the chain is too old")]
    NoQuery {
        /// Its path.
        path: String,
    },
    /// The chain answered a query with an error.
    #[error("{path}: {log} (code {code} of `{codespace}`)")]
    Query {
        /// Its path.
        path: String,
        /// The SDK's code.
        code: u32,
        /// Whose code that is.
        codespace: String,
        /// What it says.
        log: String,
    },
    /// An answer that is not the protobuf or JSON it should be.
    #[error("the answer to {path} cannot be read: {why}")]
    Answer {
        /// What was asked.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// An address of another chain.
    #[error("{address} is an address of `{found}`, but those of this chain begin with `{expected}`")]
    WrongPrefix {
        /// The address.
        address: String,
        /// The prefix of this chain.
        expected: String,
        /// The prefix it has.
        found: String,
    },
    /// No address at all.
    #[error("`{text}` is no address: {why}")]
    BadAddress {
        /// What was given.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// No key.
    #[error("that is no key: {0}")]
    BadKey(String),
    /// An account that nobody has ever paid.
    #[error("the account {0} does not exist on this chain: it was never sent anything")]
    NoAccount(String),
    /// A module's account, or of a kind without a sequence that is known here.
    #[error("the account {address} is a {kind}, which cannot sign here")]
    OtherAccount {
        /// Whose.
        address: String,
        /// Its type.
        kind: String,
    },
    /// The node did not take a transaction.
    #[error("{log} (code {code} of `{codespace}`)")]
    NotTaken {
        /// The SDK's code.
        code: u32,
        /// Whose code that is.
        codespace: String,
        /// What it says.
        log: String,
    },
    /// A transaction failed in its block.
    #[error("the transaction {hash} failed at height {height}: {log} (code {code} of `{codespace}`)")]
    Failed {
        /// Its hash.
        hash: String,
        /// A height of the appchain.
        height: u64,
        /// The SDK's code.
        code: u32,
        /// Whose code that is.
        codespace: String,
        /// What it says.
        log: String,
    },
    /// No block took a transaction in time.
    #[error("no block took the transaction {hash} within {seconds} s; it may still come")]
    NotIncluded {
        /// Its hash.
        hash: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The account is used by somebody else at the same time.
    #[error("the sequence of {0} does not settle: somebody else sends from it")]
    Unsettled(String),
}

impl Error {
    /// Whether the same question to another node, or later, may be answered.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Hangs { .. }
                | Self::Half { .. }
                | Self::Busy { .. }
                | Self::NotRpc { .. }
        )
    }

    /// Whether another node may offer what this one does not.
    pub fn is_of_this_node(&self) -> bool {
        self.is_passing() || matches!(self, Self::NoMethod { .. } | Self::TooLong { .. })
    }

    pub(crate) fn answer(path: &str, why: impl ToString) -> Self {
        Self::Answer { path: path.to_owned(), why: why.to_string() }
    }
}

fn parenthesis(data: &str) -> String {
    if data.is_empty() { String::new() } else { format!(" ({data})") }
}
