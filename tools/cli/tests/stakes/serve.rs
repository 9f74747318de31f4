//! The nodes over HTTP.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bsn_cli::doctor::read::Source;
use bsn_cli::keep::bitcoin::Outside;
use serde_json::{Value, json};

use crate::bitcoin::{Net, Shared};

/// A request: method, path, body.
pub fn read(stream: &mut TcpStream) -> Option<(String, String, String)> {
    let (mut text, mut buffer) = (Vec::new(), [0; 65_536]);
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        text.extend(&buffer[..count]);
        let Some(at) = text.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&text[..at]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if text.len() >= at + 4 + length.unwrap_or_default() {
            let mut first = head.lines().next()?.split(' ');
            let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
            return Some((method, path, String::from_utf8_lossy(&text[at + 4..]).into_owned()));
        }
    }
}

fn serve(net: &Shared, answer: fn(&mut Net, &str, &str, &str) -> (u16, String)) -> String {
    let (listener, net) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::clone(net));
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Some((method, path, body)) = read(&mut stream) else { continue };
            let (status, text) = answer(&mut net.lock().unwrap(), &method, &path, &body);
            let length = text.len();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all((head + &text).as_bytes());
        }
    });
    url
}

/// The address of an esplora server.
pub fn esplora_at(net: &Shared) -> String {
    serve(net, |net, method, path, body| net.page(method, path, body))
}

pub fn esplora(net: &Shared) -> Outside {
    Outside::new(&Source::Esplora(esplora_at(net)), Duration::from_secs(10)).unwrap()
}

pub fn bitcoind(net: &Shared) -> Outside {
    // Errors have status 500, as bitcoind has them.
    let url = serve(net, |net, _, _, body| {
        let call: Value = serde_json::from_str(body).unwrap();
        match net.call(call["method"].as_str().unwrap(), &call["params"]) {
            Ok(result) => (200, json!({ "result": result, "error": null, "id": 1 }).to_string()),
            Err((code, message)) => {
                let error = json!({ "code": code, "message": message });
                (500, json!({ "result": null, "error": error, "id": 1 }).to_string())
            }
        }
    });
    Outside::new(&Source::Rpc(url), Duration::from_secs(10)).unwrap()
}
