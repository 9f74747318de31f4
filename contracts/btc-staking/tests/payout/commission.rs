//! What an FP keeps, and gets.

use api::btc_staking::ExecuteMsg;
use btc_staking::{ContractError, PayoutError};
use cosmwasm_std::coins;
use cosmwasm_std::testing::MockApi;

use super::{Rewarded, share};

pub fn set(fp: &[u8; 32], bps: u16) -> ExecuteMsg {
    ExecuteMsg::SetCommission { fp_pubkey_hex: hex::encode(fp), bps }
}

///
#[test]
fn a_commission_is_the_owners_to_set_and_rises_by_a_point_a_day() {
    let mut all = Rewarded::new(5_000);
    let (owner, stranger) = (MockApi::default().addr_make("owner"), all.world.stranger.clone());
    let fp = all.fp();
    let refused = all.world.send(&owner, set(&[9; 32], 100));
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::NoOwner { .. }))), "{refused:?}");
    all.own(&owner);
    let refused = all.world.send(&stranger, set(&fp, 100));
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::NotOwner { .. }))), "{refused:?}");
    let too_much = |all: &mut Rewarded, bps| {
        let refused = all.world.send(&owner, set(&fp, bps));
        assert!(matches!(refused, Err(ContractError::Payout(PayoutError::Commission(_)))), "{refused:?}");
    };
    too_much(&mut all, 101);
    too_much(&mut all, 10_001);
    all.world.send(&owner, set(&fp, 100)).unwrap();
    too_much(&mut all, 101);
    all.world.later = 86_400;
    all.world.send(&owner, set(&fp, 200)).unwrap();
    all.world.send(&owner, set(&fp, 50)).unwrap();
    let raised_at = all.world.env().block.time.seconds();
    assert_eq!((all.of_fp().commission_bps, all.of_fp().raised_at), (50, Some(raised_at)));
}

///
#[test]
fn a_provider_gets_its_commission_and_what_no_stake_was_there_for() {
    let mut all = Rewarded::new(5_000);
    let owner = MockApi::default().addr_make("owner");
    let fp = all.fp();
    all.own(&owner);
    all.world.send(&owner, set(&fp, 100)).unwrap();
    all.pay(50);
    let made = all.counted(0, 0);
    all.pay(10_000);
    assert_eq!(all.of_fp().owed, coins(150, "a"));
    let claim = || ExecuteMsg::ClaimCommission { fp_pubkey_hex: hex::encode(fp) };
    let stranger = all.world.stranger.clone();
    all.world.send(&stranger, claim()).unwrap();
    assert_eq!(all.world.paid, [(owner.to_string(), coins(150, "a"))]);
    let refused = all.world.send(&stranger, claim());
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::Nothing { .. }))), "{refused:?}");
    assert_eq!(all.owed(made.stake), 9_899, "of 9,900, less what is below a coin");
}

#[test]
fn coins_for_a_provider_without_an_owner_wait_for_one() {
    let mut all = Rewarded::new(5_000);
    let fp = [9; 32];
    all.take(vec![share(&fp, &coins(5, "b"))], &coins(5, "b")).unwrap();
    let claim = ExecuteMsg::ClaimCommission { fp_pubkey_hex: hex::encode(fp) };
    let stranger = all.world.stranger.clone();
    let refused = all.world.send(&stranger, claim);
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::NoOwner { .. }))), "{refused:?}");
    assert_eq!(all.world.paid, [] as [(String, Vec<cosmwasm_std::Coin>); 0]);
}
