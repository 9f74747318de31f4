use bitcoin_spv::TransactionError;
use primitives::ParseError;
use prost::DecodeError;
use thiserror::Error;

/// Why a part of a packet cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ItemError {
    /// Not protobuf of that type.
    #[error("{what} is not protobuf: {source}")]
    Malformed {
        /// The type.
        what: &'static str,
        /// What prost says.
        source: DecodeError,
    },
    /// Empty or absent where that cannot be.
    #[error("empty {field}")]
    Missing {
        /// The protobuf field, as the message names it.
        field: &'static str,
    },
    /// Longer than anything real.
    #[error("{field} of {got} bytes, more than {max}")]
    TooLong {
        /// The protobuf field, as the message names it.
        field: &'static str,
        /// How long.
        got: usize,
        /// How long it may be.
        max: usize,
    },
    /// More than there can be.
    #[error("{field} is {got}, more than {max}")]
    TooLarge {
        /// The protobuf field, as the message names it.
        field: &'static str,
        /// How much.
        got: u32,
        /// How much it may be.
        max: u32,
    },
    /// Not a key, hash or amount.
    #[error("{field}: {source}")]
    Parse {
        /// The protobuf field, as the message names it.
        field: &'static str,
        /// The first byte or digit that cannot be read.
        source: ParseError,
    },
    /// Not a transaction.
    #[error("{field}: {source}")]
    Transaction {
        /// The protobuf field, as the message names it.
        field: &'static str,
        /// The field of the transaction that cannot be read.
        source: TransactionError,
    },
    /// Not as many as there must be.
    #[error("{got} of {field}, not {expected}")]
    Count {
        /// The protobuf field, as the message names it.
        field: &'static str,
        /// How many.
        got: usize,
        /// How many there must be.
        expected: usize,
    },
}

/// Decodes one message.
pub(super) fn message<M: prost::Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, ItemError> {
    M::decode(bytes).map_err(|source| ItemError::Malformed { what, source })
}

/// Names the field that does not parse.
pub(super) fn parsed<T>(field: &'static str, result: Result<T, ParseError>) -> Result<T, ItemError> {
    result.map_err(|source| ItemError::Parse { field, source })
}

/// Takes exactly `N` bytes.
pub(super) fn exactly<const N: usize>(field: &'static str, bytes: &[u8]) -> Result<[u8; N], ItemError> {
    let length = ParseError::Length { what: field, expected: N, got: bytes.len() };
    parsed(field, bytes.try_into().map_err(|_| length))
}

/// Takes a text that is there and not too long.
pub(super) fn text(field: &'static str, text: String, max: usize) -> Result<String, ItemError> {
    match text.len() {
        0 => Err(ItemError::Missing { field }),
        got if got > max => Err(ItemError::TooLong { field, got, max }),
        _ => Ok(text),
    }
}
