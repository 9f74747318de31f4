//! `bsn devnet`.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ::devnet::Machine;
use anyhow::{Context, Result, bail};
use bsn_rpc::{Node, Retry};
use serde_json::{Value, json};

use crate::args::{Devnet, DevnetAction, DevnetRun, Fault};
use crate::devnet::serve::{self, Ports};
use crate::devnet::{self, show};
use crate::serve::{self as dashboard, Options};

/// What the staking coin is called.
const DENOM: &str = "ustake";
/// Where the dashboard is, if that is free.
const DASHBOARD_PORT: u16 = 26_680;
/// The stake of the first finality provider is the largest.
const MOST_STAKE: u64 = 40;

/// Runs it.
///
/// # Errors
/// One sentence.
pub fn run(args: Devnet) -> Result<()> {
    match args.action {
        None => start(&args.run),
        Some(DevnetAction::Fault(fault)) => cause(&fault),
        Some(DevnetAction::Faults { json }) => list(json),
        Some(DevnetAction::Info(at)) => {
            println!("{}", serde_json::to_string_pretty(&control(&at.node, "info", "")?)?);
            Ok(())
        }
    }
}

fn start(args: &DevnetRun) -> Result<()> {
    let ports = Ports { chain: args.port, babylon: args.babylon_port, bitcoin: args.bitcoin_port };
    let machine = if args.vm { with_vm } else { natively };
    let devnet = serve::start(chain(args), ports, machine)?;
    let mut facts = devnet.handle.run_blocking(|engine| show::facts(engine))?;
    let shown = format!("http://{}/", dashboard(args.dashboard_port, &devnet.at, &facts)?);
    facts["dashboard"] = json!(shown);
    if args.json {
        let at = devnet.at.map(|at| format!("http://{at}"));
        facts["endpoints"] =
            json!({ "chain": at[0], "babylon": at[1], "bitcoin": at[2], "dashboard": shown });
        println!("{facts}");
    } else {
        println!("{}", show::table(&facts, &devnet.at, &program()));
    }
    loop {
        std::thread::sleep(Duration::from_secs(60));
        // The chain's thread ends only if it fails.
        devnet.handle.run_blocking(|engine| engine.height())?;
    }
}

/// Serves the dashboard of this chain; where, if not told, is taken as it comes.
fn dashboard(port: Option<u16>, at: &[SocketAddr; 3], facts: &Value) -> Result<SocketAddr> {
    let [chain, babylon, _] = at.map(|at| format!("http://{at}"));
    // On a chain without one, the dashboard waits until it calls one.
    let contract = facts["bsn"].as_str().filter(|address| !address.is_empty());
    let options = |port: u16| {
        let options = Options::new(
            std::slice::from_ref(&chain),
            std::slice::from_ref(&babylon),
            contract,
            Retry::default(),
        )?;
        let listen = (Ipv4Addr::LOCALHOST, port).into();
        Ok::<_, anyhow::Error>(Options { listen, devnet: Some(chain.clone()), ..options })
    };
    match port {
        Some(port) => Ok(dashboard::start(options(port)?)?.at),
        None => match dashboard::start(options(DASHBOARD_PORT)?) {
            Ok(serving) => Ok(serving.at),
            Err(_) => Ok(dashboard::start(options(0)?)?.at),
        },
    }
}

/// What the flags say.
fn chain(args: &DevnetRun) -> devnet::Options {
    devnet::Options {
        chain_id: args.chain_id.clone(),
        prefix: args.prefix.clone(),
        denom: DENOM.to_owned(),
        seed: args.seed,
        stakes: stakes(args.fps),
        block_time: args.block_time,
        bitcoin_time: args.bitcoin_time,
        epoch_time: args.epoch_time,
        voting_period: args.voting_period,
        min_price: args.min_gas_price.into(),
        verified: args.verified || args.bitcoin_alone,
        alone: args.bitcoin_alone,
        instantiate: match (args.bare, args.bitcoin_alone) {
            (true, _) => Value::Null,
            (false, true) => devnet::Options::quick_jail_alone(),
            (false, false) => devnet::Options::quick_jail(),
        },
    }
}

/// No two alike, and nobody with a third.
fn stakes(count: u32) -> Vec<u64> {
    let count = u64::from(count);
    (0..count).map(|index| MOST_STAKE * (2 * count - index) / (2 * count)).map(|stake| stake.max(1)).collect()
}

fn natively() -> Result<Machine> {
    Ok(Machine::native())
}

#[cfg(feature = "vm")]
fn with_vm() -> Result<Machine> {
    Ok(Machine::wasm()?)
}

#[cfg(not(feature = "vm"))]
fn with_vm() -> Result<Machine> {
    bail!(
        "this program was built without a virtual machine: build it with `--features vm` (about ten minutes)"
    )
}

fn list(as_json: bool) -> Result<()> {
    let faults = show::faults();
    if as_json {
        println!("{faults}");
        return Ok(());
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for fault in faults.as_array().map_or(&[][..], Vec::as_slice) {
        let (name, params) = (text(&fault["name"]), text(&fault["params"]));
        println!("{}", format!("{name:<14} {params:<20} {}", text(&fault["about"])).trim_end());
    }
    Ok(())
}

fn cause(fault: &Fault) -> Result<()> {
    if let Some(bad) = fault.params.iter().find(|param| !param.contains('=')) {
        bail!("`{bad}` is no parameter: write it as KEY=VALUE");
    }
    let answer = control(&fault.at.node, &format!("fault/{}", fault.name), &fault.params.join("&"))?;
    println!("{answer}");
    Ok(())
}

/// Asks the control of a devnet.
fn control(node: &str, path: &str, query: &str) -> Result<Value> {
    let address = node.trim_end_matches('/');
    let node = Node::new(node, Duration::from_secs(20))?;
    let page = node.page(&format!("{address}/devnet/{path}?{query}"))?;
    let answer: Value =
        serde_json::from_str(&page).with_context(|| format!("{} is no devnet", node.name()))?;
    match answer["error"].as_str() {
        Some(error) => bail!("{error}"),
        None if answer.get("jsonrpc").is_some() => bail!("{} is no devnet", node.name()),
        None => Ok(answer),
    }
}

/// How this program was called.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "bsn".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_a_third_and_no_two_are_alike() {
        for count in [4, 5, 10, 20] {
            let stakes = stakes(count);
            let distinct: std::collections::BTreeSet<_> = stakes.iter().collect();
            assert_eq!((stakes.len(), distinct.len()), (count as usize, count as usize));
            assert!(stakes[0] * 3 < stakes.iter().sum::<u64>(), "{stakes:?}");
        }
        assert_eq!(stakes(100).len(), 100);
    }
}
