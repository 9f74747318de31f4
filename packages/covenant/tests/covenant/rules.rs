//! Each rule broken alone, with everything else signed again: refused with its code. And its bound from the allowed side.

use bitcoin::{
    Amount, ScriptBuf, Sequence, Transaction, absolute::LockTime, hashes::Hash, transaction::Version,
};
use bsn_covenant::{
    Delegation, OWN_GRACE, Params, Refusal, Rule, SlashingFault, SlashingRate, Stage, Terms, XOnlyKey, verify,
};
use eots::{Native, SecretKey};
use primitives::BtcHeight;

use crate::made::{Changes, Maker};

fn refused(maker: &Maker, item: &Delegation, rule: Rule) -> Refusal {
    match maker.verify(item) {
        Ok(_) => panic!("accepted, against {rule}"),
        Err(refusal) => {
            assert_eq!(refusal.rule(), rule, "{refusal}");
            refusal
        }
    }
}

fn accepted(maker: &Maker, item: &Delegation) {
    if let Err(refusal) = maker.verify(item) {
        panic!("{}: {refusal}", refusal.rule());
    }
}

fn maker() -> Maker {
    Maker::new(5, 3, 2)
}

fn with(change: impl FnOnce(&mut Delegation)) -> Delegation {
    let mut item = maker().make();
    change(&mut item);
    item
}

fn script_of_nobody() -> ScriptBuf {
    ScriptBuf::from_bytes([&[0x51, 0x20][..], &[7; 32]].concat())
}

#[test]
fn what_is_made_is_accepted() {
    for (members, quorum, fps) in [(1, 1, 1), (5, 3, 2), (9, 6, 3), (20, 20, 1)] {
        let maker = Maker::new(members, quorum, fps);
        maker.params.check().unwrap();
        accepted(&maker, &maker.make());
    }
}

/// D-01: as do the other rules below.
#[test]
fn s01_the_parameters_are_known() {
    let item = maker().make();
    let refusal = verify(&Native, None, &item, |_| true).unwrap_err();
    assert_eq!((refusal.rule(), refusal), (Rule::S01, Refusal::UnknownParams(4)));
}

#[test]
fn s02_the_unbonding_time_is_that_of_the_parameters() {
    for got in [1_007, 1_009, 1_008 + 65_536] {
        let refusal = refused(&maker(), &with(|item| item.unbonding_time = got), Rule::S02);
        assert_eq!(refusal, Refusal::UnbondingTime { got, expected: 1_008 });
    }
}

/// D-05
#[test]
fn s03_the_finality_providers_are_few_different_and_one_is_ours() {
    let three = Maker::new(5, 3, 3);
    accepted(&three, &three.make());
    let four = Maker::new(5, 3, 4);
    assert_eq!(refused(&four, &four.make(), Rule::S03), Refusal::FpCount { got: 4, max: 3 });
    let none = with(|item| item.fps.clear());
    assert_eq!(refused(&maker(), &none, Rule::S03), Refusal::FpCount { got: 0, max: 3 });
    let mut twice = maker();
    twice.fps = vec![twice.fps[0].clone(), twice.fps[1].clone(), twice.fps[0].clone()];
    let repeated = Refusal::RepeatedFp(twice.key(&twice.fps[0]));
    assert_eq!(refused(&twice, &twice.make(), Rule::S03), repeated);

    let item = maker().make();
    for (ours, got) in [(&item.fps[..0], 0), (&item.fps[..2], 2)] {
        let verdict = verify(&Native, Some(&maker().terms()), &item, |fp| ours.contains(fp));
        assert_eq!(verdict, Err(Refusal::RegisteredFps { got }));
    }
    let second = verify(&Native, Some(&maker().terms()), &item, |fp| *fp == item.fps[1]).unwrap();
    assert_eq!(second.fp, item.fps[1], "whichever is ours, by its place in the list");
}

#[test]
fn s04_no_key_has_two_roles() {
    let of = |change: fn(&mut Maker)| {
        let mut maker = maker();
        change(&mut maker);
        refused(&maker, &maker.make(), Rule::S04)
    };
    let shared = |secret: &SecretKey| Refusal::SharedKey(maker().key(secret));
    assert_eq!(of(|maker| maker.staker = maker.fps[1].clone()), shared(&maker().fps[1]));
    assert_eq!(of(|maker| maker.staker = maker.members[2].clone()), shared(&maker().members[2]));
    assert_eq!(of(|maker| maker.fps[1] = maker.members[4].clone()), shared(&maker().members[4]));
}

#[test]
fn s04_a_key_can_be_used() {
    let above = XOnlyKey::from_bytes([0xff; 32]);
    let no_point = XOnlyKey::from_bytes([0; 32]);
    assert_eq!(refused(&maker(), &with(|item| item.staker = above), Rule::S04), Refusal::UnusableKey(above));
    assert_eq!(refused(&maker(), &with(|item| item.fps[1] = above), Rule::S04), Refusal::UnusableKey(above));
    let item = with(|item| item.fps[0] = no_point);
    let verdict = verify(&Native, Some(&maker().terms()), &item, |fp| *fp == no_point);
    assert_eq!(verdict, Err(Refusal::UnusableKey(no_point)));
}

#[test]
fn s05_the_time_fits_a_lock_and_the_parameters() {
    for (start, end) in [(1_000, 1_000), (1_000, 999), (1_000, 66_536), (0, u32::MAX)] {
        let (start, end) = (BtcHeight::new(start), BtcHeight::new(end));
        let item = with(|item| (item.start, item.end) = (start, end));
        assert_eq!(refused(&maker(), &item, Rule::S05), Refusal::Heights { start, end });
    }
    for (time, may) in [(9_999, false), (10_000, true), (64_000, true), (64_001, false)] {
        let maker = Maker { time, ..maker() };
        match may {
            true => accepted(&maker, &maker.make()),
            false => {
                let refusal = refused(&maker, &maker.make(), Rule::S05);
                assert_eq!(refusal, Refusal::StakingTime { got: time, min: 10_000, max: 64_000 });
            }
        }
    }
    let mut wide = Maker { time: u16::MAX, ..maker() };
    wide.params.max_time = u16::MAX;
    accepted(&wide, &wide.make());
}

#[test]
fn s06_the_parameters_are_in_force() {
    let starting = |start| Maker { start, ..maker() };
    let refusal = refused(&starting(799), &starting(799).make(), Rule::S06);
    let (start, from) = (BtcHeight::new(799), BtcHeight::new(800));
    assert_eq!(refusal, Refusal::ParamsTooNew { start, from });
    accepted(&starting(800), &starting(800).make());
    let superseded = |start: u32| {
        let maker = starting(start);
        let terms = Terms { superseded: Some(BtcHeight::new(2_000)), ..maker.terms() };
        verify(&Native, Some(&terms), &maker.make(), |fp| maker.is_ours(fp)).map(|_| ())
    };
    assert_eq!(superseded(2_000 + OWN_GRACE - 1), Ok(()));
    let (start, until) = (BtcHeight::new(2_000 + OWN_GRACE), BtcHeight::new(2_000 + OWN_GRACE));
    assert_eq!(superseded(2_000 + OWN_GRACE), Err(Refusal::ParamsTooOld { start, until }));
}

#[test]
fn s10_the_stake_is_where_it_is_said_to_be() {
    let unreadable = with(|item| item.staking_tx.truncate(50));
    assert!(matches!(refused(&maker(), &unreadable, Rule::S10), Refusal::StakingTx(_)));
    let absent = with(|item| item.output_index = 2);
    assert_eq!(refused(&maker(), &absent, Rule::S10), Refusal::NoOutput(2));
    let other = with(|item| item.output_index = 1);
    assert_eq!(refused(&maker(), &other, Rule::S10), Refusal::StakingOutput(1));
    let less = |tx: &mut Transaction| tx.output[0].value = Amount::from_sat(999_999);
    let item = maker().make_with(&Changes { staking: Some(&less), ..Changes::default() });
    let refusal = refused(&maker(), &item, Rule::S10);
    assert_eq!(refusal, Refusal::StakedValue { index: 0, got: 999_999, expected: 1_000_000 });
    let silent = |_: &[u8; 32], _: &[u8; 64], _: u8| None;
    let verdict = verify(&silent, Some(&maker().terms()), &maker().make(), |fp| maker().is_ours(fp));
    assert_eq!(verdict, Err(Refusal::NoOutputKey));
}

/// Whatever the script commits to, changed alone.
#[test]
fn s10_the_output_is_of_these_keys_this_quorum_and_this_time() {
    let item = maker().make();
    let mut other = maker();
    other.params.committee =
        bsn_covenant::Committee::new(maker().params.committee.members().to_vec(), 4).unwrap();
    assert_eq!(refused(&other, &item, Rule::S10), Refusal::StakingOutput(0));
    let fewer = Maker::new(4, 3, 2);
    assert_eq!(refused(&fewer, &item, Rule::S10), Refusal::StakingOutput(0));
    let longer = with(|item| item.end = item.end.next());
    assert_eq!(refused(&maker(), &longer, Rule::S10), Refusal::StakingOutput(0));
    let earlier = with(|item| item.start = item.start.previous());
    assert_eq!(refused(&maker(), &earlier, Rule::S10), Refusal::StakingOutput(0));
    let stranger = with(|item| item.staker = maker().key(&SecretKey::from_slice(&[0x22; 32]).unwrap()));
    assert_eq!(refused(&maker(), &stranger, Rule::S10), Refusal::StakingOutput(0));
    let without = with(|item| item.fps.truncate(1));
    assert_eq!(refused(&maker(), &without, Rule::S10), Refusal::StakingOutput(0));
    // Both heights shifted together are what no signature binds: the block's height replaces them.
    let shifted = with(|item| (item.start, item.end) = (item.start.next(), item.end.next()));
    accepted(&maker(), &shifted);
}

#[test]
fn s11_the_value_lies_within_the_parameters_bounds() {
    for (sats, may) in [(49_999, false), (50_000, true), (500_000_000, true), (500_000_001, false)] {
        let maker = Maker { sats, ..maker() };
        match may {
            true => accepted(&maker, &maker.make()),
            false => {
                let refusal = refused(&maker, &maker.make(), Rule::S11);
                assert_eq!(refusal, Refusal::Value { got: sats, min: 50_000, max: 500_000_000 });
            }
        }
    }
}

/// Breaks a slashing transaction, that of the stake and then that of the unbonding output.
fn slashing_refused(maker: &Maker, rule: Rule, change: &dyn Fn(&mut Transaction)) -> [SlashingFault; 2] {
    let staked = maker.make_with(&Changes { slashing: Some(change), ..Changes::default() });
    let unbonding = maker.make_with(&Changes { unbonding_slashing: Some(change), ..Changes::default() });
    [(staked, Stage::Staked, rule), (unbonding, Stage::Unbonding, Rule::S40)].map(|(item, wanted, rule)| {
        match refused(maker, &item, rule) {
            Refusal::Slashing { stage, fault } if stage == wanted => fault,
            other => panic!("{other}"),
        }
    })
}

fn slashing_accepted(maker: &Maker, change: &dyn Fn(&mut Transaction)) {
    accepted(maker, &maker.make_with(&Changes { slashing: Some(change), ..Changes::default() }));
    accepted(maker, &maker.make_with(&Changes { unbonding_slashing: Some(change), ..Changes::default() }));
}

#[test]
fn s20_and_s40_a_slashing_transaction_has_its_form() {
    let of = |change: &dyn Fn(&mut Transaction)| slashing_refused(&maker(), Rule::S20, change);
    let texts = [
        of(&|tx| tx.input.push(tx.input[0].clone())),
        of(&|tx| drop(tx.output.pop())),
        of(&|tx| tx.output.push(tx.output[0].clone())),
        of(&|tx| tx.lock_time = LockTime::from_consensus(1)),
        of(&|tx| tx.version = Version(0)),
        of(&|tx| tx.version = Version(3)),
        of(&|tx| tx.version = Version(-1)),
        of(&|tx| tx.input[0].sequence = Sequence(0xffff_fffe)),
        of(&|tx| tx.input[0].script_sig = ScriptBuf::from_bytes(vec![0x51])),
    ]
    .map(|faults| faults.map(|fault| fault.to_string()));
    let wanted = [
        "it has 2 inputs, not 1",
        "it has 1 outputs, not 2",
        "it has 3 outputs, not 2",
        "its lock time is 1, not 0",
        "its version 0 is not allowed",
        "its version 3 is not allowed",
        "its version 4294967295 is not allowed",
        "its sequence is 0xfffffffe, not 0xffffffff",
        "its signature script has 1 bytes, not 0",
    ];
    assert_eq!(texts, wanted.map(|text| [text.to_owned(), text.to_owned()]));
    slashing_accepted(&maker(), &|tx| tx.version = Version(1));
    let junk = with(|item| item.slashing.tx = vec![1, 2, 3]);
    refused(&maker(), &junk, Rule::S20);
    let junk = with(|item| item.unbonding_slashing.tx.clear());
    refused(&maker(), &junk, Rule::S40);
}

#[test]
fn s21_and_s40_a_slashing_transaction_spends_the_stake() {
    for change in [
        &(|tx: &mut Transaction| tx.input[0].previous_output.vout = 1) as &dyn Fn(&mut Transaction),
        &|tx: &mut Transaction| {
            let mut txid = tx.input[0].previous_output.txid.to_byte_array();
            txid[0] ^= 1;
            tx.input[0].previous_output.txid = bitcoin::Txid::from_byte_array(txid);
        },
    ] {
        let faults = slashing_refused(&maker(), Rule::S21, change);
        assert!(faults.iter().all(|fault| matches!(fault, SlashingFault::Spends { .. })), "{faults:?}");
    }
}

#[test]
fn s22_and_s40_a_slashing_transaction_slashes_the_rate() {
    let less = |tx: &mut Transaction| tx.output[0].value -= Amount::from_sat(1);
    let [staked, unbonding] = slashing_refused(&maker(), Rule::S22, &less);
    assert_eq!(staked, SlashingFault::SlashedValue { got: 99_999, least: 100_000 });
    assert_eq!(unbonding, SlashingFault::SlashedValue { got: 99_849, least: 99_850 });
    let elsewhere = |tx: &mut Transaction| tx.output[0].script_pubkey = script_of_nobody();
    let faults = slashing_refused(&maker(), Rule::S22, &elsewhere);
    assert_eq!(faults, [SlashingFault::SlashingScript, SlashingFault::SlashingScript]);
    slashing_accepted(&maker(), &|tx| {
        tx.output[0].value += Amount::from_sat(5_000);
        tx.output[1].value -= Amount::from_sat(5_000);
    });
}

#[test]
fn s23_and_s40_the_rest_is_the_stakers_and_locked() {
    let elsewhere = |tx: &mut Transaction| tx.output[1].script_pubkey = script_of_nobody();
    let faults = slashing_refused(&maker(), Rule::S23, &elsewhere);
    assert_eq!(faults, [SlashingFault::Change { time: 1_008 }, SlashingFault::Change { time: 1_008 }]);
    // The staker's, but unlocked earlier.
    let staker = maker().key(&maker().staker);
    let earlier = bsn_covenant::ChangeOutput::new(&Native, &staker, 1_007).unwrap().key().script();
    slashing_refused(&maker(), Rule::S23, &|tx| {
        tx.output[1].script_pubkey = ScriptBuf::from_bytes(earlier.clone());
    });
}

#[test]
fn s24_and_s40_no_output_is_dust() {
    let rest = |value| move |tx: &mut Transaction| tx.output[1].value = Amount::from_sat(value);
    let faults = slashing_refused(&maker(), Rule::S24, &rest(329));
    assert!(faults.iter().all(|fault| *fault == SlashingFault::Dust { index: 1, value: 329 }), "{faults:?}");
    slashing_accepted(&maker(), &rest(330));
    // So small a stake that the slashed part is dust: a witness program's from 294 on.
    let small = |rate| {
        let mut maker = Maker { sats: 60_000, ..maker() };
        maker.params.slashing_rate = SlashingRate::new(rate).unwrap();
        maker
    };
    let fault = |maker: &Maker| match refused(maker, &maker.make(), Rule::S24) {
        Refusal::Slashing { stage: Stage::Staked, fault } => fault,
        other => panic!("{other}"),
    };
    assert_eq!(fault(&small(48)), SlashingFault::Dust { index: 0, value: 288 });
    // Burnt by a note, nothing is too small.
    let mut burnt = small(48);
    burnt.params.slashing_script = b"\x6a\x07babylon".to_vec();
    accepted(&burnt, &burnt.make());
}

#[test]
fn s25_and_s40_a_slashing_transaction_pays_its_fee() {
    let more = |value| move |tx: &mut Transaction| tx.output[1].value += Amount::from_sat(value);
    let [staked, unbonding] = slashing_refused(&maker(), Rule::S25, &more(1));
    assert_eq!(staked, SlashingFault::Fee { value: 1_000_000, paid: 998_001, least: 2_000 });
    assert_eq!(unbonding, SlashingFault::Fee { value: 998_500, paid: 996_501, least: 2_000 });
    slashing_refused(&maker(), Rule::S25, &more(2_100));
    let sum = |tx: &mut Transaction| {
        tx.output[0].value = Amount::from_sat(u64::MAX);
        tx.output[1].value = Amount::from_sat(u64::MAX);
    };
    slashing_refused(&maker(), Rule::S25, &sum);
    slashing_accepted(&maker(), &|tx| tx.output[1].value -= Amount::from_sat(1));
}

#[test]
fn s26_and_s41_the_staker_signed() {
    let good = maker().make();
    let (one, other) =
        (good.slashing.staker_signature.clone(), good.unbonding_slashing.staker_signature.clone());
    let mut flipped = one.clone();
    flipped[40] ^= 1;
    for wrong in
        [other.clone(), flipped, one[..63].to_vec(), [&one[..], &[1]].concat(), Vec::new(), vec![0; 64]]
    {
        let item = with(|item| item.slashing.staker_signature = wrong);
        let refusal = refused(&maker(), &item, Rule::S26);
        assert_eq!(refusal, Refusal::StakerSignature { stage: Stage::Staked });
    }
    for wrong in [one, other[1..].to_vec()] {
        let item = with(|item| item.unbonding_slashing.staker_signature = wrong);
        let refusal = refused(&maker(), &item, Rule::S41);
        assert_eq!(refusal, Refusal::StakerSignature { stage: Stage::Unbonding });
    }
}

#[test]
fn s27_and_s42_a_quorum_signed_for_our_provider() {
    let few = |got| Refusal::Quorum { stage: Stage::Staked, got, needed: 3 };
    let refusal = |change: &dyn Fn(&mut Vec<bsn_covenant::MemberSignatures>)| {
        let item = with(|item| change(&mut item.unbonding_slashing.covenant));
        let later = refused(&maker(), &item, Rule::S42);
        let item = with(|item| change(&mut item.slashing.covenant));
        let refusal = refused(&maker(), &item, Rule::S27);
        let Refusal::Quorum { got, .. } = refusal else { panic!("{refusal}") };
        assert_eq!(later, Refusal::Quorum { stage: Stage::Unbonding, got, needed: 3 });
        refusal
    };
    assert_eq!(refusal(&|covenant| covenant.clear()), few(0));
    assert_eq!(refusal(&|covenant| covenant.truncate(2)), few(2));
    // One member's signature twice.
    assert_eq!(
        refusal(&|covenant| {
            let first = covenant[0].clone();
            covenant[2..].fill(first);
        }),
        few(2)
    );
    // Of another finality provider: they stand in the list's order.
    assert_eq!(
        refusal(&|covenant| covenant.iter_mut().for_each(|entry| entry.signatures.swap(0, 1))),
        few(0)
    );
    // Not a member's, or under another member's name.
    assert_eq!(refusal(&|covenant| covenant[2..].iter_mut().for_each(|entry| entry.member[5] ^= 1)), few(2));
    assert_eq!(
        refusal(&|covenant| {
            let first = covenant[0].member.clone();
            covenant[0].member = covenant[1].member.clone();
            covenant[1].member = first;
            covenant.truncate(3);
        }),
        few(1)
    );
    assert_eq!(refusal(&|covenant| covenant.iter_mut().for_each(|entry| entry.signatures.clear())), few(0));
    // Junk, repeated and foreign entries push good ones beyond what is looked at.
    assert_eq!(
        refusal(&|covenant| {
            let foreign = bsn_covenant::MemberSignatures { member: vec![1; 32], signatures: Vec::new() };
            covenant.splice(0..0, vec![foreign; 3]);
        }),
        few(2)
    );
    accepted(&maker(), &with(|item| item.slashing.covenant.truncate(3)));
    accepted(&maker(), &with(|item| item.slashing.covenant[0].signatures[0][20] ^= 1));
    accepted(&maker(), &with(|item| item.slashing.covenant[1].signatures.clear()));
}

fn unbonding_refused(rule: Rule, change: &dyn Fn(&mut Transaction)) -> Refusal {
    let item = maker().make_with(&Changes { unbonding: Some(change), ..Changes::default() });
    refused(&maker(), &item, rule)
}

#[test]
fn s30_the_unbonding_transaction_has_its_form() {
    for change in [
        &(|tx: &mut Transaction| tx.input.push(tx.input[0].clone())) as &dyn Fn(&mut Transaction),
        &|tx| tx.output.push(tx.output[0].clone()),
        &|tx| tx.lock_time = LockTime::from_consensus(1),
        &|tx| tx.version = Version(1),
        &|tx| tx.version = Version(3),
        &|tx| tx.input[0].sequence = Sequence(0),
        &|tx| tx.input[0].script_sig = ScriptBuf::from_bytes(vec![0]),
    ] {
        assert!(matches!(unbonding_refused(Rule::S30, change), Refusal::UnbondingForm(_)));
    }
    refused(&maker(), &with(|item| item.unbonding_tx.clear()), Rule::S30);
}

#[test]
fn s31_the_unbonding_transaction_pays_the_stake_less_its_fee_to_the_unbonding_output() {
    let other = unbonding_refused(Rule::S31, &|tx| tx.input[0].previous_output.vout = 1);
    assert!(matches!(other, Refusal::UnbondingSpends { .. }));
    let elsewhere = unbonding_refused(Rule::S31, &|tx| tx.output[0].script_pubkey = script_of_nobody());
    assert_eq!(elsewhere, Refusal::UnbondingOutput { time: 1_008 });
    for got in [998_499, 998_501, 1_000_001, u64::MAX] {
        let refusal = unbonding_refused(Rule::S31, &|tx| tx.output[0].value = Amount::from_sat(got));
        assert_eq!(refusal, Refusal::UnbondingFee { got, value: 1_000_000, fee: 1_500 });
    }
}

#[test]
fn s50_a_quorum_signed_the_early_end_where_that_is_asked() {
    let few = with(|item| item.unbonding_signatures.truncate(2));
    let refusal = refused(&maker(), &few, Rule::S50);
    assert_eq!(refusal, Refusal::UnbondingQuorum { got: 2, needed: 3 });
    let maker_of_terms = maker();
    let terms = Terms { unbonding_signed: false, ..maker_of_terms.terms() };
    assert!(verify(&Native, Some(&terms), &few, |fp| maker().is_ours(fp)).is_ok());
    let wrong =
        with(|item| item.unbonding_signatures[..3].iter_mut().for_each(|(_, signature)| signature[0] ^= 1));
    assert_eq!(refused(&maker(), &wrong, Rule::S50), Refusal::UnbondingQuorum { got: 2, needed: 3 });
    accepted(&maker(), &with(|item| item.unbonding_signatures.truncate(3)));
}

/// Bytes that end anywhere are refused by the rule that reads them.
#[test]
fn a_transaction_that_is_cut_is_refused() {
    type Field = fn(&mut Delegation) -> &mut Vec<u8>;
    let fields: [(Rule, Field); 4] = [
        (Rule::S10, |item| &mut item.staking_tx),
        (Rule::S20, |item| &mut item.slashing.tx),
        (Rule::S30, |item| &mut item.unbonding_tx),
        (Rule::S40, |item| &mut item.unbonding_slashing.tx),
    ];
    let maker = maker();
    let made = maker.make();
    for (rule, field) in fields {
        for length in 0..field(&mut made.clone()).len() {
            let mut item = made.clone();
            field(&mut item).truncate(length);
            refused(&maker, &item, rule);
        }
    }
}

/// What Babylon reads, this reads: it relays what somebody submitted.
#[test]
fn what_follows_a_transaction_is_not_looked_at() {
    accepted(&maker(), &with(|item| item.staking_tx.extend([1, 2, 3])));
    accepted(&maker(), &with(|item| item.slashing.tx.push(0)));
}

#[test]
fn a_verified_delegation_says_what_it_is() {
    let (maker, item) = (maker(), maker().make());
    let verified = maker.verify(&item).unwrap();
    let staking: Transaction = bitcoin::consensus::deserialize(&item.staking_tx).unwrap();
    assert_eq!(verified.stake.txid.as_bytes(), staking.compute_txid().as_byte_array());
    assert_eq!((verified.stake.index, verified.sats, verified.time), (0, 1_000_000, 52_560));
    assert_eq!(verified.spends.len(), 1);
    assert_eq!(verified.spends[0].to_string(), staking.input[0].previous_output.to_string());
    assert_eq!(verified.unbonding_slashing.path.spent.value, 998_500);
}

/// A wallet shows it to a staker, a contract keeps it: the rule by its code, and the culprit.
#[test]
fn a_refusal_says_which_rule_and_what_is_wrong() {
    let key = maker().key(&maker().fps[0]);
    let of = |stage| Refusal::StakerSignature { stage };
    for (refusal, rule, text) in [
        (
            Refusal::RepeatedFp(key),
            "S03",
            format!("finality provider {} is named twice", hex::encode(key.as_bytes())),
        ),
        (of(Stage::Staked), "S26", "slashing transaction: the staker's signature is not valid".to_owned()),
        (
            of(Stage::Unbonding),
            "S41",
            "unbonding slashing transaction: the staker's signature is not valid".to_owned(),
        ),
    ] {
        assert_eq!((refusal.rule().to_string(), refusal.to_string()), (rule.to_owned(), text));
    }
}

#[test]
fn parameters_are_checked() {
    let good = maker().params;
    let refused = |change: fn(&mut Params)| {
        let mut params = good.clone();
        change(&mut params);
        params.check().unwrap_err().to_string()
    };
    assert_eq!(refused(|params| params.min_slashing_fee = 0), "the least slashing fee must not be zero");
    assert_eq!(refused(|params| params.unbonding_fee = 0), "the unbonding fee must not be zero");
    assert_eq!(refused(|params| params.unbonding_time = 0), "the unbonding time must not be zero");
    assert_eq!(refused(|params| params.min_value = 0), "the least stake must not be zero");
    assert_eq!(refused(|params| params.min_time = 0), "the shortest lock must not be zero");
    assert_eq!(
        refused(|params| params.min_value = params.max_value + 1),
        "the least stake of 500000001 is above the largest of 500000000"
    );
    assert_eq!(
        refused(|params| params.max_time = params.min_time - 1),
        "the least lock of 10000 is above the largest of 9999"
    );
    assert_eq!(
        refused(|params| params.max_fps = 0),
        "a delegation may have 1 to 64 finality providers, got 0"
    );
    assert_eq!(
        refused(|params| params.max_fps = 65),
        "a delegation may have 1 to 64 finality providers, got 65"
    );
    let one = |value, time| Params {
        max_value: value,
        min_value: value,
        max_time: time,
        min_time: time,
        ..good.clone()
    };
    assert_eq!(one(500, 10_000).check(), Ok(()), "the least may be the largest");
    let script = |length| vec![0x6a; length];
    let with = |length| Params { slashing_script: script(length), ..maker().params }.check();
    assert!(with(0).is_err() && with(1).is_ok() && with(128).is_ok() && with(129).is_err());
    for (rate, may) in [(0, false), (1, true), (9_999, true), (10_000, false)] {
        assert_eq!(SlashingRate::new(rate).is_ok(), may, "{rate}");
    }
    let rate = SlashingRate::new(10).unwrap();
    assert_eq!((rate.of(999), rate.of(1_000), rate.of(u64::MAX)), (0, 1, 18_446_744_073_709_551));
    assert_eq!(rate.to_string(), "0.0010");
}
