//! `bsn timestamp`.

mod make;
mod prove;

use anyhow::Result;
use clap::{Args as Group, Subcommand};

/// `bsn timestamp`. Exit codes: 0 done, 1 refused, failed, or not deep enough yet, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Timestamp {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The two steps of whoever writes them.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Write a PSBT of the transaction that carries the application hash of the last final block.
    Make(Box<make::Make>),
    /// Prove one that is in Bitcoin.
    Prove(Box<prove::Prove>),
}

/// Makes, or proves.
///
/// # Errors
/// One sentence.
pub fn run(args: &Timestamp) -> Result<()> {
    match &args.action {
        Action::Make(args) => make::run(args),
        Action::Prove(args) => prove::run(args),
    }
}
