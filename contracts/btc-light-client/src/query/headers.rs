use api::btc_light_client::{BtcHeader, BtcHeaderResponse, BtcHeadersResponse};
use bitcoin_spv::{HeaderHash, HeaderSource, Placed};
use cosmwasm_std::{Order, Storage};
use primitives::BtcHeight;

use crate::error::ContractError;
use crate::state::{Chain, Store};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 30;

pub fn base(storage: &dyn Storage) -> Result<BtcHeaderResponse, ContractError> {
    Chain::load_base(storage).map(response)
}

pub fn tip(storage: &dyn Storage) -> Result<BtcHeaderResponse, ContractError> {
    let height = Chain::load_started(storage)?.context.height;
    at(storage, height)
}

pub fn by_height(storage: &dyn Storage, height: u32) -> Result<BtcHeaderResponse, ContractError> {
    Chain::load_started(storage)?;
    at(storage, BtcHeight::new(height))
}

pub fn by_hash(storage: &dyn Storage, hash: &str) -> Result<BtcHeaderResponse, ContractError> {
    let hash = HeaderHash::from_display_hex(hash)?;
    Store(storage).find(&hash).map(response).ok_or(ContractError::NoSuchHash { hash })
}

pub fn range(
    storage: &dyn Storage,
    start_after: Option<u32>,
    limit: Option<u32>,
    reverse: bool,
) -> BtcHeadersResponse {
    let (after, order) = match (start_after.map(BtcHeight::new), reverse) {
        (None, false) => ((None, None), Order::Ascending),
        (None, true) => ((None, None), Order::Descending),
        (Some(height), false) => ((Some(height.next()), None), Order::Ascending),
        (Some(height), true) => ((None, Some(height)), Order::Descending),
    };
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let headers = Store(storage).range(after.0, after.1, order);
    let headers = headers.take(usize::try_from(limit).unwrap_or_default()).map(response).collect();
    BtcHeadersResponse { headers }
}

fn at(storage: &dyn Storage, height: BtcHeight) -> Result<BtcHeaderResponse, ContractError> {
    Store(storage).header_at(height).map(response).ok_or(ContractError::NoSuchHeight { height })
}

fn response(placed: Placed) -> BtcHeaderResponse {
    let Placed { height, header, hash, work } = placed;
    BtcHeaderResponse {
        header: BtcHeader {
            version: header.version,
            prev_blockhash: header.prev_hash.to_string(),
            merkle_root: header.merkle_root.to_string(),
            time: header.time.get(),
            bits: header.bits.get(),
            nonce: header.nonce,
        },
        hash: hash.to_string(),
        height: height.get(),
        cum_work: work.to_string(),
    }
}
