//! Transactions of a delegation, made and signed by the staker.

use bitcoin_spv::{OutPoint, Transaction};
use covenant::{
    ChangeOutput, Params, Parties, PresignedTx, SpendPath, StakingOutput, UnbondingOutput, XOnlyKey, make,
    sighash,
};
use eots::{Native, SecretKey, schnorr};
use primitives::BtcHeight;
use prost::Message;
use proto::btcstaking::{ActiveBtcDelegation, BtcUndelegationInfo};

use super::tx::{Coin, paying};

/// What is to be staked.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The version of the parameters, and they.
    pub terms: (u32, &'a Params),
    /// Whom the stake is delegated to.
    pub fps: Vec<XOnlyKey>,
    /// The stake, in sats.
    pub sats: u64,
    /// For how many blocks of Bitcoin it is locked.
    pub time: u16,
    /// What pays for it.
    pub coins: Vec<Coin>,
    /// The script that gets what is left.
    pub change: Option<Vec<u8>>,
    /// The fee of the staking transaction, in sats.
    pub fee: u64,
    /// The height of Bitcoin at which it is expected. Nothing binds it.
    pub start: BtcHeight,
}

/// No signature binds the address; the protobuf wants one.
pub(super) const NO_ADDRESS: &str = "-";

/// Makes the encoded `ActiveBTCDelegation`, without signatures of the committee. The stake is output 0 of its staking transaction.
///
/// # Errors
/// One sentence: the coins do not pay for it, or nothing is left after fees. Whether it obeys the rules is not looked at.
pub fn make(plan: &Plan<'_>, staker: &SecretKey) -> Result<Vec<u8>, String> {
    let (version, params) = plan.terms;
    let key: XOnlyKey = (*staker.public_key().as_fp()).into();
    let parties = Parties { staker: &key, fps: &plan.fps, committee: &params.committee };
    let none = || "no output key comes out of the scripts".to_owned();
    let output = StakingOutput::new(&Native, &parties, plan.time).ok_or_else(none)?;
    let unbonding = UnbondingOutput::new(&Native, &parties, params.unbonding_time).ok_or_else(none)?;
    let change = ChangeOutput::new(&Native, &key, params.unbonding_time).ok_or_else(none)?;

    let staked = vec![output.key().output(plan.sats)];
    let staking_tx = paying(&plan.coins, staked, plan.change.as_deref(), plan.fee)?;
    let parsed = Transaction::parse(&staking_tx).map_err(|error| error.to_string())?;
    let stake = OutPoint { txid: parsed.txid, index: 0 };
    let nothing = || format!("a stake of {} sats leaves nothing after fees", plan.sats);
    let slashing = make::slashing_tx(stake, plan.sats, params, &change).ok_or_else(nothing)?;
    let early = make::unbonding_tx(stake, plan.sats, params, &unbonding).ok_or_else(nothing)?;
    let left = early.outputs.first().map_or(0, |output| output.value);
    let unbonded = OutPoint { txid: early.txid(), index: 0 };
    let late = make::slashing_tx(unbonded, left, params, &change).ok_or_else(nothing)?;

    let sign =
        |tx: &PresignedTx, path: &SpendPath| schnorr::sign(staker, &sighash(tx, path), &[0; 32]).to_vec();
    let item = ActiveBtcDelegation {
        staker_addr: NO_ADDRESS.to_owned(),
        btc_pk_hex: key.to_string(),
        fp_btc_pk_list: plan.fps.iter().map(ToString::to_string).collect(),
        start_height: plan.start.get(),
        end_height: plan.start.saturating_add(plan.time.into()).get(),
        total_sat: plan.sats,
        staking_tx,
        slashing_tx: slashing.serialize(),
        delegator_slashing_sig: sign(&slashing, &output.slashing_path(plan.sats)),
        covenant_sigs: Vec::new(),
        staking_output_idx: stake.index,
        unbonding_time: params.unbonding_time.into(),
        undelegation_info: Some(BtcUndelegationInfo {
            unbonding_tx: early.serialize(),
            slashing_tx: late.serialize(),
            delegator_slashing_sig: sign(&late, &unbonding.slashing_path(left)),
            covenant_slashing_sigs: Vec::new(),
            covenant_unbonding_sig_list: Vec::new(),
            delegator_unbonding_info: None,
        }),
        params_version: version,
    };
    Ok(item.encode_to_vec())
}
