use bitcoin_spv::OutPoint;

use super::paid;
use crate::{Params, PresignedTx, Refusal, UnbondingOutput};

/// Rule S30 and S31.
pub(super) fn check(
    bytes: &[u8],
    expected: OutPoint,
    value: u64,
    output: &UnbondingOutput,
    params: &Params,
) -> Result<PresignedTx, Refusal> {
    let tx = PresignedTx::read(bytes, 1, &[2]).map_err(Refusal::UnbondingForm)?;
    if tx.spends != expected {
        return Err(Refusal::UnbondingSpends { got: tx.spends, expected });
    }
    if tx.outputs.first().is_none_or(|paid| paid.script != output.key().script()) {
        return Err(Refusal::UnbondingOutput { time: params.unbonding_time });
    }
    let (got, fee) = (paid(&tx), params.unbonding_fee);
    if value.checked_sub(got) != Some(fee) {
        return Err(Refusal::UnbondingFee { got, value, fee });
    }
    Ok(tx)
}
