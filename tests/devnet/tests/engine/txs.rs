use cosmwasm_std::{Coin, WasmMsg, coins};
use devnet::{Failure, Tx};
use serde_json::json;

use crate::probe::{count, fail, sequence, world};

#[test]
fn a_failing_message_undoes_the_ones_before_it_and_is_named() {
    let mut w = world();
    let tx = Tx::new(&w.user)
        .execute(&w.probe, &count())
        .execute(&w.other, &count())
        .execute(&w.probe, &fail("duplicated finality vote"));
    let error = w.chain.submit(tx).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to execute message; message index: 2: \
         kind: Other, error: duplicated finality vote: execute wasm contract failed"
    );
    assert!(error.usage.sdk_gas() > 0, "gas is paid all the same");
    assert_eq!((w.count(&w.probe), w.count(&w.other)), (0, 0));
    assert!(w.journal(&w.probe).is_empty());
}

#[test]
fn messages_that_succeed_add_up() {
    let mut w = world();
    let data = cosmwasm_std::Binary::from(b"answer");
    let tx = Tx::new(&w.user)
        .execute(&w.probe, &json!({ "data": { "data": data } }))
        .execute(&w.probe, &sequence(&[count(), count()]));
    let report = w.chain.submit(tx).unwrap();
    assert_eq!(report.data(), Some(&data));
    assert_eq!(report.results.len(), 2);
    assert_eq!(w.count(&w.probe), 2);
}

#[test]
fn a_panic_is_an_error_and_leaves_nothing() {
    let mut w = world();
    let error = w.run(sequence(&[count(), json!({ "panic": {} })])).unwrap_err();
    assert!(matches!(error.failure, Failure::Vm(_)), "{error}");
    // The contracts are built so that a panic prints nothing.
    assert!(error.to_string().contains("unreachable"), "{error}");
    assert_eq!(w.count(&w.probe), 0);
}

#[test]
fn an_endless_loop_costs_the_whole_limit_and_no_more() {
    let mut w = world();
    let tx = Tx::new(&w.user).execute(&w.probe, &json!({ "loop": {} })).gas(200_000);
    let error = w.chain.submit(tx).unwrap_err();
    assert!(matches!(error.failure, Failure::OutOfGas(_)), "{error}");
    let used = error.usage.charged_gas();
    assert!((199_000..=200_000).contains(&used), "{used}");
}

#[test]
fn a_limit_just_above_the_need_suffices_and_one_just_below_does_not() {
    let mut w = world();
    let needed = w.run(count()).unwrap().usage.charged_gas();
    let tx = |limit| Tx::new(&w.user).execute(&w.probe, &count()).gas(limit);
    let (enough, less) = (tx(needed + 200), tx(needed - 200));
    let mut fork = w.chain.clone();
    assert!(fork.submit(enough).is_ok());
    assert!(matches!(w.chain.submit(less).unwrap_err().failure, Failure::OutOfGas(_)));
}

#[test]
fn coins_arrive_with_the_call_or_not_at_all() {
    let mut w = world();
    w.chain.mint(&w.user, 10, "ustake");
    let with = |action, amount| {
        let funds = coins(amount, "ustake");
        Tx::new(&w.user).execute_with(&w.probe, &action, &funds)
    };
    let (good, failing, poor) = (with(count(), 3), with(fail("no"), 3), with(count(), 8));
    w.chain.submit(good).unwrap();
    assert!(w.chain.submit(failing).is_err());
    let poor = w.chain.submit(poor).unwrap_err();
    assert!(poor.to_string().ends_with("7ustake is smaller than 8ustake: insufficient funds"), "{poor}");
    assert_eq!(w.chain.balances(&w.probe), [Coin::new(3u128, "ustake")]);
    let give = json!({ "send": { "to": w.user, "amount": coins(2, "ustake") } });
    w.run(give).unwrap();
    assert_eq!(w.chain.balance(&w.user, "ustake"), 9);
    assert_eq!(w.chain.supply("ustake"), 10);
}

#[test]
fn only_the_admin_migrates_until_it_lets_go() {
    let mut w = world();
    let mallory = w.chain.account("mallory");
    let error = w.chain.migrate(&mallory, &w.probe, w.code, &json!({})).unwrap_err();
    assert!(error.to_string().ends_with("can not migrate: unauthorized"), "{error}");
    w.chain.migrate(&w.user, &w.probe, w.code, &json!({})).unwrap();
    assert_eq!(w.journal(&w.probe), ["migrate"]);
    let clear = WasmMsg::ClearAdmin { contract_addr: w.probe.clone() };
    w.chain.submit(Tx::new(&w.user).message(clear)).unwrap();
    assert!(w.chain.migrate(&w.user, &w.probe, w.code, &json!({})).is_err());
}

#[test]
fn events_are_as_wasmd_makes_them() {
    let mut w = world();
    let report = w.run(json!({ "emit": { "kind": "vote", "value": "x" } })).unwrap();
    let types: Vec<_> = report.events.iter().map(|event| event.ty.as_str()).collect();
    assert_eq!(types, ["execute", "wasm", "wasm-vote"]);
    assert_eq!(report.attribute("wasm", "vote"), Some("x"));
    assert_eq!(report.attribute("wasm-vote", "value"), Some("x"));
    assert_eq!(report.attribute("wasm-vote", "_contract_address"), Some(w.probe.as_str()));
}
