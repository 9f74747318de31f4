use devnet::Machine;
use simulation::catch_up::{Behind, LOST, LOST_CHANGES, RESUMED, resume, set_changes, silence};

use super::{GasError, Row};

/// The most expensive hook while 200 active finality providers leave the hooks as much to catch up with as the configuration
/// admits; code not pinned, state made natively. A window of 10,000 heights, a vote window of 3, votes kept for 10 or for
/// 10,000 blocks.
///
/// * `worst_silence_200`: nobody votes, and [`LOST`] EndBlocks are lost; where nobody may be jailed yet, and where all must.
/// * `worst_resume_batches_200`: [`RESUMED`] heights that 133 voted in messages of many are resumed without the other 67.
/// * `worst_set_changes_200`: half of the set is another at every height, all but one vote, and [`LOST_CHANGES`] EndBlocks
///   are lost.
///
/// # Errors
/// [`GasError`] where a hook fails or is charged more than half of its limit, or something does not move with a block.
pub fn measure(mut progress: impl FnMut(&str)) -> Result<Vec<Row>, GasError> {
    let machine = Machine::wasm()?;
    let most = |states: Vec<Behind>| {
        let gas = states.into_iter().map(|behind| Ok(behind.on(&machine)?.catch_up()?.gas));
        Ok::<u64, GasError>(gas.collect::<Result<Vec<_>, GasError>>()?.into_iter().max().unwrap_or_default())
    };
    progress(&format!("200 silent finality providers and {LOST} lost EndBlocks"));
    let silence = Row::new("worst_silence_200", most(vec![silence(5, 20)?, silence(100, 100)?])?);
    progress(&format!("{RESUMED} heights of messages of many are resumed"));
    let resume = Row::new("worst_resume_batches_200", most(vec![resume(10)?, resume(10_000)?])?);
    progress(&format!("{LOST_CHANGES} sets of 200"));
    let changes = Row::new("worst_set_changes_200", most(vec![set_changes()?])?);
    Ok(vec![silence, resume, changes])
}
