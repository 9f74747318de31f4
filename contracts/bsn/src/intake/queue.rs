//! Staking items that wait: those of a packet too big for one transaction, those that come while others wait, and
//! all while the intake is paused.
//!
//! A packet of 256 KiB can hold thousands of items. If it ran out of gas it would block the ordered channel, and an
//! error acknowledgement would lose it. So it is cut into its items, which are put into records of as much work as
//! one hook does ([`HOOK_WORK`]); the hooks take one record a block, in order. An item too big for a hook waits for
//! a transaction: the next packet, or a `retry_quarantined`, which anybody may send.
//!
//! Work is in SDK gas and never below what an item costs ([`work`]): a scenario compares it with what is measured.

use cosmwasm_std::{Api, Binary, Env, Order, StdResult, Storage, WasmMsg};
use proto::decode::{ItemKind, RawItem};

use super::{ItemCounts, apply_items, handover};
use crate::host;
use crate::state::{CONFIG, COUNTERS, ItemPlace, Progress, QUEUE, StoredItem, Waiting};

/// What a packet may cost and still be applied at once, in SDK gas.
pub const PACKET_WORK: u64 = 20_000_000;
/// What one record holds and one hook works off, in SDK gas, if the first item alone is not more.
pub const HOOK_WORK: u64 = 1_200_000;
/// `retry_quarantined` of nothing, as JSON.
const WORK_OFF: &str = r#"{"retry_quarantined":{"ids":[]}}"#;
/// What a byte costs that is read from the queue, by the hook and by its message, decoded, and stored.
const BYTE_WORK: u64 = 42;

/// What an item costs at most, in SDK gas, whether it is applied or quarantined; `is_verified`: what is a delegation, or an
/// end of one, may be handed over to be verified.
pub fn work(item: &RawItem, is_verified: bool) -> u64 {
    let handed =
        if is_verified && item.kind != ItemKind::NewFinalityProvider { handover::gas(item) } else { 0 };
    let base = match item.kind {
        ItemKind::NewFinalityProvider => 28_000,
        ItemKind::ActiveDelegation => 22_000,
        ItemKind::Undelegation => 26_000,
    };
    u64::try_from(item.bytes.len())
        .unwrap_or(u64::MAX)
        .saturating_mul(BYTE_WORK)
        .saturating_add(base)
        .saturating_add(handed)
}

/// What the items of a packet cost at most: more than fits into a transaction where they are more bytes than one call hands
/// over.
pub fn work_of(items: &[RawItem], is_verified: bool) -> u64 {
    if is_verified && !handover::fit(items) {
        return u64::MAX;
    }
    items.iter().map(|item| work(item, is_verified)).fold(0, u64::saturating_add)
}

/// Whether the items of a packet of so much work have to wait: while the intake is paused, behind others, and if
/// they are too much.
pub const fn must_queue(is_paused: bool, is_waiting: bool, work: u64) -> bool {
    is_paused || is_waiting || work > PACKET_WORK
}

/// Whether the intake is paused: nothing is taken in, and nothing that waits is worked off.
pub fn is_paused(storage: &dyn Storage, env: &Env) -> StdResult<bool> {
    Ok(Progress::load(storage)?.is_intake_paused(host::now(env)))
}

/// Whether something waits.
pub fn is_waiting(storage: &dyn Storage) -> StdResult<bool> {
    Ok(QUEUE.all(storage, Order::Ascending).next().transpose()?.is_some())
}

/// Puts items at the end of the queue, in order.
pub fn push(storage: &mut dyn Storage, items: Vec<RawItem>, is_verified: bool) -> StdResult<()> {
    let mut counters = COUNTERS.load(storage)?;
    let mut record = Waiting { work: 0, items: Vec::new() };
    for item in items {
        let work = work(&item, is_verified);
        if record.work.saturating_add(work) > HOOK_WORK && !record.items.is_empty() {
            QUEUE.save(storage, &counters.queue_next.to_be_bytes(), &record)?;
            counters.queue_next = counters.queue_next.saturating_add(1);
            record = Waiting { work: 0, items: Vec::new() };
        }
        record.work = record.work.saturating_add(work);
        let place = ItemPlace::Queue(counters.queue_next, record.items.len());
        record.items.push(StoredItem::keep(storage, item, place)?);
        counters.queued = counters.queued.saturating_add(1);
    }
    if !record.items.is_empty() {
        QUEUE.save(storage, &counters.queue_next.to_be_bytes(), &record)?;
        counters.queue_next = counters.queue_next.saturating_add(1);
    }
    COUNTERS.save(storage, &counters)
}

/// The message by which a hook works off the first record; `None` if none waits, or it is too big for a hook.
///
/// The hook sends it to the contract itself: of a message all writes are kept or none, of a torn hook the first.
pub fn message(storage: &dyn Storage, env: &Env) -> StdResult<Option<WasmMsg>> {
    match first(storage)? {
        Some((_, record)) if record.work <= HOOK_WORK && !is_paused(storage, env)? => {
            let msg = Binary::from(WORK_OFF.as_bytes());
            Ok(Some(WasmMsg::Execute { contract_addr: env.contract.address.to_string(), msg, funds: vec![] }))
        }
        _ => Ok(None),
    }
}

/// Works off the first record, whatever its size.
pub fn work_off(storage: &mut dyn Storage, api: &dyn Api, env: &Env) -> StdResult<ItemCounts> {
    let Some((key, record)) = first(storage)? else { return Ok(ItemCounts::default()) };
    if is_paused(storage, env)? {
        return Ok(ItemCounts::default());
    }
    let mut counters = COUNTERS.load(storage)?;
    let count = u64::try_from(record.items.len()).unwrap_or(u64::MAX);
    counters.queued = counters.queued.saturating_sub(count);
    COUNTERS.save(storage, &counters)?;
    QUEUE.remove(storage, &key);
    let mut items = Vec::with_capacity(record.items.len());
    for kept in record.items {
        items.push(kept.clone().item(storage)?);
        kept.delete_parts(storage);
    }
    let config = CONFIG.load(storage)?;
    apply_items(storage, api, env, &config, items)
}

fn first(storage: &dyn Storage) -> StdResult<Option<([u8; 8], Waiting)>> {
    QUEUE.all(storage, Order::Ascending).next().transpose()
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;
    use crate::state::Counters;

    fn item(bytes: usize) -> RawItem {
        RawItem { kind: ItemKind::Undelegation, bytes: vec![7; bytes] }
    }

    fn queued(items: Vec<RawItem>) -> (MockStorage, Vec<Waiting>) {
        let mut storage = MockStorage::new();
        COUNTERS.save(&mut storage, &Counters::default()).unwrap();
        push(&mut storage, items, false).unwrap();
        let records = QUEUE.all(&storage, Order::Ascending).map(|record| record.unwrap().1).collect();
        (storage, records)
    }

    #[test]
    fn what_is_too_much_waits_and_so_does_what_comes_behind() {
        assert!(!must_queue(false, false, PACKET_WORK));
        assert!(must_queue(false, false, PACKET_WORK + 1));
        assert!(must_queue(false, true, 0));
        assert!(must_queue(true, false, 0));
    }

    #[test]
    fn a_record_is_as_much_as_a_hook_does_and_the_order_is_kept() {
        let items: Vec<_> = (0..200).map(item).collect();
        let (storage, records) = queued(items.clone());
        assert_eq!(COUNTERS.load(&storage).unwrap().queued, 200);
        assert!(records.len() > 1 && records.iter().all(|record| record.work <= HOOK_WORK));
        let kept = records.into_iter().flat_map(|record| record.items);
        assert_eq!(kept.map(|kept| kept.item(&storage).unwrap()).collect::<Vec<_>>(), items);
    }

    #[test]
    fn a_big_item_has_a_record_of_its_own() {
        let (_, records) = queued(vec![item(1), item(200_000), item(1)]);
        assert_eq!(records.iter().map(|record| record.items.len()).collect::<Vec<_>>(), [1, 1, 1]);
        assert!(records[1].work > HOOK_WORK);
    }

    #[test]
    fn a_hooks_message_is_the_one_that_works_off() {
        let read: api::bsn::ExecuteMsg = cosmwasm_std::from_json(WORK_OFF).unwrap();
        assert_eq!(read, api::bsn::ExecuteMsg::RetryQuarantined { ids: vec![] });
    }

    #[test]
    fn nothing_is_nothing() {
        let (storage, records) = queued(vec![]);
        assert!(records.is_empty() && !is_waiting(&storage).unwrap());
    }
}
