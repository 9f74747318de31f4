//! What Bitcoin's nodes answer: an esplora server and a bitcoind, of one net that tests fill.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bitcoin_spv::{OutPoint, Transaction};
use primitives::Txid;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A block: its header, and the ids of its transactions.
#[derive(Clone)]
pub struct Block {
    pub header: [u8; 80],
    pub hash: [u8; 32],
    pub txids: Vec<[u8; 32]>,
}

/// What a node is wrong about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    Nothing,
    /// A sibling of each branch, or an id of each block.
    Branch,
    /// The header of each block is another one's.
    Header,
    /// Each transaction is shown as another one.
    Tx,
    /// It has another chain.
    Chain,
    /// It does not know of any spend.
    Spends,
}

#[derive(Clone)]
pub struct Net {
    pub blocks: BTreeMap<u32, Block>,
    /// All transactions, with the heights of those that are in a block.
    pub txs: BTreeMap<Txid, (Vec<u8>, Option<u32>)>,
    pub sent: Vec<String>,
    pub lie: Lie,
    /// The node is so many blocks behind.
    pub lag: u32,
    /// bitcoind: with `txindex`.
    pub is_indexed: bool,
    /// Whether its bitcoind is older than 25.0.
    pub is_old: bool,
}

pub type Shared = Arc<Mutex<Net>>;

pub fn net() -> Shared {
    let (blocks, txs, sent) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    Arc::new(Mutex::new(Net {
        blocks,
        txs,
        sent,
        lie: Lie::Nothing,
        lag: 0,
        is_indexed: true,
        is_old: false,
    }))
}

fn twice(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

fn shown(hash: &[u8; 32]) -> String {
    Txid::from_bytes(*hash).to_string()
}

/// The branch of an id; written once more, and not the program's own.
fn siblings(txids: &[[u8; 32]], mut index: usize) -> Vec<[u8; 32]> {
    let (mut level, mut found) = (txids.to_vec(), Vec::new());
    while level.len() > 1 {
        if level.len() % 2 == 1 {
            level.push(level[level.len() - 1]);
        }
        found.push(level[index ^ 1]);
        level = level.chunks(2).map(|two| twice(&two.concat())).collect();
        index /= 2;
    }
    found
}

impl Net {
    fn tip(&self) -> u32 {
        self.blocks.keys().last().copied().unwrap_or_default() - self.lag
    }

    fn hash_at(&self, height: u32) -> Option<String> {
        let block = self.blocks.get(&height).filter(|_| height <= self.tip())?;
        Some(shown(&self.told(block.hash)))
    }

    /// What is said to be a block's hash.
    fn told(&self, mut hash: [u8; 32]) -> [u8; 32] {
        hash[31] ^= u8::from(self.lie == Lie::Chain);
        hash
    }

    fn height_of(&self, hash: &str) -> Option<u32> {
        let hash = *Txid::from_display_hex(hash).ok()?.as_bytes();
        let found = self.blocks.iter().rev().find(|(_, block)| self.told(block.hash) == hash);
        found.map(|(height, _)| *height).filter(|height| *height <= self.tip())
    }

    fn header(&self, hash: &str) -> Option<String> {
        let height = self.height_of(hash)?;
        let height = if self.lie == Lie::Header { height - 1 } else { height };
        Some(hex::encode(self.blocks.get(&height)?.header))
    }

    /// A transaction, and its height as this node has it.
    fn tx(&self, id: &str) -> Option<(Txid, Vec<u8>, Option<u32>)> {
        let txid = Txid::from_display_hex(id).ok()?;
        let (raw, height) = self.txs.get(&txid)?;
        let height = height.filter(|height| *height <= self.tip());
        let raw = if self.lie == Lie::Tx {
            self.txs.values().find(|(other, _)| other != raw)?.0.clone()
        } else {
            raw.clone()
        };
        Some((txid, raw, height))
    }

    fn spender(&self, at: &OutPoint) -> Option<(Txid, Option<u32>)> {
        let spends = |raw: &[u8]| Transaction::parse(raw).unwrap().inputs().any(|input| input.spends == *at);
        let found = self.txs.iter().filter(|_| self.lie != Lie::Spends).find(|(_, (raw, _))| spends(raw));
        found.map(|(txid, (_, height))| (*txid, height.filter(|height| *height <= self.tip())))
    }

    fn txids(&self, height: u32) -> Vec<[u8; 32]> {
        self.blocks[&height].txids.clone()
    }

    fn status(&self, height: Option<u32>) -> Value {
        match height {
            Some(height) => {
                json!({ "confirmed": true, "block_height": height, "block_hash": self.hash_at(height), "block_time": 1 })
            }
            None => json!({ "confirmed": false }),
        }
    }

    /// Esplora: status and text.
    pub fn page(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let or = |text: Option<String>, what: &str| match text {
            Some(text) => (200, text),
            None => (404, format!("{what} not found")),
        };
        match (method, parts.as_slice()) {
            ("GET", ["blocks", "tip", "height"]) => (200, self.tip().to_string()),
            ("GET", ["block-height", height]) => or(self.hash_at(height.parse().unwrap()), "Block"),
            ("GET", ["block", hash, "header"]) => or(self.header(hash), "Block"),
            ("GET", ["tx", id]) => {
                let shown = self.tx(id).map(|(txid, _, height)| {
                    json!({ "txid": txid.to_string(), "version": 2, "status": self.status(height) })
                        .to_string()
                });
                or(shown, "Transaction")
            }
            ("GET", ["tx", id, "hex"]) => or(self.tx(id).map(|(_, raw, _)| hex::encode(raw)), "Transaction"),
            ("GET", ["tx", id, "merkle-proof"]) => {
                let proof = self.tx(id).and_then(|(txid, _, height)| {
                    let (height, txids) = (height?, self.txids(height?));
                    let index = txids.iter().position(|id| id == txid.as_bytes())?;
                    let mut merkle: Vec<String> = siblings(&txids, index).iter().map(shown).collect();
                    if self.lie == Lie::Branch {
                        merkle[0] = shown(&[0x55; 32]);
                    }
                    Some(json!({ "block_height": height, "merkle": merkle, "pos": index }).to_string())
                });
                or(proof, "Transaction not found or is unconfirmed: it")
            }
            // Of what it does not know it says that it is unspent.
            ("GET", ["tx", id, "outspend", index]) => {
                let txid = Txid::from_display_hex(id).unwrap();
                let at = OutPoint { txid, index: index.parse().unwrap() };
                let shown = match self.spender(&at) {
                    Some((by, height)) => {
                        json!({ "spent": true, "txid": by.to_string(), "vin": 0, "status": self.status(height) })
                    }
                    None => json!({ "spent": false }),
                };
                (200, shown.to_string())
            }
            // Its bitcoind is told of no coins to burn.
            ("POST", ["tx"]) => match self.take(body, 0) {
                Ok(txid) => (200, txid),
                Err((code, why)) => {
                    (400, format!("sendrawtransaction RPC error: {{\"code\":{code},\"message\":\"{why}\"}}"))
                }
            },
            _ => (404, "Not Found".to_owned()),
        }
    }

    /// As Bitcoin Core since 25.0 does: what burns more than it is told of is refused.
    fn take(&mut self, text: &str, may_burn: u64) -> Result<String, (i64, &'static str)> {
        let raw = hex::decode(text).map_err(|_| (-22, "TX decode failed"))?;
        let tx = Transaction::parse(&raw).map_err(|_| (-22, "TX decode failed"))?;
        if tx.outputs.iter().any(|output| output.script.first() == Some(&0x6a) && output.value > may_burn) {
            return Err((-25, "Unspendable output exceeds maximum configured by user (maxburnamount)"));
        }
        if self.sent.contains(&text.to_owned()) {
            return Err((-27, "Transaction already in block chain"));
        }
        let missing = tx.inputs().any(|input| !self.txs.contains_key(&input.spends.txid));
        if missing || tx.inputs().any(|input| self.spender(&input.spends).is_some()) {
            return Err((-25, "bad-txns-inputs-missingorspent"));
        }
        self.sent.push(text.to_owned());
        Ok(tx.txid.to_string())
    }

    /// bitcoind.
    pub fn call(&mut self, method: &str, params: &Value) -> Result<Value, (i64, &'static str)> {
        let text = |at: usize| params[at].as_str().unwrap_or_default().to_owned();
        match method {
            "getblockcount" => Ok(json!(self.tip())),
            "getblockhash" => {
                let hash = self.hash_at(u32::try_from(params[0].as_u64().unwrap()).unwrap());
                hash.map(|hash| json!(hash)).ok_or((-8, "Block height out of range"))
            }
            "getblockheader" => {
                let height = self.height_of(&text(0)).ok_or((-5, "Block not found"))?;
                Ok(match params[1] == false {
                    true => json!(self.header(&text(0))),
                    false => {
                        json!({ "hash": text(0), "height": height, "confirmations": self.tip() - height + 1 })
                    }
                })
            }
            "getblock" => {
                let height = self.height_of(&text(0)).ok_or((-5, "Block not found"))?;
                let mut txids = self.txids(height);
                if self.lie == Lie::Branch {
                    txids[0] = [0x55; 32];
                }
                let shown = txids.iter().map(|id| {
                    let id = shown(id);
                    let Some((_, raw, _)) = self.tx(&id).filter(|_| params[1] == 2) else { return json!(id) };
                    let inputs = Transaction::parse(&raw).unwrap();
                    let inputs: Vec<_> = inputs
                        .inputs()
                        .map(|input| json!({ "txid": input.spends.txid.to_string(), "vout": input.spends.index }))
                        .collect();
                    json!({ "txid": id, "vin": inputs, "hex": hex::encode(&raw) })
                });
                Ok(json!({ "hash": text(0), "height": height, "tx": shown.collect::<Vec<_>>() }))
            }
            "getrawtransaction" => {
                let none = (-5, "No such mempool transaction. Use -txindex or provide a block hash");
                let (txid, raw, height) = self.tx(&text(0)).ok_or(none)?;
                let is_in_block = height.is_some()
                    && params[2].as_str().map(str::to_owned)
                        == height.and_then(|height| self.hash_at(height));
                if height.is_some() && !self.is_indexed && !is_in_block {
                    return Err(none);
                }
                if params[1] == 0 {
                    return Ok(json!(hex::encode(raw)));
                }
                let mut shown = json!({ "txid": txid.to_string(), "hex": hex::encode(raw) });
                if let Some(height) = height {
                    shown["blockhash"] = json!(self.hash_at(height));
                    shown["confirmations"] = json!(self.tip() - height + 1);
                }
                Ok(shown)
            }
            "gettxout" => {
                let (Some((txid, raw, height)), Some(index)) = (self.tx(&text(0)), params[1].as_u64()) else {
                    return Ok(Value::Null);
                };
                let with_pool = params[2] == true;
                let at = OutPoint { txid, index: u32::try_from(index).unwrap() };
                let is_spent = self.spender(&at).is_some_and(|(_, height)| with_pool || height.is_some());
                if is_spent || height.is_none() && !with_pool {
                    return Ok(Value::Null);
                }
                let tx = Transaction::parse(&raw).unwrap();
                let Some(output) = tx.outputs.get(at.index as usize) else { return Ok(Value::Null) };
                #[expect(clippy::cast_precision_loss, reason = "bitcoind does")]
                #[expect(clippy::disallowed_types, reason = "bitcoind answers in bitcoins")]
                let value = output.value as f64 / 100_000_000.0;
                Ok(json!({ "bestblock": self.hash_at(self.tip()), "value": value,
                    "confirmations": height.map_or(0, |height| self.tip() - height + 1),
                    "scriptPubKey": { "hex": hex::encode(&output.script) } }))
            }
            "sendrawtransaction" if self.is_old && params[2].is_string() => {
                Err((-1, "sendrawtransaction \"hexstring\" ( maxfeerate )"))
            }
            "sendrawtransaction" => {
                let may_burn =
                    if self.is_old { u64::MAX } else { text(2).replace('.', "").parse().unwrap_or(0) };
                self.take(&text(0), may_burn).map(|txid| json!(txid))
            }
            _ => Err((-32601, "Method not found")),
        }
    }
}
