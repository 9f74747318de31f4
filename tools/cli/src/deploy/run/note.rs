//! What is on the chain goes into the record, if it is what this call would have made.

use anyhow::{Result, anyhow, bail};
use api::btc_staking::{ConfigResponse, InstantiateMsg, ParamsResponse, ParamsVersion};
use serde_json::{Value, json};

use super::Deploy;
use crate::committee::terms;
use crate::deploy::codes::Code;
use crate::deploy::look::Found;
use crate::deploy::message;

/// How many versions of parameters `btc-staking` answers at once.
const PAGE: usize = 10;

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
        if let Some(id) = id.filter(|_| !self.is_alone()) {
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
        let bsn = &self.to.contracts.bsn;
        // Another salt would be another contract in place of one that works.
        let another = if self.is_called() {
            "the chain module calls it: write the settings that it has"
        } else {
            "choose another `bsn.salt`, or the same settings"
        };
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
        let staking = self.setup.file.staking.as_ref().zip(self.to.contracts.staking.as_ref());
        let Some((staking, address)) = staking else { return Ok(()) };
        let wanted = staking.message(&self.chain.governance);
        let config = self.client.smart(address, &json!({ "config": {} }))?;
        let families = wanted
            .families
            .iter()
            .map(|it| self.client.smart(address, &json!({ "params": { "family": it.family } })));
        let families =
            families.map(|answer| Ok(serde_json::from_value(answer?)?)).collect::<Result<Vec<_>>>()?;
        match other_stake(&wanted, &serde_json::from_value(config)?, &families) {
            Some(what) => bail!("{address} is there with {what}: {another}"),
            None => Ok(()),
        }
    }

    /// Whether the chain module calls the contract.
    fn is_called(&self) -> bool {
        self.chain.registered.btc_finality_contract == self.to.contracts.bsn
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
        let called = self.is_called();
        let other = match config[answered].as_str() {
            None if called => {
                return Ok(anyhow!(
                    "{bsn} is there without a {name}, and the chain module calls it: it gets one by a migration of its own, not here (the handbook, appchain.md). Take `[staking]` out of bsn.toml"
                ));
            }
            None => return Ok(anyhow!("{bsn} is there without a {name}: choose another `bsn.salt`")),
            Some(other) if other == planned => {
                return Ok(anyhow!("{other} came while the chain was looked at: call again"));
            }
            Some(other) => other,
        };
        let instance = self.client.contract_info(other)?;
        let found = instance.map(|it| self.client.code_info(it.code_id)).transpose()?.flatten();
        let checksum = found.map(|it| hex::encode(it.data_hash)).unwrap_or_default();
        let ours = self.artifact(code)?.checksum_hex();
        if checksum == ours {
            return Ok(anyhow!(
                "{bsn} is there, and its {name} {other} has this code by an upgrade since: nothing is left to deploy"
            ));
        }
        let called = if called {
            "; the chain module calls it, so nothing that it says is final is to be believed until another is registered"
        } else {
            ""
        };
        Ok(anyhow!(
            "{bsn} is there, but its {name} is {other} with the checksum {checksum}, not {planned} with {ours}: somebody else's{called}. Choose another `bsn.salt`, and call again"
        ))
    }
}

/// What is another one in the contract that verifies stake than what it would have been made with. Versions that governance has appended
/// since are no difference.
fn other_stake(
    wanted: &InstantiateMsg,
    config: &ConfigResponse,
    families: &[ParamsResponse],
) -> Option<String> {
    let delay = wanted.challenge_delay.filter(|delay| *delay != config.challenge_delay);
    if delay.is_some() {
        return Some(format!("challenge_delay = {}", config.challenge_delay));
    }
    if wanted.governance != config.governance {
        return Some(format!("governance = {}", config.governance.as_deref().unwrap_or("nobody")));
    }
    if wanted.self_stake != config.self_stake {
        let terms = config.self_stake.as_ref().map(|terms| json!(terms).to_string());
        return Some(format!("self_stake = {}", terms.as_deref().unwrap_or("nothing")));
    }
    wanted.families.iter().find_map(|family| {
        let there = families.iter().find(|it| it.family == family.family).map(|it| it.versions.as_slice());
        let mut there = there.unwrap_or_default().iter();
        // An answer has at most so many.
        let asked = family.versions.iter().take(PAGE);
        asked.map(|version| (version.version, there.next().is_some_and(|it| is_same(version, it)))).find_map(
            |(version, is_same)| {
                let name = json!(family.family);
                (!is_same).then(|| format!("another version {version} of the family {name}"))
            },
        )
    })
}

/// As numbers and bytes: `0.10` is `0.1`.
fn is_same(wanted: &ParamsVersion, there: &ParamsVersion) -> bool {
    wanted.version == there.version
        && terms::params(wanted).is_ok_and(|wanted| terms::params(there) == Ok(wanted))
}

#[cfg(test)]
mod tests {
    use api::btc_staking::{Family, Network, SelfStakeTerms};

    use super::*;

    fn version(number: u32) -> ParamsVersion {
        let keys = ["79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"; 1].map(str::to_owned);
        ParamsVersion {
            version: number,
            covenant_pks_hex: keys.into(),
            covenant_quorum: 1,
            slashing_pk_script_hex: "6a".to_owned(),
            slashing_rate: "0.1".to_owned(),
            min_slashing_tx_fee_sat: 1,
            unbonding_time_blocks: 1_008,
            unbonding_fee_sat: 1,
            min_staking_value_sat: 1_000,
            max_staking_value_sat: 2_000,
            min_staking_time_blocks: 1_009,
            max_staking_time_blocks: 2_000,
            max_finality_providers: 1,
            btc_activation_height: number,
        }
    }

    fn wanted() -> InstantiateMsg {
        let versions = vec![version(0), version(1)];
        InstantiateMsg {
            challenge_delay: None,
            governance: Some("gov".to_owned()),
            families: vec![api::btc_staking::FamilyParams { family: Family::Own, versions }],
            self_stake: None,
        }
    }

    fn config() -> ConfigResponse {
        ConfigResponse {
            bsn: "bsn".to_owned(),
            btc_light_client: "light".to_owned(),
            network: Network::Mainnet,
            btc_confirmation_depth: 10,
            checkpoint_finalization_timeout: 100,
            challenge_delay: 144,
            governance: Some("gov".to_owned()),
            self_stake: None,
        }
    }

    fn there(change: impl FnOnce(&mut Vec<ParamsVersion>)) -> Vec<ParamsResponse> {
        let mut versions = vec![version(0), version(1)];
        change(&mut versions);
        vec![ParamsResponse { family: Family::Own, versions }]
    }

    #[test]
    fn a_committee_that_is_not_the_files_is_never_taken_for_it() {
        let found = |families: &[ParamsResponse]| other_stake(&wanted(), &config(), families);
        assert_eq!(found(&there(|_| ())), None);
        assert_eq!(found(&there(|it| it.push(version(2)))), None, "governance has appended");
        assert_eq!(found(&there(|it| it[0].slashing_rate = "0.1000".to_owned())), None);
        let said = |number| Some(format!("another version {number} of the family \"own\""));
        assert_eq!(found(&there(|it| it[1].unbonding_time_blocks = 2_000)), said(1));
        assert_eq!(found(&there(|it| drop(it.pop()))), said(1));
        let key = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
        assert_eq!(found(&there(|it| it[0].covenant_pks_hex = vec![key.to_owned()])), said(0));
        assert_eq!(found(&[]), said(0));
    }

    #[test]
    fn who_appends_and_what_counts_are_compared_too() {
        let found = |config: &ConfigResponse| other_stake(&wanted(), config, &there(|_| ()));
        let said = |text: &str| Some(text.to_owned());
        let them = ConfigResponse { governance: Some("them".to_owned()), ..config() };
        assert_eq!(found(&them), said("governance = them"));
        assert_eq!(found(&ConfigResponse { governance: None, ..config() }), said("governance = nobody"));
        let terms = SelfStakeTerms { min_sats: 1_000, min_timelock: 9, exit_time: 8 };
        let own = ConfigResponse { self_stake: Some(terms), ..config() };
        assert!(found(&own).unwrap().starts_with("self_stake = {"), "{own:?}");
        let late = ConfigResponse { challenge_delay: 145, ..config() };
        assert_eq!(found(&late), None, "the contract's default is not asked for");
        let asked = InstantiateMsg { challenge_delay: Some(144), ..wanted() };
        assert_eq!(other_stake(&asked, &late, &there(|_| ())), said("challenge_delay = 145"));
    }
}
