//! `bsn stake`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin_spv::OutPoint;
use clap::{Args as Group, Subcommand};
use covenant::{Share, XOnlyKey};
use serde_json::json;

use super::of_terms::{Known, Named, fp_key};
use crate::bitcoin::{Ledger, Spending};
use crate::committee::file::{Request, ShareFile};
use crate::committee::whole::Asked;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::Theirs;
use crate::keys::secret::BitcoinKey;
use crate::slash::find::outpoint;
use crate::stake::address;
use crate::stake::make::{Plan, make};
use crate::stake::psbt::Psbt;
use crate::stake::tx::Coin;
use crate::vote::show::Say;
use crate::vote::state::replace;

/// `bsn stake`. Exit codes: 0 done, 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Stake {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The two steps of a staker.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make every transaction, sign the slashings, and write the request for the committee. Nothing can be sent yet.
    Make(Make),
    /// Verify the committee's signatures; only then write the delegation and the PSBT.
    Finish(Finish),
}

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
    /// A coin of the wallet that pays, native segwit; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "TXID:OUTPUT", required = true, value_parser = outpoint)]
    pub coin: Vec<OutPoint>,
    /// The segwit address that gets what is left.
    #[arg(long, value_name = "ADDRESS", value_parser = script)]
    pub change: Option<Script>,
    /// The fee of the staking transaction, in sats.
    #[arg(long, value_name = "SATS")]
    pub fee: u64,
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

/// Whom an address pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script(Vec<u8>);

fn script(text: &str) -> Result<Script, String> {
    address::script(text).map(Script).map_err(|error| error.to_string())
}

/// Makes, or finishes.
///
/// # Errors
/// One sentence: the first thing that did not work; then no file is written.
pub fn run(args: &Stake) -> Result<()> {
    match &args.action {
        Action::Make(args) => made(args),
        Action::Finish(args) => finished(args),
    }
}

fn made(args: &Make) -> Result<()> {
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
        coins: coins(&outside, &args.coin).map_err(Error::msg)?,
        change: args.change.clone().map(|script| script.0),
        fee: args.fee,
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

fn finished(args: &Finish) -> Result<()> {
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
    let spent: Vec<_> = spent.into_iter().map(|coin| coin.output).collect();
    let psbt = Psbt::new(&decoded.staking_tx, &spent)?;
    let fee = psbt.fee().context("the coins hold less than the staking transaction pays")?;
    let bytes = psbt.to_bytes();
    if Psbt::read(&bytes).as_ref() != Ok(&psbt) {
        bail!("the PSBT does not read back as it was written: this is a fault of bsn");
    }
    write(
        &args.delegation,
        &(serde_json::to_string_pretty(&Request::new(known.chain_id(), &whole))? + "\n"),
    )?;
    write(&args.psbt, &(STANDARD.encode(&bytes) + "\n"))?;
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

/// The coins, as they are in Bitcoin, unspent.
fn coins(bitcoin: &(impl Ledger + ?Sized), named: &[OutPoint]) -> Result<Vec<Coin>, String> {
    let coin = |at: &OutPoint| {
        let output = bitcoin.output(at)?;
        let output = output.ok_or_else(|| format!("Bitcoin, as it is asked, does not have the coin {at}"))?;
        match bitcoin.spending(at, u32::MAX)? {
            Spending::Unspent => Ok(Coin { at: *at, output }),
            Spending::Waiting(by) => Err(format!("the coin {at} is being spent by {by}")),
            Spending::Spent(by) => Err(format!("the coin {at} was spent by {}", by.txid)),
            Spending::NotUpTo(_) => Err(format!("the coin {at} was spent")),
        }
    };
    named.iter().map(coin).collect()
}

/// A member's signatures on this stake, from a file; none of them is verified.
pub(super) fn share(path: &Path, known: &Known, stake: &OutPoint) -> Result<Share> {
    let shown = path.display();
    let (file, of, share) = ShareFile::read(&text(path)?).map_err(|why| anyhow!("{shown}: {why}"))?;
    known.check_chain(&file.chain_id).with_context(|| shown.to_string())?;
    if of != *stake {
        bail!("{shown} is of the stake {of}, not of {stake}");
    }
    Ok(share)
}

pub(super) fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if path.try_exists().with_context(|| format!("cannot look for {}", path.display()))? {
        bail!("{} is there already: name another file", path.display());
    }
    replace(path, text)
}
