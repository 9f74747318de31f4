//! Records in a contract's storage: postcard's bytes, read and written by little wasm.
//!
//! # The idea
//!
//! `postcard` is written to be quick on a microcontroller: its loops over the bytes of a number are written out wherever a record
//! has one. A contract pays for each byte of its code and reads few records a call. Here each step
//! (a number, a length, a text) is one function that all records share. The bytes are postcard's
//! ([its specification](https://postcard.jamesmunns.com)), and the tests hold them against it.
//!
//! # The danger
//!
//! The bytes do not say what they are: a record read as another type gives nonsense, or [`Broken`]. A reader takes what it
//! needs from the front and ignores what follows, so that a newer version may have appended fields.
//!
//! # Synopsis
//!
//! ```
//! use bsn_records::{decode, encode};
//!
//! let bytes = encode(&(300_u64, "FP"))?;
//! assert_eq!(bytes, [0xac, 0x02, 2, b'F', b'P']);
//! assert_eq!(decode::<(u64, String)>(&bytes)?, (300, "FP".to_owned()));
//! # Ok::<(), bsn_records::Broken>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

mod broken;
mod bytes;
mod read;
mod write;

pub use broken::Broken;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use write::Record;

/// Reads a record; bytes behind it are ignored.
///
/// # Errors
/// [`Broken`], where the bytes are no such record.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Broken> {
    T::deserialize(&mut Bytes::new(bytes))
}

/// Reads what stands first, and returns the bytes behind it.
///
/// # Errors
/// [`Broken`], where the bytes do not begin with such a record.
pub fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), Broken> {
    let mut bytes = Bytes::new(bytes);
    let first = T::deserialize(&mut bytes)?;
    Ok((first, bytes.rest()))
}

/// Writes a record.
///
/// # Errors
/// [`Broken::Type`], where it holds what records do not have: maps, floats, letters, signed numbers of 8 or 128 bits.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Broken> {
    let mut record = Record::default();
    value.serialize(&mut record)?;
    Ok(record.into_bytes())
}
