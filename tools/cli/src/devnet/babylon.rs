//! Babylon's double: as much of a Babylon node as the other side of the link is asked for.

use bsn_rpc::proto::Message;
use bsn_rpc::proto::cosmos::auth::v1beta1::Bech32PrefixResponse;
use bsn_rpc::proto::cosmos::base::tendermint::v1beta1 as node;
use bsn_rpc::proto::cosmos::staking::v1beta1 as staking;
use bsn_rpc::proto::tendermint::google::protobuf::Duration;
use serde_json::{Value, json};

use super::ante::{Refusal, sdk};
use super::engine::Engine;
use super::ibc::{babylon_height, there};
use super::params::Params;
use super::query::unknown;
use super::rpc::{RpcError, VERSION, internal, no_method, query_response, time};
use crate::serve::names::Description;

const UNBONDING_S: i64 = 180_000;

/// The fields of `babylon.btccheckpoint.v1.Params` that a consumer has to match.
#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParams {
    #[prost(uint32, tag = "1")]
    btc_confirmation_depth: u32,
    #[prost(uint32, tag = "2")]
    checkpoint_finalization_timeout: u32,
    #[prost(string, tag = "3")]
    checkpoint_tag: String,
}

/// `babylon.btccheckpoint.v1.QueryParamsResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct CheckpointParamsResponse {
    #[prost(message, optional, tag = "1")]
    params: Option<CheckpointParams>,
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
    finality_provider: Option<Provider>,
}

/// The fields of `babylon.btcstaking.v1.FinalityProviderResponse` that a consumer's operator asks for.
#[derive(Clone, PartialEq, prost::Message)]
struct Provider {
    #[prost(message, optional, tag = "1")]
    description: Option<Description>,
    #[prost(bytes = "vec", tag = "4")]
    btc_pk: Vec<u8>,
    #[prost(uint64, tag = "6")]
    slashed_babylon_height: u64,
}

/// `babylon.btcstkconsumer.v1.QueryConsumersRegistryRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct RegistryRequest {
    #[prost(string, repeated, tag = "1")]
    consumer_ids: Vec<String>,
}

/// `babylon.btcstkconsumer.v1.QueryConsumersRegistryResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct RegistryResponse {
    #[prost(message, repeated, tag = "1")]
    consumer_registers: Vec<ConsumerRegister>,
}

/// `babylon.btcstkconsumer.v1.ConsumerRegisterResponse`, as far as it is asked for.
#[derive(Clone, PartialEq, prost::Message)]
struct ConsumerRegister {
    #[prost(string, tag = "1")]
    consumer_id: String,
    #[prost(string, tag = "2")]
    consumer_name: String,
    #[prost(string, tag = "4")]
    cosmos_channel_id: String,
}

/// One call to Babylon's node.
///
/// # Errors
/// As CometBFT.
pub fn call(engine: &Engine, method: &str, params: &Params) -> Result<Value, RpcError> {
    match method {
        "health" => Ok(json!({})),
        "status" => Ok(status(engine)),
        "abci_info" => Ok(json!({ "response": { "data": "babylon double", "version": "double",
            "last_block_height": babylon_height(engine).to_string() } })),
        "block" | "header" => block(engine, params),
        "abci_query" => {
            let path = params.text("path")?.unwrap_or_default();
            let data = params.hex("data")?.unwrap_or_default();
            Ok(query_response(query(engine, &path, &data), babylon_height(engine)))
        }
        _ => Err(no_method()),
    }
}

fn status(engine: &Engine) -> Value {
    let now = engine.sealer.block(engine.height()).map(|sealed| time(sealed.header.time));
    let height = babylon_height(engine).to_string();
    let earliest = babylon_height(engine) - engine.height() + engine.first;
    json!({
        "node_info": { "protocol_version": { "p2p": "8", "block": "11", "app": "0" }, "id": "", "listen_addr": "",
            "network": engine.net.link.app.babylon.chain_id(), "version": VERSION, "channels": "",
            "moniker": "babylon-double", "other": { "tx_index": "off", "rpc_address": "" } },
        "sync_info": { "latest_block_hash": hash(babylon_height(engine)), "latest_app_hash": "", "latest_block_height": height,
            "latest_block_time": now, "earliest_block_height": earliest.to_string(), "catching_up": false },
    })
}

/// The double has no blocks of its own: it shows their heights and times alone.
fn block(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let tip = babylon_height(engine);
    let height = params.number("height")?.filter(|height| *height != 0).unwrap_or(tip);
    let ours = engine.sealer.block(height.saturating_sub(tip - engine.height()));
    let Some(ours) = ours.filter(|_| height <= tip) else {
        return Err(internal(format!("height {height} is not available")));
    };
    let header = json!({ "chain_id": engine.net.link.app.babylon.chain_id(), "height": height.to_string(),
        "time": time(ours.header.time), "app_hash": hash(height) });
    Ok(json!({ "block_id": { "hash": hash(height) }, "block": { "header": header, "data": { "txs": [] } } }))
}

fn hash(height: u64) -> String {
    use sha2::{Digest, Sha256};
    hex::encode_upper(Sha256::digest(format!("babylon/{height}")))
}

fn query(engine: &Engine, path: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    match path.trim_start_matches('/') {
        "babylon.btccheckpoint.v1.Query/Params" => {
            let params = &engine.net.link.app.babylon.params;
            let params = CheckpointParams {
                btc_confirmation_depth: params.confirmation_depth,
                checkpoint_finalization_timeout: params.finalization_timeout,
                checkpoint_tag: String::new(),
            };
            Ok(prost::Message::encode_to_vec(&CheckpointParamsResponse { params: Some(params) }))
        }
        "babylon.btcstaking.v1.Query/FinalityProvider" => provider(engine, data),
        "babylon.btcstkconsumer.v1.Query/ConsumersRegistry" => registry(engine, data),
        "cosmos.auth.v1beta1.Query/Bech32Prefix" => {
            let bech32_prefix = "bbn".to_owned();
            Ok(Message::encode_to_vec(&Bech32PrefixResponse { bech32_prefix }))
        }
        "cosmos.staking.v1beta1.Query/Params" => Ok(staking_params()),
        "cosmos.base.tendermint.v1beta1.Service/GetNodeInfo" => Ok(node_info()),
        "cosmos.base.node.v1beta1.Service/Config" => Ok(super::query::node_config("0.002ubbn")),
        path if path.starts_with("ibc.core.") => there(engine, path, data),
        _ => Err(unknown(path)),
    }
}

fn provider(engine: &Engine, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let ProviderRequest { fp_btc_pk_hex } =
        <ProviderRequest as prost::Message>::decode(data).unwrap_or_default();
    let key = engine
        .net
        .fps
        .iter()
        .map(|fp| fp.public_key())
        .find(|key| hex::encode(key.as_bytes()) == fp_btc_pk_hex);
    let found = key.and_then(|key| Some((key, engine.net.link.app.babylon.fp(&key)?)));
    let Some((key, found)) = found else {
        let text = "the finality provider is not found";
        return Err(Refusal { codespace: "btcstaking".to_owned(), code: 1_102, log: text.to_owned() });
    };
    // The double does not keep when it slashed.
    let slashed_babylon_height = if found.is_slashed { babylon_height(engine) } else { 0 };
    let place = engine.net.fps.iter().position(|fp| fp.public_key() == key);
    let moniker =
        place.and_then(|place| engine.fp_account(place)).map(|it| it.name.clone()).unwrap_or_default();
    let description = Some(Description { moniker });
    let provider = Provider { description, btc_pk: key.as_bytes().to_vec(), slashed_babylon_height };
    Ok(prost::Message::encode_to_vec(&ProviderResponse { finality_provider: Some(provider) }))
}

/// As Babylon, it refuses the whole question for one consumer that it does not know.
fn registry(engine: &Engine, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let request: RegistryRequest =
        prost::Message::decode(data).map_err(|error| sdk(18, format!("{error}: invalid request")))?;
    let (ours, channel) = (&engine.net.link.app.client, engine.net.channel.as_ref());
    let register = |consumer_id: String| match consumer_id == *ours {
        true => Ok(ConsumerRegister {
            consumer_id,
            consumer_name: "devnet".to_owned(),
            cosmos_channel_id: channel.map(|ids| ids.remote.clone()).unwrap_or_default(),
        }),
        false => {
            Err(sdk(1, format!("rpc error: code = Unknown desc = {consumer_id}: consumer not registered")))
        }
    };
    let consumer_registers = request.consumer_ids.into_iter().map(register).collect::<Result<_, _>>()?;
    Ok(prost::Message::encode_to_vec(&RegistryResponse { consumer_registers }))
}

/// The release that the double behaves as.
fn node_info() -> Vec<u8> {
    let version = node::VersionInfo {
        name: "babylon".to_owned(),
        app_name: "babylond".to_owned(),
        version: "3.0.0-rc.3".to_owned(),
        ..Default::default()
    };
    let application_version = Some(version);
    Message::encode_to_vec(&node::GetNodeInfoResponse { default_node_info: None, application_version })
}

/// Babylon unbonds in 50 hours.
fn staking_params() -> Vec<u8> {
    let params = staking::Params {
        unbonding_time: Some(Duration { seconds: UNBONDING_S, nanos: 0 }),
        max_validators: 100,
        max_entries: 7,
        historical_entries: 10_000,
        bond_denom: "ubbn".to_owned(),
        min_commission_rate: "0".to_owned(),
    };
    Message::encode_to_vec(&staking::QueryParamsResponse { params: Some(params) })
}

/// What Babylon knows, in plain words: what `babylond query` would be asked for.
pub fn facts(engine: &Engine) -> Value {
    let app = &engine.net.link.app;
    let power = app.babylon.power_table(&app.client);
    let power: Vec<Value> = power
        .iter()
        .map(|(fp, sats)| json!({ "btc_pk_hex": hex::encode(fp.as_bytes()), "sats": sats }))
        .collect();
    let slashed: Vec<String> = engine
        .net
        .fps
        .iter()
        .map(|fp| fp.public_key())
        .filter(|key| app.babylon.fp(key).is_some_and(|fp| fp.is_slashed))
        .map(|key| hex::encode(key.as_bytes()))
        .collect();
    json!({
        "chain_id": app.babylon.chain_id(), "consumer_id": app.client, "power": power, "slashed": slashed,
        "bitcoin_height": app.babylon.bitcoin_height(), "state_digest": engine.net.babylon_digest(),
        "btc_confirmation_depth": app.babylon.params.confirmation_depth,
        "checkpoint_finalization_timeout": app.babylon.params.finalization_timeout,
        "channel": engine.net.channel.as_ref().map(|ids| ids.remote.clone()), "simulated": true,
    })
}
