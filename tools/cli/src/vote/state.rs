//! What was signed, on disk.
//!
//! A height and its hash are on the disk before anybody signs them, and the file is never changed but at its end. Where it has
//! grown, a new one takes its place at once or not at all, and remembers the highest heights; below them nothing is signed again.
//! So what may still be voted at is remembered, however long it stays open.
//!
//! Two programs on one file could each sign another hash: so one holds a lock beside it (`FILE.lock`) for as long as it runs.
//! Locks of network file systems may not hold; keep the file on a disk.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use primitives::AppHash;

use super::file::{Check, Contents, Head, head_line, line, read};

/// How many heights are remembered: as many as a contract can leave open.
const KEPT: usize = 100_000;

/// Something that is written at its end.
pub trait Disk {
    /// Writes at the end.
    ///
    /// # Errors
    /// Those of the system. What was written until then stays.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits until all that was written would outlast a loss of power.
    ///
    /// # Errors
    /// Those of the system. What is on the disk then, nobody knows.
    fn confirm(&mut self) -> io::Result<()>;
}

/// A file, and the lock that keeps others from it.
#[derive(Debug)]
pub struct Locked {
    file: File,
    _lock: File,
}

impl Locked {
    /// The file, to be written behind its first `whole` bytes; what stands there is cut.
    pub(crate) fn open(path: &Path, lock: File, whole: usize) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        let file = OpenOptions::new().append(true).open(path).with_context(cannot)?;
        file.set_len(u64::try_from(whole)?).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        Ok(Self { file, _lock: lock })
    }
}

impl Disk for Locked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn confirm(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// What is known of a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Nothing was signed.
    Nothing,
    /// This hash was signed, or is about to be.
    Signed(AppHash),
    /// It lies below what is remembered.
    Below,
}

/// The record of a finality provider's votes.
#[derive(Debug)]
pub struct State<D> {
    disk: D,
    head: Head,
    signed: BTreeMap<u64, AppHash>,
    check: Check,
    is_broken: bool,
}

impl<D: Disk> State<D> {
    /// On a disk that holds these contents and nothing else.
    pub fn on(disk: D, contents: Contents) -> Self {
        let Contents { head, signed, check, .. } = contents;
        Self { disk, head, signed, check, is_broken: false }
    }

    /// Whose it is.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// What is known of a height.
    pub fn memory(&self, height: u64) -> Memory {
        match self.signed.get(&height) {
            _ if height < self.head.first => Memory::Below,
            Some(hash) => Memory::Signed(*hash),
            None => Memory::Nothing,
        }
    }

    /// The highest height that was signed.
    pub fn highest(&self) -> Option<u64> {
        self.signed.keys().next_back().copied()
    }

    /// Notes what is about to be signed. It is on the disk when this returns, or nothing may be signed. After a failure
    /// nothing more is noted: nobody knows what the disk holds.
    ///
    /// # Errors
    /// One sentence: the disk failed, now or before. The caller has asked [`memory`](Self::memory).
    pub fn note(&mut self, height: u64, hash: &AppHash) -> Result<()> {
        if self.is_broken {
            bail!("the disk failed before: start again");
        }
        let (text, check) = line(&self.check, height, hash);
        self.is_broken = true;
        self.disk.write(text.as_bytes()).context("cannot write the state")?;
        self.disk.confirm().context("the disk does not confirm the state")?;
        (self.is_broken, self.check) = (false, check);
        self.signed.insert(height, *hash);
        Ok(())
    }
}

/// A state in a file.
#[derive(Debug)]
pub struct Kept {
    /// The record.
    pub state: State<Locked>,
    /// How many bytes were cut: a line that was being written when the program before was stopped.
    pub cut: usize,
}

/// Makes a new file, which says that nothing was signed from a height on.
///
/// # Errors
/// One sentence: it is there already, or cannot be written.
pub fn create(path: &Path, head: &Head) -> Result<()> {
    let shown = path.display();
    let _lock = lock(path, "vote", "vote")?;
    if path.try_exists().with_context(|| format!("cannot look for {shown}"))? {
        bail!("{shown} is there already: leave out --create, and never delete it while its key votes");
    }
    replace(path, &head_line(head).0)
}

/// Opens the file of this chain, contract and finality provider; its first height is taken as it is. Where it has grown, it
/// forgets; `needed` says below which height nothing is voted at any more, or nothing where nobody knows: then it forgets nothing.
///
/// # Errors
/// One sentence: another program has it, it is damaged, or another's.
pub fn open(path: &Path, whose: &Head, needed: impl FnOnce() -> Option<u64>) -> Result<Kept> {
    open_with(path, whose, KEPT, needed)
}

fn open_with(path: &Path, whose: &Head, kept: usize, needed: impl FnOnce() -> Option<u64>) -> Result<Kept> {
    let path = &path.canonicalize().with_context(|| missing(path))?;
    let lock = lock(path, "vote", "vote")?;
    let (mut contents, bytes) = load(path, whose)?;
    let cut = bytes.saturating_sub(contents.whole);
    if contents.signed.len() > kept.saturating_mul(2)
        && let Some(needed) = needed()
    {
        shrink(path, &mut contents, kept, needed)?;
    }
    let disk = Locked::open(path, lock, contents.whole)?;
    Ok(Kept { state: State::on(disk, contents), cut })
}

/// Reads the file and changes nothing; another program may have it.
///
/// # Errors
/// As [`open`], but for the lock.
pub fn peek(path: &Path, whose: &Head) -> Result<Contents> {
    Ok(load(path, whose)?.0)
}

fn load(path: &Path, whose: &Head) -> Result<(Contents, usize)> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| missing(path))?;
    let contents = read(&bytes).with_context(|| {
        format!(
            "{shown} cannot be believed, and nothing is signed by it. Once no other `bsn vote` has this key, `--create` \
             makes another"
        )
    })?;
    let Head { chain_id, contract, fp, .. } = &contents.head;
    if (chain_id, contract, fp) != (&whose.chain_id, &whose.contract, &whose.fp) {
        bail!("{shown} is of {fp} on {chain_id} with the contract {contract}: name another file");
    }
    Ok((contents, bytes.len()))
}

fn missing(path: &Path) -> String {
    format!("cannot read {}; `--create` makes it where there is none", path.display())
}

/// Forgets the lowest heights, but none from `needed` on: below what is left nothing will be signed.
fn shrink(path: &Path, contents: &mut Contents, kept: usize, needed: u64) -> Result<()> {
    let surplus = contents.signed.len().saturating_sub(kept);
    let Some(first) = contents.signed.keys().nth(surplus).map(|first| needed.min(*first)) else {
        return Ok(());
    };
    if first <= contents.head.first {
        return Ok(());
    }
    contents.signed = contents.signed.split_off(&first);
    contents.head.first = first;
    let (mut text, mut check) = head_line(&contents.head);
    for (height, hash) in &contents.signed {
        let (line, own) = line(&check, *height, hash);
        text.push_str(&line);
        check = own;
    }
    replace(path, &text)?;
    (contents.check, contents.whole) = (check, text.len());
    Ok(())
}

/// Puts a text in the place of a file: all of it, or none.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let fresh = beside(path, "new");
    let write = || {
        let mut file = File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// The lock of a file's program, and what two of them must never do with one key.
pub(crate) fn lock(path: &Path, program: &str, deed: &str) -> Result<File> {
    let beside = beside(path, "lock");
    let shown = beside.display();
    let file = OpenOptions::new().create(true).append(true).open(&beside);
    let file = file.with_context(|| format!("cannot write {shown}"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `bsn {program}` has {}: two must never {deed} with one key", path.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {shown}")),
    }
}

/// The path with a further ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
pub(crate) mod tests;
