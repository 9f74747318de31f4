//! A light client as this contract reads it: raw, record by record.

use api::btc_light_client::{TIP_KEY, Tip, header_key, height_key};
use bitcoin_spv::{CompactTarget, Header, HeaderHash, MerkleRoot};
use cosmwasm_std::{Binary, ContractResult, SystemError, SystemResult, WasmQuery};
use primitives::{BtcHeight, BtcTime};
use std::collections::BTreeMap;

use super::{CONFIG, Config, Deps};

pub const ADDRESS: &str = "light client";

/// A header with that root of its transactions; nobody here asks for its work.
pub fn header(root: [u8; 32]) -> Header {
    Header {
        version: 4,
        prev_hash: HeaderHash::from_bytes([0; 32]),
        merkle_root: MerkleRoot::from_bytes(root),
        time: BtcTime::default(),
        bits: CompactTarget::new(0x207f_ffff),
        nonce: 0,
    }
}

/// Has this contract follow a light client with that tip, one that was once as high as `highest`, and these headers.
pub fn follow(deps: &mut Deps, base: u32, tip: u32, highest: u32, headers: &[(u32, Header)]) {
    let config = CONFIG.load(&deps.storage).unwrap();
    let config = Config { btc_light_client: Some(ADDRESS.to_owned()), ..config };
    CONFIG.save(&mut deps.storage, &config).unwrap();
    let tip = Tip {
        height: BtcHeight::new(tip),
        hash: [0xee; 32],
        time: BtcTime::default(),
        base_height: BtcHeight::new(base),
        highest: BtcHeight::new(highest),
    };
    let mut stored = BTreeMap::from([(TIP_KEY.to_vec(), tip.to_raw().to_vec())]);
    for (height, header) in headers {
        let height = BtcHeight::new(*height);
        stored.insert(height_key(header.hash().as_bytes()).to_vec(), height.get().to_be_bytes().to_vec());
        stored.insert(header_key(height).to_vec(), header.to_bytes().to_vec());
    }
    deps.querier.update_wasm(move |query| match query {
        WasmQuery::Raw { contract_addr, key } if contract_addr == ADDRESS => {
            let found = stored.get(key.as_slice()).cloned().unwrap_or_default();
            SystemResult::Ok(ContractResult::Ok(Binary::from(found)))
        }
        _ => SystemResult::Err(SystemError::Unknown {}),
    });
}
