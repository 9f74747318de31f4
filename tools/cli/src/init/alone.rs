//! The file of a chain that goes without Babylon.

use anyhow::{Result, anyhow, bail};
use api::bsn::Network;
use serde_json::{Map, Value, json};

use super::write::{head, quoted};
use super::{Asked, Found, Question};
use crate::config::{GasPrice, Setup};
use crate::deploy::message::network_word;
use crate::deploy::read::network;

/// The least depths that mainnet takes: they suit every network that is not private.
const DEPTHS: (&str, &str) = ("10", "100");
/// How far away finality begins, beside two votes of governance: people register, stake and commit meanwhile.
const HEAD_START_S: u64 = 3 * 86_400;
/// Where nobody can measure it.
const BLOCK_MS: u64 = 6_000;

/// What flags say; everything else is asked for.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Which Bitcoin.
    pub network: Option<String>,
    /// What a unit of gas costs.
    pub gas_prices: Option<String>,
    /// How deep a header is to be confirmed.
    pub k: Option<u32>,
    /// How deep a checkpoint must be.
    pub w: Option<u32>,
    /// The height at which finality begins.
    pub first_height: Option<u64>,
    /// What `btc-staking` is made with, as JSON; the committee is not asked for then.
    pub settings: Option<Value>,
    /// The keys of the committee.
    pub committee: Vec<String>,
    /// How many of them must sign.
    pub quorum: Option<u8>,
    /// Which part of a stake a slashing takes.
    pub slashing_rate: Option<String>,
    /// Where that goes.
    pub slashing_script: Option<String>,
}

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Nodes of the appchain.
    pub node: Vec<String>,
    /// Which Bitcoin.
    pub network: Network,
    /// What a unit of gas costs.
    pub gas_prices: String,
    /// k and w.
    pub depths: (u32, u32),
    /// The height at which finality begins.
    pub first_height: u64,
    /// What `btc-staking` is made with.
    pub staking: Value,
}

/// Asks for what is missing.
///
/// # Errors
/// A sentence, for what nobody says and for what cannot be.
pub fn answers(said: Said, setup: &Setup, found: &Found, asked: &mut Asked<'_>) -> Result<Answers> {
    let mut ask = |flag: Option<String>, what: &str, name: &str, default: Option<&str>| {
        asked.say(flag, Question { what, flag: name, default })
    };
    let network = network(&ask(said.network, "network of Bitcoin", "--network", None)?)?;
    let mut number = |flag: Option<u64>, what: &str, name: &str, default: &str| {
        let text = ask(flag.map(|it| it.to_string()), what, name, Some(default))?;
        text.parse::<u64>().map_err(|_| anyhow!("`{text}` is no {what}"))
    };
    let depth = |number: u64| u32::try_from(number).map_err(|_| anyhow!("{number} blocks are too deep"));
    let k = depth(number(said.k.map(u64::from), "k, how deep Bitcoin must bury a header", "--k", DEPTHS.0)?)?;
    let w = depth(number(said.w.map(u64::from), "w, how deep a checkpoint must be", "--w", DEPTHS.1)?)?;
    let first = first_height(found).to_string();
    let first_height = number(said.first_height, "first height of finality", "--first-height", &first)?;
    let price =
        ask(said.gas_prices.or_else(|| found.gas_prices.clone()), "price of gas", "--gas-prices", None)?;
    price.parse::<GasPrice>()?;
    let staking = match said.settings {
        Some(settings) => settings,
        None => {
            let keys = (!said.committee.is_empty()).then(|| said.committee.join(","));
            let keys = ask(keys, "committee: its members' keys, x-only, by commas", "--committee", None)?;
            let keys: Vec<&str> = keys.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
            let majority = (keys.len() / 2 + 1).to_string();
            let quorum = said.quorum.map(|it| it.to_string());
            let quorum = ask(quorum, "quorum of the committee", "--quorum", Some(&majority))?;
            let Ok(quorum) = quorum.parse::<u8>() else { bail!("`{quorum}` is no quorum of a committee") };
            let rate = ask(
                said.slashing_rate,
                "part of a stake that a slashing takes",
                "--slashing-rate",
                Some("0.1"),
            )?;
            let script = ask(
                said.slashing_script,
                "script that receives it, in hexadecimal",
                "--slashing-script",
                None,
            )?;
            own_family(&keys, quorum, &rate, &script)
        }
    };
    Ok(Answers {
        node: setup.file.chain.node.clone(),
        network,
        gas_prices: price,
        depths: (k, w),
        first_height,
        staking,
    })
}

/// Two votes of governance and a head start from now.
fn first_height(found: &Found) -> u64 {
    let (chain, block_ms) = (&found.chain, found.chain.block_ms.unwrap_or(BLOCK_MS).max(1));
    let ahead_s = 2 * chain.gov.voting_s + HEAD_START_S;
    chain.height + ahead_s.saturating_mul(1_000) / block_ms
}

/// One version of parameters of the chain's own committee. A week of unbonding is the least on mainnet.
fn own_family(keys: &[&str], quorum: u8, rate: &str, script: &str) -> Value {
    json!({ "families": [{ "family": "own", "versions": [{
        "version": 0,
        "covenant_pks_hex": keys,
        "covenant_quorum": quorum,
        "slashing_pk_script_hex": script,
        "slashing_rate": rate,
        "min_slashing_tx_fee_sat": 20_000,
        "unbonding_time_blocks": 1_008,
        "unbonding_fee_sat": 10_000,
        "min_staking_value_sat": 500_000,
        "max_staking_value_sat": 50_000_000_000_u64,
        "min_staking_time_blocks": 8_064,
        "max_staking_time_blocks": 64_000,
        "max_finality_providers": 1,
        "btc_activation_height": 0,
    }] }] })
}

/// The file.
///
/// # Errors
/// If what verifies stake cannot be written as TOML.
pub fn text(found: &Found, answers: &Answers) -> Result<String> {
    let (k, w) = answers.depths;
    let denom = found.chain.bond_denom.as_deref().map(quoted).unwrap_or_default();
    let mut out = head(found, &answers.node, &answers.gas_prices);
    out += &format!("\n[bsn]\nnetwork = {}\n", quoted(&network_word(answers.network)));
    out += "# Without Babylon: Bitcoin alone.\nstake_source = \"bitcoin\"\n";
    out += "# How deep Bitcoin must bury headers (k) and checkpoints (w).\n";
    out += &format!("k = {k}\nw = {w}\nadmin = \"gov\"\n");
    out += "# At every so many heights a committee votes that was fixed long before: new randomness counts once such a height has closed.\n";
    out += "grid = 600\n";
    out += &format!("reward_denoms = [{denom}]\n");
    out += "# Before the first height of finality the admin names the first commitments. Any other knob of the contract goes here, too.\n";
    // Where blocks cost nothing an active set may be anything, unless somebody says otherwise; a grid needs more.
    let floor = if answers.network == Network::Regtest { ", min_active_percent = 34" } else { "" };
    out += &format!("knobs = {{ finality_activation_height = {}{floor} }}\n", answers.first_height);
    out += "\n[release]\nartifacts = \"artifacts\"\n";
    out += "\n# What btc-staking is made with, by its own names. `self_stake` lets finality providers lock coins by their own keys:\n";
    out += "# self_stake = { min_sats = 100000, min_timelock = 8064, exit_time = 1008 }\n";
    out += &toml::to_string(&json!({ "staking": without_nulls(&answers.staking) }))?;
    Ok(out)
}

/// TOML has no null: what is absent is left out.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::File;
    use crate::deploy::facts::ChainFacts;

    fn found() -> Found {
        let mut chain = ChainFacts {
            id: "app-1".to_owned(),
            height: 1_000,
            block_ms: Some(5_000),
            bond_denom: Some("uapp".to_owned()),
            ..ChainFacts::default()
        };
        chain.gov.voting_s = 86_400;
        Found { chain, babylon: None, gas_prices: None, babylon_gas_prices: None, channels: Vec::new() }
    }

    fn setup() -> Setup {
        let mut file = File::default();
        file.chain.node = vec!["http://a".to_owned()];
        Setup {
            file,
            path: "bsn.toml".into(),
            deployments: "deployments".into(),
            output: crate::config::Output::Text,
            timeout: std::time::Duration::from_secs(1),
        }
    }

    fn typed(said: Said, lines: &str) -> Result<Answers> {
        let mut lines = lines.as_bytes();
        let answers = answers(said, &setup(), &found(), &mut Asked::Person(&mut lines));
        assert!(lines.is_empty() || answers.is_err(), "not asked for: {}", String::from_utf8_lossy(lines));
        answers
    }

    #[test]
    fn what_is_answered_is_written_and_read_again() {
        let keys = ["11", "22", "33"].map(|byte| byte.repeat(32)).join(", ");
        let lines = format!("mainnet\n\n\n\n0.1uapp\n{keys}\n\n0.05\n6a\n");
        let answers = typed(Said::default(), &lines).unwrap();
        // Two votes of a day and three days, at five seconds a block.
        assert_eq!((answers.depths, answers.first_height), ((10, 100), 1_000 + 86_400));
        let file = File::parse(&text(&found(), &answers).unwrap(), "bsn.toml").unwrap();
        assert!(file.is_alone() && file.babylon.id.is_none());
        assert_eq!((file.bsn.k, file.bsn.w, file.bsn.grid), (Some(10), Some(100), Some(600)));
        assert_eq!(file.bsn.knobs["finality_activation_height"], 87_400);
        assert_eq!(file.bsn.reward_denoms, Some(vec!["uapp".to_owned()]));
        let staking = file.staking.unwrap();
        let version = &staking.as_written().families[0].versions[0];
        assert_eq!((version.covenant_quorum, version.slashing_rate.as_str()), (2, "0.05"));
        assert_eq!(version.covenant_pks_hex[1], "22".repeat(32));
        assert_eq!(staking.as_written().self_stake, None);
    }

    #[test]
    fn settings_of_ones_own_are_taken_as_they_are() {
        let settings = json!({ "families": [], "challenge_delay": null, "self_stake": { "min_sats": 100_000, "min_timelock": 9, "exit_time": 8 } });
        let said = Said {
            network: Some("regtest".to_owned()),
            gas_prices: Some("1uapp".to_owned()),
            settings: Some(settings),
            first_height: Some(50),
            ..Said::default()
        };
        let answers = answers(said, &setup(), &found(), &mut Asked::Nobody).unwrap();
        let file = File::parse(&text(&found(), &answers).unwrap(), "bsn.toml").unwrap();
        assert_eq!(file.staking.unwrap().as_written().self_stake.as_ref().unwrap().exit_time, 8);
        assert_eq!(file.bsn.knobs["finality_activation_height"], 50);
    }

    #[test]
    fn what_cannot_be_or_nobody_says_is_refused() {
        let said = |lines: &str| typed(Said::default(), lines).unwrap_err().to_string();
        assert!(said("moonnet\n").starts_with("`moonnet` is no network of Bitcoin"));
        assert_eq!(said("signet\nten\n"), "`ten` is no k, how deep Bitcoin must bury a header");
        assert_eq!(said("signet\n\n\n\n1uapp\n11\nmany\n"), "`many` is no quorum of a committee");
        let script = Said {
            network: Some("signet".to_owned()),
            gas_prices: Some("1uapp".to_owned()),
            ..Said::default()
        };
        let error = answers(script, &setup(), &found(), &mut Asked::Nobody).unwrap_err().to_string();
        assert!(error.ends_with("name it by --committee"), "{error}");
    }
}
