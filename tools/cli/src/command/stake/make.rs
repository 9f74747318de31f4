//! `bsn stake make`.

use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use clap::Args as Group;
use covenant::XOnlyKey;
use serde_json::json;

use super::write;
use crate::command::of_terms::{Named, fp_key};
use crate::command::of_wallet::Wallet;
use crate::committee::file::Request;
use crate::committee::whole::Asked;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::Theirs;
use crate::keys::secret::BitcoinKey;
use crate::stake::make::{Plan, make};
use crate::vote::show::Say;

/// `bsn stake make`.
#[derive(Debug, Group)]
pub struct Make {
    /// The stake, in sats.
    #[arg(long, value_name = "SATS")]
    pub sats: u64,
    /// For how many blocks of Bitcoin it is locked.
    #[arg(long, value_name = "BLOCKS")]
    pub time: u16,
    /// The finality provider that is delegated to; several, where the parameters allow it.
    #[arg(long, value_delimiter = ',', value_name = "KEY", required = true, value_parser = fp_key)]
    pub fp: Vec<XOnlyKey>,
    /// What pays for it.
    #[command(flatten)]
    pub wallet: Wallet,
    /// The staker's key: it owns the stake. It need not be the wallet's.
    #[command(flatten)]
    pub key: BitcoinKey,
    /// Where the request for the committee is written, such as NAME.request.json.
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// Where parameters come from.
    #[command(flatten)]
    pub named: Named,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Makes it.
///
/// # Errors
/// One sentence: the first thing that did not work; then no file is written.
pub fn run(args: &Make) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let known = args.named.find(&setup, &[])?;
    let versions = known.versions()?;
    let key = args.key.load("staker", "BSN_STAKER_KEY")?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    let start = outside.tip().map_err(Error::msg)?.into();
    let terms = versions.in_force(start).context("no version of the parameters is in force yet")?;
    let plan = Plan {
        terms,
        fps: args.fp.clone(),
        sats: args.sats,
        time: args.time,
        coins: args.wallet.coins(&outside)?,
        change: args.wallet.change().map(<[u8]>::to_vec),
        fee: args.wallet.fee,
        start,
    };
    let item = make(&plan, &key).map_err(Error::msg)?;
    let asked = Asked::read(&item, &versions).map_err(Error::msg)?;
    let request = Request::new(known.chain_id(), &item);
    write(&args.request, &(serde_json::to_string_pretty(&request)? + "\n"))?;
    let (stake, shown) = (asked.unsigned.delegation().stake, args.request.display().to_string());
    Say::new(setup.output == Output::Json).event(
        &format!("made the stake {stake}: hand {shown} to the committee. Nothing can be sent yet"),
        &json!({ "event": "made", "stake": stake.to_string(), "request": shown }),
    );
    Ok(())
}
