//! Where transactions are in Bitcoin: in a block of the light client, or in one below those, by the way down to it.

mod ancestry;

use api::btc_staking::{Ancestry, Network};
use bitcoin_spv::{HeaderHash, MerkleBranch, Transaction};
use cosmwasm_std::{StdResult, Storage};
use primitives::Txid;
use standing::{Ancestor, Block};

use crate::chain::Chain;
use crate::error::{ContractError, NotIncluded};
use crate::parse;
use crate::refused::Refused;
use crate::state::BROUGHT;

pub use ancestry::{MIN_BROUGHT, descend};

/// Finds a block.
///
/// # Errors
/// Those of storage and the query; within, why it is not found.
pub fn locate(
    storage: &dyn Storage,
    chain: &Chain<'_>,
    hash: &HeaderHash,
    ancestry: Option<&Ancestry>,
) -> StdResult<Result<Ancestor, Refused>> {
    if let Some(ancestry) = ancestry {
        let way_down = match parse::way_down(ancestry) {
            Ok(Ok(way_down)) => way_down,
            Ok(Err(error)) => return Ok(Err(NotIncluded::from(error).into())),
            Err(error) => return Ok(Err(error.into())),
        };
        let lowest = descend(storage, chain, &way_down)?;
        return Ok(lowest.and_then(|lowest| ancestry::check_is(lowest, hash)).map_err(|error| {
            let error: NotIncluded = error.into();
            error.into()
        }));
    }
    if let Some(found) = chain.find(hash)? {
        return Ok(Ok(found));
    }
    let brought = BROUGHT.may_load(storage, hash.as_bytes())?;
    let unknown = NotIncluded::UnknownBlock { block: *hash };
    Ok(brought.map(|brought| brought.ancestor(hash)).ok_or_else(|| unknown.into()))
}

/// How old the tip may be where stake is proven that nobody vouches for, in seconds: six hours, a quarter of the usual challenge.
const OLDEST_TIP: u64 = 6 * 3_600;

/// Refuses a tip so old that a challenge, which is counted in blocks, could begin and end in one transaction: with the headers that somebody
/// kept back. On regtest blocks come when somebody wants them.
///
/// # Errors
/// Those of the query; within, [`Refused::OldTip`].
pub fn check_age(
    chain: &Chain<'_>,
    network: Network,
    now: u64,
) -> Result<Result<(), Refused>, ContractError> {
    let (tip, age) = chain.tip_and_age(now)?;
    Ok(match network == Network::Regtest || age <= OLDEST_TIP {
        true => Ok(()),
        false => Err(Refused::OldTip { height: tip.height, age, most: OLDEST_TIP }),
    })
}

/// That a staking transaction is in a block. It had another length than a node when its item was taken.
pub fn check_staking(
    txid: &Txid,
    branch: &MerkleBranch,
    index: u32,
    found: &Ancestor,
) -> Result<(), Refused> {
    if index == 0 {
        return Err(NotIncluded::Coinbase.into());
    }
    Ok(branch.verify(txid, &found.merkle_root).map_err(NotIncluded::from)?)
}

/// That a spending transaction is in a block.
pub fn check_spending(tx: &Transaction, branch: &MerkleBranch, found: &Ancestor) -> Result<(), Refused> {
    // Refuses a transaction of the length of a node.
    branch.root_of_transaction(tx).map_err(NotIncluded::from)?;
    Ok(branch.verify(&tx.txid, &found.merkle_root).map_err(NotIncluded::from)?)
}

/// The block of a header.
pub const fn block(found: &Ancestor) -> Block {
    Block { height: found.height, hash: found.hash }
}
