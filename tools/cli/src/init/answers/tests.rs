use super::*;
use crate::config::File;
use crate::deploy::facts::{BabylonFacts, ChainFacts, TransferFacts};

fn setup() -> Setup {
    Setup {
        file: File::default(),
        path: "bsn.toml".into(),
        deployments: "deployments".into(),
        output: crate::config::Output::Text,
        timeout: std::time::Duration::from_secs(1),
    }
}

/// Nodes that say everything, and that say nothing.
fn nodes(say: bool) -> Found {
    let chain = ChainFacts { id: "app-1".to_owned(), ..ChainFacts::default() };
    let babylon =
        BabylonFacts { id: "bbn-test-6".to_owned(), depths: Some((6, 60)), ..BabylonFacts::default() };
    let channel = |id: &str| TransferFacts { id: id.to_owned(), ..TransferFacts::default() };
    Found {
        chain,
        babylon: say.then_some(babylon),
        gas_prices: say.then(|| "0.025uapp".to_owned()),
        babylon_gas_prices: say.then(|| "0.001ubbn".to_owned()),
        channels: if say { vec![channel("channel-2"), channel("channel-5")] } else { Vec::new() },
    }
}

fn typed(said: Said, found: &Found, lines: &str) -> Result<Answers> {
    let mut lines = lines.as_bytes();
    let answers = answers(said, &setup(), found, &mut Asked::Person(&mut lines));
    assert!(lines.is_empty() || answers.is_err(), "not asked for: {}", String::from_utf8_lossy(lines));
    answers
}

fn script(said: Said, found: &Found) -> Result<Answers> {
    answers(said, &setup(), found, &mut Asked::Nobody)
}

#[test]
fn what_no_node_says_is_asked_for_line_by_line() {
    let found = typed(Said::default(), &nodes(false), "signet\nbbn-x\n7\n70\n0.1uapp\n\nApp\n\n").unwrap();
    assert_eq!((found.network, found.babylon_id.as_str(), found.depths), (Network::Signet, "bbn-x", (7, 70)));
    assert_eq!((found.gas_prices.as_str(), found.babylon_gas_prices.as_str()), ("0.1uapp", "0.002ubbn"));
    assert_eq!(
        (found.consumer_name.as_str(), found.consumer_description.as_str()),
        ("App", "the chain app-1")
    );
    assert_eq!(found.ics20_channel, None);
}

#[test]
fn what_nodes_say_is_not_asked_for_and_a_flag_wins() {
    let found = typed(Said::default(), &nodes(true), "testnet\nchannel-5\n\n\n").unwrap();
    assert_eq!((found.babylon_id.as_str(), found.depths), ("bbn-test-6", (6, 60)));
    assert_eq!(found.ics20_channel.as_deref(), Some("channel-5"));
    assert_eq!((found.gas_prices.as_str(), found.babylon_gas_prices.as_str()), ("0.025uapp", "0.001ubbn"));
    let said = Said {
        network: Some("testnet".to_owned()),
        gas_prices: Some("1uapp".to_owned()),
        w: Some(61),
        ..Said::default()
    };
    let found = script(said, &nodes(true)).unwrap();
    assert_eq!((found.gas_prices.as_str(), found.depths), ("1uapp", (6, 61)));
    assert_eq!(found.ics20_channel.as_deref(), Some("channel-2"));
}

/// In the order in which they are asked for, each is named with its flag where nobody can be asked.
#[test]
fn what_nobody_is_there_to_say_is_named_with_its_flag() {
    type Say = fn(&mut Said);
    let steps: [(&str, &str, Say); 5] = [
        ("network of Bitcoin", "--network", |it| it.network = Some("signet".to_owned())),
        ("chain id of Babylon", "--babylon-id", |it| it.babylon_id = Some("bbn-x".to_owned())),
        ("k of Babylon", "--k", |it| it.k = Some(7)),
        ("w of Babylon", "--w", |it| it.w = Some(70)),
        ("price of gas", "--gas-prices", |it| it.gas_prices = Some("0.1uapp".to_owned())),
    ];
    let mut said = Said::default();
    for (what, flag, say) in steps {
        let error = script(said.clone(), &nodes(false)).unwrap_err().to_string();
        assert_eq!(error, format!("nobody is there to say the {what}: name it by {flag}"));
        say(&mut said);
    }
    script(said, &nodes(false)).unwrap();
    // Of mainnet the rest is known.
    let main = Said {
        network: Some("mainnet".to_owned()),
        gas_prices: Some("0.1uapp".to_owned()),
        ..Said::default()
    };
    let found = script(main, &nodes(false)).unwrap();
    assert_eq!((found.babylon_id.as_str(), found.depths), ("bbn-1", (10, 300)));
}

#[test]
fn what_cannot_be_is_refused() {
    let said = |lines: &str| typed(Said::default(), &nodes(false), lines).unwrap_err().to_string();
    assert!(said("moonnet\n").starts_with("`moonnet` is no network of Bitcoin"));
    assert_eq!(said("\n"), "no network of Bitcoin was said: say it, or name it by --network");
    assert_eq!(said("signet\nbbn x\n"), "`bbn x` is no id of a chain");
    assert_eq!(said("signet\nbbn-x\nten\n"), "`ten` is no k of Babylon: a number of blocks of Bitcoin");
    assert_eq!(said("signet\nbbn-x\n7\n70\ncheap\n\n"), "`cheap` is no price of gas such as 0.025uapp");
    let other = Said {
        network: Some("testnet".to_owned()),
        ics20_channel: Some("channel-9".to_owned()),
        ..Said::default()
    };
    let error = script(other, &nodes(true)).unwrap_err().to_string();
    assert_eq!(error, "channel-9 is no open channel of coins to bbn-test-6: there is channel-2, channel-5");
}
