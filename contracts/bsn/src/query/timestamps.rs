use api::bsn::{BabylonCheckpoint, BabylonEpoch, ConsumerHeader, HeightResponse, TimestampsHealth};
use cosmwasm_std::{Order, StdResult, Storage};
use timestamping::{Epochs, Witness};

use crate::error::ContractError;
use crate::state::{EPOCHS, Epoch, Header, LAST_HEADER, MARKS, TIMESTAMPS};

/// How many epochs a search for a header looks at: all there are.
const SEARCHED: usize = 128;

/// Which epoch is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// The first that counted.
    Base,
    /// The last that did.
    Last,
    /// This one.
    Number(u64),
}

/// The highest header of this chain in an epoch that counts, or the one of a height that an epoch was timestamped
/// with.
pub fn header(store: &dyn Storage, height: Option<u64>) -> Result<ConsumerHeader, ContractError> {
    let found = match height {
        None => LAST_HEADER.may_load(store)?.ok_or(ContractError::NoConsumerHeader {})?,
        Some(height) => header_at(store, height)?,
    };
    Ok(shown(found))
}

/// Its height, 0 at first.
pub fn last_height(store: &dyn Storage) -> Result<HeightResponse, ContractError> {
    let height = LAST_HEADER.may_load(store)?.map_or(0, |header| header.height.get());
    Ok(HeightResponse { height })
}

fn header_at(store: &dyn Storage, height: u64) -> Result<Header, ContractError> {
    for entry in EPOCHS.all(store, Order::Descending).take(SEARCHED) {
        if let Some(found) = entry?.1.header.filter(|header| header.height.get() == height) {
            return Ok(found);
        }
    }
    Err(ContractError::NotFound { what: "consumer header", culprit: height.to_string() })
}

/// An epoch.
pub fn epoch(store: &dyn Storage, which: Which) -> Result<BabylonEpoch, ContractError> {
    let number = match which {
        Which::Base => epochs(store)?.base.map(|epoch| epoch.get()),
        Which::Last => epochs(store)?.last.map(|epoch| epoch.get()),
        Which::Number(number) => Some(number),
    };
    let (epoch_number, epoch) = load(store, number)?;
    Ok(BabylonEpoch {
        epoch_number,
        current_epoch_interval: epoch.interval,
        first_block_height: epoch.first_block_height,
        last_block_time: epoch.last_block_time.map(|nanoseconds| nanoseconds.to_string()),
        sealer_app_hash: hex::encode(epoch.sealer_app_hash),
        sealer_block_hash: hex::encode(epoch.block_hash),
    })
}

/// The checkpoint of an epoch.
pub fn checkpoint(store: &dyn Storage, number: u64) -> Result<BabylonCheckpoint, ContractError> {
    let (epoch_num, epoch) = load(store, Some(number))?;
    Ok(BabylonCheckpoint {
        epoch_num,
        block_hash: hex::encode(epoch.block_hash),
        bitmap: hex::encode(epoch.bitmap),
        bls_multi_sig: hex::encode(epoch.bls_multi_sig),
    })
}

/// The chain of epochs.
fn epochs(store: &dyn Storage) -> StdResult<Epochs> {
    Ok(TIMESTAMPS.may_load(store)?.unwrap_or_default().epochs)
}

/// How timestamps stand, and by whose word.
pub fn health(store: &dyn Storage) -> Result<TimestampsHealth, ContractError> {
    let Epochs { last, witness, waiting, .. } = epochs(store)?;
    let trust = match witness {
        None => "nothing is timestamped yet",
        Some(Witness::Bitcoin) => "bitcoin: the checkpoint lies deep enough in our light client",
        Some(Witness::Babylon) => "babylon says so: our light client is too young to know, or there is none",
    };
    Ok(TimestampsHealth {
        height: MARKS.load(store)?.timestamped.get(),
        epoch: last.map_or(0, |last| last.get()),
        trust: trust.into(),
        waiting: u64::try_from(waiting.len()).unwrap_or(u64::MAX),
    })
}

fn load(store: &dyn Storage, number: Option<u64>) -> Result<(u64, Epoch), ContractError> {
    let missing = |culprit: String| ContractError::NotFound { what: "babylon epoch", culprit };
    let number = number.ok_or_else(|| missing("none has counted yet".into()))?;
    let epoch = EPOCHS.may_load(store, &number.to_be_bytes())?;
    Ok((number, epoch.ok_or_else(|| missing(number.to_string()))?))
}

fn shown(header: Header) -> ConsumerHeader {
    ConsumerHeader {
        consumer_id: header.consumer_id,
        hash: hex::encode(header.hash),
        height: header.height.get(),
        time: header.time.map(|nanoseconds| nanoseconds.to_string()),
        babylon_header_hash: hex::encode(header.babylon_header_hash),
        babylon_header_height: header.babylon_header_height,
        babylon_epoch: header.babylon_epoch.get(),
        babylon_tx_hash: hex::encode(header.babylon_tx_hash),
    }
}
