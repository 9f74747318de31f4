use std::collections::BTreeMap;

/// A part of a finality provider's stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How much.
    pub sats: u64,
    /// The height of Bitcoin from which on it is gone.
    pub expiry: u32,
}

/// Randomness that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The first height.
    pub start: u64,
    /// The last.
    pub end: u64,
    /// The block of the commitment.
    pub at: u64,
}

/// A finality provider as the model sees it.
#[derive(Debug, Clone, Default)]
pub struct Fp {
    /// Over the how manieth channel it came, from 0.
    pub era: u32,
    /// Its delegations, by txid.
    pub stake: BTreeMap<String, Share>,
    /// Its randomness.
    pub committed: Vec<Committed>,
    /// Until when it is in jail, in seconds since 1970; held against [`Model::misses`](super::Model::misses).
    pub jailed_until: Option<u64>,
    /// Whether it signed twice and was found out.
    pub slashed: bool,
}

impl Fp {
    /// The sum of its delegations while Bitcoin's highest block is `tip`.
    pub fn power(&self, tip: u32) -> u64 {
        self.stake.values().filter(|share| tip < share.expiry).map(|share| share.sats).sum()
    }

    /// Neither in jail nor out for ever.
    pub fn is_free(&self) -> bool {
        !self.slashed && self.jailed_until.is_none()
    }

    /// Whether it has randomness for a height, from a block below the timestamped one.
    pub fn may_sign(&self, height: u64, timestamped: u64) -> bool {
        let counts = |one: &Committed| one.start <= height && height <= one.end && timestamped > one.at;
        self.committed.iter().any(counts)
    }

    /// The last height that it has randomness for.
    pub fn committed_to(&self) -> u64 {
        self.committed.iter().map(|one| one.end).max().unwrap_or_default()
    }

    pub(super) fn forget_below(&mut self, height: u64, tip: u32) {
        self.stake.retain(|_, share| tip < share.expiry);
        let last = self.committed_to();
        self.committed.retain(|one| one.end >= height || one.end == last);
    }
}
