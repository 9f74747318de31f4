use std::collections::BTreeMap;

use primitives::{FpPublicKey, Sats, VotingPower};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::fixture::{self, EXPIRY, delegation, key, power, undelegation};
use crate::memory::MemoryLedger;
use crate::{Class, FpId, Item, ItemDigest, MAX_STAKES, NEVER, apply, expire};

const RULES: fn() -> Rules = Rules::default;

fn ledger(fps: u8) -> MemoryLedger {
    let mut ledger = MemoryLedger::default();
    send(&mut ledger, fixture::fps(fps));
    ledger
}

fn send(ledger: &mut MemoryLedger, items: impl IntoIterator<Item = Item>) -> Vec<Verdict> {
    apply(ledger, &RULES(), None, items).unwrap().verdicts
}

/// The stake of the `n`-th delegation of the fixture: as Babylon says it.
fn stake(n: u32, fp: u8, sats: u64) -> ActiveStake {
    let said = delegation(n, &[fp], sats);
    ActiveStake {
        outpoint: OutPoint { txid: said.txid(), index: 0 },
        fp: key(fp),
        staker_key: said.staker_key,
        sats: said.sats,
        start_height: said.start_height,
        end_height: said.end_height,
        unbonding_time: said.unbonding_time,
        digest: said.digest,
    }
}

fn tell(ledger: &mut MemoryLedger, outcome: StakeOutcome) -> StakeVerdict {
    told(ledger, None, false, outcome)
}

fn told(
    ledger: &mut MemoryLedger,
    tip: Option<BtcHeight>,
    is_paused: bool,
    outcome: StakeOutcome,
) -> StakeVerdict {
    let (verdicts, _) = apply_outcomes(ledger, &RULES(), tip, is_paused, &[outcome]).unwrap();
    verdicts[0]
}

fn active(stake: &ActiveStake) -> StakeOutcome {
    StakeOutcome::Active(*stake)
}

fn verified(ledger: &MemoryLedger) -> u128 {
    ledger.buckets().filter(|bucket| bucket.due.height == NEVER).map(|bucket| bucket.sum.get()).sum()
}

fn is_listed(ledger: &MemoryLedger, stake: &ActiveStake) -> bool {
    let fp = ledger.fp(&stake.fp).unwrap().unwrap().id;
    ledger.delegations_of(fp).any(|txid| *txid == stake.outpoint.txid)
}

#[test]
fn stake_counts_until_it_is_spent() {
    let mut ledger = ledger(1);
    let stake = stake(1, 1, 10);
    assert_eq!(tell(&mut ledger, active(&stake)), StakeVerdict::Taken);
    assert_eq!(tell(&mut ledger, active(&stake)), StakeVerdict::Known);
    assert_eq!((power(&ledger, 1), verified(&ledger), is_listed(&ledger, &stake)), (10, 10, true));
    let other = OutPoint { index: 1, ..stake.outpoint };
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(other)), StakeVerdict::Known);
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(stake.outpoint)), StakeVerdict::Taken);
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(stake.outpoint)), StakeVerdict::Known);
    assert_eq!((power(&ledger, 1), verified(&ledger), is_listed(&ledger, &stake)), (0, 0, true));
    assert_eq!(tell(&mut ledger, active(&stake)), StakeVerdict::Taken, "the spend left the chain");
    assert_eq!((power(&ledger, 1), verified(&ledger)), (10, 10));
}

#[test]
fn what_is_revoked_leaves_nothing_and_may_come_again() {
    let mut ledger = ledger(1);
    let stake = stake(1, 1, 10);
    tell(&mut ledger, active(&stake));
    assert_eq!(tell(&mut ledger, StakeOutcome::Revoked(stake.outpoint)), StakeVerdict::Taken);
    assert_eq!(
        (ledger.records().count(), ledger.buckets().count(), is_listed(&ledger, &stake)),
        (0, 0, false)
    );
    assert_eq!(tell(&mut ledger, StakeOutcome::Revoked(stake.outpoint)), StakeVerdict::Known);
    let moved = ActiveStake { end_height: stake.end_height.next(), ..stake };
    assert_eq!(tell(&mut ledger, active(&moved)), StakeVerdict::Taken);
    assert_eq!(power(&ledger, 1), 10);
}

/// `revoked` was not taken, and what is sent again says how it stands then.
#[test]
fn other_heights_take_the_place_of_those_before() {
    let mut ledger = ledger(1);
    let stake = stake(1, 1, 10);
    tell(&mut ledger, active(&stake));
    let moved = ActiveStake { end_height: stake.end_height.saturating_add(7), ..stake };
    assert_eq!(tell(&mut ledger, active(&moved)), StakeVerdict::Taken);
    assert_eq!((power(&ledger, 1), verified(&ledger)), (10, 10));
    expire(&mut ledger, EXPIRY.saturating_add(6), 100).unwrap();
    assert_eq!(power(&ledger, 1), 10);
    expire(&mut ledger, EXPIRY.saturating_add(7), 100).unwrap();
    assert_eq!((power(&ledger, 1), verified(&ledger), ledger.buckets().count()), (0, 0, 0));
}

#[test]
fn an_end_after_the_expiry_is_left_to_the_bucket() {
    for emptied_first in [true, false] {
        for outcome in [StakeOutcome::Ended, StakeOutcome::Revoked] {
            let mut ledger = ledger(1);
            let stake = stake(1, 1, 10);
            tell(&mut ledger, active(&stake));
            if emptied_first {
                expire(&mut ledger, EXPIRY, 100).unwrap();
            }
            assert_eq!(told(&mut ledger, Some(EXPIRY), false, outcome(stake.outpoint)), StakeVerdict::Taken);
            let expired = expire(&mut ledger, EXPIRY, 100).unwrap();
            assert!(expired.shortfall.is_zero());
            assert_eq!((power(&ledger, 1), verified(&ledger)), (0, 0));
        }
    }
}

/// D-19
#[test]
fn two_outputs_of_a_transaction_are_two_stakes() {
    let mut ledger = ledger(2);
    let first = stake(1, 1, 10);
    let second = ActiveStake { outpoint: OutPoint { index: 1, ..first.outpoint }, fp: key(2), ..first };
    tell(&mut ledger, active(&first));
    tell(&mut ledger, active(&second));
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (10, 10));
    tell(&mut ledger, StakeOutcome::Revoked(first.outpoint));
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (0, 10));
    assert!(!is_listed(&ledger, &first) && is_listed(&ledger, &second));

    let third = ActiveStake { outpoint: OutPoint { index: 2, ..first.outpoint }, ..second };
    tell(&mut ledger, active(&third));
    tell(&mut ledger, StakeOutcome::Revoked(second.outpoint));
    assert!(is_listed(&ledger, &third), "another one of this FP is left");
    for index in 3..18 {
        let next = ActiveStake { outpoint: OutPoint { index, ..first.outpoint }, ..first };
        assert_eq!(tell(&mut ledger, active(&next)), StakeVerdict::Taken);
    }
    let refused = StakeVerdict::Refused(StakeRefusal::Full);
    assert_eq!(tell(&mut ledger, active(&first)), refused, "{MAX_STAKES} are there");
}

/// D-23
#[test]
fn what_babylon_said_becomes_verified_where_it_is_the_same() {
    let said = delegation(1, &[1], 10);
    let same = stake(1, 1, 10);
    let refused = StakeVerdict::Refused(StakeRefusal::Conflicting);
    for other in [
        ActiveStake { digest: ItemDigest::of(b"other"), ..same },
        ActiveStake { sats: Sats::new(11).unwrap(), ..same },
        ActiveStake { outpoint: OutPoint { index: 1, ..same.outpoint }, ..same },
    ] {
        let mut ledger = ledger(1);
        send(&mut ledger, [Item::ActiveDelegation(said.clone())]);
        assert_eq!(tell(&mut ledger, active(&other)), refused);
        assert_eq!((power(&ledger, 1), verified(&ledger)), (10, 0));
    }
    let mut ledger = ledger(1);
    send(&mut ledger, [Item::ActiveDelegation(said.clone())]);
    let earlier = ActiveStake { end_height: same.end_height.saturating_sub(5), ..same };
    assert_eq!(tell(&mut ledger, active(&earlier)), StakeVerdict::Taken);
    assert_eq!((power(&ledger, 1), verified(&ledger)), (10, 10), "counted once");
    assert_eq!(send(&mut ledger, [undelegation(&said)]), [Verdict::AlreadyKnown]);
    assert_eq!(power(&ledger, 1), 10, "Babylon's word does not end it any more");
    expire(&mut ledger, EXPIRY.saturating_sub(5), 100).unwrap();
    assert_eq!((power(&ledger, 1), ledger.buckets().count()), (0, 0));
}

#[test]
fn what_babylon_ended_is_not_verified_any_more() {
    let said = delegation(1, &[1], 10);
    let refused = StakeVerdict::Refused(StakeRefusal::Ended);
    for items in [vec![Item::ActiveDelegation(said.clone()), undelegation(&said)], vec![undelegation(&said)]]
    {
        let mut ledger = ledger(1);
        send(&mut ledger, items);
        assert_eq!(tell(&mut ledger, active(&stake(1, 1, 10))), refused);
        assert_eq!(power(&ledger, 1), 0);
    }
}

#[test]
fn a_spend_ends_what_babylon_said_too() {
    let mut ledger = ledger(1);
    let said = delegation(1, &[1], 10);
    send(&mut ledger, [Item::ActiveDelegation(said.clone())]);
    let outpoint = OutPoint { txid: said.txid(), index: 0 };
    let other = OutPoint { index: 1, ..outpoint };
    assert_eq!(tell(&mut ledger, StakeOutcome::Revoked(outpoint)), StakeVerdict::Known);
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(other)), StakeVerdict::Known);
    assert_eq!(power(&ledger, 1), 10);
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(outpoint)), StakeVerdict::Taken);
    assert_eq!((power(&ledger, 1), ledger.ended_by(&said.txid())), (0, Some(DelegationStatus::Unbonding)));
    assert_eq!(tell(&mut ledger, StakeOutcome::Ended(outpoint)), StakeVerdict::Known);
}

/// D-26
#[test]
fn a_pause_keeps_new_stake_out_and_ends_in() {
    let mut ledger = ledger(1);
    let (first, second) = (stake(1, 1, 10), stake(2, 1, 5));
    tell(&mut ledger, active(&first));
    let paused = StakeVerdict::Refused(StakeRefusal::Paused);
    assert_eq!(told(&mut ledger, None, true, active(&second)), paused);
    assert_eq!(told(&mut ledger, None, true, active(&first)), StakeVerdict::Known);
    assert_eq!(told(&mut ledger, None, true, StakeOutcome::Ended(first.outpoint)), StakeVerdict::Taken);
    tell(&mut ledger, active(&second));
    assert_eq!(told(&mut ledger, None, true, StakeOutcome::Revoked(second.outpoint)), StakeVerdict::Taken);
    assert_eq!(power(&ledger, 1), 0);
}

#[test]
fn stake_of_nobody_here_does_not_count() {
    let mut ledger = ledger(1);
    let refused = StakeVerdict::Refused(StakeRefusal::NoFinalityProvider);
    let stray = ActiveStake { fp: FpPublicKey::from_bytes([200; 32]), ..stake(1, 1, 10) };
    assert_eq!(tell(&mut ledger, active(&stray)), refused);
    let rules = Rules { era_from: FpId::new(1), ..Rules::default() };
    let (verdicts, _) =
        apply_outcomes(&mut ledger, &rules, None, false, &[active(&stake(1, 1, 10))]).unwrap();
    assert_eq!(verdicts, [refused]);
    assert_eq!((ledger.records().count(), ledger.buckets().count()), (0, 0));
}

#[test]
fn stake_that_comes_too_late_has_no_power() {
    let mut ledger = ledger(1);
    let stake = stake(1, 1, 10);
    assert_eq!(told(&mut ledger, Some(EXPIRY), false, active(&stake)), StakeVerdict::Taken);
    assert_eq!((power(&ledger, 1), ledger.buckets().count()), (0, 0));
}

#[test]
fn a_broken_ledger_is_said() {
    let mut ledger = ledger(1);
    let stake = stake(1, 1, 10);
    tell(&mut ledger, active(&stake));
    let buckets: Vec<_> = ledger.buckets().collect();
    for broken in buckets {
        let mut ledger = ledger.clone();
        ledger.put_bucket(crate::ExpiryBucket { sum: VotingPower::new(9), ..broken }).unwrap();
        let refused = StakeVerdict::Refused(StakeRefusal::BrokenLedger);
        assert_eq!(tell(&mut ledger, StakeOutcome::Ended(stake.outpoint)), refused);
        assert_eq!(tell(&mut ledger, StakeOutcome::Revoked(stake.outpoint)), refused);
        assert_eq!(power(&ledger, 1), 10, "of all sums or of none");
    }
}

#[derive(Debug, Clone)]
enum Op {
    Say(u32),
    Unsay(u32),
    Active(u32, u32),
    Ended(u32),
    Revoked(u32),
    Tip(u32),
    Expire(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let n = 0_u32..6;
    prop_oneof![
        2 => n.clone().prop_map(Op::Say),
        1 => n.clone().prop_map(Op::Unsay),
        5 => (n.clone(), 0_u32..4).prop_map(|(n, shift)| Op::Active(n, shift)),
        2 => n.clone().prop_map(Op::Ended),
        2 => n.prop_map(Op::Revoked),
        1 => (890_u32..910).prop_map(Op::Tip),
        1 => (0_usize..3).prop_map(Op::Expire),
    ]
}

/// Stake `n`: two of them share a transaction, and an FP has two.
fn nth(n: u32, shift: u32) -> ActiveStake {
    let fp = u8::try_from(1 + n % 3).unwrap();
    let stake = stake(n / 2, fp, 10 + u64::from(n / 2));
    ActiveStake {
        outpoint: OutPoint { index: n % 2, ..stake.outpoint },
        end_height: stake.end_height.saturating_add(shift),
        ..stake
    }
}

/// What should count: on Babylon's word, and on Bitcoin's, with the height at which it expires.
#[derive(Default)]
struct Model {
    said: BTreeMap<u32, bool>,
    counted: BTreeMap<u32, u32>,
    seen: BTreeMap<u32, ()>,
    tip: u32,
}

impl Model {
    fn transaction_has_verified(&self, n: u32) -> bool {
        self.seen.contains_key(&n) || self.seen.contains_key(&(n ^ 1))
    }

    /// Every delegation that Babylon says is output 0, so its `n` is even.
    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Say(n) => {
                let n = n & !1;
                if !self.transaction_has_verified(n) {
                    self.said.entry(n).or_insert(true);
                }
            }
            Op::Unsay(n) => {
                let n = n & !1;
                let is_over = self.said.get(&n) == Some(&true) && !self.is_live(900);
                if !self.transaction_has_verified(n) && !is_over {
                    self.said.insert(n, false);
                }
            }
            Op::Active(n, shift) => match self.said.get(&(n & !1)) {
                Some(false) => {}
                Some(true) if n % 2 == 1 => {}
                _ => {
                    self.said.remove(&(n & !1));
                    self.seen.insert(n, ());
                    self.counted.insert(n, 900 + shift);
                }
            },
            Op::Ended(n) => {
                self.counted.remove(&n);
                if n % 2 == 0 && self.said.get(&n) == Some(&true) && self.is_live(900) {
                    self.said.insert(n, false);
                }
            }
            Op::Revoked(n) => {
                self.counted.remove(&n);
                self.seen.remove(&n);
            }
            Op::Tip(tip) => self.tip = self.tip.max(tip),
            Op::Expire(_) => {}
        }
    }

    fn is_live(&self, expiry: u32) -> bool {
        expiry > self.tip
    }

    fn powers(&self) -> (BTreeMap<u8, u128>, u128) {
        let (mut powers, mut verified) = (BTreeMap::new(), 0);
        let said = self.said.iter().filter(|(_, counts)| **counts).map(|(n, _)| (*n, 900, false));
        let counted = self.counted.iter().map(|(n, expiry)| (*n, *expiry, true));
        for (n, expiry, is_verified) in said.chain(counted) {
            if self.is_live(expiry) {
                let sats = u128::from(10 + n / 2);
                *powers.entry(u8::try_from(1 + n % 3).unwrap()).or_default() += sats;
                verified += if is_verified { sats } else { 0 };
            }
        }
        (powers, verified)
    }
}

proptest! {
    /// Outcomes and items of Babylon in any order: power is the sum of what counts, and verified stake has its own sum.
    #[test]
    fn power_is_the_sum_of_both_classes(ops in vec(op(), 0..120)) {
        let (mut ledger, mut model) = (ledger(3), Model::default());
        for op in &ops {
            model.apply(op);
            let tip = Some(BtcHeight::new(model.tip));
            let said = |n: u32| {
                let n = n & !1;
                delegation(n / 2, &[u8::try_from(1 + n % 3).unwrap()], 10 + u64::from(n / 2))
            };
            match *op {
                Op::Say(n) => drop(apply(&mut ledger, &RULES(), tip, [Item::ActiveDelegation(said(n))]).unwrap()),
                Op::Unsay(n) => drop(apply(&mut ledger, &RULES(), tip, [undelegation(&said(n))]).unwrap()),
                Op::Active(n, shift) => drop(told(&mut ledger, tip, false, active(&nth(n, shift)))),
                Op::Ended(n) => drop(told(&mut ledger, tip, false, StakeOutcome::Ended(nth(n, 0).outpoint))),
                Op::Revoked(n) => drop(told(&mut ledger, tip, false, StakeOutcome::Revoked(nth(n, 0).outpoint))),
                Op::Tip(_) => drop(apply(&mut ledger, &RULES(), tip, []).unwrap()),
                Op::Expire(limit) => {
                    let expired = expire(&mut ledger, BtcHeight::new(model.tip), limit).unwrap();
                    prop_assert!(expired.shortfall.is_zero());
                }
            }
            for (_, fp) in ledger.fps() {
                let parts = ledger.buckets().filter(|bucket| bucket.due.fp == fp.id && bucket.due.height != NEVER);
                prop_assert_eq!(fp.stake, parts.map(|bucket| bucket.sum).sum());
            }
            let of_verified = ledger.buckets()
                .filter(|bucket| bucket.due.class == Class::Verified && bucket.due.height != NEVER)
                .map(|bucket| bucket.sum.get()).sum::<u128>();
            prop_assert_eq!(verified(&ledger), of_verified);
            let mut emptied = ledger.clone();
            expire(&mut emptied, BtcHeight::new(model.tip), 1_000).unwrap();
            let (powers, sum) = model.powers();
            for n in 1..=3 {
                prop_assert_eq!(power(&emptied, n), powers.get(&n).copied().unwrap_or_default(), "fp {} after {:?}", n, op);
            }
            prop_assert_eq!(verified(&emptied), sum);
        }
    }
}

#[test]
fn every_verdict_has_a_code_of_its_own() {
    for code in 0..8 {
        assert_eq!(StakeVerdict::of(code).unwrap().code(), code);
    }
    assert_eq!(StakeVerdict::of(8), None);
}
