//! `bsn unbond`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use serde_json::json;

use super::of_terms::{Known, Named};
use super::stake::{share, text, write};
use crate::bitcoin::Ledger;
use crate::committee::file::Request;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keys::secret::BitcoinKey;
use crate::slash::find::outpoint;
use crate::stake::kept::Kept;
use crate::stake::unbond::{Early, complete};
use crate::vote::show::Say;

/// `bsn unbond`. Exit codes: 0 complete, and sent where that was asked for; 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Unbond {
    /// The delegation, as `bsn stake finish` wrote it.
    #[arg(long, value_name = "FILE", required_unless_present = "stake")]
    pub delegation: Option<PathBuf>,
    /// A stake whose delegation is lost: it is made anew from what btc-staking keeps. The committee's signatures on the early
    /// end are not kept there.
    #[arg(long, value_name = "TXID:OUTPUT", conflicts_with_all = ["delegation", "params"], value_parser = outpoint)]
    pub stake: Option<OutPoint>,
    /// With --stake: files of members, for their signatures; a quorum of them.
    #[arg(long, value_delimiter = ',', value_name = "FILE", requires = "stake")]
    pub share: Vec<PathBuf>,
    /// With --stake: write the request for members anew, and end. They answer it with the same bytes as before.
    #[arg(long, value_name = "FILE", requires = "stake", requires = "bitcoin", conflicts_with_all = ["share", "broadcast"])]
    pub ask: Option<PathBuf>,
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

/// Completes, checks, and with --broadcast sends. With --ask it writes the request, and nothing else.
///
/// # Errors
/// One sentence: the first thing that did not work.
pub fn run(args: &Unbond) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let known = args.named.find(&setup, &[])?;
    let say = Say::new(setup.output == Output::Json);
    let outside = args.bitcoin.as_ref().map(|source| Outside::new(source, setup.timeout)).transpose()?;
    if let (Some(path), Some(at)) = (&args.ask, args.stake) {
        return asked(path, at, &known, &outside.context("name Bitcoin by --bitcoin")?, &say);
    }
    let early = match (&args.delegation, args.stake) {
        (Some(path), _) => of_file(args, path, &known)?,
        (None, Some(at)) => of_chain(args, at, &known)?,
        (None, None) => bail!("which stake? Name its file by --delegation, or it by --stake"),
    };
    let is_sent = match outside.filter(|_| args.broadcast) {
        None => false,
        Some(outside) => {
            outside.send(&early.tx).map_err(Error::msg)?;
            true
        }
    };
    show(&early, is_sent, &say);
    Ok(())
}

fn of_file(args: &Unbond, path: &Path, known: &Known) -> Result<Early> {
    let file = Request::read(&text(path)?).map_err(Error::msg)?;
    known.check_chain(&file.chain_id).with_context(|| path.display().to_string())?;
    let key = args.key.load("staker", "BSN_STAKER_KEY")?;
    let item = file.item().map_err(Error::msg)?;
    complete(&item, &known.versions()?, &key).map_err(Error::msg)
}

fn of_chain(args: &Unbond, at: OutPoint, known: &Known) -> Result<Early> {
    let kept = Kept::find(&known.contract()?, at)?;
    let shares = args.share.iter().map(|path| share(path, known, &at)).collect::<Result<Vec<_>>>()?;
    let key = args.key.load("staker", "BSN_STAKER_KEY")?;
    kept.complete(&shares, &key).map_err(Error::msg)
}

/// Writes the request for the committee anew.
fn asked(path: &Path, at: OutPoint, known: &Known, bitcoin: &dyn Ledger, say: &Say) -> Result<()> {
    let item = Kept::find(&known.contract()?, at)?.ask_again(bitcoin)?;
    write(path, &(serde_json::to_string_pretty(&Request::new(known.chain_id(), &item))? + "\n"))?;
    let (stake, shown) = (at.to_string(), path.display().to_string());
    say.event(
        &format!(
            "made the request of {stake} anew: hand {shown} to the committee, and come back with --share"
        ),
        &json!({ "event": "made_anew", "stake": stake, "request": shown }),
    );
    Ok(())
}

fn show(early: &Early, is_sent: bool, say: &Say) {
    let Early { stake, txid, sats, locked, .. } = early;
    let (hex, what) = (hex::encode(&early.tx), if is_sent { "was sent" } else { "is complete" });
    say.event(
        &format!(
            "{stake}: the early end {what}\n  txid     {txid}\n  pays     {sats} sats, locked and slashable for {locked} blocks\n  hex      {hex}",
        ),
        &json!({ "event": "unbonding", "stake": stake.to_string(), "txid": txid.to_string(), "sats": sats,
            "locked_blocks": locked, "sent": is_sent, "hex": hex }),
    );
}
