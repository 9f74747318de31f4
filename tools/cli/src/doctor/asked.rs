//! Who is asked, as the command line says it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::Deployment;
use bsn_rpc::{Client, Error, Retry};
use clap::Args;

use super::read::{Source, Sources};
use crate::args::{Target, duration};

/// The version of a deployment's form that is known.
const FORM: u32 = 1;
/// What `--node` is unless it is given.
const LOOPBACK: &str = "http://127.0.0.1:26657";

/// A chain with a contract on it, and the two chains beside it.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// The contract's address; without one, the contract that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// A file of deployments/: its contract, its chain id, and its nodes unless --node names others.
    #[arg(long, value_name = "FILE", conflicts_with = "contract")]
    pub deployment: Option<PathBuf>,
    /// The RPC address of a node of Babylon, several by commas: for the other side of the channel.
    #[arg(long, env = "BSN_BABYLON_NODE", value_delimiter = ',', value_name = "URL")]
    pub babylon_node: Vec<String>,
    /// Bitcoin from outside: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Option<Source>,
    /// The state digest that Babylon's stake has, to be compared with the contract's.
    #[arg(long, value_name = "SHA256")]
    pub babylon_digest: Option<String>,
    /// The time between blocks of a private Bitcoin, such as 20s; on every other network it is ten minutes.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub bitcoin_block_time: Option<Duration>,
    /// How many of the last blocks are searched for errors.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub blocks: u64,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

impl Asked {
    /// The same with addresses.
    ///
    /// # Errors
    /// One sentence: a file that is none, a contract that nobody names.
    pub fn sources(&self) -> Result<Sources> {
        let (mut nodes, mut chain_id, mut contract) =
            (self.target.node.clone(), self.target.chain_id.clone(), self.contract.clone());
        if let Some(file) = &self.deployment {
            let deployment = deployment(file)?;
            if chain_id.as_ref().is_some_and(|id| *id != deployment.chain_id) {
                bail!("{} is of the chain `{}`", file.display(), deployment.chain_id);
            }
            if nodes == [LOOPBACK] && !deployment.rpc.is_empty() {
                nodes = deployment.rpc;
            }
            chain_id = Some(deployment.chain_id);
            contract = deployment.bsn.address;
        }
        if let Some(digest) = self.babylon_digest.as_ref().filter(|digest| !is_sha256(digest)) {
            bail!("`{digest}` is no sha256: 64 hexadecimal characters");
        }
        let retry = Retry { rounds: 2, timeout: self.target.timeout, ..Retry::default() };
        let contract = match contract {
            Some(contract) => contract,
            None => registered(&nodes, retry)?,
        };
        Ok(Sources {
            chain_id,
            babylon: (!self.babylon_node.is_empty()).then(|| self.babylon_node.clone()),
            bitcoin: self.bitcoin.clone(),
            babylon_digest: self.babylon_digest.clone(),
            pace: self.bitcoin_block_time.map(|time| time.as_secs().max(1)),
            blocks: self.blocks,
            retry,
            ..Sources::new(&nodes, &contract)
        })
    }
}

/// The contract that the chain module calls.
fn registered(nodes: &[String], retry: Retry) -> Result<String> {
    let client = Client::with(nodes, retry)?;
    let name = "name it with --contract";
    match client.module_contracts() {
        Ok(Some(set)) if !set.btc_finality_contract.is_empty() => Ok(set.btc_finality_contract),
        Ok(_) => bail!("the chain module of {} calls no contract yet: {name}", client.status()?.chain_id),
        Err(Error::NoQuery { .. }) => {
            bail!("{} has no chain module to ask for the contract: {name}", client.status()?.chain_id)
        }
        Err(error) => Err(error.into()),
    }
}

fn deployment(file: &Path) -> Result<Deployment> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let deployment: Deployment =
        serde_json::from_str(&text).with_context(|| format!("{} is no deployment", file.display()))?;
    if deployment.version != FORM {
        bail!("{} has the version {}, and this program knows {FORM}", file.display(), deployment.version);
    }
    if deployment.bsn.address.is_none() {
        bail!("{} names no contract: the deployment is not finished", file.display());
    }
    Ok(deployment)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}
