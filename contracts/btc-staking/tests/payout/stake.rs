//! When stake earns.

use bitcoin_spv::Transaction;
use staking::StakeOutcome;

use super::Rewarded;
use crate::common::K;
use crate::common::maker::secret;
use crate::common::maker::spender;

///
#[test]
fn only_stake_that_bsn_counts_earns() {
    let mut all = Rewarded::new(5_000);
    all.world.refuses = |outcome| matches!(outcome, StakeOutcome::Active(_));
    let made = all.counted(0, 0);
    all.pay(100);
    assert!(all.rewards(made.stake).is_err());
    all.world.refuses = |_| false;
    all.world.follow();
    all.pay(1_000_000);
    assert_eq!(all.owed(made.stake), 1_000_000);
    assert_eq!(all.of_fp().owed, [cosmwasm_std::coin(100, "a")], "of when nothing counted");
}

/// whatever `bsn` makes of it.
#[test]
fn stake_that_is_spent_earns_no_more() {
    for is_broken in [false, true] {
        let mut all = Rewarded::new(5_000);
        let (one, two) = (all.counted(0, 0), all.counted(1, 1));
        all.pay(4_000_000);
        let tx = spender(one.stake, 0);
        let at = all.world.bitcoin.mine(&[Transaction::parse(&tx).unwrap().txid]);
        all.world.bitcoin.extend(K);
        all.world.is_broken = is_broken;
        assert_eq!(all.world.spend(all.world.bitcoin.spend(one.stake, &tx, at)), "ended");
        all.pay(3_000_000);
        assert_eq!((all.owed(one.stake), all.owed(two.stake)), (1_000_000, 6_000_000));
        let rewards = all.rewards(one.stake).unwrap();
        assert_eq!(rewards.earns, None);
        all.name(0, "alice");
        assert_eq!(all.claim(&[one.stake, one.stake]), ["paid", "unknown"]);
    }
}

///
#[test]
fn stake_whose_block_left_the_chain_keeps_what_it_earned_and_may_return() {
    let mut all = Rewarded::new(5_000);
    let two = all.counted(1, 1);
    let one = all.counted(0, 0);
    all.pay(4_000_000);
    let again = [one.stake.txid];
    let fork: Vec<&[_]> = [vec![&[][..]; 2], vec![&again[..]], vec![&[][..]; K as usize]].concat();
    all.world.bitcoin.reorganize(K as usize + 1, &fork);
    all.world.follow();
    all.pay(3_000_000);
    assert_eq!((all.owed(one.stake), all.owed(two.stake)), (1_000_000, 6_000_000));
    let height = all.world.bitcoin.tip() - K;
    assert_eq!(all.world.prove(all.world.bitcoin.inclusion(one.stake, height)), "active");
    all.pay(4_000_000);
    assert_eq!((all.owed(one.stake), all.owed(two.stake)), (2_000_000, 9_000_000));
}

///
#[test]
fn stake_earns_until_it_expires_though_nobody_touches_it() {
    let mut all = Rewarded::new(5_000);
    let two = all.counted(1, 1);
    all.makers[0].time = 130;
    let one = all.counted(0, 0);
    let expiry = all.rewards(one.stake).unwrap().earns.unwrap().expiry_height;
    all.world.bitcoin.extend_to(expiry - 1);
    all.pay(4_000_000);
    all.world.bitcoin.extend(1);
    all.pay(3_000_000);
    assert_eq!((all.owed(one.stake), all.owed(two.stake)), (1_000_000, 6_000_000));
    let records = all.world.records().len();
    all.name(0, "alice");
    assert_eq!(all.claim(&[one.stake, one.stake]), ["paid", "unknown"]);
    assert_eq!(all.world.records().len(), records - 1, "stake and bucket are gone, the address came");
}

/// What somebody stakes through Babylon, Babylon pays.
#[test]
fn stake_of_a_provider_that_did_not_register_here_earns_nothing_here() {
    let mut all = Rewarded::new(5_000);
    for maker in &mut all.makers {
        maker.fp = secret(0x55);
    }
    let fp = all.fp();
    all.world.know(&fp);
    let made = all.counted(0, 0);
    assert!(all.rewards(made.stake).is_err());
    all.pay(1_000);
    assert_eq!(all.of_fp().owed, cosmwasm_std::coins(1_000, "a"), "its account keeps what nobody earned");
}
