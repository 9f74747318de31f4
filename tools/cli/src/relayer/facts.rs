//! What a relayer has to know.

use anyhow::{Context, Result, anyhow};
use bsn_rpc::Client;
use serde_json::Value;

use crate::config::{GasPrice, Setup};
use crate::deploy::read;

/// One end of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Its chain id.
    pub id: String,
    /// The RPC address of a node.
    pub rpc: String,
    /// The gRPC address of a node; hermes needs it.
    pub grpc: String,
    /// What its addresses begin with.
    pub prefix: String,
    /// What a unit of gas costs.
    pub price: GasPrice,
    /// How long unbonding takes, in seconds.
    pub unbonding_s: u64,
    /// What a block takes, in milliseconds, where the chain is old enough to say so.
    pub block_ms: Option<u64>,
    /// The client of the other chain, once there is one.
    pub client: Option<String>,
    /// The connection over it.
    pub connection: Option<String>,
    /// The channel of rewards.
    pub transfer: Option<String>,
    /// The channel of this protocol.
    pub channel: Option<String>,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The appchain.
    pub appchain: End,
    /// Babylon.
    pub babylon: End,
    /// The contract's address, once it is deployed.
    pub bsn: Option<String>,
}

/// Addresses that are not asked for by RPC.
#[derive(Debug, Clone, Default)]
pub struct Grpc {
    /// Of the appchain.
    pub chain: Option<String>,
    /// Of Babylon.
    pub babylon: Option<String>,
}

/// Reads both chains; `record` is that of the deployment, if there is one.
///
/// # Errors
/// If one does not answer, or says not enough.
pub fn read(setup: &Setup, record: Option<&Value>, grpc: &Grpc) -> Result<Facts> {
    let chain = setup.chain()?;
    let missing = || setup.missing("babylon.node", "--babylon-node", "BSN_BABYLON_NODE");
    let babylon = setup.babylon()?.ok_or_else(missing)?;
    let file = &setup.file;
    let no_price = |what: &str, flag: &str| {
        anyhow!("name what gas costs: {flag}, or `{what}.gas_prices` in {}", setup.path.display())
    };
    let price = |text: &Option<String>, what: &str, flag: &str| {
        text.as_deref().ok_or_else(|| no_price(what, flag))?.parse::<GasPrice>()
    };
    let ours = price(&file.chain.gas_prices, "chain", "--gas-prices")?;
    let mut appchain = end(&chain, &file.chain.node, grpc.chain.as_deref(), ours)?;
    let mut far = end(
        &babylon,
        &file.babylon.node,
        grpc.babylon.as_deref(),
        price(&file.babylon.gas_prices, "babylon", "--babylon-gas-prices")?,
    )?;
    let transfer =
        file.bsn.ics20_channel.as_deref().map(|id| read::channel(&chain, id)).transpose()?.flatten();
    if let Some(transfer) = transfer {
        (appchain.client, appchain.connection) = (some(&transfer.client), some(&transfer.connection));
        far.client = some(&transfer.consumer_id);
        let theirs = read::channel(&babylon, &transfer.counterparty.1)?;
        far.connection = theirs.and_then(|theirs| some(&theirs.connection));
        (appchain.transfer, far.transfer) = (Some(transfer.id), some(&transfer.counterparty.1));
    }
    let bsn = record.and_then(|record| record["bsn"]["address"].as_str()).map(str::to_owned);
    if let Some(bsn) = &bsn {
        let health =
            chain.smart(bsn, &serde_json::json!({ "health": {} })).context("cannot ask the contract")?;
        let id = health["channel"]["channel_id"].as_str().filter(|_| health["channel"]["state"] == "open");
        if let Some(id) = id {
            let found = chain.channel(&format!("wasm.{bsn}"), id)?;
            far.channel = found.and_then(|it| it.counterparty).and_then(|it| some(&it.channel_id));
            appchain.channel = Some(id.to_owned());
        }
    }
    let facts = Facts { appchain, babylon: far, bsn };
    facts.check()?;
    Ok(facts)
}

impl Facts {
    /// Everything that a node has said goes into files that are run.
    ///
    /// # Errors
    /// With the first word that is none.
    pub fn check(&self) -> Result<()> {
        for end in [&self.appchain, &self.babylon] {
            read::plain("its chain", &end.id)?;
            read::plain("what its addresses begin with", &end.prefix)?;
            for id in [&end.client, &end.connection, &end.transfer, &end.channel].into_iter().flatten() {
                read::plain("a part of its link", id)?;
            }
        }
        self.bsn.iter().try_for_each(|bsn| read::plain("the contract", bsn).map(drop))
    }
}

fn end(client: &Client, nodes: &[String], grpc: Option<&str>, price: GasPrice) -> Result<End> {
    let status = client.status()?;
    let rpc = nodes.first().cloned().unwrap_or_default();
    let time = client.staking_params()?.unbonding_time;
    let time = time.ok_or_else(|| anyhow!("{} does not say how long unbonding takes", status.chain_id))?;
    Ok(End {
        grpc: grpc.map_or_else(|| beside(&rpc), str::to_owned),
        prefix: client.prefix()?,
        unbonding_s: read::seconds_of(time.seconds),
        block_ms: read::block_ms(client, status.height, status.earliest_height)?,
        id: status.chain_id,
        rpc,
        price,
        client: None,
        connection: None,
        transfer: None,
        channel: None,
    })
}

/// The same host at the port where gRPC is by default.
fn beside(rpc: &str) -> String {
    let (scheme, rest) = rpc.split_once("://").unwrap_or(("http", rpc));
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    format!("{}://{host}:9090", if scheme == "https" { "https" } else { "http" })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
