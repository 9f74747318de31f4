use api::bsn::event::IndexBlock;
use cosmwasm_std::{DepsMut, Env, Event, Response};

use super::{Block, anchor, prune, settle, tally};
use crate::state::{PARAMS, PROGRESS};
use crate::{ContractError, bitcoin, outbox};

/// How many pieces of evidence are handed to the channel in a block.
const OUTGOING: usize = 2;

/// Moves the cursor, judges absence, forgets what is old, sends what waits, follows Bitcoin. The progress is
/// written last.
pub fn end_block(deps: DepsMut<'_>, env: &Env, block: &Block) -> Result<Response, ContractError> {
    let storage = deps.storage;
    let mut events = anchor::anchor(storage, block)?;
    let params = PARAMS.load(storage)?;
    let mut progress = PROGRESS.load(storage)?;

    events.extend(tally::tally(storage, &mut progress, block)?);
    events.extend(settle::settle(storage, &params, &mut progress, block)?);
    prune::prune(storage, &params, &mut progress, block)?;
    progress.last_end = block.height;
    PROGRESS.save(storage, &progress)?;

    let packets = match progress.outgoing {
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
        .add_submessages(packets)
        .add_submessages(follow))
}
