use primitives::BtcHeight;

use crate::{
    CompactTarget, Context, ExtendError, Header, HeaderError, HeaderHash, PERIOD, Params, PeriodStart,
    RecentTimes, Rules, Work, is_boundary, start_of_period,
};

/// A header in its place in the main chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its height.
    pub height: BtcHeight,
    /// The header.
    pub header: Header,
    /// Its hash.
    pub hash: HeaderHash,
    /// The work of the chain up to and with it.
    pub work: Work,
}

/// A header that leaves the main chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// The height it had.
    pub height: BtcHeight,
    /// Its hash.
    pub hash: HeaderHash,
}

/// Where the main chain is kept.
///
/// Only headers of the main chain may be answered: no stale ones, none above the tip.
pub trait HeaderSource {
    /// The height of the header of that hash in the main chain.
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight>;

    /// The header at that height, if it is kept.
    fn header_at(&self, height: BtcHeight) -> Option<Placed>;

    /// The first header of the period that starts at that height, which should be kept for longer.
    fn period_start(&self, height: BtcHeight) -> Option<PeriodStart> {
        self.header_at(height).map(|placed| PeriodStart::from(&placed.header))
    }
}

/// What has to change so that the main chain is the one of most work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The last header of the old main chain that stays.
    pub fork_point: BtcHeight,
    /// What leaves, from the old tip down; to be removed before anything is added.
    pub removed: Vec<Removed>,
    /// What comes, in ascending order; empty if all headers were known already.
    pub added: Vec<Placed>,
    /// The new tip.
    pub tip: Context,
}

/// Extends the main chain, or replaces its end by a fork of **strictly** more work.
///
/// The headers must follow each other. They may begin with ones already in the main chain, and even
/// below the first one kept: what is known is skipped, and nothing but known headers is a success that
/// changes nothing. Of two chains with the same work the one seen first stays, as in Bitcoin.
///
/// # Errors
/// [`ExtendError`]; then nothing is to be changed.
pub fn extend(
    source: &impl HeaderSource,
    tip: &Context,
    headers: &[Header],
    rules: &Rules,
) -> Result<Extension, ExtendError> {
    let hashes: Vec<_> = headers.iter().map(Header::hash).collect();
    check_linked(headers, &hashes)?;
    let (fork_point, known) = connect(source, tip, headers, &hashes)?;
    let new = || headers.iter().zip(&hashes).skip(known);
    if new().next().is_none() {
        return Ok(Extension { fork_point, removed: vec![], added: vec![], tip: tip.clone() });
    }

    let mut context = context_at(source, tip, fork_point, &rules.params)?;
    let mut added: Vec<Placed> = Vec::with_capacity(headers.len().saturating_sub(known));
    let mut last_start = None;
    for (header, hash) in new() {
        let period_start = start_of_ended_period(source, &context, last_start, fork_point);
        context = context
            .judge(header, *hash, period_start, rules)
            .map_err(|source| ExtendError::Header { height: context.height.next(), source })?;
        if is_boundary(context.height) {
            last_start = Some(PeriodStart::from(header));
        }
        added.push(Placed { height: context.height, header: *header, hash: *hash, work: context.work });
    }
    if context.work <= tip.work {
        return Err(ExtendError::NotMoreWork { fork_point, tip: tip.work, got: context.work });
    }
    let removed = above(source, fork_point, tip.height)?;
    Ok(Extension { fork_point, removed, added, tip: context })
}

fn check_linked(headers: &[Header], hashes: &[HeaderHash]) -> Result<(), ExtendError> {
    if headers.is_empty() {
        return Err(ExtendError::NoHeaders);
    }
    let followers = headers.iter().zip(hashes).skip(1);
    match followers.zip(hashes).find(|((header, _), previous)| header.prev_hash != **previous) {
        Some(((_, hash), _)) => Err(ExtendError::NotLinked { hash: *hash }),
        None => Ok(()),
    }
}

/// Where the headers leave the main chain, and how many of them come before that.
fn connect(
    source: &impl HeaderSource,
    tip: &Context,
    headers: &[Header],
    hashes: &[HeaderHash],
) -> Result<(BtcHeight, usize), ExtendError> {
    for (place, (header, hash)) in headers.iter().zip(hashes).enumerate() {
        if header.prev_hash == tip.hash {
            return Ok((tip.height, place));
        }
        if let Some(height) = source.height_of(hash) {
            let mut fork_point = height;
            let mut known = place + 1;
            for hash in hashes.iter().skip(known) {
                let next = fork_point.next();
                if next > tip.height || source.header_at(next).is_none_or(|placed| placed.hash != *hash) {
                    break;
                }
                fork_point = next;
                known += 1;
            }
            return Ok((fork_point, known));
        }
        if let Some(parent) = source.height_of(&header.prev_hash) {
            return Ok((parent, place));
        }
    }
    let parent = headers.first().map(|header| header.prev_hash);
    Err(parent.map_or(ExtendError::NoHeaders, |parent| ExtendError::UnknownParent { parent }))
}

/// The context of a header of the main chain, read from the store below the tip.
fn context_at(
    source: &impl HeaderSource,
    tip: &Context,
    height: BtcHeight,
    params: &Params,
) -> Result<Context, ExtendError> {
    if height == tip.height {
        let real_bits = tip.real_bits.or_else(|| bits_of_period(source, height));
        return Ok(Context { real_bits, ..tip.clone() });
    }
    let placed = source.header_at(height).ok_or(ExtendError::Missing { height })?;
    let mut times = vec![placed.header.time];
    times.extend(below(source, height).take(RecentTimes::SPAN - 1).map(|placed| placed.header.time));
    Ok(Context {
        height,
        hash: placed.hash,
        bits: placed.header.bits,
        real_bits: real_bits(source, &placed, params),
        work: placed.work,
        times: times.into_iter().rev().fold(RecentTimes::default(), RecentTimes::plus),
    })
}

/// What the walk back over minimum-difficulty headers in `GetNextWorkRequired` leads to.
///
/// Every header it may stop at has the target of the period's first. So that one answers where it is kept, which is
/// for longer than the others, and the walk, at most one period long, where a chain began after it.
fn real_bits(source: &impl HeaderSource, from: &Placed, params: &Params) -> Option<CompactTarget> {
    let is_real = |placed: &Placed| {
        !params.min_difficulty_blocks
            || is_boundary(placed.height)
            || placed.header.bits != params.limit_bits()
    };
    if is_real(from) {
        return Some(from.header.bits);
    }
    let walked = || below(source, from.height).find(is_real).map(|placed| placed.header.bits);
    bits_of_period(source, from.height).or_else(walked)
}

/// The target of the first header of the period in which `height` lies.
fn bits_of_period(source: &impl HeaderSource, height: BtcHeight) -> Option<CompactTarget> {
    source.period_start(start_of_period(height)).map(|start| start.bits)
}

/// The main chain's headers below a height, downwards, as far as they are kept.
fn below(source: &impl HeaderSource, height: BtcHeight) -> impl Iterator<Item = Placed> {
    (0..height.get()).rev().map_while(|height| source.header_at(BtcHeight::new(height)))
}

/// The first header of the period that ends with `context`, needed only where one does.
fn start_of_ended_period(
    source: &impl HeaderSource,
    context: &Context,
    last_start: Option<PeriodStart>,
    fork_point: BtcHeight,
) -> Option<PeriodStart> {
    let next = context.height.next();
    if !is_boundary(next) {
        return None;
    }
    let start = next.saturating_sub(PERIOD);
    if start > fork_point { last_start } else { source.period_start(start) }
}

fn above(
    source: &impl HeaderSource,
    fork_point: BtcHeight,
    tip: BtcHeight,
) -> Result<Vec<Removed>, ExtendError> {
    let heights = (fork_point.next().get()..=tip.get()).rev().map(BtcHeight::new);
    heights
        .map(|height| match source.header_at(height) {
            Some(placed) => Ok(Removed { height, hash: placed.hash }),
            None => Err(ExtendError::Missing { height }),
        })
        .collect()
}

impl ExtendError {
    /// The rule that a header broke, if that is why.
    pub const fn broken_rule(&self) -> Option<&HeaderError> {
        match self {
            Self::Header { source, .. } => Some(source),
            _ => None,
        }
    }
}
