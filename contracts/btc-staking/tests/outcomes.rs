//! What `bsn` is told, and what becomes of what it does not take.

use api::btc_staking::{ExecuteMsg, StandingAnswer};
use btc_staking::{ContractError, entry};
use cosmwasm_std::testing::{message_info, mock_env};
use cosmwasm_std::{Reply, SubMsgResult, coins};
use staking::{StakeOutcome, StakeRefusal};

use crate::common::maker::{Maker, spender};
use crate::common::{K, World, answer};

/// D-25
#[test]
fn what_bsn_does_not_take_is_sent_again() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.take(&made.item);
    world.bitcoin.extend(K);
    world.refuses = |outcome| matches!(outcome, StakeOutcome::Active(_));
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    assert_eq!(world.news(), [""; 0]);
    assert_eq!((world.trust().unsent, world.item(made.stake).unwrap().is_unsent), (1, true));
    for _ in 0..3 {
        world.follow();
        assert_eq!(world.trust().unsent, 1);
    }
    world.refuses = |_| false;
    world.follow();
    assert_eq!(world.news(), ["active 1001 6001"]);
    assert_eq!((world.trust().unsent, world.item(made.stake).unwrap().is_unsent), (0, false));
    world.follow();
    assert_eq!(world.news(), [""; 0], "once");
}

/// D-25
#[test]
fn what_failed_as_a_whole_is_sent_as_it_stands_then() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let stakes: Vec<_> = (0..40).map(|n| maker.nth(n, 1_001)).collect();
    let height = world.bitcoin.mine(&stakes.iter().map(|made| made.stake.txid).collect::<Vec<_>>());
    stakes.iter().for_each(|made| assert_eq!(world.take(&made.item), "waiting"));
    world.bitcoin.extend(K);
    world.is_broken = true;
    let proofs = stakes.iter().map(|made| world.bitcoin.inclusion(made.stake, height)).collect();
    let msg = ExecuteMsg::ProveDelegations { proofs };
    let verdicts = world.verdicts(&world.stranger.clone(), msg);
    assert!(verdicts.iter().all(|verdict| crate::common::short(verdict) == "active"));
    assert_eq!(world.trust().unsent, 40);

    let tx = spender(stakes[0].stake, 0);
    let at = world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
    world.bitcoin.extend(K);
    assert_eq!(world.spend(world.bitcoin.spend(stakes[0].stake, &tx, at)), "ended");
    world.is_broken = false;
    let calls = (1..=9).find(|_| {
        world.follow();
        world.trust().unsent == 0
    });
    assert_eq!(calls, Some(3), "sixteen a call");
    let news = world.news();
    assert_eq!(news.iter().filter(|news| *news == "active 1001 6001").count(), 39);
    assert_eq!(news.iter().filter(|news| *news == "ended").count(), 1);
}

/// A `bsn` that answers too little, or nothing that can be read.
#[test]
fn an_answer_that_says_nothing_is_no_verdict() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.take(&made.item);
    world.bitcoin.extend(K);
    let msg = ExecuteMsg::ProveDelegations { proofs: vec![world.bitcoin.inclusion(made.stake, height)] };
    let info = message_info(&world.stranger, &[]);
    let response = entry::execute(world.deps.as_mut(), mock_env(), info, msg).unwrap();
    let [message] = &response.messages[..] else { panic!() };
    let mut silent = answer(vec![]);
    silent.msg_responses.clear();
    #[allow(deprecated, reason = "chains fill it")]
    let nothing = cosmwasm_std::SubMsgResponse { data: None, ..silent };
    for result in [answer(vec![]), nothing] {
        let result = SubMsgResult::Ok(result);
        let reply = Reply { id: message.id, payload: message.payload.clone(), gas_used: 0, result };
        let response = entry::reply(world.deps.as_mut(), mock_env(), reply).unwrap();
        assert_eq!(response.events[0].ty, "stake_outcome_refused");
        assert_eq!(world.trust().unsent, 1);
    }
    assert!(matches!(world.standing(made.stake), StandingAnswer::Active { .. }));
    // What telling it again would not change is not told again.
    let result = SubMsgResult::Ok(answer(vec![StakeRefusal::Ended as u8]));
    let reply = Reply { id: message.id, payload: message.payload.clone(), gas_used: 0, result };
    let response = entry::reply(world.deps.as_mut(), mock_env(), reply).unwrap();
    assert_eq!((response.events[0].ty.as_str(), world.trust().unsent), ("stake_outcome_refused", 0));
    let other =
        Reply { id: 7, payload: vec![].into(), gas_used: 0, result: SubMsgResult::Ok(answer(vec![])) };
    let refused = entry::reply(world.deps.as_mut(), mock_env(), other);
    assert!(matches!(refused, Err(ContractError::UnknownReply { id: 7 })), "{refused:?}");
}

#[test]
fn no_message_takes_coins() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let info = message_info(&world.stranger, &coins(1, "ubbn"));
    let refused = entry::execute(world.deps.as_mut(), mock_env(), info, ExecuteMsg::Follow {});
    assert!(matches!(refused, Err(ContractError::Funds)), "{refused:?}");
}
