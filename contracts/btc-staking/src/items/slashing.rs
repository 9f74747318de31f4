use api::btc_staking::{AdaptorAnswer, SlashingDataResponse, SlashingTx};
use bitcoin_spv::{OutPoint, Output};
use cosmwasm_std::{Binary, StdError, StdResult};
use covenant::{
    ChangeOutput, FINAL, Params, Parties, PresignedTx, Slashing, SpendPath, StakingOutput, UnbondingOutput,
    Verified, XOnlyKey, make,
};
use eots::Recover;

use crate::state::{Facts, SignedTx, SlashingData, State, family_of};

/// The length of an adaptor signature, and of its record with the member's place.
const ADAPTOR: usize = 65;

/// What has to be kept of a verified delegation, so that facts, parameters and this make both slashing transactions.
pub fn slashing_data(verified: &Verified, params: &Params) -> SlashingData {
    SlashingData {
        staked: signed_tx(&verified.slashing, params),
        unbonding: signed_tx(&verified.unbonding_slashing, params),
    }
}

fn signed_tx(slashing: &Slashing, params: &Params) -> SignedTx {
    let value = |place: usize| slashing.tx.outputs.get(place).map_or(0, |output| output.value);
    let members = params.committee.members();
    let adaptors = slashing.adaptors.iter().flat_map(|(member, adaptor)| {
        let place = members.binary_search(member).unwrap_or_default();
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        [place].into_iter().chain(adaptor.to_bytes())
    });
    SignedTx {
        version: slashing.tx.version,
        values: (value(0), value(1)),
        staker_signature: slashing.staker_signature.to_vec(),
        adaptors: adaptors.collect(),
    }
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
fn path_of(
    recover: &impl Recover,
    stake: OutPoint,
    facts: &Facts,
    state: &State,
    params: &Params,
) -> Option<[Spending; 2]> {
    let staker = XOnlyKey::from_bytes(facts.staker);
    let fps: Vec<_> = facts.fps.iter().map(|key| XOnlyKey::from_bytes(*key)).collect();
    let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
    let staking = StakingOutput::new(recover, &parties, state.time)?;
    let unbonding = UnbondingOutput::new(recover, &parties, params.unbonding_time)?;
    let unbonding_tx = make::unbonding_tx(stake, state.sats, params, &unbonding)?;
    let left = unbonding_tx.outputs.first()?.value;
    let unbonded = OutPoint { txid: unbonding_tx.txid(), index: 0 };
    Some([
        Spending { spends: stake, path: staking.slashing_path(state.sats) },
        Spending { spends: unbonded, path: unbonding.slashing_path(left) },
    ])
}

/// Everything of a slashing but the finality provider's key.
pub fn slashing_answer(
    recover: &impl Recover,
    stake: OutPoint,
    facts: &Facts,
    state: &State,
    data: &SlashingData,
    params: &Params,
) -> StdResult<SlashingDataResponse> {
    let fails = || StdError::msg("the host makes no output key");
    let paths = path_of(recover, stake, facts, state, params);
    let staker = XOnlyKey::from_bytes(facts.staker);
    let change = ChangeOutput::new(recover, &staker, params.unbonding_time);
    let (Some([staked, unbonding]), Some(change)) = (paths, change) else { return Err(fails()) };
    Ok(SlashingDataResponse {
        staker_pk_hex: hex::encode(facts.staker),
        fps_pk_hex: facts.fps.iter().map(hex::encode).collect(),
        fp_pubkey_hex: hex::encode(facts.fp()),
        family: family_of(facts.family),
        params_version: facts.version,
        staking_time: state.time,
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
    let members = params.committee.members();
    let adaptor = |record: &[u8]| {
        let (place, signature) = record.split_first()?;
        let member_pk_hex = members.get(usize::from(*place))?.to_string();
        Some(AdaptorAnswer { member_pk_hex, signature: Binary::from(signature) })
    };
    SlashingTx {
        tx: tx.serialize().into(),
        spent_value: path.spent.value,
        spent_script: path.spent.script.into(),
        leaf_script: path.leaf.script.into(),
        control_block: path.control_block.into(),
        staker_signature: signed.staker_signature.clone().into(),
        adaptors: signed.adaptors.chunks(1 + ADAPTOR).filter_map(adaptor).collect(),
    }
}
