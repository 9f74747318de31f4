//! `bsn covenant sign`: what a member signs, once, and what it refuses by name.

use bitcoin_spv::{Output, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::committee::Request;
use bsn_cli::committee::member::Refused;
use bsn_cli::stake::make::{Plan, make};
use bsn_cli::stake::tx::Coin;
use covenant::Rule;
use proto::btcstaking::ActiveBtcDelegation;

use crate::bitcoin::Lie;
use crate::common::maker::{coin, key, secret, transaction};
use crate::serve::esplora;
use crate::stage::{CHAIN, Memory, Stage, changed, funded, versions};

/// V-05: a stake is signed once: the same again gets the same bytes, whatever nobody signs of it; other transactions get nothing.
#[test]
fn a_stake_is_signed_once() {
    let stage = Stage::new();
    let (item, bitcoin, disk) = (stage.item(), esplora(&stage.net), Memory::default());
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, disk.clone());
    let first = member.sign(&Request::new(CHAIN, &item)).unwrap();
    let noted = disk.bytes.borrow().len();
    assert_eq!(noted, 158);
    // Other heights, another address, and a Bitcoin that has the transaction by now.
    let other = changed(&item, |item| {
        (item.start_height, item.end_height) = (item.start_height + 5, item.end_height + 5);
        item.staker_addr = "bbn1other".into();
    });
    stage.both.mine(&[&proto::decode::delegation(&item).unwrap().staking_tx]);
    for again in [&item, &other] {
        assert_eq!(member.sign(&Request::new(CHAIN, again)).unwrap(), first);
    }
    // The same stake, slashed by more: in order by every rule, and signed by its staker.
    let mut harder = stage.maker.clone();
    harder.params.slashing_rate = covenant::SlashingRate::new(600).unwrap();
    let paying = proto::decode::delegation(&item).unwrap();
    let at = Transaction::parse(&paying.staking_tx).unwrap().inputs().next().unwrap().spends;
    let output = bitcoin.output(&at).unwrap().unwrap();
    let plan = Plan { terms: (1, &harder.params), ..stage.plan(vec![Coin { at, output }]) };
    let more = make(&plan, &stage.maker.staker).unwrap();
    assert_eq!(member.sign(&Request::new(CHAIN, &more)), Err(Refused::SignedOther(first.0)));
    assert_eq!(disk.bytes.borrow().len(), noted);
}

/// What is signed is on the disk first: where the disk fails, no signature leaves.
#[test]
fn nothing_is_signed_that_is_not_on_the_disk() {
    let stage = Stage::new();
    let (item, bitcoin) = (stage.item(), esplora(&stage.net));
    let disk = Memory { fails: true, ..Memory::default() };
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, disk);
    for why in ["the disk does not confirm the record: full", "the disk failed before: start again"] {
        assert_eq!(member.sign(&Request::new(CHAIN, &item)), Err(Refused::Disk(why.to_owned())));
    }
}

#[test]
fn what_breaks_a_rule_is_refused_by_its_name() {
    let stage = Stage::new();
    let item = stage.item();
    let rule = |item: &[u8]| match stage.refused(item) {
        Refused::Rule(refusal) => refusal.rule(),
        other => panic!("{other}"),
    };
    let of = |change: fn(&mut ActiveBtcDelegation)| changed(&item, change);
    assert_eq!(rule(&of(|item| item.params_version = 2)), Rule::S01);
    assert_eq!(rule(&of(|item| item.unbonding_time += 1)), Rule::S02);
    assert_eq!(rule(&of(|item| item.fp_btc_pk_list[0] = key(&secret(0x41)).to_string())), Rule::S03);
    assert_eq!(rule(&of(|item| item.end_height += 1)), Rule::S10);
    assert_eq!(rule(&of(|item| item.slashing_tx[60] ^= 1)), Rule::S22);
    assert_eq!(rule(&of(|item| item.delegator_slashing_sig[5] ^= 1)), Rule::S26);
    assert_eq!(
        rule(&of(|item| item.undelegation_info.as_mut().unwrap().delegator_slashing_sig[5] ^= 1)),
        Rule::S41
    );
    let said = stage.refused(&of(|item| item.unbonding_time += 1)).to_string();
    assert_eq!(said, "S02: unbonding time 101 is not 100, that of its parameters");
    assert!(matches!(stage.refused(&item[1..]), Refused::Item(_)));
}

#[test]
fn another_chain_another_committee_and_old_parameters_are_refused() {
    let stage = Stage::new();
    let (item, bitcoin) = (stage.item(), esplora(&stage.net));
    let request = |item: &[u8]| Request::new(CHAIN, item);
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, Memory::default());
    let other = member.sign(&Request::new("app-2", &item)).unwrap_err();
    assert_eq!(other.to_string(), "it is for app-2, and this member signs for app-1");

    let stranger = secret(0x77);
    let mut none = stage.member(&stranger, &bitcoin, Memory::default());
    let refused = none.sign(&request(&item));
    assert_eq!(refused, Err(Refused::NoMember { member: key(&stranger), version: 1 }));

    // A start in the past is the staker's word: by Bitcoin's tip these parameters are over.
    let mut next = stage.maker.clone();
    next.params.activation = 1_000.into();
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, Memory::default());
    member.versions = versions(&[(1, &stage.maker), (2, &next)]);
    let past = changed(&item, |item| {
        (item.start_height, item.end_height) = (900, 900 + u32::from(stage.maker.time));
    });
    assert!(member.sign(&request(&past)).is_ok(), "within a day");
    stage.both.extend(200);
    let mut member = stage.member(&stage.maker.members[1], &bitcoin, Memory::default());
    member.versions = versions(&[(1, &stage.maker), (2, &next)]);
    let Err(Refused::Rule(refusal)) = member.sign(&request(&past)) else { panic!("signed") };
    assert_eq!(refusal.rule(), Rule::S06);
}

#[test]
fn only_coins_that_bitcoin_has_unspent_are_staked() {
    let stage = Stage::new();
    let made = |coin: Coin| make(&stage.plan(vec![coin]), &stage.maker.staker).unwrap();
    let output = Output { value: 1_200_000, script: [&[0, 20][..], &[9; 20]].concat() };
    let unseen = Coin { at: coin(77), output: output.clone() };
    assert_eq!(stage.refused(&made(unseen)), Refused::Unseen(coin(77)));

    let gone = funded(&stage.both, 2, 1_200_000);
    let spending = transaction(&[gone.at], std::slice::from_ref(&output));
    let by = Some(Transaction::parse(&spending).unwrap().txid);
    stage.both.publish(&spending);
    assert_eq!(stage.refused(&made(gone.clone())), Refused::Spent { coin: gone.at, by });
    stage.both.mine(&[&spending]);
    assert_eq!(stage.refused(&made(gone.clone())), Refused::Spent { coin: gone.at, by });

    // On its way already: that is the stake itself.
    let item = stage.item();
    stage.both.publish(&proto::decode::delegation(&item).unwrap().staking_tx);
    assert_eq!(stage.shares(&item, 1).len(), 1);

    // Who shows another transaction is not believed.
    stage.net.lock().unwrap().lie = Lie::Tx;
    assert!(matches!(stage.refused(&item), Refused::Away(_)));
}

#[test]
fn a_stake_that_was_signed_is_not_moved_into_another() {
    let stage = Stage::new();
    let (item, bitcoin) = (stage.item(), esplora(&stage.net));
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, Memory::default());
    let (stake, _) = member.sign(&Request::new(CHAIN, &item)).unwrap();
    let tx = proto::decode::delegation(&item).unwrap().staking_tx;
    stage.both.mine(&[&tx]);
    let output = Transaction::parse(&tx).unwrap().outputs[0].clone();
    let coins = vec![Coin { at: stake, output }, funded(&stage.both, 3, 1_200_000)];
    let next = make(&stage.plan(coins), &stage.maker.staker).unwrap();
    assert_eq!(member.sign(&Request::new(CHAIN, &next)), Err(Refused::Expansion(stake)));
}
