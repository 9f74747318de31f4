//! `bsn init`: asks the nodes what they know and the operator the rest, and writes `bsn.toml`.

pub mod find;
pub mod write;

pub use find::{Found, find};
pub use write::{Answers, text};
