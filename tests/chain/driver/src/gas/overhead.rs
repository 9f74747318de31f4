//! What wasmd charges around a call (wasmd v0.61: x/wasm/keeper/keeper.go, x/wasm/types/gas_register.go).

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::address;
use bsn_rpc::proto::Message;
use bsn_rpc::proto::cosmos::base::abci::v1beta1::TxMsgData;
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;
use serde_json::{Value, json};

use super::table::Row;
use crate::chain::Role;
use crate::world::World;
use bsn_rpc::{Event, TxResult};

const READ_FLAT: u64 = 1_000;
const READ_BYTE: u64 = 3;
/// Whether a key exists, however long it is.
const HAS: u64 = 1_000;
const PINNED: u64 = 2_000;
/// What an instance of a code costs that is not pinned.
pub const UNPINNED: u64 = 60_000;
const TX_BYTE: u64 = 10;
const PER_ATTRIBUTE: u64 = 10;
const PER_EVENT: u64 = 20;
const FREE_BYTES: u64 = 100;

/// What is the same for every call of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Overhead {
    reads: u64,
    is_pinned: bool,
}

/// What a contract answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With this data.
    Ok(Vec<u8>),
    /// With this text.
    Error(String),
    /// To a packet, with this acknowledgement.
    Ack(Vec<u8>),
}

/// A hook's call: what its meter showed, and the events that came of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// SDK gas.
    pub gas: u64,
    /// What was said meanwhile.
    pub events: Vec<Event>,
}

impl Overhead {
    /// For a contract of a code, as both are stored now.
    ///
    /// # Errors
    /// If the chain does not show its store.
    pub fn of(world: &World, contract: &str, code_id: u64, is_pinned: bool) -> Result<Self> {
        let address = address::decode(Role::Consumer.prefix(), contract)?;
        let contract = [&[2][..], &address].concat();
        let code = [&[1][..], &code_id.to_be_bytes()].concat();
        let read = |key: &[u8]| -> Result<u64> {
            let value = world.consumer.rpc.query("/store/wasm/key", key).context("the store of x/wasm")?;
            Ok(READ_FLAT + READ_BYTE * (key.len() + value.len()) as u64)
        };
        Ok(Self { reads: read(&contract)? + read(&code)? + HAS, is_pinned })
    }

    fn instance(self) -> u64 {
        if self.is_pinned { PINNED } else { UNPINNED }
    }

    /// What comes before the contract, of a transaction of `bytes`: by one to an address without a contract, which read
    /// in vain.
    pub fn ante(self, control: &TxResult, control_bytes: usize, bytes: usize) -> u64 {
        // An account's address is 20 bytes long, its key one more.
        let in_vain = READ_FLAT + READ_BYTE * 21;
        let control = control.gas_used.saturating_sub(in_vain + TX_BYTE * control_bytes as u64);
        control + TX_BYTE * bytes as u64
    }

    /// The row of a call that used `real`, `ante` of it before the contract.
    pub fn row(self, name: &str, events: &[Event], answer: &Answer, real: u64, ante: u64) -> Row {
        let events = if matches!(answer, Answer::Error(_)) { &[] } else { events };
        Row {
            call: name.to_owned(),
            is_pinned: self.is_pinned,
            real,
            ante,
            reads: self.reads,
            instance: self.instance(),
            response: event_cost(events) + json_length(events, answer),
            ..Row::default()
        }
    }

    /// The row of one or more hooks.
    pub fn hook_row(self, name: &str, calls: &[Call]) -> Row {
        let response =
            |call: &Call| event_cost(&call.events) + json_length(&call.events, &Answer::Ok(Vec::new()));
        let count = calls.len() as u64;
        Row {
            call: name.to_owned(),
            is_pinned: self.is_pinned,
            real: calls.iter().map(|call| call.gas).sum(),
            reads: self.reads * count,
            instance: self.instance() * count,
            response: calls.iter().map(response).sum(),
            ..Row::default()
        }
    }
}

/// The hooks of a block, each with the events since the one before.
///
/// # Errors
/// If a hook says no gas.
pub fn calls(events: &[Event]) -> Result<Vec<Call>> {
    let (mut calls, mut since) = (Vec::new(), Vec::new());
    for event in events {
        match event.kind.as_str() {
            "hook_gas" => {
                let gas = event.get("gas").and_then(|gas| gas.parse().ok()).context("a hook's gas")?;
                calls.push(Call { gas, events: std::mem::take(&mut since) });
            }
            "tx" => since.clear(),
            _ => since.push(event.clone()),
        }
    }
    Ok(calls)
}

/// An event as the contract wrote it: no type where it is the response's own attributes.
struct Written<'a> {
    kind: Option<&'a str>,
    attributes: Vec<&'a (String, String)>,
}

/// The events that the contract wrote, the response's own attributes first.
fn written(events: &[Event]) -> Vec<Written<'_>> {
    const NOT_ITS: [&str; 3] = ["_contract_address", "msg_index", "mode"];
    let mut list: Vec<_> = events
        .iter()
        .filter(|event| event.kind == "wasm" || event.kind.starts_with("wasm-"))
        .map(|event| Written {
            kind: event.kind.strip_prefix("wasm-"),
            attributes: event.attributes.iter().filter(|(key, _)| !NOT_ITS.contains(&key.as_str())).collect(),
        })
        .collect();
    list.sort_by_key(|event| event.kind.is_some());
    list
}

/// What events cost: each attribute and each custom event, and a byte beyond the first hundred.
fn event_cost(events: &[Event]) -> u64 {
    let (mut cost, mut free) = (0, FREE_BYTES);
    for Written { kind, attributes } in written(events) {
        if let Some(kind) = kind {
            cost += PER_EVENT + kind.len() as u64;
        }
        let bytes: u64 = attributes.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        cost += bytes.saturating_sub(free) + PER_ATTRIBUTE * attributes.len() as u64;
        free = free.saturating_sub(bytes);
    }
    cost
}

/// The length of a contract's answer in JSON: wasmvm charges one SDK gas a byte for reading it.
fn json_length(events: &[Event], answer: &Answer) -> u64 {
    let attributes = |event: &Written<'_>| -> Value {
        event.attributes.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
    };
    let (key, data) = match answer {
        Answer::Error(text) => return json!({ "error": text }).to_string().len() as u64,
        Answer::Ok(data) => ("data", data),
        Answer::Ack(data) => ("acknowledgement", data),
    };
    let list = written(events);
    let (own, custom): (Vec<_>, Vec<_>) = list.iter().partition(|event| event.kind.is_none());
    let own = own.first().map_or_else(|| json!([]), |event| attributes(event));
    let custom: Value =
        custom.iter().map(|event| json!({ "type": event.kind, "attributes": attributes(event) })).collect();
    let data = if data.is_empty() { Value::Null } else { STANDARD.encode(data).into() };
    json!({ "ok": { "messages": [], "attributes": own, "events": custom, key: data } }).to_string().len()
        as u64
}

/// The data of the first message's response.
pub fn data_of(tx: &[u8]) -> Option<Vec<u8>> {
    let data = TxMsgData::decode(tx).ok()?;
    let response = data.msg_responses.first()?;
    Some(MsgExecuteContractResponse::decode(response.value.as_slice()).ok()?.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, attributes: &[(&str, &str)]) -> Event {
        let attributes =
            attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Event { kind: kind.to_owned(), attributes }
    }

    #[test]
    fn a_hundred_bytes_of_attributes_are_free_once() {
        let long = "x".repeat(99);
        let own = event("wasm", &[("_contract_address", "bbnc1"), ("k", &long)]);
        assert_eq!(event_cost(std::slice::from_ref(&own)), PER_ATTRIBUTE);
        let custom = event("wasm-vote", &[("_contract_address", "bbnc1"), ("k", "12"), ("msg_index", "0")]);
        let both = [custom, own, event("transfer", &[("k", "v")])];
        assert_eq!(event_cost(&both), PER_ATTRIBUTE + PER_EVENT + 4 + PER_ATTRIBUTE + 3);
    }

    #[test]
    fn an_answer_is_as_long_as_its_json() {
        let error = Answer::Error("no".to_owned());
        assert_eq!(json_length(&[], &error), r#"{"error":"no"}"#.len() as u64);
        let empty = r#"{"ok":{"messages":[],"attributes":[],"events":[],"data":null}}"#;
        assert_eq!(json_length(&[], &Answer::Ok(Vec::new())), empty.len() as u64);
        let ack = r#"{"ok":{"acknowledgement":"AQ==","messages":[],"attributes":[],"events":[]}}"#;
        assert_eq!(json_length(&[], &Answer::Ack(vec![1])), ack.len() as u64);
    }

    #[test]
    fn a_hooks_events_are_those_since_the_last_hook() {
        let events = [
            event("mint", &[]),
            event("wasm-a", &[]),
            event("hook_gas", &[("gas", "5")]),
            event("wasm-b", &[("k", "v")]),
            event("hook_gas", &[("gas", "7")]),
        ];
        let calls = calls(&events).unwrap();
        assert_eq!(calls.iter().map(|call| call.gas).collect::<Vec<_>>(), [5, 7]);
        assert_eq!(event_cost(&calls[1].events), PER_EVENT + 1 + PER_ATTRIBUTE);
    }
}
