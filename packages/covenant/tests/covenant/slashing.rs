//! Babylon's delegations are accepted, and slashed as Bitcoin takes it.

use core::cell::Cell;

use bitcoin_spv::{OutPoint, Output};
use bsn_covenant::{
    ChangeOutput, Delegation, EncryptionKey, MemberSignatures, Parties, PresignedTx, SignedSlashing,
    SlashError, Slashing, SpendPath, StakingOutput, UnbondingOutput, Verified, XOnlyKey, make, presign,
    sighash, verify, witness,
};
use eots::{Native, Recover, SecretKey, schnorr};

use crate::{
    babylon::{self, Made},
    interpreter::is_spent,
    made::Maker,
};

fn verified(made: &Made) -> (Delegation, Verified) {
    let item = made.delegation();
    let verified = verify(&Native, Some(&made.terms()), &item, |fp| *fp == made.ours);
    let verified = verified.unwrap_or_else(|refusal| panic!("{}: {}: {refusal}", made.name, refusal.rule()));
    (item, verified)
}

#[test]
fn every_delegation_of_babylon_is_accepted() {
    let (Some(made), Some(testnet)) = (babylon::delegations(), babylon::testnet()) else { return };
    assert_eq!(made.len(), 6);
    for made in made.iter().chain([&testnet]) {
        let (item, verified) = verified(made);
        assert_eq!((verified.fp, verified.sats), (made.ours, item.sats));
        assert_eq!(u32::from(verified.time), item.end.above(item.start));
        let slashed = verified.slashing.tx.outputs[0].value;
        assert_eq!(slashed, made.params.slashing_rate.of(item.sats), "{}", made.name);
        assert_eq!(verified.slashing.adaptors.len(), usize::from(made.params.committee.quorum()));
    }
}

/// D-02
#[test]
fn every_completed_slashing_is_one_that_bitcoin_takes() {
    let Some(made) = babylon::delegations() else { return };
    let mut spent = 0;
    for made in made {
        let (item, verified) = verified(&made);
        let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &made.params.committee };
        let fp = made.secret.as_ref().unwrap();
        for slashing in [&verified.slashing, &verified.unbonding_slashing] {
            let tx = slashing.complete(&parties, fp, &[0; 32]).unwrap();
            assert!(is_spent(&slashing.path.spent, &tx), "{}", made.name);
            spent += 1;
        }
    }
    assert_eq!(spent, 12);
}

/// Parts of a slashing transaction, to be put together wrongly.
struct Parts {
    slashing: Slashing,
    parties: (XOnlyKey, Vec<XOnlyKey>, bsn_covenant::Committee),
    covenant: Vec<(XOnlyKey, [u8; 64])>,
    fp: (XOnlyKey, [u8; 64]),
    staker: [u8; 64],
}

impl Parts {
    fn new(maker: &Maker) -> Self {
        let item = maker.make();
        let verified = maker.verify(&item).unwrap();
        let slashing = verified.slashing;
        let message = sighash(&slashing.tx, &slashing.path);
        let sign = |secret: &SecretKey| (maker.key(secret), schnorr::sign(secret, &message, &[0; 32]));
        Self {
            parties: (item.staker, item.fps.clone(), maker.params.committee.clone()),
            covenant: maker.members.iter().map(sign).collect(),
            fp: sign(&maker.fps[0]),
            staker: sign(&maker.staker).1,
            slashing,
        }
    }

    fn witness(&self) -> Vec<Vec<u8>> {
        let (staker, fps, committee) = &self.parties;
        let parties = Parties { staker, fps, committee };
        witness::slashing(&self.slashing.path, &parties, &self.covenant, &self.fp, &self.staker)
    }

    fn is_spent(&self, tx: &PresignedTx, witness: &[Vec<u8>]) -> bool {
        is_spent(&self.slashing.path.spent, &tx.with_witness(witness))
    }
}

/// D-02
#[test]
fn bitcoin_refuses_a_slashing_with_anything_missing_or_changed() {
    for maker in [Maker::new(1, 1, 1), Maker::new(9, 6, 1), Maker::new(5, 3, 3)] {
        let parts = Parts::new(&maker);
        let (tx, good) = (&parts.slashing.tx, parts.witness());
        assert!(parts.is_spent(tx, &good));
        // Each signature gone, or of another message; each empty place filled.
        for place in 0..good.len() - 2 {
            let mut without = good.clone();
            match without[place].is_empty() {
                true => without[place] = vec![7; 64],
                false => without[place] = Vec::new(),
            }
            assert!(!parts.is_spent(tx, &without), "place {place}");
            let mut flipped = good.clone();
            if let Some(byte) = flipped[place].last_mut() {
                *byte ^= 1;
                assert!(!parts.is_spent(tx, &flipped), "place {place}");
            }
        }
        // Another script, another branch.
        for place in [good.len() - 2, good.len() - 1] {
            for at in [0, 1, 40] {
                let mut changed = good.clone();
                let Some(byte) = changed[place].get_mut(at) else { continue };
                *byte ^= 1;
                assert!(!parts.is_spent(tx, &changed), "place {place} byte {at}");
            }
        }
        // Another transaction under the same signatures.
        let change = |change: fn(&mut PresignedTx)| {
            let mut changed = tx.clone();
            change(&mut changed);
            changed
        };
        for changed in [
            change(|tx| tx.outputs[0].value -= 1),
            change(|tx| tx.outputs[1].value -= 1),
            change(|tx| tx.outputs[0].script.push(0x51)),
            change(|tx| tx.outputs.swap(0, 1)),
            change(|tx| drop(tx.outputs.pop())),
            change(|tx| tx.version = 1),
            change(|tx| tx.sequence -= 1),
            change(|tx| tx.spends.index += 1),
        ] {
            assert!(!parts.is_spent(&changed, &good), "{changed:?}");
        }
    }
}

/// `NUMEQUAL`: one signature more than the quorum fails as one less does. So a slasher that has more must leave some out.
#[test]
fn exactly_a_quorum_signs() {
    let maker = Maker::new(9, 6, 1);
    let parts = Parts::new(&maker);
    let with = |signatures: usize| {
        let mut stack: Vec<Vec<u8>> =
            maker.params.committee.members().iter().rev().map(|_| Vec::new()).collect();
        for (key, signature) in &parts.covenant[..signatures] {
            let place =
                maker.params.committee.members().iter().rev().position(|member| member == key).unwrap();
            stack[place] = signature.to_vec();
        }
        let rest = parts.witness().split_off(9);
        parts.is_spent(&parts.slashing.tx, &[stack, rest].concat())
    };
    assert_eq!((1..=9).filter(|signatures| with(*signatures)).collect::<Vec<_>>(), [6]);
}

#[test]
fn only_the_key_of_our_finality_provider_completes() {
    let maker = Maker::new(3, 2, 3);
    let item = maker.make();
    let slashing = maker.verify(&item).unwrap().slashing;
    let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &maker.params.committee };
    assert!(slashing.complete(&parties, &maker.fps[0], &[0; 32]).is_ok());
    let refused = slashing.complete(&parties, &maker.fps[1], &[0; 32]).unwrap_err();
    let (member, _) = slashing.adaptors[0];
    assert_eq!(refused, SlashError::NotCompleted { member, fp: maker.key(&maker.fps[1]) });
    let stranger = SecretKey::from_slice(&[0x77; 32]).unwrap();
    let refused = slashing.complete(&parties, &stranger, &[0; 32]).unwrap_err();
    assert_eq!(refused, SlashError::AnotherFp(maker.key(&stranger)));
    let mut few = slashing;
    few.adaptors.pop();
    let refused = few.complete(&parties, &maker.fps[0], &[0; 32]).unwrap_err();
    assert_eq!(refused, SlashError::Quorum { got: 1, needed: 2 });
}

/// What equivocation shows is a number d whose point may have either parity: n − d completes as well.
#[test]
fn either_form_of_the_extracted_key_completes() {
    let maker = Maker::new(3, 2, 1);
    let item = maker.make();
    let slashing = maker.verify(&item).unwrap().slashing;
    let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &maker.params.committee };
    let negated = negated(&maker.fps[0]);
    for secret in [&maker.fps[0], &negated] {
        let tx = slashing.complete(&parties, secret, &[0; 32]).unwrap();
        assert!(is_spent(&slashing.path.spent, &tx));
    }
}

fn negated(key: &SecretKey) -> SecretKey {
    let scalar = k256::SecretKey::from_bytes(&key.to_bytes().into()).unwrap();
    SecretKey::from_slice(&(-*scalar.to_nonzero_scalar()).to_bytes()).unwrap()
}

#[test]
fn an_early_end_and_a_time_lock_spend_as_well() {
    let maker = Maker::new(5, 3, 2);
    let item = maker.make();
    let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &maker.params.committee };
    let output = StakingOutput::new(&Native, &parties, maker.time).unwrap();
    let tx = |path: &SpendPath, version, sequence| PresignedTx {
        version,
        spends: maker.verify(&item).unwrap().stake,
        sequence,
        outputs: vec![Output { value: path.spent.value - 500, script: vec![0x51] }],
    };
    let path = output.unbonding_path(maker.sats);
    let unbonding = PresignedTx::read(&item.unbonding_tx, 1, &[2]).unwrap();
    let message = sighash(&unbonding, &path);
    let sign = |secret: &SecretKey| schnorr::sign(secret, &message, &[0; 32]);
    let signatures: Vec<_> = maker.members.iter().map(|member| (maker.key(member), sign(member))).collect();
    let stack = witness::unbonding(&path, parties.committee, &signatures, &sign(&maker.staker));
    assert!(is_spent(&path.spent, &unbonding.with_witness(&stack)));
    let few = witness::unbonding(&path, parties.committee, &signatures[..2], &sign(&maker.staker));
    assert!(!is_spent(&path.spent, &unbonding.with_witness(&few)));

    let unbonded = UnbondingOutput::new(&Native, &parties, maker.params.unbonding_time).unwrap();
    let change = ChangeOutput::new(&Native, &item.staker, maker.params.unbonding_time).unwrap();
    for (path, time) in [
        (output.timelock_path(maker.sats), maker.time),
        (unbonded.timelock_path(9_000), maker.params.unbonding_time),
        (change.timelock_path(9_000), maker.params.unbonding_time),
    ] {
        for (version, sequence, may) in
            [(2, u32::from(time), true), (2, u32::from(time) - 1, false), (1, u32::from(time), false)]
        {
            let tx = tx(&path, version, sequence);
            let signature = schnorr::sign(&maker.staker, &sighash(&tx, &path), &[0; 32]);
            let spent = is_spent(&path.spent, &tx.with_witness(&witness::timelock(&path, &signature)));
            assert_eq!(spent, may, "version {version}, sequence {sequence}");
        }
    }
}

fn recoveries(maker: &Maker, unbonding_signed: bool) -> usize {
    let item = maker.make();
    let calls = Cell::new(0);
    let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
        calls.set(calls.get() + 1);
        Native.recover(hash, signature, id)
    };
    let terms = bsn_covenant::Terms { unbonding_signed, ..maker.terms() };
    assert!(verify(&host, Some(&terms), &item, |fp| maker.is_ours(fp)).is_ok());
    calls.get()
}

/// 3 outputs, 2 signatures of the staker, twice a quorum; and a quorum for the early end.
#[test]
fn an_item_costs_as_many_recoveries_as_it_must() {
    assert_eq!(recoveries(&Maker::new(9, 6, 1), false), 17);
    assert_eq!(recoveries(&Maker::new(9, 6, 1), true), 23);
    assert_eq!(recoveries(&Maker::new(5, 3, 3), false), 11);
    assert_eq!(recoveries(&Maker::new(20, 20, 1), true), 65);
}

/// D-03: whoever fills an item with bad signatures makes it cost one recovery a member, and no more.
#[test]
fn bad_signatures_cost_at_most_one_recovery_a_member() {
    let maker = Maker::new(9, 6, 1);
    let mut item = maker.make();
    let good = item.slashing.covenant.clone();
    for entry in &mut item.slashing.covenant {
        entry.signatures[0][64] ^= 1;
    }
    let bad = item.slashing.covenant.clone();
    item.slashing.covenant = [bad, good].concat().into_iter().cycle().take(2_000).collect();
    let calls = Cell::new(0);
    let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
        calls.set(calls.get() + 1);
        Native.recover(hash, signature, id)
    };
    let refused = verify(&host, Some(&maker.terms()), &item, |fp| maker.is_ours(fp)).unwrap_err();
    assert_eq!(refused.rule(), bsn_covenant::Rule::S27);
    assert_eq!(calls.get(), 2 + 1 + 9, "{refused}");
}

/// A staker and a committee with nothing but this package.
#[test]
fn what_the_other_side_makes_is_accepted_and_slashed() {
    let maker = Maker::new(9, 6, 1);
    let mut item = maker.make();
    let parties = Parties { staker: &item.staker, fps: &item.fps, committee: &maker.params.committee };
    let time = maker.params.unbonding_time;
    let output = StakingOutput::new(&Native, &parties, maker.time).unwrap();
    let unbonding = UnbondingOutput::new(&Native, &parties, time).unwrap();
    let change = ChangeOutput::new(&Native, &item.staker, time).unwrap();
    let encryption = EncryptionKey::new(&item.fps[0]).unwrap();
    let sign = |tx: &PresignedTx, path: &SpendPath| {
        let message = sighash(tx, path);
        let member = |member: &SecretKey| MemberSignatures {
            member: maker.key(member).as_bytes().to_vec(),
            signatures: vec![presign(member, &encryption, &message, &[0; 32]).to_bytes().to_vec()],
        };
        SignedSlashing {
            tx: tx.serialize(),
            staker_signature: schnorr::sign(&maker.staker, &message, &[0; 32]).to_vec(),
            covenant: maker.members.iter().map(member).collect(),
        }
    };

    let stake = maker.verify(&item).unwrap().stake;
    let slashing = make::slashing_tx(stake, maker.sats, &maker.params, &change).unwrap();
    item.slashing = sign(&slashing, &output.slashing_path(maker.sats));
    let early_end = make::unbonding_tx(stake, maker.sats, &maker.params, &unbonding).unwrap();
    assert_eq!(early_end.serialize(), item.unbonding_tx);
    let unbonded = OutPoint { txid: early_end.txid(), index: 0 };
    let left = early_end.outputs[0].value;
    let slashing = make::slashing_tx(unbonded, left, &maker.params, &change).unwrap();
    item.unbonding_slashing = sign(&slashing, &unbonding.slashing_path(left));

    let verified = maker.verify(&item).unwrap();
    assert_eq!(verified.slashing.tx.outputs[0].value, 100_001);
    for slashing in [verified.slashing, verified.unbonding_slashing] {
        let tx = slashing.complete(&parties, &maker.fps[0], &[0; 32]).unwrap();
        assert!(is_spent(&slashing.path.spent, &tx));
    }
    assert_eq!(
        make::slashing_tx(stake, 2_222, &maker.params, &change),
        None,
        "less than the rate and the fee"
    );
    assert!(make::slashing_tx(stake, 2_223, &maker.params, &change).is_some());
    assert_eq!(make::unbonding_tx(stake, 1_499, &maker.params, &unbonding), None);
}
