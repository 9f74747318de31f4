//! What members sign of a delegation that nobody of them has signed yet.

use bitcoin::{Amount, Transaction, transaction::Version};
use bsn_covenant::{
    Delegation, MemberSignatures, Parties, Refusal, Rule, Share, ShareFault, Stage, Unsigned, XOnlyKey,
    verify_unsigned,
};
use eots::{Native, SecretKey};

use crate::interpreter::is_spent;
use crate::made::{Changes, Maker};

/// Without any signature of the committee.
fn bare(mut item: Delegation) -> Delegation {
    item.slashing.covenant.clear();
    item.unbonding_slashing.covenant.clear();
    item.unbonding_signatures.clear();
    item
}

fn look(maker: &Maker, item: &Delegation) -> Result<Unsigned, Refusal> {
    verify_unsigned(&Native, Some(&maker.terms()), item, |fp| maker.is_ours(fp))
}

fn complete(mut item: Delegation, shares: &[Share]) -> Delegation {
    let adaptors = |share: &Share, of: &[bsn_covenant::AdaptorSignature]| MemberSignatures {
        member: share.member.as_bytes().to_vec(),
        signatures: of.iter().map(|one| one.to_bytes().to_vec()).collect(),
    };
    item.slashing.covenant = shares.iter().map(|share| adaptors(share, &share.slashing)).collect();
    item.unbonding_slashing.covenant =
        shares.iter().map(|share| adaptors(share, &share.unbonding_slashing)).collect();
    item.unbonding_signatures =
        shares.iter().map(|share| (share.member.as_bytes().to_vec(), share.unbonding.to_vec())).collect();
    item
}

/// D-01, D-02
#[test]
fn a_quorum_of_members_completes_a_delegation_that_bitcoin_takes() {
    for (members, quorum, fps) in [(1, 1, 1), (3, 2, 1), (9, 6, 3)] {
        let maker = Maker::new(members, quorum, fps);
        let item = bare(maker.make());
        let unsigned = look(&maker, &item).unwrap();
        let shares: Vec<Share> =
            maker.members[..quorum.into()].iter().map(|member| unsigned.sign(member)).collect();
        for share in &shares {
            assert_eq!(unsigned.check(&Native, &maker.params.committee, share), Ok(()));
        }
        let whole = complete(item, &shares);
        let verified = maker.verify(&whole).unwrap();
        assert_eq!(verified.stake, unsigned.delegation().stake);
        let parties = Parties { staker: &whole.staker, fps: &whole.fps, committee: &maker.params.committee };
        for slashing in [&verified.slashing, &verified.unbonding_slashing] {
            let tx = slashing.complete(&parties, &maker.fps[0], &[0; 32]).unwrap();
            assert!(is_spent(&slashing.path.spent, &tx));
        }
        // One fewer is not enough.
        let few = complete(bare(maker.make()), &shares[1..]);
        assert_eq!(maker.verify(&few).unwrap_err().rule(), Rule::S27);
    }
}

/// D-04
#[test]
fn one_item_is_always_signed_with_the_same_bytes_and_no_nonce_twice() {
    let maker = Maker::new(3, 2, 3);
    let unsigned = look(&maker, &bare(maker.make())).unwrap();
    let share = unsigned.sign(&maker.members[0]);
    assert_eq!(share, unsigned.sign(&maker.members[0]));
    let signatures = share.slashing.iter().chain(&share.unbonding_slashing);
    let mut nonces: Vec<_> = signatures.map(|one| one.to_bytes()[1..33].to_vec()).collect();
    nonces.push(share.unbonding[..32].to_vec());
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 7);
}

/// Each rule but the committee's own, broken with everything signed again.
#[test]
fn every_rule_is_checked_before_a_member_signs() {
    fn changed(change: impl FnOnce(&mut Delegation)) -> Delegation {
        let mut item = bare(Maker::new(3, 2, 2).make());
        change(&mut item);
        item
    }
    let maker = Maker::new(3, 2, 2);
    let of = |changes: Changes<'_>| bare(maker.make_with(&changes));
    let cheaper = |tx: &mut Transaction| tx.output[1].value += Amount::from_sat(1);
    let one = |tx: &mut Transaction| tx.version = Version(1);
    let keep = |tx: &mut Transaction| tx.output[0].value -= Amount::from_sat(1);
    let cases = [
        (Rule::S02, changed(|item| item.unbonding_time += 1)),
        (Rule::S03, changed(|item| item.fps.clear())),
        (Rule::S04, changed(|item| item.staker = item.fps[0])),
        (Rule::S05, changed(|item| item.end = item.start)),
        (Rule::S06, changed(|item| (item.start, item.end) = (10.into(), (10 + 52_560).into()))),
        (Rule::S10, changed(|item| item.output_index = 1)),
        (Rule::S22, of(Changes { slashing: Some(&keep), ..Changes::default() })),
        (Rule::S25, of(Changes { slashing: Some(&cheaper), ..Changes::default() })),
        (Rule::S26, changed(|item| item.slashing.staker_signature[40] ^= 1)),
        (Rule::S30, of(Changes { unbonding: Some(&one), ..Changes::default() })),
        (Rule::S31, of(Changes { unbonding: Some(&keep), ..Changes::default() })),
        (Rule::S40, of(Changes { unbonding_slashing: Some(&cheaper), ..Changes::default() })),
        (Rule::S41, changed(|item| item.unbonding_slashing.staker_signature[40] ^= 1)),
    ];
    for (rule, item) in cases {
        assert_eq!(look(&maker, &item).unwrap_err().rule(), rule);
    }
    let mut large = Maker::new(3, 2, 2);
    large.params.max_value = large.sats - 1;
    assert_eq!(look(&large, &bare(large.make())).unwrap_err().rule(), Rule::S11);
    let unknown = verify_unsigned(&Native, None, &bare(maker.make()), |_| true);
    assert_eq!(unknown.unwrap_err().rule(), Rule::S01);
}

/// The committee signs for each of them, also for those that are not ours.
#[test]
fn every_finality_provider_is_a_point() {
    let maker = Maker::new(3, 2, 1);
    let no_point = XOnlyKey::from_bytes([0; 32]);
    let fps = vec![maker.key(&maker.fps[0]), no_point];
    let item = bare(maker.make_for(&fps));
    assert_eq!(look(&maker, &item), Err(Refusal::UnusableKey(no_point)));
}

#[test]
fn a_share_with_anything_changed_is_refused_with_its_member() {
    let maker = Maker::new(3, 2, 2);
    let unsigned = look(&maker, &bare(maker.make())).unwrap();
    let committee = &maker.params.committee;
    let member = maker.key(&maker.members[0]);
    let changed = |change: &dyn Fn(&mut Share)| {
        let mut share = unsigned.sign(&maker.members[0]);
        change(&mut share);
        unsigned.check(&Native, committee, &share).unwrap_err()
    };
    let stranger = SecretKey::from_slice(&[0x77; 32]).unwrap();
    assert_eq!(
        unsigned.check(&Native, committee, &unsigned.sign(&stranger)),
        Err(ShareFault::NoMember(maker.key(&stranger)))
    );
    let few = changed(&|share| share.slashing.truncate(1));
    assert_eq!(few, ShareFault::Count { stage: Stage::Staked, member, got: 1, expected: 2 });
    assert_eq!(
        changed(&|share| share.unbonding_slashing.truncate(1)),
        ShareFault::Count { stage: Stage::Unbonding, member, got: 1, expected: 2 }
    );
    for (stage, fault) in [
        (Stage::Staked, changed(&|share| share.slashing.swap(0, 1))),
        (Stage::Unbonding, changed(&|share| share.unbonding_slashing.swap(0, 1))),
        (Stage::Staked, changed(&|share| share.slashing = share.unbonding_slashing.clone())),
    ] {
        let ShareFault::Adaptor { stage: got, place: 0, .. } = fault else { panic!("{fault}") };
        assert_eq!(got, stage);
    }
    assert_eq!(changed(&|share| share.unbonding[40] ^= 1), ShareFault::Unbonding(member));
    let another = unsigned.sign(&maker.members[1]).unbonding;
    assert_eq!(changed(&|share| share.unbonding = another), ShareFault::Unbonding(member));
}
