//! What goes wrong on demand: `bsn devnet fault NAME`, and `/devnet/fault/NAME` of the chain's port.

use devnet::Hook;
use primitives::{AppHash, Txid};
use serde_json::{Value, json};

use super::engine::Engine;
use super::params::Params;

/// A fault: its name, what it does, and the parameters that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// `name=default` of its parameters.
    pub params: &'static str,
}

/// All of them.
pub const KINDS: [Kind; 21] = [
    kind("lost-hook", "the chain does not call the contract's EndBlock", "blocks=1 phase=end"),
    kind("hole", "the chain calls no hook at all: the height gets no anchor", "blocks=1"),
    kind("starved-hooks", "each hook gets too little gas, and leaves an error", "blocks=1 gas=5000"),
    kind("offline", "a finality provider's daemon stops; after enough misses it is jailed", "fp=0"),
    kind("online", "its daemon starts again, and votes for what it missed", "fp=0"),
    kind("jail", "a finality provider is silent until it is jailed, then its daemon runs again", "fp=0"),
    kind("unjail", "a jailed finality provider asks to be let in again", "fp=0"),
    kind("double-sign", "a finality provider votes for two blocks of one height", "fp=0"),
    kind("delegate", "somebody stakes with a finality provider", "fp=0 sats=100000000"),
    kind("undelegate", "a stake is taken back, by the id of its transaction", "txid="),
    kind("close-channel", "Babylon's channel closes", ""),
    kind("expire-client", "a light client expires", "side=here"),
    kind("revive-client", "the client is made active again, as governance can", "side=here"),
    kind("stop-relayer", "nothing is carried any more", ""),
    kind("start-relayer", "the relayer runs again", ""),
    kind("reorg", "Bitcoin reorganizes", "depth=2"),
    kind("wrong-headers", "Babylon sends a Bitcoin header without proof of work", ""),
    kind("stop-bitcoin", "no block of Bitcoin is found, and no timestamp comes", ""),
    kind("start-bitcoin", "Bitcoin goes on", ""),
    kind("stop-chain", "no block is made", ""),
    kind("start-chain", "blocks are made again", ""),
];

const fn kind(name: &'static str, about: &'static str, params: &'static str) -> Kind {
    Kind { name, about, params }
}

/// Lets something go wrong, and says what will be seen.
///
/// # Errors
/// A sentence, for a fault or a parameter that there is not.
pub fn cause(engine: &mut Engine, name: &str, params: &Params) -> Result<Value, String> {
    let number = |name: &str, default: u64| match params.number(name) {
        Ok(found) => Ok(found.unwrap_or(default)),
        Err(error) => Err(error.data),
    };
    let word = |name: &str, default: &str| match params.text(name) {
        Ok(found) => Ok(found.unwrap_or_else(|| default.to_owned())),
        Err(error) => Err(error.data),
    };
    let next = engine.height() + 1;
    let heights = |blocks: u64| next..next + blocks.min(1_000);
    let done = |what: Value| Ok(json!({ "fault": name, "from_height": next, "seen": what }));
    match name {
        "lost-hook" => {
            let (blocks, phase) = (number("blocks", 1)?, word("phase", "end")?);
            let hooks: &[Hook] = match phase.as_str() {
                "end" => &[Hook::EndFinality],
                "begin" => &[Hook::BeginStaking, Hook::BeginFinality],
                other => return Err(format!("`{other}` is no phase: begin or end")),
            };
            let faults = &mut engine.net.chain.faults;
            heights(blocks).for_each(|height| hooks.iter().for_each(|hook| faults.lose(height, *hook)));
            done(json!({ "blocks": blocks, "phase": phase }))
        }
        "hole" => {
            let blocks = number("blocks", 1)?;
            engine.net.chain.faults.lose_all(heights(blocks));
            done(json!({ "heights_without_anchor": blocks }))
        }
        "starved-hooks" => {
            let (blocks, gas) = (number("blocks", 1)?, number("gas", 5_000)?);
            let faults = &mut engine.net.chain.faults;
            heights(blocks)
                .for_each(|height| Hook::ALL.into_iter().for_each(|hook| faults.starve(height, hook, gas)));
            done(json!({ "blocks": blocks, "gas": gas }))
        }
        "offline" | "online" | "jail" | "unjail" | "double-sign" => {
            let index = usize::try_from(number("fp", 0)?).unwrap_or(usize::MAX);
            let count = engine.net.fps.len();
            if index >= count {
                return Err(format!("there is no finality provider {index}: they are 0 to {}", count - 1));
            }
            of_provider(engine, name, index).and_then(done)
        }
        "delegate" => {
            let index = usize::try_from(number("fp", 0)?).unwrap_or(usize::MAX);
            let (txid, output) = engine.delegate(index, number("sats", 100_000_000)?)?;
            done(json!({ "fp": index, "txid": txid.to_string(), "output": output }))
        }
        "undelegate" => {
            let text = word("txid", "")?;
            let txid =
                Txid::from_display_hex(&text).map_err(|_| format!("`{text}` is no id of a transaction"))?;
            done(json!({ "txid": text, "spent_by": engine.undelegate(&txid)?.to_string() }))
        }
        "close-channel" => {
            let ids = engine.net.channel.clone().ok_or("there is no channel")?;
            engine.net.link.force_close_remote(&ids.remote).map_err(|error| error.to_string())?;
            done(json!({ "channel": ids.local, "channel_on_babylon": ids.remote }))
        }
        "expire-client" | "revive-client" => {
            let (side, expired) = (word("side", "here")?, name == "expire-client");
            match side.as_str() {
                "here" => engine.client_expires(expired),
                "babylon" => engine.net.link.remote_client_expired = expired,
                other => return Err(format!("`{other}` is no side: here or babylon")),
            }
            done(json!({ "side": side, "expired": expired }))
        }
        "reorg" => {
            let depth = u32::try_from(number("depth", 2)?.min(50)).unwrap_or(2);
            engine.net.miner.reorg(depth, depth + 1);
            engine.net.link.app.babylon.see_bitcoin(&engine.net.miner);
            done(json!({ "depth": depth, "tip": engine.net.miner.tip_height() }))
        }
        "wrong-headers" => {
            engine.wrong_header();
            done(json!({ "headers": 1 }))
        }
        "stop-relayer" | "start-relayer" => {
            engine.trouble.relayer_stopped = name == "stop-relayer";
            done(json!({ "relayer_runs": !engine.trouble.relayer_stopped }))
        }
        "stop-bitcoin" | "start-bitcoin" => {
            engine.trouble.bitcoin_stopped = name == "stop-bitcoin";
            done(json!({ "bitcoin_runs": !engine.trouble.bitcoin_stopped }))
        }
        "stop-chain" | "start-chain" => {
            engine.trouble.chain_stopped = name == "stop-chain";
            done(json!({ "chain_runs": !engine.trouble.chain_stopped }))
        }
        other => {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            Err(format!("there is no fault `{other}`: {}", names.join(", ")))
        }
    }
}

fn of_provider(engine: &mut Engine, name: &str, index: usize) -> Result<Value, String> {
    let key = engine.net.fps.get(index).map(|fp| fp.public_key_hex()).unwrap_or_default();
    match name {
        "offline" | "online" => engine.set_online(index, name == "online"),
        "jail" => engine.jail(index),
        "unjail" => {
            let Some(message) = engine.net.fps.get(index).map(|fp| fp.unjail()) else { return Err(key) };
            engine.set_online(index, true);
            engine.send_as(index, &message);
        }
        _ => {
            let height = engine.height();
            let (ours, other) = (engine.net.app_hash(height), AppHash::from_bytes([0x66; 32]));
            let Some(fp) = engine.net.fps.get(index) else { return Err(key) };
            let votes = fp.double_vote(height, &ours, &other).map_err(|error| error.to_string())?;
            votes.iter().for_each(|vote| engine.send_as(index, vote));
        }
    }
    Ok(json!({ "fp": index, "btc_pk_hex": key }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
    }
}
