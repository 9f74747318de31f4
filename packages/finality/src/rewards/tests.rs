use proptest::prelude::*;

use super::*;

fn member(id: u32, power: u128) -> Member {
    Member { id, power: VotingPower::new(power) }
}

fn set(members: &[(u32, u128)]) -> ActiveSet {
    let covered = crate::commitment::Coverage { covered: true, changes_at: None };
    let all = members.iter().map(|&(id, power)| Ok::<_, ()>((member(id, power), covered)));
    crate::active_set::select(all, usize::MAX).unwrap().set
}

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

#[test]
fn a_weight_is_power_times_the_heights_voted_at() {
    let mut missed = Missed::default();
    missed.note(at(3), &[2]);
    missed.note(at(3), &[2]);
    missed.note(at(4), &[2, 1]);
    let mut weights = Weights::default();
    weights.add(&set(&[(1, 10), (2, 20), (3, 30)]), 5, &missed, at(5));
    assert_eq!(weights.members(), [member(1, 40), member(2, 60), member(3, 150)]);
    weights.add(&set(&[(3, 1), (9, 7)]), 2, &Missed::default(), at(7));
    assert_eq!(weights.freeze().members(), [member(1, 40), member(2, 60), member(3, 152), member(9, 14)]);
    assert!(weights.is_empty());
}

#[test]
fn no_height_counts_twice_though_a_hook_was_torn() {
    let mut weights = Weights::default();
    let one = set(&[(1, 10)]);
    weights.add(&one, 5, &Missed::default(), at(5));
    weights.add(&one, 5, &Missed::default(), at(5));
    weights.add(&one, 7, &Missed::default(), at(7));
    assert_eq!(weights.members(), [member(1, 70)]);
}

#[test]
fn those_with_the_least_go_where_there_are_too_many() {
    let mut weights = Weights::default();
    let many: Vec<(u32, u128)> = (0..300).map(|id| (id, u128::from(1_000 - id))).collect();
    weights.add(&set(&many), 1, &Missed::default(), at(1));
    let frozen = weights.freeze();
    assert_eq!(frozen.members().len(), PAID_MAX);
    assert!(frozen.members().iter().all(|one| one.id < 256));
}

#[test]
fn a_ratio_has_eighteen_decimals() {
    assert_eq!(decimal(ONE), "1.000000000000000000");
    assert_eq!(decimal(ONE * 2 / 3), "0.666666666666666666");
    assert_eq!(decimal(1), "0.000000000000000001");
}

#[test]
fn the_part_of_the_slashed_is_burned_or_goes_to_the_others() {
    let claims = [
        (member(1, 60), Claim::Paid),
        (member(2, 20), Claim::Slashed),
        (member(3, 40), Claim::Stranger),
        (member(4, 20), Claim::Paid),
    ];
    let shared = split(1_000, &claims, false);
    assert_eq!((shared.send, shared.burn), (1_000, 0));
    assert_eq!(shared.ratios, [(1, ONE * 3 / 4), (4, ONE / 4)]);
    let burned = split(1_000, &claims, true);
    assert_eq!((burned.send, burned.burn, burned.ratios), (800, 200, shared.ratios));
    let nobody = [(member(2, 20), Claim::Slashed)];
    assert_eq!(split(9, &nobody, false), Split::default());
    assert_eq!(split(9, &nobody, true), Split { burn: 9, ..Split::default() });
    assert_eq!(split(9, &[], true), Split::default());
}

fn claims() -> impl Strategy<Value = Vec<(Member, Claim)>> {
    let claim = prop_oneof![Just(Claim::Paid), Just(Claim::Slashed), Just(Claim::Stranger)];
    let power = prop_oneof![0u128..1_000, 0u128..1 << 100];
    proptest::collection::vec((power, claim), 0..40).prop_map(|all| {
        all.into_iter().zip(0u32..).map(|((power, claim), id)| (member(id, power), claim)).collect()
    })
}

proptest! {
    #[test]
    fn nothing_is_made_and_nothing_lost(amount in any::<u128>(), claims in claims(), burn in any::<bool>()) {
        let split = split(amount, &claims, burn);
        let paid = claims.iter().any(|(member, claim)| *claim == Claim::Paid && member.power.get() >= 1 << 60);
        prop_assert!(split.send.checked_add(split.burn).is_some_and(|sum| sum <= amount));
        if !split.ratios.is_empty() || paid {
            prop_assert_eq!(split.send + split.burn, amount);
        }
        prop_assert!(burn || split.burn == 0);
        let sum: u128 = split.ratios.iter().map(|(_, ratio)| ratio).sum();
        prop_assert!(sum <= ONE);
        for (id, ratio) in &split.ratios {
            prop_assert!(*ratio > 0);
            prop_assert!(claims.iter().any(|(member, claim)| member.id == *id && *claim == Claim::Paid));
        }
    }
}

#[derive(Debug, Clone)]
enum Op {
    Fees(u32),
    Freeze,
    Send { ok: bool, burn_ok: bool, refund: bool },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        any::<u32>().prop_map(Op::Fees),
        Just(Op::Freeze),
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(ok, burn_ok, refund)| Op::Send {
            ok,
            burn_ok,
            refund
        }),
    ];
    proptest::collection::vec(op, 1..60)
}

proptest! {
    /// A balance that only this account moves: whatever happens, owed never exceeds it, and what came in is what is
    /// there, was handed over, or burned.
    #[test]
    fn the_books_balance_after_every_step(ops in ops(), claims in claims(), burn in any::<bool>()) {
        let mut account = Account::default();
        let (mut balance, mut received, mut refunded, mut before) = (0u128, 0u128, 0u128, (0u128, 0u128));
        for op in ops {
            match op {
                Op::Fees(amount) => {
                    balance += u128::from(amount);
                    received += u128::from(amount);
                }
                Op::Freeze => {
                    let (was, owes) = (account.owed, account.owe(balance, 1));
                    prop_assert_eq!(owes, was == 0 && balance > 0);
                }
                Op::Send { ok, burn_ok, refund } => {
                    if account.owed == 0 { continue; }
                    let owed = account.owed;
                    let split = split(owed, &claims, burn && !account.burn_done);
                    account.settle(&split);
                    if ok { balance -= split.send; } else { account.not_sent(split.send, 1, at(9)); }
                    if burn_ok { balance -= split.burn; } else { account.not_burned(split.burn); }
                    if ok && refund {
                        balance += split.send;
                        refunded += split.send;
                    }
                }
            }
            prop_assert!(account.owed <= balance, "what is owed is there");
            prop_assert_eq!(received + refunded, balance + account.handed_over + account.burned);
            let after = (account.handed_over, account.burned);
            prop_assert!(after.0 >= before.0 && after.1 >= before.1, "they only grow");
            before = after;
        }
    }
}
