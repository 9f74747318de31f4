//! Randomness counts by a timestamp; then four finality providers finalize sixty heights in a row.

use std::ops::RangeInclusive;

use anyhow::Result;
use serde_json::json;

use super::{Notes, PATIENCE};
use crate::world::World;
use crate::{contract, process};

const HEIGHTS: u64 = 60;
const RANDOMNESS: u64 = 5_000;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let start = world.consumer.rpc.height()? + 1;
    world.commit_all(start, RANDOMNESS)?;
    let seen = world.consumer.wait_blocks(2)?;
    let early = world.active(seen - 1)?;
    world.timestamp(seen)?;
    let first = process::wait_for("an active set", PATIENCE, || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        Ok((world.active(height)? == world.signers.len()).then_some(height))
    })?;
    notes.claim(
        "nobody is active before the timestamp, all are after it",
        early == 0,
        format!("0, then 4 at height {first}"),
    );

    let config = world.query(&json!({ "config": {} }))?;
    let light_client = config["btc_light_client"].as_str().unwrap_or_default();
    let tip = contract::query(&world.consumer, light_client, &json!({ "btc_tip_header": {} }))?;
    let has_tip = tip["height"].as_u64() == Some(world.miner.tip_height().into());
    notes.claim(
        "the light client has followed Bitcoin to its tip",
        has_tip,
        format!("height {}", tip["height"]),
    );

    world.voted_to = first - 1;
    let last = first + HEIGHTS - 1;
    world.vote_until_finalized(last + 1, 3 * PATIENCE)?;
    let open = not_final(world, first..=last)?;
    let evidence = if open.is_empty() { format!("{first} to {last}") } else { open.join("; ") };
    notes.claim(
        "sixty heights have quorum and their blocks are final by the next height",
        open.is_empty(),
        evidence,
    );
    Ok(())
}

/// Those of these heights that have no quorum, or whose block is not final by the next height.
pub fn not_final(world: &World, heights: RangeInclusive<u64>) -> Result<Vec<String>> {
    let mut open = Vec::new();
    for height in heights {
        let status = world.query(&json!({ "finality_status": { "height": height } }))?;
        let certified = status["certified_by"].as_u64();
        if status["vote"]["state"] != json!("quorum")
            || status["block"] != json!("final")
            || certified != Some(height + 1)
        {
            open.push(format!("{height}: {status}"));
        }
    }
    Ok(open)
}
