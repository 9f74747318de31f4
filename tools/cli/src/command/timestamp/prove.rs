//! `bsn timestamp prove`.

use std::time::Duration;

use anyhow::{Error, Result, bail};
use api::btc_staking::ConfigResponse;
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use primitives::{SigningContext, Txid};
use serde_json::json;

use crate::args::duration;
use crate::command::of_message::{show, tell, who};
use crate::command::of_setup::Contracts;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::one_bitcoin;
use crate::keys::Signing;
use crate::prove::contract::{Contract, simple};
use crate::slash::find::outpoint;
use crate::timestamp::prove::{Stage, read};
use crate::timestamp::timestamped;
use crate::vote::show::Say;

/// SDK gas where no node says it.
const GAS: u64 = 300_000;
/// Where `bsn timestamp make` puts what is left: an output that can be spent, by which a bitcoind without an index finds it.
const CHANGE: u32 = 1;

/// `bsn timestamp prove`.
#[derive(Debug, Group)]
pub struct Prove {
    /// The transaction. A bitcoind without an index finds it by an output that is not spent: 1 unless another one is named.
    #[arg(value_name = "TXID[:OUTPUT]", value_parser = transaction)]
    pub at: OutPoint,
    /// Wait until its block is deep enough; without it, say how deep it is, and end.
    #[arg(long)]
    pub wait: bool,
    /// The time between two looks.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub every: Duration,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs.
    #[command(flatten)]
    pub signing: Signing,
}

fn transaction(text: &str) -> Result<OutPoint, String> {
    if text.contains(':') {
        return outpoint(text);
    }
    let txid = Txid::from_display_hex(text).map_err(|error| error.to_string())?;
    Ok(OutPoint { txid, index: CHANGE })
}

/// Proves it.
///
/// # Errors
/// One sentence; that it is not deep enough yet.
pub fn run(args: &Prove) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let contract = args.contracts.staking(&chain)?;
    let config: ConfigResponse = simple(&contract, "config").map_err(Error::msg)?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    one_bitcoin(&*contract.light().map_err(Error::msg)?, &outside).map_err(Error::msg)?;
    let context = SigningContext::bitcoin_timestamp(&chain.id, &chain.contract);
    let written = read(&chain.client, &chain.contract, &context, &outside, args.at)?;
    let (height, txid) = (written.timestamp.height.get(), args.at.txid.to_string());
    let mut say = Say::new(setup.output == Output::Json);
    let message = loop {
        let light = contract.light().map_err(Error::msg)?;
        let before = timestamped(&chain.client, &chain.contract)?;
        match written.stage(&*light, &outside, before, config.btc_confirmation_depth)? {
            Stage::Ready(message) => break message,
            Stage::Done(before) => {
                say.event(
                    &format!("block {height} needs no proof: {before} is timestamped already"),
                    &json!({ "event": "already", "block": height, "timestamped": before, "txid": txid }),
                );
                return Ok(());
            }
            Stage::Waits(why) if args.wait => say.note(&format!("{txid}: {why}")),
            Stage::Waits(why) => bail!("{txid} cannot be proven yet: {why}. --wait waits for it"),
        }
        std::thread::sleep(args.every);
    };
    let sender = who(&chain, &setup, &args.signing)?;
    let what = format!("prove the timestamp of block {height}");
    let told = tell(&sender, contract.address(), &message, &what, GAS)?;
    let event = json!({ "event": "timestamped", "block": height, "txid": txid });
    show(&told, &what, &format!("block {height} is timestamped"), event, &say);
    Ok(())
}
