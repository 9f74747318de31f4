//! Votes by the messages that carry them, with real signatures and no virtual machine.

use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, mock_dependencies, mock_env};
use cosmwasm_std::{Binary, Env, OwnedDeps, Response, from_json};
use eots::{SecretKey, SecretRandomness, message};
use finality::Commitment;
use finality::active_set::{ActiveSet, Member, select};
use finality::commitment::Coverage;
use finality::evidence::{Evidence, SignedHash};
use finality::vote::{Opening, Vote};
use merkle::{RangeProof, Tree};
use primitives::{AppHash, BlockHash, BlockHeight, FpPublicKey, SigningContext, UnixTime, VotingPower};
use staking::{FinalityProvider, FpId};

use super::submit_finality_signature::submit_finality_signature;
use super::submit_finality_signature_range::submit_finality_signature_range;
use super::submit_finality_signatures_at::submit_finality_signatures_at;
use crate::error::ContractError;
use crate::execute::submit_evidence::submit_evidence;
use crate::parse::batch;
use crate::state::{
    ACTIVE, ANCHORS, Anchor, BTC_TIP, CHANNELS, COMMITMENTS, Channels, EVIDENCE, FP_KEYS, Marks, OUTBOX,
    POWERS, PROVIDERS, Progress, SETS, STRIP_SIGNATURES, STRIPS, fp_height_key, height_key, key_height_key,
    votes,
};

/// The first height with an anchor, and the first after the last.
const HEIGHTS: std::ops::Range<u64> = 1..1_000;
/// Where the first commitment of each FP ends.
const FIRST_ENDS: u64 = 300;
const POWER: VotingPower = VotingPower::new(10);

fn set_of(fps: u8, power: VotingPower) -> ActiveSet {
    let members = (0..u32::from(fps)).map(|id| Member { id: FpId::new(id), power });
    let coverage = Coverage { covered: true, changes_at: None };
    select(members.map(|member| Ok::<_, ()>((member, coverage))), usize::MAX, 0).unwrap().set
}

struct World {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
    fps: Vec<SecretKey>,
}

/// The hash in the header of a height.
fn hash(height: u64) -> AppHash {
    AppHash::from_bytes([u8::try_from(height % 251).unwrap(); 32])
}

const FORK: AppHash = AppHash::from_bytes([255; 32]);

impl World {
    /// So many FPs with randomness in two commitments, and open heights.
    fn new(fps: u8) -> Self {
        let mut deps = mock_dependencies();
        let mut env = mock_env();
        env.block.height = HEIGHTS.end;
        let storage = &mut deps.storage;
        let progress = Progress {
            marks: Marks { timestamped: BlockHeight::new(5), ..Marks::default() },
            ..Progress::default()
        };
        progress.save(storage).unwrap();
        CHANNELS.save(storage, &Channels::default()).unwrap();
        BTC_TIP.save(storage, &primitives::BtcHeight::new(9)).unwrap();
        for height in HEIGHTS {
            let anchor = Anchor {
                app_hash: hash(height),
                block_hash: BlockHash::from_bytes([1; 32]),
                time: UnixTime::new(height),
                cursor: BlockHeight::default(),
                total: Some(VotingPower::new(POWER.get() * u128::from(fps))),
                backlog_full: false,
                ranked: crate::state::Ranked::Unknown,
            };
            ANCHORS.save(storage, &height_key(BlockHeight::new(height)), &anchor).unwrap();
        }
        let mut world = Self { deps, env, fps: Vec::new() };
        for number in 1..=fps {
            world.register(SecretKey::from_slice(&[number; 32]).unwrap());
        }
        ACTIVE.save(&mut world.deps.storage, &set_of(fps, POWER)).unwrap();
        world
    }

    fn register(&mut self, key: SecretKey) {
        let id = u32::try_from(self.fps.len()).unwrap();
        let public = *FpPublicKey::from(key.public_key()).as_bytes();
        let storage = &mut self.deps.storage;
        let fp = FinalityProvider { stake: POWER, ..FinalityProvider::new(FpId::new(id)) };
        PROVIDERS.save(storage, &public, &fp).unwrap();
        FP_KEYS.save(storage, &id.to_be_bytes(), &public).unwrap();
        POWERS.save(storage, &fp_height_key(FpId::new(id), BlockHeight::new(1)), &POWER).unwrap();
        self.fps.push(key);
        for heights in [HEIGHTS.start..FIRST_ENDS + 1, FIRST_ENDS + 1..HEIGHTS.end] {
            let start = BlockHeight::new(heights.start);
            let count = heights.end - heights.start;
            let tree = self.tree(id as usize, heights);
            let commitment =
                Commitment { start, count, root: tree.root(), committed_at: BlockHeight::new(1) };
            COMMITMENTS
                .save(&mut self.deps.storage, &fp_height_key(FpId::new(id), start), &commitment)
                .unwrap();
        }
    }

    fn context(&self) -> SigningContext {
        SigningContext::finality_vote(&self.env.block.chain_id, self.env.contract.address.as_str())
    }

    fn tree(&self, fp: usize, heights: std::ops::Range<u64>) -> Tree {
        let nonce = |height| SecretRandomness::derive(&self.fps[fp], &self.context(), height);
        Tree::new(heights.map(|height| *nonce(height).public().as_bytes()))
    }

    fn key(&self, fp: usize) -> FpPublicKey {
        self.fps[fp].public_key().into()
    }

    fn sign(&self, fp: usize, height: u64, app_hash: AppHash) -> (eots::PublicRandomness, SignedHash) {
        let nonce = SecretRandomness::derive(&self.fps[fp], &self.context(), height);
        let hash = message::vote_hash(&self.context(), BlockHeight::new(height), &app_hash);
        let signature = *eots::sign(&self.fps[fp], &nonce, &hash).as_bytes();
        (nonce.public(), SignedHash { app_hash, signature })
    }

    /// A vote at a height of the first commitment, or of the second.
    fn vote(&self, fp: usize, height: u64, app_hash: AppHash) -> Vote {
        let heights =
            if height <= FIRST_ENDS { HEIGHTS.start..FIRST_ENDS + 1 } else { FIRST_ENDS + 1..HEIGHTS.end };
        let index = height - heights.start;
        let opening = Opening::Proof(self.tree(fp, heights).proof(index).unwrap());
        let (randomness, signed) = self.sign(fp, height, app_hash);
        let height = BlockHeight::new(height);
        Vote { provider: self.key(fp), height, randomness, opening, signed }
    }

    fn submit(&mut self, vote: &Vote) -> Result<Response, ContractError> {
        submit_finality_signature(self.deps.as_mut(), &self.env, vote)
    }

    fn submit_at(&mut self, height: u64, votes: &[Vote]) -> Vec<String> {
        let votes = votes.iter().cloned().map(Ok).collect();
        let env = self.env.clone();
        let height = BlockHeight::new(height);
        verdicts(&submit_finality_signatures_at(self.deps.as_mut(), &env, height, votes).unwrap())
    }

    /// The hooks have settled what is below a height, and forgotten what is below another.
    fn settle(&mut self, settled: u64, votes_from: u64) {
        let mut progress = Progress::load(&self.deps.storage).unwrap();
        progress.marks.settled = BlockHeight::new(settled);
        progress.marks.votes_from = BlockHeight::new(votes_from);
        progress.save(&mut self.deps.storage).unwrap();
    }

    /// The first FP's votes at as many heights, all of its first commitment.
    fn submit_strip(&mut self, start: u64, count: u64) -> Vec<String> {
        let proof = self.tree(0, HEIGHTS.start..FIRST_ENDS + 1).range(start - 1, count).unwrap();
        self.submit_range(start, count, &proof)
    }

    /// Votes at as many heights, packed.
    fn submit_range(&mut self, start: u64, count: u64, proof: &RangeProof) -> Vec<String> {
        let packed: Vec<u8> = (start..start + count)
            .flat_map(|height| {
                let (nonce, SignedHash { app_hash, signature }) = self.sign(0, height, hash(height));
                [*nonce.as_bytes(), *app_hash.as_bytes(), signature].concat()
            })
            .collect();
        let signed = batch::range(&[], &Binary::from(packed));
        let (env, provider) = (self.env.clone(), self.key(0));
        let start = BlockHeight::new(start);
        let response =
            submit_finality_signature_range(self.deps.as_mut(), &env, provider, start, signed, proof);
        verdicts(&response.unwrap())
    }

    fn counted(&self, height: u64) -> u128 {
        votes::count(&self.deps.storage, BlockHeight::new(height), BlockHeight::default())
            .unwrap()
            .power
            .get()
    }

    fn evidence(&self, height: u64) -> Evidence {
        let key = key_height_key(self.key(0).as_bytes(), BlockHeight::new(height));
        EVIDENCE.may_load(&self.deps.storage, &key).unwrap().unwrap().evidence
    }
}

fn verdicts(response: &Response) -> Vec<String> {
    from_json(response.data.as_ref().unwrap()).unwrap()
}

#[test]
fn one_fp_twice_in_one_message_counts_once() {
    let voters = u8::try_from(votes::BATCH_MIN).unwrap();
    let mut world = World::new(voters);
    let mut all: Vec<Vote> = (0..world.fps.len()).map(|fp| world.vote(fp, 9, hash(9))).collect();
    all.push(all[0].clone());
    let told = world.submit_at(9, &all);
    let (last, rest) = told.split_last().unwrap();
    assert!(rest.iter().all(|verdict| verdict == "counted"), "{told:?}");
    assert!(last.contains("duplicated finality vote"), "{last}");
    assert_eq!(world.counted(9), POWER.get() * u128::from(voters), "each once");
    let counted = votes::count(&world.deps.storage, BlockHeight::new(9), BlockHeight::new(0)).unwrap();
    assert_eq!(counted.voters.len(), usize::from(voters));
}

/// A torn BeginBlock recorded the set that ended and the one that follows, and nothing else.
#[test]
fn the_votes_of_a_message_have_the_powers_of_their_height() {
    let voters = 8;
    let mut world = World::new(voters);
    SETS.save(&mut world.deps.storage, &height_key(BlockHeight::new(9)), &set_of(voters, POWER)).unwrap();
    ACTIVE.save(&mut world.deps.storage, &set_of(voters, VotingPower::new(3))).unwrap();
    for (height, power) in [(8, POWER.get()), (9, POWER.get()), (10, 3)] {
        let votes: Vec<Vote> = (0..world.fps.len()).map(|fp| world.vote(fp, height, hash(height))).collect();
        assert!(world.submit_at(height, &votes).iter().all(|verdict| verdict == "counted"));
        assert_eq!(world.counted(height), power * u128::from(voters), "height {height}");
    }
}

/// C-09
#[test]
fn who_signs_two_hashes_in_one_message_is_slashed() {
    let mut world = World::new(2);
    let both = [world.vote(0, 9, hash(9)), world.vote(0, 9, FORK), world.vote(1, 9, hash(9))];
    assert_eq!(world.submit_at(9, &both), ["counted", "equivocation", "counted"]);
}

/// In the event and in the record, of which answers and packets are made.
fn is_canonical(world: &World, response: &Response) {
    let event = response.events.iter().find(|event| event.ty == "slashed_finality_provider").unwrap();
    let of = |name: &str| event.attributes.iter().find(|one| one.key == name).unwrap().value.clone();
    let evidence = world.evidence(9);
    assert_eq!((of("canonical_app_hash"), of("fork_app_hash")), (hash(9).to_string(), FORK.to_string()));
    assert_eq!((evidence.first.app_hash, evidence.second.app_hash), (hash(9), FORK));
    assert_eq!(of("canonical_finality_sig"), hex::encode(evidence.first.signature));
    assert_eq!(OUTBOX.all(&world.deps.storage, cosmwasm_std::Order::Ascending).count(), 1);
}

/// C-09
#[test]
fn the_canonical_hash_is_the_anchors_whatever_came_first() {
    for (first, second) in [(hash(9), FORK), (FORK, hash(9))] {
        let mut world = World::new(2);
        let [one, other] = [first, second].map(|app_hash| world.vote(0, 9, app_hash));
        world.submit(&one).unwrap();
        let response = world.submit(&other).unwrap();
        is_canonical(&world, &response);

        let mut world = World::new(2);
        let [(nonce, first), (_, second)] = [first, second].map(|app_hash| world.sign(0, 9, app_hash));
        let (provider, randomness) = (world.key(0), *nonce.as_bytes());
        let evidence = Evidence { provider, height: BlockHeight::new(9), randomness, first, second };
        let env = world.env.clone();
        let response = submit_evidence(world.deps.as_mut(), &env, &evidence).unwrap();
        is_canonical(&world, &response);
    }
}

/// C-26
#[test]
fn each_vote_has_a_verdict_however_many() {
    let beyond = "not taken: at most 200";
    let mut world = World::new(1);
    let proof = world.tree(0, HEIGHTS.start..FIRST_ENDS + 1).range(19, 203).unwrap();
    let told = world.submit_range(20, 203, &proof);
    assert_eq!(told[..200], vec!["counted"; 200]);
    assert_eq!(told[200..], [beyond; 3]);
    assert_eq!((world.counted(219), world.counted(220)), (POWER.get(), 0));

    let vote = world.vote(0, 250, hash(250));
    let told = world.submit_at(250, &vec![vote; 202]);
    assert_eq!(told[0], "counted");
    assert!(told[1..200].iter().all(|verdict| verdict.contains("duplicated")));
    assert_eq!(told[200..], [beyond; 2]);
}

#[test]
fn a_range_over_two_commitments_counts_the_part_of_each() {
    let mut world = World::new(1);
    let first = world.tree(0, HEIGHTS.start..FIRST_ENDS + 1).range(FIRST_ENDS - 3, 3).unwrap();
    let second = world.tree(0, FIRST_ENDS + 1..HEIGHTS.end).range(0, 4).unwrap();
    let aunts = [first.aunts.clone(), second.aunts].concat();
    let whole = RangeProof { aunts, ..first.clone() };
    assert_eq!(world.submit_range(FIRST_ENDS - 2, 7, &whole), ["counted"; 7]);

    let mut world = World::new(1);
    let told = world.submit_range(FIRST_ENDS - 2, 7, &first);
    assert_eq!(told[..3], ["counted"; 3], "with the first part's proof alone");
    assert!(told[3..].iter().all(|verdict| verdict.contains("invalid inclusion proof")), "{told:?}");
    assert_eq!(world.counted(FIRST_ENDS + 1), 0);
}

fn strips(world: &World) -> [usize; 2] {
    let storage = &world.deps.storage;
    let order = cosmwasm_std::Order::Ascending;
    [STRIPS.all(storage, order).count(), STRIP_SIGNATURES.all(storage, order).count()]
}

#[test]
fn a_vote_on_a_strip_is_there_for_whatever_message_comes() {
    let mut world = World::new(1);
    assert_eq!(world.submit_strip(8, 6), ["counted"; 6]);
    assert_eq!(strips(&world), [1, 1]);
    let again = world.submit_strip(6, 10);
    assert_eq!(
        (&again[..2], &again[8..]),
        (&["counted"; 2].map(String::from)[..], &["counted"; 2].map(String::from)[..])
    );
    assert!(again[2..8].iter().all(|verdict| verdict.contains("duplicated finality vote")), "{again:?}");
    let vote = world.vote(0, 9, hash(9));
    let alone = world.submit(&vote).unwrap_err().to_string();
    assert!(alone.contains("duplicated finality vote"), "{alone}");
    assert!(world.submit_at(9, &[vote])[0].contains("duplicated finality vote"));
    assert_eq!((6..16).map(|height| world.counted(height)).collect::<Vec<_>>(), [POWER.get(); 10]);
}

/// C-09: also after the height is settled, as long as the vote is kept.
#[test]
fn a_vote_on_a_strip_is_half_of_an_evidence() {
    for settled in [0, 100] {
        let mut world = World::new(2);
        world.submit_strip(8, 6);
        world.settle(settled, 9);
        let response = world.submit(&world.vote(0, 9, FORK)).unwrap();
        is_canonical(&world, &response);
        assert_eq!(world.evidence(9).first.signature, world.sign(0, 9, hash(9)).1.signature);
        assert_eq!(world.counted(9), POWER.get(), "it still counts where it was cast before");
    }
    let mut world = World::new(2);
    world.submit_strip(8, 6);
    world.settle(100, 10);
    let forgotten = world.submit(&world.vote(0, 9, FORK)).unwrap_err().to_string();
    assert!(forgotten.contains("already finalized and timestamped"), "{forgotten}");
}

/// C-09
#[test]
fn a_strip_ends_where_a_vote_for_another_hash_lies() {
    let mut world = World::new(2);
    world.submit(&world.vote(0, 9, FORK)).unwrap();
    let told = world.submit_strip(4, 8);
    assert_eq!(told[..6], ["counted", "counted", "counted", "counted", "counted", "equivocation"]);
    assert!(told[6..].iter().all(|verdict| verdict.contains("already been slashed")), "{told:?}");
    assert_eq!(strips(&world), [1, 1]);
    assert_eq!((world.counted(8), world.counted(9), world.counted(10)), (POWER.get(), 0, 0));
    let evidence = world.evidence(9);
    assert_eq!((evidence.first.app_hash, evidence.second.app_hash), (hash(9), FORK));
}

#[test]
fn votes_for_another_hash_in_a_range_are_on_no_strip() {
    let mut world = World::new(1);
    for height in 12..17 {
        let key = height_key(BlockHeight::new(height));
        let anchor = ANCHORS.may_load(&world.deps.storage, &key).unwrap().unwrap();
        ANCHORS.save(&mut world.deps.storage, &key, &Anchor { app_hash: FORK, ..anchor }).unwrap();
    }
    let told = world.submit_strip(8, 13);
    assert_eq!(told, [vec!["counted"; 4], vec!["fork"; 5], vec!["counted"; 4]].concat());
    assert_eq!(strips(&world), [1, 2]);
    let voters = votes::count(&world.deps.storage, BlockHeight::new(14), BlockHeight::new(0)).unwrap().voters;
    assert!(voters.is_empty(), "{voters:?}");
}
