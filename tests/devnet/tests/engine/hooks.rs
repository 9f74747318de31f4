use cosmwasm_std::coins;
use devnet::{BsnContracts, Failure, Hook, HookOutcome};
use serde_json::json;

use crate::probe::{World, count, fail, sequence, world, write};

pub fn registered() -> World {
    let mut w = world();
    w.chain.next_block();
    w.chain.register(BsnContracts {
        babylon: w.probe.clone(),
        btc_light_client: w.probe.clone(),
        btc_staking: w.other.clone(),
        btc_finality: w.probe.clone(),
    });
    w
}

pub fn arm(w: &mut World, contract: &str, action: serde_json::Value) {
    w.chain.execute(&w.user, contract, &json!({ "arm": { "action": action } })).unwrap();
}

#[test]
fn hooks_come_in_order_once_a_block() {
    let mut w = registered();
    let block = w.chain.next_block();
    let hooks: Vec<_> = block.hooks.iter().map(|h| (h.hook, h.outcome.clone())).collect();
    assert_eq!(hooks, Hook::ALL.map(|hook| (hook, HookOutcome::Done)));
    assert_eq!(w.journal(&w.other), ["begin_block"]);
    assert_eq!(w.journal(&w.probe), ["begin_block", "end_block"]);
}

#[test]
fn nothing_is_called_before_all_four_are_registered() {
    let mut w = world();
    w.chain.register(BsnContracts { btc_staking: String::new(), ..BsnContracts::one(&w.probe, &w.other) });
    assert!(w.chain.next_block().hooks.is_empty());
    assert!(w.journal(&w.probe).is_empty());
}

#[test]
fn a_failing_first_hook_keeps_the_second_from_being_called_but_not_the_end() {
    let mut w = registered();
    let other = w.other.clone();
    arm(&mut w, &other, sequence(&[count(), fail("not today")]));
    w.chain.next_block();
    let before = w.journal(&w.probe).len();
    let block = w.chain.next_block();
    let outcome = |hook| block.hook(hook).unwrap().outcome.clone();
    assert!(matches!(outcome(Hook::BeginStaking), HookOutcome::Failed(Failure::Contract { .. })));
    assert_eq!(outcome(Hook::BeginFinality), HookOutcome::NotCalled);
    assert_eq!(outcome(Hook::EndFinality), HookOutcome::Done);
    assert_eq!(w.count(&w.other), 0, "rolled back");
    assert_eq!(w.journal(&w.probe).len(), before + 1);
    let error = block.events.iter().find(|e| e.ty == "contract_communication_error").unwrap();
    let keys: Vec<_> = error.attributes.iter().map(|a| a.key.as_str()).collect();
    assert_eq!(keys, ["error", "height", "phase"]);
    assert_eq!(error.attributes[2].value, "BeginBlock");
}

#[test]
fn each_call_has_five_million_gas_of_its_own_and_the_chain_goes_on() {
    let mut w = registered();
    let (probe, other) = (w.probe.clone(), w.other.clone());
    // About 4 M each: together more than five.
    for contract in [&probe, &other] {
        arm(&mut w, contract, write(1_200, 8));
    }
    w.chain.next_block();
    let block = w.chain.next_block();
    for hook in &block.hooks {
        assert_eq!(hook.outcome, HookOutcome::Done);
        assert!(hook.usage.charged_gas() > 3_500_000, "{}", hook.usage.charged_gas());
    }
    arm(&mut w, &probe, json!({ "loop": {} }));
    w.chain.next_block();
    let block = w.chain.next_block();
    let end = block.hook(Hook::EndFinality).unwrap();
    assert!(matches!(end.outcome, HookOutcome::Failed(Failure::OutOfGas(_))));
    assert!((4_990_000..=5_000_000).contains(&end.usage.charged_gas()));
    assert_eq!(w.chain.next_block().header.height, block.header.height + 1);
}

#[test]
fn a_panicking_hook_is_an_event_not_a_halt() {
    let mut w = registered();
    let probe = w.probe.clone();
    arm(&mut w, &probe, json!({ "panic": {} }));
    w.chain.next_block();
    let block = w.chain.next_block();
    assert!(matches!(block.hook(Hook::EndFinality).unwrap().outcome, HookOutcome::Failed(Failure::Vm(_))));
    assert_eq!(block.events.iter().filter(|e| e.ty == "contract_communication_error").count(), 2);
}

#[test]
fn a_tenth_of_each_fee_reaches_the_finality_contract_rounded_down() {
    let mut w = registered();
    w.chain.collect_fees(1_009, "ustake");
    w.chain.collect_fees(9, "dust");
    w.chain.next_block();
    assert_eq!(w.chain.balances(&w.probe), coins(100, "ustake"));
    assert_eq!(w.chain.balance(&w.chain.module_account("distribution"), "ustake"), 909);
    assert_eq!(w.chain.balances(&w.chain.fee_collector()), []);
    w.chain.next_block();
    assert_eq!(w.chain.balance(&w.probe, "ustake"), 100, "no fee is split twice");
}
