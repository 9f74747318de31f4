//! Each step alone.

use bsn_standing::bitcoin_spv::OutPoint;
use bsn_standing::memory::MemoryLedger;
use bsn_standing::primitives::Txid;
use bsn_standing::{
    Change, Followed, Lock, REMEMBERED, Refusal, Rules, Spent, Standing, Taken, What, Witness, follow, prove,
    spend, take,
};

pub const RULES: Rules = Rules { k: 3, w: 12, challenge_delay: 30 };

pub fn stake(n: u32) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([7; 32]), index: n }
}

pub fn lock(vouched: bool) -> Lock {
    Lock { time: 1_000, unbonding_time: 20, said_end: u32::MAX.into(), vouched }
}

/// A ledger whose tip is at 100, with one stake included at 95.
fn counted() -> MemoryLedger {
    let mut ledger = MemoryLedger::new(100);
    assert_eq!(take(&mut ledger, &stake(0), 1_000, &lock(false)).unwrap(), Taken::Waiting);
    include(&mut ledger, 0, 95).unwrap();
    ledger
}

fn include(ledger: &mut MemoryLedger, n: u32, height: u32) -> Result<Vec<Change>, Refusal> {
    let block = ledger.block_at(height);
    prove(ledger, &RULES, &stake(n), block, &[]).unwrap().map(|proven| proven.changes)
}

fn spent(ledger: &mut MemoryLedger, n: u32, height: u32, witness: Witness) -> Result<Spent, Refusal> {
    let at = ledger.block_at(height);
    spend(ledger, &RULES, &stake(n), at, witness).unwrap()
}

fn followed(ledger: &mut MemoryLedger) -> Vec<What> {
    let Followed { changes, is_done } = follow(ledger, &RULES, 32).unwrap();
    assert!(is_done);
    changes.into_iter().map(|change| change.what).collect()
}

#[test]
fn what_is_unknown_is_refused() {
    let mut ledger = counted();
    assert_eq!(include(&mut ledger, 1, 95), Err(Refusal::Unknown));
    for height in [95, 100] {
        assert_eq!(spent(&mut ledger, 1, height, Witness::Anybody), Err(Refusal::Unknown));
    }
}

/// D-21
#[test]
fn a_reorganization_takes_back_and_the_stake_comes_again_in_another_block() {
    let mut ledger = counted();
    assert_eq!(followed(&mut ledger), []);
    ledger.reorganize(8, 9, 1);
    assert_eq!(include(&mut ledger, 0, 97), Err(Refusal::Reorganizing));
    assert_eq!(followed(&mut ledger), [What::Revoked]);
    assert_eq!(ledger.standing(&stake(0)), Some(Standing::Waiting));

    let again = include(&mut ledger, 0, 97).unwrap();
    assert_eq!(again[0].what, What::Active { start: 97.into(), end: 1_097.into() });
    ledger.reorganize(2, 3, 2);
    assert_eq!(followed(&mut ledger), [], "its own block is still there");
}

/// D-21
#[test]
fn a_reorganization_of_much_stake_is_worked_off_in_portions() {
    let mut ledger = MemoryLedger::new(100);
    for n in 0..10 {
        take(&mut ledger, &stake(n), 1_000, &lock(false)).unwrap();
        include(&mut ledger, n, 90 + n % 7).unwrap();
    }
    ledger.reorganize(8, 9, 1); // 93 and above
    let gone = (0..10).filter(|n| 90 + n % 7 >= 93).count();
    let mut revoked = 0;
    loop {
        let Followed { changes, is_done } = follow(&mut ledger, &RULES, 2).unwrap();
        assert!(changes.len() <= 2);
        revoked += changes.len();
        if is_done {
            break;
        }
        assert_eq!(include(&mut ledger, 3, 93), Err(Refusal::Reorganizing));
    }
    assert_eq!((revoked, ledger.active().len()), (gone, 10 - gone));
}

/// D-10
#[test]
fn a_spend_in_a_block_that_does_not_last_ends_nothing() {
    let mut ledger = counted();
    for depth in 0..RULES.k {
        assert_eq!(spent(&mut ledger, 0, 100 - depth, Witness::Anybody), Ok(Spent::Remembered));
    }
    assert_eq!(followed(&mut ledger), []);
    ledger.reorganize(3, 3, 1);
    ledger.extend(20);
    assert_eq!(followed(&mut ledger), []);
    assert_eq!(ledger.active().len(), 1);
}

/// D-10
#[test]
fn a_shallow_spend_ends_when_it_is_k_deep() {
    let mut ledger = counted();
    assert_eq!(spent(&mut ledger, 0, 99, Witness::Anybody), Ok(Spent::Remembered));
    ledger.extend(1);
    assert_eq!(followed(&mut ledger), []);
    ledger.extend(1);
    assert_eq!(followed(&mut ledger), [What::Ended { height: 99.into() }]);
    assert_eq!(spent(&mut ledger, 0, 99, Witness::Anybody), Ok(Spent::Already));
    let at = ledger.block_at(99);
    assert_eq!(include(&mut ledger, 0, 95), Err(Refusal::Spent { at }));
}

/// D-12
#[test]
fn babylon_ends_at_any_depth_and_does_not_vouch_any_more() {
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, &lock(true)).unwrap();
    include(&mut ledger, 0, 60).unwrap();
    let ended = spent(&mut ledger, 0, 100, Witness::Babylon).unwrap();
    assert!(matches!(ended, Spent::Ended(Some(_))), "{ended:?}");

    ledger.reorganize(1, 2, 1);
    assert_eq!(followed(&mut ledger), []);
    assert_eq!(include(&mut ledger, 0, 60), Ok(vec![]), "challenged, since nobody vouches for it");
    assert_eq!(take(&mut ledger, &stake(0), 1_000, &lock(true)).unwrap(), Taken::Known);
    ledger.extend(RULES.challenge_delay);
    assert_eq!(followed(&mut ledger), [What::Active { start: 60.into(), end: 1_060.into() }]);
}

#[test]
fn babylon_vouches_again_for_what_it_sends_again() {
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, &lock(true)).unwrap();
    spent(&mut ledger, 0, 100, Witness::Babylon).unwrap();
    ledger.reorganize(1, 2, 1);
    take(&mut ledger, &stake(0), 1_000, &lock(true)).unwrap();
    let again = include(&mut ledger, 0, 60).unwrap();
    assert!(matches!(again[..], [Change { what: What::Active { .. }, .. }]));
}

/// D-09, D-12
#[test]
fn an_end_that_comes_first_is_remembered() {
    let mut ledger = MemoryLedger::new(100);
    assert_eq!(spent(&mut ledger, 0, 100, Witness::Babylon), Ok(Spent::Foretold));
    take(&mut ledger, &stake(0), 1_000, &lock(true)).unwrap();
    let at = ledger.block_at(100);
    assert_eq!(include(&mut ledger, 0, 95), Err(Refusal::Spent { at }));
    ledger.reorganize(1, 2, 1);
    assert!(include(&mut ledger, 0, 95).is_ok(), "the spend left the chain");
}

/// D-06
#[test]
fn a_challenged_stake_waits_for_a_spend_that_is_not_deep_yet() {
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, &lock(false)).unwrap();
    assert_eq!(include(&mut ledger, 0, 60), Ok(vec![]));
    ledger.extend(RULES.challenge_delay - 1);
    assert_eq!(spent(&mut ledger, 0, 129, Witness::Anybody), Ok(Spent::Remembered));
    ledger.extend(1);
    assert_eq!(followed(&mut ledger), [], "it was due now");
    ledger.extend(2);
    assert_eq!(followed(&mut ledger), [], "it ends without having counted");
    assert!(matches!(ledger.standing(&stake(0)), Some(Standing::Ended { .. })));
}

#[test]
fn a_challenge_begins_anew_where_the_block_left_the_chain() {
    let rules = Rules { w: 50, ..RULES };
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, &lock(false)).unwrap();
    let block = ledger.block_at(85);
    assert!(prove(&mut ledger, &rules, &stake(0), block, &[]).unwrap().unwrap().due.is_some());
    ledger.reorganize(20, 21, 1);
    assert_eq!(follow(&mut ledger, &rules, 9).unwrap().changes, []);
    assert_eq!(ledger.standing(&stake(0)), Some(Standing::Waiting));
    ledger.extend(100);
    assert_eq!(follow(&mut ledger, &rules, 9).unwrap().changes, [], "the old date means nothing");
}

#[test]
fn nothing_stays_when_all_is_over() {
    let mut ledger = MemoryLedger::new(100);
    let fresh = |vouched| Lock { time: 1_000, said_end: 1_090.into(), ..lock(vouched) };
    for n in 0..4 {
        take(&mut ledger, &stake(n), 1_000, &fresh(n == 1)).unwrap();
    }
    include(&mut ledger, 0, 95).unwrap();
    include(&mut ledger, 1, 60).unwrap();
    include(&mut ledger, 2, 60).unwrap();
    spent(&mut ledger, 0, 97, Witness::Anybody).unwrap();
    spent(&mut ledger, 9, 97, Witness::Babylon).unwrap();
    ledger.extend(1_000);
    followed(&mut ledger);
    assert!(ledger.active().is_empty());
    assert_eq!(ledger.records(), 4, "the two spends, each with its date");
    ledger.extend(REMEMBERED);
    followed(&mut ledger);
    assert_eq!(ledger.records(), 0);
}
