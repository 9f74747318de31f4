//! What is on the chain goes into the record, if it is what this call would have made.

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::Deploy;
use crate::deploy::codes::Code;
use crate::deploy::look::Found;
use crate::deploy::message;

impl Deploy {
    /// What every record says.
    pub(super) fn head(&mut self) {
        if let Some(network) = self.setup.file.bsn.network {
            self.record.set(&["bitcoin"], json!(message::network_word(network)));
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
    pub(super) fn note(&mut self, found: &Found) -> Result<()> {
        for (code, id) in found.codes.iter() {
            if let Some(id) = id.filter(|id| self.record.noted(code) != Some(*id)) {
                self.stored(code, id)?;
            }
        }
        if found.instances.bsn.is_some() && self.record.bsn().is_none() {
            self.verify(found)?;
            for (code, address) in self.to.contracts.iter() {
                self.record.set(&[code.field(), "address"], json!(address));
            }
            self.head();
        }
        if found.codes.bsn.is_some() { self.record.save() } else { Ok(()) }
    }

    /// A contract that is there must be what this call would have made.
    fn verify(&self, found: &Found) -> Result<()> {
        let (bsn, another) = (&self.to.contracts.bsn, "choose another `bsn.salt`, or the same settings");
        let config = self.client.smart(bsn, &json!({ "config": {} }))?;
        let codes = found.codes.try_map(|id| Ok::<_, anyhow::Error>(id.unwrap_or_default()))?;
        let wanted = self.instantiate_message(&codes)?;
        let same = [
            "network",
            "btc_confirmation_depth",
            "checkpoint_finalization_timeout",
            "babylon_chain_id",
            "ics20_channel_id",
            "stake_source",
        ];
        for field in same {
            // A default that is not asked for is the contract's.
            let wanted = wanted.get(field).filter(|wanted| !wanted.is_null());
            let differs = config.get(field).zip(wanted).is_some_and(|(found, wanted)| found != wanted);
            if differs {
                bail!(
                    "{bsn} is there with {field} = {}, and this call would set {}: {another}",
                    config[field],
                    wanted.unwrap_or(&Value::Null)
                );
            }
        }
        Ok(())
    }

    /// The contract is there, and what it has made of this code is not ours: a stranger's code took the id that was meant for ours.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub(super) fn stranger(&self, code: Code) -> Result<anyhow::Error> {
        let (bsn, name) = (&self.to.contracts.bsn, code.contract());
        let planned = self.to.contracts.get(code).map_or("", String::as_str);
        let config = self.client.smart(bsn, &json!({ "config": {} }))?;
        let answered = if code == Code::Staking { "stake_verifier" } else { "btc_light_client" };
        let other = match config[answered].as_str() {
            None => return Ok(anyhow!("{bsn} is there without a {name}: choose another `bsn.salt`")),
            Some(other) if other == planned => {
                return Ok(anyhow!("{other} came while the chain was looked at: call again"));
            }
            Some(other) => other,
        };
        let instance = self.client.contract_info(other)?;
        let found = instance.map(|it| self.client.code_info(it.code_id)).transpose()?.flatten();
        let checksum = found.map(|it| hex::encode(it.data_hash)).unwrap_or_default();
        let called = if self.chain.registered.btc_finality_contract == *bsn {
            "; the chain module calls it, so nothing that it says is final is to be believed until another is registered"
        } else {
            ""
        };
        Ok(anyhow!(
            "{bsn} is there, but its {name} is {other} with the checksum {checksum}, not {planned} with {}: somebody else's{called}. Choose another `bsn.salt`, and call again",
            self.artifact(code)?.checksum_hex()
        ))
    }
}
