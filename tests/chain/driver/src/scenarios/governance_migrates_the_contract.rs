//! A network of release 0.1.0, with votes and a slashed finality provider, is migrated to this build: by governance, and by
//! nobody else. Every answer about what was is the same, and finality goes on. Who proposes and signs has `bsn upgrade`.

use actors::FinalityProvider;
use anyhow::{Result, anyhow};
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgMigrateContract;
use bsn_rpc::proto::pack;
use primitives::AppHash;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Notes, PATIENCE, the_command_line_upgrades};
use crate::account::GAS;
use crate::world::{PATH, VOTE_GAS, World, workspace};
use crate::{contract, process, say};

const CHEAT: usize = 3;
const RANDOMNESS: u64 = 2_000;
/// So many final heights there are before.
const HEIGHTS: u64 = 20;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let old = begin(world)?;
    slash(world)?;
    let (rpc, id) = (&world.consumer.rpc, &world.consumer.id);
    let message = migrate(&world.admin.address, &world.bsn, world.code_id);
    let (refused, _) = world.admin.deliver(rpc, id, vec![message], GAS)?;

    let finalized = world.finalized()?;
    let before = answers(world, old..finalized)?;
    say::step("the_command_line_upgrades");
    the_command_line_upgrades::run(world, notes)?;
    say::step("governance_migrates_the_contract");
    let is_refused = refused.code != 0 && refused.log.contains("unauthorized");
    notes.claim("the contract's own admin cannot migrate it", is_refused, refused.log);
    let codes = [code_of(world, &world.bsn)?, code_of(world, &world.light_client.0)?];
    let version = String::from_utf8(world.raw_at(b"contract_info", 0)?)?;
    let is_new = version.contains(env!("CARGO_PKG_VERSION")) && checksums(world, codes)? == built()?;
    notes.claim(
        "governance migrates 0.1.0 to this build, and the admin its light client",
        is_new,
        format!("codes {} and {} are now {codes:?}, {version}", world.code_id, world.light_client.1),
    );
    [world.code_id, world.light_client.1] = codes;
    let after = answers(world, old..finalized)?;
    let differs: Vec<String> = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .map(|((query, before), (_, after))| format!("{query}: {before}, then {after}"))
        .collect();
    let all = format!("{} queries", before.len());
    notes.claim(
        "every answer about what was is the same",
        differs.is_empty() && before.len() == after.len(),
        if differs.is_empty() { all } else { differs.join("; ") },
    );
    let end = world.vote_until_finalized(finalized + HEIGHTS, PATIENCE)?;
    notes.claim("finality goes on", true, format!("{finalized} to {end}"));
    let seen = world.consumer.rpc.height()?;
    world.timestamp(seen)?;
    world.vote_until("a timestamp", PATIENCE, |world| {
        let health = world.query(&json!({ "health": {} }))?;
        Ok((health["timestamps"]["height"] == json!(seen)).then_some(()))
    })?;
    notes.claim(
        "packets and headers of Bitcoin are taken as before",
        true,
        format!("timestamp of height {seen}"),
    );
    Ok(())
}

/// A network of four whose last heights are final; gives the first of them.
fn begin(world: &mut World) -> Result<u64> {
    world.link()?;
    world.deploy(&json!({}))?;
    world.register()?;
    let id = format!("channel-{}", super::the_channel_is_babylons_alone::next_channel(world)?);
    world.open_channel(PATH, &id)?;
    world.add_signers(&[40, 30, 20, 10])?;
    world.relayer.start(&[PATH])?;
    let sent = world.send_news()?;
    process::wait_for("the stake", PATIENCE, || Ok((world.acks()?.len() >= sent).then_some(())))?;
    let start = world.consumer.rpc.height()? + 1;
    world.commit_all(start, RANDOMNESS)?;
    let seen = world.consumer.wait_blocks(2)?;
    world.timestamp(seen)?;
    let first = process::wait_for("an active set", PATIENCE, || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        Ok((world.active(height)? == world.signers.len()).then_some(height))
    })?;
    world.voted_to = first - 1;
    world.vote_until_finalized(first + HEIGHTS, PATIENCE)?;
    Ok(first)
}

/// One votes twice and is slashed.
fn slash(world: &mut World) -> Result<()> {
    let height = world.vote_blocks(2)?;
    let header = world.consumer.rpc.header(Some(height))?;
    let cheat = world.signers.get_mut(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    cheat.is_online = false;
    let (canonical, fork) = (AppHash::from_bytes(header.app_hash), AppHash::from_bytes([0xbb; 32]));
    let [_, second] = FinalityProvider::double_vote(&cheat.fp, height, &canonical, &fork)?;
    let account = cheat.account.clone();
    contract::deliver(
        &world.consumer,
        &account,
        vec![contract::execute_message(&account.address, &world.bsn, &second)],
        2 * VOTE_GAS,
    )?;
    world.vote_until("the acknowledgement", PATIENCE, |world| {
        let sent = world.query(&json!({ "outbox": {} }))?;
        Ok((sent["items"][0]["state"] == json!("done")).then_some(()))
    })?;
    let now = world.consumer.rpc.height()?;
    world.vote_until_finalized(now, PATIENCE).map(|_| ())
}

fn migrate(sender: &str, contract: &str, code_id: u64) -> bsn_rpc::proto::Any {
    let (sender, contract) = (sender.to_owned(), contract.to_owned());
    pack(&MsgMigrateContract { sender, contract, code_id, msg: b"{}".to_vec() })
}

/// What is asked before and after, with its answer: what no block changes any more.
fn answers(world: &World, heights: std::ops::Range<u64>) -> Result<Vec<(Value, Value)>> {
    let mut queries = ["admin", "config", "state_digest", "trust", "quarantined", "outbox"]
        .map(|q| json!({ q: {} }))
        .to_vec();
    queries.push(json!({ "finality_providers_by_total_active_sats": { "limit": 30 } }));
    for signer in &world.signers {
        let key = signer.fp.public_key_hex();
        queries.push(json!({ "finality_provider": { "btc_pk_hex": key } }));
        queries.push(json!({ "last_pub_rand_commit": { "btc_pk_hex": key } }));
        queries.push(json!({ "finality_provider_info": { "btc_pk_hex": key } }));
        queries.push(json!({ "finality_provider_power": { "btc_pk_hex": key, "height": heights.start } }));
    }
    for height in heights {
        queries.push(json!({ "finality_status": { "height": height } }));
        queries.push(json!({ "votes": { "height": height } }));
        queries.push(json!({ "active_finality_providers": { "height": height } }));
    }
    let ask = |query: Value| Ok((query.clone(), without_now(world.query(&query)?)));
    let mut answers = queries.into_iter().map(ask).collect::<Result<Vec<_>>>()?;
    for query in [json!({ "btc_base_header": {} }), json!({ "btc_headers": { "limit": 30 } })] {
        let answer = contract::query(&world.consumer, &world.light_client.0, &query)?;
        answers.push((query, answer));
    }
    Ok(answers)
}

/// An answer without the height at which it was given, and without what 0.1.0 did not say.
fn without_now(mut answer: Value) -> Value {
    if let Some(one) = answer.as_object_mut() {
        let newer = ["certificate", "min_active_percent", "reward_group", "stake_source"];
        newer.iter().for_each(|name| drop(one.remove(*name)));
    }
    let is_of_one = answer.get("total_active_sats").is_some();
    if let Some(one) = answer.as_object_mut().filter(|_| is_of_one) {
        one.remove("height");
    }
    if let Some(Value::Array(fps)) = answer.get_mut("fps") {
        fps.iter_mut().for_each(|fp| *fp = without_now(fp.take()));
    }
    answer
}

/// The sha256 of codes, as the chain keeps it.
fn checksums(world: &World, codes: [u64; 2]) -> Result<[Vec<u8>; 2]> {
    let of = |code| Ok::<_, anyhow::Error>(world.consumer.rpc.code_info(code)?.unwrap_or_default().data_hash);
    Ok([of(codes[0])?, of(codes[1])?])
}

/// The sha256 of this build's wasm.
fn built() -> Result<[Vec<u8>; 2]> {
    let of = |name| {
        Ok::<_, anyhow::Error>(
            Sha256::digest(std::fs::read(workspace().join("artifacts").join(name))?).to_vec(),
        )
    };
    Ok([of("bsn.wasm")?, of("btc-light-client.wasm")?])
}

fn code_of(world: &World, contract: &str) -> Result<u64> {
    let info = world.consumer.rpc.contract_info(contract)?;
    Ok(info.map_or(0, |info| info.code_id))
}
