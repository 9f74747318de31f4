//! Values written as JSON by one small writer.
//!
//! # The idea
//!
//! `serde_json` is generic over where it writes and how it formats, and its loops are copied into each struct's `Serialize`.
//! Here each step (a name, a text, a number) is one function that all structs share. The bytes are `serde_json`'s, and tests hold
//! them against it.
//!
//! # The danger
//!
//! What no message or answer has is refused, not written: floats, numbers of 128 bits, and maps whose keys are no texts.
//!
//! # Synopsis
//!
//! ```
//! use bsn_api::{bsn::{AtHeight, QueryMsg}, write};
//!
//! let asked = QueryMsg::FinalityStatus(AtHeight { height: 100 });
//! assert_eq!(write::json(&asked)?.as_slice(), br#"{"finality_status":{"height":100}}"#);
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

mod serializer;
mod text;

use std::fmt;

use cosmwasm_std::{Binary, StdError, StdResult};
use serde::Serialize;

use text::Text;

/// The JSON of a value.
///
/// # Errors
/// Where the value holds what no message or answer of ours has; see the module's head.
pub fn json<T: Serialize + ?Sized>(value: &T) -> StdResult<Binary> {
    let mut text = Text::default();
    let written = value.serialize(&mut text);
    finished(written, text)
}

#[inline(never)]
fn finished(written: Result<(), Unwritable>, text: Text) -> StdResult<Binary> {
    written.map_err(|_| {
        StdError::msg("not written as JSON: a float, a long number, or a key that is no text")
    })?;
    Ok(text.into_bytes().into())
}

/// A value that is not written.
#[derive(Debug)]
pub struct Unwritable;

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not written as JSON")
    }
}

impl std::error::Error for Unwritable {}

impl serde::ser::Error for Unwritable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
