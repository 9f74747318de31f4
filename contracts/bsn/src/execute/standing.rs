use finality::vote::Standing;
use staking::FpStatus;

/// Where an FP stands, in the words of the vote.
pub fn standing_of(status: FpStatus) -> Standing {
    match status {
        FpStatus::Registered | FpStatus::Orphaned => Standing::Good,
        FpStatus::Jailed { .. } => Standing::Jailed,
        FpStatus::Slashed { .. } => Standing::Slashed,
    }
}
