use cosmwasm_std::{Event, StdResult, Storage};
use finality::grid::closing::Progress;
use finality::grid::record::names;
use finality::grid::snapshot::Why;
use primitives::BlockHeight;

use super::{record, snapshot};
use crate::error::alarm;
use crate::heights::Block;
use crate::state::{ANCHORS, COMMITTEES, Committee, GRID_WORK, Grid, Work, height_key};

/// How many grid heights a hook decides, where hooks were lost for long.
const SETTLED: usize = 16;

/// Whether a grid height has come that is not decided.
pub fn is_behind(grid: &Grid, height: BlockHeight) -> bool {
    grid.interval.after(grid.settled) <= height
}

/// Decides S(G) for the grid heights up to `block`: it is the snapshot that the last record F below G names, or the one before
/// again, with an alarm that says why.
pub fn settle(storage: &mut dyn Storage, grid: &mut Grid, block: &Block) -> StdResult<Vec<Event>> {
    let mut events = vec![];
    // What was closed below the grid height before has been so for C blocks: its votes and seats may go.
    (grid.swept, grid.sealed) = (grid.sealed, grid.order.ordered_through);
    let work = GRID_WORK.at(storage, &[]);
    for _ in 0..SETTLED {
        let at = grid.interval.after(grid.settled);
        if at > block.height {
            break;
        }
        // The block itself gets its anchor after this.
        let app_hash = match at == block.height {
            true => Some(block.app_hash),
            false => ANCHORS.may_load(storage, &height_key(at))?.map(|anchor| anchor.app_hash),
        };
        let before = COMMITTEES.at(storage, &height_key(grid.settled));
        let committee = match (new(storage, work.as_ref(), at), before) {
            (Ok(new), _) => Some(Committee { app_hash, ..new }),
            (Err(why), before) => {
                let said = format!("the committee of grid height {at} is that of the one before: {why}");
                events.push(alarm(said));
                before.map(|before| Committee { app_hash, ..before })
            }
        };
        if let Some(committee) = committee {
            COMMITTEES.save(storage, &height_key(at), &committee);
            if grid.root.is_none() {
                (grid.root, grid.order) = (Some(at), Progress::at_root(at));
            }
        }
        grid.settled = at;
    }
    Ok(events)
}

/// The snapshot of a grid height, if it is whole and record F names it.
fn new(storage: &dyn Storage, work: Option<&Work>, at: BlockHeight) -> Result<Committee, Why> {
    let (named, active) = snapshot::outcome(work, at)?;
    match names(&record::load(storage), at, &named) {
        true => Ok(Committee { source: at, named, active, app_hash: None }),
        false => Err(Why::Unnamed),
    }
}
