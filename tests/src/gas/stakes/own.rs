//! Stake without Babylon: delegations of this chain's own committee, and what finality providers lock by their own keys.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::actors::miner::Transaction;
use proto::bitcoin_spv::OutPoint;
use proto::staking::FpId;
use serde_json::{Value, json};

use super::maker::{Made, Maker, TIME, coin};
use super::{BATCH, World};
use crate::gas::{GasError, Row};

/// As many delegations as a message has room for: 96 KiB of them.
const DELEGATIONS: u32 = 25;

/// A delegation of 6 of 9 with its proof, and a finality provider's own lock, alone and with as many others as a message takes.
///
/// # Errors
/// [`GasError`] where the network does not start, or something is refused.
pub fn measure() -> Result<Vec<Row>, GasError> {
    let maker = Maker::new(9, 6, 1)?.own();
    let mut world = World::start_with(&maker, "own", FpId::LOCAL)?;
    let tip = world.tip();
    let made = (0..=DELEGATIONS).map(|n| maker.make(&[coin(n)], tip)).collect::<Result<Vec<_>, _>>()?;
    let (one, many) = made.split_first().ok_or("some are made")?;
    world.mine(&made.iter().map(|made| &made.tx).collect::<Vec<_>>())?;
    let submitted = world.submit(std::slice::from_ref(one))?;
    let submitted_many = world.submit(many)?;

    let lock = |n: u32| maker.lock_by_own_key(world.network.chain.chain_id(), &world.bsn, 1_000 + n);
    let locks = (0..=BATCH).map(lock).collect::<Result<Vec<_>, _>>()?;
    world.mine(&locks.iter().collect::<Vec<_>>())?;
    let (one, many) = locks.split_first().ok_or("some are locked")?;
    let fp = maker.fp().ok_or("a maker has a finality provider")?;
    let locked = world.prove_self_stake(&fp, std::slice::from_ref(one))?;
    let locked_many = world.prove_self_stake(&fp, many)?;
    Ok(vec![
        Row::new("submit_delegation_6_of_9", submitted),
        Row::new("submit_delegation_6_of_9_in_25", submitted_many / u64::from(DELEGATIONS)),
        Row::new("prove_self_stake", locked),
        Row::new("prove_self_stake_in_50", locked_many / u64::from(BATCH)),
    ])
}

impl World {
    fn submit(&mut self, made: &[Made]) -> Result<u64, GasError> {
        let item = |made: &Made| -> Result<Value, GasError> {
            let mut item = self.proof(made, &made.tx)?;
            item["item"] = json!(BASE64_STANDARD.encode(&made.item));
            Ok(item)
        };
        let items = made.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let sender = self.network.sender.clone();
        self.execute(&sender, &json!({ "submit_delegations": { "items": items } }), "active", made.len())
    }

    fn prove_self_stake(&mut self, fp: &[u8; 32], locks: &[Transaction]) -> Result<u64, GasError> {
        let proof = |tx: &Transaction| -> Result<Value, GasError> {
            let stake = OutPoint { txid: tx.txid(), index: 0 };
            let mut proof = self.place(&stake, tx)?;
            proof["transaction"] = json!(BASE64_STANDARD.encode(tx.serialize()));
            proof["fp_pubkey_hex"] = json!(fp.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
            proof["timelock"] = json!(TIME);
            Ok(proof)
        };
        let proofs = locks.iter().map(proof).collect::<Result<Vec<_>, _>>()?;
        let sender = self.network.sender.clone();
        self.execute(&sender, &json!({ "prove_self_stake": { "proofs": proofs } }), "active", locks.len())
    }
}
