//! A node that hears every vote, shows other hashes at heights that were signed, and loses transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_cli::fish::tx::votes_in;
use bsn_rpc::proto::Message;
use bsn_rpc::proto::cosmos::tx::v1beta1::SimulateRequest;
use bsn_rpc::proto::cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse};
use bsn_rpc::read::tx_hash;
use primitives::{AppHash, SigningContext};
use serde_json::{Value, json};

use crate::proxy::{Does, before};

/// What it heard, and what it does.
#[derive(Default)]
pub struct Liar {
    /// The hashes of all genuine votes that reached it, by height.
    pub heard: Mutex<BTreeMap<u64, BTreeSet<AppHash>>>,
    /// Whether it shows another hash where it has heard a vote, in the header and by the contract, and denies the vote.
    pub lies: AtomicBool,
    /// Whether it shows another hash at every height in its headers.
    pub forks: AtomicBool,
    /// Whether it loses transactions.
    pub loses: AtomicBool,
}

impl Liar {
    /// Stands before a devnet; gives its address.
    pub fn stand(self: &Arc<Self>, real: &str, contract: &str) -> String {
        let (liar, context) = (Arc::clone(self), SigningContext::finality_vote("bsn-devnet-1", contract));
        before(real, move |method, params, truth| match method {
            "broadcast_tx_sync" => {
                let tx = STANDARD.decode(params["tx"].as_str().unwrap()).unwrap();
                liar.hear(&tx, &context);
                if !liar.loses.load(Ordering::SeqCst) {
                    return Does::Pass;
                }
                Does::Says(json!({ "code": 0, "codespace": "", "data": "", "log": "", "hash": tx_hash(&tx) }))
            }
            "abci_query" => liar.query(params, truth, &context),
            "block" => {
                let height = params["height"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
                if !liar.forks.load(Ordering::SeqCst) && !liar.lies_about(height) {
                    return Does::Pass;
                }
                let mut block = truth();
                let hash = hex::decode(block["block"]["header"]["app_hash"].as_str().unwrap()).unwrap();
                block["block"]["header"]["app_hash"] = json!(hex::encode_upper(other(&hash)));
                Does::Says(block)
            }
            _ => Does::Pass,
        })
    }

    fn query(&self, params: &Value, truth: &dyn Fn() -> Value, context: &SigningContext) -> Does {
        let data = hex::decode(params["data"].as_str().unwrap_or_default()).unwrap();
        if params["path"].as_str().unwrap().ends_with("/Simulate") {
            self.hear(&SimulateRequest::decode(data.as_slice()).unwrap().tx_bytes, context);
        }
        if !params["path"].as_str().unwrap().ends_with("/SmartContractState")
            || !self.lies.load(Ordering::SeqCst)
        {
            return Does::Pass;
        }
        let request = QuerySmartContractStateRequest::decode(data.as_slice()).unwrap();
        let message: Value = serde_json::from_slice(&request.query_data).unwrap();
        let mut answer = truth();
        let value = STANDARD.decode(answer["response"]["value"].as_str().unwrap_or_default()).unwrap();
        let response = QuerySmartContractStateResponse::decode(value.as_slice()).unwrap();
        let Ok(mut said) = serde_json::from_slice::<Value>(&response.data) else { return Does::Pass };
        if message.get("finality_signature").is_some() {
            said["signature"] = json!([]);
        } else if message.get("blocks").is_some() {
            for block in said["blocks"].as_array_mut().unwrap() {
                if self.lies_about(block["height"].as_u64().unwrap()) {
                    let hash: Vec<u8> = serde_json::from_value(block["app_hash"].clone()).unwrap();
                    block["app_hash"] = json!(other(&hash));
                }
            }
        }
        let response = QuerySmartContractStateResponse { data: said.to_string().into_bytes() };
        answer["response"]["value"] = json!(STANDARD.encode(response.encode_to_vec()));
        Does::Says(answer)
    }

    fn hear(&self, tx: &[u8], context: &SigningContext) {
        let mut heard = self.heard.lock().unwrap();
        for vote in votes_in(tx) {
            assert!(vote.is_genuine(context), "{vote:?}");
            heard.entry(vote.height.get()).or_default().insert(vote.signed.app_hash);
        }
    }

    fn lies_about(&self, height: u64) -> bool {
        self.lies.load(Ordering::SeqCst) && self.heard.lock().unwrap().contains_key(&height)
    }

    /// The heights at which it heard more than one hash.
    pub fn twice(&self) -> Vec<u64> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|(_, hashes)| hashes.len() > 1).map(|(height, _)| *height).collect()
    }
}

fn other(hash: &[u8]) -> Vec<u8> {
    hash.iter().map(|byte| byte ^ 0x55).collect()
}
