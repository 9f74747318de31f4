use api::btc_staking::Verdict;
use bitcoin_spv::OutPoint;
use covenant::{Refusal as Broken, XOnlyKey};
use primitives::{BtcHeight, ParseError};
use proto::decode::ItemError;
use thiserror::Error;

use crate::error::NotIncluded;

/// Why an entry of a message was refused; the others are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// It does not parse.
    #[error(transparent)]
    Form(#[from] ParseError),
    /// An item that does not parse.
    #[error(transparent)]
    Item(#[from] ItemError),
    /// A staking transaction with more inputs than are recorded.
    #[error("the staking transaction has {got} inputs, at most {most} are taken")]
    Inputs {
        /// How many it has.
        got: usize,
        /// How many are taken.
        most: usize,
    },
    /// An item that breaks a rule.
    #[error("{0}")]
    Broken(#[from] Box<Broken>),
    /// Its stake has another item.
    #[error("stake {0} is known by another item")]
    Other(OutPoint),
    /// Too many stakes wait for their proof.
    #[error("{most} stakes wait for their proof, no more are taken")]
    Full {
        /// How many may wait.
        most: u64,
    },
    /// The light client is behind: a challenge that begins now would be over at once.
    #[error(
        "the light client's tip {height} is {age} seconds old, at most {most} for stake that nobody vouches for"
    )]
    OldTip {
        /// Its height.
        height: BtcHeight,
        /// Its age by the chain's clock.
        age: u64,
        /// The oldest.
        most: u64,
    },
    /// A finality provider's own stake that is none.
    #[error(transparent)]
    SelfStake(#[from] SelfStakeFault),
    /// The transaction is not shown to be in a block.
    #[error(transparent)]
    NotIncluded(#[from] NotIncluded),
    /// A stake that has earned nothing, and earns nothing.
    #[error("stake {0} has no rewards")]
    NoRewards(OutPoint),
    /// A stake whose staker named no address.
    #[error("the staker of {0} named no address to be paid at")]
    NoPayout(OutPoint),
    /// The proof changes nothing.
    #[error("stake {stake}: {refusal}")]
    Standing {
        /// Which stake.
        stake: OutPoint,
        /// Why.
        refusal: standing::Refusal,
    },
}

/// Why a finality provider's own stake does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SelfStakeFault {
    /// The contract was not told to count any.
    #[error("self-stake does not count on this chain")]
    Off,
    /// Its key is not one that registered here.
    #[error("finality provider {0} is not registered on this chain")]
    NotRegistered(XOnlyKey),
    /// The output is not there, or has another script.
    #[error("{stake} does not pay the lock of {fp}")]
    NotLocked {
        /// Which output.
        stake: OutPoint,
        /// Whose lock it was to be.
        fp: XOnlyKey,
    },
    /// It is locked for too short.
    #[error("timelock of {got} blocks is shorter than {least}")]
    Short {
        /// For how long it is.
        got: u16,
        /// The shortest.
        least: u16,
    },
    /// It is too small.
    #[error("stake of {got} sats is below {least}")]
    Small {
        /// How much it is, in sats.
        got: u64,
        /// The least, in sats.
        least: u64,
    },
}

impl Refused {
    /// The rule's code.
    fn rule(&self) -> String {
        match self {
            Self::Broken(broken) => return broken.rule().to_string(),
            Self::Form(_) | Self::Item(_) | Self::Inputs { .. } => "form",
            Self::OldTip { .. } => "tip",
            Self::SelfStake(_) => "self",
            Self::Other(_) => "known",
            Self::Full { .. } => "full",
            Self::NotIncluded(NotIncluded::UnknownBlock { .. } | NotIncluded::Ancestry(_)) => "header",
            Self::NotIncluded(_) => "branch",
            Self::NoPayout(_) => "payout",
            Self::NoRewards(_) | Self::Standing { refusal: standing::Refusal::Unknown, .. } => "unknown",
            Self::Standing { .. } => "S60",
        }
        .to_owned()
    }
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Self {
        Self::Broken(Box::new(broken))
    }
}

/// What became of an entry, on the wire.
pub fn verdict(result: Result<&'static str, Refused>) -> Verdict {
    match result {
        Ok(became) => Verdict::Ok { became: became.to_owned() },
        Err(refused) => Verdict::Refused { rule: refused.rule(), reason: refused.to_string() },
    }
}
