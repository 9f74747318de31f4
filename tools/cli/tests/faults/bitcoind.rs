//! Headers from a bitcoind: a double of the three calls that `bsn keep` makes, as rough as the real one.
//!
//! * It wants a user and a password, and answers 401 without a body where they are wrong.
//! * Before 28.0 it answers JSON-RPC as version 1.0 has it, whatever it is asked by: `result` and `error` both stand in each answer, and an
//!   error comes with status 500. Since then a question of version 2.0 is answered as such, an error with status 200.
//! * While it loads its index it refuses everything (-28). A height that it does not have is -8, a hash -5.
//! * Where too many ask at once it says `Work queue depth exceeded`, with status 503, in plain text.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::keep::{allow, lagging, rows, tip};
use crate::support::Running;
use crate::watchers::Caller;

const USER: &str = "bsn:secret word";

/// How it answers just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Mood {
    /// As 28.0 and later.
    New,
    /// As before.
    Old,
    /// It has just been started.
    Loads,
    /// Too many ask.
    Crowded,
}

const MOODS: [Mood; 4] = [Mood::New, Mood::Old, Mood::Loads, Mood::Crowded];

/// A bitcoind of a devnet's Bitcoin.
struct Bitcoind {
    port: u16,
    mood: Arc<AtomicU8>,
}

impl Bitcoind {
    fn start(devnet: &Arc<Running>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, mood) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU8::new(0)));
        let (devnet, shared) = (Arc::clone(devnet), Arc::clone(&mood));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (devnet, mood) = (Arc::clone(&devnet), Arc::clone(&shared));
                std::thread::spawn(move || converse(&stream, &devnet, &mood));
            }
        });
        Self { port, mood }
    }

    fn is(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn at(&self, user: &str) -> String {
        format!("rpc=http://{user}@127.0.0.1:{}", self.port)
    }
}

/// Question after question, for as long as the other side stays.
fn converse(stream: &TcpStream, devnet: &Running, mood: &AtomicU8) {
    let mut lines = BufReader::new(stream);
    loop {
        let (mut length, mut user) = (0, String::new());
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap();
                }
                Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                    value.clone_into(&mut user)
                }
                None if line == "\r\n" => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body).unwrap();
        let is_known = user == format!("Basic {}", STANDARD.encode(USER));
        let (status, text) = match MOODS[usize::from(mood.load(Ordering::SeqCst))] {
            _ if !is_known => (401, String::new()),
            Mood::Crowded => (503, "Work queue depth exceeded".to_owned()),
            mood => answer(devnet, mood, &serde_json::from_slice(&body).unwrap()),
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            text.len()
        );
        let mut out = stream;
        if out.write_all((head + &text).as_bytes()).is_err() {
            return;
        }
    }
}

fn answer(devnet: &Running, mood: Mood, asked: &Value) -> (u16, String) {
    let result = if mood == Mood::Loads { Err((-28, "Loading block index…")) } else { of(devnet, asked) };
    let is_new = mood == Mood::New && asked["jsonrpc"] == "2.0";
    let (status, answer) = match (result, is_new) {
        (Ok(result), true) => (200, json!({ "jsonrpc": "2.0", "result": result, "id": asked["id"] })),
        (Ok(result), false) => (200, json!({ "result": result, "error": null, "id": asked["id"] })),
        (Err((code, message)), true) => (
            200,
            json!({ "jsonrpc": "2.0", "error": { "code": code, "message": message }, "id": asked["id"] }),
        ),
        (Err((code, message)), false) => {
            (500, json!({ "result": null, "error": { "code": code, "message": message }, "id": asked["id"] }))
        }
    };
    (status, format!("{answer}\n"))
}

fn of(devnet: &Running, asked: &Value) -> Result<Value, (i64, &'static str)> {
    let (method, params) = (asked["method"].as_str().unwrap_or_default().to_owned(), asked["params"].clone());
    let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
    let ask = move |engine: &mut bsn_cli::devnet::Engine| {
        let miner = &engine.net.miner;
        match method.as_str() {
            "getblockcount" => Ok(json!(miner.tip_height())),
            "getblockhash" => {
                let height = params[0].as_u64().and_then(|height| u32::try_from(height).ok());
                let block = height.and_then(|height| miner.block_at(height));
                block
                    .map(|block| json!(hex::encode(reversed(&block.hash))))
                    .ok_or((-8, "Block height out of range"))
            }
            "getblockheader" => {
                let hash = params[0].as_str().and_then(|text| hex::decode(text).ok());
                let hash: Option<[u8; 32]> = hash.and_then(|hash| reversed(&hash).try_into().ok());
                let block = hash.and_then(|hash| miner.block(&hash)).ok_or((-5, "Block not found"))?;
                // Without `false` it answers an object.
                Ok(if params[1] == false {
                    json!(hex::encode(block.header))
                } else {
                    json!({ "height": block.height })
                })
            }
            _ => Err((-32601, "Method not found")),
        }
    };
    devnet.handle.run_blocking(ask).unwrap()
}

#[test]
fn headers_come_from_a_bitcoind_of_either_age_and_what_is_wrong_with_it_is_one_sentence() {
    let devnet = Arc::new(Running::start());
    let (alice, bitcoind) = (Caller::new(&devnet, 0), Bitcoind::start(&devnet));
    allow(&devnet, &[0]);
    let right = bitcoind.at("bsn:secret%20word");
    let keep = |at: &str| alice.sign(&["keep", "--once", "--json", "--duties", "headers", "--bitcoin", at]);
    let mut theirs = lagging(&devnet, 3);
    for mood in [Mood::New, Mood::Old] {
        bitcoind.is(mood);
        let (code, out, err) = keep(&right);
        assert!(code == 0 && rows(&out).iter().any(|row| row["state"] == "done"), "{mood:?}: {out}{err}");
        assert_eq!(tip(&devnet).0, theirs, "{mood:?}");
        theirs = devnet.control("fault/reorg?depth=2")["seen"]["tip"].as_u64().unwrap();
    }
    let name = format!("http://127.0.0.1:{}", bitcoind.port);
    let fails = |at: &str, why: &str| {
        let (code, out, err) = keep(at);
        assert!(code == 1 && err.contains(&format!("{name}{why}")), "{why}: {out}{err}");
        assert!(!format!("{out}{err}").contains("secret"), "{out}{err}");
    };
    for user in ["bsn:other", "other:secret%20word"] {
        fails(
            &bitcoind.at(user),
            " does not take this user and password: it answered getblockcount with status 401",
        );
    }
    bitcoind.is(Mood::Loads);
    fails(&right, " refused getblockcount: Loading block index…");
    bitcoind.is(Mood::Crowded);
    fails(&right, " is overloaded or limits how often it may be asked: status 503 to getblockcount");
    bitcoind.is(Mood::New);
    assert_eq!(keep(&right).0, 0);
    assert_eq!(tip(&devnet).0, theirs);
}
