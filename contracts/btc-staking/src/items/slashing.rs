use api::btc_staking::{AdaptorAnswer, SlashingDataResponse, SlashingTx};
use bitcoin_spv::{OutPoint, Output};
use cosmwasm_std::{StdError, StdResult};
use covenant::{
    ChangeOutput, FINAL, Params, Parties, PresignedTx, Slashing, SpendPath, StakingOutput, UnbondingOutput,
    Verified, XOnlyKey, make,
};
use eots::Recover;

use crate::state::{Facts, SignedTx, SlashingData, family_of};

/// The length of a signature.
const SIGNATURE: usize = 64;
/// The first byte of an adaptor signature: whether its point has an odd y.
const EVEN: u8 = 2;
const ODD: u8 = 3;

/// What has to be kept of a verified delegation, so that facts, parameters and this make both slashing transactions.
pub fn slashing_data(verified: &Verified, params: &Params) -> SlashingData {
    SlashingData {
        staked: signed_tx(&verified.slashing, params),
        unbonding: signed_tx(&verified.unbonding_slashing, params),
    }
}

fn signed_tx(slashing: &Slashing, params: &Params) -> SignedTx {
    let value = |place: usize| slashing.tx.outputs.get(place).map_or(0, |output| output.value);
    let mut signed = SignedTx {
        version: slashing.tx.version,
        values: (value(0), value(1)),
        members: 0,
        odd: 0,
        signatures: slashing.staker_signature.to_vec(),
    };
    let adaptors = params.committee.members().iter().enumerate().filter_map(|(place, member)| {
        let (_, adaptor) = slashing.adaptors.iter().find(|(signer, _)| signer == member)?;
        Some((place, adaptor.to_bytes()))
    });
    for (nth, (place, bytes)) in adaptors.enumerate() {
        let [first, rest @ ..] = bytes;
        signed.members |= bit(place);
        signed.odd |= if first == ODD { bit(nth) } else { 0 };
        signed.signatures.extend(rest);
    }
    signed
}

/// A committee has at most 20 members.
fn bit(place: usize) -> u32 {
    u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or_default()
}

/// What one slashing transaction spends.
struct Spending {
    /// Which output.
    spends: OutPoint,
    /// How.
    path: SpendPath,
}

/// How the stake and what an early end leaves of it are slashed, made anew from keys and numbers. `None` only where the
/// host fails.
fn path_of(recover: &impl Recover, stake: OutPoint, facts: &Facts, params: &Params) -> Option<[Spending; 2]> {
    let staker = XOnlyKey::from_bytes(facts.staker);
    let fps: Vec<_> = facts.fps.iter().map(|key| XOnlyKey::from_bytes(*key)).collect();
    let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
    let staking = StakingOutput::new(recover, &parties, facts.time)?;
    let unbonding = UnbondingOutput::new(recover, &parties, params.unbonding_time)?;
    let unbonding_tx = make::unbonding_tx(stake, facts.sats, params, &unbonding)?;
    let left = unbonding_tx.outputs.first()?.value;
    let unbonded = OutPoint { txid: unbonding_tx.txid(), index: 0 };
    Some([
        Spending { spends: stake, path: staking.slashing_path(facts.sats) },
        Spending { spends: unbonded, path: unbonding.slashing_path(left) },
    ])
}

/// Everything of a slashing but the finality provider's key.
pub fn slashing_answer(
    recover: &impl Recover,
    stake: OutPoint,
    facts: &Facts,
    data: &SlashingData,
    params: &Params,
) -> StdResult<SlashingDataResponse> {
    let fails = || StdError::msg("the host makes no output key");
    let paths = path_of(recover, stake, facts, params);
    let staker = XOnlyKey::from_bytes(facts.staker);
    let change = ChangeOutput::new(recover, &staker, params.unbonding_time);
    let (Some([staked, unbonding]), Some(change)) = (paths, change) else { return Err(fails()) };
    Ok(SlashingDataResponse {
        staker_pk_hex: hex::encode(facts.staker),
        fps_pk_hex: facts.fps.iter().map(hex::encode).collect(),
        fp_pubkey_hex: hex::encode(facts.fp()),
        family: family_of(facts.family),
        params_version: facts.version,
        staking_time: facts.time,
        staked: tx_answer(&data.staked, staked, params, &change),
        unbonding: tx_answer(&data.unbonding, unbonding, params, &change),
    })
}

fn tx_answer(signed: &SignedTx, spending: Spending, params: &Params, change: &ChangeOutput) -> SlashingTx {
    let (slashed, rest) = signed.values;
    let outputs =
        vec![Output { value: slashed, script: params.slashing_script.clone() }, change.key().output(rest)];
    let Spending { spends, path } = spending;
    let tx = PresignedTx { version: signed.version, spends, sequence: FINAL, outputs };
    let (staker_signature, adaptors) =
        signed.signatures.split_at_checked(SIGNATURE).unwrap_or((&signed.signatures, &[]));
    let members = params.committee.members().iter().enumerate();
    let signers = members.filter(|(place, _)| signed.members & bit(*place) != 0).map(|(_, member)| member);
    let adaptors = signers.zip(adaptors.chunks(SIGNATURE)).enumerate();
    SlashingTx {
        tx: tx.serialize().into(),
        spent_value: path.spent.value,
        spent_script: path.spent.script.into(),
        leaf_script: path.leaf.script.into(),
        control_block: path.control_block.into(),
        staker_signature: staker_signature.into(),
        adaptors: adaptors
            .map(|(nth, (member, rest))| adaptor_answer(member, signed.odd & bit(nth) != 0, rest))
            .collect(),
    }
}

/// A member's signature, as it came: 65 bytes.
fn adaptor_answer(member: &XOnlyKey, is_odd: bool, rest: &[u8]) -> AdaptorAnswer {
    let first = if is_odd { ODD } else { EVEN };
    AdaptorAnswer { member_pk_hex: member.to_string(), signature: [&[first], rest].concat().into() }
}
