use super::*;
use proptest::prelude::*;

/// How a height was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passed {
    Quorum,
    Resumed,
    /// Anchored, but nobody could vote.
    NoSet,
    Hole,
}

/// Heights from 1 on.
#[derive(Debug, Clone)]
struct Told {
    passed: Vec<Passed>,
    /// Up to here an older version passed them: of its gaps only what was resumed is recorded.
    old: u64,
    /// What lies below is forgotten.
    floor: u64,
    /// How many anchored heights are looked at for one that had an active set.
    sight: usize,
    gaps: Vec<Gap>,
    recorded_above: u64,
}

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

impl Told {
    fn new(passed: Vec<Passed>, old: u64) -> Self {
        let mut told =
            Self { old, floor: 1, sight: usize::MAX, gaps: Vec::new(), recorded_above: old, passed };
        let mut first = 1;
        for height in 1..=told.tip() + 1 {
            if height <= told.tip() && told.of(height) != Passed::Quorum {
                continue;
            }
            let resumed = |height: &u64| told.of(*height) == Passed::Resumed;
            let last = height - 1;
            // The gap that the cursor is in is always known.
            if first <= last && (last > old || last == told.tip()) {
                let resumed = (first..=last).filter(resumed).max().map(at);
                told.gaps.push(Gap { first: at(first), last: at(last), resumed });
            } else {
                let each: Vec<u64> = (first..=last).filter(resumed).collect();
                told.gaps.extend(each.iter().map(|h| Gap {
                    first: at(*h),
                    last: at(*h),
                    resumed: Some(at(*h)),
                }));
            }
            first = height + 1;
        }
        told
    }

    fn tip(&self) -> u64 {
        self.passed.len() as u64
    }

    fn of(&self, height: u64) -> Passed {
        self.passed[usize::try_from(height - 1).unwrap()]
    }

    fn forget_below(&mut self, floor: u64) {
        self.floor = floor;
        for gap in self.gaps.iter().filter(|gap| gap.last.get() + 1 < floor) {
            self.recorded_above = self.recorded_above.max(gap.last.get());
        }
        self.gaps.retain(|gap| gap.last.get() + 1 >= floor);
    }

    fn anchored(&self, height: u64) -> Option<u64> {
        (height..=self.tip()).find(|height| self.is_anchored(*height))
    }

    fn is_anchored(&self, height: u64) -> bool {
        self.of(height) != Passed::Hole
    }

    fn judged(&self, height: u64) -> Option<Finality> {
        Some(judge(self, at(height), at(self.anchored(height)?)).unwrap())
    }

    /// Word by word: RULINGS.md, "When a block is final" and "Resuming finality".
    fn told(&self, height: u64) -> Option<Finality> {
        let anchored = self.anchored(height)?;
        let by = (anchored + 1..=self.tip()).find(|height| self.of(*height) == Passed::Quorum);
        let resumed =
            (height..by.unwrap_or_else(|| self.tip() + 1)).any(|height| self.of(height) == Passed::Resumed);
        let verdict = match by {
            _ if resumed => Verdict::Resumed,
            Some(_) => Verdict::Final,
            None => Verdict::Pending,
        };
        let certificate = by.map(|by| {
            let run = |wanted: bool, from: u64| {
                (1..=from).rev().take_while(|height| (self.of(*height) == Passed::Quorum) == wanted).count()
                    as u64
            };
            Certificate {
                height: at(by),
                gap_before: run(false, by - 1),
                unbroken_since: (by > self.old).then(|| at((by + 1 - run(true, by)).max(self.old + 1))),
            }
        });
        Some(Finality { verdict, certificate })
    }
}

impl History for Told {
    type Error = ();

    fn cursor(&self) -> BlockHeight {
        at(self.tip())
    }

    fn last_quorum(&self) -> Option<BlockHeight> {
        (1..=self.tip()).rev().find(|height| self.of(*height) == Passed::Quorum).map(at)
    }

    fn floor(&self) -> BlockHeight {
        at(self.floor)
    }

    fn recorded_above(&self) -> BlockHeight {
        at(self.recorded_above)
    }

    fn gap_from(&self, height: BlockHeight) -> Result<Option<Gap>, ()> {
        Ok(self.gaps.iter().rev().find(|gap| gap.first <= height).copied())
    }

    fn electorate_above(&self, height: BlockHeight) -> Result<Option<BlockHeight>, ()> {
        let seen = (height.get().max(self.floor)..=self.tip()).filter(|height| self.is_anchored(*height));
        Ok(seen.take(self.sight).find(|height| could_vote(self.of(*height))).map(at))
    }

    fn electorate_below(&self, height: BlockHeight) -> Result<Option<BlockHeight>, ()> {
        let seen =
            (self.floor..=height.get().min(self.tip())).rev().filter(|height| self.is_anchored(*height));
        Ok(seen.take(self.sight).find(|height| could_vote(self.of(*height))).map(at))
    }
}

fn could_vote(passed: Passed) -> bool {
    matches!(passed, Passed::Quorum | Passed::Resumed)
}

fn passed(letters: &str) -> Vec<Passed> {
    let of = |letter| match letter {
        'q' => Passed::Quorum,
        'r' => Passed::Resumed,
        'n' => Passed::NoSet,
        '.' => Passed::Hole,
        other => panic!("{other}"),
    };
    letters.chars().map(of).collect()
}

#[test]
fn the_example_above() {
    let told = Told::new(passed("qq.rnqq"), 0);
    let answer = |height: u64| {
        let Finality { verdict, certificate } = told.judged(height).unwrap();
        let by = certificate.map(|by| (by.height.get(), by.gap_before, by.unbroken_since.unwrap().get()));
        (verdict, by)
    };
    assert_eq!(answer(1), (Verdict::Final, Some((2, 0, 1))));
    for height in 2..=4 {
        assert_eq!(answer(height), (Verdict::Resumed, Some((6, 3, 6))), "{height}");
    }
    assert_eq!(answer(5), (Verdict::Final, Some((6, 3, 6))));
    assert_eq!(answer(6), (Verdict::Final, Some((7, 0, 6))));
    assert_eq!(answer(7), (Verdict::Pending, None));
}

#[test]
fn what_is_resumed_is_so_before_its_certificate_comes() {
    let told = Told::new(passed("qqr.n"), 0);
    let verdicts: Vec<_> = (1..=5).map(|height| told.judged(height).unwrap().verdict).collect();
    let [mut resumed, pending] = [Verdict::Resumed, Verdict::Pending].map(|verdict| vec![verdict; 2]);
    resumed.extend(pending);
    assert_eq!(verdicts[1..], resumed);
}

#[test]
fn no_certificate_is_unbroken_from_before_gaps_were_recorded() {
    let since = |old| Told::new(passed("qqqqqq"), old).judged(4).unwrap().certificate.unwrap().unbroken_since;
    assert_eq!([0, 3, 4].map(since), [Some(at(1)), Some(at(4)), Some(at(5))]);
    assert_eq!(since(5), None);
}

/// Histories with long runs of each kind.
fn histories() -> impl Strategy<Value = Vec<Passed>> {
    let run = (0..4usize, 1..7usize).prop_map(|(kind, length)| {
        vec![[Passed::Quorum, Passed::Resumed, Passed::NoSet, Passed::Hole][kind]; length]
    });
    prop::collection::vec(run, 1..12).prop_map(|runs| runs.concat())
}

/// An older version recorded each resumed height by itself.
#[test]
fn more_resumed_heights_than_are_looked_at_are_held_against_the_block() {
    let mut passed = vec![Passed::Resumed; 2 * HOPS];
    passed.push(Passed::Quorum);
    let old = passed.len() as u64;
    let told = Told::new(passed, old);
    let expected = Finality { verdict: Verdict::Resumed, certificate: None };
    assert_eq!(told.judged(1), Some(expected));
}

/// An older version recorded no gap where nobody could vote, and such heights are looked through only so far.
#[test]
fn beyond_what_is_looked_through_a_block_is_final_unless_something_above_it_is_resumed() {
    let verdict = |letters: &str, height| {
        let passed = passed(letters);
        let old = passed.iter().rposition(|passed| *passed == Passed::Quorum).unwrap() as u64 + 1;
        let far = Told { sight: 3, ..Told::new(passed, old) };
        let answer = far.judged(height).unwrap();
        assert_eq!(answer.certificate, None, "it is out of sight");
        answer.verdict
    };
    assert_eq!(verdict("qnnnnnq", 1), Verdict::Final);
    assert_eq!(verdict("qnnnnrnnnnq", 1), Verdict::Resumed);
    assert_eq!(verdict("qnnnnrnnnnq", 6), Verdict::Resumed, "itself");
    assert_eq!(verdict("qnnnnrnnnnq", 7), Verdict::Final, "what is resumed lies below");
    assert_eq!(verdict("qnnnnnq.", 1), Verdict::Final, "so far nothing of the open gap is resumed");
    assert_eq!(verdict("qnnnnnq.r", 1), Verdict::Resumed);
}

#[test]
fn where_no_gap_is_recorded_the_heights_are_looked_through() {
    let told = Told::new(passed("qnn.qq"), 6);
    for height in 1..=6 {
        assert_eq!(told.judged(height), told.told(height), "{height}");
    }
    let by = told.judged(1).unwrap().certificate.unwrap();
    assert_eq!((by.height, by.gap_before, by.unbroken_since), (at(5), 3, None));
}

/// A history that counts how often heights with an active set are looked for.
struct Counted(Told, std::cell::Cell<usize>);

impl History for Counted {
    type Error = ();

    fn cursor(&self) -> BlockHeight {
        self.0.cursor()
    }

    fn last_quorum(&self) -> Option<BlockHeight> {
        self.0.last_quorum()
    }

    fn floor(&self) -> BlockHeight {
        self.0.floor()
    }

    fn recorded_above(&self) -> BlockHeight {
        self.0.recorded_above()
    }

    fn gap_from(&self, height: BlockHeight) -> Result<Option<Gap>, ()> {
        self.0.gap_from(height)
    }

    fn electorate_above(&self, height: BlockHeight) -> Result<Option<BlockHeight>, ()> {
        self.0.electorate_above(height)
    }

    fn electorate_below(&self, height: BlockHeight) -> Result<Option<BlockHeight>, ()> {
        self.1.set(self.1.get() + 1);
        self.0.electorate_below(height)
    }
}

#[test]
fn a_recorded_gap_is_found_with_one_look_below_it() {
    for letters in ["qqqq", "qq.rnq"] {
        let told = Told::new(passed(letters), 0);
        let counted = Counted(told.clone(), Default::default());
        let quorum = counted.cursor();
        assert_eq!(certificate(&counted, quorum), certificate(&told, quorum));
        assert_eq!(counted.1.get(), 1, "{letters}");
    }
}

#[test]
fn resumed_is_what_lies_in_a_gap_and_no_height_with_quorum() {
    let told = Told::new(vec![Passed::Quorum, Passed::Resumed, Passed::NoSet, Passed::Quorum], 0);
    assert_eq!([1, 2, 4].map(|height| is_resumed(&told, at(height))), [Ok(false), Ok(true), Ok(false)]);
}

proptest! {
    #[test]
    fn every_answer_is_the_naive_one(passed in histories(), old in any::<prop::sample::Index>()) {
        // What an older version passed is looked through, but not without end.
        let old = old.index(passed.len().min(12) + 1) as u64;
        for told in [Told::new(passed.clone(), 0), Told::new(passed, old)] {
            for height in 1..=told.tip() {
                prop_assert_eq!(told.judged(height), told.told(height), "{}", height);
            }
        }
    }

    #[test]
    fn final_implies_a_later_quorum_and_stays(passed in histories(), more in histories()) {
        let told = Told::new(passed.clone(), 0);
        let later = Told::new([passed, more].concat(), 0);
        for height in 1..=told.tip() {
            let Some(answer) = told.judged(height) else { continue };
            match answer.certificate {
                Some(by) => {
                    prop_assert!(by.height > at(height) && told.of(by.height.get()) == Passed::Quorum);
                    prop_assert_eq!(later.judged(height), Some(answer));
                }
                None => prop_assert!(answer.verdict != Verdict::Final),
            }
            if answer.verdict == Verdict::Resumed {
                prop_assert_eq!(later.judged(height).map(|later| later.verdict), Some(Verdict::Resumed));
            }
        }
    }

    #[test]
    fn no_answer_changes_when_heights_are_forgotten(
        passed in histories(), old in any::<prop::sample::Index>(), floor in any::<prop::sample::Index>(),
    ) {
        let floor = 1 + floor.index(passed.len()) as u64;
        let old = old.index(passed.len().min(12) + 1) as u64;
        for told in [Told::new(passed.clone(), 0), Told::new(passed, old)] {
            let mut pruned = told.clone();
            pruned.forget_below(floor);
            for height in floor..=told.tip() {
                let (before, after) = (told.judged(height), pruned.judged(height));
                let known = |answer: Option<Finality>| answer.map(|answer| {
                    let by = answer.certificate;
                    // Of a gap that an older version left, what is remembered.
                    let recorded = by.filter(|by| by.height.get() > told.old + 1);
                    (answer.verdict, by.map(|by| by.height), recorded)
                });
                prop_assert_eq!(known(before), known(after), "{}", height);
            }
        }
    }
}
