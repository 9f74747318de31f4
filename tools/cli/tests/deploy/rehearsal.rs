//! What a proposal would do is tried before it is sent, or it is said why not.

use crate::operator::{Operator, fails};

#[test]
fn what_the_contract_would_refuse_is_never_proposed() {
    let alice = Operator::new("alice");
    alice.configure("ics20_channel = \"channel-0\"\nbabylon_tag = \"no hex\"");
    // No check knows this setting: the contract alone refuses it.
    let (code, out, err) = alice.bsn(&["deploy", "--plan", "--gov", "--from", &alice.address()]);
    assert!(code == 0 && !out.contains("FAIL"), "{out}{err}");
    let ended = alice.deploy(&["--gov"]);
    fails(&ended, "the proposal would fail: ");
    fails(&ended, "babylon_tag");
    assert_eq!((alice.codes(), alice.proposals()), (0, 0), "nothing was sent");
}

#[test]
fn what_cannot_be_tried_is_proposed_with_a_word_about_it() {
    let alice = Operator::new("alice");
    let unsigned = ["deploy", "--gov", "--generate-only", "--from", &alice.address()];
    let (code, _, err) = alice.bsn(&unsigned);
    assert!(
        code == 0 && err.starts_with("not simulated before it is sent: the key that signs is not here\n"),
        "{err}"
    );
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(
        code == 0 && out.contains("propose: proposal 1\n") && !err.contains("not simulated"),
        "{out}{err}"
    );
}
