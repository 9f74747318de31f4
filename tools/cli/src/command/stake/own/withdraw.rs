//! `bsn stake self withdraw`.

use anyhow::{Context, Error, Result};
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use covenant::XOnlyKey;
use primitives::{FpPublicKey, SigningContext};

use crate::bitcoin::Ledger;
use crate::command::of_setup::Chain;
use crate::command::of_terms::fp_key;
use crate::command::of_withdrawal::{Back, Signer};
use crate::config::{Common, Setup};
use crate::slash::find::outpoint;
use crate::stake::own::{held, search};
use crate::stake::withdraw::WithdrawError;
use crate::vote::key::FpKey;

/// `bsn stake self withdraw`.
#[derive(Debug, Group)]
pub struct Withdraw {
    /// The lock.
    #[arg(value_name = "TXID:OUTPUT", value_parser = outpoint)]
    pub lock: OutPoint,
    /// For how many blocks it is locked; without it, that is found by trying, within a minute or so.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u16).range(1..))]
    pub time: Option<u16>,
    /// With --psbt: who locked it.
    #[arg(long, value_name = "KEY", requires = "psbt", value_parser = fp_key)]
    pub fp: Option<XOnlyKey>,
    /// Where the coins go.
    #[command(flatten)]
    pub back: Back,
    /// The finality provider's key, which locked it.
    #[command(flatten)]
    pub key: FpKey,
    /// The address of bsn; without it, that of the record, or the one that the chain module calls. Where --chain-id is named too, no
    /// node is asked: the lock itself shows whether both are right.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Checks that it is that lock and its time is over, and with --broadcast takes it.
///
/// # Errors
/// One sentence: the first thing that did not work; then nothing is written or sent.
pub fn run(args: &Withdraw) -> Result<()> {
    let Withdraw { lock, time, back, .. } = args;
    let setup = Setup::load(&args.common)?;
    let context = context(args, &setup)?;
    let signer = back.signer(|| args.key.load())?;
    let fp = match &signer {
        Signer::Key(key) => FpPublicKey::from(key.public_key()),
        Signer::File(_) => args.fp.map(FpPublicKey::from).context("whose lock? Name it by --fp")?,
    };
    let outside = back.outside(&setup)?;
    let tx = outside.transaction(lock).map_err(Error::msg)?;
    let tx = tx.ok_or(WithdrawError::NotThere(*lock))?;
    let held = match time {
        Some(time) => held(&context, &fp, *time, *lock, &tx),
        None => search(&context, &fp, 1..=u16::MAX, *lock, &tx),
    }?;
    back.take(&setup, &outside, *lock, &[held], &signer)
}

/// What the lock names its chain by. A chain that has stopped is not asked.
fn context(args: &Withdraw, setup: &Setup) -> Result<SigningContext> {
    if let (Some(id), Some(bsn)) = (&setup.file.chain.id, &args.contract) {
        return Ok(SigningContext::self_stake(id, bsn));
    }
    let chain = Chain::of(setup, args.contract.as_deref())?;
    Ok(SigningContext::self_stake(&chain.id, &chain.contract))
}
