//! A node of a chain without Babylon, for as long as a program runs: the real contracts, natively, behind CometBFT's JSON-RPC.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use api::btc_staking::ExecuteMsg;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bsn_rpc::proto::cosmos::auth::v1beta1 as auth;
use bsn_rpc::proto::cosmos::base::abci::v1beta1::{GasInfo, Result as AbciResult};
use bsn_rpc::proto::cosmos::tx::v1beta1 as tx;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::{Message, pack};
use bsn_rpc::read::tx_hash;
use cosmwasm_std::testing::{MOCK_CONTRACT_ADDR, mock_env};
use cosmwasm_std::{Addr, Order, Record, Storage};
use serde_json::{Value, json};

use crate::chain::{BASE, Both, KEPT, answered};
use crate::common::maker::{Maker, key};
use crate::common::{K, W, World};
use crate::desk::Desk;
use crate::serve::read;
use crate::stage::{Named, Stage};

/// The words that every wallet's tests have.
const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

/// Who signs the transactions.
pub const SENDER: [&str; 3] = ["--mnemonic-file", "words", "--yes"];

/// A chain without Babylon that knows the maker's finality provider, and a desk to call programs from.
pub struct Node {
    pub stage: Stage,
    pub desk: Desk,
    listener: TcpListener,
    results: RefCell<BTreeMap<String, Value>>,
}

impl Node {
    pub fn new(name: &str) -> Self {
        let mut maker = Maker { signs_unbonding: true, ..Maker::new() };
        maker.params.max_fps = 1;
        let both = Both::of(World::own(&maker));
        let (net, named) = (both.net.clone(), Named([key(&maker.fp)].into()));
        let stage = Stage { maker, both, net, named };
        let desk = Desk::new(&stage, name);
        let words = desk.path("words");
        fs::write(&words, WORDS).unwrap();
        fs::set_permissions(&words, fs::Permissions::from_mode(0o600)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { stage, desk, listener, results: RefCell::default() }
    }

    pub fn chain_id() -> String {
        mock_env().block.chain_id
    }

    pub fn bsn(&self) -> String {
        self.stage.both.world.borrow().bsn.to_string()
    }

    /// A block of the chain whose header has this application hash; its height.
    pub fn pass(&self, app_hash: u8) -> u64 {
        self.stage.both.world.borrow_mut().real.as_mut().unwrap().pass(app_hash)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.desk.path(name)
    }

    /// Calls the program, and answers it; exit code, and what was said.
    pub fn run(&self, args: &[&str]) -> (i32, String) {
        self.run_while(args, |_| {})
    }

    /// The same, and something happens after each of so many answers.
    pub fn run_while(&self, args: &[&str], mut happens: impl FnMut(usize)) -> (i32, String) {
        let mut answered = 0;
        let url = format!("http://{}", self.listener.local_addr().unwrap());
        let bitcoin = self.desk.flags.last().unwrap();
        let bsn = self.bsn();
        let flags = ["--node", &url, "--contract", &bsn, "--btc-staking", MOCK_CONTRACT_ADDR];
        let asks_bsn_alone = [["timestamp", "make"], ["self", "withdraw"]];
        let is_so = asks_bsn_alone.iter().any(|words| words.iter().all(|word| args.contains(word)));
        let flags = if is_so { &flags[..4] } else { &flags };
        let mut program = self.desk.program(&[args, flags].concat());
        program.env("BSN_BITCOIN", bitcoin).env_remove("BSN_MNEMONIC").env_remove("BSN_FP_KEY");
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let status = loop {
            while let Ok((mut stream, _)) = self.listener.accept() {
                stream.set_nonblocking(false).unwrap();
                let Some((_, _, body)) = read(&mut stream) else { continue };
                let text = self.answer(&serde_json::from_str(&body).unwrap()).to_string();
                let head =
                    format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
                let _ = stream.write_all((head + &text).as_bytes());
                answered += 1;
                happens(answered);
            }
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.code().unwrap(), said)
    }

    /// The same with somebody who signs the transactions.
    pub fn send(&self, args: &[&str]) -> (i32, String) {
        self.run(&[args, &SENDER].concat())
    }

    fn answer(&self, call: &Value) -> Value {
        let params = &call["params"];
        let result = match call["method"].as_str().unwrap() {
            "status" => Ok(json!({
                "node_info": { "network": Self::chain_id() },
                "sync_info": { "latest_block_height": "9", "earliest_block_height": "1", "catching_up": false,
                    "latest_block_time": "2026-01-01T00:00:00Z" },
            })),
            "abci_query" => {
                let data = hex::decode(params["data"].as_str().unwrap()).unwrap();
                let response = match self.query(params["path"].as_str().unwrap(), &data) {
                    Ok(value) => json!({ "code": 0, "value": STANDARD.encode(value) }),
                    Err(log) => json!({ "code": 2, "codespace": "wasm", "log": log }),
                };
                Ok(json!({ "response": response }))
            }
            "broadcast_tx_sync" => {
                let bytes = STANDARD.decode(params["tx"].as_str().unwrap()).unwrap();
                let result = match self.execute(&bytes) {
                    Ok((data, events)) => {
                        json!({ "code": 0, "gas_used": "1", "data": STANDARD.encode(data), "events": events })
                    }
                    Err(log) => json!({ "code": 5, "codespace": "wasm", "gas_used": "1", "log": log }),
                };
                self.results.borrow_mut().insert(tx_hash(&bytes), result);
                Ok(json!({ "code": 0 }))
            }
            "tx" => {
                let hash = hex::encode_upper(STANDARD.decode(params["hash"].as_str().unwrap()).unwrap());
                let found = self.results.borrow().get(&hash).cloned();
                found.map(|result| json!({ "height": "10", "tx_result": result })).ok_or_else(
                    || json!({ "code": -32603, "message": "Internal error", "data": "tx not found" }),
                )
            }
            other => Err(json!({ "code": -32601, "message": "Method not found", "data": other })),
        };
        match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
            Err(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }),
        }
    }

    fn query(&self, path: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        match path.rsplit('/').next().unwrap() {
            "SmartContractState" => {
                let asked = wasm::QuerySmartContractStateRequest::decode(data).unwrap();
                let question = serde_json::from_slice(&asked.query_data).unwrap();
                let data = self.smart(&asked.address, question)?.to_string().into_bytes();
                Ok(wasm::QuerySmartContractStateResponse { data }.encode_to_vec())
            }
            "RawContractState" => {
                let asked = wasm::QueryRawContractStateRequest::decode(data).unwrap();
                let mut world = self.stage.both.world.borrow_mut();
                let found = if asked.address == world.bsn.as_str() {
                    world.real.as_mut().unwrap().deps.storage.get(&asked.query_data)
                } else {
                    world.deps.storage.get(&asked.query_data)
                };
                let data = found.unwrap_or_default();
                Ok(wasm::QueryRawContractStateResponse { data }.encode_to_vec())
            }
            "ContractInfo" => {
                let contract_info = Some(wasm::ContractInfo::default());
                Ok(wasm::QueryContractInfoResponse { contract_info, ..Default::default() }.encode_to_vec())
            }
            "Bech32Prefix" => {
                Ok(auth::Bech32PrefixResponse { bech32_prefix: "cosmwasm".to_owned() }.encode_to_vec())
            }
            "Account" => {
                let auth::QueryAccountRequest { address } = auth::QueryAccountRequest::decode(data).unwrap();
                let base = auth::BaseAccount { address, pub_key: None, account_number: 1, sequence: 0 };
                Ok(auth::QueryAccountResponse { account: Some(pack(&base)) }.encode_to_vec())
            }
            "Simulate" => {
                let request = tx::SimulateRequest::decode(data).unwrap();
                let before = self.copy();
                let done = self.execute(&request.tx_bytes);
                self.put_back(before);
                #[expect(deprecated, reason = "the message has a field that is")]
                let result = AbciResult { data: done?.0, ..Default::default() };
                let gas_info = Some(GasInfo { gas_wanted: 0, gas_used: 100_000 });
                Ok(tx::SimulateResponse { gas_info, result: Some(result) }.encode_to_vec())
            }
            other => panic!("{other} is asked"),
        }
    }

    fn smart(&self, contract: &str, question: Value) -> Result<Value, String> {
        let mut world = self.stage.both.world.borrow_mut();
        if contract == world.bsn.as_str() {
            return world.ask(question).map_err(|error| error.to_string());
        }
        if contract != world.bitcoin.address.as_str() {
            let question = serde_json::from_value(question).unwrap();
            return world.query(question).map_err(|error| error.to_string());
        }
        let tip = world.bitcoin.tip();
        let header = |height: u32| {
            let zero = "00".repeat(32);
            json!({ "hash": world.bitcoin.header(height).hash().to_string(), "height": height, "cum_work": "1",
                "header": { "version": 1, "prev_blockhash": zero, "merkle_root": zero, "time": 1, "bits": 1,
                    "nonce": 1 } })
        };
        let (name, value) = question.as_object().unwrap().iter().next().unwrap();
        Ok(match name.as_str() {
            "btc_base_header" => header(BASE),
            "btc_tip_header" => header(tip),
            "btc_header" => header(u32::try_from(value["height"].as_u64().unwrap()).unwrap()),
            "rules" => json!({ "network": "regtest", "submitters": "anyone", "max_future_s": 7_200,
                "base_height": BASE, "lowest_height": tip.saturating_sub(KEPT).max(BASE), "rebases": 0 }),
            "config" => json!({ "network": "regtest", "btc_confirmation_depth": K,
                "checkpoint_finalization_timeout": W, "babylon_contract_address": world.bsn, "submitters": [],
                "retained_headers": KEPT, "max_headers": 100 }),
            other => panic!("{other} is asked"),
        })
    }

    /// A transaction's only message: what it answers, and its events.
    fn execute(&self, bytes: &[u8]) -> Result<(Vec<u8>, Value), String> {
        let raw = tx::TxRaw::decode(bytes).unwrap();
        let body = tx::TxBody::decode(raw.body_bytes.as_slice()).unwrap();
        let [any] = &body.messages[..] else { panic!("{body:?}") };
        let call = wasm::MsgExecuteContract::decode(any.value.as_slice()).unwrap();
        assert_eq!(call.contract, MOCK_CONTRACT_ADDR);
        let message: ExecuteMsg = serde_json::from_slice(&call.msg).unwrap();
        let before = self.copy();
        let sent = self.stage.both.world.borrow_mut().send(&Addr::unchecked(call.sender), message);
        let response = sent.map_err(|error| {
            self.put_back(before);
            error.to_string()
        })?;
        let attributes = response.attributes.iter();
        let attributes: Vec<Value> =
            attributes.map(|one| json!({ "key": one.key, "value": one.value, "index": true })).collect();
        let events = json!([{ "type": "wasm", "attributes": attributes }]);
        Ok((answered(&response.data.unwrap_or_default()), events))
    }

    fn copy(&self) -> [Vec<Record>; 2] {
        let world = self.stage.both.world.borrow();
        let real = &world.real.as_ref().unwrap().deps.storage;
        [world.records(), real.range(None, None, Order::Ascending).collect()]
    }

    fn put_back(&self, [ours, real]: [Vec<Record>; 2]) {
        let [now_ours, now_real] = self.copy();
        let mut world = self.stage.both.world.borrow_mut();
        now_ours.iter().for_each(|(key, _)| world.deps.storage.remove(key));
        ours.iter().for_each(|(key, value)| world.deps.storage.set(key, value));
        let storage = &mut world.real.as_mut().unwrap().deps.storage;
        now_real.iter().for_each(|(key, _)| storage.remove(key));
        real.iter().for_each(|(key, value)| storage.set(key, value));
    }
}
