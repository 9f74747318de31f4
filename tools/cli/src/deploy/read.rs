//! Reads what both chains say.

mod babylon;

pub use babylon::{babylon, consumer};

use anyhow::{Context, Result};
use api::bsn::Network;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1 as gov;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::ibc::core::connection::v1 as connection;
use bsn_rpc::proto::tendermint::google::protobuf::Duration;
use bsn_rpc::{Client, Error, Header, address};
use serde_json::{Value, json};

use super::facts::{ChainFacts, GovFacts, Payer, TransferFacts, Upload};
use super::look::{next_code, or_none};
use crate::config::GasPrice;

/// Over how many blocks the time between them is measured.
const MEASURED: u64 = 100;
/// Fewer tell nothing.
const TOO_FEW: u64 = 5;
const EVERYBODY: i32 = 3;
const ANY_OF: i32 = 4;
const ORDERED: i32 = 2;

/// The appchain; `transfer` is the channel of rewards.
///
/// # Errors
/// If it does not answer.
pub fn chain(client: &Client, transfer: Option<&str>) -> Result<ChainFacts> {
    let status = client.status()?;
    let prefix = plain("what its addresses begin with", &prefix(client)?)?;
    plain("its chain", &status.chain_id)?;
    let staking = or_none(client.staking_params())?;
    let (upload, is_instantiated_freely) = access(client)?;
    let (block_bytes, block_gas) = block_limits(client, status.height)?;
    Ok(ChainFacts {
        governance: address::of_module(&prefix, "gov")?,
        block_ms: block_ms(client, status.height, status.earliest_height)?,
        modules: modules(client)?,
        min_gas_price: min_gas_price(client)?,
        bond_denom: staking.as_ref().map(|it| it.bond_denom.clone()).filter(|it| !it.is_empty()),
        unbonding_s: staking.and_then(|it| it.unbonding_time).map(|it| seconds_of(it.seconds)),
        upload,
        is_instantiated_freely,
        next_code: next_code(client)?,
        block_bytes,
        block_gas,
        hooks: or_none(client.module_params())?.flatten(),
        registered: or_none(client.module_contracts())?.flatten().unwrap_or_default(),
        gov: or_none(client.gov_params())?.map(governance).unwrap_or_default(),
        transfer: transfer.map(|id| channel(client, id)).transpose()?.flatten(),
        payer: None,
        id: status.chain_id,
        height: status.height,
        prefix,
    })
}

/// What a node says is written into names of files, scripts and lines to be copied: it must be a plain word.
///
/// # Errors
/// With the word.
pub fn plain(what: &str, word: &str) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if word.is_empty() || word.starts_with(['.', '-']) || word.len() > 128 || !word.chars().all(is_plain) {
        anyhow::bail!("the node calls {what} {word:?}: that is no name, and is written nowhere");
    }
    Ok(word.to_owned())
}

/// What addresses begin with; chains that do not say it show it in the address of a module.
fn prefix(client: &Client) -> Result<String> {
    match client.prefix() {
        Err(Error::NoQuery { .. }) => {
            use bsn_rpc::proto::cosmos::auth::v1beta1 as auth;
            let request = auth::QueryModuleAccountByNameRequest { name: "gov".to_owned() };
            let path = "/cosmos.auth.v1beta1.Query/ModuleAccountByName";
            let answer: auth::QueryModuleAccountByNameResponse = client.ask(path, &request)?;
            let value = answer.account.map(|any| any.value).unwrap_or_default();
            let account: auth::ModuleAccount = bsn_rpc::proto::Message::decode(value.as_slice())
                .map_err(|error| anyhow::anyhow!("the answer to {path} cannot be read: {error}"))?;
            Ok(address::prefix(&account.base_account.unwrap_or_default().address)?)
        }
        prefix => Ok(prefix?),
    }
}

/// What a block takes, in milliseconds; `None` on a chain that is too young to say so.
///
/// # Errors
/// If the node does not answer.
pub fn block_ms(client: &Client, height: u64, earliest: u64) -> Result<Option<u64>> {
    let first = height.saturating_sub(MEASURED).max(earliest).max(2);
    if height < first + TOO_FEW {
        return Ok(None);
    }
    let at = |height| Ok::<_, Error>(Header::nanos(&client.header(Some(height))?));
    let (Some(from), Some(to)) = (at(first)?, at(height)?) else { return Ok(None) };
    let each = (to - from).max(0) / i128::from(height - first) / 1_000_000;
    Ok(u64::try_from(each).ok())
}

fn modules(client: &Client) -> Result<Vec<(String, String)>> {
    let version = or_none(client.application())?.unwrap_or_default();
    Ok(version.build_deps.into_iter().map(|module| (module.path, module.version)).collect())
}

/// `cosmos.base.node.v1beta1.ConfigResponse`, as far as it is needed.
#[derive(Clone, PartialEq, prost::Message)]
struct NodeConfig {
    #[prost(string, tag = "1")]
    minimum_gas_price: String,
}

/// The first of the prices that a node takes; `None` if it does not say one.
///
/// # Errors
/// If it does not answer.
pub fn min_gas_price(client: &Client) -> Result<Option<GasPrice>> {
    let bytes = or_none(client.query("/cosmos.base.node.v1beta1.Service/Config", &[]))?.unwrap_or_default();
    let config: NodeConfig = prost::Message::decode(bytes.as_slice()).unwrap_or_default();
    Ok(config.minimum_gas_price.split(',').next().and_then(|first| first.parse().ok()))
}

/// Who may store code, and whether everybody may instantiate what is stored, unless somebody says otherwise.
fn access(client: &Client) -> Result<(Upload, bool)> {
    let path = "/cosmwasm.wasm.v1.Query/Params";
    let answer: wasm::QueryParamsResponse =
        client.ask(path, &wasm::QueryParamsRequest {}).context("the chain has no wasmd")?;
    let params = answer.params.unwrap_or_default();
    let access = params.code_upload_access.unwrap_or_default();
    let upload = match access.permission {
        EVERYBODY => Upload::Everybody,
        ANY_OF => Upload::Some(access.addresses),
        _ => Upload::Nobody,
    };
    Ok((upload, params.instantiate_default_permission == EVERYBODY))
}

/// Of a height that is there: of the next one, which CometBFT takes by default, a node does not know them while it stores a block.
fn block_limits(client: &Client, height: u64) -> Result<(Option<u64>, Option<u64>)> {
    let answer = match client.call("consensus_params", &json!({ "height": height.to_string() })) {
        Err(Error::NoMethod { .. }) => return Ok((None, None)),
        answer => answer?,
    };
    let number = |name: &str| {
        let value: &Value = &answer["consensus_params"]["block"][name];
        value.as_str().and_then(|text| text.parse::<i64>().ok()).or_else(|| value.as_i64())
    };
    // -1 is no limit.
    let limit = |name| number(name).and_then(|limit| u64::try_from(limit).ok());
    Ok((limit("max_bytes"), limit("max_gas")))
}

fn governance(params: gov::Params) -> GovFacts {
    let coins = |coins: &[Coin]| {
        coins.iter().map(|coin| (coin.amount.parse().unwrap_or_default(), coin.denom.clone())).collect()
    };
    let time = |time: Option<Duration>| time.map_or(0, |it| seconds_of(it.seconds));
    GovFacts {
        deposit: coins(&params.min_deposit),
        expedited_deposit: coins(&params.expedited_min_deposit),
        voting_s: time(params.voting_period),
        expedited_voting_s: time(params.expedited_voting_period),
    }
}

/// Seconds that are never negative.
pub fn seconds_of(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or_default()
}

/// A channel of coins with what is below it; `None` if there is no such channel.
///
/// # Errors
/// If the chain does not answer.
pub fn channel(client: &Client, id: &str) -> Result<Option<TransferFacts>> {
    let Some(channel) = client.channel("transfer", id)? else { return Ok(None) };
    let below = client.client_of_channel("transfer", id)?;
    let hop = channel.connection_hops.first().cloned().unwrap_or_default();
    let far = channel.counterparty.unwrap_or_default();
    let (client_id, state) = below.map(|it| (it.id, it.state)).unwrap_or_default();
    let client_status =
        if client_id.is_empty() { String::new() } else { client.client_status(&client_id)? };
    Ok(Some(TransferFacts {
        id: id.to_owned(),
        state: channel.state,
        is_ordered: channel.ordering == ORDERED,
        version: channel.version,
        counterparty: (far.port_id, far.channel_id),
        consumer_id: far_client(client, &hop)?,
        connection: hop,
        client: client_id,
        client_chain: state.chain_id,
        client_status,
        trusting_s: state.trusting_period.map_or(0, |it| seconds_of(it.seconds)),
    }))
}

/// The other side's client, under a connection.
///
/// # Errors
/// If the chain does not answer.
pub fn far_client(client: &Client, connection: &str) -> Result<String> {
    let request = connection::QueryConnectionRequest { connection_id: connection.to_owned() };
    let answer = client.ask::<_, connection::QueryConnectionResponse>(
        "/ibc.core.connection.v1.Query/Connection",
        &request,
    )?;
    let far = answer.connection.and_then(|end| end.counterparty);
    Ok(far.map(|far| far.client_id).unwrap_or_default())
}

/// Who pays, of which coin.
///
/// # Errors
/// If the chain does not answer.
pub fn payer(client: &Client, address: &str, denom: &str) -> Result<Payer> {
    let exists = match client.account(address) {
        Ok(_) | Err(Error::OtherAccount { .. }) => true,
        Err(Error::NoAccount(_)) => false,
        Err(error) => return Err(error.into()),
    };
    let balance = if denom.is_empty() { 0 } else { client.balance(address, denom)? };
    Ok(Payer { address: address.to_owned(), balance, denom: denom.to_owned(), exists })
}

/// A network by its word.
///
/// # Errors
/// With the words that there are.
pub fn network(word: &str) -> Result<Network> {
    serde_json::from_value(json!(word)).map_err(|_| {
        anyhow::anyhow!("`{word}` is no network of Bitcoin: mainnet, testnet, testnet4, signet or regtest")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_or_a_path_would_read_otherwise_is_refused() {
        for good in ["bbn-1", "app_2.3", "07-tendermint-5"] {
            assert_eq!(plain("its chain", good).unwrap(), good);
        }
        for bad in ["", "$(id)", "a b", "../x", ".x", "-rf", "a\nb", "a;b", "a`b`", "a/b"] {
            let said = plain("its chain", bad).unwrap_err().to_string();
            assert!(said.starts_with("the node calls its chain \"") && !said.contains('\n'), "{said}");
        }
    }
}
