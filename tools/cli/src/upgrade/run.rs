//! One call of `bsn upgrade`.

mod answers;
mod send;

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bsn_rpc::Client;
use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::pack;
use serde_json::{Value, json};

use super::next::{Found, Next, Part, Who, migrator, next};
use crate::config::Setup;
use crate::deploy::artifacts::{Artifact, Artifacts};
use crate::deploy::checks::Way;
use crate::deploy::codes::{Code, Each};
use crate::deploy::facts::{ChainFacts, Upload};
use crate::deploy::look::{self, Proposal};
use crate::deploy::message::{self, Addresses};
use crate::deploy::record::Record;
use crate::deploy::run::{Turn, awaited};
use crate::deploy::{gas, read};
use crate::keys::{Sender, Signing};

/// What a migration uses, about.
const MIGRATE_GAS: u64 = 2_000_000;

/// An upgrade on its way.
pub struct Upgrade {
    setup: Setup,
    client: Client,
    chain: ChainFacts,
    sender: Sender,
    artifacts: Artifacts,
    way: Way,
    to: Addresses,
    record: Record,
}

impl Upgrade {
    /// Reads everything; sends nothing.
    ///
    /// # Errors
    /// If the chain does not answer, or there is no contract.
    pub fn begin(setup: Setup, signing: &Signing, way: Way, artifacts: Option<PathBuf>) -> Result<Self> {
        let client = setup.chain()?;
        let chain = read::chain(&client, None)?;
        let record = Record::open(&setup.deployments, &chain.id)?;
        let bsn = record
            .bsn()
            .ok_or_else(|| anyhow!("{} names no contract: call `bsn deploy` first", record.path().display()))?
            .to_owned();
        let config =
            client.smart(&bsn, &json!({ "config": {} })).with_context(|| format!("cannot ask {bsn}"))?;
        let light_client = config["btc_light_client"].as_str().unwrap_or_default().to_owned();
        let staking = config["stake_verifier"].as_str().map(str::to_owned);
        let artifacts = artifacts.or_else(|| setup.file.release.artifacts.clone());
        let artifacts = Artifacts::read(artifacts.as_deref(), staking.is_some())?;
        let sender = Sender::new(&setup, signing, &client, &chain.id, &chain.prefix, chain.block_gas)?;
        let to = Addresses { creator: String::new(), contracts: Each { bsn, light_client, staking } };
        Ok(Self { setup, client, chain, sender, artifacts, way, to, record })
    }

    /// What exists.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn look(&self) -> Result<Found> {
        let instance = |address: &str| {
            let found = self.client.contract_info(address)?;
            found.ok_or_else(|| anyhow!("there is no contract {address} on {}", self.chain.id))
        };
        let instances = self.to.contracts.try_map(|address| instance(address))?;
        let has = instances.try_map(|instance| Ok::<_, anyhow::Error>(instance.code_id))?;
        let codes = Each::make(self.artifacts.staking.is_some(), |code| {
            let (artifact, has) = (self.artifact(code)?, has.get(code).copied().unwrap_or_default());
            let info = self.client.code_info(has)?;
            if info.is_some_and(|info| info.data_hash == artifact.checksum) {
                return Ok(Some(has));
            }
            let admins = (instances.bsn.admin.as_str(), instances.light_client.admin.as_str());
            let user = migrator(code, admins, &self.to.contracts.bsn);
            let user = Some(user).filter(|user| *user != self.chain.governance);
            let own = [self.chain.governance.as_str(), self.sender.address()];
            look::code_of(&self.client, artifact, None, user, &own)
        })?;
        let pinned = self.client.pinned_codes()?;
        let health = self.client.smart(&self.to.contracts.bsn, &json!({ "health": {} }))?;
        let alarms = health["alarms"].as_array().map_or(&[][..], Vec::as_slice);
        let converting =
            alarms.iter().filter_map(Value::as_str).find(|alarm| alarm.contains("is being converted"));
        Ok(Found {
            is_pinned: codes.values().all(|id| id.is_some_and(|id| pinned.contains(&id))),
            codes,
            has,
            bsn_admin: instances.bsn.admin,
            light_client_admin: instances.light_client.admin,
            converting: converting.map(str::to_owned),
        })
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// If it fails, or afterwards something is not as it was.
    pub fn turn(&mut self) -> Result<Turn> {
        if let Some(settled) = self.settle()? {
            return Ok(Turn::Went(settled));
        }
        // Before the rest: what a proposal does that ends meanwhile is seen then, and not proposed again.
        let ours = self.proposal()?;
        let found = self.look()?;
        if found.is_old(Code::Bsn) || found.is_old(Code::Staking) {
            self.keep_before()?;
        }
        let who = Who {
            governance: self.chain.governance.clone(),
            signer: self.sender.address().to_owned(),
            stores_by_gov: self.way.by_gov || self.chain.upload == Upload::Nobody,
        };
        match next(&found, &who, ours.as_ref()) {
            Next::Store(code) => {
                let artifact = self.artifact(code)?;
                let (what, guess) =
                    (format!("store {}", artifact.name), gas::store(artifact.size, artifact.gz.len()));
                let message = message::store(self.sender.address(), artifact);
                self.send(&what, vec![message], guess)
            }
            Next::Migrate(code) => {
                let message = self.migrate(self.sender.address(), code, &found);
                self.send(&format!("migrate {}", code.wasm()), vec![message], MIGRATE_GAS)
            }
            Next::Propose(parts) => self.propose(&found, &parts),
            Next::Await(proposal) => {
                Ok(Turn::Waits(awaited(&proposal, self.way, &self.chain, self.binary())))
            }
            Next::Other(code, admin) => {
                let (name, address) = (code.wasm(), self.address(code));
                let id = found.codes.of(code).unwrap_or_default();
                let with = self.staking_message(&found).map(|message| format!(", with {message}"));
                let with = with.filter(|_| code == Code::Bsn).unwrap_or_default();
                Ok(Turn::Waits(format!("{admin} must migrate {address} to code {id} ({name}){with}")))
            }
            Next::Convert(how_far) => Ok(Turn::Waits(format!("{how_far}; each block converts 64 more"))),
            Next::Compare => self.finish(&found),
        }
    }

    fn artifact(&self, code: Code) -> Result<&Artifact> {
        self.artifacts.require(code)
    }

    fn address(&self, code: Code) -> &str {
        self.to.contracts.get(code).map_or("", String::as_str)
    }

    fn binary(&self) -> String {
        self.setup.file.chain.binary.clone().unwrap_or_else(|| format!("{}d", self.chain.prefix))
    }

    fn migrate(&self, sender: &str, code: Code, found: &Found) -> Any {
        let message = self.staking_message(found).filter(|_| code == Code::Bsn);
        let (sender, contract) = (sender.to_owned(), self.address(code).to_owned());
        pack(&wasm::MsgMigrateContract {
            sender,
            contract,
            code_id: found.codes.of(code).unwrap_or_default(),
            msg: message.unwrap_or_else(|| json!({})).to_string().into_bytes(),
        })
    }

    /// What tells `bsn` to migrate the contract that verifies its stake, if that has an old code.
    fn staking_message(&self, found: &Found) -> Option<Value> {
        let code_id = found.codes.of(Code::Staking).filter(|_| found.is_old(Code::Staking))?;
        Some(json!({ "verified_stake": { "code_id": code_id, "settings": STANDARD.encode("{}") } }))
    }

    /// The proposal that was made last, if it is still decided on.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub fn proposal(&self) -> Result<Option<Proposal>> {
        Ok(self.record.proposal().map(|id| look::proposal(&self.client, id)).transpose()?.flatten())
    }

    /// The record as it is.
    pub fn record(&self) -> &Record {
        &self.record
    }
}
