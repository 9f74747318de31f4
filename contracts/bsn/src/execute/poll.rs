//! Shared by the three vote messages: load the facts, judge, record.

use cosmwasm_std::{Api, Env, Event, StdResult, Storage};
use finality::Commitment;
use finality::active_set::ActiveSet;
use finality::evidence::SignedHash;
use finality::vote::{Ballot, Facts, Place, Standing, StoredVote, Verdict, Vote, judge, judge_at_grid};
use primitives::{BlockHeight, FpId, SigningContext, VotingPower};

use super::standing::standing_of;
use crate::error::ContractError;
use crate::evidence::slash;
use crate::heights::grid;
use crate::host;
use crate::state::{Anchor, MARKS, Marks, commitment_from, power_at, registered, set_at, votes};

/// From how many votes at a height on its whole active set is read once, rather than a power for each.
const SET_FROM: usize = 8;

/// What all votes of a message share.
pub struct Poll<'a> {
    api: &'a dyn Api,
    now: BlockHeight,
    context: SigningContext,
    /// How far the hooks have come.
    pub marks: Marks,
    /// The active set of the height that all votes are for, where it is cheaper than a power for each voter.
    set: Option<ActiveSet>,
}

/// What is known of a voter at a height.
pub struct Voter {
    /// Its number.
    pub id: FpId,
    /// Where it stands.
    pub standing: Standing,
    /// The vote stored there.
    pub stored: Option<StoredVote>,
    /// Its power there.
    pub power: VotingPower,
    /// Its last commitment from there.
    pub commitment: Option<Commitment>,
    /// Its place in the committee, where that is a grid height.
    pub place: Option<Place>,
}

/// What a vote that is not refused comes to.
pub enum Taken {
    /// It is to be stored.
    Vote(StoredVote),
    /// It is stored, for the grid alone.
    Grid,
    /// It made an evidence, which is recorded.
    Slashed(Event),
}

impl<'a> Poll<'a> {
    /// Loads it.
    pub fn open(storage: &dyn Storage, api: &'a dyn Api, env: &Env) -> StdResult<Self> {
        let marks = MARKS.may_load(storage)?.unwrap_or_default();
        let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
        Ok(Self { api, now: BlockHeight::new(env.block.height), context, marks, set: None })
    }

    /// Loads the active set of an open height for `votes` votes there; few look up their powers one by one.
    pub fn load_set(
        &mut self,
        storage: &dyn Storage,
        height: BlockHeight,
        anchor: Option<&Anchor>,
        votes: usize,
    ) -> StdResult<()> {
        let is_open = height > self.marks.settled && anchor.is_some_and(|anchor| anchor.total.is_some());
        if is_open && votes >= SET_FROM {
            self.set = Some(set_at(storage, height)?);
        }
        Ok(())
    }

    /// Loads what is known of a vote's voter; `pending` are votes of the same message and height that are not stored yet.
    ///
    /// # Errors
    /// [`ContractError::UnknownProvider`], and those of storage.
    pub fn load_voter(
        &self,
        storage: &dyn Storage,
        pending: &[(FpId, StoredVote)],
        vote: &Vote,
    ) -> Result<Voter, ContractError> {
        let (provider, height) = (vote.provider, vote.height);
        let fp = registered(storage, &provider)?;
        let id = fp.id;
        let stored = match pending.iter().find(|(other, _)| *other == id) {
            Some((_, vote)) => Some(*vote),
            None => votes::vote_of(storage, self.marks.votes_from, height, id)?,
        };
        let power = match &self.set {
            Some(set) => set.power_of(id),
            None => power_at(storage, id, height)?,
        };
        let commitment = commitment_from(storage, id, height)?;
        let place = grid::votes::place(storage, &self.marks, &provider, id, height);
        Ok(Voter { id, standing: standing_of(fp.status), stored, power, commitment, place })
    }

    /// Judges a vote; `anchor` is what the hooks saw of its height.
    ///
    /// # Errors
    /// Where it does not count: the exact text of [`finality::vote::VoteError`].
    pub fn judge(
        &self,
        anchor: Option<&Anchor>,
        voter: &Voter,
        vote: &Vote,
    ) -> Result<Verdict, ContractError> {
        let canonical = anchor.map(|anchor| anchor.app_hash);
        let stored = voter.stored.and_then(|stored| {
            let app_hash = stored.fork.or(canonical)?;
            Some(SignedHash { app_hash, signature: stored.signature })
        });
        let facts = Facts {
            standing: voter.standing,
            stored,
            ballot: self.ballot(vote.height, anchor, voter.power),
            commitment: voter.commitment.as_ref(),
            counted_through: self.marks.counted_through(),
        };
        let recover = host::recover(self.api);
        Ok(match &voter.place {
            Some(place) => judge_at_grid(vote, &facts, place, &recover, &self.context)?,
            None => judge(vote, &facts, &recover, &self.context)?,
        })
    }

    /// Records what a verdict comes to, but for an ordinary vote, which the caller stores alone or with others. At a grid height
    /// that is recorded for the grid as well, where its nonce is the row's.
    pub fn record(
        &self,
        storage: &mut dyn Storage,
        voter: &Voter,
        vote: &Vote,
        verdict: Verdict,
    ) -> StdResult<Taken> {
        let SignedHash { app_hash, signature } = vote.signed;
        let counts = match (&verdict, &voter.place) {
            (Verdict::Grid, place) => place.as_ref(),
            (Verdict::Counted(_) | Verdict::Fork, Some(place)) => {
                Some(place).filter(|place| voter.commitment == Some(place.row))
            }
            _ => None,
        };
        if let Some(place) = counts {
            grid::votes::record(
                storage,
                &self.marks,
                self.now,
                (voter.id, vote.height),
                place.power,
                &vote.signed,
            )?;
        }
        Ok(match verdict {
            Verdict::Grid => Taken::Grid,
            Verdict::Counted(power) => Taken::Vote(StoredVote { power, signature, fork: None }),
            Verdict::Fork => {
                Taken::Vote(StoredVote { power: VotingPower::ZERO, signature, fork: Some(app_hash) })
            }
            Verdict::Equivocation(evidence, secret) => {
                Taken::Slashed(slash::record(storage, self.now, &evidence, &secret)?)
            }
        })
    }

    fn ballot(&self, height: BlockHeight, anchor: Option<&Anchor>, power: VotingPower) -> Ballot {
        let Marks { activation, cursor, settled, .. } = self.marks;
        match anchor {
            _ if height < activation => Ballot::Inactive { activation },
            _ if height <= settled => Ballot::Closed,
            Some(Anchor { backlog_full: true, .. }) => Ballot::Closed,
            Some(Anchor { app_hash, total: Some(_), .. }) => {
                Ballot::Open { app_hash: *app_hash, power, passed: height <= cursor }
            }
            // Every hook of an earlier block has had its turn: without an anchor it is a hole for certain.
            _ if height < self.now => Ballot::Closed,
            _ => Ballot::NotReached,
        }
    }
}

impl Taken {
    /// In the words of events and of the answer to a message of many votes.
    pub fn verdict(&self) -> &'static str {
        match self {
            Self::Vote(StoredVote { fork: None, .. }) => "counted",
            Self::Vote(StoredVote { fork: Some(_), .. }) => "fork",
            Self::Grid => "grid",
            Self::Slashed(_) => "equivocation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockApi;
    use primitives::{AppHash, BlockHash, UnixTime};

    const ACTIVATION: u64 = 3;
    const SETTLED: u64 = 10;
    const CURSOR: u64 = 12;
    const NOW: u64 = 20;

    fn anchor(total: Option<u128>, backlog_full: bool) -> Anchor {
        Anchor {
            app_hash: AppHash::from_bytes([1; 32]),
            block_hash: BlockHash::from_bytes([2; 32]),
            time: UnixTime::default(),
            cursor: BlockHeight::new(CURSOR),
            total: total.map(VotingPower::new),
            backlog_full,
            ranked: crate::state::Ranked::Unknown,
        }
    }

    fn ballot(height: u64, anchor: Option<&Anchor>) -> Ballot {
        let marks = Marks {
            activation: BlockHeight::new(ACTIVATION),
            settled: BlockHeight::new(SETTLED),
            cursor: BlockHeight::new(CURSOR),
            ..Marks::default()
        };
        let context = SigningContext::finality_vote("bsn-1", "bsn");
        let api = MockApi::default();
        let poll = Poll { api: &api, now: BlockHeight::new(NOW), context, marks, set: None };
        poll.ballot(BlockHeight::new(height), anchor, VotingPower::new(5))
    }

    #[test]
    fn votes_are_taken_above_the_settled_height_and_not_at_it() {
        let seen = anchor(Some(9), false);
        assert!(matches!(ballot(ACTIVATION - 1, Some(&seen)), Ballot::Inactive { .. }));
        assert_eq!(ballot(SETTLED - 1, Some(&seen)), Ballot::Closed);
        assert_eq!(ballot(SETTLED, Some(&seen)), Ballot::Closed);
        assert!(matches!(ballot(SETTLED + 1, Some(&seen)), Ballot::Open { .. }));
    }

    #[test]
    fn a_height_is_passed_up_to_the_cursor() {
        let seen = anchor(Some(9), false);
        let passed = |height| match ballot(height, Some(&seen)) {
            Ballot::Open { passed, .. } => passed,
            other => panic!("{other:?}"),
        };
        assert_eq!([CURSOR - 1, CURSOR, CURSOR + 1].map(passed), [true, true, false]);
    }

    #[test]
    fn without_an_anchor_a_height_below_this_block_is_a_hole_and_one_from_it_on_is_not_reached() {
        let (torn, closed) = (anchor(None, false), anchor(Some(0), true));
        assert_eq!(ballot(NOW - 1, None), Ballot::Closed);
        assert_eq!(ballot(NOW - 1, Some(&torn)), Ballot::Closed);
        assert_eq!(ballot(NOW - 1, Some(&closed)), Ballot::Closed);
        assert_eq!(ballot(NOW, None), Ballot::NotReached);
        assert_eq!(ballot(NOW, Some(&torn)), Ballot::NotReached);
    }
}
