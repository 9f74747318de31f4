//! What `bsn` keeps where a raw query finds it: no instance of the contract is made, which costs 60,000 gas where its
//! code is not pinned. All numbers are big endian.

use core::fmt;

/// The key of the record of finality: its first 16 bytes are two heights, 0 for none.
pub const FINALITY_KEY: &[u8] = b"P";

/// The first byte of the key of a height's anchor; the height follows, 8 bytes.
pub const ANCHOR_PREFIX: u8 = b'a';

/// Heights from here on are no heights: so many blocks take longer than the universe is old. Records of other contracts, and of
/// `bsn` before 0.3.0, read as such numbers.
const NO_HEIGHT: u64 = 1 << 48;

/// How far finality has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The highest *height with quorum*. Its vote is on the state before its block: **that block is not final by it**.
    pub last_quorum: Option<u64>,
    /// The highest final block. Below it may lie blocks that are `resumed`, and those were never final: ask
    /// `finality_status` of a given block.
    pub last_final: Option<u64>,
}

/// What the hooks saw of a block; it says nothing about its finality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The application hash in its header: the state before the block.
    pub app_hash: [u8; 32],
    /// Its hash.
    pub block_hash: [u8; 32],
}

/// Why stored bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawError {
    /// There are too few.
    TooShort {
        /// How many there are.
        bytes: usize,
    },
    /// Where a height stands is no height.
    NoHeight {
        /// What stands there.
        number: u64,
    },
    /// A block is said to be final without a later quorum.
    FinalWithoutQuorum {
        /// The block.
        last_final: u64,
        /// The highest quorum, 0 for none.
        last_quorum: u64,
    },
}

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { bytes } => write!(f, "it has {bytes} bytes only"),
            Self::NoHeight { number } => write!(f, "{number} is no height"),
            Self::FinalWithoutQuorum { last_final, last_quorum } => {
                write!(f, "block {last_final} cannot be final by the quorum at {last_quorum}")
            }
        }
    }
}

impl std::error::Error for RawError {}

/// Reads what is stored under [`FINALITY_KEY`].
///
/// # Errors
/// Whatever is not of that form.
pub fn progress(value: &[u8]) -> Result<Progress, RawError> {
    let short = RawError::TooShort { bytes: value.len() };
    let (last_quorum, rest) = value.split_first_chunk().ok_or(short)?;
    let (last_final, _) = rest.split_first_chunk().ok_or(short)?;
    let (last_quorum, last_final) = (u64::from_be_bytes(*last_quorum), u64::from_be_bytes(*last_final));
    for number in [last_quorum, last_final] {
        if number >= NO_HEIGHT {
            return Err(RawError::NoHeight { number });
        }
    }
    if last_final > 0 && last_final >= last_quorum {
        return Err(RawError::FinalWithoutQuorum { last_final, last_quorum });
    }
    let some = |height| Some(height).filter(|height| *height > 0);
    Ok(Progress { last_quorum: some(last_quorum), last_final: some(last_final) })
}

/// The key of a height's anchor. There is none where every hook of the block was lost, and where it is forgotten.
pub fn anchor_key(height: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = height.to_be_bytes();
    [ANCHOR_PREFIX, a, b, c, d, e, f, g, h]
}

/// Reads what is stored under an [`anchor_key`].
///
/// # Errors
/// Whatever is not of that form.
pub fn anchor(value: &[u8]) -> Result<Anchor, RawError> {
    let short = RawError::TooShort { bytes: value.len() };
    let (app_hash, rest) = value.split_first_chunk().ok_or(short)?;
    let (block_hash, _) = rest.split_first_chunk().ok_or(short)?;
    Ok(Anchor { app_hash: *app_hash, block_hash: *block_hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(last_quorum: u64, last_final: u64) -> Vec<u8> {
        [&last_quorum.to_be_bytes()[..], &last_final.to_be_bytes(), b"and the contract's own"].concat()
    }

    #[test]
    fn two_heights_are_read_and_what_follows_is_not() {
        let both = Progress { last_quorum: Some(258), last_final: Some(257) };
        assert_eq!(progress(&record(258, 257)), Ok(both));
        assert_eq!(progress(&record(258, 257)[..16]), Ok(both));
        assert_eq!(progress(&record(0, 0)), Ok(Progress { last_quorum: None, last_final: None }));
        assert_eq!(progress(&record(1, 0)), Ok(Progress { last_quorum: Some(1), last_final: None }));
    }

    #[test]
    fn broken_bytes_are_named() {
        assert_eq!(progress(&[]), Err(RawError::TooShort { bytes: 0 }));
        assert_eq!(progress(&record(2, 1)[..15]), Err(RawError::TooShort { bytes: 15 }));
        let highest = (1 << 48) - 1;
        assert!(progress(&record(highest, highest - 1)).is_ok());
        assert_eq!(progress(&record(1 << 48, 1)), Err(RawError::NoHeight { number: 1 << 48 }));
        assert_eq!(progress(&record(9, 1 << 48)), Err(RawError::NoHeight { number: 1 << 48 }));
        for (last_quorum, last_final) in [(5, 5), (5, 6), (0, 1)] {
            let error = RawError::FinalWithoutQuorum { last_final, last_quorum };
            assert_eq!(progress(&record(last_quorum, last_final)), Err(error));
        }
    }

    #[test]
    fn the_record_of_another_contract_or_of_an_older_bsn_is_refused() {
        for json in [&br#"{"owner":"somebody"}"#[..], br#""a text of many letters""#, b"12345678901234567890"]
        {
            assert!(matches!(progress(json), Err(RawError::NoHeight { .. })), "{json:?}");
        }
        // 0.2.0 wrote varints: activation 20, cursor 300, and so on.
        let old = [20, 172, 2, 1, 171, 2, 255, 255, 3, 5, 5, 17, 0, 0, 4, 4, 20, 173, 2, 1];
        assert!(matches!(progress(&old), Err(RawError::NoHeight { .. })));
        let active_from_the_start = [0, 172, 2, 1, 171, 2, 255, 255, 3, 5, 5, 17, 0, 0, 4, 4, 0, 173, 2, 1];
        assert!(matches!(progress(&active_from_the_start), Err(RawError::NoHeight { .. })));
    }

    #[test]
    fn an_anchor_begins_with_two_hashes() {
        let value = [[1; 32], [2; 32], [3; 32]].concat();
        assert_eq!(anchor(&value), Ok(Anchor { app_hash: [1; 32], block_hash: [2; 32] }));
        assert_eq!(anchor(&value[..63]), Err(RawError::TooShort { bytes: 63 }));
        assert_eq!(anchor_key(258), [b'a', 0, 0, 0, 0, 0, 0, 1, 2]);
    }
}
