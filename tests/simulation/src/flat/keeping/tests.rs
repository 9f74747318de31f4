use super::*;

const KNOBS: Knobs =
    Knobs { fps: 2, delegations: 1, vote_window: 3, vote_retention: 10, anchor_retention_s: 60 };
/// The last block; votes from 85 on are kept, anchors from 91 on, or where votes are.
const LAST: u64 = 100;
const TXID: [u8; 32] = [1; 32];

/// What happened, and what is stored of it as it should be.
fn life() -> (Keeping, Seen) {
    let mut keeping = Keeping::new(KNOBS, &Seen::default(), 1);
    let mut seen = Seen::default();
    for height in 1..=LAST {
        keeping.block(height, 6 * height);
        keeping.voted(height, 2);
        if (85..LAST).contains(&height) {
            seen.votes.insert(height, 2);
        }
        if height >= 82 {
            seen.anchors.insert(height);
        }
    }
    for fp in 0..2 {
        seen.powers.insert(fp, BTreeSet::from([80, 90]));
        seen.commitments.insert(fp, BTreeSet::from([150]));
    }
    keeping.delegated(TXID, 500, 1);
    seen.delegations.insert(TXID);
    seen.counts.extend([(letter::DELEGATIONS_OF, 1), (letter::SLOTS, 2 * 256)]);
    (keeping, seen)
}

fn letter(change: impl FnOnce(&mut Keeping, &mut Seen)) -> Option<char> {
    let (mut keeping, mut seen) = life();
    change(&mut keeping, &mut seen);
    keeping.judge(&seen, 400).err().map(|breach| breach.letter.into())
}

#[test]
fn what_is_as_it_must_be_passes() {
    assert_eq!(letter(|_, _| ()), None);
}

#[test]
fn what_must_be_kept_is_missed() {
    assert_eq!(letter(|_, seen| _ = seen.votes.insert(85, 1)), Some('v'));
    assert_eq!(letter(|_, seen| _ = seen.votes.remove(&99)), Some('v'));
    assert_eq!(letter(|_, seen| _ = seen.votes.insert(99, 3)), Some('v'), "or invented");
    assert_eq!(letter(|_, seen| _ = seen.anchors.remove(&91)), Some('a'));
    assert_eq!(letter(|_, seen| _ = seen.anchors.remove(&90)), None, "its time is over");
    assert_eq!(letter(|_, seen| _ = seen.powers.insert(0, BTreeSet::from([90]))), Some('h'));
    assert_eq!(letter(|_, seen| _ = seen.commitments.insert(0, BTreeSet::from([99]))), Some('m'));
    assert_eq!(letter(|_, seen| seen.delegations.clear()), Some('D'));
    assert_eq!(
        letter(|keeping, seen| {
            keeping.delegated(TXID, 399, 1);
            seen.delegations.clear();
            seen.counts.remove(&letter::DELEGATIONS_OF);
        }),
        None,
        "its time is over"
    );
}

#[test]
fn what_must_have_gone_is_found() {
    for outside in
        [letter::OVERFLOW, letter::VOTE_BATCHES, letter::SIGNATURES, letter::STRIPS, letter::STRIP_SIGNATURES]
    {
        assert_eq!(letter(|_, seen| _ = seen.outside.insert(outside, 76)), Some(outside.into()));
        assert_eq!(letter(|_, seen| _ = seen.outside.insert(outside, 77)), None);
    }
    assert_eq!(
        letter(|_, seen| _ = seen.counts.insert(letter::SIGNATURES, 1)),
        Some('W'),
        "signatures without a batch"
    );
    assert_eq!(
        letter(|_, seen| _ = seen.counts.insert(letter::STRIP_SIGNATURES, 1)),
        Some('U'),
        "signatures without a strip"
    );
    assert_eq!(letter(|_, seen| seen.strips = 1), Some('U'), "a strip without signatures");
    assert_eq!(letter(|_, seen| _ = seen.counts.insert(letter::SLOTS, 513)), Some('v'));
    assert_eq!(letter(|_, seen| _ = seen.anchors.insert(73)), Some('a'));
    assert_eq!(letter(|_, seen| _ = seen.powers.insert(0, (70..=82).collect())), Some('h'));
    assert_eq!(letter(|_, seen| _ = seen.commitments.insert(0, (50..=150).collect())), Some('m'));
    assert_eq!(letter(|_, seen| _ = seen.delegations.insert([2; 32])), Some('D'), "whose is it?");
    assert_eq!(letter(|_, seen| _ = seen.counts.insert(letter::DELEGATIONS_OF, 2)), Some('x'));
    assert_eq!(letter(|_, seen| _ = seen.ended.insert([2; 32])), Some('d'));
    assert_eq!(letter(|_, seen| _ = seen.in_parts.insert([2; 32])), Some('u'));
    for (table, most) in [
        (letter::EPOCHS, 103),
        (letter::SETS, 11),
        (letter::SWEEPS, 4),
        (letter::PROVIDERS, 2),
        (letter::MARKS, 1),
        (bsn::state::QUARANTINE.letter(), 0),
        (b'?', 0),
    ] {
        assert_eq!(letter(|_, seen| _ = seen.counts.insert(table, most)), None);
        assert_eq!(letter(|_, seen| _ = seen.counts.insert(table, most + 1)), Some(table.into()));
    }
}

#[test]
fn many_delegations_that_are_over_are_too_many() {
    let over = |many: u8| {
        letter(|keeping, seen| {
            for number in 0..many {
                keeping.delegated([number; 32], 300, 1);
                seen.delegations.insert([number; 32]);
            }
            seen.counts.insert(letter::DELEGATIONS_OF, many.into());
        })
    };
    assert_eq!((over(160), over(161)), (None, Some('D')));
}

#[test]
fn after_a_backlog_what_must_have_gone_comes_nearer_with_every_block() {
    let at = |ended, lowest| {
        letter(|keeping, seen| {
            keeping.backlog = Some(Backlog { first: 10, ended });
            seen.outside.insert(letter::OVERFLOW, lowest);
        })
    };
    assert_eq!(at(None, 1), None, "nothing must go while it waits");
    assert_eq!((at(Some(20), 7), at(Some(20), 6)), (None, Some('V')), "20 of 90 have been made good");
    assert_eq!((at(Some(12), 9), at(Some(12), 8)), (None, Some('V')), "22 of 90");
}
