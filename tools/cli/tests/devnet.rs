//! The devnet as programs see it: over its ports.

mod support;

use std::time::Duration;

use bsn_cli::devnet::{account, comet};
use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::{MsgSubmitProposal, MsgVote};
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract2, MsgSudoContract};
use bsn_rpc::proto::{Any, pack};
use bsn_rpc::{Client, Error, Fee, Key, Wallet, attribute};
use serde_json::{Value, json};
use support::{Running, until};

const CHAIN: &str = "bsn-devnet-1";

fn wallet(index: u32) -> Wallet {
    let key = Key::from_mnemonic(account::MNEMONIC, &account::path(index)).unwrap();
    Wallet::new(key, "bbnc").unwrap()
}

fn send(from: &Wallet, to: &str, amount: u128) -> Any {
    let amount = vec![Coin { denom: "ustake".to_owned(), amount: amount.to_string() }];
    pack(&MsgSend { from_address: from.address.clone(), to_address: to.to_owned(), amount })
}

fn fee() -> Fee {
    Fee::new(1_000, "ustake", 2_000_000)
}

fn execute(from: &Wallet, contract: &str, msg: &Value) -> Any {
    let (sender, contract) = (from.address.clone(), contract.to_owned());
    pack(&MsgExecuteContract { sender, contract, msg: msg.to_string().into_bytes(), funds: Vec::new() })
}

/// Proposes in governance's name, votes, and gives the end: status and reason.
fn govern(client: &Client, messages: Vec<Any>) -> (i32, String) {
    let validator = wallet(2);
    let proposal = MsgSubmitProposal {
        messages,
        initial_deposit: vec![Coin { denom: "ustake".to_owned(), amount: "10".to_owned() }],
        proposer: validator.address.clone(),
        metadata: String::new(),
        title: "a change".to_owned(),
        summary: "a change".to_owned(),
        expedited: false,
    };
    let done = validator.deliver(client, CHAIN, &[pack(&proposal)], &fee()).unwrap();
    let proposal_id = attribute(&done.events, "submit_proposal", "proposal_id").unwrap().parse().unwrap();
    let vote = MsgVote { proposal_id, voter: validator.address.clone(), option: 1, metadata: String::new() };
    validator.deliver(client, CHAIN, &[pack(&vote)], &fee()).unwrap();
    until("the proposal's end", || {
        let proposal = client.proposal(proposal_id).unwrap().unwrap();
        (proposal.status != 2).then_some((proposal.status, proposal.failed_reason))
    })
}

#[test]
fn the_drivers_client_reads_sends_and_waits() {
    let devnet = Running::start();
    let client = &devnet.client;
    client.require_chain(CHAIN).unwrap();
    let (alice, bob) = (wallet(0), wallet(1));
    let had = client.balance(&bob.address, "ustake").unwrap();
    let gas = alice.simulate(client, &[send(&alice, &bob.address, 5)]).unwrap();
    assert!((50_000..200_000).contains(&gas), "{gas}");
    let done = alice.deliver(client, CHAIN, &[send(&alice, &bob.address, 5)], &fee()).unwrap();
    assert_eq!(client.balance(&bob.address, "ustake").unwrap(), had + 5);
    let (_, results) = client.results(done.height).unwrap();
    assert!(results.iter().any(|tx| tx.gas_used == done.gas_used));
    let (found, total) = client.tx_search(&format!("tx.hash='{}'", done.hash), 1, 10).unwrap();
    assert_eq!((found.len(), total, found[0].height), (1, 1, done.height));
    assert_eq!(client.account(&alice.address).unwrap().sequence, 1);
    assert_eq!(client.staking_params().unwrap().bond_denom, "ustake");
    assert_eq!(client.gov_params().unwrap().voting_period.unwrap().seconds, 1);
    assert!(client.module_params().unwrap().unwrap().max_gas_begin_blocker > 0);
    assert_eq!(client.module_contracts().unwrap().unwrap().btc_finality_contract, devnet.bsn());
    assert!(client.application().unwrap().cosmos_sdk_version.starts_with("v0.53"));
    let info = client.contract_info(&devnet.bsn()).unwrap().unwrap();
    assert_eq!(client.code_info(info.code_id).unwrap().unwrap().data_hash.len(), 32);
    assert_eq!(client.pinned_codes().unwrap(), [1, 2]);
    assert_eq!(client.contract_info(&alice.address).unwrap(), None);
    assert_eq!(client.code_info(9).unwrap(), None);
    let stranger = Key::from_bytes(&[9; 32]).unwrap().address("bbnc").unwrap();
    assert_eq!(client.account(&stranger), Err(Error::NoAccount(stranger.clone())));
    assert!(matches!(client.query("/cosmos.mint.v1beta1.Query/Params", &[]), Err(Error::NoQuery { .. })));
    let old = client.smart_at(&devnet.bsn(), &json!({ "health": {} }), 1).unwrap_err();
    assert!(old.to_string().contains("failed to load state at height 1"), "{old}");
}

#[test]
fn what_the_sdk_refuses_the_devnet_refuses_with_its_codes() {
    let devnet = Running::start();
    let client = &devnet.client;
    let alice = wallet(0);
    let code = |error: Error| match error {
        Error::NotTaken { code, codespace, .. } if codespace == "sdk" => code,
        other => panic!("{other}"),
    };
    let numbers = client.account(&alice.address).unwrap();
    let message = [send(&alice, &alice.address, 1)];
    let broadcast = |chain: &str, fee: &Fee, account: u64, sequence: u64| {
        let numbers = bsn_rpc::query::Numbers { account, sequence };
        client.broadcast(&alice.sign(chain, &message, fee, numbers).unwrap())
    };
    let (account, sequence) = (numbers.account, numbers.sequence);
    assert_eq!(code(broadcast(CHAIN, &fee(), account, sequence + 3).unwrap_err()), 32);
    assert_eq!(code(broadcast("other-1", &fee(), account, sequence).unwrap_err()), 4);
    assert_eq!(code(broadcast(CHAIN, &fee(), account + 1, sequence).unwrap_err()), 4);
    assert_eq!(code(client.broadcast(b"garbage").unwrap_err()), 2);
    // Sequences count ahead of the block: several of one account wait together.
    for ahead in 0..3 {
        broadcast(CHAIN, &fee(), account, sequence + ahead).unwrap();
    }
    let unpayable = Fee::new(u128::MAX / 2, "ustake", 200_000);
    let hash = broadcast(CHAIN, &unpayable, account, sequence + 3).unwrap();
    let done = client.wait_for_tx(&hash, Duration::from_secs(20)).unwrap();
    assert_eq!((done.code, done.codespace.as_str()), (5, "sdk"), "{}", done.log);
    // Too little gas: the fee is gone, the sequence is used, the message did nothing.
    let poor = Fee::new(1_000, "ustake", 1_000);
    let error = wallet(1).deliver(client, CHAIN, &[send(&wallet(1), &alice.address, 7)], &poor).unwrap_err();
    assert!(matches!(&error, Error::Failed { code: 11, .. }), "{error}");
    assert_eq!(client.account(&wallet(1).address).unwrap().sequence, 1);
}

#[test]
fn a_transaction_does_all_of_its_messages_or_none() {
    let devnet = Running::start();
    let client = &devnet.client;
    let (alice, bob) = (wallet(0), wallet(1));
    let had = client.balance(&bob.address, "ustake").unwrap();
    let messages = [send(&alice, &bob.address, 9), execute(&alice, &devnet.bsn(), &json!({ "nothing": {} }))];
    let error = alice.deliver(client, CHAIN, &messages, &fee()).unwrap_err().to_string();
    assert!(
        error.contains("failed to execute message; message index: 1") && error.contains("`wasm`"),
        "{error}"
    );
    assert_eq!(client.balance(&bob.address, "ustake").unwrap(), had);
    let error = alice.simulate(client, &messages).unwrap_err().to_string();
    assert!(error.contains("message index: 1"), "{error}");
}

#[test]
fn governance_of_one_voter_carries_out_and_nobody_else_may() {
    let devnet = Running::start();
    let client = &devnet.client;
    let gov = bsn_rpc::address::of_module("bbnc", "gov").unwrap();
    let sudo = |authority: &str, msg: &Value| {
        pack(&MsgSudoContract {
            authority: authority.to_owned(),
            contract: devnet.bsn(),
            msg: msg.to_string().into_bytes(),
        })
    };
    let alice = wallet(0);
    let denied = sudo(&alice.address, &json!({ "nothing": {} }));
    let error = alice.deliver(client, CHAIN, &[denied], &fee()).unwrap_err().to_string();
    assert!(error.contains(&format!("invalid authority; expected {gov}, got {}", alice.address)), "{error}");
    let (status, why) = govern(client, vec![sudo(&gov, &json!({ "nothing": {} }))]);
    assert_eq!(status, 4 + 1, "{why}");
    assert!(why.contains("nothing"), "{why}");
    // A second contract of the light client's code, at an address that depends on its salt alone.
    let message = |authority: &str| MsgInstantiateContract2 {
        sender: authority.to_owned(),
        admin: gov.clone(),
        code_id: 2,
        label: "second".to_owned(),
        msg:
            json!({ "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2 })
                .to_string()
                .into_bytes(),
        funds: Vec::new(),
        salt: b"salt".to_vec(),
        fix_msg: false,
    };
    assert_eq!(govern(client, vec![pack(&message(&gov))]), (3, String::new()));
    let (status, why) = govern(client, vec![pack(&message(&gov))]);
    assert!(status == 5 && why.contains("contract account already exists"), "{status}: {why}");
}

#[test]
fn headers_hash_as_cometbft_hashes_them_and_heights_become_final() {
    let devnet = Running::start();
    let client = &devnet.client;
    let tip = client.height().unwrap();
    devnet
        .handle
        .run_blocking(move |engine| {
            for height in engine.first + 1..=tip {
                let (block, last) =
                    (engine.sealer.block(height).unwrap(), engine.sealer.block(height - 1).unwrap());
                assert_eq!(comet::header_hash(&block.header).to_vec(), block.id.hash);
                assert_eq!(block.header.last_block_id, Some(last.id));
                assert_eq!(engine.chain().header(height).unwrap().block_hash.to_vec(), block.id.hash);
            }
        })
        .unwrap();
    let finalized = || client.smart(&devnet.bsn(), &json!({ "last_finalized_height": {} })).unwrap().as_u64();
    let start = finalized().unwrap_or_default();
    until("a final height", || finalized().filter(|now| *now > start + 2));
    let header = client.header(None).unwrap();
    let anchor = until("the height's anchor", || {
        client.smart(&devnet.bsn(), &json!({ "block": { "height": header.height } })).ok()
    });
    assert!(
        anchor.to_string().contains(&hex::encode(header.app_hash))
            || anchor["app_hash"].is_array()
            || anchor["app_hash"].is_string()
    );
}

#[test]
fn batches_addresses_and_pages_from_elsewhere_are_served() {
    let devnet = Running::start();
    let (status, head, body) = devnet.http(
        "POST",
        "/",
        &json!([
            { "jsonrpc": "2.0", "id": 1, "method": "health", "params": {} },
            { "jsonrpc": "2.0", "id": "two", "method": "nothing", "params": [] },
        ])
        .to_string(),
    );
    assert_eq!(status, 200);
    assert!(head.to_lowercase().contains("access-control-allow-origin: *"), "{head}");
    let answers: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answers[0], json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!("two"), &json!(-32601)));
    let (_, _, body) = devnet.http("GET", "/tx_search?query=%22tx.height%3E1%22&per_page=1", "");
    let found: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(found["result"]["txs"].as_array().unwrap().len(), 1, "{body}");
    let (status, head, _) = devnet.http("OPTIONS", "/", "");
    assert!(status == 204 && head.to_lowercase().contains("access-control-allow-methods"), "{head}");
    let (_, _, body) = devnet.http("POST", "/", "{ no json");
    assert!(body.contains("-32700"), "{body}");
    let many: Vec<Value> =
        (0..11).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "health" })).collect();
    let (_, _, body) = devnet.http("POST", "/", &json!(many).to_string());
    assert!(body.contains("batch request exceeds maximum 10"), "{body}");
}

#[test]
fn babylon_and_bitcoin_have_ports_of_their_own() {
    let devnet = Running::start();
    let babylon = Client::new(&[format!("http://{}", devnet.at[1])]).unwrap();
    assert_eq!(babylon.status().unwrap().chain_id, "bbn-devnet-1");
    let facts = devnet.control("babylon");
    let channel = facts["channel"].as_str().unwrap();
    let end = babylon.channel("zoneconcierge", channel).unwrap().unwrap();
    assert_eq!((end.state, end.ordering), (3, 2));
    let client = babylon.client_of_channel("zoneconcierge", channel).unwrap().unwrap();
    assert_eq!(
        (client.id.as_str(), client.state.chain_id.as_str()),
        (facts["consumer_id"].as_str().unwrap(), CHAIN)
    );
    assert_eq!(babylon.client_status(&client.id).unwrap(), "Active");
    assert_eq!(babylon.channel("zoneconcierge", "channel-99").unwrap(), None);
    let bitcoin = bsn_rpc::Node::new(&format!("http://{}", devnet.at[2]), Duration::from_secs(5)).unwrap();
    let page = |path: &str| bitcoin.page(&format!("http://{}{path}", devnet.at[2])).unwrap();
    let height: u32 = page("/blocks/tip/height").parse().unwrap();
    let hash = page(&format!("/block-height/{height}"));
    assert_eq!(hash, page("/blocks/tip/hash"));
    assert_eq!(page(&format!("/block/{hash}/header")).len(), 160);
    assert_eq!(serde_json::from_str::<Value>(&page(&format!("/block/{hash}"))).unwrap()["height"], height);
}
