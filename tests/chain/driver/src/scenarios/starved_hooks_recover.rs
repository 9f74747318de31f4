//! Governance gives the hooks too little gas for twenty blocks: finality stands still, the chain does not, and afterwards
//! all goes on. A hook that ran dry leaves nothing; where hooks are torn (older chain modules) it leaves what it wrote
//! first, and that state is looked at before the next hook corrects it.

use actors::Stake;
use anyhow::{Result, anyhow, bail};
use serde_json::json;

use super::torn_state::{self, Torn};
use super::{Notes, PATIENCE, stake_arrives_over_ibc as stake};
use crate::world::{BTC, World};
use bsn_rpc::proto::babylon::{MsgUpdateParams, Params};
use bsn_rpc::proto::pack_as;

const BLOCKS: u64 = 20;
/// Blocks for each place at which a hook is torn.
const EACH: u64 = 5;
/// So many blocks say what a hook uses.
const SAMPLE: u64 = 8;
const ENOUGH: u32 = 5_000_000;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let [begin, end] = used(world)?;
    let from = world.consumer.rpc.height()?;
    // Not enough to begin; enough to write the anchor.
    hold(world, [3_000, 3_000], BLOCKS)?;
    hold(world, [begin - 300, begin - 300], EACH)?;
    let fed = feed(world, [ENOUGH, ENOUGH])?;
    let blocks = outcomes(world, from, fed)?;
    let in_a_row = longest(&blocks);
    let at = world.finalized()?;
    notes.claim(
        "starved hooks: the chain goes on and says which blocks lost one",
        in_a_row >= BLOCKS + EACH,
        format!("{in_a_row} blocks in a row, finality stood at {at}"),
    );
    let empty: Vec<u64> = blocks.iter().filter(|block| block.done == 0).map(|block| block.height).collect();
    let left: Vec<u64> = empty.iter().copied().filter(|height| has_anchor(world, *height)).collect();
    notes.claim(
        "a hook that ran dry leaves nothing",
        left.is_empty() && empty.len() as u64 >= BLOCKS,
        format!("{} blocks without a hook, anchors at {left:?}", empty.len()),
    );
    resumes(world, notes, "starved", fed)?;

    world.restart(false, &["--bsn.torn-hooks"])?;
    tear(world, notes, begin, end)?;
    world.restart(false, &[])
}

/// Tears both hooks at the beginning, also while the set changes, then EndBlock at several places.
fn tear(world: &mut World, notes: &mut Notes<'_>, begin: u32, end: u32) -> Result<()> {
    let from = world.consumer.rpc.height()?;
    hold(world, [begin - 300, begin - 300], EACH)?;
    let signer = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    world.babylon.delegate(Stake::new(&[signer.fp.public_key()], BTC))?;
    let before = stake::power(world)?;
    world.send_news()?;
    world.vote_until("stake for a new set", PATIENCE, |world| {
        Ok((stake::power(world)? != before).then_some(()))
    })?;
    world.vote_blocks(EACH)?;
    for less in [300, 3_000, 6_000] {
        hold(world, [ENOUGH, end - less], EACH)?;
    }
    let fed = feed(world, [ENOUGH, ENOUGH])?;

    let torn: Vec<Outcome> = outcomes(world, from, fed)?.into_iter().filter(|block| block.is_lost).collect();
    let mut found = Torn::default();
    for Outcome { height, done, .. } in &torn {
        torn_state::look(world, *height, *done == 0, &mut found)?;
    }
    let Torn { partial, halved, moved, wrong } = &found;
    notes.claim(
        "torn hooks: what they wrote first is there when they have failed",
        !partial.is_empty(),
        format!(
            "anchors in {} of {} blocks, {} with their power",
            partial.len(),
            torn.len(),
            partial.len() - halved.len()
        ),
    );
    let ends = torn.iter().filter(|block| block.done == 2).count();
    notes.claim(
        "torn at both ends: in each such state the contract's answers agree with each other",
        wrong.is_empty() && ends as u64 >= EACH,
        if wrong.is_empty() {
            format!(
                "{} states, {ends} of them after a torn EndBlock, in {} finality had moved",
                torn.len(),
                moved.len()
            )
        } else {
            wrong.join("; ")
        },
    );
    resumes(world, notes, "torn", fed)?;
    let is_hole = |height: &u64| {
        let status = world.query(&json!({ "finality_status": { "height": height } }))?;
        Ok(status["vote"]["reason"] == json!("hook_lost"))
    };
    let holes = halved.iter().map(is_hole).collect::<Result<Vec<bool>>>()?;
    notes.claim(
        "torn while the set changes, a block has an anchor without power: a hole, never half a set",
        !halved.is_empty() && holes.iter().all(|is_hole| *is_hole),
        format!("{halved:?}"),
    );
    let expected = super::a_relayer_that_was_down_catches_up::slashed_out(world, stake::expected(world));
    let kept = stake::power(world)?;
    notes.claim("torn hooks: the set has the new stake", kept == expected, format!("{kept:?}"));
    Ok(())
}

fn resumes(world: &mut World, notes: &mut Notes<'_>, how: &str, fed: u64) -> Result<()> {
    let at = world.finalized()?;
    let finalized = world.vote_until_finalized(fed + 5, PATIENCE)?;
    let status = world.query(&json!({ "finality_status": { "height": fed + 4 } }))?;
    let is_final = status["block"] == json!("final");
    notes.claim(
        &format!("{how} hooks: finality resumes by itself"),
        is_final,
        format!("{at} to {finalized}"),
    );
    Ok(())
}

/// Gives the hooks so much for so many blocks.
fn hold(world: &mut World, gas: [u32; 2], blocks: u64) -> Result<()> {
    let since = feed(world, gas)?;
    world.vote_until("starved blocks", PATIENCE, |world| Ok((world.voted_to > since + blocks).then_some(())))
}

/// What became of a block's hooks.
struct Outcome {
    height: u64,
    /// Whether one failed.
    is_lost: bool,
    /// How many did not.
    done: usize,
}

fn outcomes(world: &World, from: u64, to: u64) -> Result<Vec<Outcome>> {
    let outcome = |height| {
        let (events, _) = world.consumer.rpc.results(height)?;
        let count = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
        let is_lost = count("contract_communication_error") > 0;
        Ok(Outcome { height, is_lost, done: count("hook_gas") })
    };
    (from..=to).map(outcome).collect()
}

fn longest(blocks: &[Outcome]) -> u64 {
    let runs = blocks.split(|block| !block.is_lost).map(<[_]>::len);
    runs.max().unwrap_or_default() as u64
}

fn has_anchor(world: &World, height: u64) -> bool {
    torn_state::anchor(world, height).is_ok_and(|anchor| !anchor.is_empty())
}

/// What the first and the last hook of a block use at least while finality moves on.
fn used(world: &mut World) -> Result<[u32; 2]> {
    let height = world.vote_blocks(SAMPLE)?;
    let (mut begin, mut end) = (u32::MAX, u32::MAX);
    for height in height - SAMPLE..height {
        let (events, _) = world.consumer.rpc.results(height)?;
        let gas = events.iter().filter(|event| event.kind == "hook_gas").filter_map(|event| event.get("gas"));
        let gas: Vec<u32> = gas.map(str::parse).collect::<Result<_, _>>()?;
        let [first, _, last] = gas.as_slice() else { bail!("a block has three hooks, not {gas:?}") };
        (begin, end) = (begin.min(*first), end.min(*last));
    }
    Ok([begin, end])
}

/// Sets the gas of the hooks at the begin and at the end; gives the height from which it holds. Votes go on meanwhile, as
/// they would.
fn feed(world: &mut World, [begin, end]: [u32; 2]) -> Result<u64> {
    let params = Params {
        max_gas_begin_blocker: begin,
        max_gas_end_blocker: end,
        // 0.1 as the SDK writes a LegacyDec: in units of 10^-18.
        btc_staking_portion: "100000000000000000".to_owned(),
    };
    let message = MsgUpdateParams { authority: world.consumer.governance()?, params: Some(params) };
    let message = pack_as("/babylonlabs.babylon.v1beta1.MsgUpdateParams", &message);
    world.govern_and_vote("hook gas", message)?;
    world.consumer.wait_blocks(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_in_a_row_count() {
        let block = |is_lost| Outcome { height: 1, is_lost, done: 0 };
        assert_eq!((longest(&[true, true, false, true].map(block)), longest(&[])), (2, 0));
    }
}
