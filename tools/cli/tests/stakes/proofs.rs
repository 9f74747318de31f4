//! What the prover brings about, with each kind of source, and what it does where a source is away, behind, or wrong.

use std::time::Duration;

use api::btc_staking::StandingAnswer;
use bitcoin_spv::OutPoint;
use bsn_cli::bitcoin::Ledger;
use bsn_cli::doctor::read::Source;
use bsn_cli::keep::bitcoin::Outside;
use bsn_cli::prove::contract::was_brought;
use prost::Message;
use proto::btcstaking::ActiveBtcDelegation;

use crate::bitcoin::Lie;
use crate::chain::{Both, KEPT, round};
use crate::common::K;
use crate::common::maker::{Made, Maker, coin, spender};
use crate::serve::{bitcoind, esplora};

pub fn staking_tx(made: &Made) -> Vec<u8> {
    ActiveBtcDelegation::decode(made.item.as_slice()).unwrap().staking_tx
}

fn is_active(both: &Both, at: OutPoint) -> bool {
    matches!(both.standing(at), StandingAnswer::Active { .. })
}

fn is_waiting(both: &Both, at: OutPoint) -> bool {
    matches!(both.standing(at), StandingAnswer::Waiting { .. })
}

/// A stake that waits, in the block at a height, k deep.
fn waiting(maker: &Maker) -> (Both, Made, u32) {
    let both = Both::new(maker);
    let made = maker.nth(0, 1_001);
    let height = both.mine(&[&staking_tx(&made)]);
    both.take(&made);
    both.extend(K);
    (both, made, height)
}

/// An esplora server; a bitcoind with and one without an index.
fn sources(both: &Both) -> [(&'static str, Outside); 3] {
    let plain = both.net.clone();
    [("esplora", esplora(&both.net)), ("bitcoind", bitcoind(&both.net)), ("no index", bitcoind(&plain))]
}

#[test]
fn a_stake_goes_from_waiting_to_power_and_ends_by_its_spend() {
    for place in 0..3 {
        let (both, made, _) = waiting(&Maker::new());
        both.net.lock().unwrap().is_indexed = place != 2;
        let (name, source) = sources(&both).into_iter().nth(place).unwrap();
        let mut work = both.prover(&source);
        let said = round(&mut work, &both);
        assert_eq!((said.done(), said.troubles.len()), (vec!["stakes"], 0), "{name}: {said:?}");
        assert!(is_active(&both, made.stake), "{name}");
        assert_eq!(round(&mut work, &both).done(), Vec::<&str>::new(), "{name}: nothing is due");

        let tx = spender(made.stake, 0);
        let at = both.mine(&[&tx]);
        both.extend(K - 1);
        let said = round(&mut work, &both);
        assert_eq!(said.done(), Vec::<&str>::new(), "{name}");
        assert!(
            said.notes[0].ends_with(&format!("spends it in block {at}, 5 of 6 deep")),
            "{name}: {said:?}"
        );
        both.extend(1);
        assert_eq!(round(&mut work, &both).done(), ["spends"], "{name}");
        assert_eq!(both.standing(made.stake), StandingAnswer::Ended { btc_height: at }, "{name}");
    }
}

#[test]
fn a_whole_block_of_stakes_is_one_message() {
    let maker = Maker::new();
    let both = Both::new(&maker);
    let made: Vec<Made> = (0..7).map(|n| maker.nth(n, 1_001)).collect();
    let txs: Vec<Vec<u8>> = made.iter().map(staking_tx).collect();
    both.mine(&txs.iter().map(Vec::as_slice).collect::<Vec<_>>());
    made.iter().for_each(|made| both.take(made));
    both.extend(K);
    assert_eq!(round(&mut both.prover(&esplora(&both.net)), &both).done(), ["stakes"]);
    assert!(made.iter().all(|made| is_active(&both, made.stake)));
}

#[test]
fn a_stake_that_was_spent_before_it_was_proven_never_counts() {
    let (both, made, _) = waiting(&Maker::new());
    let at = both.mine(&[&spender(made.stake, 0)]);
    let source = esplora(&both.net);
    let mut work = both.prover(&source);
    assert_eq!(round(&mut work, &both).done(), Vec::<&str>::new());
    both.extend(K);
    assert_eq!(round(&mut work, &both).done(), ["spends"]);
    assert_eq!(both.standing(made.stake), StandingAnswer::Ended { btc_height: at });
    assert!(both.world.borrow().told.is_empty(), "bsn never heard of it");
}

#[test]
fn what_nobody_knows_or_is_in_no_block_is_said_and_not_proven() {
    let maker = Maker::new();
    let both = Both::new(&maker);
    let (unknown, unconfirmed) = (maker.nth(0, 1_001), maker.nth(1, 1_001));
    both.publish(&staking_tx(&unconfirmed));
    both.take(&unknown);
    both.take(&unconfirmed);
    both.extend(K);
    for (name, source) in sources(&both) {
        let said = round(&mut both.prover(&source), &both);
        assert_eq!((said.done(), said.troubles.len()), (vec![], 0), "{name}: {said:?}");
        let has = |line: String| said.notes.contains(&line);
        assert!(
            has(format!("{}: Bitcoin, as it is asked, knows no such transaction", unknown.stake)),
            "{said:?}"
        );
        assert!(has(format!("{}: it is in no block yet", unconfirmed.stake)), "{said:?}");
    }
}

/// D-17
#[test]
fn old_stake_is_proven_with_its_headers_and_many_by_headers_that_are_brought() {
    let maker = Maker { time: 30_000, ..Maker::new() };
    let both = Both::new(&maker);
    let made: Vec<Made> = (0..3).map(|n| maker.nth(n, 1_001)).collect();
    let alone = both.mine(&[&staking_tx(&made[0])]);
    both.extend(KEPT + 600);
    both.take(&made[0]);
    let source = esplora(&both.net);
    let said = round(&mut both.prover(&source), &both);
    assert_eq!(said.done(), ["stakes"], "{said:?}");
    assert!(is_active(&both, made[0].stake) && alone == 1_001);

    let both = Both::new(&maker);
    let heights: Vec<u32> = made.iter().map(|made| both.mine(&[&staking_tx(made)])).collect();
    both.extend(KEPT + 600);
    made.iter().for_each(|made| both.take(made));
    let source = bitcoind(&both.net);
    let said = round(&mut both.prover(&source), &both);
    assert_eq!(said.done().first(), Some(&"headers"), "{said:?}");
    assert!(made.iter().all(|made| is_active(&both, made.stake)), "{said:?}");
    // Another prover, which remembers nothing, finds what was brought.
    let header = both.world.borrow().bitcoin.header(1_050).hash();
    assert!(was_brought(&both, header.as_bytes()).unwrap());
    assert!(heights.iter().all(|height| *height < 1_050));
}

#[test]
fn a_block_that_left_the_chain_is_followed_and_the_stake_proven_anew() {
    let (both, made, _) = waiting(&Maker::new());
    let source = esplora(&both.net);
    let mut work = both.prover(&source);
    round(&mut work, &both);
    assert!(is_active(&both, made.stake));
    both.reorganize(K + 1);
    let said = round(&mut work, &both);
    assert_eq!(said.done(), ["follow"], "{said:?}");
    assert!(is_waiting(&both, made.stake));
    let height = both.mine(&[&staking_tx(&made)]);
    both.extend(K);
    assert_eq!(round(&mut work, &both).done(), ["stakes"]);
    let StandingAnswer::Active { start_height, .. } = both.standing(made.stake) else { panic!() };
    assert_eq!(start_height, height);
}

#[test]
fn who_comes_second_finds_it_done() {
    let (both, made, _) = waiting(&Maker::new());
    let (one, other) = (esplora(&both.net), bitcoind(&both.net));
    let (mut alice, mut bob) = (both.prover(&one), both.prover(&other));
    use bsn_cli::keep::work::{Judged, Left, Work};
    let late = bob.look().unwrap().acts.into_iter().find(|act| !act.stakes().is_empty()).unwrap();
    assert_eq!(round(&mut alice, &both).done(), ["stakes"]);
    // Bob's message comes after Alice's.
    let refused = br#"{"verdicts":[{"refused":{"rule":"S60","reason":"it is proven"}}]}"#;
    let data = crate::chain::answered(refused);
    let left = Left { events: &[], data: &data };
    assert_eq!(bob.judge(&late, left, 1_000), Judged::Nothing);
    assert!(bob.is_done(&late) && bob.said().is_empty());
    assert!(is_active(&both, made.stake));
}

#[test]
fn a_proof_that_is_refused_costs_the_others_nothing_and_is_held_back() {
    // It has no power left when it is proven: the lock is over within the unbonding time.
    let (maker, short) = (Maker::new(), Maker { time: 105, ..Maker::new() });
    let both = Both::new(&maker);
    let (good, late) = (maker.nth(0, 1_001), short.nth(1, 1_001));
    both.mine(&[&staking_tx(&good), &staking_tx(&late)]);
    both.take(&good);
    both.take(&late);
    both.extend(K);
    let source = esplora(&both.net);
    let mut work = both.prover(&source);
    let said = round(&mut work, &both);
    assert_eq!(said.done(), ["stakes"], "{said:?}");
    assert!(is_active(&both, good.stake) && is_waiting(&both, late.stake));
    assert!(said.troubles[0].starts_with(&format!("{} is refused, S60: ", late.stake)), "{said:?}");
    assert!(!round(&mut work, &both).acts.iter().any(|(duty, _)| *duty == "stakes"), "it is held back");
    both.now.set(1_015);
    let said = round(&mut work, &both);
    assert!(
        said.acts.iter().any(|(duty, became)| *duty == "stakes" && became.starts_with("refused: ")),
        "{said:?}"
    );
}

#[test]
fn a_source_that_lies_is_named_and_nothing_of_it_is_sent() {
    for (lie, why) in [
        (Lie::Branch, "proves nothing: "),
        (Lie::Header, "is wrong: the header that it shows of block "),
        (Lie::Chain, "serves another Bitcoin: its block 1000 is "),
    ] {
        let (both, made, _) = waiting(&Maker::new());
        both.net.lock().unwrap().lie = lie;
        for source in [esplora(&both.net), bitcoind(&both.net)] {
            let said = round(&mut both.prover(&source), &both);
            assert!(!said.acts.iter().any(|(duty, _)| *duty == "stakes"), "{said:?}");
            assert!(said.troubles.iter().any(|trouble| trouble.contains(why)), "{why}: {said:?}");
        }
        assert!(is_waiting(&both, made.stake));
    }
    // A transaction that is shown as another one.
    let (both, made, _) = waiting(&Maker::new());
    let source = esplora(&both.net);
    round(&mut both.prover(&source), &both);
    both.mine(&[&spender(made.stake, 0)]);
    both.extend(K);
    both.net.lock().unwrap().lie = Lie::Tx;
    let said = round(&mut both.prover(&source), &both);
    assert!(said.troubles[0].contains("is wrong: the transaction that it shows of "), "{said:?}");
    assert!(is_active(&both, made.stake));
}

/// What is hidden is not proven: another source finds it.
#[test]
fn a_source_that_hides_a_spend_is_made_good_by_another() {
    let (both, made, _) = waiting(&Maker::new());
    let source = esplora(&both.net);
    round(&mut both.prover(&source), &both);
    both.mine(&[&spender(made.stake, 0)]);
    both.extend(K);
    both.net.lock().unwrap().lie = Lie::Spends;
    assert_eq!(round(&mut both.prover(&source), &both).done(), Vec::<&str>::new());
    both.net.lock().unwrap().lie = Lie::Nothing;
    assert_eq!(round(&mut both.prover(&bitcoind(&both.net)), &both).done(), ["spends"]);
}

#[test]
fn a_source_that_lags_or_is_away_is_waited_for() {
    let (both, made, _) = waiting(&Maker::new());
    both.net.lock().unwrap().lag = K + 1;
    let source = esplora(&both.net);
    let mut work = both.prover(&source);
    let said = round(&mut work, &both);
    assert!(said.done().is_empty() && said.notes[0].ends_with("it is in no block yet"), "{said:?}");
    both.net.lock().unwrap().lag = 0;
    assert_eq!(round(&mut work, &both).done(), ["stakes"], "it has another tip, so it is asked again");
    assert!(is_active(&both, made.stake));

    let away =
        Outside::new(&Source::Esplora("http://127.0.0.1:1".to_owned()), Duration::from_secs(2)).unwrap();
    let said = round(&mut both.prover(&away), &both);
    assert_eq!(said.troubles.len(), 1, "{said:?}");
    assert!(said.troubles[0].starts_with("http://127.0.0.1:1 cannot be reached: "), "{said:?}");
}

#[test]
fn a_long_search_for_a_spend_goes_on_where_it_was() {
    let (both, made, _) = waiting(&Maker::new());
    let source = bitcoind(&both.net);
    let mut work = both.prover(&source);
    round(&mut work, &both);
    both.extend(100);
    let at = both.mine(&[&spender(made.stake, 0)]);
    both.extend(K);
    let mut rounds = 0;
    while round(&mut work, &both).done() != ["spends"] {
        rounds += 1;
        assert!(rounds < 4, "it is found");
    }
    assert_eq!((rounds, both.standing(made.stake)), (1, StandingAnswer::Ended { btc_height: at }));
}

#[test]
fn both_kinds_of_nodes_say_the_same() {
    let (both, made, height) = waiting(&Maker::new());
    let tx = spender(made.stake, 0);
    both.mine(&[&tx]);
    let [one, other] = [esplora(&both.net), bitcoind(&both.net)];
    for at in [made.stake, OutPoint { index: 5, ..made.stake }, coin(77)] {
        assert_eq!(one.find(&at), other.find(&at), "{at}");
        assert_eq!(one.output(&at), other.output(&at), "{at}");
    }
    assert_eq!(one.spending(&made.stake, height), other.spending(&made.stake, height));
    assert_eq!(one.output(&made.stake).unwrap().unwrap().value, 1_000_000);
    both.net.lock().unwrap().is_indexed = false;
    let early = OutPoint { txid: bitcoin_spv::Transaction::parse(&tx).unwrap().txid, index: 0 };
    assert_eq!(one.output(&early), other.output(&early), "without an index, of what is unspent");
    assert_eq!(one.find(&early), other.find(&early));
}
