//! `bsn unbond`.

use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use clap::Args as Group;
use serde_json::json;

use super::of_terms::Named;
use super::stake::text;
use crate::bitcoin::Ledger;
use crate::committee::file::Request;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keys::secret::BitcoinKey;
use crate::stake::unbond::complete;
use crate::vote::show::Say;

/// `bsn unbond`. Exit codes: 0 complete, and sent where that was asked for; 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Unbond {
    /// The delegation, as `bsn stake finish` wrote it.
    #[arg(long, value_name = "FILE")]
    pub delegation: PathBuf,
    /// The staker's key.
    #[command(flatten)]
    pub key: BitcoinKey,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Option<Source>,
    /// Send it to Bitcoin. There is no way back.
    #[arg(long, requires = "bitcoin")]
    pub broadcast: bool,
    /// Where parameters come from.
    #[command(flatten)]
    pub named: Named,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Completes, checks, and with --broadcast sends.
///
/// # Errors
/// One sentence: the first thing that did not work.
pub fn run(args: &Unbond) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let known = args.named.find(&setup, &[])?;
    let file = Request::read(&text(&args.delegation)?).map_err(Error::msg)?;
    known.check_chain(&file.chain_id).with_context(|| args.delegation.display().to_string())?;
    let key = args.key.load("staker", "BSN_STAKER_KEY")?;
    let item = file.item().map_err(Error::msg)?;
    let early = complete(&item, &known.versions()?, &key).map_err(Error::msg)?;
    let is_sent = match args.bitcoin.as_ref().filter(|_| args.broadcast) {
        None => false,
        Some(source) => {
            Outside::new(source, setup.timeout)?.send(&early.tx).map_err(Error::msg)?;
            true
        }
    };
    let (stake, txid, hex) = (early.stake, early.txid, hex::encode(&early.tx));
    Say::new(setup.output == Output::Json).event(
        &format!(
            "{stake}: {}\n  txid     {txid}\n  pays     {} sats, locked and slashable for {} blocks\n  hex      {hex}",
            if is_sent { "the early end was sent" } else { "the early end is complete" },
            early.sats,
            early.locked,
        ),
        &json!({ "event": "unbonding", "stake": stake.to_string(), "txid": txid.to_string(), "sats": early.sats,
            "locked_blocks": early.locked, "sent": is_sent, "hex": hex }),
    );
    Ok(())
}
