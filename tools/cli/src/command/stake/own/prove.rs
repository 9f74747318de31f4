//! `bsn stake self prove`.

use std::collections::BTreeMap;

use anyhow::{Error, Result, anyhow};
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use covenant::XOnlyKey;
use primitives::{FpPublicKey, SigningContext};

use crate::bitcoin::Ledger;
use crate::command::of_terms::fp_key;
use crate::command::stake::submit::Sending;
use crate::config::Setup;
use crate::keep::bitcoin::Outside;
use crate::prove::plan::Brought;
use crate::slash::find::outpoint;
use crate::stake::own::check;

/// `bsn stake self prove`.
#[derive(Debug, Group)]
pub struct Prove {
    /// The lock.
    #[arg(value_name = "TXID:OUTPUT", value_parser = outpoint)]
    pub lock: OutPoint,
    /// For how many blocks it is locked.
    #[arg(long, value_name = "BLOCKS")]
    pub time: u16,
    /// Who locked it.
    #[arg(long, value_name = "KEY", value_parser = fp_key)]
    pub fp: XOnlyKey,
    /// How it is sent.
    #[command(flatten)]
    pub sending: Sending,
}

/// Proves it.
///
/// # Errors
/// One sentence: it is no such lock, it is refused, or it cannot be proven yet.
pub fn run(args: &Prove) -> Result<()> {
    let Prove { lock, time, sending, .. } = args;
    let setup = Setup::load(&sending.common)?;
    let chain = sending.contracts.chain(&setup)?;
    let contract = sending.contracts.staking(&chain)?;
    let outside = Outside::new(&sending.bitcoin, setup.timeout)?;
    let tx = outside.transaction(lock).map_err(Error::msg)?;
    let tx = tx.ok_or_else(|| anyhow!("Bitcoin, as it is asked, knows no transaction {}", lock.txid))?;
    let (fp, context) = (FpPublicKey::from(args.fp), SigningContext::self_stake(&chain.id, &chain.contract));
    check(&context, &fp, *time, *lock, &tx)?;
    sending.bring(&setup, &chain, contract, BTreeMap::from([(*lock, Brought::Lock { fp, tx, time: *time })]))
}
