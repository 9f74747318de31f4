//! `bsn stake self`.

mod make;
mod prove;
mod withdraw;

use anyhow::Result;
use clap::{Args as Group, Subcommand};

/// `bsn stake self`.
#[derive(Debug, Group)]
pub struct Own {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The steps of a finality provider that stakes by its own key.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Say what it means, then write a PSBT of the transaction that locks the coins.
    Make(Box<make::Make>),
    /// Prove a lock that is in Bitcoin; anybody may.
    Prove(Box<prove::Prove>),
    /// Take back the coins of a lock that is over.
    Withdraw(Box<withdraw::Withdraw>),
}

pub(super) fn run(args: &Own) -> Result<()> {
    match &args.action {
        Action::Make(args) => make::run(args),
        Action::Prove(args) => prove::run(args),
        Action::Withdraw(args) => withdraw::run(args),
    }
}
