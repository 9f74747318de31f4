//! Strangers who store code while people vote on a proposal that guesses the next ids.

use bsn_cli::config::File;
use bsn_cli::deploy::codes::Each;
use bsn_cli::deploy::message::{self, Addresses, Words};
use bsn_cli::deploy::read;
use bsn_rpc::proto::Any;
use serde_json::Value;

use crate::operator::{Operator, Voter, fails, wallet};
use crate::support::until;

const BSN: &str = "bsn.wasm";
const LIGHT_CLIENT: &str = "btc-light-client.wasm";

/// The addresses that `deploy --plan --gov` names.
fn planned(alice: &Operator) -> Addresses {
    let (_, out, _) = alice.bsn(&["deploy", "--plan", "--gov", "--output", "json"]);
    let plan: Value = serde_json::from_str(&out).unwrap();
    let text = |name: &str| plan["addresses"][name].as_str().unwrap().to_owned();
    let contracts = Each { bsn: text("bsn"), light_client: text("btc_light_client"), staking: None };
    Addresses { creator: text("creator"), contracts }
}

/// Mallory proposes this.
fn propose(alice: &Operator, messages: Vec<Any>) {
    let (mallory, deposit) = (wallet(1), [(1, "ustake".to_owned())]);
    let words = Words { title: "bsn".to_owned(), summary: "bsn".to_owned(), metadata: String::new() };
    let proposal = message::propose(&mallory.address, &words, &deposit, false, messages);
    let fee = bsn_rpc::Fee::new(10_000, "ustake", 5_000_000);
    mallory.deliver(&alice.devnet.client, "bsn-devnet-1", &[proposal], &fee).unwrap();
}

#[test]
fn an_id_that_a_stranger_takes_fails_the_proposal_whole_and_the_next_call_makes_another() {
    let alice = Operator::new("alice");
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.contains("proposal 1 is voted on until"), "{out}{err}");
    alice.stranger_stores(&[(BSN, "")]);
    let voter = Voter::start(&alice.devnet);
    let status = until("the proposal's end", || alice.ended(1));
    assert_eq!(status, 5, "it passed, and failed whole");
    assert_eq!((alice.codes(), alice.registered().as_str()), (1, ""), "nothing of it is left");
    // The stranger's code has our checksum, so it serves.
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && out.contains("(proposal 1 has passed, but failed whole: "), "{out}{err}");
    assert_eq!(alice.codes(), 2);
    assert_eq!(alice.record()["bsn"]["address"].as_str().unwrap(), alice.registered());
    drop(voter);
}

/// With both ids taken, the message that fails is the guard of the contract whose code is not ours: the fourth where
/// `bsn` is the stranger's, the fifth where `bsn` is a copy of ours and would have had a stranger's light client.
#[test]
fn a_stranger_who_takes_both_ids_fails_the_proposal_at_the_guard_of_what_is_not_ours() {
    for (of_bsn, guard) in [("#2", 3), ("", 4)] {
        let alice = Operator::new("alice");
        let to = planned(&alice);
        let (code, out, err) = alice.deploy(&["--gov"]);
        assert!(code == 0 && out.contains("proposal 1 is voted on until"), "{out}{err}");
        alice.stranger_stores(&[(BSN, of_bsn), (LIGHT_CLIENT, "#2")]);
        let voter = Voter::start(&alice.devnet);
        assert_eq!(until("the proposal's end", || alice.ended(1)), 5, "it passed, and failed whole");
        let why = alice.devnet.client.proposal(1).unwrap().unwrap().failed_reason;
        assert!(why.contains(&format!("message index: {guard}: unknown contract")), "{why}");
        assert_eq!((alice.codes(), alice.registered().as_str()), (2, ""), "nothing of it is left");
        assert_eq!(alice.devnet.client.contract_info(&to.contracts.bsn).unwrap(), None);
        let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
        assert!(code == 0 && out.contains("(proposal 1 has passed, but failed whole: "), "{out}{err}");
        assert_eq!(alice.registered(), to.contracts.bsn);
        assert_eq!(alice.pinned(), alice.checksums(), "what is pinned is ours, and nothing else is");
        drop(voter);
    }
}

/// Governance may relabel a contract that it is not the admin of: the guard leaves the light client its own.
#[test]
fn the_guards_pass_and_change_nothing_where_an_account_is_the_admin() {
    let alice = Operator::new("alice");
    let admin = wallet(3).address;
    alice.configure(&format!("ics20_channel = \"channel-0\"\nadmin = \"{admin}\""));
    let (to, voter) = (planned(&alice), Voter::start(&alice.devnet));
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && out.contains("propose: proposal 1\n"), "{out}{err}");
    let info = |address: &str| alice.devnet.client.contract_info(address).unwrap().unwrap();
    assert_eq!(info(&to.contracts.bsn).admin, to.creator);
    assert_eq!(
        (info(&to.contracts.light_client).admin, info(&to.contracts.light_client).label),
        (admin, "BTC Light Client".to_owned())
    );
    drop(voter);
}

/// Whatever let it happen, such as a proposal of another program: a light client that is not ours is named, also before
/// anything is sent.
#[test]
fn a_contract_with_a_strangers_light_client_is_never_taken_for_ours() {
    let alice = Operator::new("alice");
    let to = planned(&alice);
    alice.stranger_stores(&[(BSN, ""), (LIGHT_CLIENT, "#2")]);
    let (chain, far) = (&alice.devnet.client, alice.babylon_client());
    let facts = read::chain(chain, Some("channel-0")).unwrap();
    let babylon = read::babylon(&far, facts.transfer.as_ref()).unwrap();
    let file = File::read(&alice.at("bsn.toml"), true).unwrap();
    let inner =
        message::instantiate(&file, &facts, Some(&babylon), &Each { bsn: 1, light_client: 2, staking: None })
            .unwrap();
    let made = message::instantiate2(&to.creator, &to.creator, 1, &inner, "bsn");
    propose(&alice, vec![made, message::register(&to.creator, &to)]);
    let voter = Voter::start(&alice.devnet);
    assert_eq!(until("the proposal's end", || alice.ended(1)), 3);
    assert_eq!(alice.registered(), to.contracts.bsn);
    for args in [&["deploy", "--gov"][..], &["deploy", "--gov", "--plan"]] {
        let ended = alice.with_words(args);
        fails(&ended, &format!("{} is there, but its light client is bbnc1", to.contracts.bsn));
        fails(&ended, &format!("not {} with {}", to.contracts.light_client, alice.checksum(LIGHT_CLIENT)));
        fails(&ended, "the chain module calls it, so nothing that it says is final is to be believed");
        fails(&ended, "Choose another `bsn.salt`, and call again");
    }
    // That corrects it: the proposal registers another contract.
    alice.configure("ics20_channel = \"channel-0\"\nsalt = \"bsn-2\"");
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && alice.registered() != to.contracts.bsn, "{out}{err}");
    assert_eq!(alice.record()["bsn"]["address"].as_str().unwrap(), alice.registered());
    drop(voter);
}

/// A stranger's proposal that registers our contract, and does something else before.
#[test]
fn a_proposal_that_does_more_than_ours_is_not_adopted() {
    let alice = Operator::new("alice");
    let to = planned(&alice);
    propose(&alice, vec![message::pin(&to.creator, &[1]), message::register(&to.creator, &to)]);
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.contains("propose: proposal 2\n"), "{out}{err}");
}
