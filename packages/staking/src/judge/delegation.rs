use primitives::{BtcHeight, FpPublicKey, Txid};

use crate::{ActiveDelegation, DelegationStatus, MAX_FPS, Reason, Record, Rules};

/// What to do with a delegation that became active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DelegationVerdict {
    /// Record it. It adds to its finality providers' stake if its status is active.
    Admit(DelegationStatus),
    /// It is recorded: nothing to do.
    AlreadyKnown,
    /// Keep it aside.
    Quarantine(Reason),
}

/// Judges a delegation that became active.
///
/// `record` is what is kept under its txid; `is_ours` whether one of its finality providers is registered here,
/// in whatever state; `tip` the highest tip of Bitcoin ever seen.
///
/// One that comes too late, after its undelegation or its expiry, is recorded without power.
pub fn admit_delegation(
    record: Option<&Record>,
    is_ours: bool,
    item: &ActiveDelegation,
    tip: Option<BtcHeight>,
    rules: &Rules,
) -> DelegationVerdict {
    let txid = item.txid();
    match record {
        Some(Record::Known(known)) if known.digest == item.digest => return DelegationVerdict::AlreadyKnown,
        Some(Record::Known(_) | Record::Verified(_)) => {
            return DelegationVerdict::Quarantine(Reason::ConflictingDelegation { txid });
        }
        Some(Record::Foretold) | None => {}
    }
    if let Err(reason) = check_fps(txid, &item.fps).and_then(|()| check_output(item, rules)) {
        return DelegationVerdict::Quarantine(reason);
    }
    if !is_ours {
        return DelegationVerdict::Quarantine(Reason::NoFinalityProvider { txid });
    }
    DelegationVerdict::Admit(match record {
        Some(Record::Foretold) => DelegationStatus::Unbonding,
        _ if tip.is_some_and(|tip| tip >= item.expiry()) => DelegationStatus::Expired,
        _ => DelegationStatus::Active,
    })
}

/// Each at most once, and not too many.
pub(crate) fn check_fps(txid: Txid, fps: &[FpPublicKey]) -> Result<(), Reason> {
    if fps.len() > MAX_FPS {
        return Err(Reason::TooManyFinalityProviders { txid, got: fps.len() });
    }
    let named_before = |place: usize, fp: &FpPublicKey| fps.iter().take(place).any(|earlier| earlier == fp);
    match fps.iter().enumerate().find(|(place, fp)| named_before(*place, fp)) {
        Some((_, twice)) => Err(Reason::DuplicateFinalityProvider { txid, fp: *twice }),
        None => Ok(()),
    }
}

fn check_output(item: &ActiveDelegation, rules: &Rules) -> Result<(), Reason> {
    let (index, sats) = (item.output_index, item.sats.get());
    if rules.match_output && item.staking_tx.output(index).is_none_or(|output| output.value != sats) {
        return Err(Reason::WrongOutput { txid: item.txid(), index, sats });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delegation, FpId, ItemDigest, fixture};

    fn judge(record: Option<&Record>, item: &ActiveDelegation) -> DelegationVerdict {
        admit_delegation(record, true, item, Some(BtcHeight::new(500)), &Rules::default())
    }

    fn status(verdict: DelegationVerdict) -> DelegationStatus {
        match verdict {
            DelegationVerdict::Admit(status) => status,
            other => panic!("not admitted: {other:?}"),
        }
    }

    #[test]
    fn a_delegation_is_active_until_its_expiry_height() {
        let item =
            |end| ActiveDelegation { end_height: BtcHeight::new(end), ..fixture::delegation(1, &[1], 10) };
        assert_eq!(item(602).expiry(), BtcHeight::new(501));
        assert_eq!(status(judge(None, &item(602))), DelegationStatus::Active);
        assert_eq!(status(judge(None, &item(601))), DelegationStatus::Expired);
        assert_eq!(item(3).expiry(), BtcHeight::new(0), "an impossible one has no power, and no panic");
        assert_eq!(status(judge(None, &item(3))), DelegationStatus::Expired);
    }

    #[test]
    fn a_delegation_whose_end_came_first_has_no_power() {
        let item = fixture::delegation(1, &[1], 10);
        assert_eq!(status(judge(Some(&Record::Foretold), &item)), DelegationStatus::Unbonding);
    }

    #[test]
    fn a_duplicate_is_known_and_a_contradiction_is_not() {
        let item = fixture::delegation(1, &[1], 10);
        let record = Record::Known(Delegation::new(item.clone(), |_| Some(FpId::new(4))));
        assert_eq!(judge(Some(&record), &item), DelegationVerdict::AlreadyKnown);
        let conflict = DelegationVerdict::Quarantine(Reason::ConflictingDelegation { txid: item.txid() });
        let other = ActiveDelegation { digest: ItemDigest::of(b"other"), ..item };
        assert_eq!(judge(Some(&record), &other), conflict);
    }

    #[test]
    fn a_delegation_to_nobody_here_is_kept_aside() {
        let item = fixture::delegation(1, &[1], 10);
        let verdict = admit_delegation(None, false, &item, None, &Rules::default());
        assert_eq!(verdict, DelegationVerdict::Quarantine(Reason::NoFinalityProvider { txid: item.txid() }));
    }

    #[test]
    fn no_fp_counts_twice() {
        let item = fixture::delegation(1, &[1, 2, 1], 10);
        let twice = Reason::DuplicateFinalityProvider { txid: item.txid(), fp: fixture::key(1) };
        assert_eq!(judge(None, &item), DelegationVerdict::Quarantine(twice));
        let fps: Vec<u8> = (0..=64).collect();
        assert_eq!(status(judge(None, &fixture::delegation(1, &fps[..64], 10))), DelegationStatus::Active);
        let item = fixture::delegation(1, &fps, 10);
        let many = Reason::TooManyFinalityProviders { txid: item.txid(), got: 65 };
        assert_eq!(judge(None, &item), DelegationVerdict::Quarantine(many));
    }

    #[test]
    fn the_stake_must_be_the_output_where_that_is_asked() {
        let rules = Rules { match_output: true, ..Rules::default() };
        let judge = |item: &ActiveDelegation| admit_delegation(None, true, item, None, &rules);
        let item = fixture::delegation(1, &[1], 10);
        assert_eq!(status(judge(&item)), DelegationStatus::Active);
        let more = ActiveDelegation { sats: primitives::Sats::new(11).unwrap(), ..item.clone() };
        let elsewhere = ActiveDelegation { output_index: 1, ..item };
        for wrong in [more, elsewhere] {
            assert!(matches!(judge(&wrong), DelegationVerdict::Quarantine(Reason::WrongOutput { .. })));
        }
    }
}
