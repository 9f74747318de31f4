//! `bsn init`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args as Group;

use crate::config::{Common, Setup, setup_file};
use crate::init::{Asked, Said, answers, find, text};

/// `bsn init`.
#[derive(Debug, Clone, Group)]
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
    /// Babylon's chain id, where no node of it is named.
    #[arg(long, value_name = "CHAIN-ID")]
    pub babylon_id: Option<String>,
    /// How deep Bitcoin must bury a header, as on Babylon; where its node does not say it.
    #[arg(long, value_name = "BLOCKS")]
    pub k: Option<u32>,
    /// The same of a checkpoint.
    #[arg(long, value_name = "BLOCKS")]
    pub w: Option<u32>,
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
    if found.channels.len() > 1 && args.ics20_channel.is_none() {
        eprintln!("open channels of coins to Babylon:");
        found.channels.iter().for_each(|it| eprintln!("  {} on {} over {}", it.id, it.connection, it.client));
    }
    let answers = Asked::at_stdin(|asked| answers(args.said(), &setup, &found, asked))?;
    crate::deploy::record::write(&path, &text(&found, &answers))?;
    println!("{}", path.display());
    println!("Next: bsn deploy --plan");
    Ok(())
}

impl Init {
    fn said(&self) -> Said {
        let said = self.clone();
        Said {
            network: said.network,
            ics20_channel: said.ics20_channel,
            gas_prices: said.gas_prices,
            babylon_gas_prices: said.babylon_gas_prices,
            babylon_id: said.babylon_id,
            k: said.k,
            w: said.w,
            consumer_name: said.consumer_name,
            consumer_description: said.consumer_description,
        }
    }
}
