use std::collections::{BTreeMap, BTreeSet, VecDeque};

use primitives::AppHash;
use serde_json::{Value, json};

use crate::FinalityProvider;
use crate::daemon::{Contract, Daemon, Node};

/// A contract that keeps just what the daemon asks for, and fails on demand.
pub(super) struct Chain {
    pub(super) tip: u64,
    pub(super) indexed: BTreeSet<u64>,
    pub(super) power: BTreeMap<u64, u64>,
    pub(super) finalized: Option<u64>,
    pub(super) signing_info: Value,
    pub(super) slashed_btc_height: u64,
    pub(super) last_commit: Value,
    pub(super) voted: BTreeSet<u64>,
    pub(super) too_late: BTreeSet<u64>,
    pub(super) failures: VecDeque<String>,
    pub(super) query_failure: Option<(&'static str, String)>,
    pub(super) submitted: Vec<Vec<Value>>,
    pub(super) fp: String,
    /// Whether a page of blocks ends before a gap, as this contract's do and others' do not.
    pub(super) contiguous: bool,
    /// Whether `votes` answers nothing.
    pub(super) hide_votes: bool,
    /// Where the block has another app hash than it had.
    pub(super) other_hash_at: Option<u64>,
    commits: Vec<u64>,
}

/// How many blocks a page has.
pub(super) const PAGE: usize = 30;

pub(super) fn app_hash(height: u64) -> AppHash {
    AppHash::from_bytes([u8::try_from(height % 251).unwrap(); 32])
}

impl Chain {
    /// All blocks up to the tip but the tip itself are indexed, all with power.
    pub(super) fn new(daemon: &Daemon, tip: u64) -> Self {
        let mut chain = Self {
            tip: 0,
            indexed: BTreeSet::new(),
            power: BTreeMap::new(),
            finalized: None,
            signing_info: Value::Null,
            slashed_btc_height: 0,
            last_commit: Value::Null,
            voted: BTreeSet::new(),
            too_late: BTreeSet::new(),
            failures: VecDeque::new(),
            query_failure: None,
            submitted: Vec::new(),
            fp: daemon.fp().public_key_hex(),
            contiguous: true,
            hide_votes: false,
            other_hash_at: None,
            commits: Vec::new(),
        };
        chain.advance(tip);
        chain
    }

    pub(super) fn advance(&mut self, tip: u64) {
        self.indexed.extend(self.tip.max(1)..tip);
        self.power.extend((self.tip + 1..=tip).map(|height| (height, 5)));
        self.tip = tip;
    }

    /// Heights that no hook saw.
    pub(super) fn holes(&mut self, heights: impl IntoIterator<Item = u64>) {
        for height in heights {
            self.indexed.remove(&height);
            self.power.insert(height, 0);
            self.too_late.insert(height);
        }
    }

    fn execute(&mut self, message: &Value) -> Result<(), String> {
        if let Some(vote) = message.get("submit_finality_signature") {
            let height = vote["height"].as_u64().unwrap();
            if self.too_late.contains(&height) {
                return Err("the voting block is already finalized and timestamped".into());
            }
            let index = vote["proof"]["index"].as_u64().unwrap();
            if !self.commits.iter().any(|start| start + index == height) {
                return Err(format!("the proof is of index {index}, not of height {height}"));
            }
            if !self.voted.insert(height) {
                return Err("duplicated finality vote".into());
            }
        } else if let Some(commit) = message.get("commit_public_randomness") {
            self.commits.push(commit["start_height"].as_u64().unwrap());
            self.last_commit = json!({
                "start_height": commit["start_height"], "num_pub_rand": commit["num_pub_rand"],
                "height": self.tip, "commitment": vec![7; 32],
            });
        } else {
            self.signing_info["jailed_until"] = json!(0);
        }
        Ok(())
    }

    fn page(&self, from: u64, limit: usize) -> Vec<u64> {
        let page = self.indexed.range(from..).take(limit.min(PAGE)).copied();
        let mut last = None;
        page.take_while(|height| {
            let joins = !self.contiguous || last.is_none_or(|last| *height == last + 1);
            last = Some(*height);
            joins
        })
        .collect()
    }
}

impl Node for Chain {
    fn tip(&self) -> u64 {
        self.tip
    }

    fn app_hash(&self, height: u64) -> Option<AppHash> {
        (height <= self.tip).then(|| app_hash(height))
    }

    fn query(&mut self, contract: Contract, message: &Value) -> Result<Value, String> {
        let (name, fields) = message.as_object().unwrap().iter().next().unwrap();
        assert_eq!(contract == Contract::Staking, name == "finality_provider", "{name}");
        if let Some((_, text)) = self.query_failure.as_ref().filter(|(query, _)| query == name) {
            return Err(text.clone());
        }
        Ok(match name.as_str() {
            "config" => json!({ "finality_activation_height": 3 }),
            "last_finalized_height" => json!(self.finalized),
            "signing_info" => self.signing_info.clone(),
            "finality_provider" => json!({ "slashed_btc_height": self.slashed_btc_height }),
            "last_pub_rand_commit" => self.last_commit.clone(),
            "finality_provider_power" => {
                json!({ "power": self.power.get(&fields["height"].as_u64().unwrap()).unwrap_or(&0) })
            }
            "votes" => {
                let voted = !self.hide_votes && self.voted.contains(&fields["height"].as_u64().unwrap());
                json!({ "btc_pks": if voted { vec![self.fp.clone()] } else { vec![] } })
            }
            "blocks" => {
                let limit = usize::try_from(fields["limit"].as_u64().unwrap()).unwrap();
                let from = fields["start_after"].as_u64().unwrap();
                let block = |height: u64| {
                    let hash = app_hash(height + u64::from(self.other_hash_at == Some(height)));
                    json!({ "height": height, "app_hash": hash.as_bytes(), "finalized": false })
                };
                json!({ "blocks": self.page(from, limit).into_iter().map(block).collect::<Vec<_>>() })
            }
            other => panic!("the daemon does not ask {other}"),
        })
    }

    fn submit(&mut self, fp: &FinalityProvider, messages: &[Value]) -> Result<(), String> {
        assert_eq!(fp.public_key_hex(), self.fp);
        if let Some(text) = self.failures.pop_front() {
            return Err(text);
        }
        let before = (self.voted.clone(), self.last_commit.clone());
        for (index, message) in messages.iter().enumerate() {
            if let Err(text) = self.execute(message) {
                (self.voted, self.last_commit) = before;
                return Err(format!("failed to execute message; message index: {index}: {text}"));
            }
        }
        self.submitted.push(messages.to_vec());
        Ok(())
    }
}
