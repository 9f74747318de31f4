//! One call of `bsn deploy`: it looks, takes the next step, and looks again.

mod note;
mod propose;
mod send;
mod settle;

pub use propose::{awaited, same};
pub use settle::{Earlier, earlier};

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::{Client, Fee};
use serde_json::Value;

use super::artifacts::{Artifact, Artifacts};
use super::checks::{self, Check, Given, Way};
use super::codes::{Code, Each};
use super::facts::{BabylonFacts, ChainFacts};
use super::look::{self, Found, look};
use super::message::{self, Addresses};
use super::next::{Next, Part, next};
use super::plan::{self, Far, Plan, name};
use super::read;
use super::record::Record;
use crate::config::{GasPrice, Setup};
use crate::keys::{Sender, Signing};

/// What makes the address if nobody says otherwise.
const SALT: &str = "bsn";
/// How often an account that sends something else is waited for.
const BUSY: u32 = 20;

/// A deployment on its way.
pub struct Deploy {
    setup: Setup,
    client: Client,
    /// What both chains said when the call began.
    pub chain: ChainFacts,
    babylon: Option<BabylonFacts>,
    sender: Option<Sender>,
    artifacts: Artifacts,
    way: Way,
    price: Option<GasPrice>,
    has_fee: bool,
    salt: String,
    /// Where everything will be.
    pub to: Addresses,
    record: Record,
    was_busy: u32,
}

/// What a step came to.
#[derive(Debug)]
pub enum Turn {
    /// It is done; there may be more.
    Went(String),
    /// Somebody else must act first.
    Waits(String),
    /// Somebody else signs this.
    Unsigned(Unsigned),
    /// It would be sent.
    Dry(String, Fee),
    /// There is nothing left to do.
    Done,
}

/// A transaction for somebody else to sign.
#[derive(Debug)]
pub struct Unsigned {
    /// What it does.
    pub what: String,
    /// The transaction, as the SDK writes it.
    pub tx: Value,
    /// The lines that sign and send it.
    pub follow_up: Vec<String>,
}

impl Deploy {
    /// Reads everything; sends nothing.
    ///
    /// # Errors
    /// If a chain does not answer, or something that every step needs is missing.
    pub fn begin(setup: Setup, signing: &Signing, way: Way, artifacts: Option<PathBuf>) -> Result<Self> {
        let artifacts = artifacts.or_else(|| setup.file.release.artifacts.clone());
        let artifacts = Artifacts::read(artifacts.as_deref(), setup.file.staking.is_some())?;
        let client = setup.chain()?;
        let channel = setup.file.bsn.ics20_channel.as_deref().filter(|_| !setup.file.is_alone());
        let mut chain = read::chain(&client, channel)?;
        let far = if setup.file.is_alone() { None } else { setup.babylon()? };
        let babylon = far.as_ref().map(|far| read::babylon(far, chain.transfer.as_ref()));
        let babylon = babylon.transpose().context("cannot ask Babylon")?;
        let sender = signing
            .is_named()
            .then(|| Sender::new(&setup, signing, &client, &chain.id, &chain.prefix, chain.block_gas))
            .transpose()?;
        let price = setup.gas_price(signing.gas_prices.as_deref())?;
        if let Some(sender) = &sender {
            let denom = price.as_ref().map(|price| price.denom.clone()).or_else(|| chain.bond_denom.clone());
            chain.payer = Some(read::payer(&client, sender.address(), &denom.unwrap_or_default())?);
        }
        let creator = match (way.by_gov, &sender) {
            (true, _) => chain.governance.clone(),
            (false, Some(sender)) => sender.address().to_owned(),
            (false, None) => {
                bail!("the address depends on who instantiates: name the signer by --from, or add --gov")
            }
        };
        let salt = setup.file.bsn.salt.clone().unwrap_or_else(|| SALT.to_owned());
        let to = Addresses::of(&artifacts, &chain.prefix, &creator, &salt)?;
        let record = Record::open(&setup.deployments, &chain.id)?;
        if let Some(other) = record.bsn().filter(|known| *known != to.contracts.bsn) {
            bail!(
                "{} is of the contract {other}, and this call would make {}: choose another folder by --deployments, or the same signer, salt and wasm",
                record.path().display(),
                to.contracts.bsn
            );
        }
        Ok(Self {
            setup,
            client,
            chain,
            babylon,
            sender,
            artifacts,
            way,
            price,
            has_fee: signing.fees.is_some(),
            salt,
            to,
            record,
            was_busy: 0,
        })
    }

    /// What exists.
    ///
    /// # Errors
    /// If the chain does not answer; if the contract has made another one of somebody else's code.
    pub fn look(&self) -> Result<Found> {
        let noted = |code| self.record.noted(code);
        let found = look(&self.client, &self.artifacts, &self.to, noted, self.way.by_gov)?;
        if found.instances.bsn.is_some()
            && let Some(absent) = found.instances.missing().next()
        {
            return Err(self.stranger(absent)?);
        }
        Ok(found)
    }

    /// Whether both chains are ready for what is left to do.
    pub fn checks(&self, found: &Found) -> Vec<Check> {
        let denom = self.chain.payer.as_ref().map_or("", |payer| payer.denom.as_str());
        let cost = plan::cost(self.way, &self.artifacts, &self.chain, found, self.price.as_ref(), denom);
        let (file, artifacts, way, chain) = (&self.setup.file, &self.artifacts, self.way, &self.chain);
        let (price, has_fee, babylon) = (self.price.as_ref(), self.has_fee, self.babylon.as_ref());
        let is_there = found.instances.bsn.is_some();
        checks::all(Given { file, artifacts, way, chain, babylon, price, has_fee, cost, is_there })
    }

    /// What will be done.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn plan(&self) -> Result<Plan> {
        let found = self.look()?;
        let signer = self.sender.as_ref().map_or("--from", Sender::address);
        Ok(Plan {
            chain_id: self.chain.id.clone(),
            height: self.chain.height,
            babylon: self.far(),
            addresses: self.to.clone(),
            checks: self.checks(&found),
            steps: plan::steps(self.way, &self.artifacts, &self.chain, &found, self.price.as_ref(), signer),
        })
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// If it fails; calling again goes on from what is there.
    pub fn turn(&mut self) -> Result<Turn> {
        if let Some(settled) = self.settle()? {
            return Ok(Turn::Went(settled));
        }
        let found = self.look()?;
        look::refresh(&self.client, &mut self.chain)?;
        self.note(&found)?;
        let ours = self.record.proposal().map(|id| look::proposal(&self.client, id)).transpose()?.flatten();
        match next(&found, self.way, ours.as_ref()) {
            Next::Store(code) => self.store(code),
            Next::Instantiate => self.instantiate(&found),
            Next::Propose(parts) => self.propose(&found, &parts, ours.as_ref()),
            Next::Await(proposal) => {
                let binary = self.setup.file.chain.binary.clone();
                let binary = binary.unwrap_or_else(|| format!("{}d", self.chain.prefix));
                Ok(Turn::Waits(awaited(&proposal, self.way, &self.chain, binary)))
            }
            Next::Done => Ok(Turn::Done),
        }
    }

    /// Whether the chain goes without Babylon.
    pub fn is_alone(&self) -> bool {
        self.setup.file.is_alone()
    }

    fn far(&self) -> Far {
        match &self.babylon {
            _ if self.is_alone() => Far::None,
            Some(babylon) => Far::Asked(babylon.id.clone()),
            None => Far::NotAsked,
        }
    }

    fn artifact(&self, code: Code) -> Result<&Artifact> {
        self.artifacts.require(code)
    }

    fn sender(&self) -> Result<&Sender> {
        self.sender.as_ref().ok_or_else(|| anyhow!("nobody signs: name a key by --from and --keyring-backend, or by --mnemonic-file, or add --generate-only"))
    }

    fn store(&mut self, code: Code) -> Result<Turn> {
        let message = message::store(self.sender()?.address(), self.artifact(code)?);
        let guess = plan::guess(Part::Store(code), &self.artifacts);
        self.send(name(Part::Store(code)), vec![message], guess)
    }

    fn instantiate(&mut self, found: &Found) -> Result<Turn> {
        let codes = found.codes.try_map(|id| id.ok_or_else(|| anyhow!("the codes are not there")))?;
        let message = self.instantiate_message(&codes)?;
        let (sender, governance) = (self.sender()?.address(), &self.chain.governance);
        let message = message::instantiate2(sender, governance, codes.bsn, &message, &self.salt);
        let guess = plan::guess(Part::Instantiate, &self.artifacts);
        self.send(name(Part::Instantiate), vec![message], guess)
    }

    fn instantiate_message(&self, codes: &Each<u64>) -> Result<Value> {
        message::instantiate(&self.setup.file, &self.chain, self.babylon.as_ref(), codes)
    }

    /// The record as it is.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

impl Deploy {
    /// The proposal that is still decided on, if there is one.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn open_proposal(&self) -> Result<Option<look::Proposal>> {
        Ok(self.last_proposal()?.filter(look::Proposal::is_open))
    }

    /// How the last proposal ended, if not well.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn ended_badly(&self) -> Result<Option<String>> {
        Ok(self.last_proposal()?.filter(|it| matches!(it.status, 4 | 5)).map(|it| it.end()))
    }

    fn last_proposal(&self) -> Result<Option<look::Proposal>> {
        Ok(self.record.proposal().map(|id| look::proposal(&self.client, id)).transpose()?.flatten())
    }
}
