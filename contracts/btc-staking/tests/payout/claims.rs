//! Who is paid, and how often.

use api::btc_staking::{ExecuteMsg, QueryMsg, RewardsPage};
use btc_staking::ContractError;
use cosmwasm_std::coin;

use super::{Rewarded, id};
use crate::common::K;
use crate::common::maker::{coin as input, key, spender};

///
#[test]
fn stake_without_an_address_waits_and_keeps_what_it_has() {
    let mut all = Rewarded::new(5_000);
    let (one, two) = (all.counted(0, 0), all.counted(1, 1));
    all.pay(4_000_000);
    all.name(1, "bob");
    let unknown = input(5);
    assert_eq!(all.claim(&[one.stake, unknown, two.stake]), ["payout", "unknown", "paid"]);
    let alice = all.name(0, "alice");
    assert_eq!(all.claim(&[one.stake]), ["paid"]);
    assert_eq!(all.world.paid[1], (alice.to_string(), vec![coin(1_000_000, "a")]));
}

#[test]
fn a_claim_has_one_to_fifty_stakes_and_bad_names_cost_only_themselves() {
    let mut all = Rewarded::new(5_000);
    let stranger = all.world.stranger.clone();
    for stakes in [vec![], vec![id(&input(1)); 51]] {
        let refused = all.world.send(&stranger, ExecuteMsg::Claim { stakes });
        assert!(matches!(refused, Err(ContractError::OutOfBounds { .. })), "{refused:?}");
    }
    let bad = api::btc_staking::StakeId { txid: "xy".into(), output: 0 };
    assert_eq!(all.world.one(&stranger, ExecuteMsg::Claim { stakes: vec![bad] }), "form");
}

/// Several stakes of one staker are one payment.
#[test]
fn an_address_is_paid_by_one_message() {
    let mut all = Rewarded::new(5_000);
    let stakes: Vec<_> = (0..4).map(|n| all.counted(0, n).stake).collect();
    all.pay(4_000_000);
    let alice = all.name(0, "alice");
    assert_eq!(all.claim(&stakes), ["paid"; 4]);
    assert_eq!(all.world.paid, [(alice.to_string(), vec![coin(4_000_000, "a")])]);
}

#[test]
fn a_stakers_rewards_are_listed_by_pages() {
    let mut all = Rewarded::new(5_000);
    let mut stakes: Vec<_> = (0..5).map(|n| all.counted(0, n).stake).collect();
    all.counted(1, 5);
    stakes.sort();
    let ask = |all: &Rewarded, after: Option<api::btc_staking::StakeId>| -> RewardsPage {
        let (after_txid, after_output) = after.map(|id| (id.txid, id.output)).unzip();
        let staker_pk_hex = key(&all.makers[0].staker).to_string();
        let limit = Some(3);
        all.world.query(QueryMsg::StakerRewards { staker_pk_hex, after_txid, after_output, limit }).unwrap()
    };
    let first = ask(&all, None);
    let second = ask(&all, first.next.clone());
    let listed: Vec<_> = [first.rewards, second.rewards].concat().into_iter().map(|one| one.txid).collect();
    assert_eq!(listed, stakes.iter().map(|stake| stake.txid.to_string()).collect::<Vec<_>>());
    assert_eq!(second.next, None);
}

///
#[test]
fn whoever_proves_a_spend_first_gets_the_bounty_that_governance_set() {
    let mut all = Rewarded::new(5_000);
    let (governance, stranger) = (all.world.governance.clone(), all.world.stranger.clone());
    let stakes: Vec<_> = (0..3).map(|n| all.counted(0, n)).collect();
    let end = |all: &mut Rewarded, n: usize| {
        let tx = spender(stakes[n].stake, 0);
        let at = all.world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
        all.world.bitcoin.extend(K);
        let proof = all.world.bitcoin.spend(stakes[n].stake, &tx, at);
        [all.world.spend(proof.clone()), all.world.spend(proof)]
    };
    let fp = all.fp();
    all.own(&governance);
    all.world.send(&governance, super::commission::set(&fp, 100)).unwrap();
    all.pay(300_000_000);
    assert_eq!(end(&mut all, 0), ["ended", "already"]);
    assert!(all.world.paid.is_empty(), "nothing by default");

    let bounty = |bounty| ExecuteMsg::SetSpendBounty { bounty };
    let refused = all.world.send(&stranger, bounty(Some(coin(5, "a"))));
    assert!(matches!(refused, Err(ContractError::Unauthorized { .. })), "{refused:?}");
    assert!(all.world.send(&governance, bounty(Some(coin(0, "a")))).is_err());
    all.world.send(&governance, bounty(Some(coin(2_000_000, "a")))).unwrap();
    assert_eq!(all.of_fp().spend_bounty, Some(coin(2_000_000, "a")));
    assert_eq!(end(&mut all, 1), ["ended", "already"]);
    assert_eq!(all.world.paid, [(stranger.to_string(), vec![coin(2_000_000, "a")])]);
    assert_eq!(end(&mut all, 2), ["ended", "already"]);
    assert_eq!(
        all.world.paid[1],
        (stranger.to_string(), vec![coin(1_000_000, "a")]),
        "all that the provider had"
    );
    assert_eq!(all.owed(stakes[0].stake), 99_000_000, "what stakes earned is theirs");
    all.world.send(&governance, bounty(None)).unwrap();
    assert_eq!(all.of_fp().spend_bounty, None);
}

/// Nobody needed to hear of it.
#[test]
fn for_the_end_of_stake_whose_time_is_over_there_is_no_bounty() {
    let mut all = Rewarded::new(200);
    let governance = all.world.governance.clone();
    let stake = all.counted(0, 0).stake;
    let fp = all.fp();
    all.own(&governance);
    all.world.send(&governance, super::commission::set(&fp, 100)).unwrap();
    all.pay(300_000_000);
    let bounty = ExecuteMsg::SetSpendBounty { bounty: Some(coin(2_000_000, "a")) };
    all.world.send(&governance, bounty).unwrap();
    all.world.bitcoin.extend(200);
    let tx = spender(stake, 0);
    let at = all.world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
    all.world.bitcoin.extend(K);
    assert_eq!(all.world.spend(all.world.bitcoin.spend(stake, &tx, at)), "ended");
    assert!(all.world.paid.is_empty());
}

/// An equivocator's key is public: what it staked by that key is paid to its operator, whatever anybody signs by it.
#[test]
fn what_a_finality_provider_staked_itself_is_paid_to_its_operator() {
    let mut all = Rewarded::new(5_000);
    let stake = all.counted(0, 0).stake;
    all.pay(1_000);
    all.name(0, "thief");
    let staker = *crate::common::maker::key(&all.makers[0].staker).as_bytes();
    let operator = cosmwasm_std::testing::MockApi::default().addr_make("its operator");
    all.own_by(&staker, &operator);
    assert_eq!(all.claim(&[stake]), ["paid"]);
    assert_eq!(all.world.paid, [(operator.to_string(), vec![coin(999, "a")])], "less what is below a coin");
}
