//! The validator is killed with votes and a packet in mid-flight; it comes back and nothing is lost.

use actors::Stake;
use anyhow::{Result, anyhow};

use super::{Notes, PATIENCE, stake_arrives_over_ibc as stake};
use crate::world::{BTC, World};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    world.vote_blocks(2)?;
    let signer = world.signers.get(1).ok_or_else(|| anyhow!("two sign"))?;
    let key = signer.fp.public_key_hex();
    world.babylon.delegate(Stake::new(&[signer.fp.public_key()], 2 * BTC))?;
    let had = sats(world, &key)?;
    world.send_news()?;
    world.vote()?;
    let height = world.consumer.rpc.height()?;
    world.restart(true, &[])?;
    let next = world.consumer.rpc.height()?;
    notes.claim("the chain goes on where it was killed", next > height, format!("{height}, then {next}"));
    world
        .vote_until("the stake", PATIENCE, |world| Ok((sats(world, &key)? == had + 2 * BTC).then_some(())))?;
    notes.claim(
        "the packet in flight arrives, once",
        true,
        format!("{had} sats, then {}", sats(world, &key)?),
    );
    let finalized = world.vote_until_finalized(next + 5, PATIENCE)?;
    notes.claim("finality goes on", true, format!("height {finalized}"));
    Ok(())
}

fn sats(world: &World, key: &str) -> Result<u64> {
    Ok(stake::power(world)?.iter().find(|(other, _)| other == key).map_or(0, |(_, sats)| *sats))
}
