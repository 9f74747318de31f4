//! The record F.

use std::rc::Rc;

use crate::committee::Committee;

/// What F says, as far as the rules hang on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    /// The grid height below which it is written.
    pub grid: u64,
    /// The hash of Set(G); none at the first.
    pub set: Option<u64>,
    /// S(G), of which F has the hash.
    pub next: Rc<Committee>,
    /// Whether that is not S(G - C) again.
    pub is_new: bool,
}
