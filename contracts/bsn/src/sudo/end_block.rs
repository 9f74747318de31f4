use api::bsn::event::IndexBlock;
use cosmwasm_std::{DepsMut, Env, Event, QuerierWrapper, Response, StdResult, Storage, SubMsg};

use finality::Params;

use crate::channel::{rebind, silence};
use crate::error::{ContractError, alarm};
use crate::evidence::outbox;
use crate::heights::{Block, anchor, gaps, grid, prune, settle, tally};
use crate::migrations::convert;
use crate::state::{CHANNELS, PARAMS, Progress};
use crate::{bitcoin, rewards, sweep};

/// Where the cursor took so many units of work (about 300 SDK gas each), the block leaves pruning to later ones: together it
/// would be more than half of a hook's gas. Six heights with 200 single votes take less, so where the cursor jumps
/// further there are six blocks and more in between, which forget more votes than came in.
const JUMP: u64 = 1_250;
/// Where cursor and settling together took so many, it leaves the conversion and the sending of rewards to later ones.
const BUSY: u64 = 2_500;
/// How many pieces of evidence are handed to the channel in a block.
const OUTGOING: usize = 2;

/// Every how many blocks it is said that Babylon is silent.
const WATCH: u64 = 100;

/// Moves the cursor, settles, prunes, and owes rewards; then writes the progress, which says that this is done. What follows is due
/// by time alone or leaves as messages. The README draws the steps and why they come in this order.
pub fn end_block(deps: DepsMut<'_>, env: &Env, block: &Block) -> Result<Response, ContractError> {
    let Done { progress, mut events, paid, rewards } = work(deps.storage, deps.querier, env, block)?;
    let storage = deps.storage;

    if progress.channel.wake_at.is_some_and(|at| at <= block.time) {
        events.extend(rebind::wake(storage, env)?);
    }
    events.extend(watch(storage, block)?);

    let packets = match progress.channel.outgoing {
        0 => vec![],
        _ => outbox::send_due(storage, env, OUTGOING)?,
    };
    let follow = bitcoin::follow_if_due(storage, deps.querier, env, &progress)?;
    Ok(Response::new()
        .add_event(Event::from(IndexBlock {
            module: "finality".into(),
            last_height: block.height.to_string(),
        }))
        .add_events(events)
        .add_events(paid)
        .add_submessages(packets)
        .add_submessages(follow)
        .add_submessages(rewards))
}

/// What is done when the progress is written.
struct Done {
    progress: Progress,
    events: Vec<Event>,
    paid: Vec<Event>,
    rewards: Vec<SubMsg>,
}

/// All that the progress says is done. Apart from the rest, which would have more locals with it than virtual machines take.
#[inline(never)]
fn work(
    storage: &mut dyn Storage,
    querier: QuerierWrapper<'_>,
    env: &Env,
    block: &Block,
) -> Result<Done, ContractError> {
    let mut events = anchor::anchor(storage, block)?.unwrap_or_default();
    let params = PARAMS.load(storage)?;
    let mut progress = Progress::load(storage)?;

    let (passed, used) = tally::tally(storage, &mut progress, block)?;
    events.extend(passed);
    let (jailed, settled) = settle::settle(storage, &params, &mut progress, block, used)?;
    events.extend(jailed);
    rebind::mark_orphans(storage, &mut progress)?;
    let is_busy = used.saturating_add(settled) >= BUSY;
    if !is_busy {
        progress.marks.stale |= convert::go_on(storage)?;
    }
    if used < JUMP {
        forget(storage, &params, &mut progress, block)?;
    }
    progress.marks.backlog_full = block.height.above(progress.marks.cursor) > params.max_backlog;
    let (rewards, paid) = rewards::end_block(storage, &querier, env, &params, &mut progress, is_busy)?;
    if grid::is_awake(&progress.marks, block.height) {
        events.extend(grid::end_block(storage, &mut progress, block)?);
    }
    progress.marks.last_end = block.height;
    progress.save(storage)?;
    Ok(Done { progress, events, paid, rewards })
}

/// A portion of what is over.
#[inline(never)]
fn forget(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    prune::prune(storage, params, progress, block)?;
    gaps::prune(storage, progress, block.height)?;
    sweep::sweep(storage, params.anchor_retention_s, progress, block)
}

/// An alarm while the channel is open and brings nothing: stake may have ended that still counts here.
fn watch(storage: &dyn Storage, block: &Block) -> StdResult<Option<Event>> {
    if !block.height.get().is_multiple_of(WATCH) {
        return Ok(None);
    }
    let open = CHANNELS.load(storage)?.open;
    Ok(open.and_then(|open| silence(block.time.since(open.last_packet))).map(alarm))
}

#[cfg(test)]
mod tests {
    use super::JUMP;
    use crate::heights::tally::HEIGHT_UNITS;
    use crate::state::votes::SINGLES_FORGOTTEN;

    /// Of the largest active set, each voting by itself.
    #[test]
    fn the_blocks_between_two_jumps_forget_more_votes_than_came_in() {
        let votes = 200;
        let jump = JUMP.div_ceil(votes + HEIGHT_UNITS);
        let forgotten = u64::try_from(SINGLES_FORGOTTEN).unwrap() * (jump - 1);
        assert!(forgotten >= votes * jump, "{forgotten} in {} blocks, of {}", jump - 1, votes * jump);
    }
}
