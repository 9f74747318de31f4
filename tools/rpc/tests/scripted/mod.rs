//! A node that answers what a test says.

pub mod tls;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

type Script = dyn Fn(&str, &Value, usize) -> Vec<u8> + Send + Sync;

/// A node on loopback; its thread ends with the test's process.
pub struct Scripted {
    /// Where it is.
    pub url: String,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn serve(script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, counter) = (Arc::clone(&script), Arc::clone(&counter));
                std::thread::spawn(move || converse(stream, &script, &counter));
            }
        });
        Self { url, asked }
    }

    /// Takes the question and says nothing.
    pub fn silent() -> Self {
        Self::serve(Arc::new(|_, _, _| {
            std::thread::sleep(Duration::from_secs(30));
            Vec::new()
        }))
    }

    /// Says this and hangs up.
    pub fn raw(text: &'static str) -> Self {
        Self::serve(Arc::new(move |_, _, _| text.as_bytes().to_vec()))
    }

    /// Answers by method, and by how often it was asked.
    pub fn answers(script: impl Fn(&str, usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::serve(Arc::new(move |method, _, asked| http(script(method, asked))))
    }

    /// A chain whose blocks up to `height` all have one hash.
    pub fn chain(id: &'static str, height: u64, hash: &'static str) -> Self {
        Self::serve(Arc::new(move |method, params, _| {
            let asked = params["height"].as_str().and_then(|text| text.parse().ok()).unwrap_or(height);
            match method {
                "block" if asked <= height => http((200, rpc(&block(id, asked, hash)))),
                "block" => http((500, refusal())),
                _ => http((200, rpc(&status(id, height)))),
            }
        }))
    }

    /// Names a height and has no block.
    pub fn boaster(id: &'static str, height: u64) -> Self {
        Self::answers(move |method, _| match method {
            "status" => (200, rpc(&status(id, height))),
            _ => (500, refusal()),
        })
    }

    /// How many questions it got.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// One question, one answer.
fn converse(mut stream: TcpStream, script: &Arc<Script>, counter: &AtomicUsize) {
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    let body = loop {
        let Ok(read @ 1..) = stream.read(&mut buffer) else { return };
        seen.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&seen);
        let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str::<Value>(body) {
            break body;
        }
    };
    let asked = counter.fetch_add(1, Ordering::SeqCst) + 1;
    let method = body["method"].as_str().unwrap_or_default();
    let _ = stream.write_all(&script(method, &body["params"], asked));
}

fn http((status, body): (u16, String)) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} .\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

fn refusal() -> String {
    let error = json!({ "code": -32603, "message": "Internal error", "data": "height is not available" });
    json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string()
}

/// A result in its envelope.
pub fn rpc(result: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string()
}

/// As CometBFT writes it, as far as it is read.
pub fn status(id: &str, height: u64) -> Value {
    json!({ "node_info": { "network": id, "moniker": "scripted", "version": "0.38.21" },
        "sync_info": { "latest_block_height": height.to_string(), "earliest_block_height": "1",
            "latest_block_time": "2026-01-01T00:00:00Z", "catching_up": false } })
}

fn block(id: &str, height: u64, hash: &str) -> Value {
    let header = json!({ "chain_id": id, "height": height.to_string(), "time": "2026-01-01T00:00:00Z",
        "app_hash": "00".repeat(32) });
    json!({ "block_id": { "hash": hash }, "block": { "header": header, "data": { "txs": [] } } })
}
