//! What is over goes: every 16 blocks a portion of one table is looked at, and what nobody can need is deleted.
//!
//! | table | goes when |
//! |---|---|
//! | power history | a later entry of the FP is at or below the oldest anchor; zeroes at or below it |
//! | commitments | its last height is forgotten, and it is not the FP's last one |
//! | evidence and its place in the outbox | Babylon took it, and the block of the slashing has no anchor any more |
//! | delegations | they ended `anchor_retention_s` of Bitcoin's time ago, and their stake is out of the sums |
//!
//! The portion is twice what can come in on a busy chain, so the pile shrinks; an entry waits for its turn, at most
//! for as long as the table has entries over 4 a block.

use cosmwasm_std::{StdResult, Storage};
use primitives::BlockHeight;
use staking::{Delegation, FpStatus, Record};

use super::Block;
use crate::state::{
    BTC_TIP, COMMITMENTS, DELEGATIONS, DELEGATIONS_OF, EVIDENCE, FP_KEYS, OUTBOX, OutgoingState, POWERS,
    PROVIDERS, Progress, SWEEPS, join, key_at, raw, remove_raw,
};

/// Every how many blocks.
const EVERY: u64 = 16;
/// How many entries of a table with small ones are looked at.
const SMALL: usize = 128;
/// How many of a table with large ones.
const LARGE: usize = 32;
/// Seconds between two blocks of Bitcoin.
pub const BITCOIN_BLOCK_S: u64 = 600;

/// Looks at the portion whose turn it is.
pub(super) fn sweep(
    storage: &mut dyn Storage,
    retention_s: u64,
    progress: &Progress,
    block: &Block,
) -> StdResult<()> {
    let height = block.height.get();
    if !height.is_multiple_of(EVERY) {
        return Ok(());
    }
    match height / EVERY % 4 {
        0 => powers(storage, progress.anchors_from),
        1 => commitments(storage, progress.votes_from),
        2 => evidence(storage, progress.anchors_from),
        _ => delegations(storage, retention_s / BITCOIN_BLOCK_S),
    }
}

/// The next entries of a table, from where the last portion ended; the last of them comes again as the first of the
/// next portion, unless the table ends here.
fn portion(storage: &mut dyn Storage, letter: u8, limit: usize) -> StdResult<Vec<(Vec<u8>, Vec<u8>)>> {
    let from = SWEEPS.may_load(storage, &[letter])?.unwrap_or_default();
    let entries = raw(storage, letter, &from, &[u8::MAX; 40], limit);
    let next = match entries.last() {
        Some((last, _)) if entries.len() == limit => last.clone(),
        _ => vec![],
    };
    SWEEPS.save(storage, &[letter], &next)?;
    Ok(entries)
}

/// An FP's number and a height, as keys of both say it.
fn place(key: &[u8]) -> (Option<&[u8]>, BlockHeight) {
    (key.get(..4), BlockHeight::new(key.last_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height))))
}

fn powers(storage: &mut dyn Storage, anchors_from: BlockHeight) -> StdResult<()> {
    let entries = portion(storage, b'h', SMALL)?;
    for (index, (key, power)) in entries.iter().enumerate() {
        let (id, height) = place(key);
        let next = entries.get(index.saturating_add(1)).map(|(key, _)| place(key));
        let superseded = next.is_some_and(|(other, above)| other == id && above <= anchors_from);
        if superseded || (height <= anchors_from && POWERS.read(power)?.is_zero()) {
            remove_raw(storage, b'h', key);
        }
    }
    Ok(())
}

fn commitments(storage: &mut dyn Storage, votes_from: BlockHeight) -> StdResult<()> {
    let entries = portion(storage, b'm', SMALL)?;
    for (index, (key, commitment)) in entries.iter().enumerate() {
        let next = entries.get(index.saturating_add(1)).map(|(key, _)| place(key).0);
        if next == Some(place(key).0) && COMMITMENTS.read(commitment)?.end() < votes_from {
            remove_raw(storage, b'm', key);
        }
    }
    Ok(())
}

fn evidence(storage: &mut dyn Storage, anchors_from: BlockHeight) -> StdResult<()> {
    for (id, outgoing) in portion(storage, b'o', LARGE)? {
        let outgoing = OUTBOX.read(&outgoing)?;
        let Some(key) = FP_KEYS.may_load(storage, &join(&id, &[]))? else { continue };
        let slashed = PROVIDERS.may_load(storage, &key)?.map(|fp| fp.status);
        let is_old = matches!(slashed, Some(FpStatus::Slashed { height, .. }) if height < anchors_from);
        if outgoing.state == OutgoingState::Done && is_old {
            EVIDENCE.remove(storage, &key_at(&key, outgoing.height));
            remove_raw(storage, b'o', &id);
        }
    }
    Ok(())
}

fn delegations(storage: &mut dyn Storage, retention: u64) -> StdResult<()> {
    let Some(tip) = BTC_TIP.may_load(storage)? else { return Ok(()) };
    let retention = u32::try_from(retention).unwrap_or(u32::MAX);
    let counted = raw(storage, b'b', &[], &[u8::MAX; 8], 1);
    for (txid, record) in portion(storage, b'D', LARGE)? {
        let Record::Known(delegation) = DELEGATIONS.read(&record)? else { continue };
        let end = delegation.end_height;
        let is_counted =
            counted.first().is_some_and(|(first, _)| first.as_slice() <= &end.get().to_be_bytes()[..]);
        if !is_counted && tip > end.saturating_add(retention) {
            forget(storage, &txid, &delegation);
        }
    }
    Ok(())
}

/// Should it come again it has long expired, and so no power.
fn forget(storage: &mut dyn Storage, txid: &[u8], delegation: &Delegation) {
    for fp in delegation.ours() {
        DELEGATIONS_OF.remove(storage, &join(&fp.get().to_be_bytes(), txid));
    }
    for (part, _) in raw(storage, b'u', &join::<33>(txid, &[0]), &join::<33>(txid, &[u8::MAX]), usize::MAX) {
        remove_raw(storage, b'u', &part);
    }
    remove_raw(storage, b'd', txid);
    remove_raw(storage, b'D', txid);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{BUCKETS, ENDED, PARTS, Table, of_at};
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use finality::Commitment;
    use primitives::{BtcHeight, Sats, VotingPower};
    use serde::{Serialize, de::DeserializeOwned};
    use staking::{DelegationStatus, FpId, ItemDigest, Named};

    fn at(height: u64) -> BlockHeight {
        BlockHeight::new(height)
    }

    fn kept<const N: usize, T: Serialize + DeserializeOwned>(
        storage: &MockStorage,
        table: &Table<N, T>,
    ) -> usize {
        table.all(storage, Order::Ascending).count()
    }

    #[test]
    fn of_a_power_history_what_no_anchor_reaches_goes() {
        let mut storage = MockStorage::new();
        let entries =
            [(0, 1, 5), (0, 10, 6), (0, 20, 7), (1, 3, 5), (1, 9, 0), (2, 10, 0), (2, 11, 4), (3, 30, 0)];
        for (id, height, power) in entries {
            POWERS.save(&mut storage, &of_at(id, at(height)), &VotingPower::new(power)).unwrap();
        }
        powers(&mut storage, at(10)).unwrap();
        let left: Vec<[u8; 12]> =
            POWERS.all(&storage, Order::Ascending).map(|entry| entry.unwrap().0).collect();
        assert_eq!(left, [(0, 10), (0, 20), (2, 11), (3, 30)].map(|(id, height)| of_at(id, at(height))));
        for height in 10..40 {
            let last = entries
                .iter()
                .filter(|(id, from, _)| *id == 0 && *from <= height)
                .map(|entry| entry.2)
                .next_back();
            let power = crate::state::power_at(&storage, 0, at(height)).unwrap();
            assert_eq!(power.get(), last.unwrap(), "at {height}");
        }
    }

    #[test]
    fn spent_commitments_go_but_not_the_last() {
        let mut storage = MockStorage::new();
        for (id, start) in [(0, 1), (0, 11), (0, 21), (1, 1)] {
            let commitment = Commitment { start: at(start), count: 10, root: [0; 32], committed_at: at(0) };
            COMMITMENTS.save(&mut storage, &of_at(id, at(start)), &commitment).unwrap();
        }
        commitments(&mut storage, at(20)).unwrap();
        assert_eq!(kept(&storage, &COMMITMENTS), 3, "1 to 10 of the first is spent; 11 to 20 is not");
        commitments(&mut storage, at(1_000)).unwrap();
        assert_eq!(kept(&storage, &COMMITMENTS), 2, "each keeps its last");
    }

    #[test]
    fn portions_come_round_to_every_entry() {
        let mut storage = MockStorage::new();
        let many = 5 * u64::try_from(SMALL).unwrap() + 3;
        for height in 1..=many {
            POWERS.save(&mut storage, &of_at(0, at(height)), &VotingPower::new(1)).unwrap();
        }
        for _ in 0..7 {
            powers(&mut storage, at(many)).unwrap();
        }
        assert_eq!(kept(&storage, &POWERS), 1);
    }

    /// A delegation to the first FP that ends at this height of Bitcoin, with all that hangs on it.
    fn delegation(storage: &mut MockStorage, txid: u8, end: u32, early: bool) {
        let delegation = Delegation {
            staker_address: String::new(),
            staker_key: [0; 32],
            fps: vec![Named::Ours(FpId::new(0))],
            start_height: BtcHeight::new(1),
            end_height: BtcHeight::new(end),
            unbonding_time: 1,
            sats: Sats::new(5).unwrap(),
            output_index: 0,
            params_version: 0,
            digest: ItemDigest::of(b""),
            staking_tx: vec![],
        };
        DELEGATIONS.save(storage, &[txid; 32], &Record::Known(delegation)).unwrap();
        DELEGATIONS_OF.save(storage, &join(&[0; 4], &[txid; 32]), &true).unwrap();
        PARTS.save(storage, &join(&[txid; 32], &[0]), &vec![1]).unwrap();
        if early {
            ENDED.save(storage, &[txid; 32], &DelegationStatus::Unbonding).unwrap();
        }
    }

    fn sizes(storage: &MockStorage) -> [usize; 4] {
        [
            kept(storage, &DELEGATIONS),
            kept(storage, &DELEGATIONS_OF),
            kept(storage, &PARTS),
            kept(storage, &ENDED),
        ]
    }

    #[test]
    fn only_what_ended_long_ago_and_is_out_of_the_sums_is_forgotten() {
        let mut storage = MockStorage::new();
        for (txid, end, early) in [(1, 100, false), (2, 109, true), (3, 110, true), (4, 500, true)] {
            delegation(&mut storage, txid, end, early);
        }
        DELEGATIONS.save(&mut storage, &[5; 32], &Record::Foretold).unwrap();
        delegations(&mut storage, 10).unwrap();
        assert_eq!(sizes(&storage), [5, 4, 4, 3], "no tip, no end");

        BTC_TIP.save(&mut storage, &BtcHeight::new(120)).unwrap();
        // The sum of what expires at 99, a block before its end, waits for its turn: what it holds is still needed.
        BUCKETS.save(&mut storage, &[0, 0, 0, 99, 0, 0, 0, 0], &VotingPower::new(5)).unwrap();
        delegations(&mut storage, 10).unwrap();
        assert_eq!(sizes(&storage), [5, 4, 4, 3], "its stake is in the sums");

        BUCKETS.remove(&mut storage, &[0, 0, 0, 99, 0, 0, 0, 0]);
        delegations(&mut storage, 10).unwrap();
        let left: Vec<u8> =
            DELEGATIONS.all(&storage, Order::Ascending).map(|entry| entry.unwrap().0[0]).collect();
        assert_eq!(
            left,
            [3, 4, 5],
            "what ended ten blocks ago stays, and one that ended early until its time"
        );
        assert_eq!(sizes(&storage), [3, 2, 2, 2], "with all that hangs on it");
    }
}
