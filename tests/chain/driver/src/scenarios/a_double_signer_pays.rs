//! Two votes at one height: no power at once, and the evidence reaches Babylon, whose own code extracts the key.

use actors::FinalityProvider;
use anyhow::{Result, anyhow};
use primitives::{AppHash, FpPublicKey};
use serde_json::json;

use super::{Notes, PATIENCE};
use crate::world::{VOTE_GAS, World};

const CHEAT: usize = 3;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let height = world.vote_blocks(2)?;
    let header = world.consumer.rpc.header(Some(height))?;
    let cheat = world.signers.get_mut(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    cheat.is_online = false;
    let key = cheat.fp.public_key_hex();
    let canonical = AppHash::from_bytes(header.app_hash);
    let fork = AppHash::from_bytes([0xbb; 32]);
    let [_, second] = FinalityProvider::double_vote(&cheat.fp, height, &canonical, &fork)?;
    let result = world.execute(&world.signers[CHEAT].account, &second, 2 * VOTE_GAS)?;
    notes.claim(
        "the second vote is taken, not refused",
        result.code == 0,
        format!("code {} {}", result.code, result.log),
    );

    let power = |world: &World, height: u64| {
        let ask = json!({ "finality_provider_power": { "btc_pk_hex": key, "height": height } });
        Ok::<_, anyhow::Error>(world.query(&ask)?["power"].as_u64())
    };
    let after = world.consumer.wait_blocks(2)?;
    let (had, has) = (power(world, height)?, power(world, after)?);
    notes.claim(
        "its power is gone with the next block",
        had > Some(0) && has == Some(0),
        format!("{had:?}, then {has:?}"),
    );

    let taken = world
        .vote_until("the evidence at Babylon", PATIENCE, |world| Ok(world.received()?.into_iter().next()))?;
    // The key or its negation: both have the one x-only public key.
    let extracted = eots::SecretKey::from_slice(&taken.secret_key)?;
    let same = FpPublicKey::from(extracted.public_key()).to_string() == key;
    notes.claim(
        "Babylon extracts the cheat's secret key",
        same,
        format!("sequence {}, {} bytes", taken.sequence, taken.data.len()),
    );
    world.vote_until("the acknowledgement", PATIENCE, |world| {
        let outbox = &world.query(&json!({ "health": {} }))?["outbox"];
        Ok((outbox["waiting"] == json!(0)).then_some(()))
    })?;
    let sent = world.query(&json!({ "outbox": {} }))?;
    let item = &sent["items"][0];
    let done = item["state"] == json!("done") && item["fp_pubkey_hex"] == json!(key);
    notes.claim("Babylon's acknowledgement came back: the evidence is done", done, sent.to_string());
    let now = world.consumer.rpc.height()?;
    world.vote_until_finalized(now, PATIENCE)?;
    notes.claim("finality goes on with the others", true, format!("height {now} is finalized by three"));
    Ok(())
}
