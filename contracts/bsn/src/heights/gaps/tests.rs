use api::bsn::{BlockFinality, FinalityStatusResponse, SkipReason, VoteState};
use cosmwasm_std::testing::MockStorage;
use finality::active_set::{Member, select};
use finality::commitment::Coverage;
use finality::resume::Resumption;
use finality::vote::StoredVote;
use primitives::{AppHash, BlockHash, FpId, UnixTime, VotingPower};
use proptest::prelude::*;

use super::super::{Block, tally};
use super::*;
use crate::query::{blocks, finality_status};
use crate::state::{
    ACTIVE, ANCHORS, Anchor, Marks, POWERS, Progress, RESUMED, fp_height_key, is_resumed, votes,
};

/// Four FPs of 25, of whom governance names the last two.
const NAMED: [u32; 2] = [2, 3];

fn at_height(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// A chain by what happens at each height from 1 on: `a`ll vote, `q`uorum of three, only the two who are not named
/// (`r`esumed), `n`o set, no hook (`.`), a `t`orn one.
struct Told {
    store: MockStorage,
    letters: Vec<char>,
}

impl Told {
    fn new(letters: &str) -> Self {
        let mut told = Self { store: MockStorage::new(), letters: letters.chars().collect() };
        for id in 0..4 {
            let from = fp_height_key(FpId::new(id), at_height(1));
            POWERS.save(&mut told.store, &from, &VotingPower::new(25)).unwrap();
        }
        let coverage = Coverage { covered: true, changes_at: None };
        let members = (0..4).map(|id| Member { id: FpId::new(id), power: VotingPower::new(25) });
        let set = select(members.map(|member| Ok::<_, ()>((member, coverage))), usize::MAX, 0).unwrap().set;
        ACTIVE.save(&mut told.store, &set).unwrap();
        for height in 1..=told.tip() {
            told.happen(height);
        }
        let progress =
            Progress { marks: Marks { activation: at_height(1), ..Marks::default() }, ..Progress::default() };
        progress.save(&mut told.store).unwrap();
        if let Some(first) = (1..=told.tip()).find(|height| told.of(*height) == 'r') {
            told.resume(first);
        }
        told
    }

    fn tip(&self) -> u64 {
        self.letters.len() as u64
    }

    fn of(&self, height: u64) -> char {
        self.letters[usize::try_from(height - 1).unwrap()]
    }

    fn has_quorum(&self, height: u64) -> bool {
        matches!(self.of(height), 'a' | 'q')
    }

    fn happen(&mut self, height: u64) {
        let letter = self.of(height);
        let total = match letter {
            '.' => return,
            't' => None,
            'n' => Some(VotingPower::ZERO),
            _ => Some(VotingPower::new(100)),
        };
        let anchor = Anchor {
            app_hash: AppHash::from_bytes([1; 32]),
            block_hash: BlockHash::from_bytes([1; 32]),
            time: UnixTime::new(height),
            cursor: BlockHeight::default(),
            total,
            backlog_full: false,
            ranked: crate::state::Ranked::Power(VotingPower::new(120)),
        };
        ANCHORS.save(&mut self.store, &height_key(at_height(height)), &anchor).unwrap();
        let voters = match letter {
            'a' => 4,
            'q' => 3,
            'r' => 2,
            _ => 0,
        };
        (0..voters).for_each(|id| self.vote(height, id));
    }

    fn vote(&mut self, height: u64, id: u32) {
        let vote = StoredVote { power: VotingPower::new(25), signature: [7; 32], fork: None };
        votes::save(&mut self.store, BlockHeight::default(), at_height(height), FpId::new(id), &vote)
            .unwrap();
    }

    fn resume(&mut self, from: u64) {
        let (from, through) = (at_height(from), at_height(self.tip()));
        RESUMED
            .save(
                &mut self.store,
                &height_key(through),
                &Resumption { from, through, absent: NAMED.map(FpId::new).to_vec() },
            )
            .unwrap();
        self.with(|_, progress| progress.gaps.resumed_through = through);
    }

    fn with(&mut self, change: impl FnOnce(&mut MockStorage, &mut Progress)) {
        let mut progress = Progress::load(&self.store).unwrap();
        change(&mut self.store, &mut progress);
        progress.save(&mut self.store).unwrap();
    }

    /// EndBlocks of one height until the cursor stops; `torn`: their records stay, how far they came does not.
    fn end_block(&mut self, height: u64, torn: bool) {
        let block = Block {
            height: at_height(height),
            time: UnixTime::new(height),
            hash: BlockHash::from_bytes([1; 32]),
            app_hash: AppHash::from_bytes([1; 32]),
        };
        self.with(|store, progress| {
            let mut scratch = progress.clone();
            let ran = if torn { &mut scratch } else { progress };
            while !tally::tally(store, ran, &block).unwrap().0.is_empty() {}
            ran.marks.last_end = block.height;
        });
    }

    fn pass_all(mut self) -> Self {
        self.end_block(self.tip() + 1, false);
        assert_eq!(Progress::load(&self.store).unwrap().marks.cursor, at_height(self.tip()));
        self
    }

    fn status(&self, height: u64) -> FinalityStatusResponse {
        finality_status::status(&self.store, at_height(height)).unwrap()
    }

    /// Forgets the votes below a height and the anchors below it.
    fn forget_below(&mut self, height: u64) {
        self.with(|store, progress| {
            for below in 1..height {
                ANCHORS.remove(store, &height_key(at_height(below)));
            }
            while votes::forget(store, BlockHeight::default(), at_height(height - 1)).unwrap()
                < at_height(height - 1)
            {}
            (progress.marks.votes_from, progress.marks.anchors_from) = (at_height(height), at_height(height));
            prune(store, progress, at_height(16 * 7 + 9)).unwrap();
        });
    }

    fn gaps(&self) -> usize {
        GAPS.all(&self.store, cosmwasm_std::Order::Ascending).count()
    }

    /// Every answer about a height is what the letters say.
    fn check(&self, height: u64) {
        let answer = self.status(height);
        let is_anchored = |height: &u64| !matches!(self.of(*height), '.' | 't');
        let Some(anchored) = (height..=self.tip()).find(is_anchored) else {
            assert_eq!(answer.block, BlockFinality::Unknown, "{height}");
            return;
        };
        let by = (anchored + 1..=self.tip()).find(|height| self.has_quorum(*height));
        let resumed = (height..by.unwrap_or_else(|| self.tip() + 1)).any(|height| self.of(height) == 'r');
        let block = match by {
            _ if resumed => BlockFinality::Resumed,
            Some(_) => BlockFinality::Final,
            None => BlockFinality::Pending,
        };
        assert_eq!((answer.block, answer.certified_by), (block, by), "{height}");
        let Some(by) = by else { return };
        let run = |wanted: bool, from: u64| {
            (1..=from).rev().take_while(|height| self.has_quorum(*height) == wanted).count() as u64
        };
        assert_eq!(answer.gap_before, Some(run(false, by - 1)), "{height} by {by}");
        let certificate = answer.certificate.unwrap();
        assert_eq!(certificate.unbroken_since, Some(by + 1 - run(true, by)), "{height} by {by}");
        assert_eq!((certificate.total_power.u128(), certificate.ranked_power.unwrap().u128()), (100, 120));
    }

    /// What all queries and the rewards say of the vote at a height agrees.
    fn check_vote(&self, height: u64) {
        let progress = Progress::load(&self.store).unwrap();
        let vote = self.status(height).vote;
        if matches!(self.of(height), 'a' | 'q' | 'r') {
            let resumed = is_resumed(&self.store, &progress, at_height(height)).unwrap();
            assert_eq!(resumed, self.of(height) == 'r', "{height}");
        }
        let finalized = blocks::one(&self.store, at_height(height)).is_ok_and(|block| block.finalized);
        assert_eq!(finalized, self.has_quorum(height), "{height}");
        let expected = match self.of(height) {
            'a' | 'q' => (VoteState::Quorum, None),
            'r' => (VoteState::Skipped, Some(SkipReason::Resumed)),
            'n' => (VoteState::Skipped, Some(SkipReason::NoActiveSet)),
            _ => (VoteState::Skipped, Some(SkipReason::HookLost)),
        };
        assert_eq!((vote.state, vote.reason), expected, "{height}");
    }

    fn check_all(&self, from: u64) {
        (from..=self.tip()).for_each(|height| self.check(height));
        let last = finality_status::last_final_block(&self.store).unwrap();
        let highest = (from..=self.tip()).rev().find(|height| {
            ANCHORS
                .may_load(&self.store, &height_key(at_height(*height)))
                .unwrap()
                .is_some_and(|a| a.total.is_some())
                && self.status(*height).block == BlockFinality::Final
        });
        assert_eq!(last.as_ref().map(|last| last.height), highest);
        let Some(last) = last else { return };
        let status = self.status(last.height);
        assert_eq!((Some(last.certified_by), last.certificate), (status.certified_by, status.certificate));
    }
}

#[test]
fn a_quorum_within_a_resumption_counts() {
    let told = Told::new("qqrrqar.qnq").pass_all();
    (1..=told.tip()).for_each(|height| told.check_vote(height));
    told.check_all(1);
    let block = |height| told.status(height).block;
    assert_eq!(
        [1, 2, 3, 4, 5].map(block),
        [
            BlockFinality::Final,
            BlockFinality::Resumed,
            BlockFinality::Resumed,
            BlockFinality::Resumed,
            BlockFinality::Final,
        ]
    );
    assert_eq!(Progress::load(&told.store).unwrap().gaps.resumed, 3);
}

/// An exclusion that is needed at every second height, for longer than any scan.
#[test]
fn the_last_final_block_is_found_however_often_finality_was_resumed() {
    let told = Told::new(&["qqr", &"qr".repeat(60), "q"].concat()).pass_all();
    told.check_all(1);
    assert_eq!(finality_status::last_final_block(&told.store).unwrap().unwrap().height, 1);
}

#[test]
fn the_rest_of_an_earlier_resumption_stays_resumed() {
    // Governance names both, but at 6 one more is missing: finality waits there until a later word.
    let mut told = Told::new("qqrrrrrrqq");
    let third = votes::count(&told.store, at_height(6), BlockHeight::default()).unwrap();
    assert_eq!(third.voters.len(), 2);
    told.with(|store, _| {
        let anchor = ANCHORS.may_load(store, &height_key(at_height(6))).unwrap().unwrap();
        let total = Some(VotingPower::new(175));
        ANCHORS.save(store, &height_key(at_height(6)), &Anchor { total, ..anchor }).unwrap();
        POWERS.save(store, &fp_height_key(FpId::new(4), at_height(6)), &VotingPower::new(75)).unwrap();
        let coverage = Coverage { covered: true, changes_at: None };
        let members = (0..5)
            .map(|id| Member { id: FpId::new(id), power: VotingPower::new(if id == 4 { 75 } else { 25 }) });
        let set = select(members.map(|member| Ok::<_, ()>((member, coverage))), usize::MAX, 0).unwrap().set;
        ACTIVE.save(store, &set).unwrap();
    });
    told.end_block(11, false);
    assert_eq!(Progress::load(&told.store).unwrap().marks.cursor, at_height(5));
    let mut later = RESUMED.may_load(&told.store, &height_key(at_height(10))).unwrap().unwrap();
    (later.from, later.through) = (at_height(6), at_height(11));
    later.absent.push(FpId::new(4));
    crate::execute::resume_finality::record(&mut told.store, &later).unwrap();
    assert_eq!(RESUMED.all(&told.store, cosmwasm_std::Order::Ascending).count(), 1, "the last word");
    told.with(|_, progress| progress.gaps.resumed_through = later.through);
    told.end_block(12, false);
    for height in 2..=8 {
        assert_eq!(told.status(height).block, BlockFinality::Resumed, "{height}");
    }
    (3..=8).for_each(|height| told.check_vote(height));
    assert_eq!(told.status(9).block, BlockFinality::Final);
}

#[test]
fn a_torn_record_does_not_outlive_the_next_end_block() {
    let mut told = Told::new("qrqnrq.qq");
    told.end_block(10, true);
    assert_eq!(told.gaps(), 3, "it recorded them and lost how far it was");
    // The votes that were missing come in.
    for height in [2, 5] {
        told.letters[usize::try_from(height - 1).unwrap()] = 'q';
        told.vote(height, 2);
    }
    told.end_block(11, false);
    assert_eq!(told.gaps(), 2);
    (1..=told.tip()).for_each(|height| told.check_vote(height));
    told.check_all(1);
}

#[test]
fn records_go_with_their_heights_in_portions() {
    let mut told = Told::new(&["nq".repeat(150), "qqqq".into()].concat()).pass_all();
    let since = told.status(303).certificate.unwrap().unbroken_since;
    assert_eq!((told.gaps(), since), (150, Some(300)));
    for left in [150 - PORTION, 0] {
        told.forget_below(303);
        assert_eq!(told.gaps(), left);
        assert_eq!(told.status(303).certificate.unwrap().unbroken_since, since);
    }
}

fn histories() -> impl Strategy<Value = String> {
    let run = ("[aqrn.t]", 1..5usize).prop_map(|(letter, times)| letter.repeat(times));
    prop::collection::vec(run, 1..10).prop_map(|runs| runs.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_what_happened(letters in histories(), torn in any::<bool>()) {
        let mut told = Told::new(&letters);
        if torn {
            told.end_block(told.tip() + 1, true);
        }
        let told = told.pass_all();
        (1..=told.tip()).for_each(|height| told.check_vote(height));
        told.check_all(1);
    }

    #[test]
    fn no_answer_changes_when_its_votes_are_forgotten(letters in histories(), floor in any::<prop::sample::Index>()) {
        let mut told = Told::new(&letters).pass_all();
        let floor = 1 + u64::try_from(floor.index(usize::try_from(told.tip()).unwrap())).unwrap();
        told.forget_below(floor);
        told.check_all(floor);
    }
}
