//! What goes into the file beside what nodes say: flags, then nodes, then a person.

use anyhow::{Result, anyhow, bail};
use api::bsn::Network;

use super::{Asked, Found, Question};
use crate::config::{GasPrice, Setup};
use crate::deploy::read::{network, plain};

/// Babylon's own id of its mainnet, and its depths.
const MAINNET: (&str, &str, &str) = ("bbn-1", "10", "300");
/// What Babylon's nodes take, unless they say otherwise.
const BABYLON_PRICE: &str = "0.002ubbn";

/// What flags say; everything else is asked for.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Which Bitcoin.
    pub network: Option<String>,
    /// The channel of rewards.
    pub ics20_channel: Option<String>,
    /// What a unit of gas costs.
    pub gas_prices: Option<String>,
    /// The same on Babylon.
    pub babylon_gas_prices: Option<String>,
    /// Babylon's chain id.
    pub babylon_id: Option<String>,
    /// How deep a header is to be confirmed.
    pub k: Option<u32>,
    /// How deep a checkpoint must be.
    pub w: Option<u32>,
    /// How the chain is called on Babylon.
    pub consumer_name: Option<String>,
    /// What it is.
    pub consumer_description: Option<String>,
}

/// Everything that nodes do not know, or do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Nodes of the appchain.
    pub node: Vec<String>,
    /// Nodes of Babylon.
    pub babylon_node: Vec<String>,
    /// Which Bitcoin.
    pub network: Network,
    /// The channel of rewards; none where no node of Babylon says which lead to it.
    pub ics20_channel: Option<String>,
    /// What a unit of gas costs.
    pub gas_prices: String,
    /// The same on Babylon.
    pub babylon_gas_prices: String,
    /// Babylon's chain id.
    pub babylon_id: String,
    /// How deep a header of Bitcoin is to be confirmed (k), and a checkpoint (w).
    pub depths: (u32, u32),
    /// How the chain is called on Babylon.
    pub consumer_name: String,
    /// What it is.
    pub consumer_description: String,
}

/// Asks for what is missing.
///
/// # Errors
/// A sentence, for what nobody says and for what cannot be.
pub fn answers(said: Said, setup: &Setup, found: &Found, asked: &mut Asked<'_>) -> Result<Answers> {
    let babylon = found.babylon.as_ref();
    let is_main = babylon.is_some_and(|it| it.id == MAINNET.0);
    let mut ask = |flag: Option<String>, what: &str, name: &str, default: Option<&str>| {
        asked.say(flag, Question { what, flag: name, default })
    };
    let word = ask(said.network, "network of Bitcoin", "--network", is_main.then_some("mainnet"))?;
    let network = network(&word)?;
    // Of Babylon's mainnet everybody knows these.
    let known = |it| (network == Network::Mainnet).then_some(it);
    let babylon_id = match babylon {
        Some(babylon) => babylon.id.clone(),
        None => ask(said.babylon_id, "chain id of Babylon", "--babylon-id", known(MAINNET.0))?,
    };
    plain("Babylon", &babylon_id).map_err(|_| anyhow!("`{babylon_id}` is no id of a chain"))?;
    let depths = babylon.and_then(|it| it.depths);
    let mut depth = |flag: Option<u32>, node: Option<u32>, what: &str, name: &str, default| {
        let said = flag.or(node).map(|it| it.to_string());
        let text = ask(said, what, name, known(default))?;
        text.parse::<u32>().map_err(|_| anyhow!("`{text}` is no {what}: a number of blocks of Bitcoin"))
    };
    let k = depth(said.k, depths.map(|it| it.0), "k of Babylon", "--k", MAINNET.1)?;
    let w = depth(said.w, depths.map(|it| it.1), "w of Babylon", "--w", MAINNET.2)?;
    let channels: Vec<&str> = found.channels.iter().map(|it| it.id.as_str()).collect();
    let ics20_channel = match (said.ics20_channel, channels.as_slice(), babylon) {
        (Some(channel), all, Some(_)) if !all.contains(&channel.as_str()) => {
            let all = if all.is_empty() {
                "there is none".to_owned()
            } else {
                format!("there is {}", all.join(", "))
            };
            bail!("{channel} is no open channel of coins to {babylon_id}: {all}")
        }
        (Some(channel), ..) => Some(channel),
        (None, [], _) => None,
        (None, [first, ..], _) => Some(ask(None, "channel of rewards", "--ics20-channel", Some(*first))?),
    };
    let price =
        ask(said.gas_prices.or_else(|| found.gas_prices.clone()), "price of gas", "--gas-prices", None)?;
    let far = said.babylon_gas_prices.or_else(|| found.babylon_gas_prices.clone());
    let far = ask(far, "price of gas on Babylon", "--babylon-gas-prices", Some(BABYLON_PRICE))?;
    for price in [&price, &far] {
        price.parse::<GasPrice>()?;
    }
    let (name, about) = (found.chain.id.as_str(), format!("the chain {}", found.chain.id));
    Ok(Answers {
        node: setup.file.chain.node.clone(),
        babylon_node: setup.file.babylon.node.clone(),
        network,
        ics20_channel,
        gas_prices: price,
        babylon_gas_prices: far,
        babylon_id,
        depths: (k, w),
        consumer_name: ask(said.consumer_name, "name on Babylon", "--consumer-name", Some(name))?,
        consumer_description: ask(
            said.consumer_description,
            "description on Babylon",
            "--consumer-description",
            Some(&about),
        )?,
    })
}

#[cfg(test)]
mod tests;
