use super::*;
use crate::commitment::counted_through;
use crate::grid::bootstrap::{self, Facts, NotBootstrapped, Root};

fn commitment(committed_at: u64) -> Commitment {
    Commitment { start: at(600), count: 50, root: [7; 32], committed_at: at(committed_at) }
}

/// Rule 9. Block, timestamped height, closed grid height; whether the commitment counts without and with the need of the last.
#[test]
fn randomness_waits_for_a_timestamp_and_where_it_must_for_a_closed_grid_height() {
    for (block, timestamped, closed, without, with) in [
        (1_000, 1_000, 1_200, false, false),
        (1_000, 1_001, 0, true, false),
        (1_000, 1_001, 600, true, false),
        (1_199, 1_900, 1_200, true, true),
        (1_200, 1_900, 1_200, true, false),
        (1_201, 1_900, 1_200, true, false),
        (1_150, 1_150, 1_200, false, false),
    ] {
        let counts =
            |needs: bool| commitment(block).counts(counted_through(at(timestamped), at(closed), needs));
        assert_eq!((counts(false), counts(true)), (without, with), "{block} {timestamped} {closed}");
    }
}

#[test]
fn what_counts_by_word_counts_before_anything_is_timestamped_or_closed() {
    assert!(commitment(0).counts(counted_through(at(0), at(0), true)));
    assert!(!commitment(1).counts(counted_through(at(0), at(0), true)));
    assert_eq!(commitment(0).committed_at, Commitment::BY_WORD);
}

fn facts() -> Facts {
    Facts {
        now: at(10_101),
        activation: at(500),
        silent_since: at(9_000),
        resume_delay: 1_100,
        with_randomness: VotingPower::new(49),
        ranked: VotingPower::new(100),
    }
}

#[test]
fn the_word_is_taken_before_activation_and_after_a_long_silence() {
    assert_eq!(bootstrap::check(&facts()), Ok(Root::Another));
    let all = VotingPower::new(100);
    let early = Facts { now: at(499), silent_since: at(499), with_randomness: all, ..facts() };
    assert_eq!(bootstrap::check(&early), Ok(Root::First));
    let active = Facts { now: at(500), ..early };
    assert!(matches!(bootstrap::check(&active), Err(NotBootstrapped::Closing { .. })));
}

#[test]
fn no_grid_height_closed_for_the_whole_delay() {
    let closing = NotBootstrapped::Closing { silent_since: at(9_000), not_before: at(10_101) };
    assert_eq!(bootstrap::check(&Facts { now: at(10_100), ..facts() }), Err(closing));
    let last = Facts { silent_since: at(u64::MAX), ..facts() };
    assert!(bootstrap::check(&last).is_err());
}

#[test]
fn less_than_half_have_randomness() {
    for (with, ranked, taken) in
        [(49, 100, true), (50, 100, false), (51, 100, false), (0, 0, false), (0, 1, true)]
    {
        let (with_randomness, ranked) = (VotingPower::new(with), VotingPower::new(ranked));
        let judged = bootstrap::check(&Facts { with_randomness, ranked, ..facts() });
        let refused = NotBootstrapped::HasRandomness { with_randomness, ranked };
        assert_eq!(judged, if taken { Ok(Root::Another) } else { Err(refused) });
    }
}

#[test]
fn a_commitment_is_named_in_full() {
    let stored = commitment(1_000);
    let named = bootstrap::Named { provider: key(1), start: at(600), count: 50, root: [7; 32] };
    let by_word = Commitment { committed_at: Commitment::BY_WORD, ..stored };
    assert_eq!(named.by_word(Some(&stored)), Ok(by_word));
    assert_eq!(named.by_word(Some(&by_word)), Ok(by_word));
    let (provider, start) = (key(1), at(600));
    assert_eq!(named.by_word(None), Err(NotBootstrapped::NotCommitted { provider, start }));
    for other in [
        Commitment { start: at(601), ..stored },
        Commitment { count: 51, ..stored },
        Commitment { root: [8; 32], ..stored },
    ] {
        assert_eq!(named.by_word(Some(&other)), Err(NotBootstrapped::OtherCommitment { provider, start }));
    }
}
