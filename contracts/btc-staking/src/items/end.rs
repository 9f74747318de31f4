use bitcoin_spv::{HeaderHash, MerkleBranch, OutPoint, Transaction};
use proto::decode::{End, Inclusion};
use standing::{Change, Rules, Spent, Witness};

use crate::error::{ContractError, NotIncluded};
use crate::proofs;
use crate::refused::Refused;
use crate::state::Stakes;

/// Takes an end: its proof at any depth, since Babylon's word comes with it.
///
/// # Errors
/// Those of storage and the query; within, why it is refused.
#[inline(never)]
pub fn take_end(
    stakes: &mut Stakes<'_>,
    rules: &Rules,
    bytes: &[u8],
    changes: &mut Vec<Change>,
) -> Result<Result<&'static str, Refused>, ContractError> {
    let (tx, spent, included) = match parse(bytes) {
        Ok(parsed) => parsed,
        Err(refused) => return Ok(Err(refused)),
    };
    let hash = HeaderHash::from_bytes(included.block_hash);
    let found = match proofs::locate(stakes.storage, &stakes.chain, &hash, None)? {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    let branch = MerkleBranch::from_babylon(included.index, &included.branch).map_err(NotIncluded::from);
    let checked =
        branch.map_err(Refused::from).and_then(|branch| proofs::check_spending(&tx, &branch, &found));
    if let Err(refused) = checked {
        return Ok(Err(refused));
    }
    let mut became = "already";
    for outpoint in spent {
        match standing::spend(stakes, rules, &outpoint, proofs::block(&found), Witness::Babylon)? {
            Ok(Spent::Ended(change)) => {
                changes.extend(change);
                became = "ended";
            }
            Ok(Spent::Foretold) => became = "foretold",
            Ok(Spent::Remembered | Spent::Already) => {}
            Err(refusal) => return Ok(Err(Refused::Standing { stake: outpoint, refusal })),
        }
    }
    Ok(Ok(became))
}

/// The transaction, which outputs of the staking transaction it spends, and where it is.
fn parse(bytes: &[u8]) -> Result<(Transaction, Vec<OutPoint>, Inclusion), Refused> {
    let End { staking_txid, spending_tx, included } = proto::decode::end(bytes)?;
    let included = included.ok_or(NotIncluded::NoProof { stake: staking_txid })?;
    let tx = Transaction::parse_as_btcd(&spending_tx).map_err(NotIncluded::from)?;
    let spent: Vec<_> =
        tx.inputs().map(|input| input.spends).filter(|spends| spends.txid == staking_txid).collect();
    if spent.is_empty() {
        let (spender, stake) = (tx.txid, staking_txid.to_string());
        return Err(NotIncluded::SpendsElse { spender, stake }.into());
    }
    Ok((tx, spent, included))
}
