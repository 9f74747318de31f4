//! A staker's word about where it is paid.

use api::btc_staking::{ExecuteMsg, PayoutResponse, QueryMsg};
use btc_staking::{ContractError, PayoutError};
use cosmwasm_std::testing::MockApi;

use super::{Rewarded, word};
use crate::common::maker::{key, secret};

///
#[test]
fn an_address_is_the_stakers_word_and_the_last_one_counts() {
    let mut all = Rewarded::new(5_000);
    let (alice, bob) = (all.name(0, "alice"), MockApi::default().addr_make("bob"));
    let staker = all.makers[0].staker.clone();
    let said = |all: &Rewarded| -> PayoutResponse {
        all.world.query(QueryMsg::Payout { staker_pk_hex: key(&staker).to_string() }).unwrap()
    };
    assert_eq!(said(&all), PayoutResponse { address: Some(alice.to_string()), counter: Some(1) });
    let before = all.world.records();
    let stranger = all.world.stranger.clone();

    let fresh = word(&all.world, &staker, bob.as_str(), 7);
    let old = word(&all.world, &staker, bob.as_str(), 1);
    let refused = all.world.send(&stranger, old);
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::Counter { .. }))), "{refused:?}");
    for change in 0..5 {
        let ExecuteMsg::SetPayout { mut staker_pk_hex, mut address, mut counter, mut signature } =
            fresh.clone()
        else {
            panic!()
        };
        match change {
            0 => staker_pk_hex = key(&secret(0x13)).to_string(),
            1 => address = alice.to_string(),
            2 => counter += 1,
            3 => signature = vec![0; 64].into(),
            _ => {
                let ExecuteMsg::SetPayout { signature: other, .. } =
                    word(&all.world, &secret(0x13), bob.as_str(), 7)
                else {
                    panic!()
                };
                signature = other;
            }
        }
        let msg = ExecuteMsg::SetPayout { staker_pk_hex, address, counter, signature };
        let refused = all.world.send(&stranger, msg);
        assert!(
            matches!(refused, Err(ContractError::Payout(PayoutError::Signature { .. }))),
            "{change}: {refused:?}"
        );
    }
    let ExecuteMsg::SetPayout { staker_pk_hex, counter, signature, .. } = fresh.clone() else { panic!() };
    let msg = ExecuteMsg::SetPayout { staker_pk_hex, address: "nobody".into(), counter, signature };
    let refused = all.world.send(&stranger, msg);
    assert!(matches!(refused, Err(ContractError::Payout(PayoutError::Address { .. }))), "{refused:?}");
    assert_eq!(all.world.records(), before, "nothing changed");

    all.world.send(&stranger, fresh.clone()).unwrap();
    assert_eq!(said(&all), PayoutResponse { address: Some(bob.to_string()), counter: Some(7) });
    assert!(all.world.send(&stranger, fresh).is_err(), "once");
}

/// the context names chain and contract.
#[test]
fn a_word_for_another_contract_is_none() {
    let mut all = Rewarded::new(5_000);
    let alice = MockApi::default().addr_make("alice");
    let said = word(&all.world, &all.makers[0].staker, alice.as_str(), 1);
    let info = cosmwasm_std::testing::message_info(&alice, &[]);
    for change in
        [(|env: &mut cosmwasm_std::Env| env.block.chain_id.push('x')) as fn(&mut cosmwasm_std::Env), |env| {
            env.contract.address = MockApi::default().addr_make("other")
        }]
    {
        let mut env = all.world.env();
        change(&mut env);
        let refused = btc_staking::entry::execute(all.world.deps.as_mut(), env, info.clone(), said.clone());
        assert!(matches!(refused, Err(ContractError::Payout(PayoutError::Signature { .. }))), "{refused:?}");
    }
    all.world.send(&alice, said).unwrap();
}
