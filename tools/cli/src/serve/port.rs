//! A port: how much anybody may take up of it, and the head of every answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How many connections are open at once; more wait.
const CONNECTIONS: usize = 128;
/// How long a head may take to come.
const HEAD: Duration = Duration::from_secs(10);
/// How long an answer may take to be made and taken.
pub const WHOLE: Duration = Duration::from_secs(60);
/// How long a connection is used.
const LIFE: Duration = Duration::from_secs(300);
/// How much of a head is read.
const HEAD_BYTES: usize = 16 << 10;

/// Takes connections until the process ends.
///
/// # Errors
/// If the port cannot be used.
pub async fn accept(listener: std::net::TcpListener, router: Router) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
        // One that cannot be taken, for want of files or since it is gone, is no reason to end.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let router = router.clone();
        tokio::spawn(async move {
            // A connection that says nothing, or takes nothing, ends; what was wrong with it concerns nobody.
            let _ = connection(stream, router).await;
            drop(place);
        });
    }
}

/// After its time a connection ends with the answer that it is at, and who does not take that is cut off.
async fn connection(stream: TcpStream, router: Router) -> Result<(), hyper::Error> {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = std::pin::pin!(served);
    if let Ok(ended) = tokio::time::timeout(LIFE, served.as_mut()).await {
        return ended;
    }
    served.as_mut().graceful_shutdown();
    tokio::time::timeout(WHOLE, served).await.unwrap_or(Ok(()))
}

/// For what took longer than [`WHOLE`].
pub fn late() -> Response<Body> {
    text(StatusCode::SERVICE_UNAVAILABLE, "too slow".to_owned())
}

/// For who asks by a name that is not [ours](super::host::is_own).
pub fn misdirected() -> Response<Body> {
    let why = "this server is asked by address or as localhost; other names are given with --host";
    text(StatusCode::MISDIRECTED_REQUEST, why.to_owned())
}

/// For another method than these.
pub fn only(methods: &'static str) -> Response<Body> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("only {methods}"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// A sentence.
pub fn text(status: StatusCode, body: String) -> Response<Body> {
    reply(status, "text/plain; charset=utf-8", body)
}

/// JSON.
pub fn json_reply(status: StatusCode, value: &Value) -> Response<Body> {
    reply(status, "application/json", value.to_string())
}

/// A body of some type, which nobody keeps.
pub fn reply(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
