//! Reads what Babylon says.

use anyhow::{Context, Result};
use bsn_rpc::{Client, Error};

use crate::deploy::facts::{BabylonFacts, Consumer, TransferFacts};
use crate::deploy::look::or_none;

/// `babylon.btccheckpoint.v1.QueryParamsResponse`, as far as it is needed.
#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParamsResponse {
    #[prost(message, optional, tag = "1")]
    params: Option<CheckpointParams>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParams {
    #[prost(uint32, tag = "1")]
    k: u32,
    #[prost(uint32, tag = "2")]
    w: u32,
}

/// `babylon.btcstkconsumer.v1.QueryConsumersRegistryRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct RegistryRequest {
    #[prost(string, repeated, tag = "1")]
    consumer_ids: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RegistryResponse {
    #[prost(message, repeated, tag = "1")]
    registers: Vec<Register>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Register {
    #[prost(string, tag = "1")]
    consumer_id: String,
    #[prost(string, tag = "2")]
    consumer_name: String,
}

/// Babylon, as it sees the channel of rewards.
///
/// # Errors
/// If it does not answer.
pub fn babylon(client: &Client, transfer: Option<&TransferFacts>) -> Result<BabylonFacts> {
    let path = "/babylon.btccheckpoint.v1.Query/Params";
    let depths = match or_none(client.query(path, &[]))? {
        None => None,
        Some(bytes) => {
            let answer: CheckpointParamsResponse = prost::Message::decode(bytes.as_slice())
                .with_context(|| format!("the answer to {path} cannot be read"))?;
            answer.params.map(|params| (params.k, params.w))
        }
    };
    let far = transfer.map(|it| it.counterparty.1.as_str()).filter(|id| !id.is_empty());
    let channel = far.map(|id| client.channel("transfer", id)).transpose()?.flatten();
    // Without a channel any id tells whether somebody answers for it.
    let known = consumer(client, transfer.map_or("07-tendermint-0", |it| it.consumer_id.as_str()))?;
    let application = or_none(client.application())?;
    Ok(BabylonFacts {
        id: client.status()?.chain_id,
        version: application.map(|it| it.version).filter(|version| !version.is_empty()),
        has_consumers: known != Consumer::NotSaid,
        depths,
        consumer: if transfer.is_some() { known } else { Consumer::NotSaid },
        transfer_state: channel.map(|channel| channel.state),
    })
}

/// Whether Babylon knows a consumer.
///
/// # Errors
/// If it does not answer.
pub fn consumer(client: &Client, id: &str) -> Result<Consumer> {
    let request = RegistryRequest { consumer_ids: vec![id.to_owned()] };
    let path = "/babylon.btcstkconsumer.v1.Query/ConsumersRegistry";
    let bytes = match client.query(path, &prost::Message::encode_to_vec(&request)) {
        Ok(bytes) => bytes,
        Err(Error::NoQuery { .. }) => return Ok(Consumer::NotSaid),
        // It refuses the whole question for one that it does not know.
        Err(Error::Query { .. }) => return Ok(Consumer::Unknown),
        Err(error) => return Err(error.into()),
    };
    let answer: RegistryResponse = prost::Message::decode(bytes.as_slice())
        .with_context(|| format!("the answer to {path} cannot be read"))?;
    let found = answer.registers.into_iter().find(|register| register.consumer_id == id);
    Ok(found.map_or(Consumer::Unknown, |register| Consumer::Known(register.consumer_name)))
}
