//! The way to jail, and the way back.
//!
//! Absence is judged FP by FP, but an outage of many at once is hardly their fault, and jailing them all would leave
//! the chain to few. So only a share of the power goes to jail within a period ([`Throttle`]): an outage of more
//! than a third is jailed out step by step, until finality moves again, and who comes back in time stays.

use primitives::{BlockHeight, FpPublicKey, VotingPower};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::vote::Standing;

/// How much power may still go to jail, and until when that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttle {
    /// The first height of the next period.
    pub until: BlockHeight,
    /// What is left of this period's share.
    pub left: VotingPower,
}

impl Throttle {
    /// Whether an FP of this `power` may go to jail at `now`; it is taken off the share then.
    ///
    /// A period begins with the first to be jailed, who always may: else one FP with more than the share could never
    /// be. It lasts `period` blocks, and its share is `percent` of `total`, the power of the active set.
    pub fn admits(
        &mut self,
        now: BlockHeight,
        power: VotingPower,
        total: VotingPower,
        period: u64,
        percent: u64,
    ) -> bool {
        let (begins, power) = (now >= self.until, power.get());
        if begins {
            let share = total.get().saturating_mul(percent.into()).checked_div(100).unwrap_or_default();
            self.until = now.saturating_add(period);
            self.left = VotingPower::new(share.max(power));
        }
        let left = self.left.get().checked_sub(power);
        self.left = left.map_or(self.left, VotingPower::new);
        left.is_some()
    }
}

/// By what right somebody asks to unjail an FP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// The admin of the contract: at any time.
    Admin,
    /// The operator's address, or a signature by the FP's Bitcoin key: after the term.
    Operator,
    /// Neither.
    None,
}

/// Judges a request to unjail; `until` and `now` are seconds since 1970.
///
/// # Errors
/// [`UnjailError`].
pub fn judge(
    provider: FpPublicKey,
    standing: Standing,
    until: u64,
    now: u64,
    right: Right,
) -> Result<(), UnjailError> {
    match (standing, right) {
        (Standing::Slashed, _) => Err(UnjailError::Slashed { provider }),
        (Standing::Good, _) => Err(UnjailError::NotJailed { provider }),
        (Standing::Jailed, Right::None) => Err(UnjailError::Unauthorized { provider }),
        (Standing::Jailed, Right::Admin) => Ok(()),
        (Standing::Jailed, Right::Operator) if now >= until => Ok(()),
        (Standing::Jailed, Right::Operator) => Err(UnjailError::TooEarly { provider, until, now }),
    }
}

/// Why an FP stays where it is. Only [`UnjailError::Slashed`] may speak of slashing, and none of being
/// jailed: the daemon would take it for its own state (interfaces.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnjailError {
    /// Out for ever.
    #[error("the finality provider {provider} has already been slashed")]
    Slashed {
        /// Who.
        provider: FpPublicKey,
    },
    /// Nothing to do.
    #[error("the finality provider {provider} is not in jail")]
    NotJailed {
        /// Who.
        provider: FpPublicKey,
    },
    /// Neither the operator nor the admin.
    #[error("Unauthorized: only the operator of {provider} or the admin may release it")]
    Unauthorized {
        /// Who.
        provider: FpPublicKey,
    },
    /// The term is not over.
    #[error("Jail for {provider} did not yet expire: until {until}, now {now}")]
    TooEarly {
        /// Who.
        provider: FpPublicKey,
        /// Until when, seconds since 1970.
        until: u64,
        /// Now, seconds since 1970.
        now: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_goes_within_a_period_and_one_always() {
        let mut throttle = Throttle::default();
        let mut ask = |now, power| {
            throttle.admits(BlockHeight::new(now), VotingPower::new(power), VotingPower::new(100), 10, 20)
        };
        assert_eq!([ask(5, 10), ask(5, 11), ask(6, 10), ask(7, 1)], [true, false, true, false]);
        assert_eq!([ask(14, 1), ask(15, 60), ask(15, 1)], [false, true, false], "a giant, but nobody else");
    }

    proptest! {
        #[test]
        fn never_more_than_the_share_or_one(
            asks in proptest::collection::vec((0u64..8, 1u128..40), 1..60),
            percent in 1u64..=100,
        ) {
            let (mut throttle, mut now, mut went, mut until) = (Throttle::default(), 1, Vec::new(), 0);
            for (step, power) in asks {
                now += step;
                let height = BlockHeight::new(now);
                let total = VotingPower::new(200);
                if throttle.admits(height, VotingPower::new(power), total, 10, percent) {
                    if now >= until { went.clear(); until = now + 10; }
                    went.push(power);
                }
                let sum: u128 = went.iter().sum();
                prop_assert!(went.len() == 1 || sum <= 2 * u128::from(percent) || went.is_empty());
            }
        }
    }

    #[test]
    fn only_the_right_person_at_the_right_time() {
        let fp = FpPublicKey::from_bytes([1; 32]);
        let ask = |standing, now, right| judge(fp, standing, 100, now, right);
        assert_eq!(ask(Standing::Jailed, 99, Right::Admin), Ok(()));
        assert_eq!(ask(Standing::Jailed, 100, Right::Operator), Ok(()));
        let early = UnjailError::TooEarly { provider: fp, until: 100, now: 99 };
        assert_eq!(ask(Standing::Jailed, 99, Right::Operator), Err(early));
        assert_eq!(ask(Standing::Jailed, 100, Right::None), Err(UnjailError::Unauthorized { provider: fp }));
        assert_eq!(ask(Standing::Good, 100, Right::Admin), Err(UnjailError::NotJailed { provider: fp }));
        assert_eq!(ask(Standing::Slashed, 100, Right::Admin), Err(UnjailError::Slashed { provider: fp }));
    }
}
