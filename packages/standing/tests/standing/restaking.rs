//! One coin that is staked, unbonded and staked again, a hundred times. Every inclusion is true.

use bsn_standing::memory::MemoryLedger;
use bsn_standing::primitives::BtcHeight;
use bsn_standing::{Lock, Refusal, Rules, Spent, Standing, Witness, follow, prove, spend, take};

use crate::steps::{RULES, stake};

const TIMES: u32 = 100;
const UNBONDING: u16 = 20;
/// From one stake to the next: unbonding takes its time.
const APART: u32 = UNBONDING as u32 + 4;

/// The nth stake's block; it is unbonded in the next one.
fn staked_at(n: u32) -> u32 {
    10 + n * APART
}

const LOCK: Lock = Lock { time: 50_000, unbonding_time: UNBONDING, said_end: BtcHeight::new(u32::MAX) };

fn ledger(tip: u32, vouched: bool) -> MemoryLedger {
    let mut ledger = MemoryLedger::new(tip);
    for n in 0..TIMES {
        take(&mut ledger, &stake(n), 1_000, vouched).unwrap();
    }
    ledger
}

fn at_most_one(ledger: &MemoryLedger) {
    let active = ledger.active();
    assert!(active.len() <= 1, "{active:?}");
}

/// D-06
#[test]
fn proofs_of_all_at_the_end_count_once() {
    let tip = staked_at(TIMES - 1) + RULES.k;
    let mut ledger = ledger(tip, false);
    let mut challenged = 0;
    for n in 0..TIMES {
        let block = ledger.block_at(staked_at(n));
        let proven = prove(&mut ledger, &RULES, &stake(n), &LOCK, block, &[]).unwrap().unwrap();
        challenged += u32::from(proven.due.is_some());
        at_most_one(&ledger);
    }
    assert_eq!((challenged, ledger.active().len()), (TIMES - 1, 1));

    // One watcher, on the challenge's last block.
    ledger.extend(RULES.challenge_delay - 1);
    for n in 0..TIMES - 1 {
        let at = ledger.block_at(staked_at(n) + 1);
        let spent = spend(&mut ledger, &RULES, &stake(n), at, Witness::Anybody).unwrap().unwrap();
        assert_eq!(spent, Spent::Ended(None));
    }
    ledger.extend(2 * RULES.challenge_delay);
    while !follow(&mut ledger, &RULES, 7).unwrap().is_done {
        at_most_one(&ledger);
    }
    assert_eq!(ledger.active().len(), 1);
}

/// D-06
#[test]
fn proofs_as_soon_as_can_be_count_once_where_one_watches() {
    let mut ledger = ledger(5, false);
    for height in 6..staked_at(TIMES) {
        ledger.extend(1);
        at_most_one(&ledger);
        follow(&mut ledger, &RULES, 9).unwrap();
        for n in 0..TIMES {
            let block = ledger.block_at(staked_at(n));
            if staked_at(n) + RULES.k == height {
                let proven = prove(&mut ledger, &RULES, &stake(n), &LOCK, block, &[]).unwrap().unwrap();
                assert_eq!(proven.due, None, "fresh");
            }
            if staked_at(n) + 1 + RULES.k == height {
                let at = ledger.block_at(staked_at(n) + 1);
                let spent = spend(&mut ledger, &RULES, &stake(n), at, Witness::Anybody).unwrap();
                assert!(matches!(spent, Ok(Spent::Ended(Some(_)))), "{spent:?}");
            }
        }
        at_most_one(&ledger);
    }
}

/// D-08, D-09: each stake's transaction spends the one before.
#[test]
fn an_expansion_counts_once_in_any_order() {
    let tip = staked_at(TIMES - 1) + RULES.k;
    for order in [(0..TIMES).collect::<Vec<_>>(), (0..TIMES).rev().collect()] {
        let mut ledger = ledger(tip, false);
        for n in order {
            let block = ledger.block_at(staked_at(n));
            let spends = if n == 0 { vec![] } else { vec![stake(n - 1)] };
            let proven = prove(&mut ledger, &RULES, &stake(n), &LOCK, block, &spends).unwrap();
            if n + 1 < TIMES && matches!(ledger.standing(&stake(n + 1)), Some(Standing::Active { .. })) {
                let at = ledger.block_at(staked_at(n + 1));
                assert_eq!(proven, Err(Refusal::Spent { at }));
            }
            at_most_one(&ledger);
        }
        assert_eq!(ledger.active().len(), 1);
    }
}

/// D-08: on Babylon's word all count at once, but each ends the one before.
#[test]
fn a_vouched_expansion_ends_the_stake_that_it_spends() {
    let rules = Rules { k: 1, ..RULES };
    let mut ledger = ledger(staked_at(TIMES), true);
    for n in 0..TIMES {
        let block = ledger.block_at(staked_at(n));
        let spends = if n == 0 { vec![] } else { vec![stake(n - 1)] };
        let proven = prove(&mut ledger, &rules, &stake(n), &LOCK, block, &spends).unwrap().unwrap();
        assert_eq!(proven.due, None);
        assert_eq!(proven.changes.len(), if n == 0 { 1 } else { 2 });
        at_most_one(&ledger);
    }
}
