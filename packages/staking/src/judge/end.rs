use primitives::BtcHeight;

use crate::{DelegationStatus, End, Record, Stake};

/// What to do with the end of a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndVerdict {
    /// Record it and subtract its sats.
    End(Stake),
    /// It is not known: remember that it has ended.
    Foretell,
    /// It had ended already, or that was remembered: nothing to do.
    AlreadyEnded(DelegationStatus),
}

/// Judges the end of a delegation; `tip` is the highest tip of Bitcoin ever seen.
///
/// After its expiry height nothing is subtracted: its bucket did that, or is about to.
pub fn end_delegation(record: Option<&Record>, end: End, tip: Option<BtcHeight>) -> EndVerdict {
    match record {
        None => EndVerdict::Foretell,
        Some(Record::Foretold) => EndVerdict::AlreadyEnded(DelegationStatus::Unbonding),
        Some(Record::Known(stake)) => {
            let seen = stake.status_at(tip);
            match seen.after(end) {
                Some(status) => EndVerdict::End(Stake { status, ..stake.clone() }),
                None => EndVerdict::AlreadyEnded(seen),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use primitives::Sats;

    use super::*;
    use crate::FpId;

    fn known(status: DelegationStatus) -> Record {
        let (fps, sats, expiry) = (vec![FpId::new(1)], Sats::MAX, BtcHeight::new(100));
        Record::Known(Stake { fps, sats, expiry, status })
    }

    fn at(tip: u32) -> Option<BtcHeight> {
        Some(BtcHeight::new(tip))
    }

    #[test]
    fn a_live_delegation_ends() {
        let EndVerdict::End(stake) =
            end_delegation(Some(&known(DelegationStatus::Active)), End::Unbonded, at(99))
        else {
            panic!("did not end")
        };
        assert_eq!(stake.status, DelegationStatus::Unbonding);
    }

    #[test]
    fn an_undelegation_after_expiry_subtracts_nothing() {
        let record = known(DelegationStatus::Active);
        let expired = EndVerdict::AlreadyEnded(DelegationStatus::Expired);
        assert_eq!(end_delegation(Some(&record), End::Unbonded, at(100)), expired);
    }

    #[test]
    fn nothing_ends_twice() {
        for status in [DelegationStatus::Unbonding, DelegationStatus::Expired, DelegationStatus::Slashed] {
            for end in [End::Unbonded, End::Expired, End::Slashed] {
                let verdict = end_delegation(Some(&known(status)), end, at(1));
                assert_eq!(verdict, EndVerdict::AlreadyEnded(status));
            }
        }
    }

    #[test]
    fn the_end_of_the_unknown_is_remembered_once() {
        assert_eq!(end_delegation(None, End::Unbonded, None), EndVerdict::Foretell);
        let again = end_delegation(Some(&Record::Foretold), End::Unbonded, None);
        assert_eq!(again, EndVerdict::AlreadyEnded(DelegationStatus::Unbonding));
    }
}
