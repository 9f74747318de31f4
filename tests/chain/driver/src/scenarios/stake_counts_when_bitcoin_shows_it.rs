//! Where stake is verified, Babylon's word makes none: a delegation counts once anybody shows its transaction in Bitcoin, and
//! until its spend is shown.

use actors::babylon::BabylonError;
use actors::miner::Transaction;
use anyhow::{Context, Result, anyhow};
use base64::{Engine, engine::general_purpose::STANDARD};
use primitives::Txid;
use proto::btccheckpoint::TransactionInfo;
use serde_json::{Value, json};

use super::stake_arrives_over_ibc::{expected, power};
use super::{Notes, PATIENCE};
use crate::account::GAS;
use crate::world::{BTC, PATH, World};
use crate::{contract, process};

/// As on Babylon's testnet.
const COMMITTEE: (usize, u8) = (9, 6);
/// The committee's parameters are in force from Bitcoin's first block on.
const FIRST_BLOCKS: u32 = 3;
/// In whole bitcoin.
const STAKE: u64 = 5;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    world.link()?;
    let code = contract::store(&world.consumer, world.artifact("btc-staking.wasm")?)?;
    let params = world.babylon.elect(COMMITTEE.0, COMMITTEE.1)?.wire();
    let settings = json!({
        "governance": world.admin.address, "families": [{ "family": "babylon", "versions": [params] }],
    });
    let settings = STANDARD.encode(settings.to_string());
    world.deploy(&json!({ "verified_stake": { "code_id": code, "settings": settings } }))?;
    let config = world.query(&json!({ "config": {} }))?;
    let verifier = config["stake_verifier"].as_str().map(str::to_owned);
    let verifier = verifier.ok_or_else(|| anyhow!("no contract verifies stake: {config}"))?;
    world.register()?;
    world.open_channel(PATH, "channel-1")?;
    world.miner.mine_blocks(FIRST_BLOCKS);
    world.babylon.see_bitcoin(&world.miner);
    world.add_signers(&[STAKE])?;
    world.relayer.start(&[PATH])?;
    carry(world)?;
    let txid = *world.babylon.txids().next().ok_or_else(|| anyhow!("nobody staked"))?;

    let (before, standing) = (power(world)?, standing(world, &verifier, &txid)?);
    notes.claim(
        "what Babylon says is verified, waits, and has no power",
        before.is_empty() && standing == "waiting",
        format!("{standing}, power {before:?}"),
    );

    let staking_tx = delegation(world, &txid)?.0;
    mine(world, staking_tx);
    carry(world)?;
    let proof = proof(world, &txid)?;
    prove(world, &verifier, &proof)?;
    let (after, standing) = (power(world)?, self::standing(world, &verifier, &txid)?);
    notes.claim(
        "anybody proves that it is in Bitcoin, and it counts",
        after == expected(world) && standing == "active",
        format!("{standing}, power {after:?}"),
    );
    let trust = world.query(&json!({ "trust": {} }))?.to_string();
    let rate = "it takes 0.0010 of new stake";
    notes.claim("trust says what a slashing takes", trust.contains(rate), rate);

    let spend = delegation(world, &txid)?.1;
    let spent = spend.txid();
    mine(world, spend);
    world.babylon.undelegate_proven(&txid, inclusion(world, &spent)?)?;
    carry(world)?;
    let (left, standing) = (power(world)?, self::standing(world, &verifier, &txid)?);
    notes.claim(
        "it ends once its spend is in Bitcoin",
        left.is_empty() && standing == "ended",
        format!("{standing}, power {left:?}, of {} sats", STAKE * BTC),
    );
    let staking = world.query(&json!({ "health": {} }))?["staking"].clone();
    notes.claim("nothing is in quarantine", staking["quarantined"] == json!(0), staking.to_string());
    Ok(())
}

/// What Babylon has to say is sent, and answered.
fn carry(world: &mut World) -> Result<()> {
    let due = world.acks()?.len() + world.send_news()?;
    process::wait_for("acknowledgements", PATIENCE, || Ok((world.acks()?.len() >= due).then_some(())))
}

/// A block of Bitcoin with a transaction, as deep as Babylon waits; Babylon sees it.
fn mine(world: &mut World, transaction: Transaction) {
    world.miner.mine_with(vec![transaction]);
    world.miner.mine_blocks(world.babylon.params.confirmation_depth);
    world.babylon.see_bitcoin(&world.miner);
}

/// A stake's transaction, and the one that ends it early.
fn delegation(world: &World, txid: &Txid) -> Result<(Transaction, Transaction)> {
    let known = world.babylon.delegation(txid).ok_or(BabylonError::UnknownDelegation { txid: *txid })?;
    Ok((known.staking_tx.clone(), known.unbonding_tx.clone()))
}

fn inclusion(world: &World, txid: &Txid) -> Result<TransactionInfo> {
    world.miner.inclusion(txid).with_context(|| format!("{txid} is in no block"))
}

/// The proof that a stake is in Bitcoin.
fn proof(world: &World, txid: &Txid) -> Result<Value> {
    let proof = world.miner.stake_proof(txid, output(world, txid)?);
    proof.with_context(|| format!("{txid} is in no block"))
}

fn output(world: &World, txid: &Txid) -> Result<u32> {
    let known = world.babylon.delegation(txid).ok_or(BabylonError::UnknownDelegation { txid: *txid })?;
    Ok(known.event.staking_output_idx)
}

/// One proof, sent by somebody without any right.
fn prove(world: &World, verifier: &str, proof: &Value) -> Result<()> {
    let message = json!({ "prove_delegations": { "proofs": [proof] } });
    let message = contract::execute_message(&world.stranger.address, verifier, &message);
    contract::deliver(&world.consumer, &world.stranger, vec![message], GAS).map(drop)
}

fn standing(world: &World, verifier: &str, txid: &Txid) -> Result<String> {
    let item = json!({ "item": { "txid": txid.to_string(), "output": output(world, txid)? } });
    let item = contract::query(&world.consumer, verifier, &item)?;
    let standing = item["standing"].as_object().and_then(|is| is.keys().next().cloned());
    standing.with_context(|| format!("{item} has no standing"))
}
