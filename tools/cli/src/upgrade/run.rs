//! One call of `bsn upgrade`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::pack;
use bsn_rpc::{Client, attribute};
use serde_json::{Value, json};

use super::compare::{Difference, compare};
use super::next::{Found, Next, Part, Who, next};
use crate::config::Setup;
use crate::deploy::artifacts::{Artifact, Artifacts};
use crate::deploy::checks::Way;
use crate::deploy::facts::{ChainFacts, Upload};
use crate::deploy::look::{self, Proposal};
use crate::deploy::message::{self, Addresses, Words};
use crate::deploy::next::Code;
use crate::deploy::plan::{bytes, deposit};
use crate::deploy::record::Record;
use crate::deploy::run::{Turn, Unsigned, awaited, same};
use crate::deploy::{gas, read};
use crate::keys::{Sender, Sent, Signing};

/// What is asked before and after.
const ASKED: [&str; 6] = ["health", "trust", "config", "rewards", "state_digest", "admin"];
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
        if let Some((step, pending)) = self.record.pending() {
            let done = if self.sender.is_unsigned() {
                self.client.tx(&pending.hash)?
            } else {
                self.sender.settle(&pending)?
            };
            if let Some(id) =
                done.as_ref().and_then(|done| attribute(&done.events, "submit_proposal", "proposal_id"))
            {
                self.record.note_proposal(id.parse().context("a proposal id")?)?;
            }
            self.record.settle()?;
            return Ok(Turn::Went(format!("{step}: sent by an earlier call")));
        }
        let found = self.look()?;
        if found.bsn_code != Some(found.bsn_has) {
            self.keep_before()?;
        }
        let who = Who {
            governance: self.chain.governance.clone(),
            signer: self.sender.address().to_owned(),
            stores_by_gov: self.way.by_gov || self.chain.upload == Upload::Nobody,
        };
        let ours = self.record.proposal().map(|id| look::proposal(&self.client, id)).transpose()?.flatten();
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

    fn propose(&mut self, found: &Found, parts: &[Part]) -> Result<Turn> {
        let gov = self.chain.governance.clone();
        let messages: Vec<Any> = parts
            .iter()
            .map(|part| match part {
                Part::Store(code) => message::store(&gov, self.artifact(*code)),
                Part::Migrate(code) => self.migrate(&gov, *code, found),
                Part::Pin => message::pin(
                    &gov,
                    &[found.bsn_code, found.light_client_code].map(Option::unwrap_or_default),
                ),
            })
            .collect();
        if let Some(open) = same(&self.client, &messages)? {
            self.record.note_proposal(open)?;
            return Ok(Turn::Went(format!("proposal {open} does this already: it is adopted")));
        }
        let stores = parts.iter().all(|part| matches!(part, Part::Store(_)));
        let release = self.artifacts.bsn.release.clone().unwrap_or_else(|| "of an own build".to_owned());
        let title = if stores { "store the code of" } else { "migrate to" };
        let (bsn, client) = (self.artifacts.bsn.checksum_hex(), self.artifacts.light_client.checksum_hex());
        let words = Words {
            title: format!("Bitcoin finality: {title} bsn {release}"),
            summary: format!(
                "{title} bsn {release}. The contract {} and its light client {} keep their addresses and their state. sha256 of bsn.wasm: {bsn}; of btc-light-client.wasm: {client}.",
                self.to.bsn, self.to.light_client
            ),
            metadata: String::new(),
        };
        let (amount, _) = deposit(self.way, &self.chain);
        let guess = gas::propose(bytes(&messages));
        let proposal = message::propose(self.sender.address(), &words, amount, self.way.expedited, messages);
        self.send("propose", vec![proposal], guess)
    }

    fn send(&mut self, what: &str, messages: Vec<Any>, guess: u64) -> Result<Turn> {
        let record = &mut self.record;
        match self.sender.send(what, &messages, guess, |pending| record.note_pending(what, pending)) {
            Ok(Sent::Done(done)) => {
                let mut said = format!("{what}: {}", done.hash);
                if let Some(id) = attribute(&done.events, "submit_proposal", "proposal_id") {
                    said = format!("{what}: proposal {id}");
                    self.record.note_proposal(id.parse().context("a proposal id")?)?;
                }
                self.record.settle()?;
                Ok(Turn::Went(said))
            }
            Ok(Sent::Unsigned(tx)) => {
                let follow_up = self.sender.follow_up("tx.json");
                Ok(Turn::Unsigned(Unsigned { what: what.to_owned(), tx, follow_up }))
            }
            Ok(Sent::Dry(fee)) => Ok(Turn::Dry(what.to_owned(), fee)),
            Ok(Sent::Busy) => {
                self.record.settle()?;
                Err(bsn_rpc::Error::Unsettled(self.sender.address().to_owned()))
                    .with_context(|| format!("cannot {what}"))
            }
            Err(error) => {
                if matches!(
                    error.downcast_ref(),
                    Some(bsn_rpc::Error::Failed { .. } | bsn_rpc::Error::NotTaken { .. })
                ) {
                    self.record.settle()?;
                }
                Err(error)
            }
        }
    }

    /// The answers of now.
    fn snapshot(&self) -> Result<Value> {
        let mut answers = json!({});
        for query in ASKED {
            answers[query] = self
                .client
                .smart(&self.to.bsn, &json!({ query: {} }))
                .with_context(|| format!("cannot ask {query}{{}}"))?;
        }
        Ok(answers)
    }

    fn before(&self) -> PathBuf {
        self.record.path().with_extension("before.json")
    }

    fn keep_before(&self) -> Result<()> {
        let snapshot = json!({ "new_bsn": self.artifacts.bsn.checksum_hex(), "answers": self.snapshot()? });
        crate::deploy::record::write(
            &self.before(),
            &format!("{}\n", serde_json::to_string_pretty(&snapshot)?),
        )
    }

    fn finish(&mut self, found: &Found) -> Result<Turn> {
        let path = self.before();
        let before: Value = std::fs::read_to_string(&path)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if before["new_bsn"] == json!(self.artifacts.bsn.checksum_hex()) {
            let differences = compare(&before["answers"], &self.snapshot()?);
            differences.iter().filter(|it| !it.is_loss).for_each(|it| eprintln!("changed: {}", said(it)));
            let lost: Vec<String> = differences.iter().filter(|it| it.is_loss).map(said).collect();
            if !lost.is_empty() {
                bail!(
                    "after the upgrade not everything is as before: {} (what was is in {})",
                    lost.join("; "),
                    path.display()
                );
            }
        } else {
            eprintln!("nothing was noted before this upgrade: it was done elsewhere, and is not compared");
        }
        let pairs = [
            ("bsn", Code::Bsn, found.bsn_has),
            ("btc_light_client", Code::LightClient, found.light_client_has),
        ];
        for (field, code, id) in pairs {
            let (checksum, release) =
                (self.artifact(code).checksum_hex(), self.artifact(code).release.clone());
            self.record.set(&[field, "code_id"], json!(id));
            self.record.set(&[field, "checksum"], json!(checksum));
            if let Some(release) = release {
                self.record.set(&[field, "release"], json!(release));
            }
        }
        self.record.save()?;
        Ok(Turn::Done)
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

fn said(difference: &Difference) -> String {
    format!("{} was {}, and is {}", difference.path, difference.before, difference.after)
}
