//! The three outputs of a delegation, and the ways to spend them.

use bitcoin_spv::Output;
use eots::Recover;

use crate::{
    Committee, XOnlyKey, script,
    taproot::{Leaf, OutputKey, branch},
};

/// Whose keys a delegation's scripts hold.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    /// The staker.
    pub staker: &'a XOnlyKey,
    /// All finality providers that it delegates to, in any order.
    pub fps: &'a [XOnlyKey],
    /// The covenant committee.
    pub committee: &'a Committee,
}

/// A way to spend an output: the script, and that it is one of the output's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendPath {
    /// The output that is spent.
    pub spent: Output,
    /// The script and its hash.
    pub leaf: Leaf,
    /// What shows that the leaf is in the output's tree (BIP-341).
    pub control_block: Vec<u8>,
}

/// The stake: locked for the staking time, unless unbonded or slashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StakingOutput {
    key: OutputKey,
    timelock: Leaf,
    unbonding: Leaf,
    slashing: Leaf,
}

impl StakingOutput {
    /// Locks for `time` blocks. `None` only where the host fails, or for one tree in 2^127.
    pub fn new(recover: &impl Recover, parties: &Parties<'_>, time: u16) -> Option<Self> {
        let Parties { staker, fps, committee } = parties;
        let timelock = Leaf::new(script::timelock(staker, time));
        let unbonding = Leaf::new(script::unbonding(staker, committee));
        let slashing = Leaf::new(script::slashing(staker, fps, committee));
        let root = branch(&branch(&timelock.hash, &unbonding.hash), &slashing.hash);
        Some(Self { key: OutputKey::commit(recover, &root)?, timelock, unbonding, slashing })
    }

    /// Its key.
    pub const fn key(&self) -> &OutputKey {
        &self.key
    }

    /// By the staker alone, once the time is over.
    pub fn timelock_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.timelock, &[self.unbonding.hash, self.slashing.hash])
    }

    /// By the staker and a quorum of the committee.
    pub fn unbonding_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.unbonding, &[self.timelock.hash, self.slashing.hash])
    }

    /// By the staker, one finality provider and a quorum of the committee.
    pub fn slashing_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.slashing, &[branch(&self.timelock.hash, &self.unbonding.hash)])
    }
}

/// What an early end pays to: the staker's again after the unbonding time, and slashable until it is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnbondingOutput {
    key: OutputKey,
    timelock: Leaf,
    slashing: Leaf,
}

impl UnbondingOutput {
    /// Locks for `time` blocks. `None` only where the host fails, or for one tree in 2^127.
    pub fn new(recover: &impl Recover, parties: &Parties<'_>, time: u16) -> Option<Self> {
        let Parties { staker, fps, committee } = parties;
        let timelock = Leaf::new(script::timelock(staker, time));
        let slashing = Leaf::new(script::slashing(staker, fps, committee));
        let root = branch(&slashing.hash, &timelock.hash);
        Some(Self { key: OutputKey::commit(recover, &root)?, timelock, slashing })
    }

    /// Its key.
    pub const fn key(&self) -> &OutputKey {
        &self.key
    }

    /// By the staker alone, once the unbonding time is over.
    pub fn timelock_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.timelock, &[self.slashing.hash])
    }

    /// By the staker, one finality provider and a quorum of the committee.
    pub fn slashing_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.slashing, &[self.timelock.hash])
    }
}

/// What a slashing leaves to the staker, after the unbonding time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOutput {
    key: OutputKey,
    timelock: Leaf,
}

impl ChangeOutput {
    /// Locks for `time` blocks. `None` only where the host fails, or for one tree in 2^127.
    pub fn new(recover: &impl Recover, staker: &XOnlyKey, time: u16) -> Option<Self> {
        let timelock = Leaf::new(script::timelock(staker, time));
        Some(Self { key: OutputKey::commit(recover, &timelock.hash)?, timelock })
    }

    /// Its key.
    pub const fn key(&self) -> &OutputKey {
        &self.key
    }

    /// By the staker alone, once the unbonding time is over.
    pub fn timelock_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.timelock, &[])
    }
}

/// A finality provider's own stake: locked by the key that it votes with, for one chain, until the time is over. Before that nobody
/// can spend it, whoever knows the key. Afterwards whoever knows it can, so once the finality provider has given its key away by two votes
/// at one height, the coin goes to whoever pays miners most for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfStakeOutput {
    key: OutputKey,
    timelock: Leaf,
}

impl SelfStakeOutput {
    /// Locks for `time` blocks; `context` is [`SigningContext::self_stake`](primitives::SigningContext::self_stake)'s digest.
    /// `None` only where the host fails, or for one tree in 2^127.
    pub fn new(recover: &impl Recover, context: &[u8; 32], fp: &XOnlyKey, time: u16) -> Option<Self> {
        let timelock = Leaf::new(script::self_lock(context, fp, time));
        Some(Self { key: OutputKey::commit(recover, &timelock.hash)?, timelock })
    }

    /// Its key.
    pub const fn key(&self) -> &OutputKey {
        &self.key
    }

    /// By whoever knows the key, once the time is over.
    pub fn timelock_path(&self, value: u64) -> SpendPath {
        spend(&self.key, value, &self.timelock, &[])
    }
}

fn spend(key: &OutputKey, value: u64, leaf: &Leaf, siblings: &[[u8; 32]]) -> SpendPath {
    SpendPath { spent: key.output(value), leaf: leaf.clone(), control_block: key.control_block(siblings) }
}
