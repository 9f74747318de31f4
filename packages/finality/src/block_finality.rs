//! When is a *block* final?
//!
//! # The idea
//!
//! The vote at a height is on the state *before* its block. A block is final by a quorum at a **later** height whose
//! state contains an anchor at or above the block (RULINGS.md, "When a block is final"): its **certificate**.
//! Heights that the cursor passes without quorum form **gaps**, and a gap may contain heights that governance
//! **resumed**.
//!
//! ```text
//!   height     10      11     12     13        14       15      16
//!   passed   quorum  quorum  hole  resumed  no set   quorum  quorum
//!                           \________ gap ________/
//!   block    final    resumed ....  resumed   final    final   pending
//!   by        11       15      15     15       15       16
//! ```
//!
//! Block 11 is certified by 15 and `resumed`: the resumed height 13 lies at or above it and below its certificate.
//! Block 14 is certified by 15 too, and nothing that was resumed lies at or above it: final. 13 is resumed itself.
//!
//! # The danger
//!
//! * Where heights are skipped, two branches could finalize disjoint heights and nobody signs one height twice. So an
//!   answer names the gap below its certificate, and the height from which on there is none ([`unbroken_since`]).
//! * An answer must not change when votes are forgotten. So nothing here reads votes: a gap is recorded when the
//!   cursor leaves it. Chains that ran an older version have no records of their old gaps; there the heights
//!   themselves are looked through, a bounded number of them.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

/// How many gaps and runs of skipped heights are looked through for one quorum. Where gaps are recorded, two are.
const HOPS: usize = 16;

/// Heights that the cursor passed without quorum, one behind the other, as many as there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The lowest of them.
    pub first: BlockHeight,
    /// The highest of them.
    pub last: BlockHeight,
    /// The highest that governance resumed.
    pub resumed: Option<BlockHeight>,
}

impl Gap {
    /// How many heights it has.
    pub fn heights(&self) -> u64 {
        self.last.next().above(self.first)
    }

    /// Whether `height` is one of them.
    pub fn covers(&self, height: BlockHeight) -> bool {
        self.first <= height && height <= self.last
    }

    /// Whether governance resumed one of them at or above `height`.
    pub fn is_resumed_from(&self, height: BlockHeight) -> bool {
        self.resumed.is_some_and(|resumed| resumed >= height)
    }
}

/// What the cursor has left behind.
pub trait History {
    /// What can go wrong when it is read.
    type Error;

    /// The highest height that the cursor has passed.
    fn cursor(&self) -> BlockHeight;

    /// The highest of them with quorum.
    fn last_quorum(&self) -> Option<BlockHeight>;

    /// The lowest height that is remembered, at least 1.
    fn floor(&self) -> BlockHeight;

    /// Gaps that end above this height are all recorded.
    fn recorded_above(&self) -> BlockHeight;

    /// The recorded gap that begins highest at or below a height; the one that the cursor is in is one of them.
    ///
    /// # Errors
    /// Those of reading.
    fn gap_from(&self, height: BlockHeight) -> Result<Option<Gap>, Self::Error>;

    /// The lowest height from `height` to the cursor that had an active set: it was passed with quorum or resumed.
    /// None too where it lies further away than is looked; so with [`Self::electorate_below`].
    ///
    /// # Errors
    /// Those of reading.
    fn electorate_above(&self, height: BlockHeight) -> Result<Option<BlockHeight>, Self::Error>;

    /// The highest height up to `height` that had an active set.
    ///
    /// # Errors
    /// Those of reading.
    fn electorate_below(&self, height: BlockHeight) -> Result<Option<BlockHeight>, Self::Error>;
}

/// Whether a block is final, by what, and what lies directly below that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finality {
    /// The answer.
    pub verdict: Verdict,
    /// The lowest height with quorum whose state commits to the block.
    pub certificate: Option<Certificate>,
}

/// Whether a block is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// For good.
    Final,
    /// No certificate yet.
    Pending,
    /// A resumed height lies at or above it and below its certificate, or below where that will be.
    Resumed,
}

/// A height with quorum that the cursor has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// The height.
    pub height: BlockHeight,
    /// How many heights directly below it were passed without quorum.
    pub gap_before: u64,
    /// The lowest height from which on every one up to it was passed with quorum; unknown where an older version
    /// passed it.
    pub unbroken_since: Option<BlockHeight>,
}

/// Whether block `height` is final; `anchored` is the lowest height at or above it whose anchor is kept.
///
/// # Errors
/// Those of reading.
pub fn judge<H: History>(
    history: &H,
    height: BlockHeight,
    anchored: BlockHeight,
) -> Result<Finality, H::Error> {
    let Some(by) = quorum_from(history, anchored.next())? else {
        let is_certified = history.last_quorum().is_some_and(|quorum| quorum > anchored);
        let verdict = if is_certified { far(history, height)? } else { open(history, height)? };
        return Ok(Finality { verdict, certificate: None });
    };
    let below = gap_below(history, by)?;
    let resumed = below.is_some_and(|gap| gap.is_resumed_from(height));
    let verdict = if resumed { Verdict::Resumed } else { Verdict::Final };
    Ok(Finality { verdict, certificate: Some(certificate_over(history, by, below)?) })
}

/// What is known of a height with quorum as a certificate.
///
/// # Errors
/// Those of reading.
pub fn certificate<H: History>(history: &H, height: BlockHeight) -> Result<Certificate, H::Error> {
    certificate_over(history, height, gap_below(history, height)?)
}

fn certificate_over<H: History>(
    history: &H,
    height: BlockHeight,
    below: Option<Gap>,
) -> Result<Certificate, H::Error> {
    let gap_before = below.map_or(0, |gap| gap.heights());
    Ok(Certificate { height, gap_before, unbroken_since: unbroken_since(history, height, below)? })
}

/// Whether the cursor passed `height`, which had an active set, only because governance resumed it.
///
/// # Errors
/// Those of reading.
pub fn is_resumed<H: History>(history: &H, height: BlockHeight) -> Result<bool, H::Error> {
    Ok(gap_at(history, height)?.is_some())
}

/// The lowest height with quorum at or above `height`.
fn quorum_from<H: History>(history: &H, mut height: BlockHeight) -> Result<Option<BlockHeight>, H::Error> {
    for _ in 0..HOPS {
        if height > history.cursor() {
            return Ok(None);
        }
        height = match gap_at(history, height)? {
            Some(gap) => gap.last.next(),
            None => match history.electorate_above(height)? {
                Some(found) if found > height => found,
                found => return Ok(found),
            },
        }
    }
    Ok(None)
}

/// A block whose certificate has not come yet.
fn open<H: History>(history: &H, height: BlockHeight) -> Result<Verdict, H::Error> {
    let gap = gap_at(history, history.cursor())?;
    let resumed = gap.is_some_and(|gap| gap.is_resumed_from(height));
    Ok(if resumed { Verdict::Resumed } else { Verdict::Pending })
}

/// A block whose certificate lies further above than is looked, over heights that an older version passed. What is
/// resumed anywhere above it is held against it.
fn far<H: History>(history: &H, height: BlockHeight) -> Result<Verdict, H::Error> {
    let mut above = history.cursor();
    for _ in 0..HOPS {
        match history.gap_from(above)?.filter(|gap| gap.last >= height) {
            None => return Ok(Verdict::Final),
            Some(gap) if gap.is_resumed_from(height) => return Ok(Verdict::Resumed),
            Some(gap) => above = gap.first.previous(),
        }
    }
    Ok(Verdict::Pending)
}

fn gap_at<H: History>(history: &H, height: BlockHeight) -> Result<Option<Gap>, H::Error> {
    Ok(history.gap_from(height)?.filter(|gap| gap.covers(height)))
}

/// The gap that ends directly below a height with quorum. Where nothing with quorum is remembered below, all that is
/// remembered belongs to it.
fn gap_below<H: History>(history: &H, quorum: BlockHeight) -> Result<Option<Gap>, H::Error> {
    let (mut first, mut resumed) = (quorum, None);
    for _ in 0..HOPS {
        let below = first.previous();
        match gap_at(history, below)? {
            Some(gap) => (first, resumed) = (gap.first, resumed.max(gap.resumed)),
            None => match history.electorate_below(below)? {
                Some(found) if found < below => first = found.next(),
                Some(_) => break,
                None => {
                    first = first.min(history.floor());
                    break;
                }
            },
        }
    }
    let last = quorum.previous();
    Ok((first <= last).then_some(Gap { first, last, resumed }))
}

fn unbroken_since<H: History>(
    history: &H,
    quorum: BlockHeight,
    below: Option<Gap>,
) -> Result<Option<BlockHeight>, H::Error> {
    let recorded_above = history.recorded_above();
    if quorum <= recorded_above {
        return Ok(None);
    }
    if below.is_some() {
        return Ok(Some(quorum));
    }
    let gap = history.gap_from(quorum)?.map_or(recorded_above, |gap| gap.last);
    Ok(Some(gap.max(recorded_above).next()))
}

#[cfg(test)]
mod tests;
