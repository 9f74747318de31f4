//! The coins of a period, and accounts, one rule a test.

use bsn_payout::{Ledger, MAX_CLOSED, MAX_SHARES, ShareError, close, take_account, take_bounty};

use crate::world::{FOREVER, World, fp, share};

///
#[test]
fn a_slashed_provider_and_its_stakes_earn_no_more_and_keep_what_they_have() {
    let mut world = World::default();
    world.raise_to(1, 100);
    world.begin(1, 1, 8, FOREVER);
    world.pay(1, 100);
    world.ledger.slash(&fp(1));
    let before = world.clone();
    let shares = [share(2, &[("a", 5)]), share(1, &[("a", 5)])];
    assert_eq!(world.take(&shares, &[("a", 10)]), Err(ShareError::Slashed { fp: fp(1) }));
    assert_eq!(world, before);
    assert_eq!((world.claim(1), world.account(1)), (Some(99), 1));
}

///
#[test]
fn shares_that_are_not_what_was_sent_change_nothing() {
    let mut world = World::default();
    world.begin(1, 1, 10, 1);
    world.tip = 1;
    let before = world.clone();
    let sum = |denom: &str, shared, sent| ShareError::Sum { denom: denom.into(), shared, sent };
    let nothing = |denom: &str| ShareError::Coins { fp: fp(1), denom: denom.into() };
    let (one, most) = (share(1, &[("a", 5)]), u128::MAX);
    let many = vec![one.clone(); MAX_SHARES + 1];
    for (shares, funds, error) in [
        (vec![one.clone()], vec![("a", 4)], sum("a", 5, 4)),
        (vec![one.clone()], vec![("a", 6)], sum("a", 5, 6)),
        (vec![one.clone()], vec![], sum("a", 5, 0)),
        (vec![one.clone()], vec![("a", 5), ("b", 1)], sum("b", 0, 1)),
        (vec![share(1, &[("a", 5), ("b", 1)])], vec![("a", 5)], sum("b", 1, 0)),
        (vec![one.clone(), share(2, &[("a", most)])], vec![("a", 4)], overflow(2, "a")),
        (vec![one.clone(), one], vec![("a", 10)], ShareError::Twice { fp: fp(1) }),
        (vec![], vec![], ShareError::Count { got: 0 }),
        (many, vec![("a", 5)], ShareError::Count { got: MAX_SHARES + 1 }),
        (vec![share(1, &[])], vec![], nothing("")),
        (vec![share(1, &[("a", 0)])], vec![("a", 0)], nothing("a")),
        (vec![share(1, &[("a", 2), ("a", 3)])], vec![("a", 5)], nothing("a")),
    ] {
        assert_eq!(world.take(&shares, &funds), Err(error));
        assert_eq!(world, before);
    }
}

fn overflow(to: u8, denom: &str) -> ShareError {
    ShareError::Overflow { fp: fp(to), denom: denom.into() }
}

///
#[test]
fn an_account_that_could_not_hold_it_takes_nothing() {
    let mut world = World::default();
    world.pay(1, u128::MAX);
    let before = world.clone();
    let shares = [share(2, &[("a", 5)]), share(1, &[("a", 1)])];
    assert_eq!(world.take(&shares, &[("a", 6)]), Err(overflow(1, "a")));
    assert_eq!(world, before);
    assert_eq!(take_account(&mut world.ledger, &fp(1)).unwrap().iter().next().unwrap().1, u128::MAX);
    world.pay(1, 1);
}

#[test]
fn there_is_a_last_denomination() {
    let mut world = World::default();
    let names: Vec<_> = (0..32).map(|n| format!("u{n:02}")).collect();
    let funds: Vec<_> = names.iter().map(|name| (name.as_str(), 7)).collect();
    world.take(&[share(1, &funds)], &funds).unwrap();
    let before = world.clone();
    let refused = world.take(&[share(1, &[("more", 7)])], &[("more", 7)]);
    assert!(matches!(refused, Err(ShareError::TooManyDenoms(_))), "{refused:?}");
    assert_eq!(world, before);
}

#[test]
fn each_denomination_is_shared_out_alone() {
    let mut world = World::default();
    world.begin(1, 1, 1, FOREVER);
    world.take(&[share(1, &[("a", 4), ("b", 100)])], &[("b", 100), ("a", 4)]).unwrap();
    world.begin(2, 1, 3, FOREVER);
    world.take(&[share(1, &[("b", 100), ("c", 8)])], &[("b", 100), ("c", 8)]).unwrap();
    let mut copy = world.clone();
    assert_eq!([copy.claim_of(1, "a"), copy.claim_of(2, "a")], [Some(4), Some(0)]);
    let mut copy = world.clone();
    assert_eq!([copy.claim_of(1, "b"), copy.claim_of(2, "b")], [Some(125), Some(75)]);
    assert_eq!([world.claim_of(1, "c"), world.claim_of(2, "c")], [Some(2), Some(6)]);
}

/// expired stake that is still open stops the next period, not anybody's rights.
#[test]
fn more_expired_stake_than_one_call_takes_out_is_taken_out_first() {
    let mut world = World { tip: 200, ..World::default() };
    for n in 0..=MAX_CLOSED as u8 {
        world.begin(n, 1, 10, 100 + u32::from(n));
    }
    world.begin(200, 1, 10, FOREVER);
    let before = world.clone();
    let shares = [share(1, &[("a", 70)])];
    assert_eq!(world.take(&shares, &[("a", 70)]), Err(ShareError::Behind { tip: 200.into() }));
    assert_eq!(world, before);
    assert!(!close(&mut world.ledger, 200.into(), 2).unwrap());
    assert_eq!(world.ledger.provider(&fp(1)).unwrap().sats, (MAX_CLOSED as u64 + 2 - 2) * 10);
    world.take(&shares, &[("a", 70)]).unwrap();
    assert_eq!((world.owed(0), world.owed(MAX_CLOSED as u8), world.owed(200)), (Some(0), Some(0), Some(70)));
    assert!(close(&mut world.ledger, 200.into(), 0).unwrap());
}

/// what no claim can pay is kept for later.
#[test]
fn what_a_division_leaves_is_divided_the_next_time() {
    let mut world = World::default();
    world.begin(1, 1, 3, FOREVER);
    world.pay(1, 1);
    assert_eq!(world.claim(1), Some(0), "two parts of 2^64 are missing");
    world.pay(1, 1);
    world.pay(1, 1);
    assert_eq!(world.claim(1), Some(3));
}

///
#[test]
fn a_bounty_comes_out_of_the_providers_account_alone() {
    let mut world = World::default();
    world.begin(1, 1, 10, FOREVER);
    world.raise_to(1, 1_000);
    world.pay(1, 100);
    let denom = world.ledger.denoms().unwrap().find("a").unwrap();
    let bounty = |world: &mut World, most| take_bounty(&mut world.ledger, &fp(1), denom, most).unwrap();
    assert_eq!([bounty(&mut world, 4), bounty(&mut world, 100), bounty(&mut world, 100)], [4, 6, 0]);
    assert_eq!((world.account(1), world.claim(1)), (0, Some(90)));
}

/// Whatever was claimed has left the books.
#[test]
fn an_account_is_paid_once() {
    let mut world = World::default();
    world.pay(1, 100);
    let taken = |world: &mut World| take_account(&mut world.ledger, &fp(1)).unwrap();
    assert_eq!(taken(&mut world).iter().map(|(_, coins)| coins).collect::<Vec<_>>(), [100]);
    assert!(taken(&mut world).is_empty());
}
