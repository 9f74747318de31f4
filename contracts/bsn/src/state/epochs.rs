use cosmwasm_std::{Order, StdResult, Storage};
use primitives::EpochNumber;

use super::{EPOCHS, TIMESTAMPS};

/// How many epochs are remembered.
pub const EPOCHS_KEPT: u64 = 100;

/// Forgets what lies 100 epochs below `epoch`, two at a time; never the base.
pub fn forget_epochs(storage: &mut dyn Storage, epoch: EpochNumber) -> StdResult<()> {
    let Some(last) = epoch.get().checked_sub(EPOCHS_KEPT) else { return Ok(()) };
    let base = TIMESTAMPS.may_load(storage)?.and_then(|record| record.epochs.base);
    let old = EPOCHS
        .range(storage, &[0; 8], &last.to_be_bytes(), Order::Ascending)
        .map(|entry| entry.map(|(key, _)| key))
        .filter(|key| !matches!((key, base), (Ok(key), Some(base)) if u64::from_be_bytes(*key) == base.get()))
        .take(2)
        .collect::<StdResult<Vec<_>>>()?;
    old.iter().for_each(|key| EPOCHS.remove(storage, key));
    Ok(())
}
