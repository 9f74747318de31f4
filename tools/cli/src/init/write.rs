//! The file's text. Pure.

use super::{Answers, Found};
use crate::deploy::message::network_word;

/// A text in quotes, as TOML has it.
pub(super) fn quoted(text: &str) -> String {
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

/// How the file begins: what it is, and the appchain.
pub(super) fn head(found: &Found, node: &[String], gas_prices: &str) -> String {
    let mut out = String::from(
        "# Written by `bsn init`. A flag wins over an environment variable (BSN_...), and that over this file.\n\n",
    );
    let nodes = list(node);
    out += &format!("[chain]\nid = {}\nnode = [{nodes}]\n", quoted(&found.chain.id));
    out += &format!("gas_prices = {}\n", quoted(gas_prices));
    out
}

fn list(nodes: &[String]) -> String {
    nodes.iter().map(|node| quoted(node)).collect::<Vec<_>>().join(", ")
}

/// The file.
pub fn text(found: &Found, answers: &Answers) -> String {
    let line = |name: &str, value: Option<String>, else_: &str| match value {
        Some(value) => format!("{name} = {value}\n"),
        None => format!("# {name} = {else_}\n"),
    };
    let network = network_word(answers.network);
    let (k, w) = answers.depths;
    let denom = found.chain.bond_denom.clone().unwrap_or_default();
    let mut out = head(found, &answers.node, &answers.gas_prices);
    out += "\n[babylon]\n";
    out += &line("id", Some(quoted(&answers.babylon_id)), "");
    out += &line(
        "node",
        (!answers.babylon_node.is_empty()).then(|| format!("[{}]", list(&answers.babylon_node))),
        "[\"https://...\"]",
    );
    out += &line("gas_prices", Some(quoted(&answers.babylon_gas_prices)), "");
    out += &line("consumer_name", Some(quoted(&answers.consumer_name)), "");
    out += &line("consumer_description", Some(quoted(&answers.consumer_description)), "");
    out += "\n[bsn]\n";
    out += &line("network", Some(quoted(&network)), "");
    out += "# How deep Bitcoin must bury headers (k) and checkpoints (w); both are Babylon's.\n";
    out += &format!("k = {k}\nw = {w}\n");
    out += "admin = \"gov\"\n";
    out += &line("ics20_channel", answers.ics20_channel.as_deref().map(quoted), "\"channel-0\"");
    out += &format!("reward_denoms = [{}]\n", if denom.is_empty() { String::new() } else { quoted(&denom) });
    out += "# Any knob of the contract, such as { reward_interval = 600 }; each has a default.\nknobs = {}\n";
    out += "\n[release]\nartifacts = \"artifacts\"\n";
    out
}

#[cfg(test)]
mod tests {
    use api::bsn::Network;

    use super::*;
    use crate::config::File;
    use crate::deploy::facts::ChainFacts;

    #[test]
    fn what_is_written_is_read_again() {
        let chain = ChainFacts {
            id: "app-1".to_owned(),
            bond_denom: Some("uapp".to_owned()),
            ..ChainFacts::default()
        };
        let found =
            Found { chain, babylon: None, gas_prices: None, babylon_gas_prices: None, channels: Vec::new() };
        let answers = Answers {
            node: vec!["http://a".to_owned(), "http://b".to_owned()],
            babylon_node: vec!["http://c".to_owned()],
            network: Network::Mainnet,
            ics20_channel: Some("channel-7".to_owned()),
            gas_prices: "0.025uapp".to_owned(),
            babylon_gas_prices: "0.002ubbn".to_owned(),
            babylon_id: "bbn-1".to_owned(),
            depths: (10, 300),
            consumer_name: "My \"App\"\\".to_owned(),
            consumer_description: "tab\there".to_owned(),
        };
        let written = text(&found, &answers);
        let file = File::parse(&written, "bsn.toml").unwrap();
        assert_eq!((file.chain.id.as_deref(), file.chain.node.len()), (Some("app-1"), 2));
        assert_eq!((file.bsn.k, file.bsn.w, file.bsn.network), (Some(10), Some(300), Some(Network::Mainnet)));
        assert_eq!(file.babylon.id.as_deref(), Some("bbn-1"));
        assert_eq!(file.chain.gas_prices.as_deref(), Some("0.025uapp"));
        assert_eq!(file.babylon.gas_prices.as_deref(), Some("0.002ubbn"));
        assert_eq!(file.babylon.consumer_name.as_deref(), Some("My \"App\"\\"));
        assert_eq!(file.babylon.consumer_description.as_deref(), Some("tab\there"));
        assert_eq!(file.bsn.reward_denoms, Some(vec!["uapp".to_owned()]));
        // What cannot be known before the chains are linked stays a comment.
        let unsaid = Answers { ics20_channel: None, babylon_node: Vec::new(), ..answers };
        let file = File::parse(&text(&found, &unsaid), "bsn.toml").unwrap();
        assert_eq!((file.bsn.ics20_channel, file.babylon.node), (None, Vec::new()));
    }
}
