//! What Bitcoin has that the light client lacks.

use sha2::{Digest, Sha256};

/// A block's hash in the order of its bytes.
pub type Hash = [u8; 32];

/// Headers for the light client, each the parent of the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The last height that both have in common.
    pub fork: u32,
    /// The light client's tip.
    pub our_tip: u32,
    /// The source's tip.
    pub their_tip: u32,
    /// The headers above the fork, 80 bytes each.
    pub headers: Vec<[u8; 80]>,
    /// Who says so.
    pub source: String,
}

impl Missing {
    /// Whether it is worth a transaction: so many blocks behind, or on a branch that lost.
    pub fn is_due(&self, behind: u32) -> bool {
        self.fork < self.our_tip || self.their_tip - self.our_tip >= behind
    }
}

/// The light client.
pub trait Ours {
    /// The header that it began with.
    fn base(&self) -> (u32, Hash);
    /// The lowest height that it keeps.
    fn lowest(&self) -> u32;
    /// Its tip.
    fn tip(&self) -> u32;
    /// The hash of a header that it keeps.
    ///
    /// # Errors
    /// If the chain does not answer.
    fn hash_at(&self, height: u32) -> Result<Hash, String>;
}

/// Bitcoin, as somebody outside says.
pub trait Theirs {
    /// Who is asked.
    fn name(&self) -> String;
    /// Its tip.
    ///
    /// # Errors
    /// If it does not answer.
    fn tip(&self) -> Result<u32, String>;
    /// The hash of a block of its best chain.
    ///
    /// # Errors
    /// If it does not answer, or has no such block.
    fn hash_at(&self, height: u32) -> Result<Hash, String>;
    /// The hashes of so many blocks from a height on, each with the header that it says it is of.
    ///
    /// # Errors
    /// As [`hash_at`](Self::hash_at).
    fn headers(&self, from: u32, count: u32) -> Result<Vec<(Hash, [u8; 80])>, String>;
}

/// What is missing, at most so many headers unless a longer branch needs more to win; `None` where nothing is.
///
/// # Errors
/// One sentence: who is asked does not answer, serves another Bitcoin, leaves our chain too far back, or says of a header
/// that it has a hash it does not have.
pub fn missing(ours: &impl Ours, theirs: &impl Theirs, most: u32) -> Result<Option<Missing>, String> {
    let (name, our_tip, their_tip) = (theirs.name(), ours.tip(), one_bitcoin(ours, theirs)?);
    let fork = fork(ours, theirs, our_tip.min(their_tip))?;
    if their_tip <= our_tip && fork < our_tip || their_tip == fork {
        return Ok(None);
    }
    // A branch must be longer than what it replaces.
    let count = most.max(our_tip - fork + 1).min(their_tip - fork);
    let headers = theirs.headers(fork + 1, count)?;
    let headers = check(&name, ours.hash_at(fork)?, fork, &headers)?;
    Ok(Some(Missing { fork, our_tip, their_tip, headers, source: name }))
}

/// The source's tip, once it has the header that the light client began with.
///
/// # Errors
/// One sentence: it does not answer, or serves another Bitcoin.
pub fn one_bitcoin(ours: &(impl Ours + ?Sized), theirs: &(impl Theirs + ?Sized)) -> Result<u32, String> {
    let (name, their_tip) = (theirs.name(), theirs.tip()?);
    let (base, base_hash) = ours.base();
    if their_tip < base {
        return Err(format!(
            "{name} is at {their_tip}, below the header {base} that the light client began with"
        ));
    }
    let hash = theirs.hash_at(base)?;
    if hash != base_hash {
        let (hash, ours) = (shown(&hash), shown(&base_hash));
        return Err(format!(
            "{name} serves another Bitcoin: its block {base} is {hash}, and the light client began with {ours}"
        ));
    }
    Ok(their_tip)
}

/// The last height at which both have the same header: both chains are one up to it, so it is searched by halves.
fn fork(ours: &impl Ours, theirs: &impl Theirs, top: u32) -> Result<u32, String> {
    let same = |height: u32| Ok::<_, String>(theirs.hash_at(height)? == ours.hash_at(height)?);
    if same(top)? {
        return Ok(top);
    }
    let lowest = ours.lowest();
    let (mut step, mut other) = (1_u32, top);
    let mut common = loop {
        let height = top.saturating_sub(step).max(lowest);
        if same(height)? {
            break height;
        }
        if height == lowest {
            let name = theirs.name();
            return Err(format!(
                "{name} has left our chain below {lowest}, the lowest header that the light client keeps"
            ));
        }
        (other, step) = (height, step.saturating_mul(2));
    };
    while other - common > 1 {
        let middle = common + (other - common) / 2;
        if same(middle)? { common = middle } else { other = middle }
    }
    Ok(common)
}

/// The headers, once each has its hash, and the one before it as its parent.
pub(crate) fn check(
    name: &str,
    parent: Hash,
    fork: u32,
    found: &[(Hash, [u8; 80])],
) -> Result<Vec<[u8; 80]>, String> {
    let mut parent = parent;
    for ((hash, header), height) in found.iter().zip(fork + 1..) {
        let real = hash_of(header);
        if real != *hash {
            let (said, real) = (shown(hash), shown(&real));
            return Err(format!(
                "{name} is wrong: it says that header {height} has the hash {said}, and it has {real}"
            ));
        }
        if header.get(4..36) != Some(&parent[..]) {
            return Err(format!(
                "{name} does not serve one chain: its block {height} does not follow on the one before. It may have \
                 reorganized while it was asked"
            ));
        }
        parent = real;
    }
    Ok(found.iter().map(|(_, header)| *header).collect())
}

/// sha256 twice.
pub fn hash_of(header: &[u8; 80]) -> Hash {
    Sha256::digest(Sha256::digest(header)).into()
}

/// As Bitcoin shows hashes: the last byte first.
pub fn shown(hash: &Hash) -> String {
    hex::encode(hash.iter().rev().copied().collect::<Vec<u8>>())
}

/// A hash as it is shown.
pub fn parse(text: &str) -> Option<Hash> {
    let mut bytes: Hash = hex::decode(text.trim()).ok()?.try_into().ok()?;
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests;
