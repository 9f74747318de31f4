//! `bsn slash`.

use std::path::PathBuf;

use anyhow::{Context, Error, Result, bail};
use api::btc_staking::ConfigResponse;
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use eots::SecretKey;
use primitives::{FpPublicKey, SigningContext};
use serde_json::json;
use zeroize::Zeroizing;

use super::of_setup::{Chain, Contracts};
use crate::bitcoin::Ledger;
use crate::config::{Common, Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::one_bitcoin;
use crate::prove::contract::{Contract, Deployed, simple};
use crate::slash::show::{self, Row};
use crate::slash::today::{Today, today};
use crate::slash::{Complete, complete, find, key};

/// `bsn slash`. Exit codes: 0 all that was asked for is complete, and sent where that was asked for; 1 something did not
/// work, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Slash {
    /// The finality provider that signed twice; without it, that of the stake, of the votes or of the key.
    #[arg(long, value_name = "KEY")]
    pub fp: Option<String>,
    /// A stake, as TXID:OUTPUT; may be repeated. Without it, all stakes of the finality provider.
    #[arg(long, value_delimiter = ',', value_name = "TXID:OUTPUT", value_parser = find::outpoint)]
    pub stake: Vec<OutPoint>,
    /// A file with two votes that give the key away: messages, what `bsn fish --json` or --store wrote, or what the
    /// contract answered. Without it, the contract and the block of the slashing are asked.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_file", "height"])]
    pub evidence: Option<PathBuf>,
    /// A file with the key itself, 64 hexadecimal digits.
    #[arg(long, value_name = "FILE", conflicts_with = "height")]
    pub key_file: Option<PathBuf>,
    /// The height that was signed twice, where the chain does not say it any more.
    #[arg(long, value_name = "HEIGHT")]
    pub height: Option<u64>,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind. It says what can be sent today.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Option<Source>,
    /// Send to Bitcoin what it would take today.
    #[arg(long, requires = "bitcoin")]
    pub broadcast: bool,
    /// Print the extracted key, too.
    #[arg(long)]
    pub show_key: bool,
    /// Print a line of JSON for each transaction.
    #[arg(long)]
    pub json: bool,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Completes, checks, and with --broadcast sends.
///
/// # Errors
/// One sentence: the first thing that did not work. What works is printed all the same.
pub fn run(args: &Slash) -> Result<()> {
    let fp = args.fp.as_deref().map(FpPublicKey::from_hex).transpose()?;
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let contract = args.contracts.staking(&chain)?;
    let config: ConfigResponse = simple(&contract, "config").map_err(Error::msg)?;
    let outside = args.bitcoin.as_ref().map(|source| Outside::new(source, setup.timeout)).transpose()?;
    if let Some(outside) = &outside {
        let light = contract.light().map_err(Error::msg)?;
        one_bitcoin(&*light, outside).map_err(Error::msg)?;
    }
    let key = secret(args, &chain, &contract, fp)?;
    let fp = FpPublicKey::from(key.public_key());
    let is_json = args.json || setup.output == Output::Json;
    if args.show_key {
        let shown = Zeroizing::new(hex::encode(Zeroizing::new(key.to_bytes()).as_slice()));
        if is_json {
            println!("{}", json!({ "fp": fp.to_string(), "key": shown.as_str() }));
        } else {
            println!("the key of {fp} is {}", shown.as_str());
        }
    }
    let stakes = find::stakes(&contract, &args.stake, &fp).map_err(Error::msg)?;
    let bitcoin = outside.as_ref().map(|outside| outside as &dyn Ledger);
    let mut troubles = Vec::new();
    for stake in stakes {
        match rows(&contract, &stake, &key, bitcoin, args.broadcast) {
            Ok(rows) => {
                troubles.extend(rows.iter().filter_map(wrong));
                for row in rows {
                    if is_json {
                        println!("{}", show::json(&row, config.network));
                    } else {
                        println!("{}", show::text(&row, config.network));
                    }
                }
            }
            Err(why) => troubles.push(why),
        }
    }
    match troubles.as_slice() {
        [] => Ok(()),
        [only] => bail!("{only}"),
        [first, rest @ ..] => bail!("{first} (and {} more like it)", rest.len()),
    }
}

/// The key, by whichever way was asked for.
fn secret(
    args: &Slash,
    chain: &Chain,
    contract: &Deployed<'_>,
    fp: Option<FpPublicKey>,
) -> Result<SecretKey> {
    let context = SigningContext::finality_vote(&chain.id, &chain.contract);
    let fp = match (fp, args.stake.first()) {
        (None, Some(stake)) => Some(find::provider(contract, stake).map_err(Error::msg)?),
        (fp, _) => fp,
    };
    if let Some(file) = args.evidence.as_ref().or(args.key_file.as_ref()) {
        let name = file.display().to_string();
        let text = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
        return key::of_file(&Zeroizing::new(text), &name, &context, fp.as_ref()).map_err(Error::msg);
    }
    let Some(fp) = fp else {
        bail!("whom? Name a finality provider by --fp, a stake by --stake, or give votes by --evidence");
    };
    key::of_chain(&chain.client, &chain.contract, &context, &fp, args.height).map_err(Error::msg)
}

/// Both transactions of a stake; what Bitcoin would take today is sent where that is asked for.
fn rows(
    contract: &Deployed<'_>,
    stake: &OutPoint,
    key: &SecretKey,
    bitcoin: Option<&dyn Ledger>,
    is_sent: bool,
) -> Result<Vec<Row>, String> {
    let (data, params) = find::data(contract, stake)?;
    let both = complete(stake, &data, &params, key)?;
    let row = |complete: Complete| {
        let today = match bitcoin {
            Some(bitcoin) => today(bitcoin, &complete)?,
            None => Today::Unasked,
        };
        let sent =
            bitcoin.filter(|_| is_sent && today.is_possible()).map(|bitcoin| bitcoin.send(&complete.tx));
        Ok(Row { stake: *stake, complete, today, sent })
    };
    both.into_iter().map(row).collect()
}

/// What is wrong with a transaction that should be good.
fn wrong(row: &Row) -> Option<String> {
    match (&row.sent, &row.today) {
        (Some(Err(why)), _) => Some(format!("{} was not sent: {why}", row.complete.txid)),
        (_, Today::Wrong(why)) => Some(why.clone()),
        _ => None,
    }
}
