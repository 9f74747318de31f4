//! What a proposal would do is tried before it is sent, or it is said why not.

use crate::operator::{Operator, Voter};

#[test]
fn what_the_contract_would_refuse_is_never_proposed() {
    let alice = Operator::new("alice");
    alice.configure("ics20_channel = \"channel-0\"\nbabylon_tag = \"no hex\"");
    // No check knows this setting: the contract alone refuses it.
    let (code, out, err) = alice.bsn(&["deploy", "--plan", "--gov", "--from", &alice.address()]);
    assert!(code == 0 && !out.contains("FAIL"), "{out}{err}");
    // A simulation keeps no code that it stores: once both are there, the contract is tried.
    let voter = Voter::start(&alice.devnet);
    let ended = alice.deploy(&["--gov", "--split", "--wait"]);
    drop(voter);
    let (code, _, err) = &ended;
    assert!(
        *code == 1 && err.contains("Error: the proposal would fail: ") && err.contains("babylon_tag"),
        "{err}"
    );
    assert_eq!((alice.codes(), alice.proposals()), (2, 2), "the codes alone were proposed");
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
        code == 0
            && out.contains("propose: proposal 1\n")
            && err.contains("simulated up to the contract's start"),
        "{out}{err}"
    );
}
