use api::bsn::event;
use api::btc_light_client::Tip;
use cosmwasm_std::{Event, StdResult, Storage};
use primitives::EpochNumber;
use timestamping::{BitcoinView, Waited, Witness};

use super::LightClient;
use crate::error::alarm;
use crate::state::{EPOCHS, LAST_HEADER, MARKS, TIMESTAMPS};

/// Counts the checkpoints that Bitcoin has buried by now, and moves the timestamped height.
pub fn count_buried(
    storage: &mut dyn Storage,
    client: Option<LightClient<'_>>,
    tip: Option<&Tip>,
    w: u32,
) -> StdResult<Vec<Event>> {
    let mut record = TIMESTAMPS.may_load(storage)?.unwrap_or_default();
    if record.epochs.waiting.is_empty() {
        return Ok(vec![]);
    }
    let bitcoin = match (client, tip) {
        (None, _) => BitcoinView::Unwatched,
        (Some(_), None) => BitcoinView::Empty,
        (Some(_), Some(tip)) => BitcoinView::Seen { tip: tip.height, base: tip.base_height, w },
    };
    let mut marks = MARKS.load(storage)?;
    let find = |hash: &[u8; 32]| client.and_then(|client| client.find(hash));
    let waited = record.epochs.count_buried(bitcoin, marks.timestamped, &find);
    if waited.is_empty() {
        return Ok(vec![]);
    }

    let mut events = vec![];
    for one in waited {
        match one {
            Waited::Forged { epoch } => {
                let what = format!("babylon's checkpoint of epoch {epoch} is not in bitcoin where it says");
                events.push(alarm(what));
            }
            Waited::Counted { epoch, witness, height } => {
                show(storage, epoch)?;
                let state = name(witness);
                events.push(event::BabylonEpoch { epoch: epoch.to_string(), state: state.into() }.into());
                if let Some(height) = height {
                    marks.timestamped = height;
                    marks.stale = true;
                    events.push(
                        event::Timestamped { height: height.to_string(), epoch: epoch.to_string() }.into(),
                    );
                }
            }
        }
    }
    MARKS.save(storage, &marks)?;
    TIMESTAMPS.save(storage, &record)?;
    Ok(events)
}

/// By whose word.
const fn name(witness: Witness) -> &'static str {
    match witness {
        Witness::Bitcoin => "bitcoin",
        Witness::Babylon => "babylon",
    }
}

/// Shows an epoch's header of this chain, unless a higher one was shown: Babylon's may go down.
fn show(storage: &mut dyn Storage, epoch: EpochNumber) -> StdResult<()> {
    let epoch = EPOCHS.may_load(storage, &epoch.get().to_be_bytes())?;
    let Some(header) = epoch.and_then(|epoch| epoch.header) else { return Ok(()) };
    if LAST_HEADER.may_load(storage)?.is_some_and(|last| last.height >= header.height) {
        return Ok(());
    }
    LAST_HEADER.save(storage, &header)
}
