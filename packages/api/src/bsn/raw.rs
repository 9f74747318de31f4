//! What another contract reads by one raw query, without a smart query's instance (60,000 SDK gas where the code is
//! not pinned). These layouts do not change without a new key.
//!
//! ```
//! use bsn_api::bsn::raw;
//!
//! // the value of a raw query with the key FINALITY_KEY
//! let value = [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 1];
//! let height: [u8; 8] = value[raw::LAST_FINAL_BLOCK].try_into()?;
//! assert_eq!(u64::from_be_bytes(height), 257);
//! # Ok::<(), std::array::TryFromSliceError>(())
//! ```

use core::ops::Range;

/// The key of a value whose first 16 bytes are two heights, each a big-endian u64, zero for none. What follows is not
/// for others.
pub const FINALITY_KEY: &[u8] = b"P";
/// Where the highest height with quorum stands. It says nothing about the block of that height.
pub const LAST_FINALIZED_HEIGHT: Range<usize> = 0..8;
/// Where the highest final block stands.
pub const LAST_FINAL_BLOCK: Range<usize> = 8..16;

/// The first byte of the key of a height's anchor; the height follows, as a big-endian u64. There is none where every
/// hook of the block was lost, and where it is forgotten.
pub const ANCHOR_PREFIX: u8 = b'a';
/// Where the application hash in the header of that height stands: the state before its block.
pub const ANCHOR_APP_HASH: Range<usize> = 0..32;
/// Where the hash of that height's block stands.
pub const ANCHOR_BLOCK_HASH: Range<usize> = 32..64;

/// The key of a height's anchor.
pub fn anchor_key(height: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = height.to_be_bytes();
    [ANCHOR_PREFIX, a, b, c, d, e, f, g, h]
}

/// The first byte of the key of a delegation; its txid follows, in internal order. The value is for the contract that verifies
/// delegations, and for no other.
pub const DELEGATION_PREFIX: u8 = b'D';
/// The first byte of the key of a delegation that ended early; its txid follows, in internal order.
pub const ENDED_PREFIX: u8 = b'd';

/// The key of a delegation.
pub fn delegation_key(txid: &[u8; 32]) -> Vec<u8> {
    [&[DELEGATION_PREFIX], &txid[..]].concat()
}

/// The key of what a delegation ended by, early: there is a value where one did.
pub fn ended_key(txid: &[u8; 32]) -> Vec<u8> {
    [&[ENDED_PREFIX], &txid[..]].concat()
}

/// The first byte of the key of a finality provider; its x-only public key follows. There is a value where one is registered,
/// in whatever state; the value is for the contract that verifies delegations, and for no other.
pub const FP_PREFIX: u8 = b'f';

/// The key of a finality provider.
pub fn fp_key(public_key: &[u8; 32]) -> [u8; 33] {
    let mut key = [FP_PREFIX; 33];
    key.iter_mut().skip(1).zip(public_key).for_each(|(to, from)| *to = *from);
    key
}

/// The key of how far the grid is: heights, each a big-endian u64. There is none where no grid is set.
pub const GRID_KEY: &[u8] = b"1";
/// Where C stands: every how many blocks a committee must vote.
pub const GRID_INTERVAL: Range<usize> = 0..8;
/// Where the first grid height stands of which a snapshot is tried.
pub const GRID_FIRST: Range<usize> = 8..16;
/// Where the root stands, the first grid height that named a committee; zero until there is one.
pub const GRID_ROOT: Range<usize> = 16..24;
/// Where the highest grid height stands whose committee is decided. Votes are taken up to there.
pub const GRID_SETTLED: Range<usize> = 24..32;
/// Where the highest grid height stands that closed or was excused; zero before the root.
pub const GRID_ORDERED_THROUGH: Range<usize> = 32..40;
/// Where the highest grid height stands that takes no vote any more.
pub const GRID_SWEPT: Range<usize> = 64..72;
/// So many grid heights above [`GRID_ORDERED_THROUGH`] take votes.
pub const GRID_OPEN_MAX: u64 = 48;

/// The first byte of the key of the committee that was decided at a grid height, and that closes the one above; the height follows,
/// as a big-endian u64.
pub const COMMITTEE_PREFIX: u8 = b'5';
/// Where the grid height stands whose snapshot it is, a big-endian u64.
pub const COMMITTEE_SOURCE: Range<usize> = 0..8;
/// Where the application hash in the header of that grid height stands. The record ends before it where no hook saw the block.
pub const COMMITTEE_APP_HASH: Range<usize> = 64..96;

/// The key of the committee that was decided at a grid height.
pub fn committee_key(height: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = height.to_be_bytes();
    [COMMITTEE_PREFIX, a, b, c, d, e, f, g, h]
}

/// The first byte of the key of a seat in a snapshot; the snapshot's grid height follows, as a big-endian u64, and the finality
/// provider's x-only public key.
pub const SEAT_PREFIX: u8 = b'4';
/// Where its power stands, in sats, a big-endian u64.
pub const SEAT_POWER: Range<usize> = 0..8;
/// Where its commitments begin; each has [`SEAT_ROW`] bytes.
pub const SEAT_ROWS: usize = 8;
/// How many bytes a commitment has.
pub const SEAT_ROW: usize = 56;
/// Where the first height of a commitment stands in its bytes, a big-endian u64.
pub const ROW_START: Range<usize> = 0..8;
/// Where the number of its heights stands, a big-endian u64.
pub const ROW_COUNT: Range<usize> = 8..16;
/// Where the block stands in which it was made, a big-endian u64; zero where it counts by the admin's word.
pub const ROW_BLOCK: Range<usize> = 16..24;
/// Where the root over its nonces stands.
pub const ROW_ROOT: Range<usize> = 24..56;

/// The key of a finality provider's seat in the snapshot of a grid height.
pub fn seat_key(snapshot: u64, public_key: &[u8; 32]) -> Vec<u8> {
    [&[SEAT_PREFIX], &snapshot.to_be_bytes()[..], public_key].concat()
}
