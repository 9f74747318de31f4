//! One call of `bsn deploy`: it looks, takes the next step, and looks again.

mod propose;
mod send;
mod settle;

pub use propose::{awaited, same};

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::{Client, Fee};
use serde_json::{Value, json};

use super::artifacts::{Artifact, Artifacts};
use super::checks::{self, Check, Given, Way};
use super::facts::{BabylonFacts, ChainFacts};
use super::look::{self, Found, look};
use super::message::{self, Addresses};
use super::next::{Code, Next, Part, next};
use super::plan::{self, Plan, name};
use super::read;
use super::record::Record;
use crate::config::{GasPrice, Setup};
use crate::keys::{Sender, Signing};

/// Where the wasm is if nobody says otherwise.
const ARTIFACTS: &str = "artifacts";
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
    /// The two lines that sign and send it.
    pub follow_up: [String; 2],
}

impl Deploy {
    /// Reads everything; sends nothing.
    ///
    /// # Errors
    /// If a chain does not answer, or something that every step needs is missing.
    pub fn begin(setup: Setup, signing: &Signing, way: Way, artifacts: Option<PathBuf>) -> Result<Self> {
        let artifacts = artifacts.or_else(|| setup.file.release.artifacts.clone());
        let artifacts = Artifacts::read(&artifacts.unwrap_or_else(|| Path::new(ARTIFACTS).to_owned()))?;
        let client = setup.chain()?;
        let mut chain = read::chain(&client, setup.file.bsn.ics20_channel.as_deref())?;
        let far = setup.babylon()?;
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
        if let Some(other) = record.bsn().filter(|known| *known != to.bsn) {
            bail!(
                "{} is of the contract {other}, and this call would make {}: choose another folder by --deployments, or the same signer, salt and wasm",
                record.path().display(),
                to.bsn
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
            salt,
            to,
            record,
            was_busy: 0,
        })
    }

    /// What exists.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn look(&self) -> Result<Found> {
        look(&self.client, &self.artifacts, &self.to, self.record.noted(), self.way.by_gov)
    }

    /// Whether both chains are ready for what is left to do.
    pub fn checks(&self, found: &Found) -> Vec<Check> {
        let denom = self.chain.payer.as_ref().map_or("", |payer| payer.denom.as_str());
        let cost = plan::cost(self.way, &self.artifacts, &self.chain, found, self.price.as_ref(), denom);
        let (file, artifacts, way, chain) = (&self.setup.file, &self.artifacts, self.way, &self.chain);
        checks::all(Given { file, artifacts, way, chain, babylon: self.babylon.as_ref(), cost })
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
            babylon_id: self.babylon.as_ref().map(|it| it.id.clone()),
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

    fn artifact(&self, code: Code) -> &Artifact {
        match code {
            Code::Bsn => &self.artifacts.bsn,
            Code::LightClient => &self.artifacts.light_client,
        }
    }

    fn sender(&self) -> Result<&Sender> {
        self.sender.as_ref().ok_or_else(|| anyhow!("nobody signs: name a key by --from and --keyring-backend, or by --mnemonic-file, or add --generate-only"))
    }

    fn store(&mut self, code: Code) -> Result<Turn> {
        let message = message::store(self.sender()?.address(), self.artifact(code));
        let guess = plan::guess(Part::Store(code), &self.artifacts);
        self.send(name(Part::Store(code)), vec![message], guess)
    }

    fn instantiate(&mut self, found: &Found) -> Result<Turn> {
        let (Some(bsn), Some(light_client)) = (found.bsn_code, found.light_client_code) else {
            bail!("the codes are not there");
        };
        let message = self.instantiate_message(light_client)?;
        let (sender, governance) = (self.sender()?.address(), &self.chain.governance);
        let message = message::instantiate2(sender, governance, bsn, &message, &self.salt);
        self.send(name(Part::Instantiate), vec![message], super::gas::INSTANTIATE)
    }

    fn instantiate_message(&self, light_client: u64) -> Result<Value> {
        message::instantiate(&self.setup.file, &self.chain, self.babylon.as_ref(), light_client)
    }

    /// What every record says.
    fn head(&mut self) {
        if let Some(network) = self.setup.file.bsn.network {
            self.record.set(&["bitcoin"], message::network_word(network));
        }
        if !self.record.value()["bsn"].is_object() {
            self.record.set(&["bsn"], json!({}));
        }
        if self.record.value().get("rpc").is_none() {
            self.record.set(&["rpc"], json!(self.setup.file.chain.node));
        }
        let id = self.babylon.as_ref().map(|it| it.id.clone()).or_else(|| self.setup.file.babylon.id.clone());
        if let Some(id) = id {
            self.record.set(&["babylon", "chain_id"], json!(id));
            if let Some(transfer) = &self.chain.transfer {
                self.record.set(&["babylon", "consumer_id"], json!(transfer.consumer_id.clone()));
            }
        }
    }

    /// Notes what is on the chain.
    fn note(&mut self, found: &Found) -> Result<()> {
        for (code, id) in [(Code::Bsn, found.bsn_code), (Code::LightClient, found.light_client_code)] {
            if let Some(id) =
                id.filter(|id| self.record.value()[record_field(code)]["code_id"].as_u64() != Some(*id))
            {
                self.stored(code, id)?;
            }
        }
        if found.bsn.is_some() && self.record.bsn().is_none() {
            self.verify(found)?;
            self.record.set(&["bsn", "address"], json!(self.to.bsn));
            self.record.set(&["btc_light_client", "address"], json!(self.to.light_client));
            self.head();
        }
        if found.bsn_code.is_some() { self.record.save() } else { Ok(()) }
    }

    /// A contract that is there must be what this call would have made.
    fn verify(&self, found: &Found) -> Result<()> {
        let (bsn, another) = (&self.to.bsn, "choose another `bsn.salt`, or the same settings");
        if found.light_client.is_none() {
            bail!("{bsn} is there, but its light client is not at {}: {another}", self.to.light_client);
        }
        let config = self.client.smart(bsn, &json!({ "config": {} }))?;
        let wanted = self.instantiate_message(found.light_client_code.unwrap_or_default())?;
        let same = [
            "network",
            "btc_confirmation_depth",
            "checkpoint_finalization_timeout",
            "babylon_chain_id",
            "ics20_channel_id",
        ];
        for field in same {
            if config.get(field).is_some_and(|found| *found != wanted[field]) {
                bail!(
                    "{bsn} is there with {field} = {}, and this call would set {}: {another}",
                    config[field],
                    wanted[field]
                );
            }
        }
        Ok(())
    }

    /// The record as it is.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

fn record_field(code: Code) -> &'static str {
    match code {
        Code::Bsn => "bsn",
        Code::LightClient => "btc_light_client",
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
