//! Each step alone.

use bsn_standing::bitcoin_spv::OutPoint;
use bsn_standing::memory::MemoryLedger;
use bsn_standing::primitives::{BtcHeight, Txid};
use bsn_standing::{
    Change, Followed, Lock, REMEMBERED, Refusal, Rules, Spent, Standing, Taken, What, Witness, catch_up,
    follow, forget, prove, spend, take,
};

pub const RULES: Rules = Rules { k: 3, w: 12, challenge_delay: 30 };

pub fn stake(n: u32) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([7; 32]), index: n }
}

pub const LOCK: Lock = Lock { time: 1_000, unbonding_time: 20, said_end: BtcHeight::new(u32::MAX) };

/// A ledger whose tip is at 100, with one stake included at 95.
fn counted() -> MemoryLedger {
    let mut ledger = MemoryLedger::new(100);
    assert_eq!(take(&mut ledger, &stake(0), 1_000, false).unwrap(), Taken::Waiting);
    include(&mut ledger, 0, 95).unwrap();
    ledger
}

fn include(ledger: &mut MemoryLedger, n: u32, height: u32) -> Result<Vec<Change>, Refusal> {
    let block = ledger.block_at(height);
    prove(ledger, &RULES, &stake(n), &LOCK, block, &[]).unwrap().map(|proven| proven.changes)
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
        take(&mut ledger, &stake(n), 1_000, false).unwrap();
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
    take(&mut ledger, &stake(0), 1_000, true).unwrap();
    include(&mut ledger, 0, 60).unwrap();
    let ended = spent(&mut ledger, 0, 100, Witness::Babylon).unwrap();
    assert!(matches!(ended, Spent::Ended(Some(_))), "{ended:?}");

    ledger.reorganize(1, 2, 1);
    assert_eq!(followed(&mut ledger), []);
    assert_eq!(include(&mut ledger, 0, 60), Ok(vec![]), "challenged, since nobody vouches for it");
    assert_eq!(take(&mut ledger, &stake(0), 1_000, true).unwrap(), Taken::Known);
    ledger.extend(RULES.challenge_delay);
    assert_eq!(followed(&mut ledger), [What::Active { start: 60.into(), end: 1_060.into() }]);
}

#[test]
fn babylon_vouches_again_for_what_it_sends_again() {
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, true).unwrap();
    spent(&mut ledger, 0, 100, Witness::Babylon).unwrap();
    ledger.reorganize(1, 2, 1);
    take(&mut ledger, &stake(0), 1_000, true).unwrap();
    let again = include(&mut ledger, 0, 60).unwrap();
    assert!(matches!(again[..], [Change { what: What::Active { .. }, .. }]));
}

/// D-09, D-12
#[test]
fn an_end_that_comes_first_is_remembered() {
    let mut ledger = MemoryLedger::new(100);
    assert_eq!(spent(&mut ledger, 0, 100, Witness::Babylon), Ok(Spent::Foretold));
    take(&mut ledger, &stake(0), 1_000, true).unwrap();
    let at = ledger.block_at(100);
    assert_eq!(include(&mut ledger, 0, 95), Err(Refusal::Spent { at }));
    ledger.reorganize(1, 2, 1);
    assert!(include(&mut ledger, 0, 95).is_ok(), "the spend left the chain");
    ledger.reorganize(2, 3, 0);
    let ended = spent(&mut ledger, 0, 100, Witness::Babylon);
    assert!(
        matches!(ended, Ok(Spent::Ended(Some(_)))),
        "it came back, and ends what counts by now: {ended:?}"
    );
}

/// D-06
#[test]
fn a_challenged_stake_waits_for_a_spend_that_is_not_deep_yet() {
    let mut ledger = MemoryLedger::new(100);
    take(&mut ledger, &stake(0), 1_000, false).unwrap();
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
    take(&mut ledger, &stake(0), 1_000, false).unwrap();
    let block = ledger.block_at(85);
    assert!(prove(&mut ledger, &rules, &stake(0), &LOCK, block, &[]).unwrap().unwrap().due.is_some());
    ledger.reorganize(20, 21, 1);
    assert_eq!(follow(&mut ledger, &rules, 9).unwrap().changes, []);
    assert_eq!(ledger.standing(&stake(0)), Some(Standing::Waiting));
    ledger.extend(100);
    assert_eq!(follow(&mut ledger, &rules, 9).unwrap().changes, [], "the old date means nothing");
}

/// D-10: a proof of inclusion does not need `follow`.
#[test]
fn catching_up_takes_back_and_ends_and_leaves_the_rest() {
    let mut ledger = counted();
    take(&mut ledger, &stake(1), 1_000, false).unwrap();
    include(&mut ledger, 1, 60).unwrap();
    assert_eq!(spent(&mut ledger, 0, 99, Witness::Anybody), Ok(Spent::Remembered));
    ledger.extend(RULES.challenge_delay);
    let caught = catch_up(&mut ledger, &RULES, 32).unwrap();
    assert_eq!(caught.changes.len(), 1, "the spend, not the challenge that is over");
    assert_eq!(ledger.standing(&stake(0)), Some(Standing::Ended { at: ledger.block_at(99) }));
    assert_eq!(followed(&mut ledger), [What::Active { start: 60.into(), end: 1_060.into() }]);
}

fn forgotten(ledger: &mut MemoryLedger, n: u32, said_end: u32, is_stale: bool) -> Result<(), Refusal> {
    let lock = Lock { said_end: said_end.into(), ..LOCK };
    forget(ledger, &stake(n), &lock, &[stake(100 + n)], is_stale).unwrap()
}

/// D-30
#[test]
fn a_stake_is_forgotten_once_its_lock_is_over() {
    let mut ledger = counted(); // from 95 to 1,095
    take(&mut ledger, &stake(1), 1_000, true).unwrap();
    let locked = |end: u32, tip: u32| Err(Refusal::Locked { tip: tip.into(), end: end.into() });
    assert_eq!(
        forgotten(&mut ledger, 0, 1_090, true),
        locked(1_095, 100),
        "what counts has an end of its own"
    );
    assert_eq!(forgotten(&mut ledger, 1, 101, false), locked(101, 100));
    assert_eq!(forgotten(&mut ledger, 1, 100, false), Ok(()));
    assert_eq!(forgotten(&mut ledger, 1, 100, false), Err(Refusal::Unknown));
    take(&mut ledger, &stake(1), 1_000, true).unwrap();
    assert_eq!(forgotten(&mut ledger, 1, u32::MAX, false), locked(u32::MAX, 100));
    assert_eq!(forgotten(&mut ledger, 1, u32::MAX, true), Ok(()), "nobody signed that end");
    ledger.extend(994);
    assert_eq!(forgotten(&mut ledger, 0, 0, false), locked(1_095, 1_094));
    ledger.extend(1);
    assert_eq!(forgotten(&mut ledger, 0, 0, false), Ok(()));
}

/// D-09
#[test]
fn spends_are_remembered_longer_than_stakes() {
    let mut ledger = counted();
    take(&mut ledger, &stake(1), 1_000, false).unwrap();
    let block = ledger.block_at(97);
    prove(&mut ledger, &RULES, &stake(1), &LOCK, block, &[stake(0), stake(101)]).unwrap().unwrap();
    ledger.extend(1_000);
    for n in [0, 1] {
        assert_eq!(forgotten(&mut ledger, n, 1_097, false), Ok(()));
    }
    for n in [0, 101] {
        take(&mut ledger, &stake(n), 1_000, true).unwrap();
        assert_eq!(include(&mut ledger, n, 95), Err(Refusal::Spent { at: block }), "{n}");
    }
}

#[test]
fn nothing_stays_when_all_is_over() {
    let mut ledger = MemoryLedger::new(100);
    for n in 0..4 {
        take(&mut ledger, &stake(n), 1_000, n == 1).unwrap();
    }
    for (n, height) in [(0, 95), (1, 60), (2, 60)] {
        let block = ledger.block_at(height);
        prove(&mut ledger, &RULES, &stake(n), &LOCK, block, &[stake(100 + n)]).unwrap().unwrap();
    }
    spent(&mut ledger, 0, 97, Witness::Anybody).unwrap();
    spent(&mut ledger, 9, 97, Witness::Babylon).unwrap();
    ledger.extend(1_000);
    followed(&mut ledger);
    for n in 0..4 {
        assert_eq!(forgotten(&mut ledger, n, 1_090, false), Ok(()), "{n}");
    }
    assert!(ledger.active().is_empty());
    assert_eq!(ledger.records(), 10, "five spends, each with its date");
    ledger.extend(REMEMBERED);
    followed(&mut ledger);
    assert_eq!(ledger.records(), 0);
}
