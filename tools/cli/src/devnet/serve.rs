//! The thread that owns the chain, and the three servers that ask it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use devnet::Machine;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::engine::{Engine, Options};
use super::params::Params;
use super::rpc::{self, RpcError};
use super::{babylon, control, esplora};

/// The most that is read of a request: a code may be in it.
const BODY: usize = 8 << 20;
/// How many calls a batch may hold, as CometBFT's default.
const BATCH: usize = 10;

type Job = Box<dyn FnOnce(&mut Engine) + Send>;

/// A hold on the thread that owns the chain.
#[derive(Clone)]
pub struct Handle(Sender<Job>);

impl Handle {
    /// Does something on the chain, between blocks.
    ///
    /// # Errors
    /// If the thread has ended.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |engine| drop(answer.send(work(engine))));
        self.0.send(job).map_err(|_| anyhow!("the chain has stopped"))?;
        answered.await.context("the chain has stopped")
    }

    /// The same, for who can wait.
    ///
    /// # Errors
    /// If the thread has ended.
    pub fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |engine| drop(answer.send(work(engine))));
        self.0.send(job).map_err(|_| anyhow!("the chain has stopped"))?;
        answered.blocking_recv().context("the chain has stopped")
    }
}

/// Where the three servers listen; port 0 is any.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The chain's.
    pub chain: u16,
    /// That of Babylon's double.
    pub babylon: u16,
    /// That of the esplora double.
    pub bitcoin: u16,
}

/// A devnet that runs.
pub struct Devnet {
    /// Its chain.
    pub handle: Handle,
    /// Where each server listens: chain, Babylon, Bitcoin.
    pub at: [SocketAddr; 3],
}

#[derive(Clone, Copy)]
enum Side {
    Chain,
    Babylon,
}

/// Starts the chain and its servers; they end with the process.
///
/// # Errors
/// If a port is taken, or the chain does not start.
pub fn start(options: Options, ports: Ports, machine: fn() -> Result<Machine>) -> Result<Devnet> {
    let listen = |port: u16| {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} of loopback is taken"))?;
        listener.set_nonblocking(true).context("cannot use a port")?;
        Ok::<_, anyhow::Error>(listener)
    };
    let listeners = [listen(ports.chain)?, listen(ports.babylon)?, listen(ports.bitcoin)?];
    let mut at = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 3];
    for (at, listener) in at.iter_mut().zip(&listeners) {
        *at = listener.local_addr().context("a port has no address")?;
    }
    let (jobs, queue) = channel();
    let (begun, has_begun) = channel();
    std::thread::Builder::new()
        .name("chain".to_owned())
        .spawn(move || {
            let block_time = options.block_time;
            match machine().and_then(|machine| Engine::start(options, &machine, now())) {
                Ok(engine) => {
                    let _ = begun.send(Ok(()));
                    live(engine, &queue, block_time);
                }
                Err(error) => drop(begun.send(Err(error))),
            }
        })
        .context("cannot start a thread")?;
    has_begun.recv().context("the chain ended while it started")??;
    let handle = Handle(jobs);
    let server = handle.clone();
    std::thread::Builder::new()
        .name("servers".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(servers(server, listeners)),
                Err(error) => eprintln!("cannot serve: {error}"),
            }
        })
        .context("cannot start a thread")?;
    Ok(Devnet { handle, at })
}

/// A block when it is time, and in between whatever is asked.
fn live(mut engine: Engine, queue: &Receiver<Job>, block_time: Duration) {
    let mut next = Instant::now() + block_time;
    loop {
        match queue.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(job) => job(&mut engine),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Instant::now() >= next {
            if !engine.trouble.chain_stopped {
                engine.produce(now());
            }
            next = Instant::now() + block_time;
        }
    }
}

/// Nanoseconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

async fn servers(handle: Handle, listeners: [std::net::TcpListener; 3]) {
    let [chain, babylon, bitcoin] = listeners;
    let of = |side: Side| {
        let fallback =
            move |State(handle): State<Handle>, request: Request<Body>| node(handle, side, request);
        Router::new().fallback(fallback).with_state(handle.clone())
    };
    let esplora = |State(handle): State<Handle>, request: Request<Body>| bitcoins(handle, request);
    let bitcoins = Router::new().fallback(esplora).with_state(handle.clone());
    let serve = |listener: std::net::TcpListener, router: Router| async move {
        let served = async { axum::serve(TcpListener::from_std(listener)?, router).await };
        if let Err(error) = served.await {
            eprintln!("a server ended: {error}");
        }
    };
    tokio::join!(serve(chain, of(Side::Chain)), serve(babylon, of(Side::Babylon)), serve(bitcoin, bitcoins));
}

/// A node: JSON-RPC by POST, one method by GET, control of faults.
async fn node(handle: Handle, side: Side, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().trim_matches('/').to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if parts.method == Method::OPTIONS {
        return reply(StatusCode::NO_CONTENT, "text/plain", String::new());
    }
    if let Some(asked) = path.strip_prefix("devnet/") {
        return controlled(&handle, asked.to_owned(), query).await;
    }
    if parts.method == Method::GET {
        let params = Params::of_address(&query);
        let answer = call(&handle, side, path, params).await;
        return json_reply(&envelope(&json!(-1), answer));
    }
    let Ok(bytes) = axum::body::to_bytes(body, BODY).await else {
        return reply(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "request body too large".to_owned());
    };
    posted(&handle, side, &bytes).await
}

async fn posted(handle: &Handle, side: Side, bytes: &Bytes) -> Response<Body> {
    let Ok(request) = serde_json::from_slice::<Value>(bytes) else {
        let error = RpcError { code: -32700, message: "Parse error. Invalid JSON", data: String::new() };
        return json_reply(&envelope(&json!(-1), Err(error)));
    };
    let Value::Array(batch) = request else {
        return json_reply(&one(handle, side, request).await);
    };
    if batch.len() > BATCH {
        let data = format!("batch request exceeds maximum {BATCH} requests");
        let error = RpcError { code: -32600, message: "Invalid Request", data };
        return json_reply(&envelope(&json!(-1), Err(error)));
    }
    let mut answers = Vec::with_capacity(batch.len());
    for request in batch {
        answers.push(one(handle, side, request).await);
    }
    json_reply(&Value::Array(answers))
}

async fn one(handle: &Handle, side: Side, mut request: Value) -> Value {
    let id = request["id"].take();
    let method = request["method"].as_str().unwrap_or_default().to_owned();
    let answer = match Params::of_body(&method, request["params"].take()) {
        Ok(params) => call(handle, side, method, params).await,
        Err(error) => Err(error),
    };
    envelope(&id, answer)
}

async fn call(handle: &Handle, side: Side, method: String, params: Params) -> Result<Value, RpcError> {
    let answer = handle.run(move |engine| match side {
        Side::Chain => rpc::call(engine, &method, &params),
        Side::Babylon => babylon::call(engine, &method, &params),
    });
    answer.await.unwrap_or_else(|error| Err(rpc::internal(error.to_string())))
}

fn envelope(id: &Value, answer: Result<Value, RpcError>) -> Value {
    match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(RpcError { code, message, data }) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message, "data": data } })
        }
    }
}

/// `/devnet/info`, `/devnet/babylon`, `/devnet/faults`, `/devnet/fault/NAME?…`, `/devnet/block`.
async fn controlled(handle: &Handle, path: String, query: String) -> Response<Body> {
    let answer = handle.run(move |engine| match path.as_str() {
        "info" => Ok(super::show::facts(engine)),
        "babylon" => Ok(babylon::facts(engine)),
        "block" => {
            engine.produce(now());
            Ok(json!({ "height": engine.height() }))
        }
        "faults" => Ok(super::show::faults()),
        other => match other.strip_prefix("fault/") {
            Some(name) => control::cause(engine, name, &Params::of_address(&query)),
            None => Err(format!("there is no /devnet/{other}")),
        },
    });
    match answer.await {
        Ok(Ok(value)) => json_reply(&value),
        Ok(Err(error)) => {
            reply(StatusCode::BAD_REQUEST, "application/json", json!({ "error": error }).to_string())
        }
        Err(error) => reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
    }
}

async fn bitcoins(handle: Handle, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let is_sent = parts.method == Method::POST && path == "/tx";
    let Ok(bytes) = axum::body::to_bytes(body, BODY).await else {
        return reply(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "request body too large".to_owned());
    };
    let work = move |engine: &mut Engine| {
        if is_sent {
            esplora::take(engine, &bytes).map(|txid| Some(Ok(txid)))
        } else {
            Ok(esplora::answer(engine, &path))
        }
    };
    match handle.run(work).await {
        Ok(Ok(Some(Ok(text)))) => reply(StatusCode::OK, "text/plain", text),
        Ok(Ok(Some(Err(value)))) => json_reply(&value),
        Ok(Ok(None)) => reply(StatusCode::NOT_FOUND, "text/plain", "Block not found".to_owned()),
        Ok(Err(why)) => reply(StatusCode::BAD_REQUEST, "text/plain", why),
        Err(error) => reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
    }
}

fn json_reply(value: &Value) -> Response<Body> {
    reply(StatusCode::OK, "application/json", value.to_string())
}

/// Pages from anywhere may ask: this is a chain for developers.
fn reply(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    response
}
