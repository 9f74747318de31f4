use primitives::UnixTime;

use super::*;
use crate::state::{ANCHORS, BALLOTS, EVIDENCE, Progress, key_height_key};

const G: u64 = ROOT + C;

/// FPs with these powers, of whom all are in the committee of G.
fn chain() -> Chain {
    let mut chain = Chain::new(&[30, 20, 10]);
    chain.go(ROOT);
    chain
}

fn voted(chain: &Chain, height: u64) -> u64 {
    BALLOTS.at(&chain.world.deps.storage, &height_key(at(height))).unwrap_or_default()
}

/// Votes have had their time at every height up to this one.
fn settle(chain: &mut Chain, height: u64) {
    let storage = &mut chain.world.deps.storage;
    let mut progress = Progress::load(storage).unwrap();
    (progress.marks.cursor, progress.marks.settled) = (at(height), at(height));
    progress.marks.judged = at(height);
    progress.save(storage).unwrap();
}

#[test]
fn an_ordinary_vote_counts_for_the_grid_too_and_once() {
    let mut chain = chain();
    chain.go(G);
    assert_eq!(chain.vote(1, G, APP_HASH).unwrap(), "counted");
    assert_eq!((voted(&chain, G), chain.grid_votes()), (30, 1));
    assert!(chain.vote(1, G, APP_HASH).unwrap_err().contains("duplicated finality vote"));
    // Its ordinary vote is forgotten, and the height is settled.
    settle(&mut chain, G);
    let storage = &mut chain.world.deps.storage;
    let mut progress = Progress::load(storage).unwrap();
    progress.marks.votes_from = at(G + 300);
    progress.save(storage).unwrap();
    chain.vote(1, G + 256, APP_HASH).unwrap_err();
    let slot =
        crate::state::raw(&chain.world.deps.storage, crate::state::SLOTS.letter(), &[], &[u8::MAX; 5], 9);
    for (key, _) in slot {
        crate::state::remove_raw(&mut chain.world.deps.storage, crate::state::SLOTS.letter(), &key);
    }
    assert!(chain.vote(1, G, APP_HASH).unwrap_err().contains("duplicated finality vote"));
    assert_eq!((voted(&chain, G), chain.grid_votes()), (30, 1));
}

#[test]
fn a_vote_at_another_height_is_no_vote_of_the_grid() {
    let mut chain = chain();
    chain.go(G + 1);
    chain.vote(1, G + 1, APP_HASH).unwrap_err();
    assert_eq!(chain.grid_votes(), 0);
}

#[test]
fn a_leaver_votes_by_its_row() {
    let mut chain = chain();
    chain.set_stake(2, 0);
    chain.go(G);
    assert_eq!(chain.vote(2, G, APP_HASH).unwrap(), "grid");
    assert_eq!(voted(&chain, G), 20);
    assert!(chain.vote(2, G, APP_HASH).unwrap_err().contains("duplicated finality vote"));
    let counted = crate::state::votes::count(&chain.world.deps.storage, at(G), at(0)).unwrap();
    assert!(counted.voters.is_empty(), "it counts nothing for the cursor");
}

#[test]
fn the_jailed_vote_by_their_rows_and_the_slashed_do_not() {
    let mut chain = chain();
    chain.set_status(2, FpStatus::Jailed { until: UnixTime::new(9) });
    chain.go(G);
    assert_eq!(chain.vote(2, G, APP_HASH).unwrap(), "grid");
    chain.slash(3);
    assert!(chain.vote(3, G, APP_HASH).unwrap_err().contains("slashed"));
    assert_eq!(voted(&chain, G), 20);
}

#[test]
fn a_settled_height_and_one_with_a_full_backlog_take_votes_of_rows() {
    let mut chain = chain();
    chain.go(G + 1);
    settle(&mut chain, G);
    assert_eq!(chain.vote(1, G, APP_HASH).unwrap(), "grid");
    let storage = &mut chain.world.deps.storage;
    let key = height_key(at(G));
    let mut anchor = ANCHORS.may_load(storage, &key).unwrap().unwrap();
    anchor.backlog_full = true;
    ANCHORS.save(storage, &key, &anchor).unwrap();
    assert_eq!(chain.vote(2, G, APP_HASH).unwrap(), "grid");
    // Its anchor is forgotten, and the grid knows the hash.
    ANCHORS.remove(&mut chain.world.deps.storage, &key);
    assert_eq!(chain.vote(3, G, APP_HASH).unwrap(), "grid");
    assert_eq!(voted(&chain, G), 60);
}

#[test]
fn votes_at_a_hole_are_kept_and_count_nothing() {
    let mut chain = chain();
    chain.go(G - 1);
    chain.lose(G);
    chain.block(&WHOLE);
    assert_eq!(chain.vote(1, G, APP_HASH).unwrap(), "grid");
    assert_eq!((chain.grid_votes(), voted(&chain, G)), (1, 0));
    assert_eq!(chain.vote(1, G, FORK).unwrap(), "equivocation", "and are half of an evidence");
}

#[test]
fn a_second_hash_is_an_equivocation_whichever_came_first() {
    for (first, second) in [(APP_HASH, FORK), (FORK, APP_HASH)] {
        for leaves in [false, true] {
            let mut chain = chain();
            if leaves {
                chain.set_stake(2, 0);
            }
            chain.go(G);
            chain.vote(2, G, first).unwrap();
            let sum = voted(&chain, G);
            assert_eq!(sum, if first == APP_HASH { 20 } else { 0 }, "another hash adds nothing");
            assert_eq!(chain.vote(2, G, second).unwrap(), "equivocation");
            assert_eq!(voted(&chain, G), sum);
            let evidence = key_height_key(public(2).as_bytes(), at(G));
            let found = EVIDENCE.may_load(&chain.world.deps.storage, &evidence).unwrap().unwrap();
            assert_eq!(found.secret_key, secret(2).to_bytes());
        }
    }
}

/// Another nonce than that of the row could be another one on each branch.
#[test]
fn an_ordinary_vote_with_a_nonce_of_another_commitment_is_none_of_the_grid() {
    let mut chain = chain();
    let leaf = |height: u64| {
        if height.is_multiple_of(C) { *chain.nonce(2, height).public().as_bytes() } else { [7; 32] }
    };
    let tree = Tree::new((SET..SET + COUNT).map(leaf));
    let other = Commitment { start: at(SET), count: COUNT, root: tree.root(), committed_at: at(SET) };
    chain.commit(2, other);
    chain.trees[1] = tree;
    chain.go(G);
    assert_eq!(chain.vote(2, G, APP_HASH).unwrap(), "counted");
    assert_eq!((chain.grid_votes(), voted(&chain, G)), (0, 0));
}

#[test]
fn who_has_no_row_is_refused_as_before() {
    let mut chain = chain();
    chain.join(9);
    chain.go(G);
    assert_eq!(chain.vote(4, G, APP_HASH).unwrap(), "counted", "it is in the set of G");
    assert_eq!((chain.grid_votes(), voted(&chain, G)), (0, 0));
    chain.set_stake(4, 0);
    chain.go(G + C);
    let refused = chain.vote(4, G + C, APP_HASH).unwrap_err();
    assert!(refused.contains("does not have voting power"), "{refused}");
}

#[test]
fn a_grid_height_that_no_hook_has_seen_takes_no_vote() {
    let mut chain = chain();
    chain.set_status(2, FpStatus::Jailed { until: UnixTime::new(9) });
    chain.go(G - 1);
    assert!(chain.vote(2, G, APP_HASH).unwrap_err().contains("jailed"));
    assert!(chain.vote(1, G, APP_HASH).unwrap_err().contains("has not reached the given height"));
    assert!(chain.vote(1, ROOT, APP_HASH).is_ok(), "the root has no committee of its own");
    assert_eq!(chain.grid_votes(), 0);
}

#[test]
fn many_votes_in_one_message_are_votes_of_the_grid_too() {
    let mut chain = chain();
    chain.set_stake(2, 0);
    chain.go(G);
    let votes: Vec<Value> = [1, 2, 2, 3]
        .into_iter()
        .map(|fp| {
            let mut vote = chain.message(fp, G, APP_HASH);
            for field in ["height", "block_hash"] {
                vote.as_object_mut().unwrap().remove(field);
            }
            vote
        })
        .collect();
    let all = json!({ "submit_finality_signatures_at": {
        "height": G, "app_hash": Binary::from(APP_HASH), "votes": votes,
    } });
    let response = chain.world.execute("anybody", all).unwrap();
    let verdicts: Vec<String> = from_json(response.data.unwrap()).unwrap();
    assert_eq!((&verdicts[0][..], &verdicts[1][..], &verdicts[3][..]), ("counted", "grid", "counted"));
    assert!(verdicts[2].contains("duplicated"), "{verdicts:?}");
    assert_eq!(voted(&chain, G), 60);
}

#[test]
fn a_run_over_a_grid_height_is_a_vote_of_the_grid_there() {
    let mut chain = chain();
    chain.set_stake(2, 0);
    chain.go(G);
    let message = chain.message(2, G, APP_HASH);
    let range = chain.trees[1].range(G - SET, 1).unwrap();
    let aunts: Vec<Binary> = range.aunts.iter().map(Binary::from).collect();
    let run = json!({ "submit_finality_signature_range": {
        "fp_pubkey_hex": key(2), "start_height": G,
        "votes": [{ "pub_rand": message["pub_rand"], "app_hash": message["block_hash"], "signature": message["signature"] }],
        "proof": { "total": COUNT, "start": G - SET, "aunts": aunts },
    } });
    let response = chain.world.execute("anybody", run).unwrap();
    assert_eq!(from_json::<Vec<String>>(response.data.unwrap()).unwrap(), ["grid"]);
    assert_eq!(voted(&chain, G), 20);
}
