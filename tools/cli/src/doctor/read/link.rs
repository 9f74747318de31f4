//! Both ends of the channel to Babylon, the channel of rewards, and Babylon's parameters.

use std::collections::BTreeMap;

use api::bsn::HealthResponse;
use bsn_rpc::proto::Message;
use bsn_rpc::proto::ibc::core::channel::v1 as channel;
use bsn_rpc::proto::ibc::core::client::v1 as client;
use bsn_rpc::proto::ibc::lightclients::tendermint::v1::ConsensusState;
use bsn_rpc::{Client, Error};
use serde_json::json;

use super::Sources;
use super::ask::Asker;
use crate::doctor::snapshot::{Absent, Babylon, ChannelEnd, IbcClient, Part, Provider};

/// `babylon.btccheckpoint.v1.QueryParamsResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParamsResponse {
    #[prost(message, optional, tag = "1")]
    params: Option<CheckpointParams>,
}

/// `babylon.btccheckpoint.v1.Params`, as far as it is read.
#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParams {
    #[prost(uint32, tag = "1")]
    btc_confirmation_depth: u32,
    #[prost(uint32, tag = "2")]
    checkpoint_finalization_timeout: u32,
}

/// `babylon.btcstaking.v1.QueryFinalityProviderRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct ProviderRequest {
    #[prost(string, tag = "1")]
    fp_btc_pk_hex: String,
}

/// `babylon.btcstaking.v1.QueryFinalityProviderResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct ProviderResponse {
    #[prost(message, optional, tag = "1")]
    finality_provider: Option<BabylonProvider>,
}

/// `babylon.btcstaking.v1.FinalityProviderResponse`, as far as it is read.
#[derive(Clone, PartialEq, prost::Message)]
struct BabylonProvider {
    #[prost(uint64, tag = "6")]
    slashed_babylon_height: u64,
}

/// Our end of the channel to Babylon.
pub fn here(ask: &Asker<'_>, contract: &str, health: &Part<HealthResponse>) -> Part<ChannelEnd> {
    let health = &health.as_ref().map_err(Clone::clone)?.channel;
    let last = health.previous.last().map(|previous| previous.channel_id.clone());
    let id = health.channel_id.clone().or(last);
    let id = id.ok_or_else(|| Absent::Nothing("there is no channel to Babylon yet".to_owned()))?;
    end(ask, &format!("wasm.{contract}"), &id)
}

/// Our end of the channel of rewards.
pub fn transfer(ask: &Asker<'_>, contract: &str) -> Part<ChannelEnd> {
    let id: Option<String> = ask.smart(contract, &json!({ "transfer_info": {} }))?;
    let id = id.ok_or_else(|| Absent::Nothing("there is no channel of rewards".to_owned()))?;
    end(ask, "transfer", &id)
}

/// Babylon's end, and its parameters.
pub fn babylon(
    sources: &Sources,
    here: &Part<ChannelEnd>,
    providers: &Part<Vec<Provider>>,
) -> (Part<ChannelEnd>, Part<Babylon>) {
    let needs = || Absent::Needs("--babylon-node".to_owned());
    let Some(nodes) = &sources.babylon else { return (Err(needs()), Err(needs())) };
    let asked = Client::with(nodes, sources.retry).and_then(|client| Ok((client.status()?, client)));
    let (status, client) = match asked {
        Ok(asked) => asked,
        Err(error) => {
            let failed = || Absent::Failed(error.to_string());
            return (Err(failed()), Err(failed()));
        }
    };
    let expected = here.as_ref().ok().and_then(|here| Some(here.client.as_ref().ok()?.chain_id.clone()));
    if let Some(expected) = expected.filter(|expected| *expected != status.chain_id) {
        let (node, found) = (status.node, status.chain_id);
        let failed = || {
            Absent::Failed(
                Error::WrongChain { node: node.clone(), expected: expected.clone(), found: found.clone() }
                    .to_string(),
            )
        };
        return (Err(failed()), Err(failed()));
    }
    let ask = Asker::new(&client, &status.node);
    let there = here
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|here| end(&ask, &here.counterparty_port, &here.counterparty_id));
    (there, parameters(&ask, &status.chain_id, &status.moniker, providers))
}

fn parameters(
    ask: &Asker<'_>,
    chain_id: &str,
    moniker: &str,
    providers: &Part<Vec<Provider>>,
) -> Part<Babylon> {
    let path = "/babylon.btccheckpoint.v1.Query/Params";
    let bytes = ask.read(|client| client.query(path, &[]))?;
    let answer = <CheckpointParamsResponse as prost::Message>::decode(bytes.as_slice());
    let params = answer.ok().and_then(|answer| answer.params);
    let params =
        params.ok_or_else(|| Absent::Failed(format!("{} answered {path} without parameters", ask.name)))?;
    let slashed = providers.as_ref().map_err(Clone::clone).and_then(|providers| {
        let here = providers.iter().filter(|provider| provider.slashed);
        here.map(|provider| Ok((provider.key.clone(), is_slashed(ask, &provider.key)?)))
            .collect::<Part<BTreeMap<_, _>>>()
    });
    let unbonding = ask.read(Client::staking_params);
    Ok(Babylon {
        chain_id: chain_id.to_owned(),
        moniker: moniker.to_owned(),
        confirmation_depth: params.btc_confirmation_depth,
        finalization_timeout: params.checkpoint_finalization_timeout,
        slashed,
        unbonding_s: unbonding.and_then(|params| {
            let seconds = params.unbonding_time.and_then(|time| u64::try_from(time.seconds).ok());
            seconds.ok_or_else(|| Absent::Failed("x/staking says no unbonding time".to_owned()))
        }),
    })
}

/// Whether Babylon has slashed somebody.
fn is_slashed(ask: &Asker<'_>, key: &str) -> Part<bool> {
    let request = ProviderRequest { fp_btc_pk_hex: key.to_owned() };
    let path = "/babylon.btcstaking.v1.Query/FinalityProvider";
    let bytes = ask.read(|client| client.query(path, &prost::Message::encode_to_vec(&request)))?;
    let answer = <ProviderResponse as prost::Message>::decode(bytes.as_slice()).ok();
    let provider = answer.and_then(|answer| answer.finality_provider);
    let provider =
        provider.ok_or_else(|| Absent::Failed(format!("{} answered {path} without a provider", ask.name)))?;
    Ok(provider.slashed_babylon_height > 0)
}

/// An end of a channel.
fn end(ask: &Asker<'_>, port: &str, id: &str) -> Part<ChannelEnd> {
    let found = ask.read(|client| client.channel(port, id))?;
    let found = found
        .ok_or_else(|| Absent::Failed(format!("{} has no channel {id} of the port {port}", ask.name)))?;
    let counterparty = found.counterparty.unwrap_or_default();
    Ok(ChannelEnd {
        port: port.to_owned(),
        id: id.to_owned(),
        state: state(found.state).to_owned(),
        ordered: found.ordering == 2,
        version: found.version,
        counterparty_port: counterparty.port_id,
        counterparty_id: counterparty.channel_id,
        connection: found.connection_hops.into_iter().next().unwrap_or_default(),
        client: ibc_client(ask, port, id),
        next_send: next_send(ask, port, id),
        next_receive: next_receive(ask, port, id),
        in_flight: in_flight(ask, port, id),
    })
}

/// As ibc-go numbers them.
fn state(state: i32) -> &'static str {
    match state {
        1 => "half open (INIT)",
        2 => "half open (TRYOPEN)",
        3 => "open",
        4 => "closed",
        _ => "in a state that is not known",
    }
}

fn ibc_client(ask: &Asker<'_>, port: &str, id: &str) -> Part<IbcClient> {
    let client = ask.read(|client| client.client_of_channel(port, id))?;
    let client = client.ok_or_else(|| Absent::Failed(format!("{} shows no client of {id}", ask.name)))?;
    let seconds = |time: Option<bsn_rpc::proto::tendermint::google::protobuf::Duration>| {
        time.and_then(|time| u64::try_from(time.seconds).ok()).unwrap_or_default()
    };
    Ok(IbcClient {
        status: ask.read(|asked| asked.client_status(&client.id))?,
        trusting_s: seconds(client.state.trusting_period),
        unbonding_s: seconds(client.state.unbonding_period),
        updated: updated(ask, &client.id),
        chain_id: client.state.chain_id,
        id: client.id,
    })
}

/// The time of the last header that a client knows.
fn updated(ask: &Asker<'_>, id: &str) -> Part<u64> {
    let request = client::QueryConsensusStateRequest {
        client_id: id.to_owned(),
        revision_number: 0,
        revision_height: 0,
        latest_height: true,
    };
    let path = "/ibc.core.client.v1.Query/ConsensusState";
    let answer: client::QueryConsensusStateResponse = ask.read(|client| client.ask(path, &request))?;
    let state = answer.consensus_state.and_then(|any| ConsensusState::decode(any.value.as_slice()).ok());
    let time = state.and_then(|state| state.timestamp).and_then(|time| u64::try_from(time.seconds).ok());
    time.ok_or_else(|| Absent::Failed(format!("{} answered {path} without a time", ask.name)))
}

fn next_send(ask: &Asker<'_>, port: &str, id: &str) -> Part<u64> {
    let request =
        channel::QueryNextSequenceSendRequest { port_id: port.to_owned(), channel_id: id.to_owned() };
    let path = "/ibc.core.channel.v1.Query/NextSequenceSend";
    let answer: channel::QueryNextSequenceSendResponse = ask.read(|client| client.ask(path, &request))?;
    Ok(answer.next_sequence_send)
}

fn next_receive(ask: &Asker<'_>, port: &str, id: &str) -> Part<u64> {
    let request =
        channel::QueryNextSequenceReceiveRequest { port_id: port.to_owned(), channel_id: id.to_owned() };
    let path = "/ibc.core.channel.v1.Query/NextSequenceReceive";
    let answer: channel::QueryNextSequenceReceiveResponse = ask.read(|client| client.ask(path, &request))?;
    Ok(answer.next_sequence_receive)
}

/// The sequences that were sent and not acknowledged, the lowest first: of the first page.
fn in_flight(ask: &Asker<'_>, port: &str, id: &str) -> Part<Vec<u64>> {
    let (port_id, channel_id) = (port.to_owned(), id.to_owned());
    let request = channel::QueryPacketCommitmentsRequest { port_id, channel_id, pagination: None };
    let path = "/ibc.core.channel.v1.Query/PacketCommitments";
    let answer: channel::QueryPacketCommitmentsResponse = ask.read(|client| client.ask(path, &request))?;
    let mut sequences: Vec<u64> = answer.commitments.into_iter().map(|state| state.sequence).collect();
    sequences.sort_unstable();
    Ok(sequences)
}
