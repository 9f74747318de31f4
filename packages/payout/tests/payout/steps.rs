//! When stake earns, one rule a test.

use bsn_payout::Ledger;
use bsn_payout::bitcoin_spv::OutPoint;
use bsn_payout::primitives::FpPublicKey;

use crate::world::{FOREVER, World, fp, stake};

///
#[test]
fn coins_are_shared_out_by_sats_after_the_commission() {
    let mut world = World::default();
    world.raise_to(1, 1_000);
    world.begin(1, 1, 30, FOREVER);
    world.begin(2, 1, 60, FOREVER);
    world.begin(3, 2, 60, FOREVER);
    world.pay(1, 1_000);
    assert_eq!((world.account(1), world.account(2)), (100, 0));
    assert_eq!((world.claim(1), world.claim(2), world.claim(3)), (Some(300), Some(600), Some(0)));
    assert_eq!((world.claim(1), world.claim(9)), (Some(0), None));
}

#[test]
fn stake_earns_from_when_it_counts_until_it_is_spent() {
    let mut world = World::default();
    world.begin(1, 1, 8, FOREVER);
    world.pay(1, 100);
    world.begin(2, 1, 24, FOREVER);
    world.pay(1, 100);
    world.stop(1);
    world.pay(1, 96);
    assert_eq!((world.owed(1), world.owed(2)), (Some(125), Some(171)));
    assert_eq!((world.claim(1), world.claim(2)), (Some(125), Some(171)));
    assert_eq!((world.claim(1), world.claim(2)), (None, Some(0)), "of what has ended nothing is kept");
}

/// of a stake that is trusted nothing is known here, until it is verified.
#[test]
fn stake_that_was_trusted_earns_once_it_is_verified() {
    let mut world = World::default();
    world.pay(1, 100);
    assert_eq!(world.account(1), 100, "nobody counts here");
    world.begin(1, 1, 10, FOREVER);
    world.begin(1, 1, 10, FOREVER);
    assert_eq!(world.ledger.provider(&fp(1)).unwrap().sats, 10, "once");
    world.pay(1, 100);
    assert_eq!((world.account(1), world.owed(1)), (100, Some(100)));
}

///
#[test]
fn stake_earns_until_it_expires_though_nobody_touches_it() {
    let mut world = World { tip: 99, ..World::default() };
    world.begin(1, 1, 10, 100);
    world.begin(2, 1, 10, 101);
    world.begin(3, 1, 10, 100);
    world.pay(1, 300);
    world.tip = 100;
    world.pay(1, 300);
    world.tip = 101;
    world.pay(1, 300);
    assert_eq!([world.owed(1), world.owed(2), world.owed(3)], [Some(100), Some(400), Some(100)]);
    assert_eq!(world.account(1), 300, "none is left");
    assert_eq!(world.ledger.records(), (3, 0, 2));
    assert_eq!([world.claim(3), world.claim(2), world.claim(1)], [Some(100), Some(400), Some(100)]);
    assert_eq!(world.ledger.records(), (0, 0, 0), "all is forgotten");
}

/// a stake that is spent after it expired, or is said to count again.
#[test]
fn stake_that_expired_neither_leaves_the_sum_twice_nor_begins_again() {
    let mut world = World { tip: 100, ..World::default() };
    world.begin(1, 1, 10, 100);
    world.begin(2, 1, 10, 100);
    world.begin(3, 1, 10, 200);
    world.pay(1, 30);
    assert_eq!((world.owed(1), world.owed(3)), (Some(0), Some(30)), "its height had come when it began");
    world.stop(1);
    assert_eq!(world.ledger.provider(&fp(1)).unwrap().sats, 10);
    world.begin(1, 1, 10, 100);
    world.pay(1, 30);
    assert_eq!((world.owed(1), world.owed(3)), (None, Some(60)));
}

///
#[test]
fn stake_that_is_taken_back_keeps_what_it_earned_and_may_return() {
    let mut world = World::default();
    world.begin(1, 1, 10, 100);
    world.begin(2, 1, 10, FOREVER);
    world.pay(1, 200);
    world.stop(1);
    world.pay(1, 200);
    world.begin(1, 1, 10, 110);
    world.tip = 100;
    world.pay(1, 200);
    assert_eq!((world.owed(1), world.owed(2)), (Some(200), Some(400)));
    world.tip = 110;
    world.pay(1, 200);
    assert_eq!((world.claim(1), world.claim(2)), (Some(200), Some(600)));
}

/// Another finality provider, said without an end in between.
#[test]
fn stake_that_begins_by_other_terms_ends_first() {
    let mut world = World::default();
    world.begin(1, 1, 10, 200);
    world.pay(1, 50);
    world.begin(1, 2, 10, 200);
    world.pay(1, 50);
    world.pay(2, 50);
    assert_eq!((world.owed(1), world.account(1)), (Some(100), 50));
    world.tip = 100;
    world.pay(2, 50);
    assert_eq!(world.claim(1), Some(150));
}

/// it may have been included by a block with another height.
#[test]
fn stake_that_begins_again_where_others_have_expired_ends() {
    let mut world = World { tip: 100, ..World::default() };
    world.begin(1, 1, 8, 200);
    world.begin(2, 1, 8, 100);
    world.begin(3, 1, 8, 300);
    world.pay(1, 64);
    world.begin(1, 1, 8, 100);
    assert_eq!(world.ledger.provider(&fp(1)).unwrap().sats, 8);
    world.pay(1, 64);
    world.begin(4, 1, 8, 100);
    assert_eq!(world.claim(4), None);
    assert_eq!([world.claim(1), world.claim(2), world.claim(3)], [Some(32), Some(0), Some(96)]);
}

/// Told twice that it counts, a stake keeps what it has below a coin.
#[test]
fn stake_that_counts_goes_on() {
    let mut world = World::default();
    world.begin(1, 1, 1, FOREVER);
    world.begin(2, 1, 1, FOREVER);
    world.pay(1, 1);
    world.begin(1, 1, 1, FOREVER);
    world.pay(1, 1);
    assert_eq!((world.owed(1), world.owed(2)), (Some(1), Some(1)));
}

#[test]
fn how_often_is_claimed_does_not_matter() {
    let (mut often, mut once) = (World::default(), World::default());
    let mut claimed = 0;
    for world in [&mut often, &mut once] {
        world.begin(1, 1, 3, FOREVER);
        world.begin(2, 1, 4, FOREVER);
    }
    for amount in 1..100 {
        often.pay(1, amount);
        once.pay(1, amount);
        claimed += often.claim(1).unwrap();
    }
    assert_eq!(Some(claimed), once.claim(1));
    assert_eq!(often.claim(2), once.claim(2));
}

#[test]
fn an_end_of_what_does_not_earn_changes_nothing() {
    let mut world = World::default();
    world.begin(1, 1, 10, FOREVER);
    world.pay(1, 7);
    world.stop(1);
    let before = world.clone();
    world.stop(1);
    world.stop(2);
    assert_eq!(world, before);
    let other = OutPoint { index: 1, ..stake(1) };
    assert_eq!(world.ledger.account(&other).unwrap(), None, "the output matters");
    assert_eq!(world.ledger.provider(&FpPublicKey::from_bytes([9; 32])).unwrap(), Default::default());
}
