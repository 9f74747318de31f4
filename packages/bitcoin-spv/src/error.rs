use primitives::{BtcHeight, BtcTime};
use thiserror::Error;

use crate::{CompactTarget, HeaderHash, TargetError, Work};

/// Why Bitcoin would not follow a header.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// Its bits are no target ("high-hash").
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Its target is easier than the network's limit ("high-hash").
    #[error("target {bits} is easier than the network allows")]
    TargetAboveLimit {
        /// Its target.
        bits: CompactTarget,
    },
    /// Its hash does not meet its target ("high-hash").
    #[error("header {hash} has no proof of work for target {bits}")]
    NoWork {
        /// Its hash.
        hash: HeaderHash,
        /// Its target.
        bits: CompactTarget,
    },
    /// Its target is not the one its ancestors demand ("bad-diffbits").
    #[error("target is {got}, but must be {expected}")]
    WrongTarget {
        /// Its target.
        got: CompactTarget,
        /// The target demanded.
        expected: CompactTarget,
    },
    /// Its target is more than four times another one's way off ("bad-diffbits"): enforced at the
    /// boundary of a period whose first header is missing.
    #[error("target is {got}, but must lie between {hardest} and {easiest}")]
    TargetOutOfBounds {
        /// Its target.
        got: CompactTarget,
        /// The lowest one possible.
        hardest: CompactTarget,
        /// The highest one possible.
        easiest: CompactTarget,
    },
    /// Its time is not after the median of its ancestors' ("time-too-old").
    #[error("time {time} is not after the median {median} of the headers before")]
    TooOld {
        /// Its time.
        time: BtcTime,
        /// The median.
        median: BtcTime,
    },
    /// Its time is too far ahead ("time-too-new").
    #[error("time {time} is later than {latest}, two hours from now")]
    TooNew {
        /// Its time.
        time: BtcTime,
        /// The latest one allowed.
        latest: BtcTime,
    },
    /// The first header of a period steps back in time (BIP-94, "time-timewarp-attack").
    #[error("time {time} of a period's first header is before {earliest}")]
    Timewarp {
        /// Its time.
        time: BtcTime,
        /// The earliest one allowed.
        earliest: BtcTime,
    },
    /// Its version is too low for its height (BIP-34, 66, 65: "bad-version").
    #[error("version {version} is below {required}")]
    ObsoleteVersion {
        /// Its version.
        version: i32,
        /// The lowest one allowed.
        required: i32,
    },
    /// The work that a chain is to start from is more than any chain has.
    #[error("work {work} up to the base header is more than 2^192")]
    BaseWork {
        /// The work given.
        work: Work,
    },
    /// The work no longer fits 256 bits.
    #[error("work exceeds 256 bits")]
    WorkOverflow,
    /// There is no height after the last.
    #[error("height exceeds 32 bits")]
    HeightOverflow,
}

/// Why headers do not extend the chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExtendError {
    /// There are none.
    #[error("no bitcoin headers given")]
    NoHeaders,
    /// They do not connect: no header given is in the main chain or follows one that is.
    #[error("parent {parent} of the first header is not in the main chain")]
    UnknownParent {
        /// The hash that the first header names.
        parent: HeaderHash,
    },
    /// One does not follow the one before it in the list.
    #[error("header {hash} does not follow the one before it in the list")]
    NotLinked {
        /// The hash of the header.
        hash: HeaderHash,
    },
    /// One is refused by the rules.
    #[error("bitcoin header {height}: {source}")]
    Header {
        /// The height it would have.
        height: BtcHeight,
        /// The rule of Bitcoin that the header breaks.
        source: HeaderError,
    },
    /// They are a fork of no more work than the main chain, which therefore stays.
    #[error("fork at {fork_point} has work {got}, not more than {tip}")]
    NotMoreWork {
        /// The last header that both chains share.
        fork_point: BtcHeight,
        /// The main chain's work.
        tip: Work,
        /// The fork's work.
        got: Work,
    },
    /// A header of the main chain cannot be read: the store is broken.
    #[error("bitcoin header {height} is missing in the store")]
    Missing {
        /// Its height.
        height: BtcHeight,
    },
}
