//! Faults on demand: what a real chain does to its hooks on a bad day.

use std::collections::BTreeMap;

use crate::hook::Hook;

/// What goes wrong with one call of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The chain does not call it. The hooks after it are called all the same.
    Lost,
    /// Old chain modules: the call is stopped when it wants to write or delete for the
    /// `writes + 1`th time, and what it wrote before **stays**. A call with fewer writes is not torn.
    /// Writes of a submessage in flight are undone, as in every version.
    Torn {
        /// How many writes and deletions get through.
        writes: u64,
    },
    /// The call gets this much SDK gas instead of the module's parameter.
    Gas {
        /// The limit.
        limit: u64,
        /// Whether what it wrote before it ran out stays (old chain modules).
        keep_writes: bool,
    },
}

/// Which calls go wrong, and how.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: BTreeMap<(u64, Hook), Fault>,
}

impl Faults {
    /// Plans a fault for `hook` of the block at `height`.
    pub fn plan(&mut self, height: u64, hook: Hook, fault: Fault) {
        self.planned.insert((height, hook), fault);
    }

    /// The chain does not call `hook` at `height`.
    pub fn lose(&mut self, height: u64, hook: Hook) {
        self.plan(height, hook, Fault::Lost);
    }

    /// The chain calls no hook at all at these heights.
    pub fn lose_all(&mut self, heights: impl IntoIterator<Item = u64>) {
        for height in heights {
            Hook::ALL.into_iter().for_each(|hook| self.lose(height, hook));
        }
    }

    /// `hook` at `height` is stopped after `writes` writes, which stay.
    pub fn tear(&mut self, height: u64, hook: Hook, writes: u64) {
        self.plan(height, hook, Fault::Torn { writes });
    }

    /// `hook` at `height` gets `limit` SDK gas and leaves nothing if that is too little.
    pub fn starve(&mut self, height: u64, hook: Hook, limit: u64) {
        self.plan(height, hook, Fault::Gas { limit, keep_writes: false });
    }

    /// The fault planned for a call.
    pub fn at(&self, height: u64, hook: Hook) -> Option<Fault> {
        self.planned.get(&(height, hook)).copied()
    }
}
