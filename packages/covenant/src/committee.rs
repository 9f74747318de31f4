use eots::{KeyError, PublicKey};
use thiserror::Error;

use crate::XOnlyKey;

/// The most members that a committee may have: what bounds the curve work of one item.
pub const MAX_COMMITTEE: usize = 20;

/// The covenant committee: its keys in ascending order, as scripts hold them, and how many must sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    members: Vec<XOnlyKey>,
    quorum: u8,
}

/// Why keys and a number make no committee.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommitteeError {
    /// No member, or more than [`MAX_COMMITTEE`].
    #[error("a covenant committee has 1 to {MAX_COMMITTEE} members, got {got}")]
    Size {
        /// How many were given.
        got: usize,
    },
    /// Nobody has to sign, or more than there are.
    #[error("quorum {quorum} is not between 1 and {members}")]
    Quorum {
        /// The quorum as given.
        quorum: u8,
        /// How many members there are.
        members: usize,
    },
    /// A key stands there twice.
    #[error("covenant member {0} is named twice")]
    Repeated(XOnlyKey),
    /// A key with which no signature can be verified.
    #[error("covenant member: {0}")]
    Key(#[from] KeyError),
}

impl Committee {
    /// Takes the keys in any order.
    ///
    /// # Errors
    /// [`CommitteeError`].
    pub fn new(mut members: Vec<XOnlyKey>, quorum: u8) -> Result<Self, CommitteeError> {
        let got = members.len();
        if !(1..=MAX_COMMITTEE).contains(&got) {
            return Err(CommitteeError::Size { got });
        }
        if quorum == 0 || usize::from(quorum) > got {
            return Err(CommitteeError::Quorum { quorum, members: got });
        }
        members.sort_unstable();
        if let Some([twice, _]) = members.array_windows().find(|[one, next]| one == next) {
            return Err(CommitteeError::Repeated(*twice));
        }
        members.iter().try_for_each(|key| PublicKey::parse((*key).into()).map(|_| ()))?;
        Ok(Self { members, quorum })
    }

    /// Takes what [`Committee::members`] and [`Committee::quorum`] gave of a committee before: the keys are not checked to be
    /// points again, which costs a square root each. `None` where that cannot have been one.
    pub fn restore(members: Vec<XOnlyKey>, quorum: u8) -> Option<Self> {
        let is_one = (1..=MAX_COMMITTEE).contains(&members.len())
            && (1..=members.len()).contains(&usize::from(quorum))
            && members.array_windows().all(|[one, next]| one < next);
        is_one.then_some(Self { members, quorum })
    }

    /// The keys in ascending order.
    pub fn members(&self) -> &[XOnlyKey] {
        &self.members
    }

    /// How many must sign.
    pub const fn quorum(&self) -> u8 {
        self.quorum
    }

    /// Whether this is a member's key.
    pub fn contains(&self, key: &XOnlyKey) -> bool {
        self.members.binary_search(key).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use eots::SecretKey;

    use super::*;

    fn key(byte: u8) -> XOnlyKey {
        XOnlyKey::from_bytes(*SecretKey::from_slice(&[byte; 32]).unwrap().public_key().as_fp().as_bytes())
    }

    #[test]
    fn a_committee_is_sorted_and_its_quorum_within_it() {
        let keys = vec![key(3), key(1), key(2)];
        let committee = Committee::new(keys.clone(), 3).unwrap();
        assert!(committee.members().is_sorted() && committee.quorum() == 3);
        assert!(keys.iter().all(|key| committee.contains(key)) && !committee.contains(&key(4)));
        for quorum in [0, 4] {
            let refused = Committee::new(keys.clone(), quorum).unwrap_err();
            assert_eq!(refused, CommitteeError::Quorum { quorum, members: 3 });
        }
        assert_eq!(Committee::new(vec![key(1), key(2), key(1)], 2), Err(CommitteeError::Repeated(key(1))));
    }

    #[test]
    fn a_committee_has_a_largest_size() {
        let keys = |n: u8| (1..=n).map(key).collect::<Vec<_>>();
        assert!(Committee::new(keys(20), 20).is_ok());
        assert_eq!(Committee::new(keys(21), 20), Err(CommitteeError::Size { got: 21 }));
        assert_eq!(Committee::new(keys(0), 0), Err(CommitteeError::Size { got: 0 }));
    }

    #[test]
    fn a_committee_is_restored_from_what_it_gave() {
        let committee = Committee::new(vec![key(3), key(1), key(2)], 2).unwrap();
        let members = committee.members().to_vec();
        let reversed: Vec<_> = members.iter().rev().copied().collect();
        let twice = vec![members[0], members[0], members[1]];
        for (given, quorum) in
            [(reversed, 2), (twice, 2), (members.clone(), 0), (members.clone(), 4), (vec![], 0)]
        {
            assert_eq!(Committee::restore(given, quorum), None);
        }
        assert_eq!(Committee::restore(members, 2), Some(committee));
    }

    #[test]
    fn a_member_is_a_point() {
        let refused = Committee::new(vec![key(1), XOnlyKey::from_bytes([0; 32])], 1);
        assert!(matches!(refused, Err(CommitteeError::Key(KeyError::NotOnCurve { .. }))), "{refused:?}");
    }
}
