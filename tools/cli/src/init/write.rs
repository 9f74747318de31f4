//! The file's text. Pure.

use api::bsn::Network;

use super::Found;

/// What nodes do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Nodes of the appchain.
    pub node: Vec<String>,
    /// Nodes of Babylon.
    pub babylon_node: Vec<String>,
    /// Which Bitcoin.
    pub network: Network,
    /// The channel of rewards.
    pub ics20_channel: Option<String>,
    /// What a unit of gas costs.
    pub gas_prices: Option<String>,
    /// The same on Babylon.
    pub babylon_gas_prices: Option<String>,
    /// How the chain is called on Babylon.
    pub consumer_name: String,
    /// What it is.
    pub consumer_description: String,
}

/// A text in quotes, as TOML has it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The file.
pub fn text(found: &Found, answers: &Answers) -> String {
    let list = |nodes: &[String]| nodes.iter().map(|node| quoted(node)).collect::<Vec<_>>().join(", ");
    let line = |name: &str, value: Option<String>, else_: &str| match value {
        Some(value) => format!("{name} = {value}\n"),
        None => format!("# {name} = {else_}\n"),
    };
    let network = serde_json::to_value(answers.network)
        .ok()
        .and_then(|it| it.as_str().map(str::to_owned))
        .unwrap_or_default();
    let babylon = found.babylon.as_ref();
    let depths = babylon.and_then(|it| it.depths);
    let denom = found.chain.bond_denom.clone().unwrap_or_default();
    let mut out = String::from(
        "# Written by `bsn init`. A flag wins over an environment variable (BSN_...), and that over this file.\n\n",
    );
    out += "[chain]\n";
    out += &line("id", Some(quoted(&found.chain.id)), "");
    out += &line("node", Some(format!("[{}]", list(&answers.node))), "");
    out += &line("gas_prices", answers.gas_prices.as_deref().map(quoted), &format!("\"0.025{denom}\""));
    out += "\n[babylon]\n";
    out += &line("id", babylon.map(|it| quoted(&it.id)), "\"bbn-1\"");
    out += &line(
        "node",
        (!answers.babylon_node.is_empty()).then(|| format!("[{}]", list(&answers.babylon_node))),
        "[\"https://...\"]",
    );
    out += &line("gas_prices", answers.babylon_gas_prices.as_deref().map(quoted), "\"0.002ubbn\"");
    out += &line("consumer_name", Some(quoted(&answers.consumer_name)), "");
    out += &line("consumer_description", Some(quoted(&answers.consumer_description)), "");
    out += "\n[bsn]\n";
    out += &line("network", Some(quoted(&network)), "");
    out += "# How deep Bitcoin must bury headers (k) and checkpoints (w); both are Babylon's.\n";
    out += &line("k", depths.map(|(k, _)| k.to_string()), "10");
    out += &line("w", depths.map(|(_, w)| w.to_string()), "300");
    out += "admin = \"gov\"\n";
    out += &line("ics20_channel", answers.ics20_channel.as_deref().map(quoted), "\"channel-0\"");
    out += &format!("reward_denoms = [{}]\n", if denom.is_empty() { String::new() } else { quoted(&denom) });
    out += "# Any knob of the contract, such as { reward_interval = 600 }; each has a default.\nknobs = {}\n";
    out += "\n[release]\nartifacts = \"artifacts\"\n";
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::File;
    use crate::deploy::facts::{BabylonFacts, ChainFacts};

    #[test]
    fn what_is_written_is_read_again() {
        let chain = ChainFacts {
            id: "app-1".to_owned(),
            bond_denom: Some("uapp".to_owned()),
            ..ChainFacts::default()
        };
        let babylon =
            BabylonFacts { id: "bbn-1".to_owned(), depths: Some((10, 300)), ..BabylonFacts::default() };
        let found = Found {
            chain,
            babylon: Some(babylon),
            gas_prices: None,
            babylon_gas_prices: None,
            channels: Vec::new(),
        };
        let answers = Answers {
            node: vec!["http://a".to_owned(), "http://b".to_owned()],
            babylon_node: vec!["http://c".to_owned()],
            network: Network::Mainnet,
            ics20_channel: Some("channel-7".to_owned()),
            gas_prices: Some("0.025uapp".to_owned()),
            babylon_gas_prices: None,
            consumer_name: "My \"App\"\\".to_owned(),
            consumer_description: "tab\there".to_owned(),
        };
        let written = text(&found, &answers);
        let file = File::parse(&written, "bsn.toml").unwrap();
        assert_eq!((file.chain.id.as_deref(), file.chain.node.len()), (Some("app-1"), 2));
        assert_eq!((file.bsn.k, file.bsn.w, file.bsn.network), (Some(10), Some(300), Some(Network::Mainnet)));
        assert_eq!(file.babylon.consumer_name.as_deref(), Some("My \"App\"\\"));
        assert_eq!(file.babylon.consumer_description.as_deref(), Some("tab\there"));
        assert_eq!(file.bsn.reward_denoms, Some(vec!["uapp".to_owned()]));
        // What nobody has said stays a comment.
        let unsaid = Answers { ics20_channel: None, gas_prices: None, babylon_node: Vec::new(), ..answers };
        let file = File::parse(&text(&found, &unsaid), "bsn.toml").unwrap();
        assert_eq!((file.bsn.ics20_channel, file.chain.gas_prices), (None, None));
    }
}
