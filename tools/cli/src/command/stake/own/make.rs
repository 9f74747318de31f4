//! `bsn stake self make`.

use std::path::PathBuf;

use anyhow::{Error, Result, bail};
use api::btc_staking::ConfigResponse;
use bitcoin_spv::{OutPoint, Transaction};
use clap::Args as Group;
use primitives::{FpPublicKey, SigningContext};
use serde_json::json;

use crate::command::of_setup::Contracts;
use crate::command::of_terms::registered;
use crate::command::of_wallet::{Wallet, psbt};
use crate::command::stake::write;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::one_bitcoin;
use crate::prove::contract::{Contract, simple};
use crate::slash::show::place;
use crate::stake::own::{DANGERS, check_terms, lock};
use crate::stake::tx::paying;
use crate::vote::key::FpKey;
use crate::vote::show::Say;

/// `bsn stake self make`.
#[derive(Debug, Group)]
pub struct Make {
    /// The stake, in sats.
    #[arg(long, value_name = "SATS", value_parser = clap::value_parser!(u64).range(1..))]
    pub sats: u64,
    /// For how many blocks of Bitcoin it is locked, counted from its block on.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u16).range(1..))]
    pub time: u16,
    /// The finality provider's key: it alone spends the coins, when the lock is over.
    #[command(flatten)]
    pub key: FpKey,
    /// What pays for it.
    #[command(flatten)]
    pub wallet: Wallet,
    /// Where the transaction is written for the wallet to sign, as a PSBT (base64).
    #[arg(long, value_name = "FILE")]
    pub psbt: PathBuf,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
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
    let chain = args.contracts.chain(&setup)?;
    let contract = args.contracts.staking(&chain)?;
    let fp = FpPublicKey::from(args.key.load()?.public_key());
    match registered(&chain, &fp).map_err(Error::msg)? {
        None => bail!(
            "{fp} is not registered on {}: its stake would not count. `bsn register` comes first",
            chain.id
        ),
        Some(found) if found.slashed_height != 0 || found.slashed_btc_height != 0 => {
            bail!("{fp} is slashed: its key is public, and coins that it locks are everybody's")
        }
        Some(_) => {}
    }
    let config: ConfigResponse = simple(&contract, "config").map_err(Error::msg)?;
    check_terms(&config, args.sats, args.time, args.wallet.coin.len())?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    one_bitcoin(&*contract.light().map_err(Error::msg)?, &outside).map_err(Error::msg)?;
    let context = SigningContext::self_stake(&chain.id, &chain.contract);
    let output = lock(&context, &fp, args.time)?.key().output(args.sats);
    let address = place(&output, config.network);
    let coins = args.wallet.coins(&outside)?;
    let tx = paying(&coins, vec![output], args.wallet.change(), args.wallet.fee).map_err(Error::msg)?;
    let (text, fee) = psbt(&tx, &coins)?;
    let at = OutPoint { txid: Transaction::parse(&tx)?.txid, index: 0 };
    write(&args.psbt, &text)?;
    eprintln!("DANGER: {DANGERS}");
    let (shown, time) = (args.psbt.display().to_string(), args.time);
    Say::new(setup.output == Output::Json).event(
        &format!(
            "{} sats to {address}, locked for {time} blocks by {fp}: {at}; the fee is {fee} sats. {shown} is for the wallet to \
             sign and send. Then: bsn stake self prove {at} --time {time} --fp {fp}",
            args.sats
        ),
        &json!({ "event": "made", "stake": at.to_string(), "address": address, "sats": args.sats, "time": time,
            "fp": fp.to_string(), "fee_sats": fee, "psbt": shown }),
    );
    Ok(())
}
