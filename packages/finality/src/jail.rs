//! The way to jail, and the way back.
//!
//! Absence is judged FP by FP. But an outage of many at once is hardly their fault, and jailing them all would leave the
//! chain to few. So only a share of the power goes to jail within a period ([`Throttle`]). An outage of more than a third
//! is jailed gradually, until finality moves again; an FP that returns in time stays.
//!
//! An FP with more power than the share (a *giant*) could never be jailed that way. So besides the share one giant goes to
//! jail a period, and neither uses up the other (RULINGS.md, "Absence"). Otherwise small FPs that are jailed first would
//! shield it.

use primitives::{BlockHeight, FpPublicKey, UnixTime, VotingPower};
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

/// What a jailing is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The block.
    pub now: BlockHeight,
    /// The power of the active set.
    pub total: VotingPower,
    /// How many blocks a period has.
    pub period: u64,
    /// How many percent of the total are the share.
    pub percent: u64,
}

impl Limits {
    fn share(&self) -> VotingPower {
        let part = self.total.get().saturating_mul(self.percent.into()).checked_div(100);
        VotingPower::new(part.unwrap_or_default())
    }
}

impl Throttle {
    /// What is left once an FP of this `power` is in jail, and the first height at which one with more than the share
    /// may go after that; `giants_from` is that height before. `None`: the FP may not go.
    pub fn after(
        self,
        giants_from: BlockHeight,
        power: VotingPower,
        limits: &Limits,
    ) -> Option<(Self, BlockHeight)> {
        let (now, share) = (limits.now, limits.share());
        let next_period = now.saturating_add(limits.period);
        if power > share {
            return (now >= giants_from).then_some((self, next_period));
        }
        let period = if now >= self.until { Self { until: next_period, left: share } } else { self };
        let left = VotingPower::new(period.left.get().checked_sub(power.get())?);
        Some((Self { left, ..period }, giants_from))
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

/// Judges a request to unjail an FP that is in jail `until` then.
///
/// # Errors
/// [`UnjailError`].
pub fn judge(
    provider: FpPublicKey,
    standing: Standing,
    until: UnixTime,
    now: UnixTime,
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
/// jailed: the daemon would take it for its own state (PROTOCOL.md, "Error texts that the daemon reads").
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnjailError {
    /// Out for ever.
    #[error("the finality provider {provider} has already been slashed")]
    Slashed {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// Nothing to do.
    #[error("the finality provider {provider} is not in jail")]
    NotJailed {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// Neither the operator nor the admin.
    #[error("Unauthorized: only the operator of {provider} or the admin may release it")]
    Unauthorized {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// The term is not over.
    #[error("Jail for {provider} did not yet expire: until {until}, now {now}")]
    TooEarly {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// Until when.
        until: UnixTime,
        /// The block's time, seconds since 1970.
        now: UnixTime,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Asks one after the other, each with its block and its power, of a total of 100 and a share of 20.
    fn ask(asks: &[(u64, u128)]) -> Vec<bool> {
        let (mut throttle, mut giants_from) = (Throttle::default(), BlockHeight::default());
        let mut one = |(now, power)| {
            let limits =
                Limits { now: BlockHeight::new(now), total: VotingPower::new(100), period: 10, percent: 20 };
            let after = throttle.after(giants_from, VotingPower::new(power), &limits);
            (throttle, giants_from) = after.unwrap_or((throttle, giants_from));
            after.is_some()
        };
        asks.iter().map(|asked| one(*asked)).collect()
    }

    #[test]
    fn a_share_goes_within_a_period() {
        assert_eq!(ask(&[(5, 10), (5, 11), (6, 10), (7, 1)]), [true, false, true, false]);
        assert_eq!(ask(&[(5, 20), (14, 1), (15, 20)]), [true, false, true]);
    }

    #[test]
    fn dwarfs_do_not_shield_a_giant_nor_a_giant_them() {
        let mut dwarfs_first = vec![(5, 1); 79];
        dwarfs_first.push((5, 21));
        assert_eq!(ask(&dwarfs_first).iter().filter(|admitted| **admitted).count(), 20 + 1);
        assert_eq!(ask(&dwarfs_first).last(), Some(&true), "besides the share");
        assert_eq!(ask(&[(5, 21), (6, 20)]), [true, true], "the giant has used none of it");
    }

    #[test]
    fn one_giant_a_period() {
        assert_eq!(ask(&[(5, 30), (5, 40), (14, 40), (15, 40)]), [true, false, false, true]);
    }

    proptest! {
        #[test]
        fn never_more_than_the_share_and_one_giant(
            asks in proptest::collection::vec((0u64..8, 1u128..40), 1..60),
        ) {
            let mut now = 1;
            let asks: Vec<(u64, u128)> = asks.into_iter().map(|(step, power)| { now += step; (now, power) }).collect();
            let went: Vec<(u64, u128)> =
                asks.iter().zip(ask(&asks)).filter(|(_, admitted)| *admitted).map(|(asked, _)| *asked).collect();
            let (giants, dwarfs): (Vec<_>, Vec<_>) = went.into_iter().partition(|(_, power)| *power > 20);
            prop_assert!(giants.windows(2).all(|pair| pair[1].0 >= pair[0].0 + 10));
            let (mut until, mut sum) = (0, 0);
            for (at, power) in dwarfs {
                if at >= until { (until, sum) = (at + 10, 0); }
                sum += power;
                prop_assert!(sum <= 20);
            }
        }
    }

    #[test]
    fn only_the_right_person_at_the_right_time() {
        let fp = FpPublicKey::from_bytes([1; 32]);
        let until = UnixTime::new(100);
        let ask = |standing, now, right| judge(fp, standing, until, UnixTime::new(now), right);
        assert_eq!(ask(Standing::Jailed, 99, Right::Admin), Ok(()));
        assert_eq!(ask(Standing::Jailed, 100, Right::Operator), Ok(()));
        let early = UnjailError::TooEarly { provider: fp, until, now: UnixTime::new(99) };
        assert_eq!(ask(Standing::Jailed, 99, Right::Operator), Err(early));
        assert_eq!(ask(Standing::Jailed, 100, Right::None), Err(UnjailError::Unauthorized { provider: fp }));
        assert_eq!(ask(Standing::Good, 100, Right::Admin), Err(UnjailError::NotJailed { provider: fp }));
        assert_eq!(ask(Standing::Slashed, 100, Right::Admin), Err(UnjailError::Slashed { provider: fp }));
    }
}
