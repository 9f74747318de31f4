//! What people do on a chain without Babylon: they deploy it with a committee of its own, bring headers of Bitcoin, register
//! themselves, stake, and prove what is in Bitcoin.

use actors::babylon::{Delegation, LockTimes, Stake};
use actors::miner::Transaction;
use actors::own::{Lock, SELF_STAKE_TIMELOCK};
use actors::{FinalityProvider, Stakers};
use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::{TxResult, answer_of};
use primitives::{AppHash, Txid};
use serde_json::{Value, json};

use crate::account::GAS;
use crate::contract;
use crate::world::{SEED, World};

/// Two of three sign.
const COMMITTEE: (usize, u8) = (3, 2);
/// Every how many blocks the committee of a grid height must vote: the least there is.
const GRID: u64 = 60;
/// How many blocks Bitcoin has when the chain begins, ten minutes each: the last one is young enough for an active set, and for no alarm.
const FIRST_BLOCKS: u32 = 120;
/// How deep a transaction must be.
const DEPTH: u32 = 1;
/// Finality's first height until there is stake: one that does not come.
const NEVER: u64 = 1_000_000;
/// So many blocks there are for the one transaction that sets finality's first height.
const AHEAD: u64 = 40;

/// A chain without Babylon, and those who stake on it.
pub struct Alone<'a> {
    /// The chain, Bitcoin, and the finality providers.
    pub world: &'a mut World,
    /// Who stakes, and the committee.
    pub stakers: Stakers,
    /// The contract that verifies stake.
    pub verifier: String,
}

impl<'a> Alone<'a> {
    /// Stores and instantiates the contracts, governance registers them, and the light client is told Bitcoin's first blocks.
    ///
    /// # Errors
    /// If the chain or a contract refuses.
    pub fn deploy(world: &'a mut World) -> Result<Self> {
        let stakers = stakers(SEED)?;
        let code = contract::store(&world.consumer, world.artifact("btc-staking.wasm")?)?;
        let settings = encoded(&stakers.settings(&world.admin.address, None));
        let genesis = world.miner.block_at(0).context("Bitcoin has no first block")?.header;
        let light_client = encoded(&json!({
            "network": "regtest", "btc_confirmation_depth": DEPTH, "checkpoint_finalization_timeout": 2,
            "admin": world.admin.address, "submitters": [world.stranger.address],
            "checkpoint": { "height": 0, "header_hex": hex::encode(genesis) },
        }));
        world.deploy(&json!({
            "stake_source": "bitcoin", "verified_stake": { "code_id": code, "settings": settings },
            "ics20_channel_id": "", "destination_module": "", "connection_id": null, "babylon_chain_id": null,
            "btc_light_client_msg": light_client, "grid": GRID, "min_active_percent": 34,
            "finality_activation_height": NEVER,
        }))?;
        let config = world.query(&json!({ "config": {} }))?;
        let verifier = config["stake_verifier"].as_str().map(str::to_owned);
        let verifier = verifier.ok_or_else(|| anyhow!("no contract verifies stake: {config}"))?;
        world.register()?;
        world.miner.mine_blocks(FIRST_BLOCKS);
        let alone = Self { world, stakers, verifier };
        alone.bring_headers()?;
        Ok(alone)
    }

    /// A finality provider registers itself, and somebody who copies its message before does not.
    ///
    /// # Errors
    /// If the contract refuses it; what became of the copy is in the result.
    pub fn register_fp(&mut self) -> Result<TxResult> {
        let signer = self.world.add_operated()?;
        let (message, operator) = (signer.fp.register(), signer.account.clone());
        let message = |sender: &str| contract::execute_message(sender, &self.verifier, &message);
        let (chain, stranger) = (&self.world.consumer, &self.world.stranger);
        let copied = stranger.deliver(&chain.rpc, &chain.id, vec![message(&stranger.address)], GAS)?.0;
        contract::deliver(chain, &operator, vec![message(&operator.address)], GAS)?;
        Ok(copied)
    }

    /// A delegation to a finality provider that the committee has signed; in no block yet.
    ///
    /// # Errors
    /// If it leaves nothing after fees.
    pub fn delegate(&mut self, index: usize, sats: u64) -> Result<Delegation> {
        delegate(&mut self.stakers, self.world, index, sats)
    }

    /// The same that strangers' committee has signed.
    ///
    /// # Errors
    /// As [`delegate`](Self::delegate).
    pub fn delegate_foreign(&self, index: usize, sats: u64) -> Result<Delegation> {
        delegate(&mut stakers(SEED + 1)?, self.world, index, sats)
    }

    /// A finality provider locks coins by its own key; in no block yet.
    ///
    /// # Errors
    /// Never: the time is one.
    pub fn lock(&mut self, index: usize, sats: u64) -> Result<Lock> {
        let signer = self.world.signers.get(index).ok_or_else(|| anyhow!("there is no signer {index}"))?;
        let txid = self.stakers.lock_own(&signer.fp, sats, SELF_STAKE_TIMELOCK);
        let lock = txid.and_then(|txid| self.stakers.lock(&txid));
        lock.cloned().ok_or_else(|| anyhow!("{SELF_STAKE_TIMELOCK} blocks are no time"))
    }

    /// A block of Bitcoin with these, as deep as it must be; the light client is told.
    ///
    /// # Errors
    /// If the light client refuses.
    pub fn bury(&mut self, transactions: Vec<Transaction>) -> Result<()> {
        self.world.miner.mine_with(transactions);
        self.world.miner.mine_blocks(DEPTH);
        self.bring_headers()
    }

    /// Somebody brings the light client what Bitcoin has and it has not.
    fn bring_headers(&self) -> Result<()> {
        let (World { consumer, miner, stranger, .. }, light_client) =
            (&*self.world, &self.world.light_client.0);
        let tip = contract::query(consumer, light_client, &json!({ "btc_tip_header": {} }))?;
        let tip = tip["height"].as_u64().ok_or_else(|| anyhow!("the light client has no tip: {tip}"))?;
        let headers = miner.headers(u32::try_from(tip)? + 1, miner.tip_height());
        let headers: Vec<u8> = headers.into_iter().flat_map(|info| info.header).collect();
        let message = json!({ "raw_btc_headers": { "headers": STANDARD.encode(headers) } });
        let message = contract::execute_message(&stranger.address, light_client, &message);
        contract::deliver(consumer, stranger, vec![message], GAS).map(drop)
    }

    /// Somebody tells the contract that verifies stake something; what became of each entry, or by which rule it was refused.
    ///
    /// # Errors
    /// If it refuses the whole message.
    pub fn verify(&self, message: &Value) -> Result<Vec<String>> {
        let stranger = &self.world.stranger;
        let message = contract::execute_message(&stranger.address, &self.verifier, message);
        let result = contract::deliver(&self.world.consumer, stranger, vec![message], GAS)?;
        let Some(answer) = answer_of(&result.data).filter(|answer| !answer.is_empty()) else {
            return Ok(Vec::new());
        };
        let answer: Value = serde_json::from_slice(&answer).context("an answer to proofs")?;
        let text = |verdict: &Value| {
            let text = verdict["ok"]["became"].as_str().or_else(|| verdict["refused"]["rule"].as_str());
            text.map_or_else(|| verdict.to_string(), str::to_owned)
        };
        Ok(answer["verdicts"].as_array().into_iter().flatten().map(text).collect())
    }

    /// Entries for [`verify`](Self::verify), each with its place in Bitcoin.
    ///
    /// # Errors
    /// If one is in no block.
    pub fn submissions(&self, delegations: &[Delegation]) -> Result<Value> {
        let proven = |one: &Delegation| in_bitcoin(self.world.miner.submission(one), &one.staking_tx.txid());
        let items = delegations.iter().map(proven).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "submit_delegations": { "items": items } }))
    }

    /// The proof that a finality provider has locked coins.
    ///
    /// # Errors
    /// If they are in no block.
    pub fn lock_proof(&self, lock: &Lock) -> Result<Value> {
        let proof = in_bitcoin(self.world.miner.lock_proof(lock), &lock.transaction.txid())?;
        Ok(json!({ "prove_self_stake": { "proofs": [proof] } }))
    }

    /// The proof that a delegation was ended early.
    ///
    /// # Errors
    /// If its end is in no block.
    pub fn end_proof(&self, delegation: &Delegation) -> Result<Value> {
        let Delegation { staking_tx, unbonding_tx, event, .. } = delegation;
        let txid = staking_tx.txid();
        let proof = self.world.miner.spend_proof(&txid, event.staking_output_idx, unbonding_tx);
        Ok(json!({ "prove_spends": { "proofs": [in_bitcoin(proof, &unbonding_tx.txid())?] } }))
    }

    /// Somebody writes a block's application hash into Bitcoin and proves it.
    ///
    /// # Errors
    /// If one of the contracts refuses.
    pub fn timestamp(&mut self, height: u64) -> Result<()> {
        let header = self.world.consumer.rpc.header(Some(height))?;
        let hash = AppHash::from_bytes(header.app_hash);
        let timestamp = self.stakers.timestamp(&self.world.appchain(), height, &hash);
        self.bury(vec![timestamp.clone()])?;
        let message = in_bitcoin(self.world.miner.timestamp_proof(&timestamp), &timestamp.txid())?;
        self.verify(&message).map(drop)
    }

    /// Everybody commits randomness for `count` heights, it counts by the admin's word, and finality has a first height; gives that.
    ///
    /// The word is taken before that height alone, and nothing is committed below it. So all of it is one transaction, and no
    /// clock decides which comes first.
    ///
    /// # Errors
    /// If the contract refuses, or blocks came too quickly.
    pub fn begin(&mut self, count: u64) -> Result<u64> {
        let first = self.world.consumer.rpc.height()? + AHEAD;
        let mut messages = vec![json!({ "update_config": { "finality_activation_height": first } })];
        messages.extend(self.world.signers.iter_mut().map(|signer| signer.fp.commit(first, count)));
        let fps = self.world.signers.iter().map(|signer| &signer.fp);
        let named: Vec<Value> = fps.filter_map(FinalityProvider::named).collect();
        messages.push(json!({ "bootstrap": { "commitments": named } }));
        let World { admin, bsn, consumer, .. } = &*self.world;
        let messages = messages.iter().map(|one| contract::execute_message(&admin.address, bsn, one));
        contract::deliver(consumer, admin, messages.collect(), GAS)?;
        Ok(first)
    }
}

fn stakers(seed: u64) -> Result<Stakers> {
    let (size, quorum) = COMMITTEE;
    Stakers::new(seed, size, quorum, LockTimes::default()).context("there is no such committee")
}

fn delegate(stakers: &mut Stakers, world: &World, index: usize, sats: u64) -> Result<Delegation> {
    let signer = world.signers.get(index).ok_or_else(|| anyhow!("there is no signer {index}"))?;
    let stake = Stake::new(&[signer.fp.public_key()], sats);
    let txid = stakers.delegate(&stake, world.miner.tip_height());
    let Some(delegation) = txid.and_then(|txid| stakers.delegation(&txid)) else {
        bail!("{sats} sats leave nothing after fees");
    };
    Ok(delegation.clone())
}

fn in_bitcoin(proof: Option<Value>, txid: &Txid) -> Result<Value> {
    proof.with_context(|| format!("{txid} is in no block"))
}

fn encoded(message: &Value) -> String {
    STANDARD.encode(message.to_string())
}
