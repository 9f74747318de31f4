//! What a vote is worth.
//!
//! ```text
//!                           stored vote of the FP at that height?
//!                  none                 same hash               other hash
//!   on the anchor's hash:  Counted      duplicate (error)       Equivocation
//!   on another hash:       Fork         duplicate (error)       Equivocation
//! ```
//!
//! A vote that conflicts with a stored one is taken from anybody who is not slashed yet: jailed, outside the
//! set, late. Every other vote that does not count is an error, and an error rolls everything back
//! (RULINGS.md, "Votes: Ok or error").
//!
//! Without a stored vote the standing and the height decide whether the table's left column is reached at all:
//!
//! ```text
//!                        height waits      height passed, votes     height closed, not reached,
//!                        for quorum        still taken              not active, or no power there
//!   in good standing:    judged            judged                   error
//!   jailed:              judged            jailed (error)           jailed (error)
//!   slashed:             slashed (error)   slashed (error)          slashed (error)
//! ```
//!
//! A jailed provider's power is in the total of the heights before its jail took effect. While one of them waits, its
//! vote can only help: an outage ends when its members come back and vote, without governance (RULINGS.md,
//! "Votes from jail").

mod row;

pub use row::{Place, judge_at_grid};

use eots::{PublicRandomness, Recover, SecretKey};
use merkle::{Hash, Proof};
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext, VotingPower};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::commitment::{Commitment, ProofError};
use crate::evidence::{Evidence, SignedHash};

/// A vote, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who votes.
    pub provider: FpPublicKey,
    /// At which height.
    pub height: BlockHeight,
    /// The nonce of that height.
    pub randomness: PublicRandomness,
    /// That it is the committed one.
    pub opening: Opening,
    /// What is signed, and the signature.
    pub signed: SignedHash,
}

/// What shows that a nonce is the committed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// A proof as the daemon writes it.
    Proof(Proof),
    /// Only its aunts: the rest follows from the height and the commitment.
    Aunts(Vec<Hash>),
    /// What came of the one proof of a whole run of heights ([`Commitment::verify_range`]).
    Range(Result<(), ProofError>),
}

/// A vote as it is stored, under its height and provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVote {
    /// The power it counts with; nothing for a vote on a fork.
    pub power: VotingPower,
    /// The signature.
    pub signature: [u8; 32],
    /// The hash, where it is not the anchor's. Where it is, nothing is written; older versions wrote a zero.
    #[serde(with = "written_if_some")]
    pub fork: Option<AppHash>,
}

/// The last field of a record that is there only where it says something.
mod written_if_some {
    use primitives::AppHash;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(fork: &Option<AppHash>, to: S) -> Result<S::Ok, S::Error> {
        if fork.is_some() { fork.serialize(to) } else { to.serialize_unit() }
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Option<AppHash>, D::Error> {
        Ok(Option::deserialize(from).unwrap_or_default())
    }
}

/// Where a provider stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// May vote if it has power.
    Good,
    /// Must unjail first, but may vote at heights that wait for quorum.
    Jailed,
    /// Out for ever.
    Slashed,
}

/// What the hooks know of a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ballot {
    /// Above everything the hooks have seen.
    NotReached,
    /// Below activation.
    Inactive {
        /// The height from which votes are taken.
        activation: BlockHeight,
    },
    /// A hole, pruned, or settled: nothing counts there any more.
    Closed,
    /// Votes are welcome.
    Open {
        /// The canonical hash.
        app_hash: AppHash,
        /// The voter's power there.
        power: VotingPower,
        /// Whether the cursor has passed the height: a vote still earns, but finality no longer needs it.
        passed: bool,
    },
}

impl Ballot {
    /// Whether the height waits for the voter's power.
    fn awaits_power(&self) -> bool {
        matches!(self, Self::Open { power, passed: false, .. } if !power.is_zero())
    }
}

/// All that a vote is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where the voter stands.
    pub standing: Standing,
    /// Its vote stored at that height, with the hash it is for.
    pub stored: Option<SignedHash>,
    /// The height.
    pub ballot: Ballot,
    /// Its commitment that covers the height.
    pub commitment: Option<&'a Commitment>,
    /// Commitments made below this height count.
    pub counted_through: BlockHeight,
}

/// What becomes of a vote that is not refused.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is for the canonical hash and counts with this power.
    Counted(VotingPower),
    /// It is for another hash, the first of its provider there: kept as half of an evidence.
    Fork,
    /// It counts for the grid alone (GRID.md, "Rules"): a member of its committee votes, whatever else is true of the height.
    Grid,
    /// It is the other half.
    Equivocation(Box<Evidence>, Box<SecretKey>),
}

/// Judges a vote: rules on parsed data first, then the proof, then the one expensive signature.
///
/// # Errors
/// [`VoteError`], with the texts that the daemon looks for.
pub fn judge(
    vote: &Vote,
    facts: &Facts<'_>,
    recover: &impl Recover,
    context: &SigningContext,
) -> Result<Verdict, VoteError> {
    let (provider, height) = (vote.provider, vote.height);
    if facts.standing == Standing::Slashed {
        return Err(VoteError::Slashed { provider });
    }
    if let Some(stored) = &facts.stored {
        if *stored == vote.signed {
            return Err(VoteError::Duplicate { provider, height });
        }
        verify(vote, facts, recover, context)?;
        return equivocation(vote, *stored, context);
    }
    if facts.standing == Standing::Jailed && !facts.ballot.awaits_power() {
        return Err(VoteError::Jailed { provider });
    }
    let (app_hash, power) = match facts.ballot {
        Ballot::NotReached => return Err(VoteError::NotReached { height }),
        Ballot::Inactive { activation } => return Err(VoteError::NotActivated { height, activation }),
        Ballot::Closed => return Err(VoteError::Closed { height }),
        Ballot::Open { power, .. } if power.is_zero() => return Err(VoteError::NoPower { provider, height }),
        Ballot::Open { app_hash, power, .. } => (app_hash, power),
    };
    verify(vote, facts, recover, context)?;
    if vote.signed.app_hash == app_hash { Ok(Verdict::Counted(power)) } else { Ok(Verdict::Fork) }
}

fn verify(
    vote: &Vote,
    facts: &Facts<'_>,
    recover: &impl Recover,
    context: &SigningContext,
) -> Result<(), VoteError> {
    let (provider, height) = (vote.provider, vote.height);
    let commitment = facts
        .commitment
        .filter(|commitment| commitment.covers(height))
        .ok_or(VoteError::NoRandomness { provider, height })?;
    if !commitment.counts(facts.counted_through) {
        return Err(VoteError::NotTimestamped {
            provider,
            committed_at: commitment.committed_at,
            counted_through: facts.counted_through,
        });
    }
    match &vote.opening {
        Opening::Proof(proof) => commitment.verify(height, &vote.randomness, proof)?,
        Opening::Aunts(aunts) => commitment.verify_aunts(height, &vote.randomness, aunts)?,
        Opening::Range(outcome) => outcome.clone()?,
    }
    vote.signed
        .verify(recover, context, &provider, height, &vote.randomness)
        .map_err(|_| VoteError::Signature { provider, height })
}

fn equivocation(vote: &Vote, stored: SignedHash, context: &SigningContext) -> Result<Verdict, VoteError> {
    let evidence = Evidence {
        provider: vote.provider,
        height: vote.height,
        randomness: *vote.randomness.as_bytes(),
        first: stored,
        second: vote.signed,
    };
    let secret = evidence
        .extract(context)
        .map_err(|_| VoteError::Signature { provider: vote.provider, height: vote.height })?;
    Ok(Verdict::Equivocation(Box::new(evidence), Box::new(secret)))
}

/// Why a vote is refused. The daemon reads these texts: PROTOCOL.md, "Error texts that the daemon reads".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VoteError {
    /// Terminal for the daemon.
    #[error("the finality provider {provider} has already been slashed")]
    Slashed {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// Until it unjails.
    #[error("the finality provider {provider} has already been jailed")]
    Jailed {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// The daemon drops it and goes on.
    #[error("duplicated finality vote of {provider} at height {height}")]
    Duplicate {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The height that the vote is for.
        height: BlockHeight,
    },
    /// The daemon retries.
    #[error("the chain has not reached the given height yet: {height}")]
    NotReached {
        /// The height that the vote is for.
        height: BlockHeight,
    },
    /// Before finality.
    #[error("Finality is not activated yet. Height: {height}, activation height: {activation}")]
    NotActivated {
        /// The height that the vote is for.
        height: BlockHeight,
        /// The height from which votes are taken.
        activation: BlockHeight,
    },
    /// The daemon drops it and goes on.
    #[error("the voting block is already finalized and timestamped: height {height}")]
    Closed {
        /// The height that the vote is for.
        height: BlockHeight,
    },
    /// The daemon drops it and goes on.
    #[error(
        "the finality provider {provider} does not have voting power at height {height}: for it the voting block is already finalized and timestamped"
    )]
    NoPower {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The height that the vote is for.
        height: BlockHeight,
    },
    /// Nothing is committed for that height.
    #[error(
        "Public randomness not found for finality provider {provider} at height {height}: public randomness is not found"
    )]
    NoRandomness {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The height that the vote is for.
        height: BlockHeight,
    },
    /// The commitment is too young.
    #[error(
        "public randomness of {provider} committed in block {committed_at} is not BTC-timestamped yet: timestamped is {counted_through}"
    )]
    NotTimestamped {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The block of the commitment.
        committed_at: BlockHeight,
        /// Commitments made below this height count: the highest timestamped one, or a lower grid height that closed last.
        counted_through: BlockHeight,
    },
    /// The nonce is not the committed one.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The signature does not verify.
    #[error(
        "Failed to verify EOTS signature of {provider} at height {height}: finality signature is not valid"
    )]
    Signature {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The height that the vote is for.
        height: BlockHeight,
    },
}

#[cfg(test)]
mod tests;
