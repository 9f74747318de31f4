//! The grid on real hooks and with real signatures (finality's GRID.md, "Rules"): C is 60, and the root is 12,480.

mod asking;
mod bootstrapping;
mod closing;
mod histories;
mod records;
mod snapshots;
mod sweeping;
mod voting;

use cosmwasm_std::Binary;
use eots::{SecretRandomness, message};
use finality::Commitment;
use finality::commitment::Run;
use finality::grid::Record;
use merkle::Tree;
use primitives::{AppHash, BlockHeight, FpId, FpPublicKey, SigningContext, VotingPower};
use staking::{FinalityProvider, FpStatus, Ledger};

use super::*;
use crate::state::{
    COMMITTEES, Committee, GRID, GRID_VOTES, Grid, MARKS, Marks, PLACED, RECORD, SEATS, StoredLedger,
    fp_height_key, height_key, raw,
};

const C: u64 = 60;
/// The grid is set here.
const SET: u64 = 12_345;
const ROOT: u64 = 12_480;
/// For how many heights each FP commits.
const COUNT: u64 = 6_000;
/// What every hook says of its block.
const APP_HASH: [u8; 32] = [2; 32];
const FORK: [u8; 32] = [9; 32];

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// A chain with a grid.
struct Chain {
    world: World,
    /// The nonces of the FPs from 1 on; real ones at grid heights alone.
    trees: Vec<Tree>,
}

impl Chain {
    /// FPs 1, 2, … with this stake, in sats, and randomness that counts.
    fn new(stakes: &[u64]) -> Self {
        let mut chain = Self::without_grid(stakes);
        let migrated = chain.migrate(Some(C));
        migrated.unwrap();
        chain
    }

    fn without_grid(stakes: &[u64]) -> Self {
        let knobs = json!({ "min_active_percent": 34, "missed_blocks_window": 10_000 });
        let mut world = World::start(knobs).unwrap();
        world.connect(0, 0);
        world.env.block.height = SET;
        let mut chain = Self { world, trees: vec![] };
        stakes.iter().for_each(|stake| chain.join(*stake));
        chain
    }

    fn migrate(&mut self, grid: Option<u64>) -> Result<Response, String> {
        let message = from_json(to_json_vec(&json!({ "grid": grid })).unwrap()).unwrap();
        let env = self.world.env.clone();
        entry::migrate(self.world.deps.as_mut(), env, message).map_err(|error| error.to_string())
    }

    /// One more FP.
    fn join(&mut self, stake: u64) {
        let fp = u8::try_from(self.trees.len()).unwrap() + 1;
        self.world.stake(0, Items::fps(0, [fp]).0);
        self.set_stake(fp, stake);
        let grid =
            |height: &u64| height.is_multiple_of(C).then(|| *self.nonce(fp, *height).public().as_bytes());
        let tree = Tree::new((SET..SET + COUNT).map(|height| grid(&height).unwrap_or_default()));
        let commitment =
            Commitment { start: at(SET), count: COUNT, root: tree.root(), committed_at: at(SET) };
        self.commit(fp, commitment);
        self.trees.push(tree);
    }

    fn commit(&mut self, fp: u8, commitment: Commitment) {
        let storage = &mut self.world.deps.storage;
        let placed = (commitment, Run::first(commitment.start));
        PLACED.save(storage, &fp_height_key(id(fp), commitment.start), &placed).unwrap();
        let marks = Marks { timestamped: at(SET + 1), stale: true, ..MARKS.load(storage).unwrap() };
        MARKS.save(storage, &marks).unwrap();
    }

    /// Bitcoin has timestamped this height.
    fn timestamp(&mut self, height: u64) {
        let storage = &mut self.world.deps.storage;
        let marks = Marks { timestamped: at(height), stale: true, ..MARKS.load(storage).unwrap() };
        MARKS.save(storage, &marks).unwrap();
    }

    /// Changes its record, and has the set computed anew.
    fn change(&mut self, fp: u8, change: impl FnOnce(&mut FinalityProvider)) {
        let mut ledger = StoredLedger(&mut self.world.deps.storage);
        let mut record = ledger.fp(&public(fp)).unwrap().unwrap();
        change(&mut record);
        ledger.put_fp(&public(fp), &record).unwrap();
        crate::state::mark_stale(&mut self.world.deps.storage).unwrap();
    }

    fn set_stake(&mut self, fp: u8, stake: u64) {
        self.change(fp, |record| record.stake = VotingPower::new(stake.into()));
    }

    fn set_status(&mut self, fp: u8, status: FpStatus) {
        self.change(fp, |record| record.status = status);
    }

    fn slash(&mut self, fp: u8) {
        let btc_height = primitives::BtcHeight::new(1);
        self.set_status(fp, FpStatus::Slashed { height: at(1), btc_height });
    }

    /// Whether Bitcoin's tip is too old.
    fn set_stale(&mut self, is_stale: bool) {
        let seen = crate::state::BitcoinSeen { is_stale, ..Default::default() };
        crate::state::BITCOIN.save(&mut self.world.deps.storage, &seen).unwrap();
    }

    fn height(&self) -> u64 {
        self.world.env.block.height
    }

    /// Whole blocks up to a height, that one too.
    fn go(&mut self, through: u64) {
        while self.height() < through {
            self.world.pass(1);
        }
    }

    /// Blocks without hooks.
    fn lose(&mut self, through: u64) {
        let seconds = through - self.height();
        self.world.env.block.height = through;
        self.world.env.block.time = self.world.env.block.time.plus_seconds(seconds);
    }

    /// One block of which these hooks take effect; what they say.
    fn block(&mut self, hooks: &[&str]) -> Vec<Response> {
        self.world.env.block.height += 1;
        self.world.env.block.time = self.world.env.block.time.plus_seconds(1);
        hooks.iter().map(|hook| self.world.hook(hook)).collect()
    }

    fn context(&self) -> SigningContext {
        let env = &self.world.env;
        SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str())
    }

    fn nonce(&self, fp: u8, height: u64) -> SecretRandomness {
        SecretRandomness::derive(&secret(fp), &self.context(), height)
    }

    fn message(&self, fp: u8, height: u64, app_hash: [u8; 32]) -> Value {
        let hash = message::vote_hash(&self.context(), at(height), &AppHash::from_bytes(app_hash));
        let nonce = self.nonce(fp, height);
        let signature = eots::sign(&secret(fp), &nonce, &hash);
        let proof = self.trees[usize::from(fp) - 1].proof(height - SET).unwrap();
        let aunts: Vec<Binary> = proof.aunts.iter().map(Binary::from).collect();
        json!({
            "fp_pubkey_hex": key(fp), "height": height, "pub_rand": Binary::from(nonce.public().as_bytes()),
            "proof": {
                "total": proof.total, "index": proof.index, "leaf_hash": Binary::from(proof.leaf_hash), "aunts": aunts,
            },
            "block_hash": Binary::from(app_hash), "signature": Binary::from(signature.as_bytes()),
        })
    }

    /// An FP votes at a grid height; the verdict.
    fn vote(&mut self, fp: u8, height: u64, app_hash: [u8; 32]) -> Result<String, String> {
        let message = json!({ "submit_finality_signature": self.message(fp, height, app_hash) });
        let response = self.world.execute("anybody", message)?;
        let verdict = response.events[0].attributes.iter().find(|attribute| attribute.key == "verdict");
        Ok(verdict.unwrap().value.clone())
    }

    fn votes(&mut self, fps: &[u8], height: u64) {
        for fp in fps {
            self.vote(*fp, height, APP_HASH).unwrap();
        }
    }

    fn grid(&self) -> Grid {
        GRID.at(&self.world.deps.storage, &[]).unwrap()
    }

    fn committee(&self, height: u64) -> Option<Committee> {
        COMMITTEES.at(&self.world.deps.storage, &height_key(at(height)))
    }

    fn closed_through(&self) -> u64 {
        self.grid().order.closed_through.get()
    }

    /// Who has a seat in the snapshot of a height, and its power there.
    fn seats(&self, height: u64) -> Vec<(u8, u64)> {
        let mut found = vec![];
        for (key, seat) in crate::heights::grid::seats(&self.world.deps.storage, at(height)) {
            found.push(((1..=200).find(|fp| public(*fp) == key).unwrap(), seat.power));
        }
        found.sort_unstable();
        found
    }

    fn record(&self) -> Option<Record> {
        let stored = RECORD.load_raw(&self.world.deps.storage).ok()?;
        Some(Record::from_bytes(&stored).expect("it is in its form"))
    }

    fn grid_votes(&self) -> usize {
        raw(&self.world.deps.storage, GRID_VOTES.letter(), &[], &[u8::MAX; 40], usize::MAX).len()
    }
}

fn id(fp: u8) -> FpId {
    FpId::new(u32::from(fp) - 1)
}

fn public(fp: u8) -> FpPublicKey {
    FpPublicKey::from(secret(fp).public_key())
}

/// The alarms of hooks.
fn alarms(responses: &[Response]) -> Vec<String> {
    let events = responses.iter().flat_map(|response| &response.events);
    events.filter(|event| event.ty == "alarm").map(|event| event.attributes[0].value.clone()).collect()
}

const WHOLE: [&str; 3] = ["begin_block", "begin_block", "end_block"];
