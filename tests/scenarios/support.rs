//! What scenarios ask a network, in few words.

use std::collections::BTreeMap;
use std::fmt::Display;

use devnet::network::{Network, Setup};
use devnet::{TxError, TxReport};
use serde_json::{Value, json};

/// What a daemon takes for "drop this vote and go on".
pub const CLOSED: &str = "the voting block is already finalized and timestamped";

/// A network of these stakes in whole bitcoin, finality under way.
pub fn start(stakes: &[u64]) -> Network {
    start_with(stakes, json!({}))
}

/// The same with fields laid over the instantiate message.
pub fn start_with(stakes: &[u64], over: Value) -> Network {
    let mut network = Network::start(Setup::new(7, stakes).with(over)).unwrap();
    network.run(4).unwrap();
    network
}

/// The text of an error.
pub fn text<T, E: Display>(result: Result<T, E>) -> String {
    result.err().map(|error| error.to_string()).expect("it was refused")
}

/// A finality provider's key.
pub fn key(network: &Network, index: usize) -> String {
    network.fps[index].public_key_hex()
}

/// An answer as it is on the wire.
pub fn ask(network: &Network, query: Value) -> Value {
    network.query(&query).unwrap()
}

/// Power at a height as daemons read it.
pub fn power(network: &Network, index: usize, height: u64) -> u64 {
    let query = json!({"finality_provider_power": {"btc_pk_hex": key(network, index), "height": height}});
    ask(network, query)["power"].as_u64().unwrap()
}

/// The set at a height.
pub fn set(network: &Network, height: u64) -> BTreeMap<String, u64> {
    let answer = ask(network, json!({"active_finality_providers": {"height": height}}));
    serde_json::from_value(answer["active_finality_providers"].clone()).unwrap()
}

/// `finality_status` of a height.
pub fn status(network: &Network, height: u64) -> Value {
    ask(network, json!({"finality_status": {"height": height}}))
}

/// `health`.
pub fn health(network: &Network) -> Value {
    ask(network, json!({"health": {}}))
}

/// Votes at a height for the hash that is in the header of another one.
pub fn vote_for(network: &mut Network, index: usize, height: u64, of: u64) -> Result<TxReport, TxError> {
    let message = network.fps[index].vote(height, &network.app_hash(of)).unwrap();
    network.execute(&message)
}

/// Sends a message as somebody.
pub fn execute_as(network: &mut Network, who: &str, message: &Value) -> Result<TxReport, TxError> {
    let bsn = network.bsn.clone();
    network.chain.execute(who, &bsn, message)
}

/// The states of all evidence in the outbox.
pub fn outbox(network: &Network) -> Vec<String> {
    let answer = ask(network, json!({"outbox": {}}));
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

/// Blocks in which everybody online votes, first for the heights that were passed without a vote.
pub fn run(network: &mut Network, blocks: u64) {
    for height in network.finalized() + 1..network.chain.height() {
        for index in 0..network.fps.len() {
            if !network.offline.contains(&index) {
                let _ = network.vote(index, height);
            }
        }
    }
    network.run(blocks).unwrap();
}
