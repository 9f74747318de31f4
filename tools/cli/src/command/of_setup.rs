//! What the commands share that watch over a deployed chain and send by themselves.

use anyhow::{Result, bail};
use bsn_rpc::{Client, Error, address};
use clap::Args as Group;

use crate::config::Setup;
use crate::deploy::record::peek;
use crate::keys::{Sender, Signing};
use crate::prove::contract::Deployed;

/// Which contracts are meant.
#[derive(Debug, Clone, Group)]
pub struct Contracts {
    /// The address of bsn; without it, that of the record, or the one that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// The address of btc-staking; without it, the one that bsn is bound to.
    #[arg(long, env = "BSN_BTC_STAKING", value_name = "ADDRESS")]
    pub btc_staking: Option<String>,
}

impl Contracts {
    /// The chain with that `bsn` on it.
    ///
    /// # Errors
    /// As [`Chain::of`].
    pub fn chain(&self, setup: &Setup) -> Result<Chain> {
        Chain::of(setup, self.contract.as_deref())
    }

    /// That `btc-staking` of the chain.
    ///
    /// # Errors
    /// That there is none.
    pub fn staking<'a>(&self, chain: &'a Chain) -> Result<Deployed<'a>> {
        Deployed::find(&chain.client, &chain.contract, self.btc_staking.as_deref())
            .map_err(anyhow::Error::msg)
    }
}

/// A chain with the contract on it.
#[derive(Debug)]
pub struct Chain {
    /// Its nodes.
    pub client: Client,
    /// Its id.
    pub id: String,
    /// What its addresses begin with.
    pub prefix: String,
    /// The contract.
    pub contract: String,
}

impl Chain {
    /// The chain, with the contract that is named, or recorded, or that the chain module calls.
    ///
    /// # Errors
    /// One sentence: no node that can be believed, no contract, an address of another chain.
    pub fn of(setup: &Setup, contract: Option<&str>) -> Result<Self> {
        let client = setup.chain()?;
        let id = client.status()?.chain_id;
        let prefix = client.prefix()?;
        let recorded = || peek(&setup.deployments, &id).ok()?["bsn"]["address"].as_str().map(str::to_owned);
        let contract = match contract.map(str::to_owned).or_else(recorded) {
            Some(contract) => contract,
            None => called(&client, &id)?,
        };
        address::decode(&prefix, &contract)?;
        if client.contract_info(&contract)?.is_none() {
            bail!("there is no contract {contract} on {id}");
        }
        Ok(Self { client, id, prefix, contract })
    }

    /// Who signs, without a question before each transaction; nobody in a dry run that names no key.
    ///
    /// # Errors
    /// As [`Sender::new`]; with `--generate-only`, for nobody is there to sign.
    pub fn sender(&self, setup: &Setup, signing: &Signing) -> Result<Option<Sender>> {
        if signing.generate_only {
            bail!(
                "--generate-only cannot be used here: nobody is there to sign. --dry-run --json prints the messages"
            );
        }
        if signing.dry_run && !signing.is_named() {
            return Ok(None);
        }
        let signing = Signing { yes: true, ..signing.clone() };
        Sender::new(setup, &signing, &self.client, &self.id, &self.prefix, None).map(Some)
    }
}

/// The contract that the chain module calls.
fn called(client: &Client, id: &str) -> Result<String> {
    let name = "name the contract by --contract";
    match client.module_contracts() {
        Ok(Some(set)) if !set.btc_finality_contract.is_empty() => Ok(set.btc_finality_contract),
        Ok(_) => bail!("the chain module of {id} calls no contract yet: {name}"),
        Err(Error::NoQuery { .. }) => bail!("{id} has no chain module to ask for the contract: {name}"),
        Err(error) => Err(error.into()),
    }
}
