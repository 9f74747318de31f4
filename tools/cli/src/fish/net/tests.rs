use super::*;
use crate::fish::vote::tests::{public, vote, vote_with};

#[test]
fn a_second_hash_is_caught_and_a_repeated_vote_is_not() {
    let mut net = Net::new(100);
    let (first, second) = (vote(1, 5, 7), vote(1, 5, 8));
    assert_eq!(net.take(first), Catch::New);
    assert!(net.knows(&first) && !net.knows(&second));
    assert_eq!(net.take(first), Catch::Known);
    assert_eq!(net.take(vote(1, 6, 8)), Catch::New, "another height");
    assert_eq!(net.take(vote(2, 5, 8)), Catch::New, "somebody else");
    assert_eq!(net.take(second), Catch::TwoHashes(first));
    assert_eq!((net.take(second), net.held()), (Catch::Known, 4));
}

#[test]
fn a_nonce_of_another_height_is_caught_and_two_nonces_at_one_height_too() {
    let mut net = Net::new(100);
    let first = vote(1, 5, 7);
    net.take(first);
    assert_eq!(net.take(vote_with(1, 5, 6, 7)), Catch::NonceAgain(first), "the same hash at another height");
    assert_eq!(net.take(vote_with(1, 98, 5, 7)), Catch::New, "the same hash twice is no contradiction");
    assert_eq!(net.take(vote_with(1, 99, 5, 8)), Catch::TwoNonces(first));
    // Where both hold, evidence is what counts.
    assert_eq!(net.take(vote(1, 5, 9)), Catch::TwoHashes(first));
}

#[test]
fn whoever_floods_it_crowds_out_only_its_own() {
    let mut net = Net::new(50);
    let honest: Vec<Vote> = (1..=10).map(|height| vote(1, height, 7)).collect();
    for vote in &honest {
        net.take(*vote);
    }
    for height in 1..=200 {
        net.take(vote(2, height, 7));
    }
    assert_eq!((net.held(), net.votes().count()), (50, 50));
    assert!(honest.iter().all(|vote| net.knows(vote)));
    assert!(!net.knows(&vote(2, 160, 7)) && net.knows(&vote(2, 161, 7)), "its oldest went first");
    // What went leaves nothing behind that could be caught.
    assert_eq!(net.take(vote(2, 1, 8)), Catch::New);
}

#[test]
fn who_is_forgotten_takes_no_room() {
    let mut net = Net::of_bytes(ENTRY * 3);
    for height in 1..=3 {
        net.take(vote(1, height, 7));
    }
    net.forget(&public(1));
    net.forget(&public(2));
    assert_eq!(net.held(), 0);
    assert_eq!(net.take(vote(1, 1, 8)), Catch::New);
    assert_eq!(Net::of_bytes(0).take(vote(1, 1, 8)), Catch::New, "room for one there always is");
}
