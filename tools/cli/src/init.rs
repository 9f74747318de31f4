//! `bsn init`: asks the nodes what they know and the operator the rest, and writes `bsn.toml`.

pub mod alone;
pub mod answers;
pub mod ask;
pub mod find;
pub mod write;

pub use answers::{Answers, Said, answers};
pub use ask::{Asked, Question};
pub use find::{Found, find};
pub use write::text;
