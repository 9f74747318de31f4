//! `bsn timestamp make`.

use std::path::PathBuf;

use anyhow::{Error, Result};
use bitcoin_spv::Transaction;
use clap::Args as Group;
use primitives::SigningContext;
use serde_json::json;

use crate::command::of_setup::Chain;
use crate::command::of_wallet::{Wallet, psbt};
use crate::command::stake::write;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::stake::tx::paying;
use crate::timestamp::make::{output, stamp};
use crate::vote::show::Say;

/// `bsn timestamp make`.
#[derive(Debug, Group)]
pub struct Make {
    /// The height; without it, that of the last final block.
    #[arg(long, value_name = "HEIGHT")]
    pub height: Option<u64>,
    /// What pays for it.
    #[command(flatten)]
    pub wallet: Wallet,
    /// Where the transaction is written for the wallet to sign, as a PSBT (base64).
    #[arg(long, value_name = "FILE")]
    pub psbt: PathBuf,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// The address of bsn; without it, that of the record, or the one that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
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
    let chain = Chain::of(&setup, args.contract.as_deref())?;
    let stamp = stamp(&chain.client, &chain.contract, args.height)?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    let coins = args.wallet.coins(&outside)?;
    let context = SigningContext::bitcoin_timestamp(&chain.id, &chain.contract);
    let outputs = vec![output(&stamp.timestamp, &context)];
    let tx = paying(&coins, outputs, args.wallet.change(), args.wallet.fee).map_err(Error::msg)?;
    let (text, fee) = psbt(&tx, &coins)?;
    let txid = Transaction::parse(&tx)?.txid;
    write(&args.psbt, &text)?;
    let (height, shown) = (stamp.timestamp.height.get(), args.psbt.display().to_string());
    let doubt = if stamp.is_final { "" } else { ", WHICH IS NOT FINAL," };
    Say::new(setup.output == Output::Json).event(
        &format!(
            "the timestamp of block {height}{doubt} is {txid}; its fee is {fee} sats. {shown} is for the wallet to sign and send. \
             Then: bsn timestamp prove {txid}"
        ),
        &json!({ "event": "made", "block": height, "final": stamp.is_final, "txid": txid.to_string(),
            "app_hash": stamp.timestamp.app_hash.to_string(), "fee_sats": fee, "psbt": shown }),
    );
    Ok(())
}
