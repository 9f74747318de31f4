use core::num::NonZeroU64;

use primitives::{BtcHeight, BtcTime, Seconds, UnixTime};

use crate::{CompactTarget, Context, Header, Params, Target, U256};

/// The target may change at heights that are multiples of this (`DifficultyAdjustmentInterval`).
pub const PERIOD: u32 = 2_016;
/// What a period should take: two weeks (`nPowTargetTimespan`).
pub const TIMESPAN: Seconds = Seconds::days(14);
/// On test networks a block that comes so long after its parent may be of the easiest target.
const MIN_DIFFICULTY_AFTER: Seconds = Seconds::new(2 * 10 * 60);
/// What a retarget takes a period to have lasted, at least and at most: a quarter and four times of what it should.
const FASTEST: Seconds = Seconds::new(TIMESPAN.get() / 4);
const SLOWEST: Seconds = Seconds::new(TIMESPAN.get() * 4);

/// What a boundary needs of the first header of the period that ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodStart {
    /// Its time.
    pub time: BtcTime,
    /// Its target, which counts under BIP-94 only.
    pub bits: CompactTarget,
}

impl From<&Header> for PeriodStart {
    fn from(header: &Header) -> Self {
        Self { time: header.time, bits: header.bits }
    }
}

/// Which targets the next header may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The full rule: this one.
    Exactly(CompactTarget),
    /// The period's first header is missing: what a retarget can lead to at all
    /// (`PermittedDifficultyTransition`), within a factor of four either way.
    Within {
        /// The lowest target.
        hardest: Target,
        /// The highest target.
        easiest: Target,
    },
    /// Only minimum-difficulty headers of a test network are known of this period: any target.
    Any,
}

impl Expected {
    /// Whether a header may have `bits`, which stand for `target`.
    pub fn allows(&self, bits: CompactTarget, target: Target) -> bool {
        match self {
            Self::Exactly(expected) => bits == *expected,
            Self::Within { hardest, easiest } => (*hardest..=*easiest).contains(&target),
            Self::Any => true,
        }
    }
}

/// Whether a period starts at `height`.
pub const fn is_boundary(height: BtcHeight) -> bool {
    height.get().is_multiple_of(PERIOD)
}

/// Where the period of `height` starts.
pub const fn start_of_period(height: BtcHeight) -> BtcHeight {
    height.saturating_sub(height.get() % PERIOD)
}

/// Which targets the header after `context` may have if its time is `time`
/// (Bitcoin Core, `GetNextWorkRequired`).
///
/// `period_start` is asked for only at a boundary, for the first header of the period before it.
pub fn expected_bits(
    context: &Context,
    time: BtcTime,
    period_start: Option<PeriodStart>,
    params: &Params,
) -> Expected {
    if is_boundary(context.height.next()) {
        return at_boundary(context, period_start, params);
    }
    if !params.min_difficulty_blocks {
        return Expected::Exactly(context.bits);
    }
    if UnixTime::from(time) > UnixTime::from(context.times.newest()).plus(MIN_DIFFICULTY_AFTER) {
        return Expected::Exactly(params.limit_bits());
    }
    context.real_bits.map_or(Expected::Any, Expected::Exactly)
}

/// `CalculateNextWorkRequired`: the timespan runs from the first header of the period to its **last**,
/// so over 2,015 intervals; Bitcoin has it so since its first day.
fn at_boundary(context: &Context, period_start: Option<PeriodStart>, params: &Params) -> Expected {
    if !params.retargets {
        return Expected::Exactly(context.bits);
    }
    let Some(start) = period_start else {
        let base = if params.bip94 { context.real_bits } else { Some(context.bits) };
        return match base.and_then(|bits| bits.target().ok()) {
            Some(base) => Expected::Within {
                hardest: scaled(base, FASTEST, params),
                easiest: scaled(base, SLOWEST, params),
            },
            None => Expected::Any,
        };
    };
    let base = if params.bip94 { start.bits } else { context.bits };
    let took = context.times.newest().since(start.time).clamp(FASTEST, SLOWEST);
    match base.target() {
        Ok(base) => Expected::Exactly(scaled(base, took, params).compact()),
        Err(_) => Expected::Any,
    }
}

/// `base · took / TIMESPAN`, at most the limit, rounded to what the compact form can say; divided
/// before it is multiplied, with the rest carried, because regtest's limit leaves no room for a factor.
fn scaled(base: Target, took: Seconds, params: &Params) -> Target {
    const TWO_WEEKS: NonZeroU64 = NonZeroU64::MIN.saturating_add(TIMESPAN.get() - 1);
    let (whole, rest) = base.get().div_rem(TWO_WEEKS);
    let rest = u128::from(rest) * u128::from(took.get()) / u128::from(TIMESPAN.get());
    let scaled = u32::try_from(took.get())
        .ok()
        .and_then(|took| whole.checked_mul(took))
        .and_then(|whole| whole.checked_add(U256::from_halves(0, rest)));
    let scaled = scaled.map_or(params.limit, Target::new).min(params.limit);
    scaled.compact().target().unwrap_or(params.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_starts_at_every_multiple_of_its_length() {
        let start = |height| start_of_period(BtcHeight::new(height)).get();
        assert_eq!(
            [0, 1, 2_015, 2_016, 2_017, 4_031, 4_032].map(start),
            [0, 0, 0, 2_016, 2_016, 2_016, 4_032]
        );
    }

    /// A target below two weeks in seconds is nothing but the rest of the division.
    #[test]
    fn the_rest_of_the_division_is_scaled_too() {
        let scale = |target, took| {
            let target = Target::new(U256::from_halves(0, target));
            scaled(target, Seconds::new(took), &crate::Network::Mainnet.params()).get()
        };
        let two_weeks = TIMESPAN.get();
        assert_eq!(scale(1_209_599, two_weeks), U256::from_halves(0, 1_209_599));
        assert_eq!(scale(1_209_599, two_weeks / 2), U256::from_halves(0, 604_799));
        assert_eq!(scale(3, 2 * two_weeks), U256::from_halves(0, 6));
    }
}
