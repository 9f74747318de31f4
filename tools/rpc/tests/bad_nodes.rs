//! What nodes do on a bad day, each of which must end in one clear sentence.

mod scripted;

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::proto::Message;
use bsn_rpc::proto::cosmos::base::query::v1beta1::PageResponse;
use bsn_rpc::proto::cosmwasm::wasm::v1::QueryPinnedCodesResponse;
use bsn_rpc::{Client, Error, Retry};
use scripted::{Scripted, rpc, status};
use serde_json::json;

fn impatient(rounds: u32) -> Retry {
    Retry {
        rounds,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(4),
        timeout: Duration::from_secs(1),
    }
}

fn client(nodes: &[&Scripted]) -> Client {
    let urls: Vec<&str> = nodes.iter().map(|node| node.url.as_str()).collect();
    Client::with(&urls, impatient(1)).unwrap()
}

#[test]
fn a_node_that_hangs_is_named_with_how_long_it_had() {
    let node = Scripted::silent();
    let start = Instant::now();
    let error = client(&[&node]).status().unwrap_err();
    assert_eq!(error.to_string(), format!("{} hangs: no answer to status within 1 s", node.url));
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[test]
fn half_an_answer_is_no_answer() {
    let cut = Scripted::raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\":\"2.0\",\"res");
    let error = client(&[&cut]).status().unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("{} sent half an answer to status: ", cut.url)),
        "{error}"
    );
    // As a proxy does that ends a stream early and closes it in order.
    let short =
        Scripted::answers(|_, _| (200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"node_in".to_owned()));
    let error = client(&[&short]).status().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} sent half an answer to status: it ends after 42 bytes", short.url)
    );
}

#[test]
fn what_is_no_cometbft_is_shown_by_how_it_begins() {
    let page = Scripted::answers(|_, _| (404, "<html>nothing here".to_owned()));
    let error = client(&[&page]).status().unwrap_err();
    let said = "is no CometBFT RPC: it answered status with status 404 and `<html>nothing here`";
    assert_eq!(error.to_string(), format!("{} {said}", page.url));
    let busy = Scripted::answers(|_, _| (429, "slow down".to_owned()));
    let error = client(&[&busy]).status().unwrap_err();
    assert!(error.to_string().ends_with("limits how often it may be asked: status 429 to status"), "{error}");
}

#[test]
fn nobody_there_says_so() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = Client::with(&[&gone], impatient(1)).unwrap().status().unwrap_err();
    assert!(error.to_string().starts_with(&format!("{gone} cannot be reached: ")), "{error}");
}

#[test]
fn a_method_that_is_missing_is_named() {
    let node = Scripted::answers(|method, _| match method {
        "status" => (200, rpc(&status("app-1", 5))),
        _ => (
            200,
            json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "Method not found" } })
                .to_string(),
        ),
    });
    let error = client(&[&node]).tx_search("tx.height=1", 1, 10).unwrap_err();
    assert_eq!(error.to_string(), format!("{} does not offer the method tx_search", node.url));
}

#[test]
fn a_module_that_is_missing_is_named_by_its_query() {
    let node = Scripted::answers(|_, _| {
        let response = json!({ "code": 6, "codespace": "sdk", "log": "unknown query path: unknown request" });
        (200, rpc(&json!({ "response": response })))
    });
    let error = client(&[&node]).module_params().unwrap_err();
    let path = "/babylonlabs.babylon.v1beta1.Query/Params";
    assert_eq!(error, Error::NoQuery { path: path.to_owned() });
    assert!(error.to_string().starts_with(&format!("the chain does not know the query {path}: ")));
}

/// wasmd shows 100 codes at once: what it pins beyond is asked for.
#[test]
fn a_list_in_pages_is_read_to_its_end() {
    let node = Scripted::answers(|_, asked| {
        let (code_ids, next_key) = if asked == 1 { (vec![1, 2], vec![3]) } else { (vec![3], Vec::new()) };
        let pagination = Some(PageResponse { next_key, total: 0 });
        let value = STANDARD.encode(QueryPinnedCodesResponse { code_ids, pagination }.encode_to_vec());
        (200, rpc(&json!({ "response": { "code": 0, "value": value } })))
    });
    assert_eq!(client(&[&node]).pinned_codes().unwrap(), [1, 2, 3]);
    assert_eq!(node.asked(), 2);
}

#[test]
fn another_chain_is_named_with_ours() {
    let node = Scripted::chain("other-1", 9, "aa");
    let error = client(&[&node]).require_chain("app-1").unwrap_err();
    assert_eq!(error.to_string(), format!("{} serves the chain `other-1`, not `app-1`", node.url));
}

#[test]
fn an_answer_that_lacks_a_field_names_it() {
    let node = Scripted::answers(|_, _| (200, rpc(&json!({ "node_info": { "network": "app-1" } }))));
    let error = client(&[&node]).status().unwrap_err();
    let field = "sync_info.latest_block_time";
    assert_eq!(error.to_string(), format!("{} answered status without a usable `{field}`", node.url));
}

#[test]
fn who_fails_is_passed_over_and_whoever_answered_is_asked_first() {
    let (dead, good) = (Scripted::silent(), Scripted::chain("app-1", 9, "aa"));
    let client = client(&[&dead, &good]);
    assert_eq!(client.height().unwrap(), 9);
    let start = Instant::now();
    assert_eq!(client.height().unwrap(), 9);
    assert!(start.elapsed() < Duration::from_millis(900), "the dead node was asked again");
    assert_eq!((dead.asked(), good.asked()), (1, 2));
}

#[test]
fn what_a_node_does_not_offer_another_may() {
    let bare = Scripted::answers(|_, _| {
        (200, json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "no" } }).to_string())
    });
    let full = Scripted::chain("app-1", 9, "aa");
    assert_eq!(client(&[&bare, &full]).height().unwrap(), 9);
}

#[test]
fn an_error_that_a_node_answers_with_is_not_asked_for_again() {
    let node = Scripted::answers(|_, _| {
        let error =
            json!({ "code": -32603, "message": "Internal error", "data": "height 9 is not available" });
        (500, json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string())
    });
    let error = Client::with(&[&node.url], impatient(3)).unwrap().header(Some(9)).unwrap_err();
    let said = "refused block: Internal error (height 9 is not available)";
    assert_eq!(error.to_string(), format!("{} {said}", node.url));
    assert_eq!(node.asked(), 1);
}

#[test]
fn who_is_busy_is_asked_again_after_a_pause() {
    let node = Scripted::answers(|_, asked| match asked {
        1 | 2 => (503, "later".to_owned()),
        _ => (200, rpc(&status("app-1", 5))),
    });
    assert_eq!(Client::with(&[&node.url], impatient(3)).unwrap().height().unwrap(), 5);
    assert_eq!(node.asked(), 3);
}

#[test]
fn of_several_nodes_each_fault_is_found() {
    let good = Scripted::chain("app-1", 40, "aa");
    let also = Scripted::chain("app-1", 41, "aa");
    let (late, liar) = (Scripted::chain("app-1", 30, "aa"), Scripted::chain("app-1", 40, "bb"));
    let (other, boaster) = (Scripted::chain("app-2", 40, "aa"), Scripted::boaster("app-1", 90));
    let mute = Scripted::silent();
    let client = client(&[&good, &also, &late, &liar, &other, &boaster, &mute]);
    let said = client.compare(Some("app-1"));
    let said: Vec<String> =
        said.into_iter().map(|verdict| verdict.fault.map_or_else(String::new, |it| it.to_string())).collect();
    assert_eq!((said[0].as_str(), said[1].as_str()), ("", ""));
    assert_eq!(said[2], format!("{} lags: it is at height 30, and {} at 41", late.url, also.url));
    assert_eq!(said[3], format!("{} has another block 30 than {}: bb and aa", liar.url, good.url));
    assert_eq!(said[4], format!("{} serves the chain `app-2`, not `app-1`", other.url));
    assert_eq!(said[5], format!("{} says that it is at height 90, but has no such block", boaster.url));
    assert!(said[6].starts_with(&format!("{} hangs", mute.url)), "{}", said[6]);
    let believed = client.believed(Some("app-1")).unwrap();
    let names: Vec<&str> = believed.nodes().iter().map(bsn_rpc::Node::name).collect();
    assert_eq!(names, [good.url.as_str(), also.url.as_str()]);
}

#[test]
fn a_transaction_that_the_node_has_already_is_no_error() {
    let node = Scripted::answers(|_, _| {
        let error =
            json!({ "code": -32603, "message": "Internal error", "data": "tx already exists in cache" });
        (500, json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string())
    });
    let hash = client(&[&node]).broadcast(b"tx").unwrap();
    assert_eq!(hash, bsn_rpc::read::tx_hash(b"tx"));
}

#[test]
fn what_the_node_does_not_take_keeps_the_chains_own_words() {
    let node = Scripted::answers(|_, _| {
        let log = "insufficient fees; got: 1ustake required: 9ustake: insufficient fee";
        (200, rpc(&json!({ "code": 13, "codespace": "sdk", "log": log, "hash": "AA" })))
    });
    let error = client(&[&node]).broadcast(b"tx").unwrap_err();
    let said = "insufficient fees; got: 1ustake required: 9ustake: insufficient fee (code 13 of `sdk`)";
    assert_eq!(error.to_string(), said);
}

/// TLS is spoken, and who answers must prove who they are.
#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let url = format!("https://localhost:{}", scripted::tls::serve());
    let error = Client::with(&[&url], impatient(1)).unwrap().status().unwrap_err();
    assert!(error.to_string().starts_with(&url) && error.to_string().contains("UnknownIssuer"), "{error}");
}

#[test]
fn a_node_without_tls_is_not_asked_over_it() {
    let plain = Scripted::answers(|_, _| (200, rpc(&status("app-1", 5))));
    let url = plain.url.replacen("http", "https", 1);
    let error = Client::with(&[&url], impatient(1)).unwrap().status().unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. } | Error::Hangs { .. }), "{error}");
}
