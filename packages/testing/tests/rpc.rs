//! The client over RPC against nodes that are down, behind, of another chain, or lie; over TLS too.

mod tls;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::prelude::{Engine, BASE64_STANDARD};
use bsn_client::rpc::{Bsn, RpcError};
use bsn_client::{Deployment, DeploymentError, Error, NotFinal};
use serde_json::{json, Value};

/// A node: what it says of itself, and what the contract behind it answers.
#[derive(Clone)]
struct Node {
    network: &'static str,
    catching_up: bool,
    latest: u64,
    /// How old its last block is, in seconds.
    age: u64,
    /// At which height it answers.
    height: u64,
    code: u32,
    log: &'static str,
    /// What the contract says.
    data: Vec<u8>,
    /// What the node sends in place of all that.
    instead: Option<&'static str>,
    /// After how many answers it breaks.
    answers: usize,
    /// Paths that it was asked.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Node {
    fn new(data: &Value) -> Self {
        let (network, log, instead) = ("app-1", "", None);
        let data = data.to_string().into_bytes();
        let asked = Arc::default();
        Self {
            network,
            catching_up: false,
            latest: 120,
            age: 1,
            height: 120,
            code: 0,
            log,
            data,
            instead,
            answers: 99,
            asked,
        }
    }

    fn answer(&self, request: &Value) -> String {
        if let Some(instead) = self.instead {
            return instead.to_owned();
        }
        if self.asked.lock().unwrap().len() >= self.answers {
            return "<html>".to_owned();
        }
        let path = request[1]["params"]["path"].as_str().unwrap().to_owned();
        self.asked.lock().unwrap().push(path);
        let time = SystemTime::now() - Duration::from_secs(self.age);
        let length = u8::try_from(self.data.len() % 128).unwrap();
        let more = u8::try_from(self.data.len() / 128).unwrap();
        let value = [&[0x0a, length | 0x80, more][..], &self.data].concat();
        json!([
            {"jsonrpc": "2.0", "id": 0, "result": {
                "node_info": {"network": self.network},
                "sync_info": {"latest_block_height": self.latest.to_string(), "catching_up": self.catching_up,
                    "latest_block_time": humantime::format_rfc3339_nanos(time).to_string()}}},
            {"jsonrpc": "2.0", "id": 1, "result": {"response": {"code": self.code, "log": self.log,
                "height": self.height.to_string(), "value": BASE64_STANDARD.encode(value)}}},
        ])
        .to_string()
    }

    /// Serves on a port of this machine until the test ends.
    fn serve(self) -> String {
        format!("http://127.0.0.1:{}", self.serve_by(|stream| stream))
    }

    /// The same over whatever is made of a connection; gives the port.
    fn serve_by<S: Read + Write>(self, speak: impl Fn(TcpStream) -> S + Send + 'static) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = speak(stream.unwrap());
                let Some(request) = request(&mut stream) else { continue };
                let body = self.answer(&request);
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes());
            }
        });
        port
    }
}

/// The body of a request, unless whoever sends it breaks off.
fn request(stream: &mut impl Read) -> Option<Value> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, body)) = text.split_once("\r\n\r\n") {
            if let Ok(request) = serde_json::from_str(body) {
                return Some(request);
            }
        }
    }
}

fn run<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn bsn(nodes: &[String]) -> Bsn {
    Bsn::new(nodes, "app-1", "app1contract").unwrap()
}

fn status(block: &str, height: u64, by: u64) -> Value {
    json!({"height": height, "block": block, "certified_by": by, "gap_before": 0, "vote": {"state": "quorum"}})
}

fn good() -> Node {
    Node::new(&status("final", 100, 101))
}

/// What a single node like this makes of the question for block 100.
fn of(node: Node) -> Result<(), RpcError> {
    run(bsn(&[node.serve()]).require_final(100))
}

#[test]
fn a_node_that_is_as_it_should_be() {
    let node = good();
    let asked = Arc::clone(&node.asked);
    assert_eq!(of(node), Ok(()));
    assert_eq!(*asked.lock().unwrap(), ["/cosmwasm.wasm.v1.Query/SmartContractState"]);
    let pending = Node::new(&json!({"height": 100, "block": "pending", "vote": {"state": "open"}}));
    assert_eq!(of(pending), Err(RpcError::NotFinal(NotFinal::Pending { height: 100 })));
    let none = Node::new(&Value::Null).serve();
    assert_eq!(run(bsn(&[none]).last_final_block()), Ok(None));
}

#[test]
fn a_node_that_is_down() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("http://{gone}");
    let error = run(bsn(std::slice::from_ref(&gone)).status(100)).unwrap_err();
    assert!(matches!(&error, RpcError::Down { node, .. } if *node == gone), "{error}");
    assert!(matches!(run(bsn(&["no url".to_owned()]).status(1)), Err(RpcError::Down { .. })));
    // The next one that is named answers.
    assert_eq!(run(bsn(&[gone, good().serve()]).require_final(100)), Ok(()));
    assert!(matches!(Bsn::new(&[], "app-1", "a"), Err(RpcError::NoNode { .. })));
}

#[test]
fn something_that_is_no_node() {
    for instead in
        ["<html>", "[]", "{}", r#"[{"id":0,"error":{"code":-32601,"message":"Method not found"}}]"#]
    {
        let error = of(Node { instead: Some(instead), ..good() }).unwrap_err();
        assert!(matches!(error, RpcError::BadAnswer { .. }), "{instead}: {error}");
    }
}

#[test]
fn a_node_that_is_behind() {
    let catching_up = of(Node { catching_up: true, ..good() }).unwrap_err();
    assert!(matches!(&catching_up, RpcError::Behind { height: 120, why, .. } if why.contains("catching up")));
    let stuck = of(Node { age: 600, ..good() }).unwrap_err();
    assert!(matches!(&stuck, RpcError::Behind { why, .. } if why.contains("seconds old")), "{stuck}");
    let late = bsn(&[Node { age: 600, ..good() }.serve()]).with_max_age(Duration::from_secs(3_600));
    assert_eq!(run(late.require_final(100)), Ok(()));
}

#[test]
fn a_node_far_below_what_another_has_answered() {
    let nodes = |latest| {
        let ahead = Node { latest, height: latest, answers: 1, ..good() };
        bsn(&[ahead.serve(), good().serve()])
    };
    let second = |bsn: &Bsn| {
        assert_eq!(run(bsn.require_final(100)), Ok(()));
        run(bsn.require_final(100))
    };
    let error = second(&nodes(131)).unwrap_err();
    assert!(matches!(&error, RpcError::Behind { height: 120, why, .. } if why.contains("at 131")), "{error}");
    assert_eq!(second(&nodes(130)), Ok(()));
}

#[test]
fn a_node_of_another_chain() {
    let error = of(Node { network: "app-2", ..good() }).unwrap_err();
    let RpcError::WrongNetwork { expected, found, .. } = &error else { panic!("{error}") };
    assert_eq!((expected.as_str(), found.as_str()), ("app-1", "app-2"));
}

#[test]
fn a_node_that_lies_about_heights() {
    for (node, why) in [
        (Node { height: 90, ..good() }, "its last block is 120"),
        (Node { height: 0, ..good() }, "its last block is 120"),
        (Node::new(&status("final", 99, 101)), "another height"),
        (Node::new(&status("final", 100, 100)), "not above"),
        (Node::new(&status("final", 100, 121)), "above the block that the node answers at"),
    ] {
        let error = of(node).unwrap_err();
        assert!(matches!(&error, RpcError::Lies { reason, .. } if reason.contains(why)), "{why}: {error}");
    }
    let last = |height: u64, by: u64| {
        let node = Node::new(&json!({"height": height, "block_hash_hex": "aa", "certified_by": by}));
        run(bsn(&[node.serve()]).last_final_block())
    };
    assert_eq!(last(119, 120).unwrap().unwrap().height, 119);
    assert!(matches!(last(119, 119), Err(RpcError::Lies { .. })));
    assert!(matches!(last(120, 121), Err(RpcError::Lies { .. })));
}

#[test]
fn a_contract_that_is_not_there_or_not_bsn() {
    let log = "address app1contract: no such contract: unknown request";
    let contract = "app1contract".to_owned();
    let missing = of(Node { code: 18, log, ..good() }).unwrap_err();
    assert_eq!(missing, RpcError::Contract(Error::NoSuchContract { contract: contract.clone() }));
    let log = "Error parsing into type: unknown variant: query wasm contract failed";
    let other = of(Node { code: 18, log, ..good() }).unwrap_err();
    assert!(matches!(&other, RpcError::Contract(Error::Refused { reason, .. }) if reason == log), "{other}");
    let strange = of(Node::new(&json!({"price": "1"}))).unwrap_err();
    assert!(matches!(strange, RpcError::Contract(Error::NotBsn { .. })), "{strange}");
}

#[test]
fn the_record_of_finality_raw() {
    let record = |last_quorum: u64, last_final: u64| {
        let data = [last_quorum.to_be_bytes(), last_final.to_be_bytes()].concat();
        let node = Node { data, ..good() };
        run(bsn(&[node.serve()]).last_final())
    };
    assert_eq!(record(120, 119), Ok(Some(119)));
    assert_eq!(record(0, 0), Ok(None));
    assert!(matches!(record(121, 120), Err(RpcError::Lies { .. })));
    assert!(matches!(record(7, 7), Err(RpcError::Contract(Error::BadRecord { .. }))));
    let none = Node { data: Vec::new(), ..good() };
    assert!(matches!(
        run(bsn(&[none.serve()]).last_final()),
        Err(RpcError::Contract(Error::NoRecord { .. }))
    ));
}

#[test]
fn a_deployment_in_place_of_an_address() {
    let example = include_str!("../../../deployments/example-1.json");
    let mut deployment: Deployment = serde_json::from_str(example).unwrap();
    deployment.rpc = vec![Node { network: "example-1", ..good() }.serve()];
    assert_eq!(run(Bsn::of(&deployment).unwrap().require_final(100)), Ok(()));
    deployment.bsn.address = None;
    let unfinished = DeploymentError::Unfinished { chain_id: "example-1".into() };
    assert_eq!(Bsn::of(&deployment).unwrap_err(), RpcError::Deployment(unfinished));
}
