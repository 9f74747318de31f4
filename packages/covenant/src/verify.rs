//! Every rule of a delegation, in their order: the cheap ones first.

mod parties;
mod signatures;
mod slashing;
mod unbonding;

use bitcoin_spv::{OutPoint, Transaction};
use eots::Recover;
use primitives::BtcHeight;

use crate::{
    ChangeOutput, Delegation, EncryptionKey, Params, Parties, PresignedTx, Refusal, SpendPath, Stage,
    StakingOutput, Terms, UnbondingOutput, Unsigned, Verified, XOnlyKey,
};
use signatures::Signers;
use slashing::Slashable;
pub use slashing::{is_dust, is_witness_program};

/// Verifies a delegation against the parameters of its version, `None` where that is not known.
///
/// `is_registered` says of a finality provider whether it is registered here. The heights are taken as the item has
/// them: only their difference is bound by the scripts, so whoever proves the inclusion has to replace the start by
/// the block's height, and ask [`Terms::check_start`] again.
///
/// Curve work, in recoveries: 3 outputs, 2 signatures of the staker, for each slashing transaction as many as it takes
/// to find a quorum, at most one a member, and as many again where unbonding signatures are asked for. One square root for the
/// encryption key.
///
/// # Errors
/// The first [`Refusal`]; nothing panics, whatever the bytes and whatever the host answers.
pub fn verify(
    recover: &impl Recover,
    terms: Option<&Terms<'_>>,
    item: &Delegation,
    is_registered: impl Fn(&XOnlyKey) -> bool,
) -> Result<Verified, Refusal> {
    walk(recover, terms, item, is_registered, true).map(|(verified, _)| verified)
}

/// Verifies a delegation by every rule but those of the committee's signatures (S27, S42, S50), which are not looked at:
/// what a member does before it signs, and a staker before it asks. Each finality provider must be a point of the curve,
/// for the committee signs for all of them.
///
/// # Errors
/// As [`verify`].
pub fn verify_unsigned(
    recover: &impl Recover,
    terms: Option<&Terms<'_>>,
    item: &Delegation,
    is_registered: impl Fn(&XOnlyKey) -> bool,
) -> Result<Unsigned, Refusal> {
    let (verified, unbonding) = walk(recover, terms, item, is_registered, false)?;
    let encryption = |fp: &XOnlyKey| EncryptionKey::new(fp).ok_or(Refusal::UnusableKey(*fp));
    let fps = item.fps.iter().map(encryption).collect::<Result<_, _>>()?;
    Ok(Unsigned { verified, unbonding, fps })
}

/// By every rule; the committee's signatures only where that is asked for. And the early end.
fn walk(
    recover: &impl Recover,
    terms: Option<&Terms<'_>>,
    item: &Delegation,
    is_registered: impl Fn(&XOnlyKey) -> bool,
    is_signed: bool,
) -> Result<(Verified, (PresignedTx, SpendPath)), Refusal> {
    let terms = terms.ok_or(Refusal::UnknownParams(item.params_version))?;
    let params = terms.params;
    if item.unbonding_time != u32::from(params.unbonding_time) {
        let (got, expected) = (item.unbonding_time, params.unbonding_time);
        return Err(Refusal::UnbondingTime { got, expected });
    }
    let (place, fp) = parties::check_fps(&item.fps, params.max_fps, is_registered)?;
    parties::check_keys(&item.staker, &item.fps, &params.committee)?;
    let encryption = EncryptionKey::new(&fp).ok_or(Refusal::UnusableKey(fp))?;
    let time = staking_time(item, params)?;
    terms.check_start(item.start)?;

    let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &params.committee };
    let output = StakingOutput::new(recover, &parties, time).ok_or(Refusal::NoOutputKey)?;
    let staking_tx = Transaction::parse_as_btcd(&item.staking_tx).map_err(Refusal::StakingTx)?;
    check_stake(&staking_tx, item, &output)?;
    check_value(item.sats, params)?;

    let change =
        ChangeOutput::new(recover, &item.staker, params.unbonding_time).ok_or(Refusal::NoOutputKey)?;
    let (staker, committee) = (&item.staker, &params.committee);
    let signers = Signers { staker, committee, encryption: &encryption, place, is_signed };
    let stake = OutPoint { txid: staking_tx.txid, index: item.output_index };
    let slashable = Slashable { stage: Stage::Staked, spends: stake, path: output.slashing_path(item.sats) };
    let slashing = slashable.verify(recover, params, &change, &signers, &item.slashing)?;

    let unbonding =
        UnbondingOutput::new(recover, &parties, params.unbonding_time).ok_or(Refusal::NoOutputKey)?;
    let unbonding_tx = unbonding::check(&item.unbonding_tx, stake, item.sats, &unbonding, params)?;
    let (spends, value) = (OutPoint { txid: unbonding_tx.txid(), index: 0 }, paid(&unbonding_tx));
    let slashable = Slashable { stage: Stage::Unbonding, spends, path: unbonding.slashing_path(value) };
    let unbonding_slashing =
        slashable.verify(recover, params, &change, &signers, &item.unbonding_slashing)?;
    let path = output.unbonding_path(item.sats);
    if terms.unbonding_signed {
        signers.check_unbonding(recover, &unbonding_tx, &path, &item.unbonding_signatures)?;
    }

    let spends = staking_tx.inputs().map(|input| input.spends).collect();
    let verified = Verified { stake, sats: item.sats, time, fp, spends, slashing, unbonding_slashing };
    Ok((verified, (unbonding_tx, path)))
}

fn paid(tx: &PresignedTx) -> u64 {
    tx.outputs.first().map_or(0, |output| output.value)
}

/// Rule S05
fn staking_time(item: &Delegation, params: &Params) -> Result<u16, Refusal> {
    let (start, end) = (item.start, item.end);
    let heights = Refusal::Heights { start, end };
    let time = u16::try_from(end.above(start)).ok().filter(|time| *time > 0).ok_or(heights)?;
    let (min, max) = (params.min_time, params.max_time);
    if !(min..=max).contains(&time) {
        return Err(Refusal::StakingTime { got: time, min, max });
    }
    Ok(time)
}

impl Terms<'_> {
    /// Rule S06: whether the parameters count for a stake that starts at this height of Bitcoin.
    ///
    /// # Errors
    /// [`Refusal::ParamsTooNew`], [`Refusal::ParamsTooOld`].
    pub fn check_start(&self, start: BtcHeight) -> Result<(), Refusal> {
        let from = self.params.activation;
        if start < from {
            return Err(Refusal::ParamsTooNew { start, from });
        }
        match self.superseded.map(|next| next.saturating_add(self.grace)) {
            Some(until) if start >= until => Err(Refusal::ParamsTooOld { start, until }),
            _ => Ok(()),
        }
    }
}

/// Rule S10
fn check_stake(tx: &Transaction, item: &Delegation, output: &StakingOutput) -> Result<(), Refusal> {
    let index = item.output_index;
    let at = usize::try_from(index).ok().and_then(|at| tx.outputs.get(at));
    let found = at.ok_or(Refusal::NoOutput(index))?;
    if found.script != output.key().script() {
        return Err(Refusal::StakingOutput(index));
    }
    if found.value != item.sats {
        return Err(Refusal::StakedValue { index, got: found.value, expected: item.sats });
    }
    Ok(())
}

/// Rule S11
fn check_value(got: u64, params: &Params) -> Result<(), Refusal> {
    let (min, max) = (params.min_value, params.max_value);
    if !(min..=max).contains(&got) {
        return Err(Refusal::Value { got, min, max });
    }
    Ok(())
}
