//! A devnet in the test's own process, on ports that are free.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bsn_cli::devnet::serve::{Devnet, Handle, Ports, start};
use bsn_cli::devnet::{Options, show};
use bsn_rpc::Client;
use serde_json::{Value, json};

/// A devnet; it ends with the process.
pub struct Running {
    /// Its chain's thread.
    pub handle: Handle,
    /// Its ports: chain, Babylon, Bitcoin.
    pub at: [SocketAddr; 3],
    /// A client of its chain.
    pub client: Client,
    facts: Value,
}

/// Quick blocks, four finality providers.
pub fn options() -> Options {
    Options {
        chain_id: "bsn-devnet-1".to_owned(),
        prefix: "bbnc".to_owned(),
        denom: "ustake".to_owned(),
        seed: 7,
        stakes: vec![40, 35, 30, 25],
        block_time: Duration::from_millis(150),
        bitcoin_time: Duration::from_secs(5),
        epoch_time: Duration::from_secs(10),
        voting_period: Duration::from_secs(1),
        min_price: 0,
        verified: false,
        alone: false,
        instantiate: Options::quick_jail(),
    }
}

impl Running {
    /// Starts one.
    pub fn start() -> Self {
        Self::with(options())
    }

    /// Starts one of one's own making.
    pub fn with(options: Options) -> Self {
        Self::on(options, || Ok(devnet::Machine::native()))
    }

    /// The same on another machine.
    pub fn on(options: Options, machine: fn() -> anyhow::Result<devnet::Machine>) -> Self {
        let ports = Ports { chain: 0, babylon: 0, bitcoin: 0 };
        let Devnet { handle, at } = start(options, ports, machine).unwrap();
        let facts = handle.run_blocking(|engine| show::facts(engine)).unwrap();
        let client = Client::new(&[format!("http://{}", at[0])]).unwrap();
        Self { handle, at, client, facts }
    }

    /// The contract's address.
    pub fn bsn(&self) -> String {
        self.facts["bsn"].as_str().unwrap().to_owned()
    }

    /// What it says of itself, as `bsn devnet --json` prints it.
    pub fn facts(&self) -> Value {
        let at = self.at.map(|at| format!("http://{at}"));
        let mut facts = self.facts.clone();
        facts["endpoints"] = json!({ "chain": at[0], "babylon": at[1], "bitcoin": at[2] });
        facts
    }

    /// A page of the control.
    pub fn control(&self, path: &str) -> Value {
        let (status, _, body) = self.http("GET", &format!("/devnet/{path}"), "");
        let value: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200, "{value}");
        value
    }

    /// One request by hand: status, head, body.
    pub fn http(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.at[0]).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nOrigin: http://page\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
    }
}

/// Tries until there is something.
pub fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The program, until this is dropped.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

/// `bsn devnet --json` on ports that are free, and what it prints.
pub fn program(more: &[&str]) -> (Program, Value) {
    let ports = ["--port", "0", "--babylon-port", "0", "--bitcoin-port", "0", "--dashboard-port", "0"];
    let mut bsn = Command::new(env!("CARGO_BIN_EXE_bsn"));
    bsn.args(["devnet", "--json"]).args(ports).args(more);
    let mut child = bsn.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Program(child), serde_json::from_str(&line).unwrap())
}
