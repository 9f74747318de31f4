//! Record F: what a chain says of its committees, under its app hash.

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

impl Record {
    /// Its 225 bytes.
    pub fn to_bytes(&self) -> [u8; RECORD_BYTES] {
        let none = Anchor {
            height: BlockHeight::new(0),
            app_hash: AppHash::from_bytes([0; 32]),
            block_hash: BlockHash::from_bytes([0; 32]),
            time: UnixTime::new(0),
        };
        let anchor = self.anchor.unwrap_or(none);
        let mut writer = Writer { bytes: [0; RECORD_BYTES], at: 0 };
        writer.put(&[VERSION]);
        writer.number(self.grid.get());
        writer.number(self.interval);
        for named in [&self.set, &self.next] {
            writer.put(&named.hash);
            writer.number(named.total);
            writer.number(named.taken.get());
        }
        for number in [self.closed_through, self.finalized, self.unbroken] {
            writer.number(number.get());
        }
        writer.number(self.time.get());
        writer.number(anchor.height.get());
        writer.put(anchor.app_hash.as_bytes());
        writer.put(anchor.block_hash.as_bytes());
        writer.number(anchor.time.get());
        writer.bytes
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

struct Writer {
    bytes: [u8; RECORD_BYTES],
    at: usize,
}

impl Writer {
    fn put(&mut self, part: &[u8]) {
        self.bytes.iter_mut().skip(self.at).zip(part).for_each(|(to, from)| *to = *from);
        self.at += part.len();
    }

    fn number(&mut self, number: u64) {
        self.put(&number.to_be_bytes());
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
