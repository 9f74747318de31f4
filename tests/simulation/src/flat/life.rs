//! What happens in that life.

use std::rc::Rc;

use cosmwasm_std::Binary;
use devnet::actors::Stake;
use devnet::network::{Network, Setup};
use devnet::{Genesis, HookOutcome, StateSize};
use eots::message::{commitment_hash, vote_hash};
use merkle::Tree;
use primitives::{BlockHeight, SigningContext};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Broken;
use crate::native::{BSN, LIGHT_CLIENT, Native, Oracle, Signer};

const SEED: u64 = 36;
/// For how many heights everybody commits at a time.
const COMMITTED: u64 = 500;
/// So many blocks before the end everybody commits again.
const AHEAD: u64 = 60;
/// Every how many blocks an epoch is timestamped, which moves Bitcoin on as well.
const EPOCH: u64 = 10;
/// Every how many blocks somebody delegates.
const STAKE: u64 = 5;
/// Blocks of Bitcoin until a delegation's power ends, and then until it is over.
const STAKED: u32 = 20;
/// In one block of so many everybody votes in a message of its own.
const ALONE: u64 = 8;

/// A network without faults, its signers without a curve.
pub struct Life {
    net: Network,
    oracle: Oracle,
    signers: Vec<Signer>,
    vote_context: SigningContext,
    commit_context: SigningContext,
    /// Everybody's randomness; nobody forbids that it is the same.
    trees: Vec<(u64, Tree)>,
}

impl Life {
    /// Everybody registered and staked, randomness committed and timestamped.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn begin(fps: u32) -> Result<Self, Broken> {
        let oracle = Oracle::default();
        // Proofs of possession are of the curve: here they are taken on trust.
        let over = json!({
            "vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60,
            "max_active_finality_providers": fps.min(200), "babylon_chain_id": null,
        });
        let setup = Setup::new(SEED, &[]).with(over);
        let genesis = Genesis::on(Rc::new(Native::with(&oracle)));
        let early = |error: devnet::network::NetworkError| Broken { height: 0, what: error.to_string() };
        let mut net = Network::deploy_codes(genesis, &setup, BSN, LIGHT_CLIENT).map_err(early)?;
        net.open_channel().map_err(early)?;
        for index in 0..fps {
            net.add_fp(SEED, 100 + u64::from(index)).map_err(early)?;
        }
        let signers = net.fps.iter().map(|fp| Signer::new(fp.secret_key(), &oracle)).collect();
        let (chain, contract) = (net.chain.chain_id().to_owned(), net.bsn.clone());
        let mut life = Self {
            vote_context: SigningContext::finality_vote(&chain, &contract),
            commit_context: SigningContext::randomness_commitment(&chain, &contract),
            trees: Vec::new(),
            net,
            oracle,
            signers,
        };
        life.register()?;
        life.commit()?;
        life.net.chain.next_blocks(2);
        life.timestamp()?;
        life.net.chain.next_blocks(2);
        Ok(life)
    }

    /// A block; what its hooks' storage cost, in SDK gas.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn block(&mut self) -> Result<u64, Broken> {
        let last = self.net.chain.height();
        self.oracle.forget();
        if self.trees.last().is_none_or(|(start, tree)| start + tree.total() < last + AHEAD) {
            self.commit()?;
        }
        if last.is_multiple_of(STAKE) {
            let place = usize::try_from(last / STAKE).unwrap_or_default() % self.net.fps.len();
            let key = self.net.fps[place].public_key();
            let stake =
                Stake { staking_time: 2 * STAKED, unbonding_time: STAKED, ..Stake::new(&[key], 1_000_000) };
            let made = self.net.link.app.babylon.delegate(stake);
            made.map_err(|error| self.broken(error))?;
        }
        if last.is_multiple_of(EPOCH) {
            self.timestamp()?;
        }
        self.net.link.relay(&mut self.net.chain);
        self.vote(last)?;
        let block = self.net.chain.next_block();
        if block.hooks.iter().any(|hook| hook.outcome != HookOutcome::Done) {
            return Err(self.broken(format!("{:?}", block.hooks)));
        }
        let finalized = self.net.finalized();
        if finalized < last {
            return Err(self.broken(format!("finality stands at {finalized}")));
        }
        Ok(block.hooks.iter().map(|hook| hook.usage.storage_gas).sum())
    }

    /// What `bsn` keeps.
    pub fn size(&self) -> StateSize {
        self.net.chain.state_size(&self.net.bsn)
    }

    fn register(&mut self) -> Result<(), Broken> {
        loop {
            self.net.relay();
            let health: Value =
                self.net.query(&json!({ "health": {} })).map_err(|error| self.broken(error))?;
            let waits = self.net.link.app.babylon.queued_events(&self.net.link.app.client);
            if waits == 0 && health["staking"]["queued"] == 0 {
                return Ok(());
            }
        }
    }

    fn timestamp(&mut self) -> Result<(), Broken> {
        let height = self.net.chain.height();
        let (hash, client) = (self.net.app_hash(height), self.net.link.app.client.clone());
        let app = &mut self.net.link.app;
        let sent = app
            .babylon
            .record_header(&client, height, &hash, 0)
            .and_then(|()| app.babylon.timestamp(&mut self.net.miner));
        let packets = sent.map_err(|error| self.broken(error))?;
        let ours = packets.into_iter().filter(|(to, _)| *to == client).map(|(_, packet)| packet);
        self.net.link.app.packets.extend(ours);
        self.net.link.relay(&mut self.net.chain);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Broken> {
        let start = match self.trees.last() {
            Some((start, tree)) => start + tree.total(),
            None => self.net.chain.height() + 2,
        };
        let tree = Tree::new((start..start + COMMITTED).map(nonce));
        let hash = commitment_hash(&self.commit_context, BlockHeight::new(start), COMMITTED, &tree.root());
        for index in 0..self.signers.len() {
            let signer = &self.signers[index];
            let message = json!({ "commit_public_randomness": {
                "fp_pubkey_hex": signer.key.to_string(),
                "start_height": start,
                "num_pub_rand": COMMITTED,
                "commitment": base64(&tree.root()),
                "signature": base64(&signer.schnorr(&hash)),
            } });
            self.execute(&message)?;
        }
        self.trees.push((start, tree));
        self.trees.drain(..self.trees.len().saturating_sub(3));
        Ok(())
    }

    fn vote(&mut self, at: u64) -> Result<(), Broken> {
        let app_hash = self.net.app_hash(at);
        let hash = vote_hash(&self.vote_context, BlockHeight::new(at), &app_hash);
        let covering = self.trees.iter().rev().find(|(start, _)| *start <= at);
        let proof = covering.and_then(|(start, tree)| tree.proof(at - start));
        let proof = proof.ok_or_else(|| self.broken("there is no randomness"))?;
        let aunts = proof.aunts.concat();
        let entry = |signer: &Signer| {
            let mut entry = signer.key.as_bytes().to_vec();
            entry.extend(nonce(at));
            entry.extend(signer.sign(&nonce(at), &hash));
            entry.extend(u8::try_from(proof.aunts.len()));
            entry.extend(&aunts);
            entry
        };
        let entries: Vec<Vec<u8>> = self.signers.iter().map(entry).collect();
        let together = if at.is_multiple_of(ALONE) { 1 } else { entries.len() };
        for part in entries.chunks(together) {
            let message = json!({ "submit_finality_signatures_at": {
                "height": at, "app_hash": base64(app_hash.as_bytes()), "packed": base64(&part.concat()),
            } });
            self.execute(&message)?;
        }
        Ok(())
    }

    fn execute(&mut self, message: &Value) -> Result<(), Broken> {
        let done = self.net.execute(message);
        done.map(drop).map_err(|error| self.broken(error))
    }

    fn broken(&self, what: impl ToString) -> Broken {
        Broken { height: self.net.chain.height() + 1, what: what.to_string() }
    }
}

fn nonce(height: u64) -> [u8; 32] {
    Sha256::digest([b"nonce", &height.to_be_bytes()[..]].concat()).into()
}

fn base64(bytes: &[u8]) -> Value {
    Binary::from(bytes).to_base64().into()
}
