//! A packet times out, which closes an ordered channel. Both sides see it; the slot is free; Babylon gives the old client
//! no second channel, so the next one comes through a new client.

use std::time::Duration;

use actors::Stake;
use actors::babylon::ConsumerMetadata;
use anyhow::{Result, anyhow};
use serde_json::json;

use super::the_channel_is_babylons_alone::{FIRST, ORDERED, VERSION, channel, next_channel, open_init, tail};
use super::{Notes, PATIENCE};
use crate::account::GAS;
use crate::world::{BTC, PATH, World};
use crate::{contract, process};

const CLOSED: i32 = 4;
const SECOND: &str = "second";
/// Our end of the second connection.
const CONNECTION: &str = "connection-1";
const RANDOMNESS: u64 = 2_000;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let port = format!("wasm.{}", world.bsn);
    let ours =
        channel(world, "zoneconcierge", &world.channel, false)?.counterparty.unwrap_or_default().channel_id;
    world.relayer.stop();
    let signer = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    world.babylon.delegate(Stake::new(&[signer.fp.public_key()], BTC))?;
    let packets = world.babylon.end_block();
    for (_, packet) in packets {
        world.send_packet(packet, 2)?;
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

    let again = open_init(world, false, FIRST, "zoneconcierge", &port, ORDERED, VERSION)?;
    notes.claim("Babylon gives the old client no second channel", again.code != 0, tail(&again.log));
    let now = world.consumer.rpc.height()?;
    let finalized = world.vote_until_finalized(now + 5, PATIENCE)?;
    notes.claim("finality goes on without a channel", true, format!("height {finalized}"));
    world.relayer.stop();
    replace(world, notes, &port)
}

/// A new client and a new connection; the admin binds the contract to it, and new finality providers come over it.
fn replace(world: &mut World, notes: &mut Notes<'_>, port: &str) -> Result<()> {
    world.connect(SECOND)?;
    let early = open_init(world, true, CONNECTION, port, "zoneconcierge", ORDERED, VERSION)?;
    notes.claim("another connection is refused until it is bound", early.code != 0, tail(&early.log));
    let bind = json!({ "rebind_connection": { "connection_id": CONNECTION } });
    let stranger = world.execute(&world.stranger, &bind, GAS)?;
    let admin = world.execute(&world.admin, &bind, GAS)?;
    let only = stranger.code != 0 && admin.code == 0;
    notes.claim(
        "the admin binds it, and nobody else",
        only,
        format!("{} {}", tail(&stranger.log), tail(&admin.log)),
    );

    world.vote_blocks(2)?;
    world.client = "07-tendermint-1".to_owned();
    let client = world.client.clone();
    world.babylon.register_consumer(&client, ConsumerMetadata::default())?;
    let id = format!("channel-{}", next_channel(world)?);
    world.open_channel(SECOND, &id)?;
    let health = world.query(&json!({ "health": {} }))?;
    let is_open = health["channel"]["state"] == json!("open")
        && health["channel"]["connection_id"] == json!(CONNECTION);
    notes.claim("the channel is replaced through a new client", is_open, health["channel"].to_string());

    world.relayer.start(&[SECOND])?;
    world.add_signers(&[50, 60])?;
    world.send_news()?;
    let expected = world.babylon.state_digest(&client);
    let digest = world.vote_until("both sides agree", PATIENCE, |world| {
        let digest = world.query(&json!({ "state_digest": {} }))?;
        Ok((digest["total_sats"] == json!(expected.total_sats.to_string())).then_some(digest))
    })?;
    let same = digest["sha256"] == json!(hex::encode(expected.sha256));
    notes.claim("stake of the new consumer id arrives: both sides have one digest", same, digest.to_string());

    let start = world.consumer.rpc.height()? + 1;
    for signer in world.signers.iter_mut().rev().take(2) {
        let commit = signer.fp.commit(start, RANDOMNESS);
        let message = contract::execute_message(&signer.account.address, &world.bsn, &commit);
        contract::deliver(&world.consumer, &signer.account, vec![message], GAS)?;
    }
    let seen = world.vote_blocks(2)?;
    world.timestamp(seen)?;
    let from = world.vote_until("five in the active set", PATIENCE, |world| {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        Ok((world.active(height)? == 5).then_some(height))
    })?;
    let finalized = world.vote_until_finalized(from + 5, PATIENCE)?;
    notes.claim("old and new finality providers finalize together", true, format!("{from} to {finalized}"));
    Ok(())
}
