//! The cursor: which heights have quorum, in order.
//!
//! ```text
//!             votes of > 2/3                     hook lost, nobody active
//!   open ------------------------> quorum    open -----------------------> skipped
//!
//!             > 2/3 only without those whom governance named ([`crate::resume`])
//!   open -----------------------------------------------------------------> resumed
//! ```
//!
//! An open height stops the cursor. Quorums above it count only once it is passed: otherwise a coalition
//! could finalize branch A on even and branch B on odd heights and never sign one height twice
//! (RULINGS.md, "When a block is final").

use primitives::VotingPower;

/// What the hooks left behind at a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeightState {
    /// No hook took effect: nobody knows who might have voted.
    Hole,
    /// Before finality was activated.
    Inactive,
    /// Too many heights below it wait: it takes no votes.
    BacklogFull,
    /// The hooks ran, and this much power may vote.
    Open {
        /// The power of the active set there.
        total: VotingPower,
    },
}

/// Why a height was passed without quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It is a hole.
    HookLost,
    /// The active set was empty there.
    NoActiveSet,
    /// Finality was not active yet.
    BeforeActivation,
    /// Too many heights waited when its turn came.
    BacklogFull,
}

/// What the cursor does at a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// More than two thirds have voted: pass, and blocks below are final.
    Quorum,
    /// Nobody could have voted: pass, nothing is final by it.
    Skip(Skipped),
    /// Governance left out who is missing there: pass, nothing is final by it.
    Resume,
    /// Not yet: stop here.
    Wait,
}

/// Decides one height; `voted` is the power of the canonical votes stored there.
pub fn step(state: HeightState, voted: VotingPower) -> Step {
    match state {
        HeightState::Hole => Step::Skip(Skipped::HookLost),
        HeightState::Inactive => Step::Skip(Skipped::BeforeActivation),
        HeightState::BacklogFull => Step::Skip(Skipped::BacklogFull),
        HeightState::Open { total } if total.is_zero() => Step::Skip(Skipped::NoActiveSet),
        HeightState::Open { total } if voted.is_quorum_of(total) => Step::Quorum,
        HeightState::Open { .. } => Step::Wait,
    }
}

/// Decides one height of a resumption; `absent` is the power there of those who are named and have no vote for the
/// canonical hash. Who is named matters only where there is no quorum with everybody (RULINGS.md,
/// "Resuming finality").
pub fn step_without(state: HeightState, voted: VotingPower, absent: VotingPower) -> Step {
    let HeightState::Open { total } = state else { return step(state, voted) };
    let counted = VotingPower::new(total.get().saturating_sub(absent.get()));
    match step(state, voted) {
        Step::Wait if counted.is_zero() || voted.is_quorum_of(counted) => Step::Resume,
        step => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quorum_only_by_more_than_two_thirds(total in 0u128..1 << 70, voted in 0u128..1 << 70) {
            let quorum = step(HeightState::Open { total: VotingPower::new(total) }, VotingPower::new(voted)) == Step::Quorum;
            prop_assert_eq!(quorum, total > 0 && voted * 3 > total * 2);
        }

        /// C-38
        #[test]
        fn no_table_of_powers_overflows(powers in proptest::collection::vec(any::<u64>(), 0..200)) {
            let total: VotingPower = powers.iter().map(|&p| VotingPower::new(p.into())).sum();
            prop_assert_eq!(step(HeightState::Open { total }, total) == Step::Quorum, !total.is_zero());
        }
    }

    #[test]
    fn a_resumption_leaves_out_the_named_where_there_is_no_quorum_with_them() {
        let at = |voted, absent| {
            let state = HeightState::Open { total: VotingPower::new(100) };
            step_without(state, VotingPower::new(voted), VotingPower::new(absent))
        };
        assert_eq!(at(60, 0), Step::Wait);
        assert_eq!(at(60, 10), Step::Wait, "two thirds exactly");
        assert_eq!(at(60, 11), Step::Resume);
        assert_eq!(at(66, 34), Step::Resume, "two thirds exactly need the exclusion");
        assert_eq!(at(67, 33), Step::Quorum, "a quorum without it");
        assert_eq!(at(100, 0), Step::Quorum);
        assert_eq!(at(0, 100), Step::Resume);
        assert_eq!(
            step_without(HeightState::Hole, VotingPower::ZERO, VotingPower::ZERO),
            Step::Skip(Skipped::HookLost)
        );
    }

    #[test]
    fn a_hole_is_skipped_and_never_final() {
        assert_eq!(step(HeightState::Hole, VotingPower::new(u128::MAX)), Step::Skip(Skipped::HookLost));
        let nobody = HeightState::Open { total: VotingPower::ZERO };
        assert_eq!(step(nobody, VotingPower::ZERO), Step::Skip(Skipped::NoActiveSet));
        assert_eq!(step(HeightState::BacklogFull, VotingPower::new(1)), Step::Skip(Skipped::BacklogFull));
        assert_eq!(step(HeightState::Inactive, VotingPower::new(1)), Step::Skip(Skipped::BeforeActivation));
    }
}
