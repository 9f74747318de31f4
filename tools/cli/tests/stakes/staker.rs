//! `bsn stake` and `bsn unbond`: from a wallet's coin to what Bitcoin takes.

use bitcoin_spv::Transaction;
use bsn_cli::committee::whole::{Asked, check_whole};
use bsn_cli::slash::interpreter;
use bsn_cli::stake::make::{Plan, make};
use bsn_cli::stake::unbond;
use covenant::{Parties, Rule, Share, verify};
use eots::Native;

use crate::common::maker::{key, secret};
use crate::stage::{Stage, changed, funded};

/// D-02: from a wallet's coin to a delegation that slashes and ends early, as Bitcoin's own interpreter takes it.
#[test]
fn a_coin_becomes_a_delegation_that_bitcoin_slashes_and_ends() {
    let stage = Stage::new();
    let (item, versions) = (stage.item(), stage.versions());
    let asked = Asked::read(&item, &versions).unwrap();
    let shares = stage.shares(&item, 7);
    let few = asked.whole(&versions, &shares[..5]).unwrap_err();
    assert!(
        few.contains(&format!("{}: ", Rule::S27)) && few.ends_with("5 covenant members signed, 6 must"),
        "{few}"
    );
    for shares in [&shares[..6], &shares[1..], &shares[..]] {
        let whole = asked.whole(&versions, shares).unwrap();
        let read = proto::decode::delegation(&whole).unwrap();
        let terms = versions.terms(1).unwrap();
        let verified = verify(&Native, Some(&terms), &read, |_| true).unwrap();
        let parties =
            Parties { staker: &read.staker, fps: &read.fps, committee: &stage.maker.params.committee };
        for slashing in [&verified.slashing, &verified.unbonding_slashing] {
            let tx = slashing.complete(&parties, &stage.maker.fp, &[0; 32]).unwrap();
            assert_eq!(interpreter::check(&slashing.path.spent, &tx), Ok(()));
        }
        let early = unbond::complete(&whole, &versions, &stage.maker.staker).unwrap();
        assert_eq!(interpreter::check(&verified.slashing.path.spent, &early.tx), Ok(()));
        assert_eq!(Transaction::parse(&early.tx).unwrap().txid, early.txid);
        assert_eq!((early.stake, early.sats), (verified.stake, 1_000_000 - 1_500));
    }
}

#[test]
fn coins_that_do_not_pay_or_could_change_the_stake_are_refused() {
    let stage = Stage::new();
    let paying = funded(&stage.both, 1, 1_200_000);
    let said = |change: &dyn Fn(&mut Plan<'_>)| {
        let mut plan = stage.plan(vec![paying.clone()]);
        change(&mut plan);
        make(&plan, &stage.maker.staker).unwrap_err()
    };
    assert_eq!(said(&|plan| plan.coins.clear()), "the coins hold 0 sats; outputs and fee take 1000700");
    assert!(said(&|plan| plan.coins.push(plan.coins[0].clone())).ends_with("is named twice"));
    let legacy = said(&|plan| plan.coins[0].output.script = [&[0xa9, 0x14][..], &[7; 20], &[0x87]].concat());
    assert!(legacy.contains("is no native segwit output"), "{legacy}");
    assert_eq!(
        said(&|plan| plan.sats = 1_200_000),
        "the coins hold 1200000 sats; outputs and fee take 1200700"
    );
    assert_eq!(said(&|plan| plan.change = None), "199300 sats would be left: name who gets them by --change");
    let dust = said(&|plan| plan.fee = 200_000 - 293);
    assert_eq!(dust, "293 sats would be left, which is dust: raise --fee");
    assert!(said(&|plan| plan.fee = 0).starts_with("a fee of at least 1 sat is due"));
    assert!(
        said(&|plan| (plan.sats, plan.coins[0].output.value) = (2_000, 9_000)).contains("leaves nothing")
    );
    let exact = |plan: &mut Plan<'_>| (plan.change, plan.fee) = (None, 200_000);
    let mut plan = stage.plan(vec![paying.clone()]);
    exact(&mut plan);
    assert!(make(&plan, &stage.maker.staker).is_ok());
}

#[test]
fn an_early_end_needs_the_stakers_key_and_every_signature() {
    let stage = Stage::new();
    let (item, versions) = (stage.item(), stage.versions());
    let shares = stage.shares(&item, 6);
    let asked = Asked::read(&item, &versions).unwrap();
    let whole = asked.whole(&versions, &shares).unwrap();
    let said = unbond::complete(&whole, &versions, &secret(0x12)).unwrap_err();
    assert!(said.starts_with("the key is of "), "{said}");
    let early = |change: fn(&mut proto::btcstaking::BtcUndelegationInfo)| {
        let changed = changed(&whole, |item| change(item.undelegation_info.as_mut().unwrap()));
        assert!(check_whole(&changed, &versions).is_err());
        unbond::complete(&changed, &versions, &stage.maker.staker).unwrap_err()
    };
    let few = early(|info| drop(info.covenant_unbonding_sig_list.pop()));
    assert!(few.contains("S50: ") && few.ends_with("5 covenant members signed, 6 must"), "{few}");
    let fee = early(|info| {
        let at = info.unbonding_tx.len() - 47;
        info.unbonding_tx[at] ^= 1;
    });
    assert!(fee.contains("S31: "), "{fee}");

    let wrong = asked.check(&versions, &Share { member: key(&secret(0x77)), ..shares[0].clone() });
    assert!(wrong.unwrap_err().contains("is no member of the committee"));
    assert_eq!(asked.check(&versions, &shares[0]), Ok(()));
}
