//! Reads everything that an examination looks at.
//!
//! RPC alone is asked. Each part is asked for by itself: what is not answered is absent with its reason, and the rest is
//! judged. A node that fails again and again is asked no more ([`ask::PATIENCE`]), so that one which hangs costs seconds.

pub mod ask;
mod bitcoin;
mod chain;
mod link;
mod votes;

use anyhow::{Result, bail};
use api::bsn::HealthResponse;
use bsn_rpc::{Client, Error, Retry, address};
use serde_json::json;

pub use ask::each;
use ask::{Asker, now};
pub use bitcoin::Source;

use super::snapshot::{Absent, FORM, NodeView, Part, Snapshot, Tip, unverified};

/// What cw2 calls the contract.
const NAME: &str = "babylon-contract";
/// Over how many blocks the time between them is measured.
const MEASURED: u64 = 20;

/// Who is asked.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The chain's nodes.
    pub nodes: Vec<String>,
    /// The chain that it has to be.
    pub chain_id: Option<String>,
    /// The contract.
    pub contract: String,
    /// Babylon's nodes.
    pub babylon: Option<Vec<String>>,
    /// Bitcoin.
    pub bitcoin: Option<Source>,
    /// Babylon's state digest, as somebody says.
    pub babylon_digest: Option<String>,
    /// The time between blocks of a private Bitcoin, in seconds.
    pub pace: Option<u64>,
    /// How many of the last blocks are searched for errors.
    pub blocks: u64,
    /// How each of them is asked.
    pub retry: Retry,
}

impl Sources {
    /// A contract, asked at these nodes, and nobody else.
    pub fn new(nodes: &[String], contract: &str) -> Self {
        Self {
            nodes: nodes.to_vec(),
            chain_id: None,
            contract: contract.to_owned(),
            babylon: None,
            bitcoin: None,
            babylon_digest: None,
            pace: None,
            blocks: 20,
            retry: Retry { rounds: 2, ..Retry::default() },
        }
    }
}

/// Asks everybody.
///
/// # Errors
/// One sentence, where there is nothing to be examined: no node answers, or the contract is not `bsn`.
pub fn look(sources: &Sources) -> Result<Snapshot> {
    let all = Client::with(&sources.nodes, sources.retry)?;
    let (client, nodes) = believed(&all, sources)?;
    let status = client.status()?;
    let contract = sources.contract.clone();
    let prefix = client.prefix().or_else(|_| address::prefix(&contract));
    if let Ok(prefix) = &prefix {
        address::decode(prefix, &contract)?;
    }
    let ask = Asker::new(&client, &status.node);
    let bsn = chain::deployed(&ask, &contract);
    match &bsn {
        Err(Absent::Nothing(_)) => bail!("there is no contract {contract} on {}", status.chain_id),
        Ok(bsn) if bsn.name != NAME => {
            let name = if bsn.name.is_empty() { "a contract without a name" } else { bsn.name.as_str() };
            bail!("{contract} is {name}, not bsn");
        }
        _ => (),
    }
    let seconds = u64::try_from(status.time_nanos / 1_000_000_000).unwrap_or_default();
    let tip = Tip {
        chain_id: status.chain_id.clone(),
        height: status.height,
        time: seconds,
        is_catching_up: status.is_catching_up,
        block_ms: block_ms(&client, status.height, status.earliest_height, status.time_nanos),
    };
    let health: Part<HealthResponse> = ask.smart(&contract, &json!({ "health": {} }));
    let config: Part<api::bsn::ConfigResponse> = ask.smart(&contract, &json!({ "config": {} }));
    let light_address = config.clone().and_then(|config| {
        config.btc_light_client.ok_or_else(|| Absent::Nothing("the contract has no light client".to_owned()))
    });
    let verifier = config.clone().and_then(|config| config.stake_verifier.map_or_else(unverified, Ok));
    let admin: Part<api::bsn::AdminResponse> = ask.smart(&contract, &json!({ "admin": {} }));
    let is_contract = |address: String| ask.read(|client| Ok(client.contract_info(&address)?.is_some()));
    let admin_is_contract = admin.clone().and_then(|it| it.admin.map_or(Ok(false), is_contract));
    let light = light_address.clone().and_then(|address| bitcoin::light(&ask, &address));
    // Close to one another, for Bitcoin goes on meanwhile.
    let bitcoin = bitcoin::outside(sources, &light);
    let here = link::here(&ask, &contract, &health);
    let anchors = votes::anchors(&ask, &contract, tip.height);
    let providers = votes::providers(&ask, &contract, &anchors);
    let (there, babylon) = link::babylon(sources, &here, &providers);
    let waiting = votes::waiting(&ask, &contract, &health);
    Ok(Snapshot {
        form: FORM,
        now: now(),
        pace: sources.pace,
        node: status.node.clone(),
        nodes,
        software: chain::software(&ask, &status.version),
        prefix: prefix.map_err(|error| Absent::Failed(error.to_string())),
        light_client: light_address.and_then(|address| chain::deployed(&ask, &address)),
        staking: verifier.and_then(|address| chain::deployed(&ask, &address)),
        module: chain::module(&ask),
        blocks: chain::blocks(&ask, tip.height, status.earliest_height, sources.blocks),
        trust: ask.smart(&contract, &json!({ "trust": {} })),
        outbox: ask.smart(&contract, &json!({ "outbox": { "limit": 30 } })),
        digest: match &sources.babylon_digest {
            Some(_) => votes::digest(&ask, &contract),
            None => Err(Absent::Needs("--babylon-digest".to_owned())),
        },
        babylon_digest: sources
            .babylon_digest
            .clone()
            .ok_or_else(|| Absent::Needs("--babylon-digest".to_owned())),
        balances: chain::balances(&ask, &contract),
        transfer: link::transfer(&ask, &contract),
        votes: votes::votes(&ask, &contract, &anchors),
        contract,
        tip,
        bsn,
        health,
        config,
        admin,
        admin_is_contract,
        here,
        there,
        babylon,
        light,
        bitcoin,
        anchors,
        providers,
        waiting,
    })
}

/// The nodes that are not held to serve something else, and what is held against each.
fn believed(all: &Client, sources: &Sources) -> Result<(Client, Vec<NodeView>)> {
    let verdicts = all.compare(sources.chain_id.as_deref());
    let mut good = Vec::new();
    for (url, verdict) in sources.nodes.iter().zip(&verdicts) {
        if matches!(verdict.fault, None | Some(Error::CatchingUp { .. } | Error::Lags { .. })) {
            good.push((verdict.fault.is_some(), url.clone()));
        }
    }
    // Whoever is behind is asked only where nobody else is there.
    if good.iter().any(|(is_behind, _)| !is_behind) {
        good.retain(|(is_behind, _)| !is_behind);
    }
    let good: Vec<String> = good.into_iter().map(|(_, url)| url).collect();
    if good.is_empty() {
        let fault = verdicts.into_iter().find_map(|verdict| verdict.fault);
        return Err(fault.unwrap_or(Error::NoNode).into());
    }
    let view = |verdict: bsn_rpc::compare::Verdict| NodeView {
        name: verdict.node,
        height: verdict.height,
        is_foreign: matches!(verdict.fault, Some(Error::WrongChain { .. } | Error::Contradicts { .. })),
        fault: verdict.fault.map(|fault| fault.to_string()),
    };
    Ok((Client::with(&good, sources.retry)?, verdicts.into_iter().map(view).collect()))
}

/// The time between the last blocks, in milliseconds; 0 where it is not known.
fn block_ms(client: &Client, height: u64, earliest: u64, time_nanos: i128) -> u64 {
    let from = height.saturating_sub(MEASURED).max(earliest);
    let blocks = i128::from(height.saturating_sub(from));
    let then = client.header(Some(from)).ok().and_then(|header| header.nanos());
    match then {
        Some(then) if blocks > 0 => {
            u64::try_from((time_nanos - then) / blocks / 1_000_000).unwrap_or_default()
        }
        _ => 0,
    }
}
