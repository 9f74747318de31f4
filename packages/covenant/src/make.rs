//! How the other side makes a delegation: the transactions that are signed before the staking transaction is sent.

use bitcoin_spv::{OutPoint, Output};

use crate::{ChangeOutput, FINAL, Params, PresignedTx, UnbondingOutput};

/// The transaction that slashes an output of this value: one sat more than the slashing rate rounded down, so that
/// Babylon's rounding takes it too, the least fee, and the rest to the staker. `None` where nothing is left.
pub fn slashing_tx(
    spends: OutPoint,
    value: u64,
    params: &Params,
    change: &ChangeOutput,
) -> Option<PresignedTx> {
    let slashed = params.slashing_rate.of(value).checked_add(1)?;
    let rest = value.checked_sub(slashed)?.checked_sub(params.min_slashing_fee)?;
    let outputs =
        vec![Output { value: slashed, script: params.slashing_script.clone() }, change.key().output(rest)];
    Some(PresignedTx { version: 2, spends, sequence: FINAL, outputs })
}

/// The transaction that ends a stake of this value early. `None` where nothing is left.
pub fn unbonding_tx(
    stake: OutPoint,
    value: u64,
    params: &Params,
    output: &UnbondingOutput,
) -> Option<PresignedTx> {
    let rest = value.checked_sub(params.unbonding_fee)?;
    Some(PresignedTx { version: 2, spends: stake, sequence: FINAL, outputs: vec![output.key().output(rest)] })
}
