//! What every way to vote shares: the facts of a vote, its judgement, and what it leaves.

use cosmwasm_std::{Api, Env, Event, StdResult, Storage};
use finality::Commitment;
use finality::evidence::SignedHash;
use finality::vote::{Ballot, Facts, StoredVote, Verdict, Vote, judge};
use primitives::{BlockHeight, SigningContext, VotingPower};
use staking::FinalityProvider;

use crate::state::{Anchor, PROGRESS, PROVIDERS, Progress, commitment_from, power_at, votes};
use crate::{ContractError, host, slash, standing_of};

/// What all votes of a message share.
pub struct Poll<'a> {
    api: &'a dyn Api,
    now: BlockHeight,
    context: SigningContext,
    /// How far the hooks have come.
    pub progress: Progress,
}

/// What is known of a voter at a height.
pub struct Voter<'a> {
    /// The voter.
    pub fp: &'a FinalityProvider,
    /// What the hooks saw of the height.
    pub anchor: Option<&'a Anchor>,
    /// The vote stored there.
    pub stored: Option<StoredVote>,
    /// The voter's power there.
    pub power: VotingPower,
    /// The voter's last commitment from there.
    pub commitment: Option<&'a Commitment>,
}

/// What a vote that is not refused comes to.
pub enum Taken {
    /// It is to be stored.
    Vote(StoredVote),
    /// It made an evidence, which is recorded.
    Slashed(Event),
}

impl<'a> Poll<'a> {
    /// Loads it.
    pub fn open(storage: &dyn Storage, api: &'a dyn Api, env: &Env) -> StdResult<Self> {
        let progress = PROGRESS.peek(storage)?.unwrap_or_default();
        let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
        Ok(Self { api, now: BlockHeight::new(env.block.height), context, progress })
    }

    /// Judges a vote, and slashes who voted twice.
    ///
    /// # Errors
    /// Where it does not count: the exact text of [`finality::vote::VoteError`].
    pub fn take(
        &self,
        storage: &mut dyn Storage,
        vote: &Vote,
        voter: &Voter<'_>,
    ) -> Result<Taken, ContractError> {
        let canonical = voter.anchor.map(|anchor| anchor.app_hash);
        let stored = voter.stored.and_then(|stored| {
            let app_hash = stored.fork.or(canonical)?;
            Some(SignedHash { app_hash, signature: stored.signature })
        });
        let facts = Facts {
            standing: standing_of(voter.fp.status),
            stored,
            ballot: self.ballot(vote.height, voter),
            commitment: voter.commitment,
            timestamped: self.progress.timestamped,
        };
        let verdict = judge(vote, &facts, &host::recover(self.api), &self.context)?;
        let SignedHash { app_hash, signature } = vote.signed;
        Ok(match verdict {
            Verdict::Counted(power) => Taken::Vote(StoredVote { power, signature, fork: None }),
            Verdict::Fork => {
                Taken::Vote(StoredVote { power: VotingPower::ZERO, signature, fork: Some(app_hash) })
            }
            Verdict::Equivocation(evidence, secret) => {
                Taken::Slashed(slash::record(storage, self.now, &evidence, &secret)?)
            }
        })
    }

    /// Loads what is known of a voter and judges its vote; `pending` are votes of the same message and height that
    /// are not stored yet. With the vote comes the voter's number.
    ///
    /// # Errors
    /// As [`take`](Self::take), or the voter is unknown.
    pub fn take_alone(
        &self,
        storage: &mut dyn Storage,
        anchor: Option<&Anchor>,
        pending: &[(u32, StoredVote)],
        vote: &Vote,
    ) -> Result<(u32, Taken), ContractError> {
        let (provider, height) = (vote.provider, vote.height);
        let fp = PROVIDERS
            .peek(storage, provider.as_bytes())?
            .ok_or(ContractError::UnknownProvider { provider })?;
        let id = fp.id.get();
        let stored = match pending.iter().find(|(other, _)| *other == id) {
            Some((_, vote)) => Some(*vote),
            None => votes::vote_of(storage, height, id)?,
        };
        let power = power_at(storage, id, height)?;
        let commitment = commitment_from(storage, id, height)?;
        let voter = Voter { fp: &fp, anchor, stored, power, commitment: commitment.as_ref() };
        Ok((id, self.take(storage, vote, &voter)?))
    }

    fn ballot(&self, height: BlockHeight, voter: &Voter<'_>) -> Ballot {
        let Progress { activation, settled, .. } = self.progress;
        match voter.anchor {
            _ if height < activation => Ballot::Inactive { activation },
            _ if height <= settled => Ballot::Closed,
            Some(Anchor { full: true, .. }) => Ballot::Closed,
            Some(Anchor { app_hash, total: Some(_), .. }) => {
                Ballot::Open { app_hash: *app_hash, power: voter.power }
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
            Self::Slashed(_) => "equivocation",
        }
    }
}
