//! Hundreds of finality providers on the native machine, their signers without a curve: a state that a hook has to cope
//! with is there within seconds.

use std::ops::Range;
use std::rc::Rc;

use cosmwasm_std::Binary;
use devnet::HookOutcome;
use devnet::network::{Network, NetworkError, Setup};
use eots::message::{commitment_hash, vote_hash};
use merkle::Tree;
use primitives::{BlockHeight, SigningContext};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Broken;
use crate::oracle::{Oracle, Signer};

const SEED: u64 = 12;
/// Every finality provider's stake, in whole bitcoin.
const STAKE: u64 = 100;
/// How many register with one packet.
const REGISTERED_AT_ONCE: u32 = 50;
/// How many votes come in one message.
const VOTES_AT_ONCE: usize = 100;

/// The network and those who sign.
pub struct Crowd {
    /// The network; its own signers sign nothing.
    pub net: Network,
    oracle: Oracle,
    signers: Vec<Signer>,
    /// Of each signer: from which height on, the tree of its randomness.
    randomness: Vec<Vec<(u64, Rc<Tree>)>>,
}

impl Crowd {
    /// So many finality providers with equal stakes on a contract with these settings.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn begin(fps: u32, settings: Value) -> Result<Self, Broken> {
        let oracle = Oracle::default();
        let early = |error: NetworkError| Broken { height: 0, what: error.to_string() };
        let setup = Setup::new(SEED, &[]).with(settings);
        let mut net = Network::deploy_machine(&oracle.machine(), &setup).map_err(early)?;
        net.open_channel().map_err(early)?;
        for index in 0..fps {
            net.add_fp(SEED, STAKE).map_err(early)?;
            if index % REGISTERED_AT_ONCE == REGISTERED_AT_ONCE - 1 {
                net.relay();
                net.chain.next_block();
            }
        }
        net.relay();
        net.chain.next_block();
        let signers: Vec<Signer> = net.fps.iter().map(|fp| Signer::new(fp.secret_key(), &oracle)).collect();
        let randomness = vec![Vec::new(); signers.len()];
        Ok(Self { net, oracle, signers, randomness })
    }

    /// Commits randomness for the same heights of everybody named.
    ///
    /// # Errors
    /// [`Broken`] where it is refused.
    pub fn commit(&mut self, who: Range<usize>, start: u64, count: u64) -> Result<(), Broken> {
        let tree = Rc::new(Tree::new((start..start + count).map(nonce)));
        let context = SigningContext::randomness_commitment(self.net.chain.chain_id(), &self.net.bsn);
        let hash = commitment_hash(&context, BlockHeight::new(start), count, &tree.root());
        for index in who {
            let signer = &self.signers[index];
            let message = json!({ "commit_public_randomness": {
                "fp_pubkey_hex": signer.key.to_string(), "start_height": start, "num_pub_rand": count,
                "commitment": base64(&tree.root()), "signature": base64(&signer.schnorr(&hash)),
            } });
            self.execute(&message)?;
            self.randomness[index].push((start, Rc::clone(&tree)));
        }
        Ok(())
    }

    /// Makes what was committed so far count.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn timestamp(&mut self) -> Result<(), Broken> {
        self.blocks(2)?;
        self.net.timestamp().map_err(|error| self.broken(error))?;
        self.blocks(1)
    }

    /// Ends blocks whose hooks must take effect, but for those that are planned to be lost.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn blocks(&mut self, count: u64) -> Result<(), Broken> {
        for _ in 0..count {
            self.oracle.forget();
            let block = self.net.chain.next_block();
            let failed =
                block.hooks.iter().find(|hook| hook.fault.is_none() && hook.outcome != HookOutcome::Done);
            if let Some(failed) = failed {
                return Err(self.broken(format!("{:?}: {:?}", failed.hook, failed.outcome)));
            }
        }
        Ok(())
    }

    /// Votes at a height of those named who have randomness there, in messages of many.
    ///
    /// # Errors
    /// [`Broken`] where one does not count.
    pub fn vote(&mut self, who: Range<usize>, at: u64) -> Result<(), Broken> {
        let app_hash = self.net.app_hash(at);
        let context = SigningContext::finality_vote(self.net.chain.chain_id(), &self.net.bsn);
        let hash = vote_hash(&context, BlockHeight::new(at), &app_hash);
        let entries: Vec<Vec<u8>> = who.filter_map(|index| self.entry(index, at, &hash)).collect();
        for part in entries.chunks(VOTES_AT_ONCE) {
            let message = json!({ "submit_finality_signatures_at": {
                "height": at, "app_hash": base64(app_hash.as_bytes()), "packed": base64(&part.concat()),
            } });
            let done = self.net.execute(&message).map_err(|error| self.broken(error))?;
            let counted = done.attribute("wasm-submit_finality_signatures", "counted").map(str::to_owned);
            if counted != Some(part.len().to_string()) {
                return Err(self.broken(format!("{counted:?} of {} votes count at {at}", part.len())));
            }
        }
        Ok(())
    }

    fn entry(&self, index: usize, at: u64, hash: &[u8; 32]) -> Option<Vec<u8>> {
        let (signer, randomness) = (&self.signers[index], &self.randomness[index]);
        let (start, tree) = randomness.iter().rev().find(|(start, _)| *start <= at)?;
        let proof = (at - start < tree.total()).then(|| tree.proof(at - start)).flatten()?;
        let mut entry = signer.key.as_bytes().to_vec();
        entry.extend(nonce(at));
        entry.extend(signer.sign(&nonce(at), hash));
        entry.extend(u8::try_from(proof.aunts.len()));
        entry.extend(proof.aunts.concat());
        Some(entry)
    }

    /// Has a message executed.
    ///
    /// # Errors
    /// [`Broken`] where it is refused.
    pub fn execute(&mut self, message: &Value) -> Result<(), Broken> {
        let admin = self.net.admin.clone();
        let bsn = self.net.bsn.clone();
        let done = self.net.chain.execute(&admin, &bsn, message);
        done.map(drop).map_err(|error| self.broken(error))
    }

    fn broken(&self, what: impl ToString) -> Broken {
        Broken { height: self.net.chain.height() + 1, what: what.to_string() }
    }
}

/// What stands for the public randomness at a height: the same for all.
pub fn nonce(height: u64) -> [u8; 32] {
    Sha256::digest([b"nonce", &height.to_be_bytes()[..]].concat()).into()
}

/// Bytes as JSON messages carry them.
pub fn base64(bytes: &[u8]) -> Value {
    Binary::from(bytes).to_base64().into()
}
