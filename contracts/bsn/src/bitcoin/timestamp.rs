use api::bsn::event;
use cosmwasm_std::{Env, Event, StdResult, Storage};
use primitives::{BlockHeight, EpochNumber};
use proto::decode::{ConsumerHeader, Timestamp};
use proto::epoching;
use timestamping::{Claim, ClaimError, HeaderVerdict, Receipt, WaitingCheckpoint, judge_header};

use crate::error::alarm;
use crate::state::{
    ANCHORS, CONFIG, EPOCHS, Epoch, Header, TIMESTAMPS, Timestamps, forget_epochs, height_key,
};

/// Takes a timestamp of Babylon. Its header must equal our anchor, and the parts of its checkpoint must agree. Then the
/// checkpoint waits until Bitcoin has buried it (`bitcoin::follow`), which may happen with this very packet.
///
/// A part that is missing or malformed raises an alarm event and is skipped.
pub fn apply(
    storage: &mut dyn Storage,
    env: &Env,
    consumer_id: Option<&str>,
    timestamp: &Timestamp,
) -> StdResult<Vec<Event>> {
    let (header, foreign) = match own_header(consumer_id, timestamp) {
        Ok(header) => (header, None),
        Err(what) => (None, Some(alarm(what))),
    };
    let mut record = TIMESTAMPS.may_load(storage)?.unwrap_or_default();
    let verdict = match &header {
        Some(header) => Some((header.height, judge(storage, env, header)?)),
        None => None,
    };

    let contradiction = verdict.and_then(|(height, verdict)| remember(&mut record, height, verdict));
    let ours = verdict.filter(|(_, verdict)| *verdict == HeaderVerdict::Ours).map(|(height, _)| height);
    let received = receive(storage, timestamp, header, ours, &mut record)?;
    TIMESTAMPS.save(storage, &record)?;
    Ok(foreign.into_iter().chain(contradiction).chain([received]).collect())
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

/// Compares the header with our anchor of its height.
fn judge(storage: &dyn Storage, env: &Env, header: &ConsumerHeader) -> StdResult<HeaderVerdict> {
    let anchor = ANCHORS.may_load(storage, &height_key(header.height))?.map(|anchor| anchor.app_hash);
    let now = BlockHeight::new(env.block.height);
    Ok(judge_header(header.height, &header.app_hash, anchor.as_ref(), now))
}

/// Remembers the first contradiction, for ever; each raises an alarm.
fn remember(record: &mut Timestamps, height: BlockHeight, verdict: HeaderVerdict) -> Option<Event> {
    if verdict != HeaderVerdict::Contradicts {
        return None;
    }
    record.contradicted = record.contradicted.or(Some(height));
    Some(alarm(format!("Babylon was shown a header at height {height} that is not of this chain")))
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
    let blocks = match claim.verify(CONFIG.load(storage)?.babylon_tag) {
        Ok(blocks) => blocks,
        Err(error) => {
            // What cannot be read proves nothing, neither for Babylon nor against it.
            if !matches!(error, ClaimError::Transaction { .. } | ClaimError::Inclusion { .. }) {
                record.epochs.refuse(epoch);
            }
            return Ok(alarm(format!("babylon's checkpoint of epoch {epoch}: {error}")));
        }
    };
    Ok(match record.epochs.receive(WaitingCheckpoint { epoch, height, blocks }) {
        Receipt::Known => reported(epoch, "known"),
        Receipt::Stale { last } => alarm(format!("a timestamp is of epoch {epoch}, after that of {last}")),
        Receipt::Waits { dropped: Some(dropped) } => {
            record_epoch(storage, info, claim, header)?;
            alarm(format!("too many checkpoints wait for bitcoin: that of epoch {dropped} is dropped"))
        }
        Receipt::Waits { dropped: None } | Receipt::Replaced => {
            record_epoch(storage, info, claim, header)?;
            reported(epoch, "waits")
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

fn reported(epoch: EpochNumber, state: &str) -> Event {
    event::BabylonEpoch { epoch: epoch.to_string(), state: state.into() }.into()
}
