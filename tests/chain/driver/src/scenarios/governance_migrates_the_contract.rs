//! Governance, and nobody else, migrates the contract to another code; state and finality survive.

use anyhow::Result;
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgMigrateContract, QueryContractInfoRequest, QueryContractInfoResponse,
};
use cosmrs::proto::traits::Message;
use serde_json::json;

use super::{Notes, PATIENCE, stake_arrives_over_ibc as stake};
use crate::account::GAS;
use crate::world::World;
use crate::{contract, wire};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let next = contract::store(&world.consumer, world.artifact("bsn.wasm")?)?;
    let migrate = |sender: &str| {
        let msg = json!({}).to_string().into_bytes();
        wire::sdk(&MsgMigrateContract {
            sender: sender.to_owned(),
            contract: world.bsn.clone(),
            code_id: next,
            msg,
        })
    };
    let (rpc, id) = (&world.consumer.rpc, &world.consumer.id);
    let (refused, _) = world.admin.deliver(rpc, id, vec![migrate(&world.admin.address)], GAS)?;
    notes.claim("the contract's own admin cannot migrate it", refused.code != 0, refused.log);

    let (before, providers) = (world.finalized()?, stake::power(world)?);
    contract::govern(&world.consumer, "migrate", vec![migrate(&world.consumer.governance()?)])?;
    let code = code_of(world)?;
    notes.claim(
        "governance can",
        code == next && code != world.code_id,
        format!("code {} is now {code}", world.code_id),
    );
    world.code_id = code;
    let kept = stake::power(world)? == providers;
    let finalized = world.vote_until_finalized(before + 10, PATIENCE)?;
    notes.claim("stake is kept and finality goes on", kept, format!("{before} to {finalized}"));
    Ok(())
}

fn code_of(world: &World) -> Result<u64> {
    let request = QueryContractInfoRequest { address: world.bsn.clone() }.encode_to_vec();
    let answer = world.consumer.rpc.query("/cosmwasm.wasm.v1.Query/ContractInfo", &request)?;
    let info = QueryContractInfoResponse::decode(answer.as_slice())?.contract_info;
    Ok(info.map_or(0, |info| info.code_id))
}
