//! `bsn init`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args as Group;

use crate::config::{Common, Setup, setup_file};
use crate::deploy::read::network;
use crate::init::{Answers, Found, find, text};

/// `bsn init`.
#[derive(Debug, Group)]
pub struct Init {
    /// mainnet, testnet, testnet4, signet or regtest.
    #[arg(long)]
    pub network: Option<String>,
    /// The channel of coins to Babylon.
    #[arg(long, value_name = "CHANNEL")]
    pub ics20_channel: Option<String>,
    /// What a unit of gas costs, such as 0.025uapp.
    #[arg(long, env = "BSN_GAS_PRICES")]
    pub gas_prices: Option<String>,
    /// The same on Babylon, where relayers pay it, such as 0.002ubbn.
    #[arg(long, env = "BSN_BABYLON_GAS_PRICES", value_name = "GAS_PRICES")]
    pub babylon_gas_prices: Option<String>,
    /// How the chain is called on Babylon.
    #[arg(long, value_name = "TEXT")]
    pub consumer_name: Option<String>,
    /// What it is.
    #[arg(long, value_name = "TEXT")]
    pub consumer_description: Option<String>,
    /// Write over the file that is there.
    #[arg(long)]
    pub force: bool,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Asks, and writes the file.
///
/// # Errors
/// One sentence.
pub fn run(args: &Init) -> Result<()> {
    let path: PathBuf = setup_file(&args.common);
    if path.exists() && !args.force {
        bail!("{} is there already: add --force to write over it", path.display());
    }
    // The file that will be written is not read.
    let setup = Setup::without_file(&args.common);
    let (chain, babylon) = (setup.chain()?, setup.babylon()?);
    let found = find(&chain, babylon.as_ref())?;
    let answers = answers(args, &setup, &found)?;
    crate::deploy::record::write(&path, &text(&found, &answers))?;
    println!("{}", path.display());
    println!("Next: bsn deploy --plan");
    Ok(())
}

fn answers(args: &Init, setup: &Setup, found: &Found) -> Result<Answers> {
    let is_main = found.babylon.as_ref().is_some_and(|it| it.id == "bbn-1");
    let word =
        answer(args.network.as_ref(), "network of Bitcoin", "--network", is_main.then_some("mainnet"))?;
    let [first, ..] = found.channels.as_slice() else {
        return rest(args, setup, found, &word, args.ics20_channel.clone());
    };
    if found.channels.len() > 1 && args.ics20_channel.is_none() {
        eprintln!("open channels of coins to Babylon:");
        found.channels.iter().for_each(|it| eprintln!("  {} on {} over {}", it.id, it.connection, it.client));
    }
    let channel =
        answer(args.ics20_channel.as_ref(), "channel of rewards", "--ics20-channel", Some(&first.id))?;
    rest(args, setup, found, &word, Some(channel))
}

fn rest(args: &Init, setup: &Setup, found: &Found, word: &str, channel: Option<String>) -> Result<Answers> {
    let chain_id = found.chain.id.as_str();
    let price = args.gas_prices.as_ref().or(found.gas_prices.as_ref()).cloned();
    let far = args.babylon_gas_prices.as_ref().or(found.babylon_gas_prices.as_ref()).cloned();
    for price in price.iter().chain(&far) {
        price.parse::<crate::config::GasPrice>()?;
    }
    let about = format!("the chain {chain_id}");
    Ok(Answers {
        node: setup.file.chain.node.clone(),
        babylon_node: setup.file.babylon.node.clone(),
        network: network(word)?,
        ics20_channel: channel,
        gas_prices: price,
        babylon_gas_prices: far,
        consumer_name: answer(
            args.consumer_name.as_ref(),
            "name on Babylon",
            "--consumer-name",
            Some(chain_id),
        )?,
        consumer_description: answer(
            args.consumer_description.as_ref(),
            "description on Babylon",
            "--consumer-description",
            Some(&about),
        )?,
    })
}

/// What a flag says, or a person; without a person the default.
fn answer(flag: Option<&String>, question: &str, name: &str, default: Option<&str>) -> Result<String> {
    if let Some(said) = flag {
        return Ok(said.clone());
    }
    if !std::io::stdin().is_terminal() {
        return match default {
            Some(default) => Ok(default.to_owned()),
            None => bail!("nobody is there to say the {question}: name it by {name}"),
        };
    }
    let shown = default.map(|it| format!(" [{it}]")).unwrap_or_default();
    eprint!("{question}{shown}: ");
    std::io::stderr().flush().context("cannot ask")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
    match (line.trim(), default) {
        ("", Some(default)) => Ok(default.to_owned()),
        ("", None) => bail!("no {question} was said"),
        (said, _) => Ok(said.to_owned()),
    }
}
