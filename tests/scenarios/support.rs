//! What scenarios ask a network, in few words.

pub mod alone;

use std::collections::BTreeMap;
use std::fmt::Display;

use devnet::network::{Network, Setup};
use devnet::{TxError, TxReport};
use proto::Message;
use proto::btcstaking::BtcStakingIbcPacket;
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

/// What a daemon takes for "drop this vote and go on".
pub const CLOSED: &str = "the voting block is already finalized and timestamped";

/// A network of these stakes in whole bitcoin, finality under way.
pub fn start(stakes: &[u64]) -> Network {
    start_with(stakes, json!({}))
}

/// The same with fields merged into the instantiate message.
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

/// A finality provider's stake.
pub fn stake(network: &Network, index: usize) -> u64 {
    let query = json!({"finality_provider_info": {"btc_pk_hex": key(network, index)}});
    let info: Result<Value, _> = network.query(&query);
    info.ok().and_then(|info| info["total_active_sats"].as_u64()).unwrap_or_default()
}

/// The kinds and reasons of all that is in quarantine, with its numbers.
pub fn quarantined(network: &Network) -> Vec<(u64, String, String)> {
    let answer = ask(network, json!({"quarantined": {"limit": 30}}));
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| (item["id"].as_u64().unwrap(), text(item, "kind"), text(item, "reason")))
        .collect()
}

/// A staking packet of Babylon's.
pub fn packet(items: BtcStakingIbcPacket) -> Vec<u8> {
    OutboundPacket { packet: Some(Packet::BtcStaking(items)) }.encode_to_vec()
}

/// Carries packets, which all must be acknowledged; the acknowledgements and the gas of each.
pub fn carry(network: &mut Network, packets: Vec<Vec<u8>>) -> Vec<(String, u64)> {
    let count = packets.len();
    network.link.app.packets.extend(packets);
    let carried = network.relay();
    let failed: Vec<_> = carried.iter().filter_map(|one| one.error.as_ref()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let received: Vec<_> = carried
        .iter()
        .filter_map(|one| Some((one.received.as_ref()?.ack.bytes()?, one.report.as_ref()?)))
        .map(|(ack, report)| (String::from_utf8(ack.to_vec()).unwrap(), report.usage.sdk_gas()))
        .collect();
    assert!(received.len() >= count, "{} of {count}", received.len());
    received
}

/// What Babylon has queued for us, as one packet's items.
pub fn queued(network: &mut Network) -> BtcStakingIbcPacket {
    let client = network.link.app.client.clone();
    let data = network.link.app.babylon.take_staking_packet(&client).expect("something is queued");
    match OutboundPacket::decode(data.as_slice()).unwrap().packet.unwrap() {
        Packet::BtcStaking(items) => items,
        other => panic!("{other:?}"),
    }
}

/// Bytes as they are in JSON messages.
pub fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Adds an output of so many bytes, more than 252, to a staking transaction with two.
pub fn lengthen(tx: &mut Vec<u8>, bytes: u32) {
    let count = tx.windows(2).position(|two| two == [0x51, 0x20]).unwrap() - 1 - 8 - 1;
    assert_eq!(tx[count], 2, "two outputs");
    tx[count] = 3;
    let mut output = vec![0; 8];
    match u16::try_from(bytes) {
        Ok(short) => output.extend([&[0xfd][..], &short.to_le_bytes()].concat()),
        Err(_) => output.extend([&[0xfe][..], &bytes.to_le_bytes()].concat()),
    }
    output.extend(vec![0x6a; bytes as usize]);
    tx.splice(count + 1..count + 1, output);
}
