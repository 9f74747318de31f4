use super::*;

fn candidate(byte: u8, power: u64) -> Candidate {
    Candidate { id: FpId::new(byte.into()), key: key(byte), power, is_slashed: false }
}

fn whole(
    ranked: &[Candidate],
    max: usize,
    of: impl Fn(&Candidate) -> Vec<Commitment>,
) -> (Vec<Verdict>, Mark) {
    let (mut mark, mut verdicts) = (Mark::default(), Vec::new());
    while mark.done < ranked.len() {
        let took = portion(ranked, mark, (at(600), C, max), |one| Ok::<_, Infallible>(of(one))).unwrap();
        assert!(took.mark.done > mark.done, "a portion looks at somebody");
        let rows: usize = took.verdicts.iter().map(rows_of).sum();
        assert!(rows <= PORTION_ROWS);
        mark = took.mark;
        verdicts.extend(took.verdicts);
    }
    (verdicts, mark)
}

fn rows_of(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Taken(seat) => seat.randomness.len(),
        Verdict::LeftOut(..) => 0,
    }
}

#[test]
fn most_power_first_then_the_lower_key_and_nobody_without() {
    let all = vec![candidate(1, 5), candidate(2, 0), candidate(3, 9), candidate(4, 5)];
    let keys: Vec<FpPublicKey> = ranked(all).iter().map(|one| one.key).collect();
    assert_eq!(keys, [key(3), key(1), key(4)]);
}

#[test]
fn randomness_must_cover_the_three_grid_heights_above() {
    let take = |runs: Vec<Commitment>| {
        let (verdicts, _) = whole(&[candidate(1, 5)], 9, |_| runs.clone());
        verdicts[0].clone()
    };
    let left_out = |reason| Verdict::LeftOut(key(1), reason);
    let taken = |randomness| Verdict::Taken(Seat { key: key(1), power: 5, randomness });
    assert_eq!(
        take(vec![run(1_200, 1_201, 1)]),
        taken(vec![run(1_200, 1_201, 1)]),
        "from the first to the last"
    );
    assert_eq!(take(vec![run(1_201, 1_200, 1)]), left_out(Reason::Uncovered(at(1_200))));
    assert_eq!(take(vec![run(1_200, 1_200, 1)]), left_out(Reason::Uncovered(at(2_400))));
    let three = vec![run(1_000, 201, 1), run(1_201, 600, 2), run(1_801, 600, 3)];
    assert_eq!(take(three.clone()), taken(three.clone()));
    let seat = Seat { key: key(1), power: 5, randomness: three };
    assert_eq!(
        [1_200, 1_201, 2_401].map(|height| seat.row_at(at(height)).map(|one| one.root[0])),
        [Some(1), Some(2), None]
    );
    assert_eq!(
        seat.rows().map(|row| (row.start.get(), row.power)).collect::<Vec<_>>(),
        [(1_000, 5), (1_201, 5), (1_801, 5)]
    );
    let between = vec![run(1_200, 1, 1), run(1_300, 9, 7), run(1_800, 601, 2)];
    assert_eq!(
        take(between).clone(),
        taken(vec![run(1_200, 1, 1), run(1_800, 601, 2)]),
        "what covers no grid height is no row"
    );
    assert_eq!(take(vec![run(1, COUNT_MAX, 1)]), taken(vec![run(1, COUNT_MAX, 1)]));
    assert_eq!(take(vec![run(1, COUNT_MAX + 1, 1)]), left_out(Reason::TooLong(at(1_200))));
}

#[test]
fn the_slashed_are_left_out_and_nobody_asks_for_their_randomness() {
    let slashed = Candidate { is_slashed: true, ..candidate(1, 5) };
    let took = portion(&[slashed], Mark::default(), (at(600), C, 9), |_| Err::<Vec<_>, _>("asked"));
    let took = took.unwrap();
    assert_eq!(took.verdicts, [Verdict::LeftOut(key(1), Reason::Slashed)]);
    assert_eq!(took.mark, Mark { done: 1, ..Mark::default() });
    let asked = portion(&[candidate(1, 5)], Mark::default(), (at(600), C, 9), |_| Err::<Vec<_>, _>("asked"));
    assert_eq!(asked, Err("asked"));
}

#[test]
fn whoever_does_not_fit_whole_is_left_out_and_those_behind_may_fit() {
    let three = |one: &Candidate| {
        vec![run(1_200, 1, 1), run(1_800, 1, 2), run(2_400, 1, 3 + one.key.as_bytes()[0] % 2)]
    };
    let many: Vec<Candidate> = (0..200).map(|byte| candidate(byte, 1_000 - u64::from(byte))).collect();
    let (verdicts, mark) = whole(&many, 200, three);
    assert_eq!((mark.providers, mark.rows, mark.done), (170, 510, 200));
    assert_eq!(verdicts[170], Verdict::LeftOut(key(170), Reason::Full));
    let thin = |one: &Candidate| if one.key == key(199) { vec![run(1_200, 1_201, 1)] } else { three(one) };
    let (verdicts, mark) = whole(&many, 200, thin);
    assert_eq!((mark.rows, rows_of(&verdicts[199])), (511, 1));
    let (_, mark) = whole(&many, 3, three);
    assert_eq!((mark.providers, mark.total), (3, 1_000 + 999 + 998));
    let (verdicts, mark) = whole(&[candidate(1, u64::MAX), candidate(2, 1)], 9, three);
    assert_eq!((mark.total, &verdicts[1]), (u64::MAX, &Verdict::LeftOut(key(2), Reason::Full)));
    assert_eq!(ROWS_MAX, 512);
}

#[test]
fn what_was_taken_must_have_half_of_the_active_power() {
    let mark = |done, providers, total| Mark { done, providers, total, rows: providers };
    let of = |mark, active| settle(mark, 5, VotingPower::new(active));
    assert_eq!(of(mark(5, 2, 50), 100), Settled::New);
    let too_few = Why::TooFew { taken: VotingPower::new(50), active: VotingPower::new(101) };
    assert_eq!(of(mark(5, 2, 50), 101), Settled::Repeated(too_few));
    assert_eq!(of(mark(4, 2, 50), 100), Settled::Repeated(Why::Unfinished));
    assert_eq!(of(mark(5, 0, 0), 0), Settled::Repeated(Why::Nobody));
}

fn any_candidates() -> impl Strategy<Value = Vec<(Candidate, Vec<Commitment>)>> {
    let runs = prop::collection::vec((0_u64..2_600, 1_u64..2_600, any::<u8>()), 0..6)
        .prop_map(|runs| runs.into_iter().map(|(start, count, root)| run(start, count, root)).collect());
    prop::collection::vec(((0_u64..40, any::<bool>()), runs), 1..40).prop_map(|all| {
        (1_u8..)
            .zip(all)
            .map(|(byte, ((power, is_slashed), runs))| {
                (Candidate { id: FpId::new(byte.into()), key: key(byte), power, is_slashed }, runs)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn those_taken_cover_and_add_up(all in any_candidates(), max in 1_usize..20) {
        let order = ranked(all.iter().map(|(one, _)| *one).collect());
        let of = |one: &Candidate| all.iter().find(|(other, _)| other == one).map(|(_, runs)| runs.clone()).unwrap_or_default();
        let (verdicts, mark) = whole(&order, max, of);
        prop_assert_eq!(verdicts.len(), order.len());
        let seats: Vec<&Seat> = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Taken(seat) => Some(seat),
            Verdict::LeftOut(..) => None,
        }).collect();
        prop_assert_eq!(mark.providers, seats.len());
        prop_assert!(mark.providers <= max && mark.rows <= ROWS_MAX);
        prop_assert_eq!(mark.total, seats.iter().map(|seat| seat.power).sum::<u64>());
        prop_assert_eq!(mark.rows, seats.iter().map(|seat| seat.randomness.len()).sum::<usize>());
        for seat in seats {
            prop_assert!(seat.power > 0 && (1..=3).contains(&seat.randomness.len()));
            prop_assert!(C.covered(at(600)).iter().all(|height| seat.row_at(*height).is_some()));
            prop_assert!(!order.iter().any(|one| one.key == seat.key && one.is_slashed));
        }
        // Who is left out is slashed, is not covered, or comes after as many as there may be.
        for (place, verdict) in verdicts.iter().enumerate() {
            if let Verdict::LeftOut(_, Reason::Full) = verdict {
                prop_assert!(verdicts[..place].iter().filter(|one| rows_of(one) > 0).count() >= max);
            }
        }
    }

    /// A portion that is done again, since its mark was not kept, takes the same.
    #[test]
    fn a_portion_depends_on_its_mark_alone(all in any_candidates(), cut in 0_usize..40) {
        let order = ranked(all.iter().map(|(one, _)| *one).collect());
        let of = |one: &Candidate| all.iter().find(|(other, _)| other == one).map(|(_, runs)| runs.clone()).unwrap_or_default();
        let (verdicts, end) = whole(&order, 9, of);
        let mut mark = Mark::default();
        for verdict in verdicts.iter().take(cut.min(order.len())) {
            mark.done += 1;
            if let Verdict::Taken(seat) = verdict {
                mark = Mark { providers: mark.providers + 1, rows: mark.rows + rows_of(verdict), total: mark.total + seat.power, ..mark };
            }
        }
        let rest = portion(&order, mark, (at(600), C, 9), |one| Ok::<_, Infallible>(of(one))).unwrap();
        prop_assert_eq!(&rest.verdicts[..], &verdicts[mark.done..mark.done + rest.verdicts.len()]);
        prop_assert!(rest.mark.done < order.len() || rest.mark == end);
    }
}
