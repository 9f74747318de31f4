use core::fmt;

use crate::raw::RawError;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No contract has this address.
    NoSuchContract {
        /// The address.
        contract: String,
    },
    /// The contract refuses the question, as one does that is not `bsn`; or it has no gas left for the answer.
    Refused {
        /// The contract.
        contract: String,
        /// What it was asked.
        query: &'static str,
        /// What it says. On a chain that is a code, for texts differ between nodes.
        reason: String,
    },
    /// It answers, but not as `bsn` does.
    NotBsn {
        /// The contract.
        contract: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// Its storage has no record of finality: it is not `bsn`, or there is no contract at all, which a chain does not tell
    /// apart in a raw query.
    NoRecord {
        /// The contract.
        contract: String,
    },
    /// Its record of finality has another form: it is not `bsn`, or older than 0.3.0.
    BadRecord {
        /// The contract.
        contract: String,
        /// What is wrong with it.
        reason: RawError,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchContract { contract } => write!(f, "there is no contract {contract}"),
            Self::Refused { contract, query, reason } => {
                write!(f, "{contract} does not answer {query}, is it bsn? It says: {reason}")
            }
            Self::NotBsn { contract, reason } => {
                write!(f, "{contract} does not answer as bsn does: {reason}")
            }
            Self::NoRecord { contract } => {
                write!(f, "{contract} has no record of finality: it is not bsn, or no contract")
            }
            Self::BadRecord { contract, reason } => {
                write!(f, "the record of finality of {contract} is not one of bsn 0.3.0 or later: {reason}")
            }
        }
    }
}

impl std::error::Error for Error {}

/// Why a block is not to be acted upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFinal {
    /// Not final yet: ask again after a block or two.
    Pending {
        /// The block.
        height: u64,
    },
    /// Governance let finality go on without a quorum between this block and its certificate. It never becomes final.
    Resumed {
        /// The block.
        height: u64,
    },
    /// Final, but directly below its certificate heights were skipped: nobody voted on the states between.
    Gap {
        /// The block.
        height: u64,
        /// How many.
        skipped: u64,
    },
    /// Final, but the contract does not name the certificate, so nobody knows how many heights below that were skipped: it
    /// lies far above a block that a version before 0.3.0 passed. This stays so.
    UnknownGap {
        /// The block.
        height: u64,
    },
    /// The contract knows nothing of the block.
    Unknown {
        /// The block.
        height: u64,
        /// Which fact is missing.
        why: WhyUnknown,
    },
    /// There is no answer.
    Unasked(Error),
}

/// Why nothing is known of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnknown {
    /// It lies above the last block that the contract saw.
    NotReached,
    /// It is older than what the contract keeps, a week by default.
    Forgotten,
}

impl fmt::Display for NotFinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending { height } => write!(f, "block {height} is not final yet"),
            Self::Resumed { height } => {
                write!(
                    f,
                    "block {height} never becomes final: finality was resumed above it without a quorum"
                )
            }
            Self::Gap { height, skipped } => {
                write!(f, "{skipped} heights below the certificate of block {height} were skipped")
            }
            Self::UnknownGap { height } => {
                write!(
                    f,
                    "it is not known how many heights below the certificate of block {height} were skipped"
                )
            }
            Self::Unknown { height, why: WhyUnknown::NotReached } => {
                write!(f, "block {height} is not reached")
            }
            Self::Unknown { height, why: WhyUnknown::Forgotten } => {
                write!(f, "block {height} is so old that it is forgotten")
            }
            Self::Unasked(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotFinal {}

impl From<Error> for NotFinal {
    fn from(error: Error) -> Self {
        Self::Unasked(error)
    }
}
