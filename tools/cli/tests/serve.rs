//! `bsn serve` beside a devnet, as browsers, Prometheus and strangers ask it.

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bsn_cli::serve::{self, Options};
use bsn_rpc::Retry;
use serde_json::{Value, json};
use support::{Running, program, until};

/// Carries connections to a node, counts requests, and can be cut.
#[derive(Clone)]
struct Wire {
    at: SocketAddr,
    requests: Arc<AtomicUsize>,
    is_cut: Arc<AtomicBool>,
}

impl Wire {
    fn to(node: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire =
            Self { at: listener.local_addr().unwrap(), requests: Arc::default(), is_cut: Arc::default() };
        let own = wire.clone();
        std::thread::spawn(move || {
            for from in listener.incoming().flatten() {
                if !own.is_cut.load(Ordering::SeqCst) {
                    own.carry(from, TcpStream::connect(node).unwrap());
                }
            }
        });
        wire
    }

    fn carry(&self, from: TcpStream, to: TcpStream) {
        let ends = |a: &TcpStream, b: &TcpStream| (a.try_clone().unwrap(), b.try_clone().unwrap());
        for (is_request, (from, to)) in [(true, ends(&from, &to)), (false, ends(&to, &from))] {
            let wire = self.clone();
            std::thread::spawn(move || wire.pump(is_request, from, to));
        }
    }

    fn pump(&self, is_request: bool, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if self.is_cut.load(Ordering::SeqCst) {
                break;
            }
            let heads = buffer[..length].windows(7).filter(|window| *window == b"POST / ").count();
            self.requests.fetch_add(if is_request { heads } else { 0 }, Ordering::SeqCst);
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(std::net::Shutdown::Both), to.shutdown(std::net::Shutdown::Both));
    }
}

fn get(at: SocketAddr, path: &str) -> (u16, String, String) {
    ask(at, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

fn ask(at: SocketAddr, request: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
}

fn rpc(at: SocketAddr, call: &Value) -> Value {
    let body = call.to_string();
    let length = body.len();
    let request = format!(
        "POST /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    serde_json::from_str(&ask(at, &request).2).unwrap()
}

fn api(at: SocketAddr) -> Value {
    serde_json::from_str(&get(at, "/api").2).unwrap()
}

/// How much memory the process has, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

/// Requests that are none, or for what there is not, on one connection after the other, as long as some are left; how many
/// were sent.
fn garbage(at: SocketAddr, left: &AtomicUsize) -> usize {
    let long = "x".repeat(12_000);
    let kinds = [
        format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        "\u{0}\u{1}\u{2} nonsense\r\n\r\n".to_owned(),
        format!("POST /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 12000\r\n\r\n{long}"),
        "POST /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n[".to_owned(),
        "POST /api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned(),
        format!("GET /api?since={long} HTTP/1.1\r\nHost: localhost\r\nCookie: {long}\r\nConnection: close\r\n\r\n"),
        "POST /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 34\r\n\r\n{\"id\":1,\"method\":\"dial_seeds\"}    ".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
    ];
    let take = || {
        let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        taken.ok()
    };
    let mut sent = 0;
    while let Some(number) = take() {
        let mut stream = until("a connection", || TcpStream::connect(at).ok());
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        // The server may hang up before it has all of it.
        let request = kinds[number % kinds.len()].as_bytes();
        sent += usize::from(stream.write(request).is_ok_and(|written| written > 0));
        // One in a hundred goes away without reading.
        if number % 100 != 0 {
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    }
    sent
}

#[test]
fn a_chain_is_served_whole_cheaply_and_without_a_lie_when_its_node_is_away() {
    let devnet = Running::start();
    let wire = Wire::to(devnet.at[0]);
    let retry = Retry { rounds: 1, timeout: Duration::from_secs(5), ..Retry::default() };
    let (chain, babylon) = (format!("http://{}", wire.at), format!("http://{}", devnet.at[1]));
    let options = Options::new(&[chain], &[babylon], Some(&devnet.bsn()), retry).unwrap();
    let at = serve::start(Options { allow_origin: Some("null".to_owned()), ..options }).unwrap().at;

    // Every series is there at once, whether anything was read or not.
    let first = get(at, "/metrics").2;
    let names = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).map(str::to_owned).collect()
    };
    let state = until("the first blocks", || {
        let state = api(at);
        let has_names =
            state["providers"].as_array()?.iter().filter(|one| one["name"].is_string()).count() == 4;
        let is_read =
            state["heights"].as_array()?.len() > 15 && state["link"]["babylon"]["client"].is_object();
        (has_names && is_read && state["examined"].is_u64()).then_some(state)
    });
    assert_eq!(names(&first), names(&get(at, "/metrics").2));
    assert_eq!((&state["reading"]["state"], &state["chain"]["id"]), (&json!("ok"), &json!("bsn-devnet-1")));
    assert!(state["link"]["here"]["client"]["expires"].as_u64() > state["now"].as_u64());
    let voted =
        state["heights"].as_array().unwrap().iter().rev().find(|one| one["state"] == "quorum").unwrap();
    assert_eq!(voted["votes"], "vvvv");
    let (status, _, health) = get(at, "/healthz");
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!((&health["ok"], &health["chain_id"]), (&json!(status == 200), &json!("bsn-devnet-1")));
    assert!(health["height"].as_u64() > Some(15) && health["examined"].is_u64(), "{health}");
    assert!(get(at, "/metrics").2.contains("moniker=\"fp0\"} 4000000000"));

    // Four requests a block: status, health, results, votes. The rest is read once, or seldom.
    let count = || (wire.requests.load(Ordering::SeqCst), api(at)["tip"]["height"].as_u64().unwrap());
    std::thread::sleep(Duration::from_secs(3));
    let (requests, height) = count();
    std::thread::sleep(Duration::from_secs(6));
    let (more, higher) = count();
    let (requests, blocks) = (more - requests, usize::try_from(higher - height).unwrap());
    println!("{requests} requests in {blocks} blocks");
    assert!(blocks >= 5 && requests <= 5 * blocks + 5, "{requests} requests in {blocks} blocks");

    // Blocks that come at once are each read, and once: a node that is away for a moment leaves no gap.
    wire.is_cut.store(true, Ordering::SeqCst);
    let cut = api(at)["tip"]["height"].as_u64().unwrap();
    until("some blocks unseen", || (devnet.client.status().unwrap().height > cut + 4).then_some(()));
    wire.is_cut.store(false, Ordering::SeqCst);
    let state =
        until("those too", || Some(api(at)).filter(|it| it["tip"]["height"].as_u64() > Some(cut + 6)));
    let heights = state["heights"].as_array().unwrap().iter().map(|one| one["height"].as_u64().unwrap());
    let heights: Vec<u64> = heights.collect();
    assert!(heights.windows(2).all(|two| two[0] + 1 == two[1]), "{heights:?}");
    assert_eq!(state["totals"]["hooks_lost"], 0);

    // What reads is passed on, what sends is not.
    let status = rpc(at, &json!({ "id": 1, "method": "status" }));
    assert_eq!(status["result"]["node_info"]["network"], "bsn-devnet-1");
    let sent = rpc(at, &json!({ "id": 1, "method": "broadcast_tx_sync", "params": { "tx": "AA==" } }));
    assert_eq!(sent["error"]["code"], -32_601);
    assert_eq!((get(at, "/rpc").0, get(at, "/nothing").0, get(at, "/../etc/passwd").0), (405, 404, 404));
    let (_, head, page) = get(at, "/");
    assert!(head.contains("connect-src 'self'") && head.contains("nosniff") && page.contains("<canvas"));
    assert!(get(at, "/api").1.contains("access-control-allow-origin: null"));
    assert!(!get(at, "/metrics").1.contains("access-control"));
    assert!(get(at, "/final").2.contains("Is it final?"));

    // A page that points its own name here is refused, whatever it asks.
    for path in ["/", "/api", "/metrics", "/healthz"] {
        let stranger = format!("GET {path} HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n");
        let (status, _, why) = ask(at, &stranger);
        assert_eq!((status, why.contains("--host")), (421, true), "{why}");
    }

    // A node that goes away is said to be away; what was read stays, with its time.
    wire.is_cut.store(true, Ordering::SeqCst);
    let away =
        until("that the node is missed", || Some(api(at)).filter(|it| it["reading"]["state"] == "away"));
    let last = away["reading"]["last_ok"].as_u64().unwrap();
    assert!(away["now"].as_u64().unwrap() >= last + 2_000, "{}", away["reading"]);
    assert!(away["reading"]["error"].as_str().unwrap().contains(&wire.at.to_string()));
    assert!(away["providers"].as_array().unwrap().len() == 4 && away["health"].is_object());
    let (status, _, why) = get(at, "/healthz");
    assert_eq!((status, why.contains(&wire.at.to_string())), (503, true), "{why}");
    assert!(get(at, "/metrics").2.contains("bsn_scrape_ok{chain_id=\"bsn-devnet-1\"} 0"));
    wire.is_cut.store(false, Ordering::SeqCst);
    until("that it is back", || Some(api(at)).filter(|it| it["reading"]["state"] == "ok"));

    // Strangers cost no memory and keep nobody out. BSN_GARBAGE=100000 is the whole of it, 37 s of processor time.
    let all: usize = std::env::var("BSN_GARBAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000);
    assert_eq!(garbage(at, &AtomicUsize::new(64)), 64);
    let (before, start) = (resident(), Instant::now());
    let (left, done) = (Arc::new(AtomicUsize::new(all)), Arc::new(AtomicUsize::default()));
    let strangers: Vec<_> = (0..64)
        .map(|_| {
            let (left, done) = (Arc::clone(&left), Arc::clone(&done));
            std::thread::spawn(move || {
                let sent = garbage(at, &left);
                done.fetch_add(1, Ordering::SeqCst);
                sent
            })
        })
        .collect();
    let (mut scrapes, mut slowest) = (0, Duration::ZERO);
    while done.load(Ordering::SeqCst) < strangers.len() {
        let asked = Instant::now();
        let text = get(at, "/metrics").2;
        assert_eq!((names(&text), text.ends_with("# EOF\n")), (names(&first), true));
        (scrapes, slowest) = (scrapes + 1, slowest.max(asked.elapsed()));
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent: usize = strangers.into_iter().map(|stranger| stranger.join().unwrap()).sum();
    assert_eq!(sent, all, "requests that were really sent");
    let grown = resident().saturating_sub(before) / 1_000_000;
    println!(
        "{all} requests in {:?}: {grown} MB more, {scrapes} scrapes between, the slowest {slowest:?}",
        start.elapsed()
    );
    assert!(grown < 50 && scrapes > 0, "{grown} MB more, {scrapes} scrapes");
}

fn dashboard(facts: &Value) -> SocketAddr {
    let url = facts["endpoints"]["dashboard"].as_str().unwrap();
    assert_eq!(facts["dashboard"], url);
    url.strip_prefix("http://").unwrap().strip_suffix('/').unwrap().parse().unwrap()
}

#[test]
fn a_devnet_says_where_its_dashboard_is_and_it_is_there() {
    let (_program, facts) = program(&["--block-time", "200ms"]);
    let at = dashboard(&facts);
    assert!(get(at, "/").2.contains("<canvas"));
    let state = until("the chain", || Some(api(at)).filter(|it| it["health"].is_object()));
    assert_eq!((&state["chain"]["id"], &state["chain"]["contract"]), (&facts["chain_id"], &facts["bsn"]));
    assert_eq!(state["chain"]["rpc"], facts["endpoints"]["chain"]);
}

#[test]
fn a_devnet_without_a_contract_says_so_and_that_it_cannot_be_read() {
    let (_program, facts) = program(&["--block-time", "200ms", "--bare"]);
    let at = dashboard(&facts);
    let state = until("a word", || Some(api(at)).filter(|it| it["reading"]["state"] == "unreadable"));
    assert_eq!((&state["chain"]["id"], &state["chain"]["contract"]), (&facts["chain_id"], &json!("")));
    assert!(state["reading"]["error"].as_str().unwrap().contains("calls no contract yet"), "{state}");
    assert!(state["tip"]["height"].is_u64() && state["health"].is_null());
    assert_eq!(get(at, "/healthz").0, 503);
}

#[test]
fn another_contract_is_not_called_a_node_that_is_away() {
    let devnet = Running::start();
    let node = format!("http://{}", devnet.at[0]);
    let light_client = devnet.facts()["btc_light_client"].as_str().unwrap().to_owned();
    let options = Options::new(&[node], &[], Some(&light_client), Retry::none()).unwrap();
    let at = serve::start(options).unwrap().at;
    let state = until("a word", || Some(api(at)).filter(|it| it["reading"]["state"] != "starting"));
    assert_eq!(state["reading"]["state"], "unreadable");
    assert!(state["reading"]["error"].as_str().unwrap().contains("SmartContractState"), "{state}");
}
