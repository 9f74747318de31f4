//! The dashboard's port: which path answers what.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use bsn_rpc::Client;
use tokio::sync::Semaphore;

use super::port::{WHOLE, accept, json_reply, late, misdirected, only, reply, text};
use super::{Shared, api, healthz, host, metrics, now_ms, page, rpc};

/// How much of a body is read: a batch of questions.
const BODY: usize = 64 << 10;
/// How many questions are passed on to the node at once; more are refused after a while.
const PASSED_ON: usize = 4;
const PATIENCE: Duration = Duration::from_secs(10);
/// How many scrapes and answers of `/api` are made at once: each is a text of some hundred kilobytes.
const MADE: usize = 4;

/// What the answers are made of.
#[derive(Clone)]
struct Site {
    shared: Shared,
    /// Whose pages may read `/api`, beside our own.
    origin: Option<HeaderValue>,
    hosts: Arc<[String]>,
    chain: Client,
    passing: Arc<Semaphore>,
    making: Arc<Semaphore>,
}

/// Serves until the process ends.
pub fn run(
    listener: std::net::TcpListener,
    shared: Shared,
    chain: Client,
    origin: Option<HeaderValue>,
    hosts: Vec<String>,
) {
    let (passing, making) = (Arc::new(Semaphore::new(PASSED_ON)), Arc::new(Semaphore::new(MADE)));
    let site = Site { shared, origin, hosts: hosts.into(), chain, passing, making };
    let runtime =
        tokio::runtime::Builder::new_current_thread().max_blocking_threads(PASSED_ON).enable_all().build();
    let ended = runtime.and_then(|runtime| {
        runtime.block_on(accept(listener, Router::new().fallback(answer).with_state(site)))
    });
    if let Err(error) = ended {
        eprintln!("the dashboard's server ended: {error}");
    }
}

async fn answer(State(site): State<Site>, request: Request<Body>) -> Response<Body> {
    tokio::time::timeout(WHOLE, route(&site, request)).await.unwrap_or_else(|_| late())
}

async fn route(site: &Site, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if let Some(name) = parts.headers.get(header::HOST)
        && !name.to_str().is_ok_and(|name| host::is_own(name, &site.hosts))
    {
        return misdirected();
    }
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    match (&parts.method, path) {
        (&Method::POST, "/rpc") => passed_on(site, body).await,
        (_, "/rpc") => only("POST"),
        (&Method::GET | &Method::HEAD, path) => match path {
            "/" => html(page::DASHBOARD, "connect-src 'self'"),
            "/final" => html(page::FINAL, "connect-src http: https:"),
            "/api" => made(site, |site| state(site, query)).await,
            "/metrics" => made(site, scrape).await,
            "/healthz" => health(site),
            _ => text(
                StatusCode::NOT_FOUND,
                "there is /, /final, /api, /metrics, /healthz and /rpc".to_owned(),
            ),
        },
        _ => only("GET, HEAD"),
    }
}

/// One of a few at a time.
async fn made(site: &Site, make: impl FnOnce(&Site) -> Response<Body>) -> Response<Body> {
    match site.making.acquire().await {
        Ok(_turn) => make(site),
        Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "closing".to_owned()),
    }
}

fn state(site: &Site, query: &str) -> Response<Body> {
    let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let since = field("run").zip(field("since").and_then(|text| text.parse().ok()));
    let mut response = json_reply(StatusCode::OK, &api::state(&site.shared.read(), since, now_ms()));
    if let Some(origin) = &site.origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

fn scrape(site: &Site) -> Response<Body> {
    match metrics::text(&site.shared.read(), now_ms()) {
        Ok(found) => reply(StatusCode::OK, metrics::TYPE, found),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

fn health(site: &Site) -> Response<Body> {
    let (status, body) = healthz::answer(&site.shared.read(), now_ms());
    json_reply(status, &body)
}

async fn passed_on(site: &Site, body: Body) -> Response<Body> {
    let Ok(bytes) = axum::body::to_bytes(body, BODY).await else {
        return text(StatusCode::PAYLOAD_TOO_LARGE, format!("at most {BODY} bytes are read"));
    };
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(&site.passing).acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        return text(StatusCode::TOO_MANY_REQUESTS, "the node is asked too much already".to_owned());
    };
    let chain = site.chain.clone();
    let work = move |bytes: Bytes| {
        let answer = rpc::answer(&bytes, &rpc::through(&chain));
        drop(turn);
        answer
    };
    match tokio::task::spawn_blocking(move || work(bytes)).await {
        Ok(answer) => json_reply(StatusCode::OK, &answer),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

fn html(page: &'static str, connect: &'static str) -> Response<Body> {
    let mut response = reply(StatusCode::OK, "text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    // The page's own policy forbids the rest: both hold.
    let policy = format!(
        "default-src 'self' 'unsafe-inline' data:; {connect}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
