//! Record F: what a chain says of its committees, under its app hash.

use core::ops::Range;

use primitives::{AppHash, BlockHash, BlockHeight, UnixTime};
use serde::{Deserialize, Serialize};

use super::committee::Hash;

/// The contract's key of the record, of one byte: `F`.
pub const KEY: u8 = 0x46;
/// How many bytes a record has.
pub const RECORD_BYTES: usize = 225;
/// The first byte: a later layout has another key.
const VERSION: u8 = 1;

/// A committee as the record names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its hash.
    pub hash: Hash,
    /// Its total, in sats.
    pub total: u64,
    /// The time of the block R that it was read of, in seconds since 1970.
    pub taken: UnixTime,
}

/// The last final block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Its height.
    pub height: BlockHeight,
    /// The app hash in its header.
    pub app_hash: AppHash,
    /// Its hash.
    pub block_hash: BlockHash,
    /// Its time, in seconds since 1970.
    pub time: UnixTime,
}

/// Record F (GRID.md, "Formats").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// The grid height below which it is written.
    pub grid: BlockHeight,
    /// C, in blocks.
    pub interval: u64,
    /// Set(`grid`); zeros at the root.
    pub set: Named,
    /// S(`grid`), which closes the grid height above.
    pub next: Named,
    /// The highest grid height that really closed.
    pub closed_through: BlockHeight,
    /// The last height with quorum that the cursor passed.
    pub finalized: BlockHeight,
    /// The lowest height from which on every one up to it was passed with quorum.
    pub unbroken: BlockHeight,
    /// The time of the block that wrote it, in seconds since 1970.
    pub time: UnixTime,
    /// The last final block, once there is one.
    pub anchor: Option<Anchor>,
}

/// Where the grid height, the next committee and the anchor stand.
const GRID: Range<usize> = 1..9;
const NEXT: Range<usize> = 65..113;
const ANCHOR: Range<usize> = 145..RECORD_BYTES;

impl Named {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.hash);
        write(to, &[self.total, self.taken.get()]);
    }
}

#[inline(never)]
fn write(to: &mut Vec<u8>, numbers: &[u64]) {
    numbers.iter().for_each(|number| to.extend_from_slice(&number.to_be_bytes()));
}

/// Whether these are a record of the grid height `grid` that names `next` for S(`grid`). The other fields are not read.
pub fn names(record: &[u8], grid: BlockHeight, next: &Named) -> bool {
    let mut named = Vec::new();
    next.write(&mut named);
    record.get(GRID) == Some(&grid.get().to_be_bytes()) && record.get(NEXT) == Some(&named)
}

/// Gives a record the anchor of an earlier one: its own is forgotten.
pub fn keep_anchor(record: &mut Vec<u8>, before: &[u8]) {
    if let Some(anchor) = before.get(ANCHOR) {
        record.truncate(ANCHOR.start);
        record.extend_from_slice(anchor);
    }
}

impl Record {
    /// Its 225 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from([VERSION]);
        write(&mut bytes, &[self.grid.get(), self.interval]);
        self.set.write(&mut bytes);
        self.next.write(&mut bytes);
        let heights = [self.closed_through.get(), self.finalized.get(), self.unbroken.get()];
        write(&mut bytes, &heights);
        write(&mut bytes, &[self.time.get()]);
        if let Some(Anchor { height, app_hash, block_hash, time }) = &self.anchor {
            write(&mut bytes, &[height.get()]);
            bytes.extend_from_slice(app_hash.as_bytes());
            bytes.extend_from_slice(block_hash.as_bytes());
            write(&mut bytes, &[time.get()]);
        }
        bytes.resize(RECORD_BYTES, 0);
        bytes
    }

    /// Reads one; nothing where the length or the version is another.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if bytes.len() != RECORD_BYTES || reader.take::<1>()? != [VERSION] {
            return None;
        }
        let (grid, interval) = (reader.height()?, reader.number()?);
        let (set, next) = (reader.named()?, reader.named()?);
        let (closed_through, finalized, unbroken) = (reader.height()?, reader.height()?, reader.height()?);
        let time = UnixTime::new(reader.number()?);
        let anchor = Anchor {
            height: reader.height()?,
            app_hash: AppHash::from_bytes(reader.take()?),
            block_hash: BlockHash::from_bytes(reader.take()?),
            time: UnixTime::new(reader.number()?),
        };
        let anchor = (anchor.height.get() > 0).then_some(anchor);
        Some(Self { grid, interval, set, next, closed_through, finalized, unbroken, time, anchor })
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*part)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn height(&mut self) -> Option<BlockHeight> {
        self.number().map(BlockHeight::new)
    }

    fn named(&mut self) -> Option<Named> {
        Some(Named { hash: self.take()?, total: self.number()?, taken: UnixTime::new(self.number()?) })
    }
}
