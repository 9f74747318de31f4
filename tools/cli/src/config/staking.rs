//! What `btc-staking` is made with, as the file has it.

use api::btc_staking::InstantiateMsg;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The message that `btc-staking` is made with: its own names, as TOML. Without `governance`, or with `gov`, the chain's
/// governance appends parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staking(InstantiateMsg);

impl Staking {
    /// As it is written.
    pub fn as_written(&self) -> &InstantiateMsg {
        &self.0
    }

    /// The message on a chain with this governance.
    pub fn message(&self, governance: &str) -> InstantiateMsg {
        let named = self.0.governance.clone().filter(|named| named != "gov");
        InstantiateMsg { governance: Some(named.unwrap_or_else(|| governance.to_owned())), ..self.0.clone() }
    }
}

impl<'de> Deserialize<'de> for Staking {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut given = Map::deserialize(deserializer)?;
        // Stake of finality providers alone needs no committee.
        given.entry("families").or_insert_with(|| Value::Array(Vec::new()));
        let given = Value::Object(given);
        let message: InstantiateMsg = serde_json::from_value(given.clone()).map_err(D::Error::custom)?;
        // Contracts ignore what they do not know; a file must not.
        let read = serde_json::to_value(&message).map_err(D::Error::custom)?;
        match ignored(&given, &read) {
            Some(path) => Err(D::Error::custom(format!("unknown field `{path}`"))),
            None => Ok(Self(message)),
        }
    }
}

/// The first field that was not read.
fn ignored(given: &Value, read: &Value) -> Option<String> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(name, value)| {
            let Some(read) = read.get(name) else { return Some(name.clone()) };
            ignored(value, read).map(|inner| format!("{name}.{inner}"))
        }),
        (Value::Array(given), Value::Array(read)) => {
            let mut pairs = given.iter().zip(read).enumerate();
            pairs.find_map(|(at, (given, read))| ignored(given, read).map(|inner| format!("{at}.{inner}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::File;

    const TEXT: &str = r#"
        [bsn]
        stake_source = "bitcoin"
        grid = 600
        [staking.self_stake]
        min_sats = 100000
        min_timelock = 8064
        exit_time = 1008
        [[staking.families]]
        family = "own"
        versions = []
    "#;

    #[test]
    fn it_has_the_names_of_the_contract_and_governance_by_default() {
        let file = File::parse(TEXT, "bsn.toml").unwrap();
        assert!(file.is_alone());
        let staking = file.staking.unwrap();
        assert_eq!(staking.as_written().self_stake.as_ref().unwrap().min_timelock, 8_064);
        assert_eq!(staking.message("app1gov").governance.as_deref(), Some("app1gov"));
        for (named, expected) in [("gov", "app1gov"), ("app1them", "app1them")] {
            let text = format!("[staking]\nfamilies = []\ngovernance = \"{named}\"\n");
            let staking = File::parse(&text, "bsn.toml").unwrap().staking.unwrap();
            assert_eq!(staking.message("app1gov").governance.as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_the_contract_would_ignore_is_refused() {
        let said = |text: &str| File::parse(text, "bsn.toml").unwrap_err().to_string();
        let slip = TEXT.replace("min_timelock", "min_timelok = 1\nmin_timelock");
        let refused = said(&slip);
        assert!(refused.ends_with("unknown field `self_stake.min_timelok`"), "{refused}");
        let slip = TEXT.replace("family = ", "famly = 1\nfamily = ");
        assert!(said(&slip).ends_with("unknown field `families.0.famly`"), "{}", said(&slip));
        let refused = said("[staking]\nself_stake = 3\n");
        assert!(refused.starts_with("bsn.toml, line "), "{refused}");
    }
}
