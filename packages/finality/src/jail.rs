//! The way back from jail.

use primitives::FpPublicKey;
use thiserror::Error;

use crate::vote::Standing;

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
