use std::collections::BTreeSet;
use std::convert::Infallible;

use primitives::{AppHash, BlockHash, BlockHeight, FpId, FpPublicKey, UnixTime, VotingPower};
use proptest::prelude::*;

use super::calendar::{self, Duty, Interval, IntervalOutOfBounds};
use super::closing::{Ballot, NotExcused, Progress, Verdict as Closing};
use super::committee::{COUNT_MAX, Hasher, ROWS_MAX, Row, Seat, is_quorum, quorum_of};
use super::record::{self, Anchor, Named, RECORD_BYTES, Record};
use super::snapshot::{
    Candidate, Mark, PORTION_ROWS, Reason, Settled, Verdict, Why, portion, ranked, settle,
};
use crate::Commitment;

const C: Interval = Interval::DEFAULT;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

fn key(byte: u8) -> FpPublicKey {
    FpPublicKey::from_bytes([byte; 32])
}

fn run(start: u64, count: u64, root: u8) -> Commitment {
    Commitment { start: at(start), count, root: [root; 32], committed_at: at(1) }
}

mod choosing;
mod counting;
mod formats;
mod heights;
mod order;
