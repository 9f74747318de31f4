use serde::{Deserialize, Serialize};

use crate::{Amount, NotFinal, WhyUnknown};

/// Whether a block is final, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalityStatus {
    /// The block asked about.
    pub height: u64,
    /// The answer.
    pub block: BlockFinality,
    /// The lowest later height whose quorum makes it final; not named of some blocks that a version before 0.3.0 passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certified_by: Option<u64>,
    /// The vote at this very height, which is on the state *before* the block: it says nothing of the block.
    pub vote: VoteStatus,
    /// How many heights directly below `certified_by` were skipped; not known where that is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_before: Option<u64>,
    /// What is known of `certified_by`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The hash of the block, hexadecimal, if a hook saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_hash_hex: Option<String>,
    /// The application hash in its header: the state before the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_hash_hex: Option<String>,
}

impl FinalityStatus {
    /// Whether the block is final and no height directly below its certificate was skipped.
    pub fn is_final(&self) -> bool {
        self.require_final(0).is_ok()
    }

    /// The same, with the reason why not. `max_gap` is how many skipped heights below the certificate are accepted: 0
    /// for all but chains that say otherwise. A gap that is not known is larger than any.
    ///
    /// # Errors
    /// What the block is instead of final.
    pub fn require_final(&self, max_gap: u64) -> Result<(), NotFinal> {
        let height = self.height;
        match (self.block, self.gap_before) {
            (BlockFinality::Final, Some(skipped)) if skipped > max_gap => {
                Err(NotFinal::Gap { height, skipped })
            }
            (BlockFinality::Final, Some(_)) => Ok(()),
            (BlockFinality::Final, None) => Err(NotFinal::UnknownGap { height }),
            (BlockFinality::Pending, _) => Err(NotFinal::Pending { height }),
            (BlockFinality::Resumed, _) => Err(NotFinal::Resumed { height }),
            (BlockFinality::Unknown, _) if self.vote.state == VoteState::None => {
                Err(NotFinal::Unknown { height, why: WhyUnknown::NotReached })
            }
            (BlockFinality::Unknown, _) => Err(NotFinal::Unknown { height, why: WhyUnknown::Forgotten }),
        }
    }

    /// What in it contradicts itself or the question, if anything does.
    pub fn contradiction(&self, asked: u64) -> Option<&'static str> {
        match (self.certified_by, self.gap_before) {
            _ if self.height != asked => Some("it is about another height"),
            (Some(by), _) if by <= self.height => Some("its certificate is not above it"),
            (Some(_), None) | (None, Some(_)) => {
                Some("it names a certificate or the gap below, and not both")
            }
            _ => None,
        }
    }
}

/// What is known of a height whose quorum makes blocks final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The power that could vote there.
    pub total_power: Amount,
    /// The power that voted, while its votes are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_power: Option<Amount>,
    /// The ranked stake that its active set was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranked_power: Option<Amount>,
    /// The lowest height from which on every one up to it has quorum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbroken_since: Option<u64>,
}

/// Whether a block is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockFinality {
    /// It is, for good.
    Final,
    /// Not yet.
    Pending,
    /// Governance let finality go on without a quorum between it and its certificate: never called final.
    Resumed,
    /// Not seen, or forgotten.
    Unknown,
}

/// How the vote at a height stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteStatus {
    /// Which of the states of a height it is in.
    pub state: VoteState,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SkipReason>,
    /// The power that voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_power: Option<Amount>,
    /// The power that may vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_power: Option<Amount>,
}

/// How the vote at a height stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteState {
    /// More than two thirds.
    Quorum,
    /// Still open.
    Open,
    /// Nobody could have voted, or governance left out who was missing.
    Skipped,
    /// The votes are forgotten.
    Pruned,
    /// Not reached.
    None,
}

/// Why a height was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// No hook took effect there.
    HookLost,
    /// The active set was empty.
    NoActiveSet,
    /// Finality was not active.
    BeforeActivation,
    /// The backlog was full.
    BacklogFull,
    /// Only without those whom governance left out had it more than two thirds.
    Resumed,
}

/// The highest final block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastFinalBlock {
    /// Its height.
    pub height: u64,
    /// Its hash, hexadecimal.
    pub block_hash_hex: String,
    /// The height whose quorum makes it final.
    pub certified_by: u64,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}
