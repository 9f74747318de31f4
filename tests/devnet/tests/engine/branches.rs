use devnet::{Genesis, Tx};

use crate::{
    hooks::registered,
    probe::{count, world, world_from},
};

#[test]
fn branches_that_part_in_one_block_share_its_app_hash_but_not_the_next() {
    let mut w = world();
    w.chain.next_block();
    let mut fork = w.chain.fork("b");
    let parting = w.chain.height() + 1;
    w.run(count()).unwrap();
    w.chain.next_blocks(2);
    fork.next_blocks(2);
    let (a, b) = (|h| w.chain.header(h).unwrap(), |h| fork.header(h).unwrap());
    assert_eq!(a(parting - 1), b(parting - 1));
    assert_eq!(a(parting).app_hash, b(parting).app_hash);
    assert_ne!(a(parting).block_hash, b(parting).block_hash);
    assert_ne!(a(parting + 1).app_hash, b(parting + 1).app_hash);
    assert_eq!(fork.query::<u64>(&w.probe, &serde_json::json!({ "count": {} })), Ok(0));
}

#[test]
fn a_block_hash_commits_to_the_transactions_it_begins_with() {
    let mut w = world();
    w.chain.next_block();
    let tx = |n: usize| (0..n).fold(Tx::new(&w.user), |tx, _| tx.execute(&w.probe, &count()));
    let hash = |n| w.chain.clone().next_block_with(vec![tx(n)]).1.header.block_hash;
    assert_eq!(hash(1), hash(1));
    assert_ne!(hash(1), hash(2));
}

#[test]
fn the_app_hash_is_that_of_the_state_before() {
    let mut w = world();
    w.chain.next_block();
    let promised = w.chain.next_app_hash();
    w.run(count()).unwrap();
    assert_eq!(w.chain.next_block().header.app_hash, promised);
    assert_ne!(w.chain.next_app_hash(), promised);
}

#[test]
fn the_same_seed_makes_the_same_chain_and_another_seed_another() {
    let run = |seed| {
        let mut w = world_from(Genesis { seed, ..Genesis::default() });
        w.run(count()).unwrap();
        w.chain.next_blocks(3);
        w.chain.headers().to_vec()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1)[0].app_hash, run(2)[0].app_hash);
}

#[test]
fn a_copy_in_the_middle_of_a_block_ends_it_alike() {
    let mut w = registered();
    w.run(count()).unwrap();
    let mut copy = w.chain.clone();
    let (a, b) = (w.chain.next_block(), copy.next_block());
    assert_eq!(a.header, b.header);
    assert_eq!(w.chain.next_app_hash(), copy.next_app_hash());
}

#[test]
fn time_passes_with_blocks_and_by_request() {
    let mut w = world();
    let (a, b) = (w.chain.next_block(), w.chain.next_block());
    assert_eq!(b.header.time.seconds() - a.header.time.seconds(), 6);
    w.chain.skip_seconds(1_000);
    assert_eq!(w.chain.next_block().header.time.seconds() - b.header.time.seconds(), 1_006);
}
