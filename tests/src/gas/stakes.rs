//! What the contract that verifies stake takes, alone: without `bsn`'s part, for which a stand-in answers, and whose own call
//! is subtracted.

mod maker;
mod outcome;
mod own;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::TxReport;
use devnet::actors::miner::{Output, Transaction};
use devnet::network::{Network, Setup};
use proto::bitcoin_spv::OutPoint;
use proto::staking::{FinalityProvider, FpId};
use serde_json::{Value, json};

use super::{GasError, Row};
use maker::{Made, Maker, coin};

const SEED: u64 = 7;
const K: u32 = 10;
/// Among so many transactions a branch has as many levels as in Bitcoin's blocks.
const IN_A_BLOCK: u32 = 2_500;
/// As many proofs as a message may have.
const BATCH: u32 = 50;

/// An item of 6 of 9, its proof and its end, alone and with 49 others; and the largest that are taken.
///
/// # Errors
/// [`GasError`] where the network does not start, or something is refused.
pub fn measure() -> Result<Vec<Row>, GasError> {
    let usual = Maker::new(9, 6, 1)?;
    let mut world = World::start(&usual)?;
    let one = usual.make(&[coin(0)], world.tip())?;
    let verify = world.take(std::slice::from_ref(&one))?;
    world.mine(&[&one.tx])?;
    let prove = world.prove(std::slice::from_ref(&one))?;
    world.mine(&[&one.spender])?;
    let spend = world.spend(std::slice::from_ref(&one))?;

    let tip = world.tip();
    let many = (1..=BATCH).map(|n| usual.make(&[coin(n)], tip)).collect::<Result<Vec<_>, _>>()?;
    let verify_many = world.take(&many)?;
    world.mine(&many.iter().map(|made| &made.tx).collect::<Vec<_>>())?;
    let prove_many = world.prove(&many)?;
    world.mine(&many.iter().map(|made| &made.spender).collect::<Vec<_>>())?;
    let spend_many = world.spend(&many)?;

    let each = u64::from(BATCH);
    let mut rows = vec![
        Row::new("verify_item_6_of_9", verify),
        Row::new("verify_item_6_of_9_in_50", verify_many / each),
        Row::new("prove_delegation", prove),
        Row::new("prove_delegation_in_50", prove_many / each),
        Row::new("prove_spend", spend),
        Row::new("prove_spend_in_50", spend_many / each),
    ];
    // Within the 64 KiB of an item: 20 members and 22 finality providers, or 6 and 64.
    for (name, size, quorum, fps) in
        [("largest_item_20_of_20", 20, 20, 22), ("largest_item_64_fps", 6, 6, 64)]
    {
        let maker = Maker::new(size, quorum, fps)?;
        let mut world = World::start(&maker)?;
        let coins: Vec<_> = (0..16).map(coin).collect();
        rows.push(Row::new(name, world.take(&[maker.make(&coins, world.tip())?])?));
    }
    let mut world = World::start(&usual)?;
    let coins: Vec<OutPoint> = (0..256).map(coin).collect();
    let wide = usual.make(&coins, world.tip())?;
    world.take(std::slice::from_ref(&wide))?;
    world.mine(&[&wide.tx])?;
    rows.push(Row::new("largest_proof_256_inputs", world.prove(&[wide])?));
    rows.extend(own::measure()?);
    rows.extend(outcome::measure()?);
    Ok(rows)
}

struct World {
    network: Network,
    bsn: String,
    staking: String,
}

impl World {
    fn start(maker: &Maker) -> Result<Self, GasError> {
        Self::start_with(maker, "babylon", FpId::new(0))
    }

    /// With parameters of this family, and a finality provider of this number.
    fn start_with(maker: &Maker, family: &str, fp_id: FpId) -> Result<Self, GasError> {
        let setup = Setup::new(SEED, &[1]);
        let mut network = Network::start(setup.clone())?;
        let (admin, light_client) = (network.admin.clone(), network.light_client.clone());
        let mut store = |name: &str| -> Result<u64, GasError> {
            let wasm = std::fs::read(setup.artifacts.join(name).with_extension("wasm"))?;
            let code = network.chain.store_code(&admin, &wasm)?;
            network.chain.pin_code(code);
            Ok(code)
        };
        let (stand_in, code_id) = (store("probe")?, store("btc-staking")?);
        let (bsn, _) = network.chain.instantiate(&admin, stand_in, &json!({}), "probe", None)?;
        let config = json!({
            "network": "regtest", "btc_confirmation_depth": K, "checkpoint_finalization_timeout": 10 * K,
            "btc_light_client": light_client,
        });
        let config = json!({ "set": {
            "key": BASE64_STANDARD.encode("config"), "value": BASE64_STANDARD.encode(config.to_string()),
        } });
        network.chain.execute(&admin, &bsn, &config)?;
        let settings = json!({
            "families": [{ "family": family, "versions": [maker.wire()] }],
            "self_stake": { "min_sats": 100_000, "min_timelock": 2_016, "exit_time": 1_008 },
        });
        let (staking, _) = network.chain.instantiate(&bsn, code_id, &settings, "btc-staking", None)?;
        let fp = maker.fp().ok_or("a maker has a finality provider")?;
        let key = [&b"f"[..], &fp].concat();
        let record = postcard::to_allocvec(&FinalityProvider::new(fp_id))?;
        let record = json!({ "set": {
            "key": BASE64_STANDARD.encode(key), "value": BASE64_STANDARD.encode(record),
        } });
        network.chain.execute(&admin, &bsn, &record)?;
        Ok(Self { network, bsn, staking })
    }

    fn tip(&self) -> u32 {
        self.network.miner.tip_height()
    }

    /// A block with these transactions among others, k deep.
    fn mine(&mut self, transactions: &[&Transaction]) -> Result<(), GasError> {
        let other = |n: u32| Transaction {
            version: 2,
            inputs: vec![],
            outputs: vec![Output { sats: n.into(), script: vec![0x51] }],
            lock_time: self.tip(),
        };
        let others = (0..IN_A_BLOCK).map(other);
        let all = transactions.iter().map(|tx| (*tx).clone()).chain(others).collect();
        self.network.miner.mine_with(all);
        self.network.mine(K);
        let tip: Value = self.network.ask_bitcoin(&json!({ "btc_tip_header": {} }))?;
        if tip["height"] != self.tip() {
            return Err(format!("the light client is at {}", tip["height"]).into());
        }
        Ok(())
    }

    fn take(&mut self, made: &[Made]) -> Result<u64, GasError> {
        let items: Vec<_> =
            made.iter().map(|made| json!({ "delegation": BASE64_STANDARD.encode(&made.item) })).collect();
        let message = json!({ "take_items": { "items": items } });
        let done = self.network.chain.execute(&self.bsn, &self.staking, &message)?;
        if done.data().ok_or("it answers")?.as_slice() != b"\x08+waiting".repeat(made.len()) {
            return Err(format!("not waiting: {:?}", done.data()).into());
        }
        Ok(done.usage.sdk_gas())
    }

    fn prove(&mut self, made: &[Made]) -> Result<u64, GasError> {
        let proofs = made.iter().map(|made| self.proof(made, &made.tx)).collect::<Result<Vec<_>, _>>()?;
        let sender = self.network.sender.clone();
        self.execute(&sender, &json!({ "prove_delegations": { "proofs": proofs } }), "active", made.len())
    }

    fn spend(&mut self, made: &[Made]) -> Result<u64, GasError> {
        let proof = |made: &Made| -> Result<Value, GasError> {
            let mut proof = self.proof(made, &made.spender)?;
            proof["spending_tx"] = json!(BASE64_STANDARD.encode(made.spender.serialize()));
            Ok(proof)
        };
        let proofs = made.iter().map(proof).collect::<Result<Vec<_>, _>>()?;
        let sender = self.network.sender.clone();
        self.execute(&sender, &json!({ "prove_spends": { "proofs": proofs } }), "ended", made.len())
    }

    /// Where a transaction is that made a delegation, or spends it.
    fn proof(&self, made: &Made, transaction: &Transaction) -> Result<Value, GasError> {
        self.place(&made.stake, transaction)
    }

    /// Where a transaction is, of a stake.
    fn place(&self, stake: &OutPoint, transaction: &Transaction) -> Result<Value, GasError> {
        let included = self.network.miner.inclusion(&transaction.txid()).ok_or("it was mined")?;
        let key = included.key.ok_or("it has a place")?;
        let block_hash: String = key.hash.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        Ok(json!({
            "staking_tx_hash": stake.txid.to_string(), "output": stake.index,
            "block_hash": block_hash, "index": key.index, "branch": BASE64_STANDARD.encode(included.proof),
        }))
    }

    /// A call of which every entry became `became`, and that told `bsn` of so many stakes. What it took without that.
    fn execute(&mut self, sender: &str, message: &Value, became: &str, told: usize) -> Result<u64, GasError> {
        let done = self.network.chain.execute(sender, &self.staking, message)?;
        let verdicts = verdicts(&done)?;
        if verdicts.iter().any(|verdict| verdict["ok"]["became"] != became) {
            return Err(format!("not {became}: {verdicts:?}").into());
        }
        let answered = if told > 0 { self.answered(became, told)? } else { 0 };
        Ok(done.usage.sdk_gas().saturating_sub(answered))
    }

    /// What the stand-in takes for an answer.
    fn answered(&mut self, became: &str, told: usize) -> Result<u64, GasError> {
        let length = if became == "active" { 151 } else { 37 };
        let packed = BASE64_STANDARD.encode(vec![7; length * told]);
        let message = json!({ "stake_outcomes": { "packed": packed } });
        Ok(self.network.chain.execute(&self.staking, &self.bsn, &message)?.usage.sdk_gas())
    }
}

fn verdicts(done: &TxReport) -> Result<Vec<Value>, GasError> {
    let data = done.data().ok_or("it answers")?;
    let answer: Value = serde_json::from_slice(data)?;
    Ok(answer["verdicts"].as_array().cloned().unwrap_or_default())
}
