use api::bsn::event;
use cosmwasm_std::{Env, Event, StdResult, Storage};
use primitives::{BlockHeight, EpochNumber};
use proto::decode::{ConsumerHeader, Timestamp};
use proto::epoching;
use timestamping::{Claim, ClaimError, HeaderVerdict, Kept, Receipt, judge_header};

use crate::error::alarm;
use crate::state::{
    ANCHORS, CONFIG, EPOCHS, Epoch, Header, TIMESTAMPS, Timestamps, forget_epochs, height_key,
};

/// Takes a timestamp of Babylon: its header is held against our anchor, the parts of its checkpoint against each
/// other, and if both are good it waits until Bitcoin has buried the checkpoint (`bitcoin::follow`), which may be
/// in this very packet.
///
/// # Errors
/// Only those of storage: a part that is absent or cannot be read makes an event and is passed over.
pub fn apply(
    storage: &mut dyn Storage,
    env: &Env,
    consumer_id: Option<&str>,
    timestamp: &Timestamp,
) -> StdResult<Vec<Event>> {
    let mut record = TIMESTAMPS.may_load(storage)?.unwrap_or_default();
    let mut events = Vec::new();
    let header = own_header(consumer_id, timestamp).unwrap_or_else(|what| {
        events.push(alarm(what));
        None
    });
    let height = match &header {
        Some(header) => compare(storage, env, header, &mut record, &mut events)?,
        None => None,
    };
    events.push(receive(storage, timestamp, header, height, &mut record)?);
    TIMESTAMPS.save(storage, &record)?;
    Ok(events)
}

/// The header of this chain in the timestamp, if there is one.
fn own_header(consumer_id: Option<&str>, timestamp: &Timestamp) -> Result<Option<ConsumerHeader>, String> {
    let header =
        timestamp.header().map_err(|error| format!("a timestamp's header cannot be read: {error}"))?;
    match header {
        Some(header) if consumer_id.is_some_and(|ours| ours != header.consumer_id) => {
            Err(format!("a timestamp is of consumer {}, not ours", header.consumer_id))
        }
        header => Ok(header),
    }
}

/// The height that the header timestamps, if it is ours; a contradiction is remembered, the first one for ever.
fn compare(
    storage: &dyn Storage,
    env: &Env,
    header: &ConsumerHeader,
    record: &mut Timestamps,
    events: &mut Vec<Event>,
) -> StdResult<Option<BlockHeight>> {
    let height = header.height;
    let anchor = ANCHORS.may_load(storage, &height_key(height))?.map(|anchor| anchor.app_hash);
    let now = BlockHeight::new(env.block.height);
    Ok(match judge_header(height, &header.app_hash, anchor.as_ref(), now) {
        HeaderVerdict::Ours => Some(height),
        HeaderVerdict::Unanchored => None,
        HeaderVerdict::Contradicts => {
            record.contradicted = record.contradicted.or(Some(height));
            let what = format!("babylon was shown a header at height {height} that is not of this chain");
            events.push(alarm(what));
            None
        }
    })
}

/// Takes the epoch and its checkpoint.
fn receive(
    storage: &mut dyn Storage,
    timestamp: &Timestamp,
    header: Option<ConsumerHeader>,
    height: Option<BlockHeight>,
    record: &mut Timestamps,
) -> StdResult<Event> {
    let unreadable = |error| alarm(format!("a timestamp's checkpoint cannot be read: {error}"));
    let info = match timestamp.epoch() {
        Ok(info) => info,
        Err(error) => return Ok(unreadable(error)),
    };
    let claim = match timestamp.claim(&info) {
        Ok(claim) => claim,
        Err(error) => return Ok(unreadable(error)),
    };
    let epoch = claim.epoch;
    let places = match claim.verify(CONFIG.load(storage)?.babylon_tag) {
        Ok(places) => places,
        Err(error) => {
            // What cannot be read proves nothing, neither for Babylon nor against it.
            if !matches!(error, ClaimError::Transaction { .. } | ClaimError::Inclusion { .. }) {
                record.epochs.refuse(epoch);
            }
            return Ok(alarm(format!("babylon's checkpoint of epoch {epoch}: {error}")));
        }
    };
    Ok(match record.epochs.receive(Kept { epoch, height, places }) {
        Receipt::Known => told(epoch, "known"),
        Receipt::Stale { last } => alarm(format!("a timestamp is of epoch {epoch}, after that of {last}")),
        Receipt::Kept { dropped: Some(dropped) } => {
            record_epoch(storage, info, claim, header)?;
            alarm(format!("too many checkpoints wait for bitcoin: that of epoch {dropped} is dropped"))
        }
        Receipt::Kept { dropped: None } | Receipt::Replaced => {
            record_epoch(storage, info, claim, header)?;
            told(epoch, "waits")
        }
    })
}

fn record_epoch(
    storage: &mut dyn Storage,
    info: epoching::Epoch,
    claim: Claim,
    header: Option<ConsumerHeader>,
) -> StdResult<()> {
    let epoch = Epoch {
        interval: info.current_epoch_interval,
        first_block_height: info.first_block_height,
        last_block_time: info.last_block_time.and_then(|time| time.nanos_since_epoch()),
        sealer_app_hash: info.sealer_app_hash,
        block_hash: claim.block_hash,
        bitmap: claim.bitmap,
        bls_multi_sig: claim.bls_multi_sig,
        header: header.map(Header::from),
    };
    EPOCHS.save(storage, &claim.epoch.get().to_be_bytes(), &epoch)?;
    forget_epochs(storage, claim.epoch)
}

fn told(epoch: EpochNumber, state: &str) -> Event {
    event::BabylonEpoch { epoch: epoch.to_string(), state: state.into() }.into()
}
