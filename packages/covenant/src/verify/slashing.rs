use bitcoin_spv::{OutPoint, Output};
use eots::Recover;

use super::signatures::Signers;
use crate::{
    ChangeOutput, Params, PresignedTx, Refusal, SignedSlashing, Slashing, SlashingFault, SpendPath, Stage,
    sighash,
};

/// An output that a slashing transaction must be able to take.
pub(super) struct Slashable {
    pub(super) stage: Stage,
    pub(super) spends: OutPoint,
    pub(super) path: SpendPath,
}

impl Slashable {
    /// Rule S20 to S27, or S40 to S42.
    pub(super) fn verify(
        self,
        recover: &impl Recover,
        params: &Params,
        change: &ChangeOutput,
        signers: &Signers<'_>,
        signed: &SignedSlashing,
    ) -> Result<Slashing, Refusal> {
        let Self { stage, spends, path } = self;
        let tx = check(&signed.tx, spends, path.spent.value, params, change)
            .map_err(|fault| Refusal::Slashing { stage, fault })?;
        let message = sighash(&tx, &path);
        let staker_signature = signers.check_staker(recover, &message, &signed.staker_signature, stage)?;
        let adaptors = signers.check_quorum(recover, &message, &signed.covenant, stage)?;
        Ok(Slashing { tx, path, staker_signature, adaptors })
    }
}

/// Rule S20 to S25.
fn check(
    bytes: &[u8],
    expected: OutPoint,
    value: u64,
    params: &Params,
    change: &ChangeOutput,
) -> Result<PresignedTx, SlashingFault> {
    let tx = PresignedTx::read(bytes, 2, &[1, 2])?;
    if tx.spends != expected {
        return Err(SlashingFault::Spends { got: tx.spends, expected });
    }
    let [slashed, rest] = &tx.outputs[..] else { return Err(SlashingFault::SlashingScript) };
    if slashed.script != params.slashing_script {
        return Err(SlashingFault::SlashingScript);
    }
    let least = params.slashing_rate.of(value);
    if slashed.value < least {
        return Err(SlashingFault::SlashedValue { got: slashed.value, least });
    }
    if rest.script != change.key().script() {
        return Err(SlashingFault::Change { time: params.unbonding_time });
    }
    if let Some((index, output)) = tx.outputs.iter().enumerate().find(|(_, output)| is_dust(output)) {
        return Err(SlashingFault::Dust { index, value: output.value });
    }
    let paid = u128::from(slashed.value) + u128::from(rest.value);
    let least = params.min_slashing_fee.max(1);
    if paid + u128::from(least) > u128::from(value) {
        return Err(SlashingFault::Fee { value, paid, least });
    }
    Ok(tx)
}

/// Whether nodes refuse to relay an output because spending it would cost a third of it (Bitcoin Core's `GetDustThreshold`
/// at 3 sats a virtual byte, as btcd computes it). What burns is never spent.
pub fn is_dust(output: &Output) -> bool {
    const OP_RETURN: u8 = 0x6a;
    if output.script.first() == Some(&OP_RETURN) {
        return false;
    }
    let spending = if is_witness_program(&output.script) { 26 } else { 107 };
    let length = u64::try_from(output.script.len()).unwrap_or(u64::MAX);
    let size = length.saturating_add(8 + 1 + 41 + spending);
    output.value.saturating_mul(1_000) / (3 * size) < 1_000
}

/// Whether a script is a version and 2 to 40 bytes (BIP-141): what spends it leaves its transaction's id as it is.
pub fn is_witness_program(script: &[u8]) -> bool {
    match script {
        [0 | 0x51..=0x60, length, program @ ..] => {
            (2..=40).contains(length) && program.len() == usize::from(*length)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_dust_of(value: u64, script: &[u8]) -> bool {
        is_dust(&Output { value, script: script.to_vec() })
    }

    #[test]
    fn dust_is_what_bitcoin_core_calls_so() {
        let p2tr = [&[0x51, 0x20][..], &[7; 32]].concat();
        let p2wsh = [&[0, 0x20][..], &[7; 32]].concat();
        let p2wpkh = [&[0, 0x14][..], &[7; 20]].concat();
        let p2pkh = [&[0x76, 0xa9, 0x14][..], &[7; 20], &[0x88, 0xac]].concat();
        let p2sh = [&[0xa9, 0x14][..], &[7; 20], &[0x87]].concat();
        for (script, least) in [(p2tr, 330), (p2wsh, 330), (p2wpkh, 294), (p2pkh, 546), (p2sh, 540)] {
            assert!(!is_dust_of(least, &script) && is_dust_of(least - 1, &script), "{least}");
            let theirs = bitcoin::ScriptBuf::from_bytes(script).minimal_non_dust().to_sat();
            assert_eq!(theirs, least);
        }
        assert!(!is_dust_of(0, b"\x6a\x07babylon"));
        assert!(!is_dust_of(u64::MAX, &[0x51]));
    }

    #[test]
    fn a_program_of_another_length_is_none() {
        for (script, is) in [
            (&[0x51, 2, 1, 1][..], true),
            (&[0x60, 2, 1, 1], true),
            (&[0x61, 2, 1, 1], false),
            (&[0x50, 2, 1, 1], false),
            (&[0x51, 2, 1], false),
            (&[0x51, 1, 1], false),
            (&[0x51], false),
            (&[], false),
        ] {
            assert_eq!(is_witness_program(script), is, "{script:?}");
            assert_eq!(bitcoin::Script::from_bytes(script).is_witness_program(), is);
        }
    }
}
