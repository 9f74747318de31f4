//! From a key to transactions that Bitcoin takes, and what is refused on the way.

use api::btc_staking::{ParamsVersion, SlashingDataResponse};
use bitcoin_spv::{OutPoint, Output, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::slash::complete::{Complete, Takes};
use bsn_cli::slash::today::{Today, today};
use bsn_cli::slash::{complete, find, interpreter};
use eots::SecretKey;

use crate::chain::Both;
use crate::common::K;
use crate::common::maker::{Made, Maker, coin, key, secret, spender};
use crate::proofs::staking_tx;
use crate::serve::{bitcoind, esplora};

fn staked(maker: &Maker) -> (Both, Made) {
    let both = Both::new(maker);
    let made = maker.nth(0, 1_001);
    both.mine(&[&staking_tx(&made)]);
    both.take(&made);
    (both, made)
}

fn of(both: &Both, at: &OutPoint, fp: &SecretKey) -> Result<[Complete; 2], String> {
    let (data, params) = find::data(both, at)?;
    complete(at, &data, &params, fp)
}

/// D-02, D-18
#[test]
fn both_slashings_of_a_stake_are_complete_and_bitcoin_takes_them() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let [stake, unbonding] = of(&both, &made.stake, &maker.fp).unwrap();
    assert_eq!((stake.takes, stake.spends), (Takes::Stake, made.stake));
    let early = Transaction::parse(&made.unbonding_tx).unwrap();
    assert_eq!(
        (unbonding.takes, unbonding.spends),
        (Takes::Unbonding, OutPoint { txid: early.txid, index: 0 })
    );
    for slashing in [&stake, &unbonding] {
        let parsed = Transaction::parse(&slashing.tx).unwrap();
        assert_eq!((parsed.txid, &parsed.outputs), (slashing.txid, &slashing.outputs));
        assert_eq!(slashing.outputs[0].script, maker.params.slashing_script);
        assert_eq!(interpreter::check(&slashing.spent, &slashing.tx), Ok(()));
    }
}

/// What a node may answer in place of the truth.
type Change = fn(&mut SlashingDataResponse, &mut ParamsVersion);

/// D-02
#[test]
fn nothing_leaves_that_was_changed_by_anybody() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let changes: [(&str, Change); 12] = [
        ("value", |data, _| data.staked.spent_value -= 1),
        ("script", |data, _| data.staked.spent_script = flipped(&data.staked.spent_script, 20)),
        ("leaf", |data, _| data.staked.leaf_script = flipped(&data.staked.leaf_script, 20)),
        ("control block", |data, _| data.staked.control_block = flipped(&data.staked.control_block, 40)),
        ("staker's signature", |data, _| {
            data.staked.staker_signature = flipped(&data.staked.staker_signature, 40)
        }),
        ("half a signature", |data, _| data.staked.staker_signature = vec![1; 32].into()),
        ("payee", |data, _| data.staked.tx = flipped(&data.staked.tx, 60)),
        ("adaptor", |data, _| {
            data.unbonding.adaptors[2].signature = flipped(&data.unbonding.adaptors[2].signature, 40)
        }),
        ("few adaptors", |data, _| data.unbonding.adaptors.truncate(5)),
        ("another stake", |data, _| data.staked = data.unbonding.clone()),
        ("committee", |_, params| params.covenant_quorum = 5),
        ("no committee", |_, params| params.covenant_pks_hex.clear()),
    ];
    let (data, params) = find::data(&both, &made.stake).unwrap();
    for (name, change) in changes {
        let (mut data, mut params) = (data.clone(), params.clone());
        change(&mut data, &mut params);
        let said = complete(&made.stake, &data, &params, &maker.fp).unwrap_err();
        println!("{name}: {said}");
        assert!(!said.contains('\n') && !said.contains(&hex::encode(maker.fp.to_bytes())), "{said}");
    }
    assert!(complete(&made.stake, &data, &params, &maker.fp).is_ok());
}

fn flipped(bytes: &cosmwasm_std::Binary, at: usize) -> cosmwasm_std::Binary {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1;
    changed.into()
}

/// The interpreter sees what the verification of signatures cannot: the program of another output.
#[test]
fn the_interpreter_has_the_last_word() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let [stake, _] = of(&both, &made.stake, &maker.fp).unwrap();
    let other = Output { script: [&[0x51, 0x20][..], &[7; 32]].concat(), ..stake.spent.clone() };
    let said = interpreter::check(&other, &stake.tx).unwrap_err();
    assert!(said.starts_with("Bitcoin's script interpreter refuses it"), "{said}");
    assert!(interpreter::check(&stake.spent, &stake.tx[..stake.tx.len() - 1]).is_err());
    let said = stake.check_against(&other).unwrap_err();
    assert!(
        said.ends_with(
            "is an output of 1000000 sats in Bitcoin, not the one of 1000000 sats that was signed for"
        ),
        "{said}"
    );
}

#[test]
fn another_key_a_stake_that_is_unknown_and_one_of_somebody_else_are_named() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let (fp, other) = (key(&maker.fp), key(&secret(0x41)));
    let said = of(&both, &made.stake, &secret(0x41)).unwrap_err();
    assert_eq!(said, format!("the key is of {other}, and {} is slashed with that of {fp}", made.stake));
    let said = of(&both, &coin(9), &maker.fp).unwrap_err();
    assert_eq!(
        said,
        format!("btc-staking keeps no slashing data of {}: its lock is over, or it never was", coin(9))
    );
    let named = |named: &[OutPoint], fp| find::stakes(&both, named, &fp);
    assert_eq!(named(&[], fp.into()), Ok(vec![made.stake]));
    assert_eq!(named(&[made.stake], fp.into()), Ok(vec![made.stake]));
    assert_eq!(named(&[], other.into()), Err(format!("btc-staking knows no stake of {other}")));
    let wrong = format!("the stake {} is of {fp}, not of {other}", made.stake);
    assert_eq!(named(&[made.stake], other.into()), Err(wrong));
    let unknown = format!("btc-staking knows no stake {}: its lock is over, or it never was", coin(9));
    assert_eq!(named(&[made.stake, coin(9)], fp.into()), Err(unknown));
    assert_eq!(find::provider(&both, &made.stake), Ok(fp.into()));
}

#[test]
fn all_stakes_of_a_provider_are_found_over_pages() {
    let maker = Maker::new();
    let both = Both::new(&maker);
    let made: Vec<Made> = (0..65).map(|n| maker.nth(n, 1_001)).collect();
    made.iter().for_each(|made| both.take(made));
    let found = find::stakes(&both, &[], &key(&maker.fp).into()).unwrap();
    assert_eq!(found.len(), 65);
    assert!(made.iter().all(|made| found.contains(&made.stake)));
}

#[test]
fn what_bitcoin_would_take_today_is_sent_and_nothing_else() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let [stake, unbonding] = of(&both, &made.stake, &maker.fp).unwrap();
    for bitcoin in [esplora(&both.net), bitcoind(&both.net)] {
        let states = [&stake, &unbonding].map(|one| today(&bitcoin, one).unwrap());
        assert_eq!(states, [Today::Possible, Today::NotThere]);
        bitcoin.send(&stake.tx).unwrap();
        bitcoin.send(&stake.tx).unwrap();
    }
    assert_eq!(both.net.lock().unwrap().sent, [hex::encode(&stake.tx)], "sent twice is no error, and once");
    // On its way, and in a block.
    both.publish(&stake.tx);
    assert_eq!(today(&esplora(&both.net), &stake), Ok(Today::Done));
    both.mine(&[&stake.tx]);
    for bitcoin in [esplora(&both.net), bitcoind(&both.net)] {
        assert_eq!(today(&bitcoin, &stake), Ok(Today::Done));
        let said = bitcoin.send(&unbonding.tx).unwrap_err();
        assert!(
            said.contains("does not take it: ") && said.contains("bad-txns-inputs-missingorspent"),
            "{said}"
        );
    }
}

/// Bitcoin Core since 25.0 sends nothing that burns coins, unless it is told how much may burn. Babylon's slashings burn.
#[test]
fn a_slashing_that_burns_is_sent() {
    for is_old in [false, true] {
        let mut maker = Maker::new();
        maker.params.slashing_script = b"\x6a\x07babylon".to_vec();
        let (both, made) = staked(&maker);
        both.net.lock().unwrap().is_old = is_old;
        let [stake, _] = of(&both, &made.stake, &maker.fp).unwrap();
        if !is_old {
            let said = esplora(&both.net).send(&stake.tx).unwrap_err();
            assert!(said.ends_with("its bitcoind burns no coins: send it by rpc=URL of your own"), "{said}");
        }
        assert!(both.net.lock().unwrap().sent.is_empty());
        bitcoind(&both.net).send(&stake.tx).unwrap();
        assert_eq!(both.net.lock().unwrap().sent, [hex::encode(&stake.tx)]);
    }
}

#[test]
fn after_an_early_end_the_other_one_is_possible() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let [stake, unbonding] = of(&both, &made.stake, &maker.fp).unwrap();
    both.publish(&made.unbonding_tx);
    let early = Transaction::parse(&made.unbonding_tx).unwrap().txid;
    for bitcoin in [esplora(&both.net), bitcoind(&both.net)] {
        // What is in no block may be replaced: both are worth a try.
        let states = [&stake, &unbonding].map(|one| today(&bitcoin, one).unwrap());
        assert_eq!(states, [Today::Possible, Today::Possible]);
    }
    both.mine(&[&made.unbonding_tx]);
    both.extend(K);
    assert_eq!(today(&esplora(&both.net), &stake), Ok(Today::Gone(Some(early))));
    assert_eq!(today(&bitcoind(&both.net), &stake), Ok(Today::Gone(None)));
    for bitcoin in [esplora(&both.net), bitcoind(&both.net)] {
        assert_eq!(today(&bitcoin, &unbonding), Ok(Today::Possible));
    }
    bitcoind(&both.net).send(&unbonding.tx).unwrap();
    // Its owner has taken it away after the unbonding time.
    both.mine(&[&spender(OutPoint { txid: early, index: 0 }, 0)]);
    assert!(matches!(today(&esplora(&both.net), &unbonding), Ok(Today::Gone(Some(_)))));
}

#[test]
fn an_output_that_is_another_one_in_bitcoin_stops_it() {
    let maker = Maker::new();
    let (both, made) = staked(&maker);
    let [mut stake, _] = of(&both, &made.stake, &maker.fp).unwrap();
    stake.spent.value += 1;
    let Ok(Today::Wrong(why)) = today(&esplora(&both.net), &stake) else { panic!() };
    assert!(why.contains("is an output of 1000000 sats in Bitcoin"), "{why}");
}
