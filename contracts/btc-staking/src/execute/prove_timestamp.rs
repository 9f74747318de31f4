use api::btc_staking::OutcomesMsg;
use api::write;
use bitcoin_spv::{HeaderHash, MerkleBranch, Transaction};
use cosmwasm_std::{Binary, DepsMut, Env, Response, WasmMsg};
use primitives::SigningContext;
use timestamping::OwnTimestamp;

use crate::chain::Chain;
use crate::error::{ContractError, NotIncluded};
use crate::parse;
use crate::proofs;
use crate::refused::Refused;
use crate::state::Config;

/// Where a timestamp is said to be.
pub struct Claim {
    tx: Transaction,
    block: HeaderHash,
    branch: MerkleBranch,
}

impl Claim {
    /// Reads what was sent.
    ///
    /// # Errors
    /// [`ContractError::NotProven`]: it does not parse.
    pub fn parse(
        transaction: &Binary,
        block_hash: &str,
        index: u32,
        branch: &Binary,
    ) -> Result<Self, ContractError> {
        let tx =
            Transaction::parse(transaction).map_err(|error| not_proven(NotIncluded::from(error).into()))?;
        let block = HeaderHash::from_display_hex(block_hash)?;
        let branch =
            parse::branch(index, branch).map_err(|error| not_proven(NotIncluded::from(error).into()))?;
        Ok(Self { tx, block, branch })
    }
}

/// Tells `bsn` of a timestamp that lies k deep in Bitcoin. `bsn` refuses one that is not of its own block, or moves nothing: then this
/// message fails.
#[inline(never)]
pub fn prove_timestamp(
    deps: DepsMut<'_>,
    env: &Env,
    config: &Config,
    claim: &Claim,
) -> Result<Response, ContractError> {
    let chain = Chain::new(deps.querier, &config.light_client);
    let found = proofs::locate(deps.storage, &chain, &claim.block, None)?.map_err(not_proven)?;
    proofs::check_spending(&claim.tx, &claim.branch, &found).map_err(not_proven)?;
    let (tip, least) = (chain.tip()?.height, config.k);
    let depth = tip.above(found.height);
    if depth < least {
        let block = proofs::block(&found);
        return Err(ContractError::ShallowTimestamp { height: block.height, depth, least });
    }
    let context = SigningContext::bitcoin_timestamp(&env.block.chain_id, config.bsn.as_str());
    let stamp = OwnTimestamp::find(&claim.tx, &context);
    let OwnTimestamp { height, app_hash } = stamp.ok_or(ContractError::NoTimestamp { tx: claim.tx.txid })?;

    let told = OutcomesMsg::BitcoinTimestamp { height: height.get(), app_hash_hex: app_hash.to_string() };
    let told =
        WasmMsg::Execute { contract_addr: config.bsn.to_string(), msg: write::json(&told)?, funds: vec![] };
    Ok(Response::new()
        .add_message(told)
        .add_attribute("action", "prove_timestamp")
        .add_attribute("height", height.to_string())
        .add_attribute("btc_height", found.height.to_string()))
}

fn not_proven(refused: Refused) -> ContractError {
    ContractError::NotProven { reason: refused.to_string() }
}
