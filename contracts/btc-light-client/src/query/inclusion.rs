use api::btc_light_client::{ConfirmationsResponse, IsIncludedResponse};
use bitcoin_spv::{HeaderHash, MerkleBranch};
use cosmwasm_std::Storage;
use primitives::Txid;

use crate::error::ContractError;
use crate::state::{Chain, Store};

/// What somebody says about a transaction.
pub struct Claim {
    txid: Txid,
    block_hash: HeaderHash,
    branch: Result<MerkleBranch, bitcoin_spv::InclusionError>,
}

impl Claim {
    pub fn parse(txid: &str, block_hash: &str, index: u32, proof: &[String]) -> Result<Self, ContractError> {
        let siblings = proof.iter().map(|text| Txid::from_display_hex(text).map(|hash| *hash.as_bytes()));
        Ok(Self {
            txid: Txid::from_display_hex(txid)?,
            block_hash: HeaderHash::from_display_hex(block_hash)?,
            branch: MerkleBranch::new(index, siblings.collect::<Result<_, _>>()?),
        })
    }
}

pub fn confirmations(storage: &dyn Storage, hash: &str) -> Result<ConfirmationsResponse, ContractError> {
    let hash = HeaderHash::from_display_hex(hash)?;
    let tip = Chain::load_started(storage)?.context.height;
    let placed = Store(storage).find(&hash).ok_or(ContractError::NoSuchHash { hash })?;
    Ok(ConfirmationsResponse { height: placed.height.get(), depth: tip.above(placed.height) })
}

pub fn is_included(
    storage: &dyn Storage,
    claim: &Claim,
    min_depth: u32,
) -> Result<IsIncludedResponse, ContractError> {
    let tip = Chain::load_started(storage)?.context.height;
    let refused = |depth, reason| IsIncludedResponse { included: false, depth, reason: Some(reason) };
    let Some(block) = Store(storage).find(&claim.block_hash) else {
        return Ok(refused(None, ContractError::NoSuchHash { hash: claim.block_hash }.to_string()));
    };
    let depth = tip.above(block.height);
    let branch = claim.branch.as_ref().map_err(Clone::clone);
    if let Err(error) = branch.and_then(|branch| branch.verify(&claim.txid, &block.header.merkle_root)) {
        return Ok(refused(Some(depth), error.to_string()));
    }
    if depth < min_depth {
        return Ok(refused(Some(depth), format!("block is {depth} deep, less than {min_depth}")));
    }
    Ok(IsIncludedResponse { included: true, depth: Some(depth), reason: None })
}
