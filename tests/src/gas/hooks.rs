use devnet::{BlockReport, Hook, HookOutcome, HookReport};

use super::GasError;

/// Half of what the chain module allows: no call may be charged more, instances included.
const LIMIT: u64 = 2_500_000;

/// Both BeginBlock calls of a block.
///
/// # Errors
/// [`GasError`] where one did not take effect or was charged too much, as in all of these.
pub(super) fn begin(block: &BlockReport) -> Result<u64, GasError> {
    Ok(cost(block, Hook::BeginStaking)? + cost(block, Hook::BeginFinality)?)
}

/// The EndBlock call.
pub(super) fn end(block: &BlockReport) -> Result<u64, GasError> {
    cost(block, Hook::EndFinality)
}

/// The most expensive call of a block.
pub(super) fn most_expensive(block: &BlockReport) -> Result<u64, GasError> {
    let costs = Hook::ALL.into_iter().map(|hook| cost(block, hook));
    Ok(costs.collect::<Result<Vec<_>, _>>()?.into_iter().max().unwrap_or_default())
}

/// The most expensive call of some blocks.
pub(super) fn most_expensive_of(blocks: &[BlockReport]) -> Result<u64, GasError> {
    let costs = blocks.iter().map(most_expensive).collect::<Result<Vec<_>, _>>()?;
    Ok(costs.into_iter().max().unwrap_or_default())
}

fn cost(block: &BlockReport, hook: Hook) -> Result<u64, GasError> {
    match block.hook(hook) {
        Some(HookReport { outcome: HookOutcome::Done, usage, .. }) if usage.charged_gas() < LIMIT => {
            Ok(usage.sdk_gas())
        }
        other => {
            let used = other.map(|report| (&report.outcome, report.usage.charged_gas()));
            Err(format!("{hook:?} of block {}: {used:?}", block.header.height).into())
        }
    }
}
