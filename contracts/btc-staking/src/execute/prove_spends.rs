use api::btc_staking::SpendProof;
use bitcoin_spv::{HeaderHash, MerkleBranch, OutPoint, Transaction};
use cosmwasm_std::{DepsMut, MessageInfo, QuerierWrapper, Response};
use primitives::BtcHeight;
use standing::{Spent, Witness};

use super::take_trusted::end_of_trusted;
use super::{Done, check_count, with_stakes};
use crate::error::{ContractError, NotIncluded};
use crate::parse;
use crate::payout;
use crate::proofs;
use crate::refused::{Refused, verdict};
use crate::state::{Config, Stakes};

/// Bytes of all spending transactions of a call: more than a transaction without witness may have in Bitcoin.
const MAX_BYTES: usize = 1_100_000;

#[inline(never)]
pub fn prove_spends(
    mut deps: DepsMut<'_>,
    now: u64,
    info: &MessageInfo,
    config: &Config,
    proofs: &[SpendProof],
) -> Result<Response, ContractError> {
    check_count(proofs.len())?;
    let bytes = proofs.iter().map(|proof| proof.spending_tx.len()).sum::<usize>();
    parse::check_bounds("bytes of spending transactions", bytes as u64, 0, MAX_BYTES as u64)?;
    let querier = deps.querier;
    let (mut ended, mut tip) = (Vec::new(), BtcHeight::new(0));
    let response = with_stakes(deps.branch(), now, config, "prove_spends", |stakes| {
        let mut done = Done::default();
        for proof in proofs {
            let proven = prove(stakes, querier, config, proof, &mut done)?;
            done.verdicts.push(verdict(proven));
        }
        ended.extend(done.changes.iter().map(|change| change.stake));
        tip = stakes.chain.tip()?.height;
        Ok(done)
    })?;
    Ok(response.add_messages(payout::bounties(deps.storage, &info.sender, tip, &ended)?))
}

struct Claim {
    stake: OutPoint,
    tx: Transaction,
    block: HeaderHash,
    branch: MerkleBranch,
}

fn parse_claim(proof: &SpendProof) -> Result<Claim, Refused> {
    let SpendProof { staking_tx_hash, output, spending_tx, block_hash, index, branch, .. } = proof;
    let stake = parse::outpoint(staking_tx_hash, *output)?;
    let tx = Transaction::parse_as_btcd(spending_tx).map_err(NotIncluded::from)?;
    if !tx.inputs().any(|input| input.spends == stake) {
        let (spender, stake) = (tx.txid, stake.to_string());
        return Err(NotIncluded::SpendsElse { spender, stake }.into());
    }
    let block = HeaderHash::from_display_hex(block_hash)?;
    Ok(Claim { stake, tx, block, branch: parse::branch(*index, branch).map_err(NotIncluded::from)? })
}

#[inline(never)]
fn prove(
    stakes: &mut Stakes<'_>,
    querier: QuerierWrapper<'_>,
    config: &Config,
    proof: &SpendProof,
    done: &mut Done,
) -> Result<Result<&'static str, Refused>, ContractError> {
    let Claim { stake, tx, block, branch } = match parse_claim(proof) {
        Ok(claim) => claim,
        Err(refused) => return Ok(Err(refused)),
    };
    let found = proofs::locate(stakes.storage, &stakes.chain, &block, proof.ancestry.as_ref())?;
    let found = found.and_then(|found| {
        proofs::check_spending(&tx, &branch, &found)?;
        Ok(found)
    });
    let found = match found {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };

    let spent = standing::spend(stakes, &config.rules(), &stake, proofs::block(&found), Witness::Anybody)?;
    Ok(match spent {
        Ok(Spent::Ended(Some(change))) => {
            done.changes.push(change);
            Ok("ended")
        }
        Ok(Spent::Ended(None)) => {
            done.changes.extend(end_of_trusted(querier, config, &stake, found.height)?);
            Ok("ended")
        }
        Ok(Spent::Remembered) => Ok("remembered"),
        Ok(Spent::Already | Spent::Foretold) => {
            done.changes.extend(end_of_trusted(querier, config, &stake, found.height)?);
            Ok("already")
        }
        Err(refusal) => Err(Refused::Standing { stake, refusal }),
    })
}
