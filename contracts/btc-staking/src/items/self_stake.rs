use api::btc_staking::SelfStakeProof;
use bitcoin_spv::{HeaderHash, MerkleBranch, OutPoint, Transaction};
use covenant::{SelfStakeOutput, XOnlyKey};
use eots::Recover;
use standing::{Proven, Rules};

use super::delegation::MAX_INPUTS;
use crate::error::{ContractError, NotIncluded};
use crate::parse;
use crate::proofs;
use crate::refused::{Refused, SelfStakeFault};
use crate::state::{Facts, SELF_STAKE, SelfStake, SlashingData, Stakes};

/// What a finality provider says that it locked.
struct Claim {
    fp: XOnlyKey,
    tx: Transaction,
    stake: OutPoint,
    sats: u64,
    block: HeaderHash,
    branch: MerkleBranch,
}

/// Takes stake that a finality provider locked by its own key, with its proof. Nobody can have spent it: it counts however old it is.
///
/// # Errors
/// Those of storage and the query; within, why it is refused.
#[inline(never)]
pub fn prove_self_stake(
    stakes: &mut Stakes<'_>,
    rules: &Rules,
    recover: &impl Recover,
    is_registered: &impl Fn(&XOnlyKey) -> bool,
    (terms, context): (&SelfStake, &[u8; 32]),
    proof: &SelfStakeProof,
) -> Result<Result<Proven, Refused>, ContractError> {
    let claim = match parse_claim(proof) {
        Ok(claim) => claim,
        Err(refused) => return Ok(Err(refused)),
    };
    let found = proofs::locate(stakes.storage, &stakes.chain, &claim.block, proof.ancestry.as_ref())?;
    let found = found.and_then(|found| {
        proofs::check_staking(&claim.stake.txid, &claim.branch, proof.index, &found)?;
        judge(&claim, proof.timelock, terms)?;
        Ok(found)
    });
    let found = match found {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    if !is_registered(&claim.fp) {
        return Ok(Err(SelfStakeFault::NotRegistered(claim.fp).into()));
    }
    let lock = SelfStakeOutput::new(recover, context, &claim.fp, proof.timelock);
    let pays = claim.tx.outputs.get(claim.stake.index as usize).map(|output| &output.script[..]);
    if lock.map(|lock| lock.key().script()).as_deref() != pays {
        return Ok(Err(SelfStakeFault::NotLocked { stake: claim.stake, fp: claim.fp }.into()));
    }

    let is_new = stakes.facts(&claim.stake)?.is_none();
    let facts = facts(&claim, proof.timelock, terms, stakes.now());
    let (lock, spends) = (facts.lock(), facts.spends());
    if is_new {
        stakes.hold(&claim.stake, facts);
    }
    let stake = claim.stake;
    let proven = standing::prove(stakes, rules, &stake, &lock, proofs::block(&found), &spends)?;
    if is_new {
        match &proven {
            Ok(_) => stakes.keep(&stake, SlashingData::default())?,
            Err(_) => stakes.let_go(&stake),
        }
    }
    Ok(proven.map_err(|refusal| Refused::Standing { stake, refusal }))
}

fn parse_claim(proof: &SelfStakeProof) -> Result<Claim, Refused> {
    let fp = XOnlyKey::from_bytes(parse::key(&proof.fp_pubkey_hex)?);
    let tx = Transaction::parse(&proof.transaction).map_err(NotIncluded::from)?;
    if tx.stripped.len() == 64 {
        let node = bitcoin_spv::InclusionError::TransactionIsNode(tx.txid);
        return Err(NotIncluded::from(node).into());
    }
    let got = tx.inputs().count();
    if got > MAX_INPUTS {
        return Err(Refused::Inputs { got, most: MAX_INPUTS });
    }
    let stake = OutPoint { txid: tx.txid, index: proof.output };
    let sats = tx.outputs.get(proof.output as usize).map(|output| output.value);
    let sats = sats.ok_or(SelfStakeFault::NotLocked { stake, fp })?;
    let block = HeaderHash::from_display_hex(&proof.block_hash)?;
    let branch = parse::branch(proof.index, &proof.branch).map_err(NotIncluded::from)?;
    Ok(Claim { fp, tx, stake, sats, block, branch })
}

fn judge(claim: &Claim, timelock: u16, terms: &SelfStake) -> Result<(), SelfStakeFault> {
    if timelock < terms.min_timelock {
        return Err(SelfStakeFault::Short { got: timelock, least: terms.min_timelock });
    }
    if claim.sats < terms.min_sats {
        return Err(SelfStakeFault::Small { got: claim.sats, least: terms.min_sats });
    }
    Ok(())
}

/// Its unbonding time is the exit time: for so long before the end of the lock it has no power.
fn facts(claim: &Claim, timelock: u16, terms: &SelfStake, now: u64) -> Facts {
    let fp = *claim.fp.as_bytes();
    Facts {
        staker: fp,
        fps: vec![fp],
        place: 0,
        family: SELF_STAKE,
        version: 0,
        sats: claim.sats,
        time: timelock,
        unbonding_time: terms.exit_time,
        said: None,
        taken_at: now,
        spends: claim.tx.inputs().map(|input| (*input.spends.txid.as_bytes(), input.spends.index)).collect(),
    }
}
