use cosmwasm_std::{StdResult, Storage};
use finality::Params;
use finality::grid::calendar::Interval;
use finality::grid::closing;
use primitives::BlockHeight;

use crate::config::invalid;
use crate::error::ContractError;
use crate::state::{GRID, Grid, GridMarks, MARKS, Marks, wake_grid};

/// The least that `min_active_percent` may be beside a grid: half of an active set of dust is dust.
pub const FLOOR: u64 = 34;

/// Sets C, in blocks, once for all; the grid begins above the block `now`.
///
/// # Errors
/// [`ContractError::Config`]: there is a grid already, C is out of its bounds, or an active set may be dust.
pub fn configure(
    storage: &mut dyn Storage,
    params: &Params,
    blocks: u64,
    now: BlockHeight,
) -> Result<(), ContractError> {
    let mut marks = MARKS.load(storage)?;
    if let Some(grid) = marks.grid {
        let interval = grid.interval.blocks();
        return Err(invalid(format!("grid_interval is chosen once: it is {interval}, got {blocks}")));
    }
    let interval = Interval::new(blocks, true).map_err(|error| invalid(error.to_string()))?;
    check_floor(params)?;
    let none = BlockHeight::default();
    let grid = Grid {
        interval,
        first: none,
        root: None,
        settled: none,
        order: closing::Progress::at_root(none),
        excused: none,
        sealed: none,
        swept: none,
        sweep_from: none,
    };
    GRID.save(storage, &[], &grid);
    start_at(storage, &mut marks, now)?;
    MARKS.save(storage, &marks)?;
    Ok(())
}

/// Lets the first snapshot be one that lies above activation and the block `now`; the caller records `marks`.
pub fn start_at(storage: &mut dyn Storage, marks: &mut Marks, now: BlockHeight) -> StdResult<()> {
    let Some(mut grid) = GRID.at(storage, &[]).filter(|grid| grid.root.is_none()) else { return Ok(()) };
    grid.first = grid.interval.first_snapshot(marks.activation.max(now));
    grid.settled = grid.interval.before(grid.first);
    GRID.save(storage, &[], &grid);
    marks.grid = Some(GridMarks { interval: grid.interval, wakes: now });
    Ok(())
}

/// Whether the active set may be so little of the stake.
///
/// # Errors
/// [`ContractError::Config`].
pub fn check_floor(params: &Params) -> Result<(), ContractError> {
    let percent = params.min_active_percent;
    if percent >= FLOOR {
        return Ok(());
    }
    Err(invalid(format!("a grid needs a min_active_percent of {FLOOR} at least, got {percent}")))
}

/// Counts the grid heights up to `through` as closed, for the order only.
///
/// # Errors
/// [`ContractError::Config`] where no grid height can be closed yet, [`closing::NotExcused`].
pub fn excuse(
    storage: &mut dyn Storage,
    params: &Params,
    through: BlockHeight,
    now: BlockHeight,
) -> Result<(), ContractError> {
    let grid = GRID.at(storage, &[]).filter(|grid| grid.root.is_some());
    let mut grid = grid.ok_or_else(|| invalid("there is no grid yet".into()))?;
    let settled_below = now.saturating_sub(params.resume_delay).min(grid.settled.next());
    grid.order = grid.order.excuse(grid.interval, through, settled_below)?;
    grid.excused = through;
    GRID.save(storage, &[], &grid);
    wake_grid(storage, now)?;
    Ok(())
}
