//! `bsn init`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args as Group;

use crate::config::{Common, Setup, setup_file};
use crate::init::{Asked, Said, alone, answers, find, text};

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
    /// A chain that goes without Babylon.
    #[arg(long, conflicts_with_all = ["ics20_channel", "babylon_id", "consumer_name", "consumer_description"])]
    pub bitcoin_alone: bool,
    /// What such a chain has.
    #[command(flatten)]
    pub alone: Alone,
    /// Write over the file that is there.
    #[arg(long)]
    pub force: bool,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// What a chain without Babylon has.
#[derive(Debug, Clone, Default, Group)]
pub struct Alone {
    /// The x-only keys of the chain's own committee, by commas.
    #[arg(long, requires = "bitcoin_alone", value_delimiter = ',', value_name = "KEYS")]
    pub committee: Vec<String>,
    /// How many members must sign; more than half of them if not named.
    #[arg(long, requires = "bitcoin_alone", value_name = "MEMBERS")]
    pub quorum: Option<u8>,
    /// Which part of a stake a slashing takes, such as 0.1.
    #[arg(long, requires = "bitcoin_alone", value_name = "PART")]
    pub slashing_rate: Option<String>,
    /// The script that receives it, in hexadecimal.
    #[arg(long, requires = "bitcoin_alone", value_name = "HEX")]
    pub slashing_script: Option<String>,
    /// What btc-staking is made with, as JSON: in place of the four above.
    #[arg(long, requires = "bitcoin_alone", conflicts_with_all = ["committee", "quorum", "slashing_rate", "slashing_script"], value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The height at which finality begins; two votes of governance and three days from now if not named.
    #[arg(long, requires = "bitcoin_alone", value_name = "HEIGHT")]
    pub first_height: Option<u64>,
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
    let chain = setup.chain()?;
    // The environment may name a node of it for other chains.
    let babylon = if args.bitcoin_alone { None } else { setup.babylon()? };
    let found = find(&chain, babylon.as_ref())?;
    if found.channels.len() > 1 && args.ics20_channel.is_none() {
        eprintln!("open channels of coins to Babylon:");
        found.channels.iter().for_each(|it| eprintln!("  {} on {} over {}", it.id, it.connection, it.client));
    }
    let written = if args.bitcoin_alone {
        let said = args.said_alone()?;
        let answers = Asked::at_stdin(|asked| alone::answers(said, &setup, &found, asked))?;
        alone::text(&found, &answers)?
    } else {
        let answers = Asked::at_stdin(|asked| answers(args.said(), &setup, &found, asked))?;
        text(&found, &answers)
    };
    crate::deploy::record::write(&path, &written)?;
    println!("{}", path.display());
    println!("Next: bsn deploy --plan");
    Ok(())
}

impl Init {
    fn said_alone(&self) -> Result<alone::Said> {
        let said = self.clone();
        let settings = said.alone.settings.as_deref().map(|path| {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
        });
        Ok(alone::Said {
            network: said.network,
            gas_prices: said.gas_prices,
            k: said.k,
            w: said.w,
            first_height: said.alone.first_height,
            settings: settings.transpose()?,
            committee: said.alone.committee,
            quorum: said.alone.quorum,
            slashing_rate: said.alone.slashing_rate,
            slashing_script: said.alone.slashing_script,
        })
    }

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
