//! What happens in such a life.

use devnet::actors::Stake;
use devnet::network::{Network, Setup};
use devnet::{HookOutcome, HookReport, StateSize};
use eots::message::{commitment_hash, vote_hash};
use merkle::Tree;
use primitives::{BlockHeight, SigningContext};
use serde_json::{Value, json};

use super::keeping::{Backlog, Keeping, Knobs};
use super::pace::Pace;
use super::seen::Seen;
use super::stakes::Stakes;
use crate::Broken;
use crate::crowd::{base64, nonce};
use crate::oracle::{Oracle, Signer};

const SEED: u64 = 36;
/// So many blocks before the end everybody commits again.
const AHEAD: u64 = 60;
/// Every how many blocks an epoch is timestamped, which moves Bitcoin on as well.
const EPOCH: u64 = 10;
/// Every how many blocks somebody delegates.
const STAKE: u64 = 5;
/// Blocks of Bitcoin until a delegation's power ends, and then until it is over.
const STAKED: u32 = 20;
/// What a hook may use of storage, in SDK gas: half of what the chain module gives it.
const HOOK_GAS: u64 = 2_500_000;
/// The shortest votes are kept after a height is closed.
const VOTE_WINDOW: u64 = 3;
/// The shortest that a config allows.
const ANCHOR_RETENTION_S: u64 = 60;

/// A network without faults, its signers without a curve.
pub struct Life {
    pace: Pace,
    keeping: Keeping,
    stakes: Stakes,
    net: Network,
    oracle: Oracle,
    signers: Vec<Signer>,
    vote_context: SigningContext,
    commit_context: SigningContext,
    /// The first height at which the late ones have not voted.
    late_from: u64,
    /// Everybody's randomness; nobody forbids that it is the same.
    trees: Vec<(u64, Tree)>,
}

impl Life {
    /// Everybody registered and staked, randomness committed and timestamped.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn begin(pace: Pace) -> Result<Self, Broken> {
        let Pace { fps, vote_retention, .. } = pace;
        let oracle = Oracle::default();
        // Proofs of possession are of the curve: here they are taken on trust.
        let over = json!({
            "vote_retention": vote_retention, "vote_window": VOTE_WINDOW, "anchor_retention_s": ANCHOR_RETENTION_S,
            "max_active_finality_providers": fps.min(200), "babylon_chain_id": null,
        });
        let setup = Setup::new(SEED, &[]).with(over);
        let early = |error: devnet::network::NetworkError| Broken { height: 0, what: error.to_string() };
        let mut net = Network::deploy_machine(&oracle.machine(), &setup).map_err(early)?;
        net.open_channel().map_err(early)?;
        for index in 0..fps {
            net.add_fp(SEED, 100 + u64::from(index)).map_err(early)?;
        }
        let signers = net.fps.iter().map(|fp| Signer::new(fp.secret_key(), &oracle)).collect();
        let (chain, contract) = (net.chain.chain_id().to_owned(), net.bsn.clone());
        let knobs = Knobs {
            fps: fps.into(),
            delegations: pace.delegations.max(1),
            vote_window: VOTE_WINDOW,
            vote_retention,
            anchor_retention_s: ANCHOR_RETENTION_S,
        };
        let mut life = Self {
            pace,
            keeping: Keeping::new(knobs, &Seen::default(), 0),
            stakes: Stakes::default(),
            vote_context: SigningContext::finality_vote(&chain, &contract),
            commit_context: SigningContext::randomness_commitment(&chain, &contract),
            trees: Vec::new(),
            net,
            oracle,
            signers,
            late_from: 0,
        };
        life.register()?;
        life.commit()?;
        life.net.chain.next_blocks(2);
        life.timestamp()?;
        life.net.chain.next_blocks(2);
        life.keeping = Keeping::new(knobs, &life.seen(), life.net.chain.height());
        life.late_from = life.net.chain.height();
        if pace.backlog > 0 {
            life.keeping.backlog = Some(Backlog { first: life.net.chain.height(), ended: None });
        }
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
        self.delegate(last)?;
        if last.is_multiple_of(EPOCH) {
            self.timestamp()?;
        }
        self.net.link.relay(&mut self.net.chain);
        self.vote_as_planned(last)?;
        let block = self.net.chain.next_block();
        self.keeping.block(block.header.height, block.header.time.seconds());
        for HookReport { hook, outcome, usage, .. } in &block.hooks {
            if *outcome != HookOutcome::Done || usage.storage_gas >= HOOK_GAS {
                return Err(self.broken(format!("{hook:?} {outcome:?}, and used {usage:?}")));
            }
        }
        let finalized = self.net.finalized();
        if finalized < last && !self.is_behind(last, 8) {
            return Err(self.broken(format!("finality stands at {finalized}")));
        }
        Ok(block.hooks.iter().map(|hook| hook.usage.storage_gas).sum())
    }

    /// Whether a backlog waits, or waited until so many blocks ago: the given share of its heights.
    fn is_behind(&self, last: u64, share: u64) -> bool {
        let ended = self.keeping.backlog.map(|backlog| backlog.ended.unwrap_or(u64::MAX));
        ended.is_some_and(|ended| last < ended.saturating_add(self.pace.backlog / share))
    }

    /// Everybody who is not late votes at the last height, and at times the late ones do at some; but at the first height of a backlog only when it is long enough.
    fn vote_as_planned(&mut self, last: u64) -> Result<(), Broken> {
        match self.keeping.backlog {
            Some(Backlog { first, ended: None }) if last == first => return Ok(()),
            Some(Backlog { first, ended: None }) if last == first + self.pace.backlog => {
                self.vote(first)?;
                self.keeping.backlog = Some(Backlog { first, ended: Some(last + 1) });
            }
            _ => {}
        }
        self.vote(last)?;
        if Pace::ends_a_range(last) { self.vote_late(last) } else { Ok(()) }
    }

    /// Somebody delegates now and then, by way of Babylon, or many do with every block.
    fn delegate(&mut self, last: u64) -> Result<(), Broken> {
        if self.pace.delegations > 0 {
            return self.inject();
        }
        if !last.is_multiple_of(STAKE) {
            return Ok(());
        }
        let place = usize::try_from(last / STAKE).unwrap_or_default() % self.net.fps.len();
        let key = self.net.fps[place].public_key();
        let stake =
            Stake { staking_time: 2 * STAKED, unbonding_time: STAKED, ..Stake::new(&[key], 1_000_000) };
        let made = self.net.link.app.babylon.delegate(stake);
        let txid = made.map_err(|error| self.broken(error))?;
        let end = self.net.link.app.babylon.delegation(&txid).map(|made| made.event.end_height);
        self.keeping.delegated(*txid.as_bytes(), end.unwrap_or_default(), 1);
        Ok(())
    }

    /// As the daemons' own suites do on regtest: it takes neither Babylon's memory nor a relayer's time.
    fn inject(&mut self) -> Result<(), Broken> {
        let tip = self.net.miner.tip_height();
        let end = tip + 2 * STAKED;
        let mut items = Vec::new();
        for _ in 0..self.pace.delegations {
            let (number, made) = self.stakes.next();
            let fp = &self.signers[usize::try_from(number).unwrap_or_default() % self.signers.len()].key;
            items.push(json!({
                "btc_pk_hex": fp.to_string(), "fp_btc_pk_list": [fp.to_string()], "staker_addr": "bbn1staker",
                "start_height": tip, "end_height": end, "unbonding_time": STAKED, "params_version": 0,
                "total_sat": made.sats, "staking_tx": base64(&made.tx), "staking_output_idx": 0,
            }));
            self.keeping.delegated(made.txid, end, 1);
        }
        let message = json!({ "btc_staking": { "new_fp": [], "active_del": items } });
        let (admin, bsn) = (self.net.admin.clone(), self.net.bsn.clone());
        let done = self.net.chain.execute(&admin, &bsn, &message).map_err(|error| self.broken(error))?;
        match done.attribute("wasm", "applied") {
            Some(applied) if applied == self.pace.delegations.to_string() => Ok(()),
            other => Err(self.broken(format!("{other:?} delegations took effect"))),
        }
    }

    /// Holds what `bsn` keeps against what it must keep and may keep.
    ///
    /// # Errors
    /// [`Broken`] with the table and the block.
    pub fn judge(&mut self) -> Result<Seen, Broken> {
        let seen = self.seen();
        let tip = self.net.miner.tip_height();
        self.keeping
            .judge(&seen, tip)
            .map_err(|breach| Broken { height: self.net.chain.height(), what: breach.to_string() })?;
        Ok(seen)
    }

    fn seen(&self) -> Seen {
        let mut seen = Seen::default();
        self.net.chain.each_entry(&self.net.bsn, |key, value| seen.note(key, value));
        seen
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
        let tree = Tree::new((start..start + self.pace.committed).map(nonce));
        let hash =
            commitment_hash(&self.commit_context, BlockHeight::new(start), self.pace.committed, &tree.root());
        for index in 0..self.signers.len() {
            let signer = &self.signers[index];
            let message = json!({ "commit_public_randomness": {
                "fp_pubkey_hex": signer.key.to_string(),
                "start_height": start,
                "num_pub_rand": self.pace.committed,
                "commitment": base64(&tree.root()),
                "signature": base64(&signer.schnorr(&hash)),
            } });
            self.execute(&message)?;
        }
        self.trees.push((start, tree));
        // What waits for its votes is opened later.
        if !matches!(self.keeping.backlog, Some(Backlog { ended: None, .. })) {
            self.trees.drain(..self.trees.len().saturating_sub(5));
        }
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
        let prompt = self.signers.iter().enumerate().filter(|(index, _)| !Pace::is_late(*index));
        let entries: Vec<Vec<u8>> = prompt.map(|(_, signer)| entry(signer)).collect();
        let together = self.pace.votes_in_a_message(at);
        for part in entries.chunks(together) {
            let message = json!({ "submit_finality_signatures_at": {
                "height": at, "app_hash": base64(app_hash.as_bytes()), "packed": base64(&part.concat()),
            } });
            self.execute(&message)?;
        }
        self.keeping.voted(at, entries.len() as u64);
        Ok(())
    }

    /// The late ones vote at every height up to the last at which they have not, in a message for each commitment.
    fn vote_late(&mut self, last: u64) -> Result<(), Broken> {
        while self.late_from <= last {
            let from = self.late_from;
            let covering = self.trees.iter().rev().find(|(start, _)| *start <= from);
            let (start, tree) = covering.ok_or_else(|| self.broken("there is no randomness"))?;
            let through = last.min(start + tree.total() - 1);
            let proof = tree.range(from - start, through - from + 1);
            let proof = proof.ok_or_else(|| self.broken("there is no randomness"))?;
            let votes: Vec<_> = (from..=through)
                .map(|at| {
                    let app_hash = self.net.app_hash(at);
                    (at, vote_hash(&self.vote_context, BlockHeight::new(at), &app_hash), app_hash)
                })
                .collect();
            let late = self.signers.iter().enumerate().filter(|(index, _)| Pace::is_late(*index));
            let messages: Vec<Value> = late
                .map(|(_, signer)| {
                    let packed = votes.iter().flat_map(|(at, hash, app_hash)| {
                        [nonce(*at), *app_hash.as_bytes(), signer.sign(&nonce(*at), hash)].concat()
                    });
                    json!({ "submit_finality_signature_range": {
                        "fp_pubkey_hex": signer.key.to_string(), "start_height": from,
                        "packed": base64(&packed.collect::<Vec<u8>>()),
                        "proof": {
                            "total": proof.total, "start": proof.start,
                            "aunts": proof.aunts.iter().map(|aunt| base64(aunt)).collect::<Vec<_>>(),
                        },
                    } })
                })
                .collect();
            messages.iter().try_for_each(|message| self.execute(message))?;
            (from..=through).for_each(|at| self.keeping.voted(at, messages.len() as u64));
            self.late_from = through + 1;
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
