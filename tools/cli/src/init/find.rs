//! What the nodes know.

use anyhow::{Context, Result};
use bsn_rpc::Client;

use crate::deploy::facts::{BabylonFacts, ChainFacts, TransferFacts};
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
    let price = babylon.map(read::min_gas_price).transpose()?.flatten();
    Ok(Found {
        gas_prices: facts.min_gas_price.as_ref().map(ToString::to_string),
        babylon_gas_prices: price.map(|price| price.to_string()),
        chain: facts,
        babylon: far,
        channels,
    })
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
