use proptest::prelude::*;

use super::*;

fn member(id: u32, power: u128) -> Member {
    Member { id: FpId::new(id), power: VotingPower::new(power) }
}

fn set(members: &[(u32, u128)]) -> ActiveSet {
    let covered = crate::commitment::Coverage { covered: true, changes_at: None };
    let all = members.iter().map(|&(id, power)| Ok::<_, ()>((member(id, power), covered)));
    crate::active_set::select(all, usize::MAX, 0).unwrap().set
}

/// Weights as a payout has them: of each id its power.
fn weights(members: &[(u32, u128)]) -> Weights {
    let mut weights = Weights::default();
    weights.add(&set(members), 1, &Missed::default(), at(1));
    weights.frozen()
}

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

#[test]
fn a_weight_is_power_times_the_heights_voted_at() {
    let mut missed = Missed::default();
    missed.note(at(3), &[FpId::new(2)]);
    missed.note(at(3), &[FpId::new(2)]);
    missed.note(at(4), &[FpId::new(2), FpId::new(1)]);
    let mut weights = Weights::default();
    weights.add(&set(&[(1, 10), (2, 20), (3, 30)]), 5, &missed, at(5));
    assert_eq!(weights.members(), [member(1, 40), member(2, 60), member(3, 150)]);
    weights.add(&set(&[(3, 1), (9, 7)]), 2, &Missed::default(), at(7));
    assert_eq!(weights.members(), [member(1, 40), member(2, 60), member(3, 152), member(9, 14)]);
    weights.clear();
    assert!(weights.is_empty() && weights.through == at(7));
}

#[test]
fn misses_are_forgotten_once_they_are_counted() {
    let mut missed = Missed::default();
    assert!(missed.is_empty());
    missed.note(at(3), &[FpId::new(2)]);
    assert!(!missed.is_empty());
    missed.clear();
    assert!(missed.is_empty());
    missed.note(at(3), &[FpId::new(2)]);
    assert!(missed.is_empty(), "height 3 was noted");
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
fn a_payout_begins_with_those_who_earned_most() {
    let frozen = weights(&[(1, 5), (2, 70), (3, 5), (4, 20)]);
    assert_eq!(frozen.members(), [member(2, 70), member(4, 20), member(1, 5), member(3, 5)]);
}

#[test]
fn those_with_the_least_go_where_there_are_too_many() {
    let many: Vec<(u32, u128)> = (0..300).map(|id| (id, u128::from(1_000 - id))).collect();
    let frozen = weights(&many);
    assert_eq!(frozen.members().len(), PAID_MAX);
    assert!(frozen.members().iter().all(|one| one.id < FpId::new(256)));
}

/// K41
///
/// A million heights without a payout, new FPs in the set every hundred: what is kept of them stays as large, and those
/// who earn most stay in it.
#[test]
fn weights_do_not_grow_where_nothing_is_ever_owed() {
    let mut weights = Weights::default();
    for step in 1..=10_000 {
        let mut members = vec![(0, 1_000)];
        members.extend((1..200).map(|place| (step * 200 + place, 1)));
        weights.add(&set(&members), 100, &Missed::default(), at(u64::from(step) * 100));
        assert!(weights.members().len() <= PAID_MAX, "{} after {step} sets", weights.members().len());
    }
    assert_eq!(weights.frozen().members()[0], member(0, 1_000 * 1_000_000));
}

#[test]
fn a_ratio_has_eighteen_decimals() {
    assert_eq!(decimal(ONE), "1.000000000000000000");
    assert_eq!(decimal(ONE * 2 / 3), "0.666666666666666666");
    assert_eq!(decimal(1), "0.000000000000000001");
}

#[test]
fn the_part_of_the_slashed_is_burned_or_goes_to_the_next_period() {
    let claims = [
        (member(1, 60), Claim::Paid),
        (member(2, 20), Claim::Slashed),
        (member(3, 60), Claim::Refused),
        (member(4, 20), Claim::Paid),
    ];
    let shared = split(1_600, &claims, false);
    assert_eq!((shared.send, shared.burn, shared.back), (800, 0, 800));
    assert_eq!(shared.ratios, [(FpId::new(1), ONE * 3 / 4), (FpId::new(4), ONE / 4)]);
    let burned = split(1_600, &claims, true);
    assert_eq!((burned.send, burned.burn, burned.back), (800, 200, 600));
    assert_eq!(burned.ratios, shared.ratios);
    // Nothing is left for a payout of its own where all are paid or burned.
    let thirds = [(member(1, 1), Claim::Paid), (member(2, 1), Claim::Slashed), (member(3, 1), Claim::Paid)];
    let rounded = split(100, &thirds, true);
    assert_eq!((rounded.send, rounded.burn, rounded.back), (67, 33, 0));
    let nobody = [(member(2, 20), Claim::Slashed)];
    assert_eq!(split(9, &nobody, false), Split { back: 9, ..Split::default() });
    assert_eq!(split(9, &nobody, true), Split { burn: 9, ..Split::default() });
    assert_eq!(split(9, &[], true), Split { back: 9, ..Split::default() });
}

#[test]
fn a_split_is_exact_at_the_largest_amounts_and_weights() {
    let third = u128::MAX / 3;
    let three = [1, 2, 3].map(|id| (member(id, third), Claim::Paid));
    let all = split(u128::MAX, &three, true);
    assert_eq!((all.send, all.burn, all.back), (u128::MAX, 0, 0));
    assert_eq!(all.ratios, [1, 2, 3].map(|id| (FpId::new(id), ONE / 3)));
    let slashed =
        three.map(|(member, claim)| (member, if member.id == FpId::new(2) { Claim::Slashed } else { claim }));
    let burned = split(300, &slashed, true);
    assert_eq!((burned.send, burned.burn, burned.back), (200, 100, 0));
    // One sat beside all bitcoin for a million heights: too little for a ratio.
    let whale = 2_100_000_000_000_000 * 1_000_000;
    let dust = [(member(1, whale), Claim::Paid), (member(2, 1), Claim::Paid)];
    assert_eq!(split(u128::MAX, &dust, false).ratios, [(FpId::new(1), ONE)]);
    assert_eq!(split(0, &three, true), Split { ratios: all.ratios, ..Split::default() });
}

#[test]
fn nothing_is_sent_where_nobody_has_a_ratio() {
    let dust = |id| (member(id, 1 << 36), Claim::Paid);
    let claims = [(member(0, 1 << 100), Claim::Refused), dust(1), dust(2), dust(3)];
    assert_eq!(split(1 << 70, &claims, false), Split { back: 1 << 70, ..Split::default() });
}

/// As after a loss of the record: nobody can be paid, and nothing is stuck.
#[test]
fn what_is_owed_by_weights_that_are_gone_goes_to_the_next_period() {
    let mut account = Account::default();
    account.owe(400, 1, 4);
    while let Some((group, part)) = account.next_group(&Weights::default(), 3) {
        account.take_out(&split(part, &[], false));
        assert!(group.from < group.to);
    }
    assert_eq!((account.owed, account.waiting), (0, vec![]));
}

fn claim() -> impl Strategy<Value = Claim> {
    prop_oneof![3 => Just(Claim::Paid), 1 => Just(Claim::Slashed), 1 => Just(Claim::Refused)]
}

fn claims() -> impl Strategy<Value = Vec<(Member, Claim)>> {
    let power = prop_oneof![0u128..1_000, 0u128..1 << 100];
    proptest::collection::vec((power, claim()), 0..40).prop_map(|all| {
        all.into_iter().zip(0u32..).map(|((power, claim), id)| (member(id, power), claim)).collect()
    })
}

proptest! {
    #[test]
    fn nothing_is_made_and_nothing_lost(amount in any::<u128>(), claims in claims(), burn in any::<bool>()) {
        let split = split(amount, &claims, burn);
        let sum = split.send.checked_add(split.burn).and_then(|sum| sum.checked_add(split.back));
        prop_assert_eq!(sum, Some(amount));
        prop_assert!(burn || split.burn == 0);
        prop_assert!(split.send == 0 || !split.ratios.is_empty(), "nothing is sent to nobody");
        let sum: u128 = split.ratios.iter().map(|(_, ratio)| ratio).sum();
        prop_assert!(sum <= ONE);
        for (id, ratio) in &split.ratios {
            prop_assert!(*ratio > 0);
            prop_assert!(claims.iter().any(|(member, claim)| member.id == *id && *claim == Claim::Paid));
        }
    }

    /// Whatever the sizes of the groups: each FP is in one, all together get what is owed, and each what its weight says.
    #[test]
    fn groups_share_out_everything_once(
        owed in 1u128..1 << 50,
        powers in proptest::collection::vec(1u128..1 << 70, 1..60),
        sizes in proptest::collection::vec(1u32..12, 60),
    ) {
        let members: Vec<(u32, u128)> = (0..).zip(powers).collect();
        let weights = weights(&members);
        let whole: u128 = members.iter().map(|one| one.1).sum();
        let mut account = Account::default();
        prop_assert!(account.owe(owed, 1, weights.len()));
        let mut seen = Vec::new();
        for size in sizes {
            let Some((group, part)) = account.next_group(&weights, size) else { break };
            prop_assert!(group.to - group.from <= size);
            let members = weights.group(group);
            seen.extend(members.iter().map(|one| one.id));
            let weight: u128 = members.iter().map(|one| one.power.get()).sum();
            let exact = owed * weight / whole;
            prop_assert!(part.abs_diff(exact) <= 61, "{part} for {exact}");
            let claims: Vec<_> = members.iter().map(|one| (*one, Claim::Paid)).collect();
            account.take_out(&split(part, &claims, false));
        }
        prop_assert_eq!((account.owed, account.handed_over), (0, owed));
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..weights.len()).map(FpId::new).collect::<Vec<_>>());
    }
}

/// Four FPs of ten each in groups of two; the second is slashed, and its part is to be burned.
fn with_a_slashed_one() -> (Account, Weights, impl Fn(Group, u128, &Weights) -> Split) {
    let weights = weights(&[(0, 10), (1, 10), (2, 10), (3, 10)]);
    let mut account = Account::default();
    account.owe(400, 1, 4);
    let judge = |group: Group, part: u128, weights: &Weights| {
        let claim = |id| if id == FpId::new(1) { Claim::Slashed } else { Claim::Paid };
        let claims: Vec<_> = weights.group(group).iter().map(|one| (*one, claim(one.id))).collect();
        split(part, &claims, true)
    };
    (account, weights, judge)
}

#[test]
fn a_transfer_that_was_not_taken_leaves_everything_as_it_was() {
    let (mut account, weights, judge) = with_a_slashed_one();
    let before = account.clone();
    let mut taken = Vec::new();
    while let Some((group, part)) = account.next_group(&weights, 2) {
        let split = judge(group, part, &weights);
        account.take_out(&split);
        taken.push((group, split));
    }
    assert_eq!((account.owed, account.to_burn, account.handed_over), (100, 100, 300));
    for (group, split) in taken {
        account.not_sent(group, &split, at(9));
    }
    assert_eq!(account, Account { not_before: at(9), ..before });
}

#[test]
fn the_slashed_are_burned_once_however_often_a_transfer_fails() {
    let (mut account, weights, judge) = with_a_slashed_one();
    for _ in 0..3 {
        let (group, part) = account.next_group(&weights, 2).unwrap();
        let split = judge(group, part, &weights);
        account.take_out(&split);
        assert_eq!(account.burn(), 0, "not before all have left");
        account.not_sent(group, &split, at(9));
    }
    while let Some((group, part)) = account.next_group(&weights, 2) {
        account.take_out(&judge(group, part, &weights));
    }
    assert_eq!((account.burn(), account.burn()), (100, 0));
    assert_eq!((account.owed, account.handed_over, account.burned), (0, 300, 100));
    account.not_burned(100);
    assert_eq!((account.owed, account.burned), (0, 0), "it is undistributed again");
}

#[derive(Debug, Clone)]
enum Op {
    Fees(u32),
    Owe,
    Send { size: u32, ok: bool, refund: bool },
    Burn { ok: bool },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        any::<u32>().prop_map(Op::Fees),
        Just(Op::Owe),
        (1u32..9, any::<bool>(), any::<bool>()).prop_map(|(size, ok, refund)| Op::Send { size, ok, refund }),
        any::<bool>().prop_map(|ok| Op::Burn { ok }),
    ];
    proptest::collection::vec(op, 1..100)
}

proptest! {
    /// A balance that only this account moves: whatever happens, owed never exceeds it, and what came in is what is
    /// there, was handed over, or burned.
    #[test]
    fn the_books_balance_after_every_step(
        ops in ops(),
        powers in proptest::collection::vec((1u128..1_000, claim()), 0..30),
        burns in any::<bool>(),
    ) {
        let members: Vec<(u32, u128)> = (0..).zip(powers.iter().map(|one| one.0)).collect();
        let weights = weights(&members);
        let mut account = Account::default();
        let (mut balance, mut received, mut refunded, mut before) = (0u128, 0u128, 0u128, (0u128, 0u128));
        for op in ops {
            match op {
                Op::Fees(amount) => {
                    balance += u128::from(amount);
                    received += u128::from(amount);
                }
                Op::Owe => {
                    let (was, owes) = (account.owed, account.owe(balance, 1, weights.len()));
                    prop_assert_eq!(owes, was == 0 && balance > 0 && !weights.is_empty());
                }
                Op::Send { size, ok, refund } => {
                    let Some((group, part)) = account.next_group(&weights, size) else { continue };
                    let claims: Vec<_> = weights.group(group).iter()
                        .map(|one| (*one, powers[usize::try_from(one.id.get()).unwrap()].1)).collect();
                    let split = split(part, &claims, burns);
                    account.take_out(&split);
                    match ok {
                        true => balance -= split.send,
                        false => account.not_sent(group, &split, at(9)),
                    }
                    if ok && refund {
                        balance += split.send;
                        refunded += split.send;
                    }
                }
                Op::Burn { ok } => {
                    let burned = account.burn();
                    match ok {
                        true => balance -= burned,
                        false => account.not_burned(burned),
                    }
                }
            }
            prop_assert!(account.owed <= balance, "what is owed is there");
            prop_assert!(account.owed > 0 || account.waiting.is_empty(), "who waits is owed something");
            prop_assert_eq!(received + refunded, balance + account.handed_over + account.burned);
            let after = (account.handed_over, account.burned);
            prop_assert!(after.0 >= before.0 && after.1 >= before.1, "they only grow");
            before = after;
        }
    }
}
