use api::bsn::Network;
use cosmwasm_std::{StdResult, Storage};
use finality::Params;
use finality::grid::bootstrap::{Facts, Root, check};
use finality::grid::calendar::Interval;
use finality::grid::closing;
use primitives::BlockHeight;

use crate::active_set;
use crate::config::{invalid, needs_closed_grid};
use crate::error::ContractError;
use crate::state::{Config, GRID, Grid, GridMarks, MARKS, Marks, Progress, wake_grid};

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
        closed_at: none,
        by_word: 0,
        word_at: none,
    };
    GRID.save(storage, &[], &grid);
    marks.grid = Some(GridMarks { interval, wakes: now, closed_through: None });
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
    if let Some(grid) = &mut marks.grid {
        grid.wakes = now;
    }
    Ok(())
}

/// Lets randomness wait for a grid height to close, or not, as whose stake counts asks for.
///
/// # Errors
/// [`ContractError::Config`] where it waits, and there is no grid (but on regtest), or C is too long for that.
pub fn follow_source(storage: &mut dyn Storage, config: &Config) -> Result<(), ContractError> {
    let (mut marks, waits) = (MARKS.load(storage)?, needs_closed_grid(config));
    let Some(grid) = &mut marks.grid else {
        return match waits && config.network != Network::Regtest {
            true => Err(invalid(format!("stake_source {} needs a grid", config.stake_source.name()))),
            false => Ok(()),
        };
    };
    Interval::new(grid.interval.blocks(), !waits).map_err(|error| invalid(error.to_string()))?;
    if waits == grid.closed_through.is_some() {
        return Ok(());
    }
    let closed_through = GRID.at(storage, &[]).map(|grid| grid.order.closed_through);
    grid.closed_through = closed_through.filter(|_| waits);
    marks.stale = true;
    Ok(MARKS.save(storage, &marks)?)
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

/// Takes the admin's word for `named` commitments; afterwards snapshots are tried from the height that is returned on. Where finality has
/// begun that is another root of trust: what is open is over, and nothing counts as closed.
///
/// # Errors
/// [`ContractError::Config`] where randomness waits for no grid height, [`finality::grid::bootstrap::NotBootstrapped`].
pub fn bootstrap(
    storage: &mut dyn Storage,
    params: &Params,
    named: usize,
    now: BlockHeight,
) -> Result<BlockHeight, ContractError> {
    let mut progress = Progress::load(storage)?;
    let waits = progress.marks.grid.is_some_and(|grid| grid.closed_through.is_some());
    let grid = GRID.at(storage, &[]).filter(|_| waits);
    let mut grid = grid.ok_or_else(|| invalid("randomness waits for no grid height to close here".into()))?;
    let (with_randomness, ranked) = active_set::with_randomness(storage, &progress, now)?;
    let root = check(&Facts {
        now,
        activation: progress.marks.activation,
        silent_since: grid.closed_at.max(grid.first),
        resume_delay: params.resume_delay,
        with_randomness,
        ranked,
    })?;
    if root == Root::Another {
        (grid.root, grid.order) = (None, closing::Progress::at_root(BlockHeight::default()));
        (grid.swept, grid.sealed) = (grid.settled, grid.settled);
    }
    (grid.by_word, grid.word_at) = (u64::try_from(named).unwrap_or(u64::MAX), now);
    GRID.save(storage, &[], &grid);
    start_at(storage, &mut progress.marks, now)?;
    if let Some(marks) = &mut progress.marks.grid {
        marks.closed_through = Some(grid.order.closed_through);
    }
    progress.marks.stale = true;
    progress.save(storage)?;
    Ok(GRID.at(storage, &[]).map(|grid| grid.first).unwrap_or_default())
}
