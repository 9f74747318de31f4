use api::bsn::{ConsumerHeader, HeightResponse};
use cosmwasm_std::Storage;

use crate::error::ContractError;
use crate::state::{LAST_HEADER, LastHeader};

/// The last header of this chain that Babylon timestamped.
pub fn last_header(store: &dyn Storage) -> Result<ConsumerHeader, ContractError> {
    let LastHeader {
        consumer_id,
        hash,
        height,
        time,
        babylon_header_hash,
        babylon_header_height,
        babylon_epoch,
        babylon_tx_hash,
        contradicted: _,
    } = LAST_HEADER.may_load(store)?.ok_or(ContractError::NoConsumerHeader {})?;
    Ok(ConsumerHeader {
        consumer_id,
        hash: hex::encode(hash),
        height: height.get(),
        time: time.map(|nanoseconds| nanoseconds.to_string()),
        babylon_header_hash: hex::encode(babylon_header_hash),
        babylon_header_height,
        babylon_epoch: babylon_epoch.get(),
        babylon_tx_hash: hex::encode(babylon_tx_hash),
    })
}

/// Its height, 0 at first.
pub fn last_height(store: &dyn Storage) -> Result<HeightResponse, ContractError> {
    let height = LAST_HEADER.may_load(store)?.map_or(0, |header| header.height.get());
    Ok(HeightResponse { height })
}
