//! The port: `GET /` says who this is, `POST /sign` takes a request.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request as Asking, Response, StatusCode, header};
use serde_json::json;
use tokio::sync::oneshot;

use super::signer::Asked;
use super::{BODY, Sheet};
use crate::committee::file::{Request, ShareFile};
use crate::committee::member::Refused;
use crate::serve::host;
use crate::serve::port::{WHOLE, accept, json_reply, late, misdirected, only, reply, text};

#[derive(Clone)]
struct Site {
    sheet: Sheet,
    signer: SyncSender<Asked>,
    hosts: Arc<[String]>,
}

/// Serves until the process ends. `hosts` are the names beside `localhost` under which it is asked.
///
/// # Errors
/// If the port cannot be used.
pub fn run(
    listener: std::net::TcpListener,
    sheet: Sheet,
    signer: SyncSender<Asked>,
    hosts: Vec<String>,
) -> Result<()> {
    let router = Router::new().fallback(answer).with_state(Site { sheet, signer, hosts: hosts.into() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(accept(listener, router))?)
}

async fn answer(State(site): State<Site>, asking: Asking<Body>) -> Response<Body> {
    tokio::time::timeout(WHOLE, route(&site, asking)).await.unwrap_or_else(|_| late())
}

async fn route(site: &Site, asking: Asking<Body>) -> Response<Body> {
    let (parts, body) = asking.into_parts();
    if let Some(name) = parts.headers.get(header::HOST)
        && !name.to_str().is_ok_and(|name| host::is_own(name, &site.hosts))
    {
        return misdirected();
    }
    match (&parts.method, parts.uri.path()) {
        (&Method::POST, "/sign") => sign(site, body).await,
        (_, "/sign") => only("POST"),
        (&Method::GET | &Method::HEAD, "/") => json_reply(StatusCode::OK, &site.sheet.read()),
        (_, "/") => only("GET, HEAD"),
        _ => text(StatusCode::NOT_FOUND, "there is / and /sign".to_owned()),
    }
}

async fn sign(site: &Site, body: Body) -> Response<Body> {
    let Ok(bytes) = axum::body::to_bytes(body, BODY).await else {
        let why = format!("at most {BODY} bytes are read");
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &why);
    };
    let read = std::str::from_utf8(&bytes).map_err(|error| error.to_string()).and_then(Request::read);
    let request = match read {
        Ok(request) => request,
        Err(why) => return answered(&Err(Refused::Form(why))),
    };
    let (answer, wait) = oneshot::channel();
    match site.signer.try_send(Asked { request, answer }) {
        Ok(()) => {}
        Err(TrySendError::Full(_)) => {
            return refused(StatusCode::TOO_MANY_REQUESTS, "busy", "too many wait already: ask again");
        }
        Err(TrySendError::Disconnected(_)) => return ending(),
    }
    wait.await.map_or_else(|_| ending(), |signed| answered(&signed))
}

fn answered(signed: &Result<ShareFile, Refused>) -> Response<Body> {
    match signed {
        // As `bsn covenant sign` writes it to a file.
        Ok(share) => match share.text() {
            Ok(text) => reply(StatusCode::OK, "application/json", text),
            Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, "form", &error.to_string()),
        },
        Err(why) => refused(status(why), &why.name(), &why.to_string()),
    }
}

/// Nothing is signed, and why.
fn refused(status: StatusCode, name: &str, why: &str) -> Response<Body> {
    json_reply(status, &json!({ "refused": name, "why": why }))
}

fn ending() -> Response<Body> {
    refused(StatusCode::SERVICE_UNAVAILABLE, "ending", "this server is about to end")
}

/// Whose fault it is, and whether to ask again.
fn status(why: &Refused) -> StatusCode {
    match why {
        Refused::Form(_) | Refused::Item(_) => StatusCode::BAD_REQUEST,
        Refused::Chain { .. }
        | Refused::Rule(_)
        | Refused::NoMember { .. }
        | Refused::StakingTx(_)
        | Refused::Expansion(_)
        | Refused::Unseen(_)
        | Refused::Spent { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refused::SignedOther(_) => StatusCode::CONFLICT,
        Refused::Enough { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refused::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refused::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
