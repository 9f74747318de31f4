//! A light client on a mock chain, a miner, a storage that keeps accounts, and headers made by others.
#![allow(dead_code)]

use std::cell::Cell;
pub use vectors::mine;

use api::btc_light_client::{
    ExecuteMsg, InstantiateMsg, MigrateMsg, Network, PinnedHeader, QueryMsg, Tip, tip_from_raw,
};
use bitcoin_spv::{Header, HeaderHash};
use btc_light_client::ContractError;
use cosmwasm_std::{
    Addr, Binary, Env, Order, OwnedDeps, Record, Response, Storage, Timestamp,
    testing::{MockApi, MockQuerier, MockStorage, message_info, mock_env},
};
use serde_json::Value;

pub const EASY: u32 = 0x207f_ffff;
pub const NOW: u32 = 1_700_000_000;

/// Storage at the SDK's prices (read 1,000 + 3 a byte, write 2,000 + 30, delete 1,000, step 30 + 3), every
/// key 33 bytes longer.
#[derive(Default)]
pub struct Metered {
    pub inner: MockStorage,
    pub gas: Cell<u64>,
}

const PREFIX: usize = 33;

impl Metered {
    fn charge(&self, flat: usize, per_byte: usize, bytes: usize) {
        self.gas.set(self.gas.get() + (flat + per_byte * (PREFIX + bytes)) as u64);
    }

    /// What was charged since the last time.
    pub fn taken(&self) -> u64 {
        self.gas.replace(0)
    }

    /// All keys, and the number of bytes of all keys and values.
    pub fn all(&self) -> Vec<Record> {
        self.inner.range(None, None, Order::Ascending).collect()
    }
}

impl Storage for Metered {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.inner.get(key);
        self.charge(1_000, 3, key.len() + value.as_ref().map_or(0, Vec::len));
        value
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.charge(2_000, 30, key.len() + value.len());
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.charge(1_000, 0, 0);
        self.inner.remove(key);
    }

    fn range<'a>(
        &'a self,
        a: Option<&[u8]>,
        b: Option<&[u8]>,
        o: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let charged = |(key, value): &Record| self.charge(30, 3, key.len() + value.len());
        Box::new(self.inner.range(a, b, o).inspect(charged))
    }
}

pub struct World {
    pub deps: OwnedDeps<Metered, MockApi, MockQuerier>,
    pub env: Env,
    pub bsn: Addr,
    pub admin: Addr,
    pub listed: Addr,
    pub stranger: Addr,
}

pub fn legacy_instantiate(network: Network) -> InstantiateMsg {
    InstantiateMsg {
        network,
        btc_confirmation_depth: 1,
        checkpoint_finalization_timeout: 2,
        admin: None,
        submitters: None,
        retained_headers: None,
        max_headers: None,
        checkpoint: None,
    }
}

pub fn pinned(height: u32, header: &Header, start: Option<&Header>) -> PinnedHeader {
    PinnedHeader {
        height,
        header_hex: hex::encode(header.to_bytes()),
        work: None,
        period_start_header_hex: start.map(|start| hex::encode(start.to_bytes())),
    }
}

impl World {
    pub fn try_new(change: impl FnOnce(&mut InstantiateMsg)) -> Result<Self, ContractError> {
        let api = MockApi::default();
        let mut env = mock_env();
        env.block.time = Timestamp::from_seconds(NOW.into());
        let mut world = Self {
            bsn: api.addr_make("bsn"),
            admin: api.addr_make("admin"),
            listed: api.addr_make("listed"),
            stranger: api.addr_make("stranger"),
            deps: OwnedDeps {
                storage: Metered::default(),
                api,
                querier: MockQuerier::default(),
                custom_query_type: core::marker::PhantomData,
            },
            env,
        };
        let mut msg = InstantiateMsg {
            admin: Some(world.admin.to_string()),
            submitters: Some(vec![world.listed.to_string()]),
            ..legacy_instantiate(Network::Regtest)
        };
        change(&mut msg);
        let info = message_info(&world.bsn, &[]);
        btc_light_client::instantiate(world.deps.as_mut(), world.env.clone(), info, msg)?;
        Ok(world)
    }

    pub fn new(change: impl FnOnce(&mut InstantiateMsg)) -> Self {
        Self::try_new(change).unwrap()
    }

    /// On regtest, with these headers from `bsn`, the first at `height`.
    pub fn started(height: u32, headers: &[Header]) -> Self {
        let mut world = Self::new(|_| {});
        world.first(&world.bsn.clone(), height, headers).unwrap();
        world
    }

    /// Makes it one that keeps fewer headers than may be configured today. 0.1.0 and 0.2.0 wrote the configuration in
    /// today's form, which ends with the two numbers.
    pub fn keep_as_old_versions_did(&mut self, retained: u32) {
        let storage = &mut self.deps.storage.inner;
        let config = storage.get(b"config").unwrap();
        let written = [&varint(8_064)[..], &varint(2_000)].concat();
        let head = config.strip_suffix(written.as_slice()).unwrap();
        storage.set(b"config", &[head, &varint(retained), &varint(2_000)].concat());
    }

    /// Migrates it from that version.
    pub fn migrate_from(&mut self, version: &str) {
        cw2::set_contract_version(&mut self.deps.storage, "btc-light-client", version).unwrap();
        btc_light_client::migrate(self.deps.as_mut(), self.env.clone(), MigrateMsg {}).unwrap();
    }

    pub fn execute(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Response, ContractError> {
        btc_light_client::execute(self.deps.as_mut(), self.env.clone(), message_info(sender, &[]), msg)
    }

    pub fn first(
        &mut self,
        sender: &Addr,
        height: u32,
        headers: &[Header],
    ) -> Result<Response, ContractError> {
        self.execute(sender, raw(headers, Some("32".into()), Some(height)))
    }

    pub fn submit(&mut self, sender: &Addr, headers: &[Header]) -> Result<Response, ContractError> {
        self.execute(sender, raw(headers, None, None))
    }

    pub fn extend(&mut self, headers: &[Header]) -> Result<Response, ContractError> {
        self.submit(&self.bsn.clone(), headers)
    }

    pub fn query(&self, msg: &str) -> Result<Value, ContractError> {
        let msg: QueryMsg = serde_json::from_str(msg).unwrap();
        let answer = btc_light_client::query(self.deps.as_ref(), self.env.clone(), msg)?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    pub fn tip(&self) -> Tip {
        tip_from_raw(&self.deps.storage.inner.get(api::btc_light_client::TIP_KEY).unwrap()).unwrap()
    }
}

/// A number of 128 to 16,383 as postcard writes it.
fn varint(number: u32) -> [u8; 2] {
    [(number & 0x7f | 0x80) as u8, (number >> 7) as u8]
}

pub fn raw(headers: &[Header], first_work: Option<String>, first_height: Option<u32>) -> ExecuteMsg {
    let bytes: Vec<u8> = headers.iter().flat_map(Header::to_bytes).collect();
    ExecuteMsg::RawBtcHeaders { headers: Binary::from(bytes), first_work, first_height }
}

pub fn genesis() -> Header {
    mine(HeaderHash::from_bytes([0; 32]), NOW - 3_000_000, EASY, 0)
}

/// So many headers on top of `from`, ten minutes apart.
pub fn branch(from: &Header, bits: u32, length: u32, salt: u8) -> Vec<Header> {
    let mut tip = *from;
    (0..length)
        .map(|_| {
            tip = mine(tip.hash(), tip.time.get() + 600, bits, salt);
            tip
        })
        .collect()
}

/// A base and so many headers on top of it.
pub fn chain(length: u32) -> Vec<Header> {
    [&[genesis()][..], &branch(&genesis(), EASY, length, 1)].concat()
}

pub fn mainnet() -> Option<Vec<Header>> {
    let bytes = vectors::load("bitcoin/mainnet-headers-0-4095.bin")?;
    Some(bytes.chunks(80).map(|header| Header::from_slice(header).unwrap()).collect())
}
