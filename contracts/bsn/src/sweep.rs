//! Garbage collection: every 16 blocks a portion of one table is looked at, and what nothing can need is deleted.
//!
//! | table | an entry is deleted when |
//! |---|---|
//! | power history | a later entry of the FP is at or below the oldest anchor; zeroes at or below it |
//! | commitments | its last height is forgotten, and it is not the FP's last one |
//! | evidence and its place in the outbox | Babylon took it, and the block of the slashing has no anchor any more |
//! | delegations | they ended `anchor_retention_s` of Bitcoin's time ago, and their stake is out of the sums |
//!
//! A portion ends by entries, by bytes, and by deletions. Where it found a quarter of its entries deletable, the next
//! blocks go on with the table, until a portion finds less; several such tables take turns. So the pile shrinks whatever
//! comes in, and a table without garbage costs next to nothing.

use cosmwasm_std::{StdResult, Storage};
use primitives::{BlockHeight, BtcHeight, Seconds};
use staking::{FpStatus, Record};

use crate::heights::Block;
use crate::host::BITCOIN_BLOCK;
use crate::state::{
    BTC_TIP, BUCKETS, COMMITMENTS, DELEGATIONS, DELEGATIONS_OF, ENDED, EVIDENCE, FP_KEYS, OUTBOX,
    OutgoingState, PARTS, PARTS_MAX, POWERS, PROVIDERS, Progress, SWEEPS, concat, fp_txid_key,
    key_height_key, part_key, raw, raw_within, remove_raw,
};

/// Every how many blocks.
const EVERY: u64 = 16;
/// How many tables take turns.
const TABLES: u64 = 4;
/// How many entries a portion has, at most.
const LOOKED_AT: usize = 128;
/// How many of the outbox, where each may cost two reads more.
const LOOKED_AT_OUTBOX: usize = 32;
/// After how many bytes of keys and values a portion ends: about 50,000 SDK gas, and as much again as two records have
/// at most, 70,000 bytes.
const BYTES: usize = 16_000;
/// After how many deletions a portion ends, at 1,000 SDK gas each; a delegation may bring [`staking::MAX_FPS`] more.
const DELETIONS: usize = 96;

const POWER_HISTORY: u8 = POWERS.letter();
const RANDOMNESS: u8 = COMMITMENTS.letter();
const SENT: u8 = OUTBOX.letter();
const STAKE: u8 = DELEGATIONS.letter();

/// Below which heights there is nothing that anything can need.
struct Floors {
    anchors: BlockHeight,
    votes: BlockHeight,
    delegations: BtcHeight,
}

/// Looks at the portion whose turn it is.
pub fn sweep(
    storage: &mut dyn Storage,
    retention: Seconds,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    let Some(place) = turn(block.height.get(), progress.sweeping) else { return Ok(()) };
    let letter = match place {
        0 => POWER_HISTORY,
        1 => RANDOMNESS,
        2 => SENT,
        _ => STAKE,
    };
    let delegations = if letter == STAKE { ended_below(storage, retention)? } else { BtcHeight::new(0) };
    let floors =
        Floors { anchors: progress.marks.anchors_from, votes: progress.marks.votes_from, delegations };
    let goes_on = portion(storage, letter, &floors)?;
    progress.sweeping = progress.sweeping & !(1 << place) | u8::from(goes_on) << place;
    Ok(())
}

/// The place of the table whose turn it is: every 16 blocks the next one's; in between those take turns whose bits are
/// in `unfinished`.
fn turn(height: u64, unfinished: u8) -> Option<u64> {
    if height.is_multiple_of(EVERY) {
        return Some(height / EVERY % TABLES);
    }
    (height..height.saturating_add(TABLES)).map(|at| at % TABLES).find(|place| unfinished >> place & 1 == 1)
}

/// Looks at the next entries of a table, from where the last portion ended: its last entry is the first of this one.
/// Whether there was so much to delete that the next block should go on.
fn portion(storage: &mut dyn Storage, letter: u8, floors: &Floors) -> StdResult<bool> {
    let from = SWEEPS.may_load(storage, &[letter])?.unwrap_or_default();
    let limit = if letter == SENT { LOOKED_AT_OUTBOX } else { LOOKED_AT };
    let entries = raw_within(storage, letter, &from, &[u8::MAX; 40], limit, BYTES);
    let bytes = entries
        .iter()
        .map(|(key, value)| key.len().saturating_add(value.len()))
        .fold(0, usize::saturating_add);
    let is_end = entries.len() < limit && (bytes < BYTES || entries.len() < 2);
    let mut next = entries.last().filter(|_| !is_end).map(|(last, _)| last.clone()).unwrap_or_default();
    let (mut gone, mut deletions) = (0_usize, 0_usize);
    for (index, (key, value)) in entries.iter().enumerate() {
        if deletions >= DELETIONS {
            next.clone_from(key);
            break;
        }
        let above = entries.get(index.saturating_add(1)).map(|(key, _)| key.as_slice());
        let deleted = match letter {
            POWER_HISTORY => power(storage, key, value, above, floors.anchors)?,
            RANDOMNESS => commitment(storage, key, value, above, floors.votes)?,
            SENT => evidence(storage, key, value, floors.anchors)?,
            _ => delegation(storage, key, value, floors.delegations)?,
        };
        deletions = deletions.saturating_add(deleted);
        gone = gone.saturating_add(usize::from(deleted > 0));
    }
    SWEEPS.save(storage, &[letter], &next)?;
    Ok(deletions >= DELETIONS || gone > entries.len() / 4)
}

/// An FP's number and a height, as keys of both say it.
fn place(key: &[u8]) -> (Option<&[u8]>, BlockHeight) {
    (key.get(..4), BlockHeight::new(key.last_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height))))
}

// Each of these deletes an entry that is over; how many deletions that were.

fn power(
    storage: &mut dyn Storage,
    key: &[u8],
    value: &[u8],
    above: Option<&[u8]>,
    floor: BlockHeight,
) -> StdResult<usize> {
    let (id, height) = place(key);
    let superseded = above.map(place).is_some_and(|(other, above)| other == id && above <= floor);
    if superseded || (height <= floor && POWERS.read(value)?.is_zero()) {
        remove_raw(storage, POWERS.letter(), key);
        return Ok(1);
    }
    Ok(0)
}

fn commitment(
    storage: &mut dyn Storage,
    key: &[u8],
    value: &[u8],
    above: Option<&[u8]>,
    floor: BlockHeight,
) -> StdResult<usize> {
    let is_last = above.is_none_or(|above| place(above).0 != place(key).0);
    if is_last || COMMITMENTS.read(value)?.end() >= floor {
        return Ok(0);
    }
    remove_raw(storage, COMMITMENTS.letter(), key);
    Ok(1)
}

fn evidence(storage: &mut dyn Storage, id: &[u8], value: &[u8], floor: BlockHeight) -> StdResult<usize> {
    let outgoing = OUTBOX.read(value)?;
    if outgoing.state != OutgoingState::Done {
        return Ok(0);
    }
    let Some(key) = FP_KEYS.may_load(storage, &concat(id, &[]))? else { return Ok(0) };
    let slashed = PROVIDERS.may_load(storage, &key)?.map(|fp| fp.status);
    if !matches!(slashed, Some(FpStatus::Slashed { height, .. }) if height < floor) {
        return Ok(0);
    }
    EVIDENCE.remove(storage, &key_height_key(&key, outgoing.height));
    remove_raw(storage, OUTBOX.letter(), id);
    Ok(2)
}

/// Delegations are over that ended below this height: the retention is past, and their stake has left the sums.
fn ended_below(storage: &dyn Storage, retention: Seconds) -> StdResult<BtcHeight> {
    let Some(tip) = BTC_TIP.may_load(storage)? else { return Ok(BtcHeight::new(0)) };
    let blocks = u32::try_from(retention.whole(BITCOIN_BLOCK)).unwrap_or(u32::MAX);
    let counted = raw(storage, BUCKETS.letter(), &[], &[u8::MAX; 8], 1);
    let counted = counted.first().and_then(|(key, _)| key.first_chunk()).map(|key| u32::from_be_bytes(*key));
    Ok(tip.saturating_sub(blocks).min(BtcHeight::new(counted.unwrap_or(u32::MAX))))
}

/// Should it come again it has long expired, and so no power.
fn delegation(storage: &mut dyn Storage, txid: &[u8], value: &[u8], floor: BtcHeight) -> StdResult<usize> {
    let record = DELEGATIONS.read(value)?;
    let (end, fps, is_long): (_, Vec<_>, _) = match &record {
        Record::Foretold => return Ok(0),
        Record::Known(known) => (Some(known.end_height), known.ours().collect(), known.staking_tx.is_empty()),
        Record::Verified(stakes) => (
            stakes.iter().map(|stake| stake.end_height).max(),
            stakes.iter().map(|stake| stake.fp).collect(),
            false,
        ),
    };
    if end >= Some(floor) {
        return Ok(0);
    }
    let mut deletions = 2_usize;
    for fp in fps {
        DELEGATIONS_OF.remove(storage, &fp_txid_key(fp, txid));
        deletions = deletions.saturating_add(1);
    }
    // A long transaction lies in parts. They are not read: that would cost 180,000 SDK gas each.
    if is_long {
        for part in 0..PARTS_MAX {
            remove_raw(storage, PARTS.letter(), &part_key(txid, part));
            deletions = deletions.saturating_add(1);
        }
    }
    remove_raw(storage, ENDED.letter(), txid);
    remove_raw(storage, DELEGATIONS.letter(), txid);
    Ok(deletions)
}

#[cfg(test)]
mod tests;
