//! A regtest chain with real Merkle trees, and the real light client of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use api::btc_light_client::{ExecuteMsg, InstantiateMsg, Network};
use api::btc_staking::{InclusionProof, SpendProof, SubmittedDelegation};
use bitcoin_spv::{CompactTarget, Header, HeaderHash, MerkleRoot, OutPoint, Transaction};
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_env};
use cosmwasm_std::{Addr, Binary, Env, OwnedDeps, Storage, Timestamp};
use primitives::Txid;
use sha2::{Digest, Sha256};

use super::metered::read_price;

const EASY: u32 = 0x207f_ffff;
const NOW: u32 = 1_700_000_000;

#[derive(Clone)]
pub struct Bitcoin {
    pub address: Addr,
    inner: Rc<RefCell<Inner>>,
    /// What raw reads of the client cost.
    gas: Rc<Cell<u64>>,
}

struct Inner {
    client: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
    bsn: Addr,
    base: u32,
    /// The chain from `base` on.
    headers: Vec<Header>,
    /// Which transaction is in which block, beside a coinbase.
    contents: BTreeMap<HeaderHash, Vec<Txid>>,
    salt: u8,
}

impl Bitcoin {
    pub fn new(base: u32, address: Addr, k: u32, w: u32) -> Self {
        let api = MockApi::default();
        let bsn = api.addr_make("bsn");
        let mut env = mock_env();
        env.block.time = Timestamp::from_seconds(NOW.into());
        let mut client = OwnedDeps {
            storage: MockStorage::default(),
            api,
            querier: MockQuerier::default(),
            custom_query_type: core::marker::PhantomData,
        };
        let msg = InstantiateMsg {
            network: Network::Regtest,
            btc_confirmation_depth: k,
            checkpoint_finalization_timeout: w,
            admin: None,
            submitters: None,
            retained_headers: Some(2_016 + w),
            max_headers: None,
            checkpoint: None,
        };
        btc_light_client::instantiate(client.as_mut(), env.clone(), message_info(&bsn, &[]), msg).unwrap();
        let inner = Inner { client, env, bsn, base, headers: vec![], contents: BTreeMap::new(), salt: 0 };
        let bitcoin = Self { address, inner: Rc::new(RefCell::new(inner)), gas: Rc::default() };
        bitcoin.mine(&[]);
        bitcoin
    }

    /// What reads have cost since the last time.
    pub fn taken(&self) -> u64 {
        self.gas.replace(0)
    }

    /// A raw read.
    pub fn raw(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.inner.borrow().client.storage.get(key);
        self.gas.set(self.gas.get() + read_price(key.len(), value.as_ref().map_or(0, Vec::len)));
        value
    }

    pub fn tip(&self) -> u32 {
        let inner = self.inner.borrow();
        inner.base + inner.headers.len() as u32 - 1
    }

    /// The header at a height.
    pub fn header(&self, height: u32) -> Header {
        let inner = self.inner.borrow();
        inner.headers[(height - inner.base) as usize]
    }

    /// The bytes of headers from one height up to another, both included.
    pub fn raw_headers(&self, from: u32, to: u32) -> Vec<u8> {
        (from..=to).flat_map(|height| self.header(height).to_bytes()).collect()
    }

    /// A block with these transactions beside its coinbase, on the tip; its height.
    pub fn mine(&self, txids: &[Txid]) -> u32 {
        let header = self.next(txids);
        self.submit(&[header]);
        self.tip()
    }

    /// So many blocks with nothing in them.
    pub fn extend(&self, blocks: u32) {
        let headers: Vec<_> = (0..blocks).map(|_| self.next(&[])).collect();
        headers.chunks(1_000).for_each(|headers| self.submit(headers));
    }

    /// Extends the chain up to a height.
    pub fn extend_to(&self, height: u32) {
        self.extend(height - self.tip());
    }

    /// Replaces the last `removed` blocks by one more, each with these transactions.
    pub fn reorganize(&self, removed: usize, contents: &[&[Txid]]) {
        assert!(contents.len() > removed);
        {
            let mut inner = self.inner.borrow_mut();
            inner.salt += 1;
            let left = inner.headers.len() - removed;
            inner.headers.truncate(left);
        }
        let headers: Vec<_> = contents.iter().map(|txids| self.next(txids)).collect();
        self.submit(&headers);
    }

    fn next(&self, txids: &[Txid]) -> Header {
        let mut inner = self.inner.borrow_mut();
        let (prev_hash, time) = match inner.headers.last() {
            Some(last) => (last.hash(), last.time.get() + 1),
            None => (HeaderHash::from_bytes([0; 32]), NOW - 3_000_000),
        };
        let leaves = [&[coinbase(inner.salt, time)], txids].concat();
        let bits = CompactTarget::new(EASY);
        let merkle_root = MerkleRoot::from_bytes(root(&leaves));
        let mut header =
            Header { version: 0x2000_0000, prev_hash, merkle_root, time: time.into(), bits, nonce: 0 };
        while !bits.target().unwrap().is_met_by(&header.hash()) {
            header.nonce += 1;
        }
        inner.headers.push(header);
        inner.contents.insert(header.hash(), leaves);
        header
    }

    fn submit(&self, headers: &[Header]) {
        let mut inner = self.inner.borrow_mut();
        let (bytes, first_height) = (headers.iter().flat_map(Header::to_bytes).collect(), inner.base);
        let msg = ExecuteMsg::RawBtcHeaders {
            headers: Binary::new(bytes),
            first_work: Some("32".into()),
            first_height: Some(first_height),
        };
        let (env, info) = (inner.env.clone(), message_info(&inner.bsn, &[]));
        btc_light_client::execute(inner.client.as_mut(), env, info, msg).unwrap();
    }

    /// Where a transaction is in the block at a height: block, index and branch.
    pub fn place(&self, txid: &Txid, height: u32) -> (HeaderHash, u32, Vec<u8>) {
        let block = self.header(height).hash();
        let leaves = self.inner.borrow().contents[&block].clone();
        let index = leaves.iter().position(|leaf| leaf == txid).expect("it is in that block");
        (block, index as u32, branch(&leaves, index))
    }

    /// A proof that a stake is in the block at a height.
    pub fn inclusion(&self, stake: OutPoint, height: u32) -> InclusionProof {
        let (block, index, branch) = self.place(&stake.txid, height);
        InclusionProof {
            staking_tx_hash: stake.txid.to_string(),
            output: stake.index,
            block_hash: block.to_string(),
            index,
            branch: branch.into(),
            ancestry: None,
        }
    }

    /// A delegation in the block at a height.
    pub fn submitted(&self, stake: OutPoint, item: &[u8], height: u32) -> SubmittedDelegation {
        let (block, index, branch) = self.place(&stake.txid, height);
        SubmittedDelegation {
            item: item.into(),
            block_hash: block.to_string(),
            index,
            branch: branch.into(),
            ancestry: None,
        }
    }

    /// A proof that a transaction in the block at a height spends a stake.
    pub fn spend(&self, stake: OutPoint, spending_tx: &[u8], height: u32) -> SpendProof {
        let (block, index, branch) = self.place(&Transaction::parse(spending_tx).unwrap().txid, height);
        SpendProof {
            staking_tx_hash: stake.txid.to_string(),
            output: stake.index,
            spending_tx: spending_tx.into(),
            block_hash: block.to_string(),
            index,
            branch: branch.into(),
            ancestry: None,
        }
    }
}

fn coinbase(salt: u8, time: u32) -> Txid {
    let mut bytes = [salt; 32];
    bytes[..4].copy_from_slice(&time.to_be_bytes());
    Txid::from_bytes(bytes)
}

fn pair(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(Sha256::digest([*left, *right].as_flattened())).into()
}

fn level(leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    leaves.chunks(2).map(|both| pair(&both[0], both.last().unwrap())).collect()
}

fn root(leaves: &[Txid]) -> [u8; 32] {
    let mut nodes: Vec<_> = leaves.iter().map(|leaf| *leaf.as_bytes()).collect();
    while nodes.len() > 1 {
        nodes = level(&nodes);
    }
    nodes[0]
}

fn branch(leaves: &[Txid], mut index: usize) -> Vec<u8> {
    let mut nodes: Vec<_> = leaves.iter().map(|leaf| *leaf.as_bytes()).collect();
    let mut siblings = Vec::new();
    while nodes.len() > 1 {
        siblings.extend(nodes.get(index ^ 1).unwrap_or(&nodes[index]));
        nodes = level(&nodes);
        index /= 2;
    }
    siblings
}
