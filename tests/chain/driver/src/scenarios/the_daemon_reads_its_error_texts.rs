//! The daemon looks for `message index: N` and for exact words in a transaction's error, and drops only that message. Both
//! come through wasmd as the contract wrote them.

use anyhow::{Result, anyhow};

use super::the_channel_is_babylons_alone::tail;
use super::{Notes, PATIENCE};
use crate::world::{VOTE_GAS, World};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let voted = world.vote_blocks(2)?;
    world.vote_until_finalized(voted, PATIENCE)?;
    world.consumer.wait_until(world.voted_to + 1)?;
    let rpc = &world.consumer.rpc;
    let (old, new) = (rpc.header(Some(voted))?, rpc.header(Some(world.voted_to + 1))?);
    let sender = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    let deliver = |votes: &[&bsn_rpc::Header]| {
        let votes = votes.iter().map(|header| world.vote_message(0, header)).collect::<Result<Vec<_>>>()?;
        Ok::<_, anyhow::Error>(sender.account.deliver(rpc, &world.consumer.id, votes, 2 * VOTE_GAS)?.0)
    };
    let both = deliver(&[&new, &old])?;
    let named = both.code != 0
        && both.log.contains("message index: 1")
        && both.log.contains("duplicated finality vote");
    notes.claim(
        "a duplicate in a batch is named by its place and in the daemon's words",
        named,
        tail(&both.log),
    );
    let rest = deliver(&[&new])?;
    notes.claim(
        "nothing of that batch was kept: the other vote is taken alone",
        rest.code == 0,
        tail(&rest.log),
    );
    Ok(())
}
