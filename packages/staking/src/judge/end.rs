use primitives::BtcHeight;

use crate::{DelegationStatus, Record};

/// What to do with the end of a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndVerdict {
    /// Record that it is [`Unbonding`](DelegationStatus::Unbonding), and subtract its sats.
    End,
    /// It is not known: remember that it has ended.
    Foretell,
    /// It had ended already, or that was remembered: nothing to do.
    AlreadyEnded(DelegationStatus),
}

/// Judges that a staker takes a delegation back; `ended` is what is recorded of its early end, `tip` the highest tip of Bitcoin
/// ever seen.
///
/// After its expiry height nothing is subtracted: its bucket did that, or is about to.
pub fn end_delegation(
    record: Option<&Record>,
    ended: Option<DelegationStatus>,
    tip: Option<BtcHeight>,
) -> EndVerdict {
    match record {
        None => EndVerdict::Foretell,
        Some(Record::Foretold) => EndVerdict::AlreadyEnded(DelegationStatus::Unbonding),
        // Of verified stake Bitcoin says when it ends.
        Some(Record::Verified(_)) => EndVerdict::AlreadyEnded(DelegationStatus::Active),
        Some(Record::Known(delegation)) => match delegation.status(ended, tip) {
            DelegationStatus::Active => EndVerdict::End,
            over => EndVerdict::AlreadyEnded(over),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delegation, FpId, fixture};

    fn judge(ended: Option<DelegationStatus>, tip: u32) -> EndVerdict {
        let delegation = Delegation::new(fixture::delegation(1, &[1], 10), |_| Some(FpId::new(1)));
        let tip = fixture::EXPIRY.saturating_sub(100).saturating_add(tip);
        end_delegation(Some(&Record::Known(delegation)), ended, Some(tip))
    }

    #[test]
    fn a_live_delegation_ends() {
        assert_eq!(judge(None, 99), EndVerdict::End);
    }

    #[test]
    fn an_undelegation_after_expiry_subtracts_nothing() {
        let expired = EndVerdict::AlreadyEnded(DelegationStatus::Expired);
        assert_eq!(judge(None, 100), expired);
    }

    #[test]
    fn nothing_ends_twice() {
        for status in [DelegationStatus::Unbonding, DelegationStatus::Expired] {
            assert_eq!(judge(Some(status), 1), EndVerdict::AlreadyEnded(status));
        }
    }

    #[test]
    fn the_end_of_the_unknown_is_remembered_once() {
        assert_eq!(end_delegation(None, None, None), EndVerdict::Foretell);
        let again = end_delegation(Some(&Record::Foretold), None, None);
        assert_eq!(again, EndVerdict::AlreadyEnded(DelegationStatus::Unbonding));
    }
}
