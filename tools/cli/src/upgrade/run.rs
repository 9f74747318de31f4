//! One call of `bsn upgrade`.

mod answers;
mod send;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use bsn_rpc::Client;
use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::pack;
use serde_json::{Value, json};

use super::next::{Found, Next, Part, Who, next};
use crate::config::Setup;
use crate::deploy::artifacts::{Artifact, Artifacts};
use crate::deploy::checks::Way;
use crate::deploy::facts::{ChainFacts, Upload};
use crate::deploy::look::{self, Proposal};
use crate::deploy::message::{self, Addresses};
use crate::deploy::next::Code;
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
        let artifacts = artifacts.or_else(|| setup.file.release.artifacts.clone());
        let artifacts = Artifacts::read(&artifacts.unwrap_or_else(|| Path::new("artifacts").to_owned()))?;
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
        let sender = Sender::new(&setup, signing, &client, &chain.id, &chain.prefix, chain.block_gas)?;
        let to = Addresses { creator: String::new(), bsn, light_client };
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
        let (bsn, light_client) = (instance(&self.to.bsn)?, instance(&self.to.light_client)?);
        let code = |artifact: &Artifact, has: u64| {
            let info = self.client.code_info(has)?;
            if info.is_some_and(|info| info.data_hash == artifact.checksum) {
                return Ok(Some(has));
            }
            // Whoever may migrate may migrate to any code.
            look::code_of(&self.client, artifact, None, None)
        };
        let bsn_code = code(&self.artifacts.bsn, bsn.code_id)?;
        let light_client_code = code(&self.artifacts.light_client, light_client.code_id)?;
        let pinned = self.client.pinned_codes()?;
        let health = self.client.smart(&self.to.bsn, &json!({ "health": {} }))?;
        let alarms = health["alarms"].as_array().map_or(&[][..], Vec::as_slice);
        let converting =
            alarms.iter().filter_map(Value::as_str).find(|alarm| alarm.contains("is being converted"));
        Ok(Found {
            is_pinned: [bsn_code, light_client_code]
                .iter()
                .all(|id| id.is_some_and(|id| pinned.contains(&id))),
            bsn_code,
            light_client_code,
            bsn_has: bsn.code_id,
            light_client_has: light_client.code_id,
            bsn_admin: bsn.admin,
            light_client_admin: light_client.admin,
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
        if found.bsn_code != Some(found.bsn_has) {
            self.keep_before()?;
        }
        let who = Who {
            governance: self.chain.governance.clone(),
            signer: self.sender.address().to_owned(),
            stores_by_gov: self.way.by_gov || self.chain.upload == Upload::Nobody,
        };
        match next(&found, &who, ours.as_ref()) {
            Next::Store(code) => {
                let artifact = self.artifact(code);
                let (what, guess) =
                    (format!("store {}", artifact.name), gas::store(artifact.size, artifact.gz.len()));
                let message = message::store(self.sender.address(), artifact);
                self.send(&what, vec![message], guess)
            }
            Next::Migrate(code) => {
                let message = self.migrate(self.sender.address(), code, &found);
                self.send(&format!("migrate {}", self.artifact(code).name), vec![message], MIGRATE_GAS)
            }
            Next::Propose(parts) => self.propose(&found, &parts),
            Next::Await(proposal) => {
                Ok(Turn::Waits(awaited(&proposal, self.way, &self.chain, self.binary())))
            }
            Next::Other(code, admin) => {
                let (name, address) = (self.artifact(code).name, self.address(code));
                let id = match code {
                    Code::Bsn => found.bsn_code,
                    Code::LightClient => found.light_client_code,
                };
                Ok(Turn::Waits(format!(
                    "{admin} must migrate {address} to code {} ({name})",
                    id.unwrap_or_default()
                )))
            }
            Next::Convert(how_far) => Ok(Turn::Waits(format!("{how_far}; each block converts 64 more"))),
            Next::Compare => self.finish(&found),
        }
    }

    fn artifact(&self, code: Code) -> &Artifact {
        match code {
            Code::Bsn => &self.artifacts.bsn,
            Code::LightClient => &self.artifacts.light_client,
        }
    }

    fn address(&self, code: Code) -> &str {
        match code {
            Code::Bsn => &self.to.bsn,
            Code::LightClient => &self.to.light_client,
        }
    }

    fn binary(&self) -> String {
        self.setup.file.chain.binary.clone().unwrap_or_else(|| format!("{}d", self.chain.prefix))
    }

    fn migrate(&self, sender: &str, code: Code, found: &Found) -> Any {
        let id = match code {
            Code::Bsn => found.bsn_code,
            Code::LightClient => found.light_client_code,
        };
        let (sender, contract) = (sender.to_owned(), self.address(code).to_owned());
        pack(&wasm::MsgMigrateContract {
            sender,
            contract,
            code_id: id.unwrap_or_default(),
            msg: b"{}".to_vec(),
        })
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
