use std::collections::BTreeSet;
use std::convert::Infallible;

use primitives::{AppHash, BlockHash, BlockHeight, FpPublicKey, UnixTime, VotingPower};
use proptest::prelude::*;

use super::calendar::{self, Duty, Interval, IntervalOutOfBounds};
use super::closing::{Ballot, NotExcused, Progress, Verdict as Closing};
use super::committee::{COUNT_MAX, Hasher, ROWS_MAX, Row, Seat, is_quorum, quorum_of};
use super::record::{Anchor, Named, RECORD_BYTES, Record};
use super::snapshot::{
    Candidate, Mark, PORTION_ROWS, Reason, Settled, Verdict, Why, portion, ranked, settle,
};
use crate::Commitment;

const C: Interval = Interval::DEFAULT;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

fn key(byte: u8) -> FpPublicKey {
    FpPublicKey::from_bytes([byte; 32])
}

fn run(start: u64, count: u64, root: u8) -> Commitment {
    Commitment { start: at(start), count, root: [root; 32], committed_at: at(1) }
}

mod heights {
    use super::*;

    #[test]
    fn an_interval_has_bounds_that_depend_on_babylon() {
        for (blocks, with_babylon, most) in
            [(59, true, 10_000), (10_001, true, 10_000), (59, false, 600), (601, false, 600)]
        {
            let refused = Err(IntervalOutOfBounds { blocks, least: 60, most });
            assert_eq!(Interval::new(blocks, with_babylon), refused, "{blocks}");
        }
        for (blocks, with_babylon) in [(60, true), (10_000, true), (60, false), (600, false)] {
            assert_eq!(Interval::new(blocks, with_babylon).map(Interval::blocks), Ok(blocks));
        }
        let said = Interval::new(601, false).unwrap_err().to_string();
        assert_eq!(said, "grid_interval is 601 blocks: it must be 60 to 600");
    }

    #[test]
    fn grid_heights_are_the_multiples_above_zero() {
        let found: Vec<u64> = (0..=1_800).filter(|height| C.is_grid(at(*height))).collect();
        assert_eq!(found, [600, 1_200, 1_800]);
        assert_eq!([0, 599, 600, 601].map(|height| C.next(at(height)).get()), [600, 600, 1_200, 1_200]);
        assert_eq!(C.covered(at(600)), [at(1_200), at(1_800), at(2_400)]);
        assert_eq!((C.after(at(600)), C.before(at(600))), (at(1_200), at(0)));
    }

    /// G - C - 20 >= since, and no multiple below does.
    #[test]
    fn the_first_snapshot_is_the_lowest_that_lies_above_the_start() {
        for since in [0, 1, 579, 580, 581, 1_180, 1_181] {
            let first = C.first_snapshot(at(since)).get();
            assert!(C.is_grid(at(first)) && first - 600 - 20 >= since, "{since}: {first}");
            assert!(first - 600 < since + 620, "{since}: {first}");
        }
    }

    #[test]
    fn the_twenty_blocks_below_work_and_the_last_ten_write_the_record() {
        let of = |height| calendar::duty(C, at(height), at(1_200));
        let duty = |writes_record| Some(Duty { grid: at(1_200), writes_record });
        assert_eq!([1_180, 1_181, 1_189].map(of), [None, duty(false), duty(false)]);
        assert_eq!([1_190, 1_199, 1_200].map(of), [duty(true), duty(true), None]);
        assert_eq!([581, 599].map(of), [None, None], "below the first");
    }
}

mod formats {
    use super::*;

    fn rows() -> [Row; 3] {
        let row = |byte, power, root: u8, start, count| Row {
            key: key(byte),
            power,
            root: [root; 32],
            start: at(start),
            count,
        };
        [row(1, 7, 0xa1, 100, 50), row(1, 7, 0xa2, 150, 1 << 32), row(2, u64::MAX - 7, 0xb1, 1, 999)]
    }

    fn hash(rows: &[Row]) -> String {
        let mut hasher = Hasher::new(rows.len() as u64);
        rows.iter().for_each(|row| hasher.push(row));
        hasher.finish().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Rows and hashes as Python's struct and hashlib make them.
    #[test]
    fn a_committee_has_the_hash_that_the_format_says() {
        let first: String = rows()[0].to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(first, ROW);
        assert_eq!(hash(&rows()), COMMITTEE);
        assert_eq!(hash(&[]), NOBODY);
    }

    #[test]
    fn every_byte_of_a_row_is_in_the_hash() {
        let changes: [fn(&mut Row); 5] = [
            |row| row.key = key(9),
            |row| row.power += 1,
            |row| row.root = [9; 32],
            |row| row.start = row.start.next(),
            |row| row.count += 1,
        ];
        let changed = changes.map(|change| {
            let mut rows = rows();
            change(&mut rows[1]);
            hash(&rows)
        });
        let distinct: BTreeSet<String> =
            changed.into_iter().chain([hash(&rows()), hash(&rows()[..2])]).collect();
        assert_eq!(distinct.len(), 7);
    }

    fn record() -> Record {
        Record {
            grid: at(1_200),
            interval: 600,
            set: Named { hash: [0x11; 32], total: 300, taken: UnixTime::new(1_700_000_000) },
            next: Named { hash: [0x22; 32], total: 301, taken: UnixTime::new(1_700_000_600) },
            closed_through: at(600),
            finalized: at(1_189),
            unbroken: at(1_100),
            time: UnixTime::new(1_700_000_700),
            anchor: Some(Anchor {
                height: at(1_188),
                app_hash: AppHash::from_bytes([0x33; 32]),
                block_hash: BlockHash::from_bytes([0x44; 32]),
                time: UnixTime::new(1_700_000_690),
            }),
        }
    }

    #[test]
    fn a_record_has_the_bytes_that_the_format_says() {
        let text: String = record().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text, RECORD);
        let unfinal = Record { anchor: None, ..record() };
        assert_eq!(unfinal.to_bytes()[145..], [0; 80]);
        for record in [record(), unfinal] {
            assert_eq!(Record::from_bytes(&record.to_bytes()), Some(record));
        }
    }

    #[test]
    fn each_bit_of_a_record_matters() {
        let bytes = record().to_bytes();
        for bit in 0..8 * RECORD_BYTES {
            let mut changed = bytes;
            changed[bit / 8] ^= 1 << (bit % 8);
            let read = Record::from_bytes(&changed);
            assert!(read != Some(record()), "bit {bit}");
            assert_eq!(read.is_none(), bit < 8, "bit {bit}: only the version refuses");
        }
        assert_eq!(Record::from_bytes(&bytes[..224]), None);
        assert_eq!(Record::from_bytes(&[&bytes[..], &[0]].concat()), None);
    }

    const ROW: &str = "01010101010101010101010101010101010101010101010101010101010101010000000000000007a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a100000000000000640000000000000032";
    const COMMITTEE: &str = "81f304e33d7d526133dcbd9fdb2b1f119798832fae3a5d873409f8658966d097";
    const NOBODY: &str = "4322fd2bc0a137d1375b37b3b2e2b4715b3d3dd7ca9682438d4fea0f8437fad3";
    const RECORD: &str = "0100000000000004b000000000000002581111111111111111111111111111111111111111111111111111111111111111000000000000012c000000006553f1002222222222222222222222222222222222222222222222222222222222222222000000000000012d000000006553f358000000000000025800000000000004a5000000000000044c000000006553f3bc00000000000004a433333333333333333333333333333333333333333333333333333333333333334444444444444444444444444444444444444444444444444444444444444444000000006553f3b2";
}

mod choosing {
    use super::*;

    fn candidate(byte: u8, power: u64) -> Candidate {
        Candidate { key: key(byte), power, is_slashed: false }
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
        let asked =
            portion(&[candidate(1, 5)], Mark::default(), (at(600), C, 9), |_| Err::<Vec<_>, _>("asked"));
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
        let thin =
            |one: &Candidate| if one.key == key(199) { vec![run(1_200, 1_201, 1)] } else { three(one) };
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
                    (Candidate { key: key(byte), power, is_slashed }, runs)
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
}

mod order {
    use super::*;

    const THROUGH: Progress =
        Progress { ordered_through: BlockHeight::new(1_200), closed_through: BlockHeight::new(600) };

    fn judge(grid: u64, voted: u64, is_anchored: bool) -> Closing {
        THROUGH.judge(C, &Ballot { grid: at(grid), total: 300, voted, is_anchored })
    }

    #[test]
    fn a_grid_height_closes_in_its_turn_by_more_than_two_thirds() {
        let closed = Progress { ordered_through: at(1_800), closed_through: at(1_800) };
        assert_eq!(judge(1_800, 201, true), Closing::Closes(closed));
        assert_eq!(judge(1_800, 200, true), Closing::Lacks(1));
        assert_eq!(judge(1_800, 0, true), Closing::Lacks(201));
        assert_eq!(judge(1_800, 300, false), Closing::Hole);
        assert_eq!(judge(2_400, 300, true), Closing::Waits);
        assert_eq!(judge(1_200, 300, true), Closing::Passed);
        let root = Progress::at_root(at(1_200));
        assert_eq!((root.turn(C), root.closed_through), (at(1_800), at(0)));
    }

    #[test]
    fn an_excuse_moves_the_order_alone() {
        let excuse = |through, young| THROUGH.excuse(C, at(through), at(young));
        assert_eq!(excuse(2_400, 2_401), Ok(Progress { ordered_through: at(2_400), ..THROUGH }));
        assert_eq!(
            excuse(2_400, 2_400),
            Err(NotExcused::TooYoung { through: at(2_400), settled_below: at(2_400) })
        );
        assert_eq!(excuse(2_401, 9_999), Err(NotExcused::NoGridHeight { through: at(2_401), interval: 600 }));
        assert_eq!(
            excuse(1_200, 9_999),
            Err(NotExcused::Passed { through: at(1_200), ordered_through: at(1_200) })
        );
        let said = excuse(1_200, 9_999).unwrap_err().to_string();
        assert_eq!(said, "grid height 1200 is closed or excused: the grid is closed through 1200");
    }

    proptest! {
        #[test]
        fn the_least_quorum_is_one_and_one_less_is_none(total in any::<u64>()) {
            let least = quorum_of(total);
            prop_assert!(total == 0 || is_quorum(least, total));
            prop_assert!(!is_quorum(least - 1, total));
        }

        /// Two quorums of one committee have more than a third of it in common.
        #[test]
        fn two_quorums_share_more_than_a_third(total in 1_u64.., a in any::<u64>(), b in any::<u64>()) {
            let (a, b) = (a.min(total), b.min(total));
            if is_quorum(a, total) && is_quorum(b, total) {
                let shared = u128::from(a) + u128::from(b) - u128::from(total);
                prop_assert!(3 * shared > u128::from(total));
            }
        }
    }
}
