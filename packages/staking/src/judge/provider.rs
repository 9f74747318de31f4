use crate::{Consumer, FpProfile, NewFinalityProvider, PopTrust, PopVerdict, Reason, Rules};

/// What to do with a new finality provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FpVerdict {
    /// Register it.
    Admit(FpProfile),
    /// It is registered, slashed or not: nothing to do.
    AlreadyKnown,
    /// Keep it aside.
    Quarantine(Reason),
}

/// Judges a new finality provider; `known` is the profile under its key.
///
/// A second registration changes nothing, whatever became of the first: a slashed one stays slashed.
pub fn admit_finality_provider(
    known: Option<&FpProfile>,
    item: &NewFinalityProvider,
    pop: PopVerdict,
    rules: &Rules,
) -> FpVerdict {
    let fp = item.key;
    if let Some(known) = known {
        return match known.digest == item.digest {
            true => FpVerdict::AlreadyKnown,
            false => FpVerdict::Quarantine(Reason::ConflictingFinalityProvider { fp }),
        };
    }
    let got = || item.consumer_id.clone();
    match &rules.consumer {
        Consumer::Is(expected) if *expected != item.consumer_id => {
            let expected = expected.clone();
            return FpVerdict::Quarantine(Reason::OtherConsumer { fp, got: got(), expected });
        }
        Consumer::Unknown => return FpVerdict::Quarantine(Reason::UnknownConsumer { fp, got: got() }),
        Consumer::Is(_) | Consumer::Any => {}
    }
    match pop {
        PopVerdict::Verified => FpVerdict::Admit(FpProfile::new(item, PopTrust::Verified)),
        PopVerdict::Trusted => FpVerdict::Admit(FpProfile::new(item, PopTrust::Trusted)),
        PopVerdict::Bad => FpVerdict::Quarantine(Reason::BadProofOfPossession { fp }),
        PopVerdict::BadKey => FpVerdict::Quarantine(Reason::BadKey { fp }),
    }
}

#[cfg(test)]
mod tests {
    use primitives::FpPublicKey;

    use super::*;
    use crate::ItemDigest;

    fn item() -> NewFinalityProvider {
        NewFinalityProvider {
            key: FpPublicKey::from_bytes([1; 32]),
            babylon_address: "bbn1a".into(),
            consumer_id: "07-tendermint-0".into(),
            commission: "0.1".into(),
            pop: None,
            digest: ItemDigest::of(b"one"),
        }
    }

    #[test]
    fn the_proof_of_possession_decides_and_is_remembered() {
        let fp = item().key;
        let verdict = |pop| admit_finality_provider(None, &item(), pop, &Rules::default());
        for (pop, trust) in
            [(PopVerdict::Verified, PopTrust::Verified), (PopVerdict::Trusted, PopTrust::Trusted)]
        {
            assert_eq!(verdict(pop), FpVerdict::Admit(FpProfile::new(&item(), trust)));
        }
        assert_eq!(verdict(PopVerdict::Bad), FpVerdict::Quarantine(Reason::BadProofOfPossession { fp }));
        assert_eq!(verdict(PopVerdict::BadKey), FpVerdict::Quarantine(Reason::BadKey { fp }));
    }

    #[test]
    fn a_second_registration_changes_nothing() {
        let known = FpProfile::new(&item(), PopTrust::Verified);
        let verdict =
            |item| admit_finality_provider(Some(&known), &item, PopVerdict::Verified, &Rules::default());
        assert_eq!(verdict(item()), FpVerdict::AlreadyKnown);
        let other = NewFinalityProvider { digest: ItemDigest::of(b"two"), ..item() };
        let conflict = Reason::ConflictingFinalityProvider { fp: item().key };
        assert_eq!(verdict(other), FpVerdict::Quarantine(conflict));
    }

    #[test]
    fn an_fp_of_another_consumer_is_not_ours() {
        let verdict = |consumer| {
            let rules = Rules { consumer, ..Rules::default() };
            admit_finality_provider(None, &item(), PopVerdict::Verified, &rules)
        };
        let (fp, got) = (item().key, item().consumer_id);
        for ours in [Consumer::Any, Consumer::Is(got.clone())] {
            assert!(matches!(verdict(ours), FpVerdict::Admit(_)));
        }
        let expected = "07-tendermint-1".to_owned();
        let other = Reason::OtherConsumer { fp, got: got.clone(), expected: expected.clone() };
        assert_eq!(verdict(Consumer::Is(expected)), FpVerdict::Quarantine(other));
        let unknown = Reason::UnknownConsumer { fp, got };
        assert!(unknown.to_string().ends_with("no packet has said yet"), "{unknown}");
        assert_eq!(verdict(Consumer::Unknown), FpVerdict::Quarantine(unknown));
    }
}
