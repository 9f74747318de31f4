//! The state after a block one of whose hooks was torn, before another hook has touched it.

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::world::World;

/// What was found in torn states.
#[derive(Debug, Default)]
pub struct Torn {
    /// Blocks without a hook that succeeded, which have an anchor all the same.
    pub partial: Vec<u64>,
    /// Those whose anchor has no power yet.
    pub halved: Vec<u64>,
    /// Those in which finality moved although EndBlock failed.
    pub moved: Vec<u64>,
    /// Answers that contradict others.
    pub wrong: Vec<String>,
}

/// The anchor of a block as it is stored after that block; empty if there is none.
///
/// # Errors
/// If the chain does not show its store.
pub fn anchor(world: &World, height: u64) -> Result<Vec<u8>> {
    world.raw_at(&[&[b'a'][..], &height.to_be_bytes()].concat(), height)
}

/// Looks at the state after a block; `is_unmended` says that no hook of it succeeded.
///
/// # Errors
/// If nobody answers.
pub fn look(world: &World, height: u64, is_unmended: bool, found: &mut Torn) -> Result<()> {
    let ask = |message: &Value| world.query_at(message, height);
    let status = ask(&json!({ "finality_status": { "height": height } }))?;
    let active = ask(&json!({ "active_finality_providers": { "height": height } }))?;
    let active = active["active_finality_providers"].as_object().cloned().unwrap_or_default();
    let sum: u64 = active.values().filter_map(power).sum();
    let total = power(&status["vote"]["total_power"]);
    let is_anchored = !anchor(world, height)?.is_empty();
    let mut wrong = |what: String| found.wrong.push(format!("{height}: {what}"));

    for signer in &world.signers {
        let key = signer.fp.public_key_hex();
        let own = ask(&json!({ "finality_provider_power": { "btc_pk_hex": key, "height": height } }))?;
        let listed = active.get(&key).and_then(power).unwrap_or_default();
        // Of a block that no hook has seen yet the daemon is told the power of now.
        if total.is_some() && power(&own["power"]) != Some(listed) {
            wrong(format!("{key} has {} and is listed with {listed}", own["power"]));
        }
    }
    if is_anchored && is_unmended {
        found.partial.push(height);
    }
    match total {
        Some(total) if is_anchored && total == sum => {}
        // The anchor has no power yet: no answer knows it, whatever was written of the new set.
        None if is_anchored && is_unmended && !status["block_hash_hex"].is_string() => {
            found.halved.push(height)
        }
        None if !is_anchored => {}
        _ => wrong(format!("anchored: {is_anchored}, a set of {sum}, and {status}")),
    }
    let [before, after] = [height - 1, height].map(|at| finalized(world, at));
    let (before, after) = (before?, after?);
    if after > before {
        found.moved.push(height);
    }
    if after < before || after >= height {
        wrong(format!("finality went from {before} to {after}"));
    }
    if let Some(doubt) = unproven(world, after, height)? {
        wrong(doubt);
    }
    Ok(())
}

fn finalized(world: &World, at: u64) -> Result<u64> {
    Ok(world.query_at(&json!({ "last_finalized_height": {} }), at)?.as_u64().unwrap_or_default())
}

/// Why the votes at the last finalized height do not prove it, in the state after block `at`.
fn unproven(world: &World, finalized: u64, at: u64) -> Result<Option<String>> {
    let status = world.query_at(&json!({ "finality_status": { "height": finalized } }), at)?;
    let number = |key: &str| power(&status["vote"][key]).ok_or_else(|| anyhow!("{finalized}: {status}"));
    let (voted, total) = (number("voted_power")?, number("total_power")?);
    let votes = world.query_at(&json!({ "votes": { "height": finalized } }), at)?;
    let mut counted = 0;
    for key in votes["btc_pks"].as_array().into_iter().flatten() {
        let ask = json!({ "finality_provider_power": { "btc_pk_hex": key, "height": finalized } });
        counted += power(&world.query_at(&ask, at)?["power"]).unwrap_or_default();
    }
    let is_proven = counted == voted && u128::from(voted) * 3 > u128::from(total) * 2;
    Ok((!is_proven).then(|| format!("{finalized} is final with {voted} ({counted}) of {total}")))
}

/// A power, written as a number or as text.
fn power(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
