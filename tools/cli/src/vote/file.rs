//! What was signed, as bytes: a line that says of whom, and a line for each height.
//!
//! ```text
//! {"form":1,"chain_id":"…","contract":"…","fp":"…","first":101} 0123456789abcdef
//! 00000000000000000101 <app hash, 64 hexadecimal digits> 0123456789abcdef
//! ```
//!
//! At the end of each line stand the first eight bytes of a sha256: in the first over its JSON, in the others over the eight
//! bytes of the line before, the height (u64, big endian) and the hash. So a line that is changed, lost, or moved is found.
//!
//! All lines of heights are of one length and are written one by one, each confirmed by the disk before the next. So what a
//! crash can leave behind the last whole line is less than a line, or a line whose beginning or end are zeros, where the disk
//! wrote nothing. That is cut: it was never signed. Everything else that does not fit is [`Damage`].

use std::collections::BTreeMap;

use primitives::{AppHash, FpPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The version of the form.
const FORM: u64 = 1;
/// How many bytes the line of a height has, with its end.
pub const LINE: usize = 103;

/// The eight bytes at the end of a line.
pub type Check = [u8; 8];

/// Whose file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain_id: String,
    /// The contract that takes the votes.
    pub contract: String,
    /// The finality provider.
    pub fp: FpPublicKey,
    /// The lowest height that may be signed: what was signed below is not known.
    pub first: u64,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Whose it is.
    pub head: Head,
    /// What was signed, by height.
    pub signed: BTreeMap<u64, AppHash>,
    /// The check of the last whole line.
    pub check: Check,
    /// How many bytes are whole lines; what stands behind them was never signed.
    pub whole: usize,
}

/// Why a file cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Damage {
    /// The first line is not what this program writes.
    #[error("its first line is damaged, or it is not a file of `bsn vote`")]
    Head,
    /// Another line is not.
    #[error("its line {line} is damaged")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// Two lines contradict each other.
    #[error("it has two hashes for height {height}: {first} and {second}")]
    TwoHashes {
        /// Where.
        height: u64,
        /// One.
        first: AppHash,
        /// The other.
        second: AppHash,
    },
}

/// The first line, and its check.
pub fn head_line(head: &Head) -> (String, Check) {
    let Head { chain_id, contract, fp, first } = head;
    let text = json!({ "form": FORM, "chain_id": chain_id, "contract": contract, "fp": fp.to_string(),
        "first": first })
    .to_string();
    let check = check(&[text.as_bytes()]);
    (format!("{text} {}\n", hex::encode(check)), check)
}

/// The line of a height behind a line with this check, and its own.
pub fn line(before: &Check, height: u64, hash: &AppHash) -> (String, Check) {
    let check = check(&[before, &height.to_be_bytes(), hash.as_bytes()]);
    (format!("{height:020} {hash} {}\n", hex::encode(check)), check)
}

pub(crate) fn check(parts: &[&[u8]]) -> Check {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    let hash: [u8; 32] = hasher.finalize().into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// Reads a file.
///
/// # Errors
/// [`Damage`], for everything but what a crash can have left behind the last whole line.
pub fn read(bytes: &[u8]) -> Result<Contents, Damage> {
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(Damage::Head)?;
    let (first, mut rest) = bytes.split_at(end.saturating_add(1));
    let head = head_of(first).ok_or(Damage::Head)?;
    let (written, mut check) = head_line(&head);
    if written.as_bytes() != first {
        return Err(Damage::Head);
    }
    let mut signed = BTreeMap::new();
    let mut number = 2;
    while let Some((bytes, behind)) = rest.split_at_checked(LINE) {
        let Some((height, hash, own)) = line_of(bytes, &check).filter(|(height, ..)| *height >= head.first)
        else {
            if behind.is_empty() && is_torn(bytes, LINE, may_stand) {
                break;
            }
            return Err(Damage::Line { line: number });
        };
        if let Some(first) = signed.insert(height, hash).filter(|first| *first != hash) {
            return Err(Damage::TwoHashes { height, first, second: hash });
        }
        (check, rest, number) = (own, behind, number + 1);
    }
    if !rest.is_empty() && !is_torn(rest, LINE, may_stand) {
        return Err(Damage::Line { line: number });
    }
    Ok(Contents { head, signed, check, whole: bytes.len().saturating_sub(rest.len()) })
}

fn head_of(line: &[u8]) -> Option<Head> {
    let text = line.get(..line.len().checked_sub(18)?)?;
    let value: Value = serde_json::from_slice(text).ok()?;
    let word = |name: &str| value[name].as_str().map(str::to_owned);
    let fp = FpPublicKey::from_hex(&word("fp")?).ok()?;
    Some(Head {
        chain_id: word("chain_id")?,
        contract: word("contract")?,
        fp,
        first: value["first"].as_u64()?,
    })
}

fn line_of(bytes: &[u8], before: &Check) -> Option<(u64, AppHash, Check)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let height: u64 = text.get(..20)?.parse().ok()?;
    let hash = AppHash::from_hex(text.get(21..85)?).ok()?;
    let (written, check) = line(before, height, &hash);
    (written == text).then_some((height, hash, check))
}

/// Whether bytes can be what is left of a line that was being written. A disk writes pages: what is missing of a line of
/// full length is its beginning or its end. `may_stand` says which byte a line has at a place.
pub(crate) fn is_torn(bytes: &[u8], line: usize, may_stand: fn(usize, u8) -> bool) -> bool {
    let is_zero = |byte: &&u8| **byte == 0;
    let (ahead, behind) =
        (bytes.iter().take_while(is_zero).count(), bytes.iter().rev().take_while(is_zero).count());
    let is_short = bytes.len() < line || bytes.len() == line && ahead + behind > 0;
    let written = || bytes.iter().enumerate().skip(ahead).take(bytes.len().saturating_sub(ahead + behind));
    is_short && written().all(|(place, byte)| may_stand(place, *byte))
}

fn may_stand(place: usize, byte: u8) -> bool {
    match place {
        0..20 => byte.is_ascii_digit(),
        20 | 85 => byte == b' ',
        102 => byte == b'\n',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    }
}

#[cfg(test)]
mod tests;
