//! The coins of a period.

use api::btc_staking::ExecuteMsg;
use btc_staking::{ContractError, PayoutError};
use cosmwasm_std::{Coin, coin, coins};
use payout::ShareError;

use super::{Rewarded, first, share};

///
#[test]
fn coins_are_shared_out_by_sats_and_paid_where_stakers_want_them() {
    let mut all = Rewarded::new(5_000);
    let (one, two) = (all.counted(0, 0), all.counted(1, 1));
    let (fp, funds) = (all.fp(), [coin(4_000_000, "a"), coin(8_000_000, "b")]);
    all.take(vec![share(&fp, &funds)], &funds).unwrap();
    let (alice, bob) = (all.name(0, "alice"), all.name(1, "bob"));
    assert_eq!(all.rewards(one.stake).unwrap().owed, [coin(1_000_000, "a"), coin(2_000_000, "b")]);
    assert_eq!(all.claim(&[two.stake, one.stake, one.stake]), ["paid", "paid", "nothing"]);
    let mut paid = std::mem::take(&mut all.world.paid);
    paid.sort_by_key(|(to, _)| to.clone());
    let mut due = vec![
        (alice.to_string(), vec![coin(1_000_000, "a"), coin(2_000_000, "b")]),
        (bob.to_string(), vec![coin(3_000_000, "a"), coin(6_000_000, "b")]),
    ];
    due.sort_by_key(|(to, _)| to.clone());
    assert_eq!(paid, due);
    let of_fp = all.of_fp();
    let operator = cosmwasm_std::testing::MockApi::default().addr_make("operator").to_string();
    assert_eq!((of_fp.sats, of_fp.owed, of_fp.owner), (4_000_000, vec![], Some(operator)));
}

///
#[test]
fn coins_come_from_bsn_alone_and_are_what_it_says() {
    let mut all = Rewarded::new(5_000);
    all.counted(0, 0);
    let (fp, before) = (all.fp(), all.world.records());
    let shares = vec![share(&fp, &coins(5, "a"))];
    let stranger = all.world.stranger.clone();
    let msg = ExecuteMsg::TakeRewards { shares: shares.clone() };
    let refused = all.world.send_with(&stranger, &coins(5, "a"), msg);
    assert!(matches!(refused, Err(ContractError::Unauthorized { .. })), "{refused:?}");
    let too_many = Coin::new(cosmwasm_std::Uint256::MAX, "a");
    for (shares, funds) in [
        (shares.clone(), coins(6, "a")),
        (shares.clone(), coins(4, "a")),
        (shares.clone(), vec![]),
        (shares.clone(), vec![coin(5, "a"), coin(1, "b")]),
        (vec![share(&[9; 32], &coins(5, "a")), shares[0].clone()], coins(5, "a")),
        ([shares.clone(), shares.clone()].concat(), coins(10, "a")),
        (vec![share(&fp, &coins(0, "a"))], vec![]),
        (vec![share(&fp, std::slice::from_ref(&too_many))], vec![too_many.clone()]),
        (vec![], vec![]),
        ((0..51).map(|n| share(&[n; 32], &coins(1, "a"))).collect(), coins(51, "a")),
    ] {
        let refused = all.take(shares, &funds);
        assert!(matches!(refused, Err(ContractError::Payout(_))), "{refused:?}");
    }
    assert_eq!(all.world.records(), before, "nothing changed");
    let text = all.take(shares, &coins(6, "a")).unwrap_err().to_string();
    assert_eq!(text, "shares of a are 5 together, and 6 were sent");
}

///
#[test]
fn a_slashed_provider_and_its_stakes_earn_no_more_and_keep_what_they_have() {
    let mut all = Rewarded::new(5_000);
    let made = all.counted(0, 0);
    all.pay(1_000_000);
    let fp = all.fp();
    all.world.slash(&fp);
    let refused = all.take(vec![share(&fp, &coins(5, "a"))], &coins(5, "a"));
    let is_slashed = |error: &ContractError| {
        matches!(error, ContractError::Payout(PayoutError::Shares(ShareError::Slashed { .. })))
    };
    assert!(refused.as_ref().is_err_and(is_slashed), "{refused:?}");
    all.name(0, "alice");
    assert_eq!(all.claim(&[made.stake]), ["paid"]);
    assert_eq!(first(&all.world.paid[0].1), 1_000_000);
}

///
#[test]
fn what_expired_is_taken_out_by_follow_where_it_is_too_much_for_a_period() {
    let mut all = Rewarded::new(5_000);
    all.makers[0].time = 200;
    let stake = all.counted(1, 0);
    for n in 1..=65 {
        all.makers[0].time = 200 + n;
        let (made, height) = all.mined(0, u32::from(n));
        assert_eq!(all.world.prove(all.world.bitcoin.inclusion(made.stake, height)), "active");
    }
    all.world.bitcoin.extend(200);
    let fp = all.fp();
    let refused = all.take(vec![share(&fp, &coins(6_000_000, "a"))], &coins(6_000_000, "a"));
    let is_behind = |error: &ContractError| {
        matches!(error, ContractError::Payout(PayoutError::Shares(ShareError::Behind { .. })))
    };
    assert!(refused.as_ref().is_err_and(is_behind), "{refused:?}");
    assert_eq!(all.of_fp().sats, 3_000_000 + 65 * 1_000_000);
    all.world.follow();
    assert_eq!(all.of_fp().sats, 3_000_000 + 33 * 1_000_000);
    all.world.follow();
    assert_eq!(all.of_fp().sats, 3_000_000 + 1_000_000);
    all.pay(6_000_000);
    assert_eq!((all.of_fp().sats, all.owed(stake.stake)), (3_000_000, 6_000_000));
}
