//! `bsn stake submit`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use bitcoin_spv::{OutPoint, Transaction};
use clap::Args as Group;

use super::text;
use crate::args::duration;
use crate::command::keep::{ended, say};
use crate::command::of_setup::{Chain, Contracts};
use crate::committee::file::Request;
use crate::committee::terms::Versions;
use crate::committee::whole::check_whole;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::budget::Budget;
use crate::keep::run::{Keeper, Options, Verdict};
use crate::keys::Signing;
use crate::prove::bringing::{Bringing, MOST_BYTES};
use crate::prove::contract::Deployed;
use crate::prove::plan::Brought;

/// `bsn stake submit`.
#[derive(Debug, Group)]
pub struct Submit {
    /// Delegations, as `bsn stake finish` wrote them. Whose they are does not matter.
    #[arg(value_name = "FILE", required = true)]
    pub delegation: Vec<PathBuf>,
    /// How it is sent.
    #[command(flatten)]
    pub sending: Sending,
}

/// How stakes are brought to the chain.
#[derive(Debug, Group)]
pub struct Sending {
    /// Wait until all are deep enough in Bitcoin; without it, bring what is, and say what the others wait for.
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
    /// Who signs. No question is asked before sending.
    #[command(flatten)]
    pub signing: Signing,
}

/// Submits them.
///
/// # Errors
/// One sentence: a file is none, one is refused, or one cannot be proven yet.
pub fn run(args: &Submit) -> Result<()> {
    let setup = Setup::load(&args.sending.common)?;
    let chain = args.sending.contracts.chain(&setup)?;
    let contract = args.sending.contracts.staking(&chain)?;
    let versions = Versions::of_contract(&contract).map_err(Error::msg)?;
    let mut stakes = BTreeMap::new();
    for path in &args.delegation {
        let (at, item) =
            delegation(path, &chain.id, &versions).with_context(|| path.display().to_string())?;
        stakes.insert(at, Brought::Delegation(item));
    }
    args.sending.bring(&setup, &chain, contract, stakes)
}

/// A delegation that breaks no rule, and its stake.
fn delegation(path: &Path, chain_id: &str, versions: &Versions) -> Result<(OutPoint, Vec<u8>)> {
    let file = Request::read(&text(path)?).map_err(Error::msg)?;
    if file.chain_id != chain_id {
        bail!("it is for {}, not for {chain_id}", file.chain_id);
    }
    let item = file.item().map_err(Error::msg)?;
    if item.len() > MOST_BYTES {
        bail!("it has {} bytes, and btc-staking takes {MOST_BYTES}", item.len());
    }
    check_whole(&item, versions).map_err(Error::msg)?;
    let read = proto::decode::delegation(&item)?;
    let txid = Transaction::parse(&read.staking_tx)?.txid;
    Ok((OutPoint { txid, index: read.output_index }, item))
}

impl Sending {
    /// Brings stakes; with `--wait` until all are there.
    ///
    /// # Errors
    /// One sentence: the first that is refused, or cannot be proven yet.
    pub fn bring(
        &self,
        setup: &Setup,
        chain: &Chain,
        contract: Deployed<'_>,
        stakes: BTreeMap<OutPoint, Brought>,
    ) -> Result<()> {
        let sender = chain.sender(setup, &self.signing)?;
        let outside = Outside::new(&self.bitcoin, setup.timeout)?;
        let (is_dry, is_json) = (self.signing.dry_run, setup.output == Output::Json);
        let work = Bringing::new(contract, &outside, stakes).map_err(Error::msg)?;
        let options = Options { is_dry, state: None };
        let mut keeper = Keeper::new(work, &chain.id, sender.as_ref(), options, Budget::new(None))?;
        loop {
            let round = keeper.round()?;
            say(&round, is_json, is_dry);
            if is_dry || !self.wait {
                ended(&round)?;
            }
            let work = keeper.work();
            if let Some(why) = work.refused().values().next() {
                bail!("{why}");
            }
            match work.waits().first() {
                Some(why) if !self.wait => bail!("{why}. --wait waits for it"),
                None if is_dry || !self.wait || work.left().next().is_none() => return Ok(()),
                _ if is_dry => return Ok(()),
                // The next look finds what was brought.
                None if round.rows.iter().all(|row| matches!(row.verdict, Verdict::Done(_))) => {}
                _ => std::thread::sleep(self.every),
            }
        }
    }
}
