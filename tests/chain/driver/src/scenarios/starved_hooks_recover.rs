//! Governance gives the hooks too little gas for twenty blocks: finality stands still, the chain does not, and afterwards
//! all goes on. The same with hooks that keep what they wrote before they ran dry.

use anyhow::{Result, bail};
use serde_json::json;

use super::{Notes, PATIENCE};
use crate::wire::{MsgUpdateParams, Params};
use crate::world::World;

const BLOCKS: u64 = 20;
const ENOUGH: u32 = 5_000_000;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    starve(world, notes, "starved", &[3_000])?;
    // Each of these lets a hook begin, and cuts it off somewhere else.
    let [begin, end] = used(world)?;
    let limits = [begin - 300, begin - 1_500, end - 300, end - 3_000, end - 6_000];
    world.restart(false, &["--bsn.torn-hooks"])?;
    starve(world, notes, "torn", &limits)?;
    world.restart(false, &[])
}

fn starve(world: &mut World, notes: &mut Notes<'_>, how: &str, limits: &[u32]) -> Result<()> {
    let from = world.consumer.rpc.height()?;
    let each = BLOCKS.div_ceil(limits.len() as u64) + 1;
    let mut at_standstill = 0;
    for limit in limits {
        let since = feed(world, *limit)?;
        world.consumer.wait_until(since + 2)?;
        at_standstill = world.finalized()?;
        world.vote_until("starved blocks", PATIENCE, |world| {
            Ok((world.voted_to >= since + each).then_some(()))
        })?;
    }
    let fed = feed(world, ENOUGH)?;
    let mut lost = 0;
    let mut holes = 0;
    for height in from..=fed {
        let (events, _) = world.consumer.rpc.results(height)?;
        lost += u64::from(events.iter().any(|event| event.kind == "contract_communication_error"));
        let status = world.query(&json!({ "finality_status": { "height": height } }))?;
        holes += u64::from(status["vote"]["reason"] == json!("hook_lost"));
    }
    notes.claim(
        &format!("{how} hooks: the chain goes on and says which blocks lost one"),
        lost >= BLOCKS,
        format!("{lost} of {} blocks, {holes} are holes, finality stood at {at_standstill}", fed - from + 1),
    );
    let finalized = world.vote_until_finalized(fed + 5, PATIENCE)?;
    let status = world.query(&json!({ "finality_status": { "height": fed + 4 } }))?;
    let is_final = status["block"] == json!("final");
    notes.claim(
        &format!("{how} hooks: finality resumes by itself"),
        is_final,
        format!("{at_standstill} to {finalized}"),
    );
    Ok(())
}

/// What the first and the last hook of a block use while finality moves on.
fn used(world: &mut World) -> Result<[u32; 2]> {
    let height = world.vote_blocks(3)?;
    let (events, _) = world.consumer.rpc.results(height)?;
    let gas = events.iter().filter(|event| event.kind == "hook_gas").filter_map(|event| event.get("gas"));
    let gas: Vec<u32> = gas.map(str::parse).collect::<Result<_, _>>()?;
    let [first, _, last] = gas.as_slice() else { bail!("a block has three hooks, not {gas:?}") };
    Ok([*first, *last])
}

/// Sets the gas of all hooks; gives the height from which it holds. Votes go on meanwhile, as they would.
fn feed(world: &mut World, gas: u32) -> Result<u64> {
    let params = Params {
        max_gas_begin_blocker: gas,
        max_gas_end_blocker: gas,
        // 0.1 as the SDK writes a LegacyDec: in units of 10^-18.
        btc_staking_portion: "100000000000000000".to_owned(),
    };
    let message = MsgUpdateParams { authority: world.consumer.governance()?, params: Some(params) };
    world.govern("hook gas", "/babylonlabs.babylon.v1beta1.MsgUpdateParams", &message)
}
