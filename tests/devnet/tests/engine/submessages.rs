use serde_json::json;

use crate::probe::{World, call, count, fail, sequence, submessage, submessages, world};

/// The probe counts, then sends one submessage to the other, which counts and then may fail.
fn send(w: &mut World, reply_on: &str, fails: bool) -> Result<(), String> {
    let inner = if fails { sequence(&[count(), fail("secret")]) } else { count() };
    let message = submessage(call(&w.other, &inner), reply_on, None);
    let action = sequence(&[count(), submessages(&[message])]);
    w.run(action).map(|_| ()).map_err(|e| e.to_string())
}

#[test]
fn each_reply_is_given_when_it_was_asked_for_and_only_then() {
    for (reply_on, fails, replied) in [
        ("always", false, Some("reply 7 ok")),
        ("success", false, Some("reply 7 ok")),
        ("error", false, None),
        ("never", false, None),
        ("always", true, Some("reply 7 error: codespace: wasm, code: 5")),
        ("error", true, Some("reply 7 error: codespace: wasm, code: 5")),
    ] {
        let mut w = world();
        send(&mut w, reply_on, fails).unwrap();
        assert_eq!(w.count(&w.other), u64::from(!fails), "{reply_on} {fails}");
        assert_eq!(w.count(&w.probe), 1, "{reply_on} {fails}");
        let journal = w.journal(&w.probe);
        assert_eq!(journal.get(1).map(String::as_str), replied, "{reply_on} {fails}");
    }
}

#[test]
fn a_failure_nobody_asked_about_undoes_everything() {
    for reply_on in ["success", "never"] {
        let mut w = world();
        let error = send(&mut w, reply_on, true).unwrap_err();
        assert!(
            error.contains("dispatch: submessages: kind: Other, error: secret: execute wasm contract failed"),
            "{error}"
        );
        assert_eq!((w.count(&w.probe), w.count(&w.other)), (0, 0));
    }
}

#[test]
fn a_failed_submessage_takes_its_own_submessages_with_it() {
    let mut w = world();
    let deepest = submessage(call(&w.other, &count()), "never", None);
    let then_fail = submessage(call(&w.other, &fail("late")), "never", None);
    let inner = sequence(&[count(), submessages(&[deepest.clone(), then_fail])]);
    let caught = submessage(call(&w.probe, &inner), "error", None);
    w.run(submessages(&[deepest, caught])).unwrap();
    assert_eq!(w.count(&w.other), 1, "only the first, which stood outside");
    assert_eq!(w.count(&w.probe), 0);
    let journal = w.journal(&w.probe);
    assert_eq!(journal, ["execute", "reply 7 error: codespace: wasm, code: 5"]);
}

#[test]
fn a_failing_reply_undoes_everything() {
    let mut w = world();
    let message = submessage(call(&w.other, &count()), "success", Some(&fail("in reply")));
    let error = w.run(submessages(&[message])).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "dispatch: submessages: reply: kind: Other, error: in reply: execute wasm contract failed"
        ),
        "{error}"
    );
    assert_eq!(w.count(&w.other), 0);
}

#[test]
fn data_of_a_reply_wins_over_the_calls_own() {
    let mut w = world();
    let data = |text: &str| json!({ "data": { "data": cosmwasm_std::Binary::from(text.as_bytes()) } });
    let with = submessage(call(&w.other, &count()), "success", Some(&data("reply")));
    let without = submessage(call(&w.other, &count()), "success", None);
    let report = w.run(sequence(&[data("own"), submessages(&[with, without.clone()])])).unwrap();
    assert_eq!(report.data().unwrap().as_slice(), b"reply");
    let report = w.run(sequence(&[data("own"), submessages(&[without])])).unwrap();
    assert_eq!(report.data().unwrap().as_slice(), b"own");
}

#[test]
fn a_submessage_out_of_its_own_gas_is_caught_but_out_of_all_gas_is_not() {
    let mut w = world();
    let mut endless = submessage(call(&w.other, &json!({ "loop": {} })), "error", None);
    endless["gas_limit"] = json!(150_000);
    w.run(submessages(&[endless.clone()])).unwrap();
    assert_eq!(w.journal(&w.probe), ["execute", "reply 7 error: codespace: sdk, code: 11"]);
    endless["gas_limit"] = json!(null);
    let tx = devnet::Tx::new(&w.user).execute(&w.probe, &submessages(&[endless])).gas(400_000);
    let error = w.chain.submit(tx).unwrap_err();
    assert!(error.failure.is_panic(), "{error}");
    assert_eq!(w.journal(&w.probe).len(), 2, "no second reply");
}

#[test]
fn a_reply_can_read_the_address_of_what_it_instantiated() {
    let mut w = world();
    let msg = cosmwasm_std::to_json_binary(&json!({})).unwrap();
    let start = json!({ "wasm": { "instantiate": {
        "admin": null, "code_id": w.code, "msg": msg, "funds": [], "label": "third",
    } } });
    let report = w.run(submessages(&[submessage(start, "success", None)])).unwrap();
    let third = report.instantiated()[0].to_owned();
    assert_eq!(w.count(&third), 0);
    assert_eq!(w.chain.contract(&third).unwrap().creator, w.probe);
}
