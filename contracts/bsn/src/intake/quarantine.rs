//! Items that could not be applied. They are kept with the reason, since Babylon sends each thing once; anybody may
//! have them tried again.

use api::bsn::event;
use cosmwasm_std::{Api, Env, Event, StdResult, Storage};
use proto::decode::{ItemKind, RawItem};

use super::{Fate, ItemCounts, apply_each, hand_over};
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
            events.push(refusal(item.kind, reason.clone()));
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
    let (mut records, mut items, mut handed) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let Some(record) = QUARANTINE.may_load(storage, &id.to_be_bytes())? else {
            done.gone = done.gone.saturating_add(1);
            continue;
        };
        items.push(record.item.clone().item(storage)?);
        records.push((*id, record));
    }
    let config = CONFIG.load(storage)?;
    let fates = apply_each(storage, api, &config, &items)?;
    for ((item, fate), (id, record)) in items.into_iter().zip(fates).zip(records) {
        match &fate {
            Fate::Refused(reason) => {
                done.events.push(refusal(item.kind, reason.clone()));
                QUARANTINE.save(
                    storage,
                    &id.to_be_bytes(),
                    &Quarantined { reason: reason.clone(), ..record },
                )?;
            }
            Fate::Handed => handed.push((Some(id), item)),
            Fate::Applied(_) | Fate::Known => leaves(storage, id)?,
        }
        done.count(fate);
    }
    done.messages.extend(hand_over(&config, &handed)?);
    Ok(done)
}

/// An item took effect, or had before: it is deleted, if it is there.
pub fn leaves(storage: &mut dyn Storage, id: u64) -> StdResult<()> {
    let key = id.to_be_bytes();
    let Some(record) = QUARANTINE.may_load(storage, &key)? else { return Ok(()) };
    let item = record.item.clone().item(storage)?;
    record.item.delete_parts(storage);
    QUARANTINE.remove(storage, &key);
    QUARANTINE_KEYS.remove(storage, &digest(&item));
    let mut counters = COUNTERS.load(storage)?;
    counters.quarantined = counters.quarantined.saturating_sub(1);
    COUNTERS.save(storage, &counters)
}

/// An item was refused again: it stays, with today's reason.
pub fn stays(storage: &mut dyn Storage, id: u64, reason: String) -> StdResult<Option<Event>> {
    let key = id.to_be_bytes();
    let Some(record) = QUARANTINE.may_load(storage, &key)? else { return Ok(None) };
    let event = refusal(record.item.kind(), reason.clone());
    QUARANTINE.save(storage, &key, &Quarantined { reason, ..record })?;
    Ok(Some(event))
}

/// Says that an item was refused.
pub fn refusal(kind: ItemKind, reason: String) -> Event {
    event::ItemRefused { kind: kind.name().to_owned(), reason }.into()
}
