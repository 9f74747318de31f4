//! Which contract of which chain, as the command line says it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::Deployment;
use bsn_rpc::{Client, Error, Retry};
use clap::Args;

use crate::args::Target;

/// The version of a deployment's form that is known.
const FORM: u32 = 1;
/// What `--node` is unless it is given.
const LOOPBACK: &str = "http://127.0.0.1:26657";

/// A contract, and the chain that it is on.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The contract's address; without one, the contract that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// A file of deployments/: its contract, its chain id, and its nodes unless --node names others.
    #[arg(long, value_name = "FILE", conflicts_with = "contract")]
    pub deployment: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// A contract by its address.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is asked.
    pub target: Target,
    /// Its address.
    pub contract: String,
}

impl Place {
    /// The same with an address and nodes.
    ///
    /// # Errors
    /// One sentence: a file that is none, a contract that nobody names.
    pub fn found(&self, retry: Retry) -> Result<Found> {
        let (mut target, mut contract) = (self.target.clone(), self.contract.clone());
        if let Some(file) = &self.deployment {
            let deployment = deployment(file)?;
            if target.chain_id.as_ref().is_some_and(|id| *id != deployment.chain_id) {
                bail!("{} is of the chain `{}`", file.display(), deployment.chain_id);
            }
            if target.node == [LOOPBACK] && !deployment.rpc.is_empty() {
                target.node = deployment.rpc;
            }
            target.chain_id = Some(deployment.chain_id);
            contract = deployment.bsn.address;
        }
        let contract = match contract {
            Some(contract) => contract,
            None => registered(&target.node, retry)?,
        };
        Ok(Found { target, contract })
    }

    /// How long a node may take to answer.
    pub fn timeout(&self) -> Duration {
        self.target.timeout
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
