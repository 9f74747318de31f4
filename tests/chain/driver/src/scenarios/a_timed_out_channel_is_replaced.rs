//! A packet times out, which closes an ordered channel. Both sides see it; the slot is free; Babylon gives the old client
//! no second channel, so the next one comes through a new client.

use std::time::Duration;

use actors::Stake;
use anyhow::{Result, anyhow};
use serde_json::json;

use super::the_channel_is_babylons_alone::{ORDERED, channel, open_init, tail};
use super::{Notes, PATIENCE};
use crate::process;
use crate::world::{BTC, PATH, World};

const CLOSED: i32 = 4;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let port = format!("wasm.{}", world.bsn);
    let ours =
        channel(world, "zoneconcierge", &world.channel, false)?.counterparty.unwrap_or_default().channel_id;
    world.relayer.stop();
    let signer = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    world.babylon.delegate(Stake::new(&[signer.fp.public_key()], BTC))?;
    let packets = world.babylon.end_block();
    for (_, packet) in packets {
        world.send(packet, 2)?;
    }
    process::pause(Duration::from_secs(4))?;
    world.vote_blocks(3)?;
    world.relayer.start(&[PATH])?;
    world.vote_until("the timeout at Babylon", PATIENCE, |world| {
        Ok((channel(world, "zoneconcierge", &world.channel, false)?.state == CLOSED).then_some(()))
    })?;
    let timed_out = world.acks()?.iter().any(|ack| ack.timed_out);
    notes.claim(
        "the relayer proves the timeout to Babylon, which closes its end",
        timed_out,
        world.channel.clone(),
    );
    world.vote_until("the close at our side", PATIENCE, |world| {
        Ok((channel(world, &port, &ours, true)?.state == CLOSED).then_some(()))
    })?;
    let health = world.query(&json!({ "health": {} }))?;
    let freed = health["channel"]["state"] != json!("open");
    notes.claim(
        "the relayer closes our end too, and the contract frees the slot",
        freed,
        health["channel"].to_string(),
    );

    let again = open_init(world, false, "zoneconcierge", &port, ORDERED, "zoneconcierge-1")?;
    notes.claim("Babylon gives the old client no second channel", again.code != 0, tail(&again.log));
    let now = world.consumer.rpc.height()?;
    let finalized = world.vote_until_finalized(now + 5, PATIENCE)?;
    notes.claim("finality goes on without a channel", true, format!("height {finalized}"));
    Ok(())
}
