use primitives::{BtcHeight, BtcTime, Seconds};

use crate::{
    CompactTarget, Expected, Header, HeaderError, HeaderHash, Params, PeriodStart, RecentTimes, Target, Work,
    expected_bits, is_boundary,
};

/// How far a period's first header may step back in time (BIP-94, `MAX_TIMEWARP`).
const MAX_TIMEWARP: Seconds = Seconds::new(600);

/// Everything about a header that its successor is judged by, except the start of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its height.
    pub height: BtcHeight,
    /// Its hash.
    pub hash: HeaderHash,
    /// Its target.
    pub bits: CompactTarget,
    /// The target of its period, minimum-difficulty headers left aside: that of the last header at or
    /// before it which starts a period or is harder than the limit. `None` where that one is missing.
    pub real_bits: Option<CompactTarget>,
    /// The work of the chain up to and with it.
    pub work: Work,
    /// The times of the last headers up to it.
    pub times: RecentTimes,
}

/// By what a header is judged besides its ancestors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The network's numbers.
    pub params: Params,
    /// The latest time a header may have: now and [`Rules::MAX_FUTURE`]. `None` where the rule is not
    /// enforced.
    pub latest_time: Option<BtcTime>,
}

impl Rules {
    /// How far ahead of now a header's time may lie (`MAX_FUTURE_BLOCK_TIME`).
    pub const MAX_FUTURE: Seconds = Seconds::new(2 * 60 * 60);
}

impl Context {
    /// Starts at a header whose ancestors are not known; `work` is that of the chain up to and with it.
    ///
    /// # Errors
    /// Its proof of work is checked, nothing else can be; and that `work` leaves room for what follows:
    /// [`HeaderError::BaseWork`].
    pub fn base(
        height: BtcHeight,
        header: &Header,
        work: Work,
        params: &Params,
    ) -> Result<Self, HeaderError> {
        if work > Work::MOST_OF_BASE {
            return Err(HeaderError::BaseWork { work });
        }
        let hash = header.hash();
        proven_target(header, &hash, params)?;
        let first = Self {
            height,
            hash,
            bits: header.bits,
            real_bits: None,
            work,
            times: RecentTimes::default().plus(header.time),
        };
        Ok(Self { real_bits: first.real_bits_after(height, header.bits, params), ..first })
    }

    /// Judges the header of hash `hash` as the successor of this one, whose hash it must name; gives
    /// what *its* successor is judged by (`CheckBlockHeader`, `ContextualCheckBlockHeader`).
    ///
    /// At a boundary `period_start` is the first header of the period that ends with this one; where
    /// it is missing, [`Expected::Within`] is enforced instead.
    ///
    /// # Errors
    /// The first rule broken; proof of work first, because it is the one that costs a liar something.
    pub fn judge(
        &self,
        header: &Header,
        hash: HeaderHash,
        period_start: Option<PeriodStart>,
        rules: &Rules,
    ) -> Result<Self, HeaderError> {
        let params = &rules.params;
        let height =
            self.height.get().checked_add(1).map(BtcHeight::new).ok_or(HeaderError::HeightOverflow)?;
        let target = proven_target(header, &hash, params)?;
        check_target(expected_bits(self, header.time, period_start, params), header.bits, target)?;
        self.check_time(height, header.time, rules)?;
        check_version(height, header.version, params)?;
        Ok(Self {
            height,
            hash,
            bits: header.bits,
            real_bits: self.real_bits_after(height, header.bits, params),
            work: self.work.checked_add(target.work()).ok_or(HeaderError::WorkOverflow)?,
            times: self.times.plus(header.time),
        })
    }

    /// Whether the median time is exact: eleven headers are known, or all there are.
    pub fn knows_median(&self) -> bool {
        let known = self.times.known().len();
        known == RecentTimes::SPAN || u32::try_from(known) == Ok(self.height.next().get())
    }

    fn check_time(&self, height: BtcHeight, time: BtcTime, rules: &Rules) -> Result<(), HeaderError> {
        if let Some(median) = self.times.floor(self.knows_median()).filter(|median| time <= *median) {
            return Err(HeaderError::TooOld { time, median });
        }
        if rules.params.bip94 && is_boundary(height) {
            let earliest = self.times.newest().minus(MAX_TIMEWARP);
            if time < earliest {
                return Err(HeaderError::Timewarp { time, earliest });
            }
        }
        match rules.latest_time {
            Some(latest) if time > latest => Err(HeaderError::TooNew { time, latest }),
            _ => Ok(()),
        }
    }

    fn real_bits_after(
        &self,
        height: BtcHeight,
        bits: CompactTarget,
        params: &Params,
    ) -> Option<CompactTarget> {
        if is_boundary(height) || bits != params.limit_bits() { Some(bits) } else { self.real_bits }
    }
}

/// `CheckProofOfWork`: the bits are a target within the limit, and the hash meets it.
fn proven_target(header: &Header, hash: &HeaderHash, params: &Params) -> Result<Target, HeaderError> {
    let bits = header.bits;
    let target = bits.target()?;
    if target > params.limit {
        return Err(HeaderError::TargetAboveLimit { bits });
    }
    if !target.is_met_by(hash) {
        return Err(HeaderError::NoWork { hash: *hash, bits });
    }
    Ok(target)
}

fn check_target(expected: Expected, got: CompactTarget, target: Target) -> Result<(), HeaderError> {
    if expected.allows(got, target) {
        return Ok(());
    }
    match expected {
        Expected::Exactly(expected) => Err(HeaderError::WrongTarget { got, expected }),
        Expected::Within { hardest, easiest } => Err(HeaderError::TargetOutOfBounds {
            got,
            hardest: hardest.compact(),
            easiest: easiest.compact(),
        }),
        Expected::Any => Ok(()),
    }
}

fn check_version(height: BtcHeight, version: i32, params: &Params) -> Result<(), HeaderError> {
    let demands = [(params.bip65_height, 4), (params.bip66_height, 3), (params.bip34_height, 2)];
    let required = demands.into_iter().filter(|(from, _)| height.get() >= *from).map(|(_, version)| version);
    match required.max() {
        Some(required) if version < required => Err(HeaderError::ObsoleteVersion { version, required }),
        _ => Ok(()),
    }
}
