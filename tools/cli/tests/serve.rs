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
use support::{Running, until};

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

/// Requests that are none, or for what there is not, on one connection after the other.
fn garbage(at: SocketAddr, count: usize) {
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
    for number in 0..count {
        let Ok(mut stream) = TcpStream::connect(at) else { continue };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let _ = stream.write_all(kinds[number % kinds.len()].as_bytes());
        // One in a hundred goes away without reading.
        if number % 100 != 0 {
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    }
}

#[test]
fn a_chain_is_served_whole_cheaply_and_without_a_lie_when_its_node_is_away() {
    let devnet = Running::start();
    let wire = Wire::to(devnet.at[0]);
    let retry = Retry { rounds: 1, timeout: Duration::from_secs(5), ..Retry::default() };
    let (chain, babylon) = (format!("http://{}", wire.at), format!("http://{}", devnet.at[1]));
    let options = Options::new(&[chain], &[babylon], &devnet.bsn(), retry).unwrap();
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
    let checks = state["checks"].as_array().unwrap();
    let is_well = checks.iter().all(|check| check["level"] != "critical");
    assert_eq!(get(at, "/healthz").0, if is_well { 200 } else { 503 }, "{checks:?}");
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

    // Strangers cost no memory and keep nobody out. BSN_GARBAGE=100000 is the whole of it.
    let all: usize = std::env::var("BSN_GARBAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000);
    garbage(at, 64);
    let (before, start, done) = (resident(), Instant::now(), Arc::new(AtomicUsize::default()));
    let strangers: Vec<_> = (0..64)
        .map(|_| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || {
                garbage(at, all / 64);
                done.fetch_add(1, Ordering::SeqCst);
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
    for stranger in strangers {
        stranger.join().unwrap();
    }
    let grown = resident().saturating_sub(before) / 1_000_000;
    println!(
        "{all} requests in {:?}: {grown} MB more, {scrapes} scrapes between, the slowest {slowest:?}",
        start.elapsed()
    );
    assert!(grown < 50 && scrapes > 0, "{grown} MB more, {scrapes} scrapes");
}
