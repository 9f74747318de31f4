use std::collections::BTreeMap;

use primitives::{BlockHeight, Sats, UnixTime, VotingPower};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    Class, DelegationStatus, Due, ExpiryBucket, FpId, ItemDigest, Reason, expire,
    fixture::{self, EXPIRY, delegation, fp, key, power, undelegation},
    memory::MemoryLedger,
};

const SLASH: FpEvent = FpEvent::Slash { height: BlockHeight::new(1), btc_height: BtcHeight::new(1) };

fn ledger(fps: u8) -> MemoryLedger {
    let mut ledger = MemoryLedger::default();
    send(&mut ledger, fixture::fps(fps));
    ledger
}

fn send(ledger: &mut MemoryLedger, items: impl IntoIterator<Item = Item>) -> Vec<Verdict> {
    apply(ledger, &Rules::default(), None, items).unwrap().verdicts
}

fn active(item: &ActiveDelegation) -> Item {
    Item::ActiveDelegation(item.clone())
}

#[test]
fn a_bad_item_costs_nothing_but_itself() {
    let mut ledger = MemoryLedger::default();
    let (good, stray) = (delegation(1, &[200, 1], 10), delegation(2, &[200], 10));
    let other_fp = NewFinalityProvider { digest: ItemDigest::of(b"other"), ..fp(1) };
    let packet = [
        Item::NewFinalityProvider(fp(1), PopVerdict::Verified),
        Item::NewFinalityProvider(fp(1), PopVerdict::Verified),
        Item::NewFinalityProvider(other_fp, PopVerdict::Verified),
        Item::NewFinalityProvider(fp(2), PopVerdict::Bad),
        active(&good),
        active(&stray),
        undelegation(&stray),
    ];
    let verdicts = send(&mut ledger, packet.clone());
    assert_eq!(verdicts[0], Verdict::Applied(Applied::Registered { key: key(1), id: FpId::new(0) }));
    assert_eq!(verdicts[1], Verdict::AlreadyKnown);
    assert!(verdicts[2..4].iter().all(|verdict| matches!(verdict, Verdict::Quarantined(_))));
    let delegated = Applied::Delegated { txid: good.txid(), status: DelegationStatus::Active };
    assert_eq!(verdicts[4], Verdict::Applied(delegated));
    assert!(matches!(verdicts[5], Verdict::Quarantined(_)));
    assert_eq!(verdicts[6], Verdict::Applied(Applied::Foretold { txid: stray.txid() }));
    assert_eq!(power(&ledger, 1), 10);

    let again = send(&mut ledger, packet);
    assert!(again.iter().all(|verdict| !matches!(verdict, Verdict::Applied(_))), "{again:?}");
    assert_eq!(power(&ledger, 1), 10);
}

/// The numbers of both kinds go up on their own, so that what befalls Babylon's befalls no local one.
#[test]
fn a_finality_provider_registers_here_or_through_babylon_and_once() {
    let mut ledger = ledger(2);
    assert!(register_local(&mut ledger, &key(7), "chain1operator").unwrap());
    assert!(register_local(&mut ledger, &key(8), "chain1operator").unwrap());
    send(&mut ledger, [Item::NewFinalityProvider(fp(3), PopVerdict::Verified)]);
    let numbers = [1, 2, 3, 7, 8].map(|n| ledger.fp(&key(n)).unwrap().unwrap().id.get());
    let local = FpId::LOCAL.get();
    assert_eq!(numbers, [0, 1, 2, local, local + 1]);
    let profile = ledger.fp_profile(&key(7)).unwrap().unwrap();
    assert_eq!((profile.is_local(), profile.babylon_address.as_str()), (true, "chain1operator"));
    assert!(!ledger.fp_profile(&key(1)).unwrap().unwrap().is_local());

    assert!(!register_local(&mut ledger, &key(1), "chain1operator").unwrap());
    assert!(!register_local(&mut ledger, &key(7), "chain1thief").unwrap());
    let theirs = Item::NewFinalityProvider(fp(7), PopVerdict::Verified);
    assert!(matches!(send(&mut ledger, [theirs])[..], [Verdict::Quarantined(_)]));
    assert_eq!(ledger.fp_profile(&key(7)).unwrap(), Some(profile));
}

#[test]
fn a_quarantined_delegation_counts_once_its_fp_is_there() {
    let mut ledger = MemoryLedger::default();
    let item = delegation(1, &[200, 1], 10);
    assert!(matches!(send(&mut ledger, [active(&item)])[..], [Verdict::Quarantined(_)]));
    send(&mut ledger, fixture::fps(1));
    assert!(matches!(send(&mut ledger, [active(&item)])[..], [Verdict::Applied(_)]));
    assert_eq!(power(&ledger, 1), 10);
}

#[test]
fn a_quarantined_delegation_that_ended_meanwhile_never_counts() {
    let mut ledger = MemoryLedger::default();
    let item = delegation(1, &[1], 10);
    send(&mut ledger, [active(&item), undelegation(&item)]);
    send(&mut ledger, fixture::fps(1));
    let late = Applied::Delegated { txid: item.txid(), status: DelegationStatus::Unbonding };
    assert_eq!(send(&mut ledger, [active(&item)]), [Verdict::Applied(late)]);
    assert_eq!(power(&ledger, 1), 0);
    assert_eq!(send(&mut ledger, [undelegation(&item)]), [Verdict::AlreadyKnown]);
}

#[test]
fn expiry_then_undelegation_subtracts_once() {
    let mut ledger = ledger(1);
    let (ends, stays) = (delegation(1, &[1], 10), delegation(2, &[1], 5));
    let stays = ActiveDelegation { end_height: stays.end_height.next(), ..stays };
    send(&mut ledger, [active(&ends), active(&stays)]);
    for emptied_first in [true, false] {
        let mut ledger = ledger.clone();
        if emptied_first {
            expire(&mut ledger, EXPIRY, 100).unwrap();
        }
        let late = apply(&mut ledger, &Rules::default(), Some(EXPIRY), [undelegation(&ends)]).unwrap();
        assert_eq!(late.verdicts, [Verdict::AlreadyKnown]);
        expire(&mut ledger, EXPIRY, 100).unwrap();
        assert_eq!(power(&ledger, 1), 5);
    }
}

#[test]
fn a_lower_tip_fills_no_emptied_bucket() {
    let mut ledger = ledger(1);
    let (first, second) = (delegation(1, &[1], 10), delegation(2, &[1], 5));
    send(&mut ledger, [active(&first)]);
    expire(&mut ledger, EXPIRY, 100).unwrap();
    let lower = Some(EXPIRY.saturating_sub(3));
    apply(&mut ledger, &Rules::default(), lower, [active(&second), undelegation(&first)]).unwrap();
    assert_eq!((power(&ledger, 1), ledger.buckets().count()), (0, 0));
}

#[test]
fn one_that_comes_after_its_height_is_only_seen_to_be_over() {
    let mut ledger = ledger(1);
    let item = delegation(1, &[1], 10);
    let late = apply(&mut ledger, &Rules::default(), Some(EXPIRY), [active(&item)]).unwrap();
    let delegated = Applied::Delegated { txid: item.txid(), status: DelegationStatus::Expired };
    assert_eq!((late.verdicts, late.power_changes), (vec![Verdict::Applied(delegated)], vec![]));
    assert_eq!((ledger.ended_by(&item.txid()), ledger.buckets().count()), (None, 0));
}

#[test]
fn a_tip_is_recorded_where_it_is_higher() {
    let mut ledger = MemoryLedger::default();
    for (tip, recorded, writes) in
        [(None, None, 0), (Some(5), Some(5), 1), (Some(5), Some(5), 0), (Some(4), Some(5), 0)]
    {
        ledger.forget_costs();
        apply(&mut ledger, &Rules::default(), tip.map(BtcHeight::new), []).unwrap();
        assert_eq!(
            (ledger.btc_tip().unwrap(), ledger.writes()),
            (recorded.map(BtcHeight::new), writes),
            "{tip:?}"
        );
    }
}

#[test]
fn stake_that_the_sums_do_not_hold_is_not_subtracted() {
    let mut ledger = ledger(2);
    let item = delegation(1, &[1, 2], 10);
    send(&mut ledger, [active(&item)]);
    let second = ledger.fp(&key(2)).unwrap().unwrap().id;
    let due = Due { height: EXPIRY, class: Class::Trusted, fp: second };
    ledger.put_bucket(ExpiryBucket { due, sum: VotingPower::new(9) }).unwrap();
    let broken = Verdict::Quarantined(Reason::BrokenLedger { txid: item.txid() });
    assert_eq!(send(&mut ledger, [undelegation(&item)]), [broken]);
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (10, 10));
    assert_eq!(ledger.ended_by(&item.txid()), None);
}

#[test]
fn a_delegation_is_found_by_each_of_our_fps() {
    let mut ledger = ledger(2);
    let (one, both) = (delegation(1, &[1], 10), delegation(2, &[1, 2], 10));
    send(&mut ledger, [active(&one), active(&both)]);
    let of = |fp| {
        let mut txids: Vec<_> = ledger.delegations_of(FpId::new(fp)).copied().collect();
        txids.sort_unstable();
        txids
    };
    let mut all = vec![one.txid(), both.txid()];
    all.sort_unstable();
    assert_eq!((of(0), of(1), of(2)), (all, vec![both.txid()], vec![]));
}

#[test]
fn one_delegation_may_stake_on_two_of_our_fps() {
    let mut ledger = ledger(2);
    let item = delegation(1, &[1, 2], 10);
    send(&mut ledger, [active(&item)]);
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (10, 10));
    let outcome = apply(&mut ledger, &Rules::default(), None, [undelegation(&item)]).unwrap();
    assert_eq!(outcome.power_changes.len(), 2);
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (0, 0));
}

#[test]
fn who_came_under_a_consumer_id_of_before_gets_no_new_stake() {
    let mut ledger = ledger(2);
    let old = delegation(1, &[1], 3);
    send(&mut ledger, [active(&old)]);
    let rules = Rules { era_from: FpId::new(1), ..Rules::default() };
    let (both, orphan) = (delegation(2, &[1, 2], 10), delegation(3, &[1], 10));
    let packet = [active(&both), active(&orphan)];
    let verdicts = apply(&mut ledger, &rules, None, packet).unwrap().verdicts;
    let delegated = Applied::Delegated { txid: both.txid(), status: DelegationStatus::Active };
    let stray = Reason::NoFinalityProvider { txid: orphan.txid() };
    assert_eq!(verdicts, [Verdict::Applied(delegated), Verdict::Quarantined(stray)]);
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (3, 10), "a stake counts for one consumer id");

    let ends = [undelegation(&old), undelegation(&both)];
    apply(&mut ledger, &rules, None, ends).unwrap();
    assert_eq!((power(&ledger, 1), power(&ledger, 2)), (0, 0), "what it has still ends");
}

#[test]
fn a_delegation_may_name_sixty_four_fps_and_all_count() {
    let mut ledger = ledger(64);
    let fps: Vec<u8> = (1..=64).collect();
    let verdicts = send(&mut ledger, [active(&delegation(1, &fps, 10))]);
    assert!(matches!(verdicts[..], [Verdict::Applied(_)]), "{verdicts:?}");
    assert!(fps.iter().all(|fp| power(&ledger, *fp) == 10));
}

#[test]
fn a_slashed_fp_never_has_power_again() {
    let mut ledger = ledger(1);
    send(&mut ledger, [active(&delegation(1, &[1], 10))]);
    let FpOutcome::Moved { power_change: Some(change), .. } = move_fp(&mut ledger, &key(1), SLASH).unwrap()
    else {
        panic!("not slashed")
    };
    assert_eq!((change.before, change.after), (VotingPower::new(10), VotingPower::ZERO));
    let later = [active(&delegation(2, &[1], 10)), Item::NewFinalityProvider(fp(1), PopVerdict::Verified)];
    let outcome = apply(&mut ledger, &Rules::default(), None, later).unwrap();
    assert!(matches!(outcome.verdicts[..], [Verdict::Applied(_), Verdict::AlreadyKnown]));
    assert_eq!(outcome.power_changes, []);
    assert!(matches!(move_fp(&mut ledger, &key(1), FpEvent::Unjail).unwrap(), FpOutcome::Refused(_)));
    assert!(matches!(move_fp(&mut ledger, &key(1), SLASH).unwrap(), FpOutcome::Refused(_)));
    assert_eq!(move_fp(&mut ledger, &key(9), SLASH).unwrap(), FpOutcome::Unknown);
    assert_eq!(power(&ledger, 1), 0);
}

/// The most sats there can be, ten thousand times over, to one finality provider.
#[test]
fn sums_do_not_overflow() {
    let mut ledger = ledger(1);
    let items = (0..10_000).map(|n| active(&delegation(n, &[1], Sats::MAX.get())));
    send(&mut ledger, items);
    assert_eq!(power(&ledger, 1), 10_000 * u128::from(Sats::MAX.get()));
}

#[test]
fn the_fifty_thousandth_delegation_costs_what_the_first_did() {
    let mut ledger = ledger(1);
    let mut costs = Vec::new();
    for portion in 0..1_000 {
        ledger.forget_costs();
        send(&mut ledger, (0..50).map(|n| active(&delegation(portion * 50 + n, &[200, 1], 10))));
        costs.push((ledger.reads(), ledger.writes()));
    }
    assert_eq!(power(&ledger, 1), 500_000);
    // Reads: the tip, two finality providers, a bucket; then a record each. Writes: two each, two sums.
    assert_eq!(costs[0], (54, 102));
    assert!(costs.iter().all(|cost| *cost == costs[0]));
}

/// What can happen; small numbers so that the same things happen again.
#[derive(Debug, Clone)]
enum Op {
    Register(u8),
    Delegate(u32),
    Undelegate(u32),
    Tip(u32),
    Expire(usize),
    Move(u8, FpEvent),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1u8..4).prop_map(Op::Register),
        6 => (0u32..40).prop_map(Op::Delegate),
        4 => (0u32..40).prop_map(Op::Undelegate),
        1 => (880u32..915).prop_map(Op::Tip),
        1 => (0usize..3).prop_map(Op::Expire),
        1 => (1u8..4, prop_oneof![Just(SLASH), Just(FpEvent::Jail { until: UnixTime::new(5) }), Just(FpEvent::Unjail), Just(FpEvent::Orphan)])
            .prop_map(|(fp, event)| Op::Move(fp, event)),
    ]
}

/// The `n`-th delegation of the histories: to one or two of three finality providers, of other sats,
/// expiring at one of fourteen heights around 900.
fn nth(n: u32) -> ActiveDelegation {
    let fps: &[u8] = [&[1, 200][..], &[200, 2], &[3], &[2, 3]][n as usize % 4];
    let item = delegation(n, fps, 1 + u64::from(n) * 1_000);
    ActiveDelegation { end_height: item.end_height.saturating_add(n % 14), ..item }
}

/// What one would do without sums: remember everything, and count.
#[derive(Default)]
struct Model {
    registered: BTreeMap<u8, bool>,
    held: BTreeMap<u32, Vec<u8>>,
    ended: std::collections::BTreeSet<u32>,
    tip: u32,
}

impl Model {
    fn power(&self, fp: u8) -> u128 {
        let live = self.held.iter().filter(|(n, fps)| {
            fps.contains(&fp) && !self.ended.contains(n) && nth(**n).expiry().get() > self.tip
        });
        match self.registered.get(&fp) {
            Some(true) => 0,
            _ => live.map(|(n, _)| u128::from(nth(*n).sats.get())).sum(),
        }
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Register(fp) => {
                self.registered.entry(*fp).or_insert(false);
            }
            Op::Delegate(n) => {
                let ours: Vec<u8> =
                    self.registered.keys().copied().filter(|fp| nth(*n).fps.contains(&key(*fp))).collect();
                if !ours.is_empty() {
                    self.held.entry(*n).or_insert(ours);
                }
            }
            Op::Undelegate(n) => {
                self.ended.insert(*n);
            }
            Op::Tip(tip) => self.tip = self.tip.max(*tip),
            Op::Move(fp, FpEvent::Slash { .. } | FpEvent::Orphan) => {
                self.registered.entry(*fp).and_modify(|is_out| *is_out = true);
            }
            Op::Expire(_) | Op::Move(..) => (),
        }
    }
}

/// Items come with a tip that is sometimes behind the highest one.
fn perform(ledger: &mut MemoryLedger, op: &Op, highest: u32) -> Vec<Verdict> {
    let packet = |ledger: &mut MemoryLedger, behind: u32, item: Item| {
        let tip = BtcHeight::new(highest.saturating_sub(behind % 4 * 5));
        apply(ledger, &Rules::default(), Some(tip), [item]).unwrap().verdicts
    };
    match op {
        Op::Register(n) => packet(ledger, 0, Item::NewFinalityProvider(fp(*n), PopVerdict::Verified)),
        Op::Delegate(n) => packet(ledger, *n, active(&nth(*n))),
        Op::Undelegate(n) => packet(ledger, *n, undelegation(&nth(*n))),
        Op::Tip(tip) => apply(ledger, &Rules::default(), Some(BtcHeight::new(*tip)), []).unwrap().verdicts,
        Op::Expire(limit) => {
            let expired = expire(ledger, BtcHeight::new(highest), *limit).unwrap();
            assert!(expired.buckets <= *limit && expired.shortfall.is_zero());
            Vec::new()
        }
        Op::Move(fp, event) => {
            move_fp(ledger, &key(*fp), *event).unwrap();
            Vec::new()
        }
    }
}

/// What is due but has not left yet.
fn due(ledger: &MemoryLedger, tip: u32) -> VotingPower {
    ledger.buckets().filter(|bucket| bucket.due.height.get() <= tip).map(|bucket| bucket.sum).sum()
}

/// Every sum equals what it is the sum of.
fn check_sums(ledger: &MemoryLedger, tip: u32) -> Result<(), TestCaseError> {
    let mut live: BTreeMap<(BtcHeight, FpId), u128> = BTreeMap::new();
    for (txid, record) in ledger.records() {
        if let Record::Known(known) = record
            && known.status(ledger.ended_by(txid), Some(BtcHeight::new(tip))) == DelegationStatus::Active
        {
            for id in known.ours() {
                *live.entry((known.expiry(), id)).or_default() += u128::from(known.sats.get());
            }
        }
    }
    for (_, fp) in ledger.fps() {
        let buckets = ledger.buckets().filter(|bucket| bucket.due.fp == fp.id);
        prop_assert_eq!(fp.stake, buckets.map(|bucket| bucket.sum).sum());
    }
    for bucket in ledger.buckets().filter(|bucket| bucket.due.height.get() > tip) {
        prop_assert_eq!(live.remove(&(bucket.due.height, bucket.due.fp)), Some(bucket.sum.get()));
    }
    prop_assert_eq!(live.len(), 0);
    Ok(())
}

/// Items of all kinds; the delegations have one finality provider here each, as Babylon guarantees.
fn unrelated_items(ns: &[u32]) -> Vec<Item> {
    let item = |(i, n): (usize, &u32)| match i % 4 {
        0 => Item::NewFinalityProvider(fp([1, 2, 3][*n as usize % 3]), PopVerdict::Trusted),
        1 | 2 => active(&nth(n - n % 4 + [0, 1, 2][i % 3])),
        _ => undelegation(&nth(n - n % 4 + n % 3)),
    };
    ns.iter().enumerate().map(item).collect()
}

proptest! {
    /// Random operations, which repeat, contradict and overtake each other.
    #[test]
    fn power_is_always_the_sum_of_the_live_delegations(ops in vec(op(), 0..150)) {
        let (mut ledger, mut model) = (MemoryLedger::default(), Model::default());
        for op in &ops {
            model.apply(op);
            let due_before = due(&ledger, model.tip);
            let verdicts = perform(&mut ledger, op, model.tip);
            let is_broken = |verdict: &Verdict| matches!(verdict, Verdict::Quarantined(Reason::BrokenLedger { .. }));
            prop_assert!(!verdicts.iter().any(is_broken), "{:?}", op);
            let due_after = due(&ledger, model.tip);
            prop_assert!(due_after == due_before || (due_after < due_before && matches!(op, Op::Expire(_))));
            check_sums(&ledger, model.tip)?;
            let mut emptied = ledger.clone();
            let expired = expire(&mut emptied, BtcHeight::new(model.tip), usize::MAX - 1).unwrap();
            prop_assert!(!expired.more && expired.shortfall.is_zero());
            for n in model.registered.keys() {
                prop_assert_eq!(power(&emptied, *n), model.power(*n), "fp {} after {:?}", n, op);
                let is_out = model.registered[n];
                prop_assert!(!is_out || power(&ledger, *n) == 0);
            }
        }
    }

    /// The same items in any order, some of them twice, quarantined ones retried: the same power.
    #[test]
    fn order_and_repetition_do_not_matter(
        (items, shuffled) in vec(0u32..20, 1..40).prop_map(|ns| unrelated_items(&ns)).prop_flat_map(|items| {
            let twice = [items.clone(), items.iter().step_by(3).cloned().collect()].concat();
            (Just(items), Just(twice).prop_shuffle())
        })
    ) {
        let [a, b] = [items, shuffled].map(|items| {
            let mut ledger = MemoryLedger::default();
            for _ in 0..2 {
                items.iter().for_each(|item| drop(send(&mut ledger, [item.clone()])));
            }
            ledger.fps().map(|(key, fp)| (*key, fp.power())).collect::<Vec<_>>()
        });
        prop_assert_eq!(a, b);
    }
}
