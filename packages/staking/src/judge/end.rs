use primitives::BtcHeight;

use crate::{DelegationStatus, End, Record};

/// What to do with the end of a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndVerdict {
    /// Record it and subtract its sats.
    End(DelegationStatus),
    /// It is not known: remember that it has ended.
    Foretell,
    /// It had ended already, or that was remembered: nothing to do.
    AlreadyEnded(DelegationStatus),
}

/// Judges the end of a delegation; `ended` is what is recorded of its early end, `tip` the highest tip of Bitcoin
/// ever seen.
///
/// After its expiry height nothing is subtracted: its bucket did that, or is about to.
pub fn end_delegation(
    record: Option<&Record>,
    ended: Option<DelegationStatus>,
    end: End,
    tip: Option<BtcHeight>,
) -> EndVerdict {
    match record {
        None => EndVerdict::Foretell,
        Some(Record::Foretold) => EndVerdict::AlreadyEnded(DelegationStatus::Unbonding),
        Some(Record::Known(delegation)) => {
            let seen = delegation.status(ended, tip);
            seen.after(end).map_or(EndVerdict::AlreadyEnded(seen), EndVerdict::End)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delegation, FpId, fixture};

    fn judge(ended: Option<DelegationStatus>, end: End, tip: u32) -> EndVerdict {
        let delegation = Delegation::new(fixture::delegation(1, &[1], 10), |_| Some(FpId::new(1)));
        let tip = fixture::EXPIRY.saturating_sub(100).saturating_add(tip);
        end_delegation(Some(&Record::Known(delegation)), ended, end, Some(tip))
    }

    #[test]
    fn a_live_delegation_ends() {
        assert_eq!(judge(None, End::Unbonded, 99), EndVerdict::End(DelegationStatus::Unbonding));
    }

    #[test]
    fn an_undelegation_after_expiry_subtracts_nothing() {
        let expired = EndVerdict::AlreadyEnded(DelegationStatus::Expired);
        assert_eq!(judge(None, End::Unbonded, 100), expired);
    }

    #[test]
    fn nothing_ends_twice() {
        for status in [DelegationStatus::Unbonding, DelegationStatus::Expired, DelegationStatus::Slashed] {
            for end in [End::Unbonded, End::Expired, End::Slashed] {
                assert_eq!(judge(Some(status), end, 1), EndVerdict::AlreadyEnded(status));
            }
        }
    }

    #[test]
    fn the_end_of_the_unknown_is_remembered_once() {
        assert_eq!(end_delegation(None, None, End::Unbonded, None), EndVerdict::Foretell);
        let again = end_delegation(Some(&Record::Foretold), None, End::Unbonded, None);
        assert_eq!(again, EndVerdict::AlreadyEnded(DelegationStatus::Unbonding));
    }
}
