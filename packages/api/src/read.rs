//! How a contract reads JSON: into a small tree, once; then each field by its name.
//!
//! # The idea
//!
//! serde's derive gives each struct a parser of its own, two to three kilobytes of wasm each, and a contract may
//! have 700,000 bytes. Here the text becomes a tree of [`Json`] by one parser, and a type only says which
//! fields it takes. `#[derive(Read)]` writes that down, and `Deserialize` with it, so nobody else sees a difference.
//!
//! # The danger
//!
//! * Who writes JSON may send anything: unknown fields are ignored; a known field given twice, a number that is no
//!   whole number from zero to 2^64 - 1, and a text where a number belongs are errors with the path to it.
//! * An unknown field refuses the whole message only where the tree cannot hold it. serde_json says which: a number
//!   beyond what 64 bits of floating point hold (`1e309`), half of a surrogate pair (`"\ud800"`), bytes that are not
//!   UTF-8, and more than 127 lists and objects one inside another. serde's derive would pass over the first two and
//!   the last in a field that it does not know.
//! * A struct is read from an object alone, where serde's derive also takes a list of its fields in order.
//! * The length is bounded by the transaction's.
//!
//! # Synopsis
//!
//! ```
//! use bsn_api::bsn::QueryMsg;
//!
//! let error = cosmwasm_std::from_json::<QueryMsg>(br#"{"block":{"height":"9"}}"#).unwrap_err();
//! assert!(error.to_string().contains("block: height: not a whole number from 0 to 2^64 - 1"), "{error}");
//! ```

mod chain;
mod fields;
mod json;
mod values;
mod variant;

pub use fields::Fields;
pub use json::Json;
pub use variant::Variant;

/// A type that a contract reads from JSON.
pub trait Read: Sized {
    /// Takes it from the tree.
    fn read(json: Json) -> Result<Self, Unreadable>;

    /// What an absent field means; for most types, an error.
    fn absent() -> Option<Self> {
        None
    }
}

/// Where in the message something does not fit, and what: `block: height: missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    /// What does not fit.
    pub fn new(what: &str) -> Self {
        Self(what.to_owned())
    }

    /// The same, one level further up.
    #[must_use]
    pub fn within(self, name: &str) -> Self {
        Self([name, &self.0].join(": "))
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}
