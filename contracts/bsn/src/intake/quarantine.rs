//! Items that could not be applied. They are kept with the reason, since Babylon sends each thing once; anybody may
//! have them tried again.

use api::bsn::event;
use cosmwasm_std::{Api, Env, Event, StdResult, Storage};
use proto::decode::RawItem;

use super::{Fate, ItemCounts, apply_each};
use crate::error::alarm;
use crate::host;
use crate::state::{
    CONFIG, COUNTERS, ItemPlace, QUARANTINE, QUARANTINE_KEYS, QUARANTINE_MAX, Quarantined, StoredItem, digest,
};

/// How many events one call emits for refused items; all of them are counted.
const SHOWN: usize = 32;

/// Keeps refused items, each with its reason, and says so. What is there already is not stored again.
pub fn put(storage: &mut dyn Storage, env: &Env, refused: Vec<(RawItem, String)>) -> StdResult<Vec<Event>> {
    let mut events = Vec::new();
    if refused.is_empty() {
        return Ok(events);
    }
    let mut counters = COUNTERS.load(storage)?;
    let mut lost = 0_u64;
    for (item, reason) in refused {
        if events.len() < SHOWN {
            events.push(refusal(&item, reason.clone()));
        }
        let key = digest(&item);
        if QUARANTINE_KEYS.may_load(storage, &key)?.is_some() {
            continue;
        }
        if counters.quarantined >= QUARANTINE_MAX {
            lost = lost.saturating_add(1);
            continue;
        }
        let number = counters.quarantine_next;
        let item = StoredItem::keep(storage, item, ItemPlace::Quarantine(number))?;
        let record = Quarantined { item, reason, received_at: host::now(env) };
        QUARANTINE.save(storage, &number.to_be_bytes(), &record)?;
        QUARANTINE_KEYS.save(storage, &key, &number)?;
        counters.quarantine_next = number.saturating_add(1);
        counters.quarantined = counters.quarantined.saturating_add(1);
    }
    COUNTERS.save(storage, &counters)?;
    if lost > 0 {
        events.push(alarm(format!("the quarantine is full: {lost} items were dropped")));
    }
    Ok(events)
}

/// Tries the items of these numbers again. An item that takes effect now, or whose effect is there already, is deleted.
/// The others stay under their numbers, with today's reason. A number that is not there (another retry was faster) is
/// counted as gone.
pub fn retry(storage: &mut dyn Storage, api: &dyn Api, ids: &[u64]) -> StdResult<ItemCounts> {
    let mut done = ItemCounts::default();
    let mut records = Vec::new();
    let mut items = Vec::new();
    for id in ids {
        let Some(record) = QUARANTINE.may_load(storage, &id.to_be_bytes())? else {
            done.gone = done.gone.saturating_add(1);
            continue;
        };
        items.push(record.item.clone().item(storage)?);
        records.push((id.to_be_bytes(), record));
    }
    let config = CONFIG.load(storage)?;
    let fates = apply_each(storage, api, &config, &items)?;
    for ((item, fate), (key, record)) in items.iter().zip(fates).zip(records) {
        match fate {
            Fate::Refused(reason) => {
                done.events.push(refusal(item, reason.clone()));
                done.refused = done.refused.saturating_add(1);
                QUARANTINE.save(storage, &key, &Quarantined { reason, ..record })?;
            }
            fate => {
                done.count(fate);
                if QUARANTINE.may_load(storage, &key)?.is_some() {
                    record.item.delete_parts(storage);
                    leave(storage, &key, item)?;
                }
            }
        }
    }
    Ok(done)
}

fn leave(storage: &mut dyn Storage, key: &[u8; 8], item: &RawItem) -> StdResult<()> {
    QUARANTINE.remove(storage, key);
    QUARANTINE_KEYS.remove(storage, &digest(item));
    let mut counters = COUNTERS.load(storage)?;
    counters.quarantined = counters.quarantined.saturating_sub(1);
    COUNTERS.save(storage, &counters)
}

fn refusal(item: &RawItem, reason: String) -> Event {
    event::ItemRefused { kind: item.kind.name().to_owned(), reason }.into()
}
