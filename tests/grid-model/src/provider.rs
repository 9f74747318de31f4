//! A finality provider: its stake, its randomness, and the power that it had.

/// One run of nonces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commitment {
    /// The first height.
    pub start: u64,
    /// The last height.
    pub end: u64,
    /// The block that executed it; none where it was named at the start.
    pub block: Option<u64>,
}

impl Commitment {
    /// Whether there is a nonce for `height`.
    pub const fn covers(&self, height: u64) -> bool {
        self.start <= height && height <= self.end
    }
}

/// A finality provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Provider {
    /// What it stakes while it does.
    pub stake: u64,
    /// Whether it does now.
    pub staked: bool,
    /// Whether it is in jail.
    pub jailed: bool,
    /// Whether its key is out.
    pub slashed: bool,
    /// Its randomness, disjoint, in order.
    pub commitments: Vec<Commitment>,
    /// Height and power in the active set from there on, ascending.
    pub powers: Vec<(u64, u64)>,
}

/// What a history begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Role {
    /// The stake.
    pub stake: u64,
    /// Whether it is there from the beginning.
    pub staked: bool,
    /// The last height of the randomness that is named at the start; 0 for none.
    pub covered: u64,
}

impl Provider {
    /// An FP at the start.
    pub fn new(role: Role) -> Self {
        let named = Commitment { start: 1, end: role.covered, block: None };
        Self {
            stake: role.stake,
            staked: role.staked,
            jailed: false,
            slashed: false,
            commitments: (role.covered > 0).then_some(named).into_iter().collect(),
            powers: Vec::new(),
        }
    }

    /// Its present stake.
    pub const fn present(&self) -> u64 {
        if self.staked { self.stake } else { 0 }
    }

    /// Its power in the active set of `height`.
    pub fn power_at(&self, height: u64) -> u64 {
        self.powers.iter().rev().find(|(from, _)| *from <= height).map_or(0, |(_, power)| *power)
    }

    /// Writes its power from `height` on.
    pub fn write(&mut self, height: u64, power: u64) {
        if let Some(last) = self.powers.last_mut().filter(|(from, _)| *from == height) {
            last.1 = power;
        } else if self.power_at(height) != power {
            self.powers.push((height, power));
        }
    }

    /// Forgets powers that nobody asks for from `height` on.
    pub fn forget(&mut self, height: u64) {
        while self.powers.get(1).is_some_and(|(from, _)| *from <= height) {
            self.powers.remove(0);
        }
    }
}

/// The FPs of small histories, which together have something of everything: one with most of the power, equal ones, one that joins, one whose
/// randomness runs out, one that has none yet.
pub fn casts() -> [Vec<Role>; 4] {
    let role = |stake, staked, covered| Role { stake, staked, covered };
    [
        vec![role(3, true, 40), role(1, true, 40), role(2, false, 40)],
        vec![role(1, true, 40), role(1, true, 40), role(1, true, 40)],
        vec![role(2, true, 40), role(2, true, 20), role(1, true, 40)],
        vec![role(2, true, 40), role(1, true, 40), role(3, true, 0)],
    ]
}
