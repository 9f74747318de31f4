//! Who votes at a height, and with how much power.
//!
//! The active set is the `max` candidates with the most power whose randomness covers the height, ties
//! going to the lower key. It is computed only when something that decides it has changed: stake, jail,
//! slashing, a timestamp, or the start or end of somebody's randomness.
//!
//! # The floor
//!
//! ```text
//!   candidates, most power first     60 jailed | 25 covered | 10 without randomness | 5 covered
//!   ranked stake, at most 3 of them  60          25           10                             = 95
//!   power with randomness                        25                                   5      = 30
//! ```
//!
//! Where the power with randomness is below `min_active_percent` of the ranked stake, the height has no active set
//! (RULINGS.md, "A floor under the active set"). Otherwise one FP with dust and randomness for a million
//! heights would finalize alone once the randomness of the others has run out. The jailed count in the ranked
//! stake: a private fork could jail all others and then finalize alone.

use primitives::{BlockHeight, FpId, VotingPower};
use serde::{Deserialize, Serialize};

use crate::commitment::Coverage;

/// One FP by its number in this contract, with what it has to vote with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The number that the contract gave the FP.
    pub id: FpId,
    /// Its power.
    pub power: VotingPower,
}

/// The active set from some height on, in the order of ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveSet {
    members: Vec<Member>,
}

/// What became of a walk over the candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The set.
    pub set: ActiveSet,
    /// The lowest height at which the passing of heights alone may change it.
    pub changes_at: Option<BlockHeight>,
    /// The power of the first `max` candidates, with or without randomness.
    pub ranked: VotingPower,
    /// The power with randomness, where it is too little of the ranked stake for a set.
    pub below_floor: Option<VotingPower>,
}

/// A change of an FP's power, to be written into its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerChange {
    /// The number of the FP.
    pub id: FpId,
    /// What it had before.
    pub before: VotingPower,
    /// What it has now; zero when it left the set.
    pub after: VotingPower,
}

impl PowerChange {
    /// Whether the FP came into the set.
    pub const fn joined(&self) -> bool {
        self.before.is_zero() && !self.after.is_zero()
    }

    /// Whether the FP left the set.
    pub const fn left(&self) -> bool {
        !self.before.is_zero() && self.after.is_zero()
    }
}

/// Takes the first `max` covered candidates of `ranked`, which is in the order of power descending and, among equals,
/// key ascending; none of them where their power is below `min_percent` of the ranked stake.
pub fn select<E>(
    ranked: impl Iterator<Item = Result<(Member, Coverage), E>>,
    max: usize,
    min_percent: u64,
) -> Result<Selection, E> {
    let mut members = Vec::new();
    let mut changes_at: Option<BlockHeight> = None;
    let mut stake = VotingPower::ZERO;
    for (place, candidate) in ranked.enumerate() {
        if members.len() >= max {
            break;
        }
        let (member, coverage) = candidate?;
        if place < max {
            stake = stake + member.power;
        }
        changes_at = [changes_at, coverage.changes_at].into_iter().flatten().min();
        if coverage.covered && !member.power.is_zero() {
            members.push(member);
        }
    }
    members.sort_unstable_by_key(|member| member.id);
    let set = ActiveSet { members };
    let covered = set.total();
    let is_below = covered.get().saturating_mul(100) < stake.get().saturating_mul(min_percent.into());
    let (set, below_floor) = if is_below { (ActiveSet::default(), Some(covered)) } else { (set, None) };
    Ok(Selection { set, changes_at, ranked: stake, below_floor })
}

impl ActiveSet {
    /// The members, ordered by id.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody may vote.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The sum of their power.
    pub fn total(&self) -> VotingPower {
        self.members.iter().map(|member| member.power).sum()
    }

    /// The power of one FP, zero outside the set.
    pub fn power_of(&self, id: FpId) -> VotingPower {
        self.at(id).map_or(VotingPower::ZERO, |member| member.power)
    }

    /// This set with the joiners of `next` listed in it without power.
    pub fn listing(&self, next: &Self) -> Self {
        let joiners = next.members.iter().filter(|member| self.at(member.id).is_none());
        let mut members = self.members.clone();
        members.extend(joiners.map(|member| Member { id: member.id, power: VotingPower::ZERO }));
        members.sort_unstable_by_key(|member| member.id);
        Self { members }
    }

    /// What has changed from this set to `next`, ordered by id; `all` members of either, changed or not, where a
    /// torn hook may have written some of it.
    pub fn changes_to(&self, next: &Self, all: bool) -> Vec<PowerChange> {
        self.listing(next)
            .members
            .iter()
            .map(|member| PowerChange {
                id: member.id,
                before: self.power_of(member.id),
                after: next.power_of(member.id),
            })
            .filter(|change| all || change.before != change.after)
            .collect()
    }

    fn at(&self, id: FpId) -> Option<&Member> {
        let at = self.members.binary_search_by_key(&id, |member| member.id).ok()?;
        self.members.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COVERED: Coverage = Coverage { covered: true, changes_at: None };

    fn member(id: u32, power: u128) -> Member {
        Member { id: FpId::new(id), power: VotingPower::new(power) }
    }

    fn of(members: &[(u32, u128)]) -> ActiveSet {
        let all = members.iter().map(|&(id, power)| Ok::<_, ()>((member(id, power), COVERED)));
        select(all, usize::MAX, 0).unwrap().set
    }

    #[test]
    fn a_change_says_who_joined_and_who_left() {
        let changes = of(&[(1, 5), (2, 6), (3, 7)]).changes_to(&of(&[(2, 6), (3, 8), (4, 9)]), true);
        let said = |change: &PowerChange| (change.id.get(), change.joined(), change.left());
        let expected = [(1, false, true), (2, false, false), (3, false, false), (4, true, false)];
        assert_eq!(changes.iter().map(said).collect::<Vec<_>>(), expected);
        assert!(of(&[]).is_empty() && !of(&[(1, 5)]).is_empty());
    }

    #[test]
    fn never_more_than_the_maximum_and_only_those_covered() {
        let coverage =
            |covered, changes: Option<u64>| Coverage { covered, changes_at: changes.map(BlockHeight::new) };
        let ranked = [
            Ok::<_, ()>((member(3, 50), coverage(true, Some(90)))),
            Ok((member(1, 40), coverage(false, Some(70)))),
            Ok((member(2, 30), coverage(true, Some(80)))),
            Ok((member(4, 20), coverage(true, Some(60)))),
        ];
        let selection = select(ranked.into_iter(), 2, 0).unwrap();
        assert_eq!(selection.set.members(), [member(2, 30), member(3, 50)]);
        assert_eq!(selection.changes_at, Some(BlockHeight::new(70)), "the fourth is not asked");
        assert_eq!(selection.set.total(), VotingPower::new(80));
        assert_eq!(selection.ranked, VotingPower::new(90), "the first two, with randomness or without");
    }

    /// C-60: dust with randomness for a million heights, beside stake whose randomness has run out.
    #[test]
    fn dust_alone_is_no_set() {
        let candidates = |dust| [(member(1, 1_000), false), (member(2, dust), true)];
        let with = |dust, percent| {
            let ranked = candidates(dust).map(|(member, covered)| {
                Ok::<_, ()>((member, Coverage { covered, changes_at: Some(BlockHeight::new(7)) }))
            });
            select(ranked.into_iter(), 100, percent).unwrap()
        };
        let alone = with(1, 34);
        assert_eq!((alone.set.len(), alone.below_floor), (0, Some(VotingPower::new(1))));
        assert_eq!(alone.changes_at, Some(BlockHeight::new(7)), "the floor hides no change that is to come");
        assert_eq!(with(1, 0).set.len(), 1, "without a floor it finalizes alone");
        assert_eq!(with(515, 34).set.len(), 0, "515 of 1,515 are below 34 percent");
        assert_eq!(with(516, 34).set.len(), 1);
        assert_eq!(with(1_000, 50).set.len(), 1, "the share itself is enough");
        assert_eq!(with(516, 34).below_floor, None);
    }

    /// Candidates in the order of the ranking, each with whether it has randomness.
    fn ranking() -> impl Strategy<Value = Vec<(Member, bool)>> {
        proptest::collection::vec((1u128..1_000, any::<bool>()), 0..40).prop_map(|mut all| {
            all.sort_unstable_by_key(|(power, _)| std::cmp::Reverse(*power));
            (0..).zip(all).map(|(id, (power, covered))| (member(id, power), covered)).collect()
        })
    }

    proptest! {
        #[test]
        fn a_set_has_its_share_of_the_ranked_stake(
            ranking in ranking(), max in 1usize..20, percent in 0u64..=67,
        ) {
            let candidates =
                ranking.iter().map(|&(m, covered)| Ok::<_, ()>((m, Coverage { covered, changes_at: None })));
            let Selection { set, ranked, below_floor, .. } = select(candidates, max, percent).unwrap();
            let sum = |members: &[&Member]| members.iter().map(|m| m.power.get()).sum::<u128>();
            let first: Vec<&Member> = ranking.iter().map(|(m, _)| m).take(max).collect();
            let covered: Vec<&Member> = ranking.iter().filter(|(_, c)| *c).map(|(m, _)| m).take(max).collect();
            prop_assert_eq!(ranked.get(), sum(&first));
            prop_assert!(sum(&covered) <= sum(&first), "no set has more than the ranked stake");
            let enough = sum(&covered) * 100 >= sum(&first) * u128::from(percent);
            prop_assert_eq!(set.total().get(), if enough { sum(&covered) } else { 0 });
            prop_assert_eq!(below_floor.map(VotingPower::get), (!enough).then(|| sum(&covered)));
        }

        #[test]
        fn changes_lead_from_one_set_to_the_other(
            before in proptest::collection::btree_map(0u32..40, 1u128..1_000, 0..30),
            after in proptest::collection::btree_map(0u32..40, 1u128..1_000, 0..30),
        ) {
            let [old, new] = [&before, &after]
                .map(|m| of(&m.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>()));
            let mut walked = before.clone();
            for change in old.changes_to(&new, false) {
                prop_assert_eq!(walked.get(&change.id.get()).copied().unwrap_or(0), change.before.get());
                if change.left() { walked.remove(&change.id.get()); } else { walked.insert(change.id.get(), change.after.get()); }
            }
            prop_assert_eq!(walked, after);
            prop_assert!(new.changes_to(&new, false).is_empty());
        }
    }
}
