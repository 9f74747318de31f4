//! What is on the chain goes into the record, if it is what this call would have made.

use anyhow::{Result, anyhow, bail};
use serde_json::json;

use super::Deploy;
use crate::deploy::look::Found;
use crate::deploy::message;
use crate::deploy::next::Code;

impl Deploy {
    /// What every record says.
    pub(super) fn head(&mut self) {
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
    pub(super) fn note(&mut self, found: &Found) -> Result<()> {
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

    /// The contract is there with a light client that is not ours: a stranger's code took the id that was meant for ours.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub(super) fn strange_light_client(&self) -> Result<anyhow::Error> {
        let (bsn, planned) = (&self.to.bsn, &self.to.light_client);
        let config = self.client.smart(bsn, &json!({ "config": {} }))?;
        let other = match config["btc_light_client"].as_str() {
            None => return Ok(anyhow!("{bsn} is there without a light client: choose another `bsn.salt`")),
            Some(other) if other == planned => {
                return Ok(anyhow!("{other} came while the chain was looked at: call again"));
            }
            Some(other) => other,
        };
        let instance = self.client.contract_info(other)?;
        let code = instance.map(|it| self.client.code_info(it.code_id)).transpose()?.flatten();
        let checksum = code.map(|it| hex::encode(it.data_hash)).unwrap_or_default();
        let called = if self.chain.registered.btc_finality_contract == *bsn {
            "; the chain module calls it, so nothing that it says is final is to be believed until another is registered"
        } else {
            ""
        };
        Ok(anyhow!(
            "{bsn} is there, but its light client is {other} with the checksum {checksum}, not {planned} with {}: somebody else's{called}. Choose another `bsn.salt`, and call again",
            self.artifacts.light_client.checksum_hex()
        ))
    }
}

pub(super) fn record_field(code: Code) -> &'static str {
    match code {
        Code::Bsn => "bsn",
        Code::LightClient => "btc_light_client",
    }
}
