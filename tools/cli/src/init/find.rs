//! What the nodes know.

use anyhow::{Context, Result};
use bsn_rpc::Client;
use prost::Message;

use crate::deploy::facts::{BabylonFacts, ChainFacts, TransferFacts};
use crate::deploy::look::or_none;
use crate::deploy::read;

/// How many channels are looked at.
const CHANNELS: u64 = 500;
/// After so many ids without a channel of coins there are no more.
const ABSENT: u64 = 20;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The appchain.
    pub chain: ChainFacts,
    /// Babylon, if a node of it was named.
    pub babylon: Option<BabylonFacts>,
    /// What the appchain's node takes for gas.
    pub gas_prices: Option<String>,
    /// The same of Babylon's.
    pub babylon_gas_prices: Option<String>,
    /// The open channels of coins between both.
    pub channels: Vec<TransferFacts>,
}

/// `cosmos.base.node.v1beta1.ConfigResponse`, as far as it is needed.
#[derive(Clone, PartialEq, Message)]
struct NodeConfig {
    #[prost(string, tag = "1")]
    minimum_gas_price: String,
}

/// Asks.
///
/// # Errors
/// If a node does not answer.
pub fn find(chain: &Client, babylon: Option<&Client>) -> Result<Found> {
    let facts = read::chain(chain, None)?;
    let far = babylon.map(|client| read::babylon(client, None)).transpose().context("cannot ask Babylon")?;
    let channels = match &far {
        Some(far) => channels(chain, &far.id)?,
        None => Vec::new(),
    };
    Ok(Found {
        gas_prices: gas_price(chain)?,
        babylon_gas_prices: babylon.map(gas_price).transpose()?.flatten(),
        chain: facts,
        babylon: far,
        channels,
    })
}

/// The first of the prices that a node takes.
fn gas_price(client: &Client) -> Result<Option<String>> {
    let Some(bytes) = or_none(client.query("/cosmos.base.node.v1beta1.Service/Config", &[]))? else {
        return Ok(None);
    };
    let price =
        NodeConfig::decode(bytes.as_slice()).map(|config| config.minimum_gas_price).unwrap_or_default();
    let first = price.split(',').next().unwrap_or_default().to_owned();
    Ok(first.parse::<crate::config::GasPrice>().is_ok().then_some(first))
}

/// The open channels of coins that lead to a chain.
fn channels(client: &Client, babylon: &str) -> Result<Vec<TransferFacts>> {
    let (mut found, mut absent) = (Vec::new(), 0);
    for number in 0..CHANNELS {
        let id = format!("channel-{number}");
        let Some(end) = client.channel("transfer", &id)? else {
            // Ids are shared by all ports.
            absent += 1;
            if absent >= ABSENT {
                break;
            }
            continue;
        };
        absent = 0;
        if end.state != 3 {
            continue;
        }
        let channel = read::channel(client, &id)?.filter(|it| it.client_chain == babylon);
        found.extend(channel);
    }
    Ok(found)
}
