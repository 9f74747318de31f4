//! `bsn stake withdraw`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use bitcoin_spv::OutPoint;
use clap::Args as Group;

use super::text;
use crate::command::of_terms::{Known, Named};
use crate::command::of_withdrawal::Back;
use crate::committee::file::Request;
use crate::config::{Common, Setup};
use crate::keys::secret::BitcoinKey;
use crate::prove::contract::item;
use crate::slash::find::outpoint;
use crate::stake::held::{Held, of_item};
use crate::stake::kept::Kept;

/// `bsn stake withdraw`.
#[derive(Debug, Group)]
pub struct Withdraw {
    /// The delegation, as `bsn stake finish` wrote it, or its request.
    #[arg(long, value_name = "FILE", required_unless_present = "stake")]
    pub delegation: Option<PathBuf>,
    /// A stake whose delegation is lost: it is made anew from what btc-staking keeps, until its lock is over and somebody has that
    /// forgotten.
    #[arg(long, value_name = "TXID:OUTPUT", conflicts_with_all = ["delegation", "params"], value_parser = outpoint)]
    pub stake: Option<OutPoint>,
    /// Where the coins go.
    #[command(flatten)]
    pub back: Back,
    /// The staker's key.
    #[command(flatten)]
    pub key: BitcoinKey,
    /// Where parameters come from.
    #[command(flatten)]
    pub named: Named,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Finds what is there, and with --broadcast takes it.
///
/// # Errors
/// One sentence: the first thing that did not work; then nothing is written or sent.
pub fn run(args: &Withdraw) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let known = args.named.find(&setup, &[])?;
    let all = match (&args.delegation, args.stake) {
        (Some(path), _) => of_file(path, &known)?,
        (None, Some(at)) => of_chain(at, &known)?,
        (None, None) => bail!("which stake? Name its file by --delegation, or it by --stake"),
    };
    let stake = all.first().context("the delegation locks nothing")?.at;
    let signer = args.back.signer(|| args.key.load("staker", "BSN_STAKER_KEY"))?;
    args.back.take(&setup, &args.back.outside(&setup)?, stake, &all, &signer)
}

fn of_file(path: &Path, known: &Known) -> Result<Vec<Held>> {
    let file = Request::read(&text(path)?).map_err(Error::msg)?;
    known.check_chain(&file.chain_id).with_context(|| path.display().to_string())?;
    of_item(&file.item().map_err(Error::msg)?, &known.versions()?).map_err(Error::msg)
}

fn of_chain(at: OutPoint, known: &Known) -> Result<Vec<Held>> {
    let contract = known.contract()?;
    if item(&contract, &at).map_err(Error::msg)?.is_some_and(|item| item.staker_pk_hex == item.fp_pubkey_hex)
    {
        bail!(
            "{at} is what a finality provider locked by its own key: `bsn stake self withdraw` takes it back"
        );
    }
    Ok(Kept::of_contract(&contract, at)?.held()?)
}
