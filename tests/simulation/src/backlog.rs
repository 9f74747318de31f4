//! Finality stands still for very long although everybody votes, and then one height's votes come.
//!
//! What the row `worst_backlog_10000` shows on the real wasm with one voter above two thirds is done here with all:
//! every finality provider votes at every height but one, in messages of sixty heights.

use std::fmt;
use std::time::Instant;

use devnet::network::{Network, NetworkError, Setup};
use devnet::{BlockReport, HookOutcome, Machine};
use serde_json::json;

use crate::plan::Broken;
use crate::report::seconds;

/// How many heights are voted on in a message.
const AT_ONCE: u64 = 60;
/// What a hook may use of storage, in SDK gas: half of what the chain module gives it. Computing takes 134,000 more in
/// wasm, and an instance 58,000 where the code is not pinned.
const HOOK_GAS: u64 = 2_500_000;

/// What a backlog is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Makes everything that is random.
    pub seed: u64,
    /// How many finality providers vote.
    pub fps: u32,
    /// How many heights wait.
    pub heights: u64,
}

/// How it was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// In how many blocks.
    pub blocks: u64,
    /// The most expensive hook while it grew, in SDK gas of storage.
    pub growing: u64,
    /// The most expensive hook while it was cleared, in SDK gas of storage.
    pub clearing: u64,
}

impl fmt::Display for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { blocks, growing, clearing } = self;
        write!(
            f,
            "cleared within {blocks} blocks; most expensive hook {growing} SDK gas of storage while it grew, {clearing} while \
             it was cleared, of {HOOK_GAS}"
        )
    }
}

/// Lets the backlog grow and clears it; tells of progress.
///
/// # Errors
/// [`Broken`]: a hook was lost or too expensive, finality did not stand still, or did not move with every block afterwards.
pub fn clear(plan: Backlog, machine: &Machine, mut told: impl FnMut(&str)) -> Result<Cleared, Broken> {
    let Backlog { seed, fps, heights } = plan;
    let start = Instant::now();
    let over = json!({ "max_backlog": heights + 100, "anchor_retention_s": 5_184_000, "vote_retention": 10 });
    let stakes: Vec<u64> = (0..fps.into()).map(|more| 1_000 + more).collect();
    let setup = Setup { randomness: heights + 100, ..Setup::new(seed, &stakes).with(over) };
    let early = |error: NetworkError| Broken { height: 0, what: error.to_string() };
    let mut network = Network::deploy_machine(machine, &setup).map_err(early)?;
    network.populate(&setup, |_| heights + 100).map_err(early)?;
    told(&format!("{fps} finality providers have committed, {}", seconds(start.elapsed())));

    let mut world = World { network, most_expensive: 0 };
    // The first height at which anybody may vote.
    let missing = world.height();
    let mut voted = missing;
    while voted < missing + heights {
        let last = (voted + AT_ONCE).min(missing + heights);
        while world.height() < last {
            world.block()?;
        }
        world.vote_at_all(voted + 1, last)?;
        voted = last;
        if (voted - missing).is_multiple_of(20 * AT_ONCE) {
            told(&format!("{} heights wait, {}", voted - missing, seconds(start.elapsed())));
        }
    }
    world.must(world.network.finalized() < missing, || "finality did not stand still".to_owned())?;
    let growing = std::mem::take(&mut world.most_expensive);
    world.vote_at_all(missing, missing)?;
    let mut blocks = 0;
    while world.network.finalized() < missing + heights {
        let before = world.network.finalized();
        world.block()?;
        blocks += 1;
        world.must(world.network.finalized() > before, || format!("finality stays at {before}"))?;
    }
    Ok(Cleared { blocks, growing, clearing: world.most_expensive })
}

struct World {
    network: Network,
    most_expensive: u64,
}

impl World {
    fn height(&self) -> u64 {
        self.network.chain.height()
    }

    fn must(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
        if holds { Ok(()) } else { Err(Broken { height: self.height(), what: what() }) }
    }

    fn block(&mut self) -> Result<(), Broken> {
        let BlockReport { hooks, .. } = self.network.chain.next_block();
        for hook in hooks {
            let gas = hook.usage.sdk_gas();
            self.most_expensive = self.most_expensive.max(gas);
            let holds = hook.outcome == HookOutcome::Done && gas < HOOK_GAS;
            self.must(holds, || format!("{:?} for {gas} SDK gas of storage: {:?}", hook.hook, hook.outcome))?;
        }
        Ok(())
    }

    /// Everybody's votes at these heights, all of which must count.
    fn vote_at_all(&mut self, first: u64, last: u64) -> Result<(), Broken> {
        let hashes: Vec<_> = (first..=last).map(|height| self.network.app_hash(height)).collect();
        for index in 0..self.network.fps.len() {
            let message = self.network.fps[index].vote_range_packed(first, &hashes);
            let message = message.map_err(|e| Broken { height: first, what: e.to_string() })?;
            let sent = self.network.execute(&message);
            let sent = sent.map_err(|error| Broken { height: first, what: error.to_string() })?;
            let counted = sent.attribute("wasm-submit_finality_signatures", "counted");
            let all = hashes.len().to_string();
            self.must(counted == Some(all.as_str()), || format!("{counted:?} of {all} votes count"))?;
        }
        Ok(())
    }
}
