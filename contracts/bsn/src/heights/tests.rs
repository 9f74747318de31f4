//! Hooks on a storage made by hand: what is judged, passed and credited, without a chain.

mod liveness;
pub mod resumption;
mod strips;

use cosmwasm_std::Storage;
use cosmwasm_std::testing::MockStorage;
use finality::Params;
use finality::active_set::{Member, select};
use finality::commitment::Coverage;
use finality::vote::StoredVote;
use primitives::{AppHash, BlockHash, BlockHeight, UnixTime, VotingPower};
use staking::{FinalityProvider, FpId, FpStatus};

use super::Block;
use super::settle::settle;
use crate::state::{
    ABSENCES, ACTIVE, ANCHORS, Anchor, FP_KEYS, MISSED_AT, Marks, PROVIDERS, Progress, SetMarks,
    height_key as key_of, raw, votes,
};

/// The first height of any test: none is special.
pub const FIRST: u64 = 1_001;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// A chain on which FPs 0, 1, ... have these powers from the first height on.
pub struct Bench {
    pub storage: MockStorage,
    pub params: Params,
    pub progress: Progress,
}

impl Bench {
    /// Six misses within ten heights are jail, and votes have three blocks.
    fn new(powers: &[u128]) -> Self {
        let mut storage = MockStorage::new();
        let coverage = Coverage { covered: true, changes_at: None };
        let members = (0..)
            .zip(powers)
            .map(|(id, power)| Member { id: FpId::new(id), power: VotingPower::new(*power) });
        let set = select(members.map(|member| Ok::<_, ()>((member, coverage))), usize::MAX, 0).unwrap().set;
        for member in set.members() {
            let key = [u8::try_from(member.id.get()).unwrap() + 1; 32];
            PROVIDERS.save(&mut storage, &key, &FinalityProvider::new(member.id)).unwrap();
            FP_KEYS.save(&mut storage, &member.id.to_be_bytes(), &key).unwrap();
        }
        ACTIVE.save(&mut storage, &set).unwrap();
        let below = at(FIRST - 1);
        let progress = Progress {
            marks: Marks {
                activation: at(1),
                cursor: below,
                partial: u64::MAX,
                settled: below,
                judged: below,
                votes_from: at(FIRST),
                total: set.total(),
                ..Marks::default()
            },
            set: SetMarks { since: at(FIRST), ..SetMarks::default() },
            ..Progress::default()
        };
        let params = Params {
            missed_blocks_window: 10,
            min_signed_percent: 50,
            vote_window: 3,
            max_jailed_percent: 100,
            ..Params::default()
        };
        Self { storage, params, progress }
    }

    /// The hooks see so many more blocks, with the cursor where it is.
    fn blocks(&mut self, heights: impl IntoIterator<Item = u64>) {
        for height in heights {
            let anchor = Anchor {
                app_hash: AppHash::from_bytes([1; 32]),
                block_hash: BlockHash::from_bytes([2; 32]),
                time: UnixTime::new(height),
                cursor: self.progress.marks.cursor,
                total: Some(self.progress.marks.total),
                backlog_full: false,
                ranked: crate::state::Ranked::Unknown,
            };
            ANCHORS.save(&mut self.storage, &key_of(at(height)), &anchor).unwrap();
        }
    }

    /// The cursor passes everything up to a height, which was as many blocks ago as votes have time.
    fn pass(&mut self, through: u64) -> u64 {
        self.progress.marks.cursor = at(through);
        self.blocks([through + self.params.vote_window]);
        through + 2 * self.params.vote_window
    }

    fn vote(&mut self, height: u64, ids: impl IntoIterator<Item = u32>, fork: Option<AppHash>) {
        for id in ids {
            let power = ACTIVE.load(&self.storage).unwrap().power_of(FpId::new(id));
            let power = if fork.is_some() { VotingPower::ZERO } else { power };
            let vote = StoredVote { power, signature: [7; 32], fork };
            votes::save(&mut self.storage, self.progress.marks.votes_from, at(height), FpId::new(id), &vote)
                .unwrap();
        }
    }

    fn settle(&mut self, height: u64) -> usize {
        let block = Block {
            height: at(height),
            time: UnixTime::new(height),
            hash: BlockHash::from_bytes([2; 32]),
            app_hash: AppHash::from_bytes([1; 32]),
        };
        settle(&mut self.storage, &self.params, &mut self.progress, &block, 0).unwrap().0.len()
    }

    fn missed(&self, id: u32) -> u64 {
        ABSENCES.may_load(&self.storage).unwrap().unwrap_or_default().missed(FpId::new(id))
    }

    fn set_status(&mut self, id: u32, status: FpStatus) {
        let key = key_at(&self.storage, id);
        let mut fp = PROVIDERS.may_load(&self.storage, &key).unwrap().unwrap();
        fp.status = status;
        PROVIDERS.save(&mut self.storage, &key, &fp).unwrap();
    }

    fn is_jailed(&self, id: u32) -> bool {
        let key = key_at(&self.storage, id);
        let fp = PROVIDERS.may_load(&self.storage, &key).unwrap().unwrap();
        matches!(fp.status, FpStatus::Jailed { .. })
    }

    fn buckets(&self) -> usize {
        raw(&self.storage, MISSED_AT.letter(), &[], &[u8::MAX; 8], usize::MAX).len()
    }
}

fn key_at(storage: &dyn Storage, id: u32) -> [u8; 32] {
    FP_KEYS.may_load(storage, &id.to_be_bytes()).unwrap().unwrap()
}
