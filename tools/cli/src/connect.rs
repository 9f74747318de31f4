//! `bsn connect`: from a contract that the chain calls to its first final block.
//!
//! Many hands are needed in between: relayers, Babylon, finality providers, Bitcoin. So at each moment it says what it
//! waits for, how long that normally takes, and who must act; it does nothing itself.

mod alone;
pub mod read;
pub mod stage;

pub use stage::{Facts, Stage, stage};
