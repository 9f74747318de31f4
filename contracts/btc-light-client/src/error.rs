use bitcoin_spv::{ExtendError, HeaderError};
use cosmwasm_std::{Addr, StdError};
use primitives::{BtcHeight, ParseError};
use thiserror::Error;

/// Why a message or a query was refused.
#[derive(Debug, Error)]
pub enum ContractError {
    /// From the chain's interface.
    #[error(transparent)]
    Std(#[from] StdError),
    /// A hash or a header that is none.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Headers that Bitcoin would not follow.
    #[error(transparent)]
    Extend(#[from] ExtendError),
    /// A header to start from that has no proof of work.
    #[error("base header {height}: {source}")]
    Base {
        /// Its height.
        height: BtcHeight,
        /// The rule of Bitcoin that the header breaks.
        source: HeaderError,
    },
    /// The sender may not do this.
    #[error("unauthorized: {sender} may not {action}")]
    Unauthorized {
        /// Who tried.
        sender: Addr,
        /// What was asked for, as the error text says it.
        action: &'static str,
    },
    /// Coins were sent along, which nobody could get out again.
    #[error("this message takes no funds")]
    Funds,
    /// The first headers have not come yet.
    #[error("the light client has no bitcoin headers yet")]
    NotStarted,
    /// The first headers came without what only they need.
    #[error("missing {field}, needed with the first headers")]
    MissingFirst {
        /// The field.
        field: &'static str,
    },
    /// Work that is no number of 256 bits.
    #[error("work is not a number of 256 bits: {culprit}")]
    Work {
        /// The text, cut at 80 characters.
        culprit: String,
    },
    /// More headers in a message than configured.
    #[error("{got} headers in one message exceed max_headers = {max_headers}")]
    TooManyHeaders {
        /// How many.
        got: usize,
        /// How many are allowed.
        max_headers: u32,
    },
    /// Raw headers that are not whole ones.
    #[error("{got} bytes are not a number of 80-byte headers")]
    PartialHeader {
        /// How many bytes.
        got: usize,
    },
    /// A start of the period that cannot be one.
    #[error("period start of base {height}: {reason}")]
    PeriodStart {
        /// The base header's height.
        height: BtcHeight,
        /// Why not.
        reason: &'static str,
    },
    /// A value of the configuration out of its bounds.
    #[error("{field} is {got}, must be {least} to {most}")]
    OutOfBounds {
        /// The value's name.
        field: &'static str,
        /// What was given.
        got: u32,
        /// The least allowed.
        least: u32,
        /// The most allowed.
        most: u32,
    },
    /// No header of that height is kept.
    #[error("no bitcoin header at height {height} in the main chain")]
    NoSuchHeight {
        /// The height.
        height: BtcHeight,
    },
    /// No header of that hash is kept.
    #[error("bitcoin header {hash} is not in the main chain")]
    NoSuchHash {
        /// The hash, display order.
        hash: bitcoin_spv::HeaderHash,
    },
    /// Nobody was proposed.
    #[error("no change of admin was proposed")]
    NothingProposed,
    /// What mainnet does not allow.
    #[error("{action} is refused on mainnet")]
    NotOnMainnet {
        /// What was asked for, as the error text says it.
        action: &'static str,
    },
    /// The state of another contract.
    #[error("cannot migrate from different contract. expected: {expected}, found: {found}")]
    OtherContract {
        /// Our name.
        expected: &'static str,
        /// The name found.
        found: String,
    },
    /// The state of a later version.
    #[error("cannot migrate from version {found} back to {expected}")]
    Downgrade {
        /// Our version.
        expected: &'static str,
        /// The version found.
        found: String,
    },
    /// A record that this code did not write.
    #[error("record {key} cannot be read")]
    Corrupt {
        /// The record's key.
        key: &'static str,
    },
}
