//! Babylon's checkpoints in Bitcoin.
//!
//! A checkpoint of an epoch is 121 bytes, too many for one `OP_RETURN`, so it comes in two
//! transactions, each with one half (PROTOCOL.md, "Checkpoints in Bitcoin"):
//!
//! ```text
//! first half   tag(4) ‖ 0x00 ‖ body(73)                    78 bytes
//! second half  tag(4) ‖ 0x10 ‖ body(48) ‖ sha256(first body)[..10]    63 bytes
//! both bodies  epoch u64 BE ‖ block hash(32) ‖ bitmap(13) ‖ submitter(20) ‖ BLS signature(48)
//! ```
//!
//! The byte after the tag has the half's number in its upper four bits and the format's version, 0, in
//! its lower. The ten bytes link the second half to the first. Anyone can write such halves: they are
//! worth something only together with the epoch's validators, who signed (BLS), or with Babylon's word.

use primitives::EpochNumber;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::Transaction;

const OP_RETURN: u8 = 0x6a;
const OP_PUSHDATA1: u8 = 0x4c;
const VERSION: u8 = 0;

/// The four bytes that mark a deployment's checkpoints.
pub type Tag = [u8; 4];

/// The first 73 bytes of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstHalf([u8; 73]);

/// The last 48 bytes of a checkpoint, and the start of the hash of the first 73.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondHalf {
    body: [u8; 48],
    link: [u8; 10],
}

/// A whole checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The epoch it closes.
    pub epoch: EpochNumber,
    /// The hash of the epoch's last block on Babylon, which the validators signed.
    pub block_hash: [u8; 32],
    /// Which validators signed: bit *i*, the lowest of each byte first, is validator *i*.
    pub bitmap: [u8; 13],
    /// Who submitted it; not signed.
    pub submitter: [u8; 20],
    /// The validators' aggregated BLS signature, a point of G1, compressed.
    pub bls_multi_sig: [u8; 48],
}

/// Why two transactions are no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// No output has that half under that tag.
    #[error("transaction has no {half} half of a checkpoint with tag {}", hex::encode(tag))]
    NoHalf {
        /// `first` or `second`.
        half: &'static str,
        /// The tag looked for.
        tag: Tag,
    },
    /// The second half belongs to another first.
    #[error("second half names a first half of hash {}, not {}", hex::encode(named), hex::encode(hash))]
    NotLinked {
        /// The ten bytes in the second half.
        named: [u8; 10],
        /// What the first half has.
        hash: [u8; 10],
    },
}

impl FirstHalf {
    /// Finds the first half in the outputs of a transaction.
    ///
    /// # Errors
    /// [`CheckpointError::NoHalf`].
    pub fn find(transaction: &Transaction, tag: Tag) -> Result<Self, CheckpointError> {
        find(transaction, tag, 0).map(Self).ok_or(CheckpointError::NoHalf { half: "first", tag })
    }

    fn link(&self) -> [u8; 10] {
        let mut link = [0; 10];
        Sha256::digest(self.0).iter().zip(&mut link).for_each(|(from, to)| *to = *from);
        link
    }
}

impl SecondHalf {
    /// Finds the second half in the outputs of a transaction.
    ///
    /// # Errors
    /// [`CheckpointError::NoHalf`].
    pub fn find(transaction: &Transaction, tag: Tag) -> Result<Self, CheckpointError> {
        let found = find::<58>(transaction, tag, 1);
        let parts = found.as_ref().and_then(|bytes| {
            let (body, rest) = bytes.split_first_chunk()?;
            Some(Self { body: *body, link: *rest.first_chunk()? })
        });
        parts.ok_or(CheckpointError::NoHalf { half: "second", tag })
    }
}

impl Checkpoint {
    /// Puts both halves together.
    ///
    /// # Errors
    /// [`CheckpointError::NotLinked`] if they are not of one checkpoint.
    pub fn link(first: &FirstHalf, second: &SecondHalf) -> Result<Self, CheckpointError> {
        let hash = first.link();
        if hash != second.link {
            return Err(CheckpointError::NotLinked { named: second.link, hash });
        }
        let mut rest = first.0.as_slice();
        Ok(Self {
            epoch: EpochNumber::new(u64::from_be_bytes(crate::bytes::take(&mut rest))),
            block_hash: crate::bytes::take(&mut rest),
            bitmap: crate::bytes::take(&mut rest),
            submitter: crate::bytes::take(&mut rest),
            bls_multi_sig: second.body,
        })
    }
}

/// The tag of the first output that could be a first half under some tag.
pub fn tag_of(transaction: &Transaction) -> Option<Tag> {
    transaction.outputs.iter().find_map(|output| {
        let (tag, rest) = pushed(&output.script)?.split_first_chunk::<4>()?;
        (rest.len() == 74 && rest.first() == Some(&VERSION)).then_some(*tag)
    })
}

/// The body of half number `part` in the first output that has one.
fn find<const N: usize>(transaction: &Transaction, tag: Tag, part: u8) -> Option<[u8; N]> {
    transaction.outputs.iter().find_map(|output| {
        let (found_tag, rest) = pushed(&output.script)?.split_first_chunk::<4>()?;
        let (kind, body) = rest.split_first()?;
        (*found_tag == tag && *kind == part << 4 | VERSION).then(|| body.try_into().ok()).flatten()
    })
}

/// What an `OP_RETURN` script pushes, if that is all it does.
fn pushed(script: &[u8]) -> Option<&[u8]> {
    let (length, data) = match script {
        [OP_RETURN, OP_PUSHDATA1, length, data @ ..] => (length, data),
        [OP_RETURN, length @ ..OP_PUSHDATA1, data @ ..] => (length, data),
        _ => return None,
    };
    (data.len() == usize::from(*length)).then_some(data)
}
