//! `bsn stake`.

mod finish;
mod make;
mod own;
mod submit;
mod withdraw;

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use bitcoin_spv::OutPoint;
use clap::{Args as Group, Subcommand};
use covenant::Share;

use super::of_terms::Known;
use crate::committee::file::ShareFile;
use crate::vote::state::replace;

/// `bsn stake`. Exit codes: 0 done, 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Stake {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The steps of a staker.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make every transaction, sign the slashings, and write the request for the committee. Nothing can be sent yet.
    Make(Box<make::Make>),
    /// Verify the committee's signatures; only then write the delegation and the PSBT.
    Finish(Box<finish::Finish>),
    /// Bring finished delegations to the chain, once they are in Bitcoin.
    Submit(Box<submit::Submit>),
    /// Take back what is the staker's again: the stake after its time, what an early end left after the unbonding time, or what a
    /// slashing left.
    Withdraw(Box<withdraw::Withdraw>),
    /// Lock coins by a finality provider's own key, which is the one that it votes with. Read what that means first.
    #[command(name = "self")]
    Own(own::Own),
}

/// Does it.
///
/// # Errors
/// One sentence: the first thing that did not work; then no file is written.
pub fn run(args: &Stake) -> Result<()> {
    match &args.action {
        Action::Make(args) => make::run(args),
        Action::Finish(args) => finish::run(args),
        Action::Submit(args) => submit::run(args),
        Action::Withdraw(args) => withdraw::run(args),
        Action::Own(args) => own::run(args),
    }
}

/// A member's signatures on this stake, from a file; none of them is verified.
pub(super) fn share(path: &Path, known: &Known, stake: &OutPoint) -> Result<Share> {
    let shown = path.display();
    let (file, of, share) = ShareFile::read(&text(path)?).map_err(|why| anyhow!("{shown}: {why}"))?;
    known.check_chain(&file.chain_id).with_context(|| shown.to_string())?;
    if of != *stake {
        bail!("{shown} is of the stake {of}, not of {stake}");
    }
    Ok(share)
}

pub(super) fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if path.try_exists().with_context(|| format!("cannot look for {}", path.display()))? {
        bail!("{} is there already: name another file", path.display());
    }
    replace(path, text)
}
