//! The contract on its chain, as `bsn prove` asks it and sends to it, and one Bitcoin for both.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use api::btc_staking::{ExecuteMsg, QueryMsg, StandingAnswer};
use bitcoin_spv::{OutPoint, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::keep::headers::{Hash, Ours};
use bsn_cli::keep::work::{Chore, Judged, Left, Work};
use bsn_cli::prove::Act;
use bsn_cli::prove::contract::Contract;
use bsn_cli::prove::plan::Bounds;
use bsn_cli::prove::proving::{Options, Proving};
use bsn_rpc::Event;
use bsn_rpc::proto::cosmos::base::abci::v1beta1::TxMsgData;
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;
use bsn_rpc::proto::{Message, pack};
use cosmwasm_std::Storage;
use serde_json::Value;

use crate::bitcoin::{Block, Shared, net};
use crate::common::maker::{Made, Maker};
use crate::common::{W, World};

/// The first header of the light client.
pub const BASE: u32 = 1_000;
/// How many headers it keeps below its tip.
pub const KEPT: u32 = 2_016 + W;

/// A chain and Bitcoin; clones are the same.
#[derive(Clone)]
pub struct Both {
    pub world: Rc<RefCell<World>>,
    pub net: Shared,
    pub now: Rc<Cell<u64>>,
}

impl Both {
    pub fn new(maker: &Maker) -> Self {
        Self::of(World::new(BASE, vec![maker.wire()], &maker.fps()))
    }

    /// Of a world whose Bitcoin begins at [`BASE`].
    pub fn of(world: World) -> Self {
        let both = Self { world: Rc::new(RefCell::new(world)), net: net(), now: Rc::new(Cell::new(1_000)) };
        both.follow(BASE, &[]);
        both
    }

    /// The net learns of the block at a height.
    fn follow(&self, height: u32, txids: &[[u8; 32]]) {
        let world = self.world.borrow();
        let header = world.bitcoin.header(height);
        let coinbase = match txids.first() {
            // The first of two or more has the coinbase as its neighbour.
            Some(first) => {
                let (_, index, branch) = world.bitcoin.place(&primitives::Txid::from_bytes(*first), height);
                assert_eq!(index, 1);
                branch[..32].try_into().unwrap()
            }
            None => *header.merkle_root.as_bytes(),
        };
        let txids = [&[coinbase], txids].concat();
        let (hash, header) = (*header.hash().as_bytes(), header.to_bytes());
        self.net.lock().unwrap().blocks.insert(height, Block { header, hash, txids });
    }

    /// A block with these transactions; its height.
    pub fn mine(&self, txs: &[&[u8]]) -> u32 {
        let parsed: Vec<_> =
            txs.iter().map(|raw| (Transaction::parse(raw).unwrap().txid, raw.to_vec())).collect();
        let ids: Vec<_> = parsed.iter().map(|(txid, _)| *txid).collect();
        let height = self.world.borrow().bitcoin.mine(&ids);
        for (txid, raw) in parsed {
            self.net.lock().unwrap().txs.insert(txid, (raw, Some(height)));
        }
        self.follow(height, &ids.iter().map(|id| *id.as_bytes()).collect::<Vec<_>>());
        height
    }

    /// A transaction that is in no block.
    pub fn publish(&self, raw: &[u8]) {
        let txid = Transaction::parse(raw).unwrap().txid;
        self.net.lock().unwrap().txs.insert(txid, (raw.to_vec(), None));
    }

    pub fn extend(&self, blocks: u32) {
        let tip = self.world.borrow().bitcoin.tip();
        self.world.borrow().bitcoin.extend(blocks);
        (tip + 1..=tip + blocks).for_each(|height| self.follow(height, &[]));
    }

    /// The last blocks are replaced by one more, and what was in them is in none.
    pub fn reorganize(&self, removed: u32) {
        let tip = self.world.borrow().bitcoin.tip();
        let empty: Vec<&[primitives::Txid]> = (0..=removed).map(|_| &[][..]).collect();
        self.world.borrow().bitcoin.reorganize(removed as usize, &empty);
        for (_, height) in self.net.lock().unwrap().txs.values_mut() {
            *height = height.filter(|height| *height <= tip - removed);
        }
        (tip - removed + 1..=tip + 1).for_each(|height| self.follow(height, &[]));
    }

    pub fn take(&self, made: &Made) {
        assert_eq!(self.world.borrow_mut().take(&made.item), "waiting");
    }

    pub fn standing(&self, at: OutPoint) -> StandingAnswer {
        self.world.borrow().standing(at)
    }

    pub fn prover<'a>(&self, bitcoin: &'a (dyn Ledger + Sync)) -> Proving<'a, Self> {
        let bounds = Bounds { proofs: 20, bytes: 300_000 };
        Proving::new(self.clone(), bitcoin, Options { lookups: usize::MAX, bounds }).unwrap()
    }

    /// Sends a message, as a block would: its events and what it answers.
    fn send(&self, act: &Act) -> Result<(Vec<Event>, Vec<u8>), String> {
        let message: ExecuteMsg = serde_json::from_value(act.message().clone()).unwrap();
        let stranger = self.world.borrow().stranger.clone();
        let response = self.world.borrow_mut().send(&stranger, message).map_err(|error| error.to_string())?;
        let attributes = response.attributes.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
        let data = response.data.unwrap_or_default().to_vec();
        Ok((vec![Event { kind: "wasm".to_owned(), attributes }], answered(&data)))
    }
}

/// What became of each act of a round, and what was said.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub acts: Vec<(&'static str, String)>,
    pub notes: Vec<String>,
    pub troubles: Vec<String>,
}

impl Said {
    /// The duties that had an effect.
    pub fn done(&self) -> Vec<&'static str> {
        self.acts.iter().filter(|(_, became)| became == "done").map(|(duty, _)| *duty).collect()
    }
}

/// A round, as `Keeper` does it: each act is tried out on a copy first. Here the copy is what was before.
pub fn round(work: &mut Proving<'_, Both>, both: &Both) -> Said {
    let looked = work.look().unwrap();
    let mut said = Said { notes: looked.notes, troubles: looked.troubles, ..Said::default() };
    for act in looked.acts {
        let (duty, became) = (act.duty(), settle(work, both, act));
        said.acts.push((duty, became));
    }
    said.troubles.extend(work.said());
    said
}

fn settle(work: &mut Proving<'_, Both>, both: &Both, mut act: Act) -> String {
    loop {
        let before = both.snapshot();
        let left = both.send(&act);
        let (events, data) = match left {
            Ok(left) => left,
            Err(why) => return format!("failed: {why}"),
        };
        match work.judge(&act, Left { events: &events, data: &data }, both.now.get()) {
            Judged::Effect => return "done".to_owned(),
            Judged::Nothing => return "nothing".to_owned(),
            Judged::Refused(_) if work.is_done(&act) => return "elsewhere".to_owned(),
            Judged::Refused(why) => return format!("refused: {why}"),
            Judged::Rest(rest) => {
                both.restore(before);
                act = rest;
            }
        }
    }
}

impl Both {
    fn snapshot(&self) -> Vec<cosmwasm_std::Record> {
        self.world.borrow().records()
    }

    fn restore(&self, records: Vec<cosmwasm_std::Record>) {
        let mut world = self.world.borrow_mut();
        for (key, _) in world.records() {
            world.deps.storage.remove(&key);
        }
        for (key, value) in records {
            world.deps.storage.set(&key, &value);
        }
    }
}

impl Contract for Both {
    fn address(&self) -> &str {
        "btc-staking"
    }

    fn ask(&self, message: &Value) -> Result<Value, String> {
        let message: QueryMsg = serde_json::from_value(message.clone()).map_err(|error| error.to_string())?;
        self.world.borrow().query(message).map_err(|error| error.to_string())
    }

    fn raw(&self, key: &[u8]) -> Result<Vec<u8>, String> {
        Ok(self.world.borrow().deps.storage.get(key).unwrap_or_default())
    }

    fn light(&self) -> Result<Box<dyn Ours + '_>, String> {
        Ok(Box::new(Light(self.clone())))
    }

    fn is_paused(&self) -> Result<bool, String> {
        Ok(false)
    }

    fn now(&self) -> Result<u64, String> {
        Ok(self.now.get())
    }
}

struct Light(Both);

impl Ours for Light {
    fn base(&self) -> (u32, Hash) {
        (BASE, self.hash_at(BASE).unwrap())
    }

    fn lowest(&self) -> u32 {
        self.tip().saturating_sub(KEPT).max(BASE)
    }

    fn tip(&self) -> u32 {
        self.0.world.borrow().bitcoin.tip()
    }

    fn hash_at(&self, height: u32) -> Result<Hash, String> {
        Ok(*self.0.world.borrow().bitcoin.header(height).hash().as_bytes())
    }
}

/// What a transaction answers whose contract answered this.
pub fn answered(data: &[u8]) -> Vec<u8> {
    let any = pack(&MsgExecuteContractResponse { data: data.to_vec() });
    #[expect(deprecated, reason = "the message has a field that is")]
    let data = TxMsgData { data: Vec::new(), msg_responses: vec![any] };
    data.encode_to_vec()
}
