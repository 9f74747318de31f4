//! `bsn payout`.

mod claim;
mod set;

use anyhow::Result;
use clap::{Args as Group, Subcommand};

/// `bsn payout`. Exit codes: 0 done, 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Payout {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What there is to do about rewards.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Name the address that a staker's rewards are paid to, by the staker's key. Anybody may send it.
    Set(Box<set::Set>),
    /// Pay what stakes have earned to that address; anybody may.
    Claim(Box<claim::Claim>),
}

/// Names, or claims.
///
/// # Errors
/// One sentence.
pub fn run(args: &Payout) -> Result<()> {
    match &args.action {
        Action::Set(args) => set::run(args),
        Action::Claim(args) => claim::run(args),
    }
}
