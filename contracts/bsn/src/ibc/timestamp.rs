use api::bsn::event;
use cosmwasm_std::{Env, Event, StdResult, Storage};
use primitives::{AppHash, BlockHeight, EpochNumber};
use proto::decode::{ConsumerHeader, Timestamp};

use crate::state::{ANCHORS, LAST_HEADER, LastHeader, PROGRESS, at};

/// What a header of this chain, as Babylon saw it, means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeaderVerdict {
    /// It is ours, and higher than what was timestamped.
    Advances,
    /// It is ours, or we cannot say any more.
    Shown,
    /// It is of another chain than this: somebody shows one to Babylon under our id.
    Contradicts,
}

/// Takes a timestamp of Babylon: if the header in it is ours, the timestamped height moves up to it.
///
/// That the epoch's checkpoint is in Bitcoin is what Babylon says; it is not verified here. Whether it is
/// deep enough in our own light client is to be asked where the verdict is `Advances`, and nowhere else.
///
/// # Errors
/// Only those of storage: a part that is absent or cannot be read is passed over.
pub fn apply(
    storage: &mut dyn Storage,
    env: &Env,
    consumer_id: Option<&str>,
    timestamp: &Timestamp,
) -> StdResult<Vec<Event>> {
    let header = match timestamp.header() {
        Ok(Some(header)) => header,
        Ok(None) => return Ok(Vec::new()),
        Err(error) => return Ok(vec![alarm(format!("a timestamp's header cannot be read: {error}"))]),
    };
    if consumer_id.is_some_and(|ours| ours != header.consumer_id) {
        let what = format!("a timestamp is of consumer {}, not ours", header.consumer_id);
        return Ok(vec![alarm(what)]);
    }
    let mut progress = PROGRESS.load(storage)?;
    let anchor = ANCHORS.may_load(storage, &at(header.height))?.map(|anchor| anchor.app_hash);
    let verdict = judge(&header, anchor, BlockHeight::new(env.block.height), progress.timestamped);
    let height = header.height;
    let event = match verdict {
        HeaderVerdict::Contradicts => {
            contradict(storage, header)?;
            alarm(format!("babylon was shown a header at height {height} that is not of this chain"))
        }
        HeaderVerdict::Shown => {
            show(storage, header)?;
            return Ok(Vec::new());
        }
        HeaderVerdict::Advances => {
            progress.timestamped = height;
            progress.stale = true;
            PROGRESS.save(storage, &progress)?;
            let epoch = header.babylon_epoch.to_string();
            show(storage, header)?;
            event::Timestamped { height: height.to_string(), epoch }.into()
        }
    };
    Ok(vec![event])
}

/// Holds a header against the app hash that we keep for its height, and against our own height `now`.
fn judge(
    header: &ConsumerHeader,
    anchored: Option<AppHash>,
    now: BlockHeight,
    timestamped: BlockHeight,
) -> HeaderVerdict {
    match anchored {
        _ if header.height > now => HeaderVerdict::Contradicts,
        Some(ours) if ours != header.app_hash => HeaderVerdict::Contradicts,
        Some(_) if header.height > timestamped => HeaderVerdict::Advances,
        Some(_) | None => HeaderVerdict::Shown,
    }
}

/// Records a header if it is higher than the last; Babylon's may go down from one epoch to the next.
fn show(storage: &mut dyn Storage, header: ConsumerHeader) -> StdResult<()> {
    let last = LAST_HEADER.may_load(storage)?;
    if last.as_ref().is_some_and(|last| last.height >= header.height) {
        return Ok(());
    }
    let shown = LastHeader {
        consumer_id: header.consumer_id,
        hash: header.app_hash.as_bytes().to_vec(),
        height: header.height,
        time: header.time_nanos,
        babylon_header_hash: header.babylon_header_hash,
        babylon_header_height: header.babylon_header_height,
        babylon_epoch: header.babylon_epoch,
        babylon_tx_hash: header.babylon_tx_hash,
        contradicted: last.and_then(|last| last.contradicted),
    };
    LAST_HEADER.save(storage, &shown)
}

/// Remembers the first contradiction; of the header itself nothing is believed.
fn contradict(storage: &mut dyn Storage, header: ConsumerHeader) -> StdResult<()> {
    let mut last = LAST_HEADER.may_load(storage)?.unwrap_or_else(|| LastHeader {
        consumer_id: header.consumer_id,
        hash: Vec::new(),
        height: BlockHeight::default(),
        time: None,
        babylon_header_hash: Vec::new(),
        babylon_header_height: 0,
        babylon_epoch: EpochNumber::default(),
        babylon_tx_hash: Vec::new(),
        contradicted: None,
    });
    if last.contradicted.is_some() {
        return Ok(());
    }
    last.contradicted = Some(header.height);
    LAST_HEADER.save(storage, &last)
}

fn alarm(what: String) -> Event {
    event::Alarm { what }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(height: u64, hash: u8) -> ConsumerHeader {
        ConsumerHeader {
            consumer_id: "07-tendermint-0".to_owned(),
            app_hash: AppHash::from_bytes([hash; 32]),
            height: BlockHeight::new(height),
            time_nanos: None,
            babylon_header_hash: Vec::new(),
            babylon_header_height: 1,
            babylon_epoch: EpochNumber::new(1),
            babylon_tx_hash: Vec::new(),
        }
    }

    #[test]
    fn only_a_header_with_our_hash_above_the_last_advances() {
        let ours = Some(AppHash::from_bytes([1; 32]));
        let (now, last) = (BlockHeight::new(100), BlockHeight::new(50));
        for (header, anchored, verdict) in [
            (header(51, 1), ours, HeaderVerdict::Advances),
            (header(50, 1), ours, HeaderVerdict::Shown),
            (header(51, 1), None, HeaderVerdict::Shown),
            (header(51, 2), ours, HeaderVerdict::Contradicts),
            (header(49, 2), ours, HeaderVerdict::Contradicts),
            (header(101, 1), None, HeaderVerdict::Contradicts),
        ] {
            assert_eq!(judge(&header, anchored, now, last), verdict, "{header:?} {anchored:?}");
        }
    }
}
