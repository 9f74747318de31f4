//! Votes, in four places.
//!
//! ```text
//!   slot (height mod 256), id   the rule: written over by a later height, never deleted for its own sake
//!   height, id                  where the slot may still hold a vote that somebody needs: in a long backlog
//!   height, first id            a sheet: many votes of one height that came in one message
//!   first height of 64, id      strips: votes of one FP at consecutive heights that came in one message ([`Strips`])
//! ```
//!
//! A slot is free for a height once the height 256 below is forgotten, and `votes_from` says what is. So a record in a
//! slot counts only with its own height on it, and one with a forgotten height is **stale**. The tally deletes
//! those it meets: what FPs that no longer vote have left behind goes with the next use of the slot.

mod strips;

pub use strips::{Bucket, Strips};

use cosmwasm_std::{StdResult, Storage};
use finality::vote::StoredVote;
use primitives::{BlockHeight, FpId, VotingPower};

use super::{OVERFLOW, SHEETS, SIGNATURES, SLOTS, Sheet, height_fp_key, raw, remove_raw};

/// How many slots there are.
const SLOT_COUNT: u64 = 256;
/// How many votes make a sheet. A sheet costs every single vote at its height a look, so it must be worth one.
pub const SHEET_MIN: usize = 8;

/// How many votes outside of slots are forgotten in a block, at most: more than a height can have, so that the pile
/// shrinks. About 360,000 SDK gas.
pub const SINGLES_FORGOTTEN: usize = 256;
/// How many sheets are: more than twice what a height can have. At most about 200,000 SDK gas.
const SHEETS_FORGOTTEN: usize = 64;

/// What a scan of a height found.
#[derive(Debug, Default)]
pub struct Count {
    /// The power of the votes for the canonical hash.
    pub power: VotingPower,
    /// Whose they are: those in slots, those outside, those on sheets and on strips, each kind in the order of the FPs' numbers.
    pub voters: Vec<FpId>,
    /// What reading them cost, in units of about 300 SDK gas: a unit a record, and one for each hundred bytes.
    pub units: u64,
    /// What is left of forgotten heights.
    pub stale: Vec<Vec<u8>>,
}

fn slot(height: BlockHeight, id: FpId) -> [u8; 5] {
    let [.., slot] = height.get().to_be_bytes();
    let [a, b, c, d] = id.to_be_bytes();
    [slot, a, b, c, d]
}

/// The number at the end of a key.
fn id_of(key: &[u8]) -> FpId {
    key.last_chunk().map_or(FpId::MAX, |id| FpId::from_be_bytes(*id))
}

/// The height at the beginning of a key.
fn height_of(key: &[u8]) -> BlockHeight {
    BlockHeight::new(key.first_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height)))
}

fn in_slot(storage: &dyn Storage, height: BlockHeight) -> Vec<(Vec<u8>, Vec<u8>)> {
    raw(storage, SLOTS.letter(), &slot(height, FpId::default()), &slot(height, FpId::MAX), usize::MAX)
}

fn at_height(storage: &dyn Storage, letter: u8, height: BlockHeight) -> Vec<(Vec<u8>, Vec<u8>)> {
    raw(
        storage,
        letter,
        &height_fp_key(height, FpId::default()),
        &height_fp_key(height, FpId::MAX),
        usize::MAX,
    )
}

/// Whether a vote is for the canonical hash, by the bytes behind its power: the 32 of the signature alone, or with the tag of
/// an absent hash behind them, as older versions wrote it ([`StoredVote`]). Reading them all would double the work of a count.
fn is_canonical(behind_power: &[u8]) -> bool {
    matches!(behind_power.get(32..), Some([] | [0]))
}

impl Count {
    fn record(&mut self, id: FpId, power: VotingPower, behind_power: &[u8]) {
        if is_canonical(behind_power) {
            self.power = self.power + power;
            self.voters.push(id);
        }
    }

    fn charge(&mut self, record: &[u8]) {
        self.units = self.units.saturating_add(units_of(record));
    }
}

fn units_of(record: &[u8]) -> u64 {
    u64::try_from(record.len() / 100).unwrap_or(u64::MAX).saturating_add(1)
}

/// Counts the votes at one height; see [`count_in`].
pub fn count(storage: &dyn Storage, height: BlockHeight, votes_from: BlockHeight) -> StdResult<Count> {
    count_in(storage, height, votes_from, &mut Bucket::default())
}

/// Counts the votes at a height, without a look at signatures; heights below `votes_from` are forgotten. `bucket` is what
/// was loaded for the height before.
pub fn count_in(
    storage: &dyn Storage,
    height: BlockHeight,
    votes_from: BlockHeight,
    bucket: &mut Bucket,
) -> StdResult<Count> {
    let mut count = Count::default();
    for (key, record) in in_slot(storage, height) {
        let ((at, power), rest): ((BlockHeight, _), _) = SLOTS.read_head(&record)?;
        count.charge(&record);
        if at == height {
            count.record(id_of(&key), power, rest);
        } else if at < votes_from {
            count.stale.push(key);
        }
    }
    for (key, record) in at_height(storage, OVERFLOW.letter(), height) {
        let (power, rest) = OVERFLOW.read_head(&record)?;
        count.charge(&record);
        count.record(id_of(&key), power, rest);
    }
    for (_, record) in at_height(storage, SHEETS.letter(), height) {
        count.charge(&record);
        let Sheet { power, ids } = SHEETS.read(&record)?;
        count.power = count.power + power;
        count.voters.extend(ids);
    }
    if height >= votes_from {
        count.units = count.units.saturating_add(bucket.load(storage, height)?);
        for (id, strips) in &bucket.strips {
            if let Some(power) = strips.power_at(height) {
                count.power = count.power + power;
                count.voters.push(*id);
            }
        }
    }
    Ok(count)
}

/// Deletes what [`count`] found stale.
pub fn forget_stale(storage: &mut dyn Storage, stale: &[Vec<u8>]) {
    for key in stale {
        remove_raw(storage, SLOTS.letter(), key);
    }
}

/// The vote of one FP at a height; heights below `votes_from` are forgotten.
pub fn vote_of(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<Option<StoredVote>> {
    match SLOTS.may_load(storage, &slot(height, id))? {
        Some((at, vote)) if at == height => return Ok(Some(vote)),
        _ => {}
    }
    if let Some(vote) = OVERFLOW.may_load(storage, &height_fp_key(height, id))? {
        return Ok(Some(vote));
    }
    if let Some(vote) = strips::vote_of(storage, votes_from, height, id)? {
        return Ok(Some(vote));
    }
    for (key, record) in at_height(storage, SHEETS.letter(), height) {
        let sheet = SHEETS.read(&record)?;
        if let Some(place) = sheet.ids.iter().position(|other| *other == id) {
            let signatures =
                SIGNATURES.may_load(storage, &height_fp_key(height, id_of(&key)))?.unwrap_or_default();
            return Ok(signatures.get(place).map(on_sheet));
        }
    }
    Ok(None)
}

/// Whether an FP has a vote at a height, and how many sheets it took to know. Signatures stay unread; heights below
/// `votes_from` are forgotten.
pub fn has_vote(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<(bool, usize)> {
    if matches!(SLOTS.may_load(storage, &slot(height, id))?, Some((at, _)) if at == height)
        || OVERFLOW.may_load(storage, &height_fp_key(height, id))?.is_some()
        || strips::found(storage, votes_from, height, id)?.is_some()
    {
        return Ok((true, 0));
    }
    let sheets = at_height(storage, SHEETS.letter(), height);
    for (_, record) in &sheets {
        if SHEETS.read(record)?.ids.contains(&id) {
            return Ok((true, sheets.len()));
        }
    }
    Ok((false, sheets.len()))
}

fn on_sheet((power, signature): &(VotingPower, [u8; 32])) -> StoredVote {
    StoredVote { power: *power, signature: *signature, fork: None }
}

/// Records a vote; heights below `votes_from` are forgotten.
pub fn save(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
    vote: &StoredVote,
) -> StdResult<()> {
    if height.above(votes_from) < SLOT_COUNT {
        return SLOTS.save(storage, &slot(height, id), &(height, *vote));
    }
    OVERFLOW.save(storage, &height_fp_key(height, id), vote)
}

/// Records votes for the canonical hash of one height that came together.
pub fn save_all(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    votes: &[(FpId, StoredVote)],
) -> StdResult<()> {
    match votes {
        [(first, _), ..] if votes.len() >= SHEET_MIN => {
            let key = height_fp_key(height, *first);
            let (mut sheet, mut signatures) = (Sheet::default(), Vec::new());
            for (id, vote) in votes {
                sheet.power = sheet.power + vote.power;
                sheet.ids.push(*id);
                signatures.push((vote.power, vote.signature));
            }
            SHEETS.save(storage, &key, &sheet)?;
            SIGNATURES.save(storage, &key, &signatures)
        }
        few => {
            for (id, vote) in few {
                save(storage, votes_from, height, *id, vote)?;
            }
            Ok(())
        }
    }
}

/// Records votes for the canonical hash of one FP that came together, in the order of their heights.
pub fn save_run(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    id: FpId,
    votes: &[(BlockHeight, StoredVote)],
) -> StdResult<()> {
    for run in votes.chunk_by(strips::goes_on) {
        if strips::save(storage, id, run)? {
            continue;
        }
        for (height, vote) in run {
            save(storage, votes_from, *height, id, vote)?;
        }
    }
    Ok(())
}

/// Forgets votes outside of slots from one height to another, both included, the lowest first: a portion of each
/// kind. Answers up to which height: there the next portion has to begin, since this one may have ended within it. Strips
/// do not hold it back: they follow from wherever they were left, and nobody reads those of forgotten heights.
pub fn forget(storage: &mut dyn Storage, from: BlockHeight, to: BlockHeight) -> StdResult<BlockHeight> {
    let (first, last) = (height_fp_key(from, FpId::default()), height_fp_key(to, FpId::MAX));
    let singles = raw(storage, OVERFLOW.letter(), &first, &last, SINGLES_FORGOTTEN);
    let sheets = raw(storage, SHEETS.letter(), &first, &last, SHEETS_FORGOTTEN);
    let end = end_of(&singles, SINGLES_FORGOTTEN, to).min(end_of(&sheets, SHEETS_FORGOTTEN, to));
    for (key, _) in singles.iter().filter(|(key, _)| height_of(key) <= end) {
        remove_raw(storage, OVERFLOW.letter(), key);
    }
    for (key, _) in sheets.iter().filter(|(key, _)| height_of(key) <= end) {
        remove_raw(storage, SHEETS.letter(), key);
        remove_raw(storage, SIGNATURES.letter(), key);
    }
    strips::forget(storage, end)?;
    Ok(end)
}

/// Up to which height a portion that was asked for up to `to` has the records.
fn end_of(portion: &[(Vec<u8>, Vec<u8>)], limit: usize, to: BlockHeight) -> BlockHeight {
    match portion.last() {
        Some((key, _)) if portion.len() == limit => height_of(key),
        _ => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use primitives::AppHash;

    fn at(height: u64) -> BlockHeight {
        BlockHeight::new(height)
    }

    fn vote(power: u128) -> StoredVote {
        StoredVote { power: VotingPower::new(power), signature: [7; 32], fork: None }
    }

    fn ids(storage: &MockStorage, height: u64) -> Vec<u32> {
        let voters = count(storage, at(height), at(0)).unwrap().voters;
        let mut ids: Vec<u32> = voters.into_iter().map(FpId::get).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_slot_is_used_again_only_once_its_height_is_forgotten() {
        let mut storage = MockStorage::new();
        save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
        save(&mut storage, at(1), at(261), FpId::new(0), &vote(4)).unwrap();
        assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), Some(vote(3)));
        assert_eq!(vote_of(&storage, at(1), at(261), FpId::new(0)).unwrap(), Some(vote(4)));
        assert!(count(&storage, at(261), at(1)).unwrap().stale.is_empty(), "5 is still needed");
        assert_eq!(count(&storage, at(261), at(1)).unwrap().power, VotingPower::new(4));

        save(&mut storage, at(6), at(261), FpId::new(1), &vote(5)).unwrap();
        let counted = count(&storage, at(261), at(6)).unwrap();
        assert_eq!((counted.power, counted.units), (VotingPower::new(9), 3));
        assert_eq!(counted.stale, [slot(at(5), FpId::new(0)).to_vec()]);
        forget_stale(&mut storage, &counted.stale);
        assert_eq!((ids(&storage, 5), ids(&storage, 261)), (vec![], vec![0, 1]));

        save(&mut storage, at(300), at(517), FpId::new(1), &vote(6)).unwrap();
        assert_eq!((ids(&storage, 261), ids(&storage, 517)), (vec![0], vec![1]), "written over");
    }

    #[test]
    fn a_sheet_is_as_good_as_its_votes() {
        let mut storage = MockStorage::new();
        let many: Vec<(FpId, StoredVote)> =
            (10..10 + SHEET_MIN as u32).map(|id| (FpId::new(id), vote(id.into()))).collect();
        save_all(&mut storage, at(1), at(5), &many).unwrap();
        save_all(&mut storage, at(1), at(5), &[(FpId::new(3), vote(1))]).unwrap();
        assert_eq!(SHEETS.all(&storage, Order::Ascending).count(), 1);
        let counted = count(&storage, at(5), at(1)).unwrap();
        assert_eq!(
            counted.power,
            many.iter().map(|(_, vote)| vote.power).sum::<VotingPower>() + VotingPower::new(1)
        );
        assert_eq!(counted.units, 2);
        assert_eq!(counted.voters[0], FpId::new(3), "and who it was, though no signature is read");
        for (id, vote) in &many {
            assert_eq!(vote_of(&storage, at(1), at(5), *id).unwrap().as_ref(), Some(vote));
            assert_eq!(has_vote(&storage, at(1), at(5), *id).unwrap(), (true, 1));
        }
        assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(9)).unwrap(), None);
        assert_eq!(vote_of(&storage, at(1), at(6), FpId::new(10)).unwrap(), None);
        assert_eq!(has_vote(&storage, at(1), at(5), FpId::new(9)).unwrap(), (false, 1));
        assert_eq!(has_vote(&storage, at(1), at(6), FpId::new(10)).unwrap(), (false, 0));
        assert_eq!(has_vote(&storage, at(1), at(5), FpId::new(3)).unwrap(), (true, 0), "in its slot");
        assert_eq!(ids(&storage, 5)[..2], [3, 10]);
        assert_eq!(ids(&storage, 5).len(), 1 + SHEET_MIN);
        assert_eq!(forget(&mut storage, at(1), at(5)).unwrap(), at(5));
        assert_eq!(ids(&storage, 5), [3], "in its slot until that is used again");
        assert_eq!(SIGNATURES.all(&storage, Order::Ascending).count(), 0);
    }

    fn outside(storage: &MockStorage) -> usize {
        OVERFLOW.all(storage, Order::Ascending).count()
    }

    #[test]
    fn who_votes_for_another_hash_is_no_voter() {
        let mut storage = MockStorage::new();
        let fork = StoredVote { fork: Some(AppHash::from_bytes([1; 32])), ..vote(0) };
        for (id, vote) in [(1, vote(4)), (2, fork)] {
            save(&mut storage, at(1), at(5), FpId::new(id), &vote).unwrap();
            save(&mut storage, at(1), at(400), FpId::new(id), &vote).unwrap();
        }
        assert_eq!((ids(&storage, 5), ids(&storage, 400)), (vec![1], vec![1]));
    }

    /// A height is read whole before anything can say stop, so what it costs must be known by its bytes.
    #[test]
    fn a_long_sheet_costs_more_units_and_its_signatures_none() {
        let mut storage = MockStorage::new();
        let many: Vec<(FpId, StoredVote)> = (1_000..1_200).map(|id| (FpId::new(id), vote(1))).collect();
        save_all(&mut storage, at(1), at(5), &many).unwrap();
        SIGNATURES.all(&storage, Order::Ascending).for_each(|sheet| assert_eq!(sheet.unwrap().1.len(), 200));
        let counted = count(&storage, at(5), at(1)).unwrap();
        assert_eq!((counted.voters.len(), counted.units), (200, 5));
    }

    #[test]
    fn what_overflows_is_forgotten_in_portions_the_lowest_first() {
        let mut storage = MockStorage::new();
        for height in 300..304 {
            for id in 0..200 {
                OVERFLOW.save(&mut storage, &height_fp_key(at(height), FpId::new(id)), &vote(1)).unwrap();
            }
        }
        assert_eq!(forget(&mut storage, at(1), at(302)).unwrap(), at(301), "56 of that height, too");
        assert_eq!((ids(&storage, 300).len(), ids(&storage, 301).len()), (0, 144));
        assert_eq!(forget(&mut storage, at(301), at(302)).unwrap(), at(302), "144 and 112");
        assert_eq!(forget(&mut storage, at(302), at(302)).unwrap(), at(302));
        assert_eq!(outside(&storage), 200, "those of 303");
    }

    /// C-36: 200 FPs vote one by one, for ever outside of slots, and nothing was forgotten for 400 heights.
    #[test]
    fn forgetting_outruns_the_largest_inflow() {
        let mut storage = MockStorage::new();
        let come = |storage: &mut MockStorage, height| {
            (0..200).for_each(|id| {
                OVERFLOW.save(storage, &height_fp_key(at(height), FpId::new(id)), &vote(1)).unwrap()
            });
        };
        (1..=400).for_each(|height| come(&mut storage, height));
        let mut from = at(1);
        for height in 401..=2_000 {
            come(&mut storage, height);
            from = forget(&mut storage, from, at(height - 100)).unwrap();
        }
        assert_eq!(from, at(1_900), "as far as it may");
        assert!(outside(&storage) <= 101 * 200, "{}", outside(&storage));
    }

    /// 0.2.0 wrote a zero behind a vote for the canonical hash.
    #[test]
    fn a_vote_for_the_canonical_hash_has_no_tag_and_may_have_that_of_an_older_version() {
        let vote = vote(3);
        let bytes = postcard::to_allocvec(&(at(5), vote)).unwrap();
        assert_eq!(bytes.len(), 1 + 1 + 32);
        let old = [&bytes[..], &[0]].concat();
        assert_eq!([SLOTS.read(&bytes).unwrap(), SLOTS.read(&old).unwrap()], [(at(5), vote); 2]);
        let fork = StoredVote { fork: Some(AppHash::from_bytes([9; 32])), ..vote };
        let other = postcard::to_allocvec(&(at(5), fork)).unwrap();
        assert_eq!(SLOTS.read(&other).unwrap(), (at(5), fork));

        let counted = |bytes: &[u8]| {
            let ((at, power), rest): ((BlockHeight, VotingPower), _) = SLOTS.read_head(bytes).unwrap();
            (at, power, is_canonical(rest))
        };
        assert_eq!([counted(&bytes), counted(&old)], [(at(5), vote.power, true); 2]);
        assert_eq!(counted(&other), (at(5), vote.power, false));
        assert!(!counted(&bytes[..33]).2, "a signature is whole");
    }

    #[test]
    fn sheets_are_forgotten_in_portions_with_their_signatures() {
        let mut storage = MockStorage::new();
        for height in 1..=40 {
            for first in [0, 100] {
                let many: Vec<_> = (first..first + 8).map(|id| (FpId::new(id), vote(1))).collect();
                save_all(&mut storage, at(1), at(height), &many).unwrap();
            }
        }
        save(&mut storage, at(0), at(300), FpId::new(7), &vote(1)).unwrap();
        let left = |storage: &MockStorage| {
            [SHEETS.all(storage, Order::Ascending).count(), SIGNATURES.all(storage, Order::Ascending).count()]
        };
        assert_eq!(forget(&mut storage, at(1), at(400)).unwrap(), at(32), "as far as the sheets came");
        assert_eq!((left(&storage), ids(&storage, 300)), ([16, 16], vec![7]));
        assert_eq!(forget(&mut storage, at(32), at(400)).unwrap(), at(400));
        assert_eq!((left(&storage), outside(&storage)), ([0, 0], 0));
    }

    /// A slot is used 256 heights later: what lies in it until then is neither written over nor deleted nor counted.
    #[test]
    fn a_kept_vote_in_the_slot_of_256_heights_back_stays() {
        for kept_from in [at(4), at(5)] {
            let mut storage = MockStorage::new();
            save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
            save(&mut storage, kept_from, at(261), FpId::new(0), &vote(4)).unwrap();
            let counted = count(&storage, at(261), kept_from).unwrap();
            assert_eq!((counted.power, counted.stale.len()), (VotingPower::new(4), 0));
            forget_stale(&mut storage, &counted.stale);
            assert_eq!(vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), Some(vote(3)));
            assert_eq!(vote_of(&storage, at(1), at(261), FpId::new(0)).unwrap(), Some(vote(4)));
            assert_eq!((ids(&storage, 5), ids(&storage, 261), outside(&storage)), (vec![0], vec![0], 1));
        }
        let mut storage = MockStorage::new();
        save(&mut storage, at(1), at(5), FpId::new(0), &vote(3)).unwrap();
        save(&mut storage, at(6), at(261), FpId::new(0), &vote(4)).unwrap();
        assert_eq!(
            (vote_of(&storage, at(1), at(5), FpId::new(0)).unwrap(), outside(&storage)),
            (None, 0),
            "its time is over"
        );
    }
}
