//! `bsn covenant`.

mod serve;
mod sign;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args as Group, Subcommand};
use covenant::XOnlyKey;
use eots::SecretKey;

use super::of_terms::{Known, Named, fp_key};
use crate::committee::record::{self, Head, Record};
use crate::config::{Common, Setup};
use crate::keys::secret::BitcoinKey;
use crate::vote::state::Locked;

/// `bsn covenant`.
#[derive(Debug, Group)]
pub struct Covenant {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What a member of the committee does.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Hold delegations against every rule, and sign each once: its slashings, encrypted to its finality providers, and its
    /// early end.
    Sign(Box<sign::Sign>),
    /// The same for whoever asks over HTTP.
    Serve(Box<serve::Serve>),
}

/// Who signs, and under which parameters.
#[derive(Debug, Group)]
pub struct Means {
    /// The member's key.
    #[command(flatten)]
    pub key: BitcoinKey,
    /// The record of what was signed. As precious as the key: never copy it, never put back an old one.
    #[arg(long, env = "BSN_COVENANT_RECORD", value_name = "FILE")]
    pub record: PathBuf,
    /// Where parameters come from.
    #[command(flatten)]
    pub named: Named,
    /// With --params: a finality provider that is registered here; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "KEY", requires = "params", value_parser = fp_key)]
    pub fp: Vec<XOnlyKey>,
    /// Chain, file, output. With --params only the chain's id is used.
    #[command(flatten)]
    pub common: Common,
}

impl Means {
    fn key(&self) -> Result<SecretKey> {
        self.key.load("committee member", "BSN_COVENANT_KEY")
    }

    /// Where parameters come from, and the record of this member for that chain.
    fn open(&self, setup: &Setup, key: &SecretKey) -> Result<(Known, Record<Locked>)> {
        let known = self.named.find(setup, &self.fp)?;
        let chain_id = known.chain_id().to_owned();
        let record = record::open(&self.record, &Head { chain_id, member: public(key) })?;
        Ok((known, record))
    }
}

fn public(key: &SecretKey) -> XOnlyKey {
    (*key.public_key().as_fp()).into()
}

/// Signs, or serves.
///
/// # Errors
/// One sentence.
pub fn run(args: &Covenant) -> Result<()> {
    match &args.action {
        Action::Sign(args) => sign::run(args),
        Action::Serve(args) => serve::run(args),
    }
}
