//! While the relayer is down Babylon goes on sending; afterwards everything arrives, in order.

use actors::Stake;
use anyhow::{Result, anyhow};

use super::{Notes, PATIENCE, stake_arrives_over_ibc as stake};
use crate::world::{BTC, PATH, World};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    world.relayer.stop();
    let before = stake::power(world)?;
    let finalized = world.finalized()?;
    let mut sent = 0;
    for more in [3, 5] {
        let signer = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
        world.babylon.delegate(Stake::new(&[signer.fp.public_key()], more * BTC))?;
        sent += world.send_news()?;
        world.vote_blocks(8)?;
    }
    let meanwhile = world.finalized()?;
    let unchanged = stake::power(world)? == before;
    notes.claim(
        "finality does not need the relayer",
        unchanged && meanwhile > finalized + 8,
        format!("{finalized} to {meanwhile}, {sent} packets wait"),
    );
    world.relayer.start(&[PATH])?;
    let expected = slashed_out(world, stake::expected(world));
    world.vote_until("the stake", PATIENCE, |world| Ok((stake::power(world)? == expected).then_some(())))?;
    notes.claim("what was sent meanwhile arrives", true, format!("{:?}", stake::power(world)?));
    Ok(())
}

/// Babylon's double does not know what the Go side slashed.
pub fn slashed_out(world: &World, mut table: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let gone: Vec<String> =
        world.signers.iter().filter(|s| !s.is_online).map(|s| s.fp.public_key_hex()).collect();
    table.retain(|(key, _)| !gone.contains(key));
    table
}
