//! `bsn stake finish`.

use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use clap::Args as Group;
use serde_json::json;

use super::{share, text, write};
use crate::command::of_terms::Named;
use crate::command::of_wallet::{coins, psbt};
use crate::committee::file::Request;
use crate::committee::whole::Asked;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::vote::show::Say;

/// `bsn stake finish`.
#[derive(Debug, Group)]
pub struct Finish {
    /// The files of the committee's members.
    #[arg(value_name = "FILE", required = true)]
    pub share: Vec<PathBuf>,
    /// The request, as `bsn stake make` wrote it.
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Where the delegation with all signatures is written: what `bsn unbond` and the chain need. Keep it.
    #[arg(long, value_name = "FILE")]
    pub delegation: PathBuf,
    /// Where the staking transaction is written for the wallet to sign, as a PSBT (base64).
    #[arg(long, value_name = "FILE")]
    pub psbt: PathBuf,
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

/// Finishes it.
///
/// # Errors
/// One sentence: the first thing that did not work; then no file is written.
pub fn run(args: &Finish) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let known = args.named.find(&setup, &[])?;
    let versions = known.versions()?;
    let request = Request::read(&text(&args.request)?).map_err(Error::msg)?;
    known.check_chain(&request.chain_id).with_context(|| args.request.display().to_string())?;
    let item = request.item().map_err(Error::msg)?;
    let asked = Asked::read(&item, &versions).map_err(Error::msg)?;
    let stake = asked.unsigned.delegation().stake;
    let say = Say::new(setup.output == Output::Json);
    let mut shares = Vec::new();
    for path in &args.share {
        let (shown, share) = (path.display().to_string(), share(path, &known, &stake)?);
        match asked.check(&versions, &share) {
            Ok(()) => shares.push(share),
            // Others may be enough.
            Err(why) => say.event(
                &format!("not used: {shown}: {why}"),
                &json!({ "event": "not_used", "share": shown, "why": why }),
            ),
        }
    }
    let whole = asked.whole(&versions, &shares).map_err(Error::msg)?;

    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    let decoded = proto::decode::delegation(&whole)?;
    let spent = coins(&outside, &asked.unsigned.delegation().spends).map_err(Error::msg)?;
    let (text, fee) = psbt(&decoded.staking_tx, &spent)?;
    write(
        &args.delegation,
        &(serde_json::to_string_pretty(&Request::new(known.chain_id(), &whole))? + "\n"),
    )?;
    write(&args.psbt, &text)?;
    let (delegation, psbt) = (args.delegation.display().to_string(), args.psbt.display().to_string());
    say.event(
        &format!(
            "the stake {stake} is signed by {} members; its fee is {fee} sats. {psbt} is for the wallet to sign and send, \
             {delegation} to keep",
            shares.len()
        ),
        &json!({ "event": "finished", "stake": stake.to_string(), "fee_sats": fee, "psbt": psbt,
            "delegation": delegation, "members": shares.len() }),
    );
    Ok(())
}
