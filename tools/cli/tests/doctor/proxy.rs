//! A node in front of a devnet's that does something wrong with what it passes on.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bsn_rpc::Node;
use serde_json::{Value, json};

/// What becomes of a question.
pub enum Does {
    /// It is passed on.
    Pass,
    /// No answer comes.
    Hang,
    /// The answer ends in the middle.
    Cut,
    /// There is no such method.
    Missing,
    /// The answer is another.
    Says(Value),
}

/// A node that does this, by method, parameters, and what the true answer is; gives its address.
pub fn before(
    real: &str,
    does: impl Fn(&str, &Value, &dyn Fn() -> Value) -> Does + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let real = Node::new(real, Duration::from_secs(20)).unwrap();
    let does = Arc::new(does);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (real, does) = (real.clone(), Arc::clone(&does));
            std::thread::spawn(move || converse(stream, &real, &*does));
        }
    });
    url
}

/// What to do with a method, its parameters and, asked for, the true answer.
type Decide = dyn Fn(&str, &Value, &dyn Fn() -> Value) -> Does;

fn converse(mut stream: TcpStream, real: &Node, does: &Decide) {
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
    let (method, params) = (body["method"].as_str().unwrap_or_default(), &body["params"]);
    let truth = || real.call(method, params);
    let answer = match does(method, params, &|| truth().unwrap_or_default()) {
        Does::Pass => match truth() {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
            Err(bsn_rpc::Error::Refused { code, message, data, .. }) => {
                json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": code, "message": message, "data": data } })
            }
            Err(_) => missing(),
        },
        Does::Hang => return std::thread::sleep(Duration::from_secs(30)),
        Does::Missing => missing(),
        Does::Says(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
        Does::Cut => {
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"jsonrpc\":\"2.0\",\"res");
            return;
        }
    };
    let text = answer.to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
    let _ = stream.write_all((head + &text).as_bytes());
}

fn missing() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "Method not found" } })
}
