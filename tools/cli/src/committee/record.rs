//! What a member signed, on disk: a line that says of whom, and a line for each stake.
//!
//! ```text
//! {"chain_id":"…","form":1,"member":"…"} 0123456789abcdef
//! <txid, 64 hexadecimal digits>:0000000000 <digest, 64 hexadecimal digits> 0123456789abcdef
//! ```
//!
//! The form, its checks, and what a crash may leave behind are those of [`vote::file`](crate::vote::file); the digest is
//! [`member::digest`](super::member::digest). A line is on the disk before anything of that stake is signed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use bitcoin_spv::OutPoint;
use covenant::XOnlyKey;
use primitives::Txid;
use serde_json::json;

use crate::vote::file::{Check, check, is_torn};
use crate::vote::state::{Disk, Locked, lock, replace};

/// The version of the form.
const FORM: u64 = 1;
/// How many bytes the line of a stake has, with its end.
const LINE: usize = 158;

/// Which transactions were signed of a stake.
pub type Digest = [u8; 32];

/// Whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The chain whose committee the member belongs to.
    pub chain_id: String,
    /// The member.
    pub member: XOnlyKey,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contents {
    signed: BTreeMap<OutPoint, Digest>,
    check: Check,
    whole: usize,
}

/// The record of a member.
#[derive(Debug)]
pub struct Record<D> {
    disk: D,
    signed: BTreeMap<OutPoint, Digest>,
    check: Check,
    is_broken: bool,
}

impl<D: Disk> Record<D> {
    /// What was signed of a stake, or is about to be.
    pub fn signed(&self, at: &OutPoint) -> Option<&Digest> {
        self.signed.get(at)
    }

    /// How many stakes were signed.
    pub fn count(&self) -> usize {
        self.signed.len()
    }

    /// Notes what is about to be signed. It is on the disk when this returns, or nothing may be signed. After a failure
    /// nothing more is noted: nobody knows what the disk holds.
    ///
    /// # Errors
    /// One sentence: the disk failed, now or before. The caller has asked [`signed`](Self::signed).
    pub fn note(&mut self, at: &OutPoint, digest: &Digest) -> Result<()> {
        if self.is_broken {
            bail!("the disk failed before: start again");
        }
        let (text, check) = line(&self.check, at, digest);
        self.is_broken = true;
        self.disk.write(text.as_bytes()).context("cannot write the record")?;
        self.disk.confirm().context("the disk does not confirm the record")?;
        (self.is_broken, self.check) = (false, check);
        self.signed.insert(*at, *digest);
        Ok(())
    }
}

/// A record on a disk that holds its first line and nothing else.
pub fn fresh<D: Disk>(disk: D, head: &Head) -> Record<D> {
    Record { disk, signed: BTreeMap::new(), check: head_line(head).1, is_broken: false }
}

/// Makes a new file, which says that nothing was signed.
///
/// # Errors
/// One sentence: it is there already, or cannot be written.
pub fn create(path: &Path, head: &Head) -> Result<()> {
    let shown = path.display();
    let _lock = lock(path, PROGRAM, DEED)?;
    if path.try_exists().with_context(|| format!("cannot look for {shown}"))? {
        bail!("{shown} is there already: leave out --create, and never delete it while its key signs");
    }
    replace(path, &head_line(head).0)
}

/// Opens the file of this chain and member.
///
/// # Errors
/// One sentence: another program has it, it is damaged, or another's.
pub fn open(path: &Path, whose: &Head) -> Result<Record<Locked>> {
    let missing = || format!("cannot read {}; `--create` makes it where there is none", path.display());
    let path = &path.canonicalize().with_context(missing)?;
    let lock = lock(path, PROGRAM, DEED)?;
    let bytes = std::fs::read(path).with_context(missing)?;
    let shown = path.display();
    let Contents { signed, check, whole } = read(&bytes, whose)
        .with_context(|| format!("{shown} cannot be believed, and nothing is signed by it"))?;
    Ok(Record { disk: Locked::open(path, lock, whole)?, signed, check, is_broken: false })
}

const PROGRAM: &str = "covenant";
const DEED: &str = "sign";

fn head_line(head: &Head) -> (String, Check) {
    let Head { chain_id, member } = head;
    let text = json!({ "form": FORM, "chain_id": chain_id, "member": member.to_string() }).to_string();
    let check = check(&[text.as_bytes()]);
    (format!("{text} {}\n", hex::encode(check)), check)
}

fn line(before: &Check, at: &OutPoint, digest: &Digest) -> (String, Check) {
    let check = check(&[before, &at.to_bytes(), digest]);
    let (txid, index) = (at.txid, at.index);
    (format!("{txid}:{index:010} {} {}\n", hex::encode(digest), hex::encode(check)), check)
}

fn read(bytes: &[u8], whose: &Head) -> Result<Contents> {
    let end = bytes.iter().position(|byte| *byte == b'\n').context("it has no first line")?;
    let (first, mut rest) = bytes.split_at(end.saturating_add(1));
    let (written, mut check) = head_line(whose);
    if written.as_bytes() != first {
        let Head { chain_id, member } = whose;
        bail!("its first line is damaged, or it is not the record of {member} for {chain_id}");
    }
    let mut signed = BTreeMap::new();
    let mut number = 2;
    while let Some((bytes, behind)) = rest.split_at_checked(LINE) {
        let Some((at, digest, own)) = line_of(bytes, &check) else {
            if behind.is_empty() && is_torn(bytes, LINE, may_stand) {
                break;
            }
            bail!("its line {number} is damaged");
        };
        if signed.insert(at, digest).is_some_and(|first| first != digest) {
            bail!("it has two deeds for the stake {at}");
        }
        (check, rest, number) = (own, behind, number + 1);
    }
    if !rest.is_empty() && !is_torn(rest, LINE, may_stand) {
        bail!("its line {number} is damaged");
    }
    Ok(Contents { signed, check, whole: bytes.len().saturating_sub(rest.len()) })
}

fn line_of(bytes: &[u8], before: &Check) -> Option<(OutPoint, Digest, Check)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let txid = Txid::from_display_hex(text.get(..64)?).ok()?;
    let at = OutPoint { txid, index: text.get(65..75)?.parse().ok()? };
    let digest = hex::decode(text.get(76..140)?).ok()?.try_into().ok()?;
    let (written, check) = line(before, &at, &digest);
    (written == text).then_some((at, digest, check))
}

fn may_stand(place: usize, byte: u8) -> bool {
    match place {
        64 => byte == b':',
        65..75 => byte.is_ascii_digit(),
        75 | 140 => byte == b' ',
        157 => byte == b'\n',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    }
}

#[cfg(test)]
mod tests;
