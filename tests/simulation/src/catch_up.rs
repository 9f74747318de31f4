//! What two hundred finality providers can leave for the hooks to catch up with, made natively; and the catching up, on
//! whatever machine.

use std::collections::VecDeque;

use api::bsn::raw::FINALITY_KEY;
use cosmwasm_std::Storage;
use cosmwasm_std::testing::MockStorage;
use devnet::network::Network;
use devnet::{Hook, HookOutcome, Machine};
use serde_json::{Value, json};

use crate::crowd::Crowd;
use crate::plan::Broken;

/// How many may be in the active set.
pub const ACTIVE: u32 = 200;
/// The longest window for misses, in heights.
pub const WINDOW: u64 = 10_000;
/// After how many blocks a height without quorum is judged.
const JUDGED_AFTER: u64 = 1_000;
/// How many EndBlocks are lost before the silence is judged.
pub const LOST: u64 = 500;
/// How many are lost while the set changes at every height.
pub const LOST_CHANGES: u64 = 52;
/// How many heights are resumed.
pub const RESUMED: u64 = 120;
/// How many vote at those, in messages of many: just no quorum.
const VOTING: usize = 133;
const VOTE_WINDOW: u64 = 3;
/// Half of what the chain module gives a hook, in SDK gas, instances included.
const HOOK_GAS: u64 = 2_500_000;

/// A network that has something to catch up with.
#[derive(Clone)]
pub struct Behind {
    net: Network,
    /// Everything up to here must be passed, judged and settled.
    through: u64,
    /// The cursor cannot pass any of it.
    stuck: bool,
}

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caught {
    /// In how many blocks.
    pub blocks: u64,
    /// The most expensive hook, in SDK gas without instances.
    pub gas: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reached {
    cursor: u64,
    judged: u64,
    settled: u64,
}

fn settings(more: Value) -> Value {
    let mut all = json!({
        "max_active_finality_providers": ACTIVE, "missed_blocks_window": WINDOW, "vote_window": VOTE_WINDOW,
        "vote_retention": 10_000, "anchor_retention_s": 5_184_000, "max_backlog": 100_000, "resume_delay": 10,
        "babylon_chain_id": null,
    });
    if let (Some(all), Some(more)) = (all.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    all
}

/// Nobody ever votes, and so many EndBlocks are lost that five hundred heights are overdue at once. `percent` of the
/// window must be signed, and `jailed` percent of the power may go to jail within one.
///
/// # Errors
/// [`Broken`].
pub fn silence(percent: u64, jailed: u64) -> Result<Behind, Broken> {
    let more = json!({ "min_signed_percent": percent, "max_jailed_percent": jailed });
    let mut crowd = Crowd::begin(ACTIVE, settings(more))?;
    let everybody = 0..ACTIVE as usize;
    let start = crowd.net.chain.height() + 1;
    crowd.commit(everybody, start, 2 * WINDOW)?;
    crowd.timestamp()?;
    let first = crowd.net.chain.height();
    crowd.blocks(JUDGED_AFTER - 1)?;
    let from = crowd.net.chain.height() + 1;
    (from..from + LOST).for_each(|height| crowd.net.chain.faults.lose(height, Hook::EndFinality));
    crowd.blocks(LOST)?;
    Ok(Behind { net: crowd.net, through: first + LOST - 1, stuck: true })
}

/// A third is gone for good, the others vote in messages of many, and governance resumes over all of it. Settled votes are
/// kept for so many blocks.
///
/// # Errors
/// [`Broken`].
pub fn resume(retention: u64) -> Result<Behind, Broken> {
    let mut crowd = Crowd::begin(ACTIVE, settings(json!({ "vote_retention": retention })))?;
    let start = crowd.net.chain.height() + 1;
    crowd.commit(0..ACTIVE as usize, start, 1_000)?;
    crowd.timestamp()?;
    let first = crowd.net.chain.height();
    for _ in 0..RESUMED {
        let at = crowd.net.chain.height();
        crowd.vote(0..VOTING, at)?;
        crowd.blocks(1)?;
    }
    let through = crowd.net.chain.height() + 1;
    let gone: Vec<String> = crowd.net.fps.iter().skip(VOTING).map(|fp| fp.public_key_hex()).collect();
    let health: Value = crowd.net.query(&json!({ "health": {} })).unwrap_or_default();
    let halting = health["finality"]["waiting_for"]["height"].clone();
    if halting.as_u64() != Some(first) {
        return Err(Broken {
            height: through,
            what: format!("finality waits for {halting} instead of {first}"),
        });
    }
    crowd.execute(&json!({ "resume_finality": { "halting_height": halting, "fp_pubkeys_hex": gone } }))?;
    Ok(Behind { net: crowd.net, through: through - 2, stuck: false })
}

/// Half of the set has randomness for even heights only, and is replaced at odd ones by others; all but one vote, and
/// EndBlocks are lost.
///
/// # Errors
/// [`Broken`].
pub fn set_changes() -> Result<Behind, Broken> {
    let half = ACTIVE as usize / 2;
    let mut crowd = Crowd::begin(ACTIVE * 3 / 2, settings(json!({ "vote_retention": 10 })))?;
    let start = crowd.net.chain.height() + 4;
    let heights = start..start + LOST_CHANGES + 60;
    crowd.commit(0..half, start, heights.end - start)?;
    for height in heights {
        let replaced = if height % 2 == 0 { half..2 * half } else { 2 * half..3 * half };
        crowd.commit(replaced, height, 1)?;
    }
    crowd.timestamp()?;
    // The first set begins in the middle of nothing: a few heights later all is as described.
    crowd.blocks(4)?;
    let from = crowd.net.chain.height() + 1;
    (from..from + LOST_CHANGES).for_each(|height| crowd.net.chain.faults.lose(height, Hook::EndFinality));
    for height in reached(&crowd.net)?.cursor + 1..from {
        crowd.vote(1..3 * half, height)?;
    }
    for height in from..from + LOST_CHANGES {
        crowd.blocks(1)?;
        crowd.vote(1..3 * half, height)?;
    }
    Ok(Behind { net: crowd.net, through: from + LOST_CHANGES - 1, stuck: false })
}

impl Behind {
    /// The same on another machine, its code not pinned.
    ///
    /// # Errors
    /// [`Broken`] where it refuses the code.
    pub fn on(mut self, machine: &Machine) -> Result<Self, Broken> {
        let codes = [machine.bsn.clone(), machine.light_client.clone()];
        let moved = self.net.chain.run_on(machine.vm.clone(), &codes);
        moved.map_err(|error| Broken { height: self.through, what: error.to_string() })?;
        self.net.chain.unpin_code(1);
        Ok(self)
    }

    /// Catches up: each hook below half of its limit, and with each block everything moves that has something to do.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn catch_up(mut self) -> Result<Caught, Broken> {
        let (mut caught, mut before) = (Caught::default(), reached(&self.net)?);
        // Where the cursor was after each of the blocks of the vote window, and of the one before.
        let mut cursors: VecDeque<u64> = [before.cursor; VOTE_WINDOW as usize + 1].into();
        loop {
            let block = self.net.chain.next_block();
            let height = block.header.height;
            for hook in &block.hooks {
                caught.gas = caught.gas.max(hook.usage.sdk_gas());
                let gas = hook.usage.charged_gas();
                if hook.outcome != HookOutcome::Done || gas > HOOK_GAS {
                    let what = format!("{:?} for {gas} SDK gas: {:?}", hook.hook, hook.outcome);
                    return Err(Broken { height, what });
                }
            }
            caught.blocks += 1;
            let after = reached(&self.net)?;
            let passed = cursors.pop_front().unwrap_or_default();
            let judged_to = passed.max(height.saturating_sub(JUDGED_AFTER)).min(self.through);
            let moves = |before: u64, after: u64, to: u64| after > before || before >= to;
            let all_move = (self.stuck || moves(before.cursor, after.cursor, self.through))
                && moves(before.judged, after.judged, judged_to)
                && moves(before.settled, after.settled, passed.min(self.through));
            if !all_move {
                return Err(Broken {
                    height,
                    what: format!("from {before:?} to {after:?}, passed {passed}"),
                });
            }
            if after.judged >= self.through && (self.stuck || after.settled >= self.through) {
                return Ok(caught);
            }
            cursors.push_back(after.cursor);
            before = after;
        }
    }
}

/// How far the hooks have come, by the contract's own record.
fn reached(net: &Network) -> Result<Reached, Broken> {
    let mut storage = MockStorage::new();
    let record = net.chain.query_raw(&net.bsn, FINALITY_KEY).unwrap_or_default();
    storage.set(FINALITY_KEY, &record);
    let marks = bsn::state::MARKS.load(&storage);
    let marks = marks.map_err(|error| Broken { height: net.chain.height(), what: error.to_string() })?;
    let [cursor, judged, settled] = [marks.cursor, marks.judged, marks.settled].map(|height| height.get());
    Ok(Reached { cursor, judged, settled })
}
