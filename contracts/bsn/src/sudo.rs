mod begin_block;
mod end_block;

use api::bsn::SudoMsg;
use cosmwasm_std::{DepsMut, Env, Response};
use primitives::{AppHash, BlockHash, BlockHeight};

use crate::error::ContractError;
use crate::heights::Block;
use crate::host;

/// The table of contents. BeginBlock comes twice a block, and any call may be missing.
pub fn sudo(deps: DepsMut<'_>, env: &Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::BeginBlock { hash_hex, app_hash_hex } => {
            let block = parse(env, &hash_hex, &app_hash_hex)?;
            begin_block::begin_block(deps, env, &block)
        }
        SudoMsg::EndBlock { hash_hex, app_hash_hex } => {
            let block = parse(env, &hash_hex, &app_hash_hex)?;
            end_block::end_block(deps, env, &block)
        }
    }
}

/// A hook without hashes, as a simulation makes it, anchors nothing.
fn parse(env: &Env, hash_hex: &str, app_hash_hex: &str) -> Result<Block, ContractError> {
    Ok(Block {
        height: BlockHeight::new(env.block.height),
        time: host::now(env),
        hash: BlockHash::from_hex(hash_hex)?,
        app_hash: AppHash::from_hex(app_hash_hex)?,
    })
}
