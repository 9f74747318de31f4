//! The versions of parameters that delegations are made under, one after the other.

use primitives::BtcHeight;
use thiserror::Error;

use crate::{Params, ParamsError};

/// How far above the tip, and above the version before, an appended version begins: two weeks, in which whoever does not like
/// it can leave.
pub const NOTICE: u32 = 2_016;
/// The shortest unbonding time that may be appended on mainnet: a week.
pub const MAINNET_UNBONDING: u16 = 1_008;

/// Why a version is not appended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    /// Not the next one: an existing one never changes, and none is left out.
    #[error("version {got} is not the next one, {next}")]
    Version {
        /// As given.
        got: u32,
        /// The next one.
        next: u32,
    },
    /// No valid parameters.
    #[error("version {version}: {source}")]
    Params {
        /// Of which version.
        version: u32,
        /// Why.
        source: ParamsError,
    },
    /// It is in force too early.
    #[error("version {version} is in force from {got} on, {least} is the earliest")]
    Activation {
        /// Of which version.
        version: u32,
        /// From where on.
        got: BtcHeight,
        /// The earliest height.
        least: BtcHeight,
    },
    /// Half of the committee or less could make stake.
    #[error("version {version}: {quorum} of {members} is no majority of the committee")]
    Minority {
        /// Of which version.
        version: u32,
        /// How many sign.
        quorum: u8,
        /// How many members there are.
        members: usize,
    },
    /// An unbonding time that is too short for mainnet.
    #[error("version {version}: an unbonding time of {got} blocks is below {MAINNET_UNBONDING}")]
    Unbonding {
        /// Of which version.
        version: u32,
        /// As given.
        got: u16,
    },
}

/// Checks one of the first versions, which come with the contract: a root of trust. `before` is the version before it, if it
/// is not the first.
///
/// # Errors
/// [`AppendError::Version`], [`AppendError::Params`], [`AppendError::Activation`].
pub fn check_first(before: Option<(u32, &Params)>, version: u32, params: &Params) -> Result<(), AppendError> {
    params.check().map_err(|source| AppendError::Params { version, source })?;
    let Some((last, before)) = before else { return Ok(()) };
    let next = last.saturating_add(1);
    if version != next {
        return Err(AppendError::Version { got: version, next });
    }
    let (got, least) = (params.activation, before.activation.next());
    if got < least { Err(AppendError::Activation { version, got, least }) } else { Ok(()) }
}

/// Checks a version that is appended later; `last` is the last one of its family, if it has any, `tip` that of Bitcoin.
///
/// # Errors
/// [`AppendError`].
pub fn check_appended(
    last: Option<(u32, &Params)>,
    version: u32,
    params: &Params,
    tip: BtcHeight,
    is_mainnet: bool,
) -> Result<(), AppendError> {
    check_first(last, version, params)?;
    let before = last.map_or(tip, |(_, last)| tip.max(last.activation));
    let (got, least) = (params.activation, before.saturating_add(NOTICE));
    if got < least {
        return Err(AppendError::Activation { version, got, least });
    }
    let (quorum, members) = (params.committee.quorum(), params.committee.members().len());
    if 2 * usize::from(quorum) <= members {
        return Err(AppendError::Minority { version, quorum, members });
    }
    let got = params.unbonding_time;
    if is_mainnet && got < MAINNET_UNBONDING {
        return Err(AppendError::Unbonding { version, got });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use eots::SecretKey;

    use super::*;
    use crate::{Committee, SlashingRate, XOnlyKey};

    fn key(byte: u8) -> XOnlyKey {
        (*SecretKey::from_slice(&[byte; 32]).unwrap().public_key().as_fp()).into()
    }

    fn params(activation: u32, quorum: u8) -> Params {
        Params {
            committee: Committee::new((1..=4).map(key).collect(), quorum).unwrap(),
            slashing_script: vec![0x6a],
            slashing_rate: SlashingRate::new(10).unwrap(),
            min_slashing_fee: 1,
            unbonding_time: 1_008,
            unbonding_fee: 1,
            min_value: 1,
            max_value: 2,
            min_time: 1,
            max_time: 2,
            max_fps: 1,
            activation: activation.into(),
        }
    }

    /// D-13, D-14
    #[test]
    fn versions_follow_one_another() {
        let last = params(1_000, 3);
        let append = |version, activation: u32, tip: u32| {
            check_appended(Some((4, &last)), version, &params(activation, 3), tip.into(), true)
        };
        assert_eq!(append(5, 3_016, 1_000), Ok(()));
        for got in [3, 4, 6] {
            assert_eq!(append(got, 9_000, 1_000), Err(AppendError::Version { got, next: 5 }));
        }
        let early = |got: u32, least: u32| {
            Err(AppendError::Activation { version: 5, got: got.into(), least: least.into() })
        };
        assert_eq!(append(5, 3_015, 900), early(3_015, 3_016));
        assert_eq!(append(5, 4_015, 2_000), early(4_015, 4_016));
        assert_eq!(append(5, 1_000, 900), early(1_000, 1_001));
    }

    /// D-14
    #[test]
    fn more_than_half_must_sign_for_long_enough() {
        let last = params(1_000, 3);
        let append = |params: &Params, is_mainnet| {
            check_appended(Some((0, &last)), 1, params, BtcHeight::new(1_000), is_mainnet)
        };
        let half = AppendError::Minority { version: 1, quorum: 2, members: 4 };
        assert_eq!(append(&params(5_000, 2), false), Err(half));
        let short = Params { unbonding_time: 1_007, ..params(5_000, 3) };
        assert_eq!(append(&short, true), Err(AppendError::Unbonding { version: 1, got: 1_007 }));
        assert_eq!(append(&short, false), Ok(()));
        let invalid = Params { min_time: 0, ..params(5_000, 3) };
        let source = ParamsError::Zero("the shortest lock");
        assert_eq!(append(&invalid, false), Err(AppendError::Params { version: 1, source }));
    }

    #[test]
    fn the_first_versions_may_be_of_the_past_and_begin_anywhere() {
        let (first, second) = (params(1_000, 2), params(1_001, 2));
        assert_eq!(check_first(None, 3, &first), Ok(()));
        assert_eq!(check_first(Some((3, &first)), 4, &second), Ok(()));
        let same = AppendError::Activation { version: 4, got: 1_000.into(), least: 1_001.into() };
        assert_eq!(check_first(Some((3, &first)), 4, &first), Err(same));
    }
}
