//! One endpoint, one call.

use std::io::ErrorKind;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{Error, Result};

/// How much of an answer is read: a block's results may be long.
const LIMIT: u64 = 64 << 20;
/// CometBFT hangs up on who says nothing for ten seconds.
const IDLE: Duration = Duration::from_secs(3);
/// JSON-RPC's code for a method that is not there.
const METHOD_NOT_FOUND: i64 = -32601;
/// How much of a foreign answer is shown.
const SHOWN: usize = 60;

/// A node; clones share connections.
#[derive(Debug, Clone)]
pub struct Node {
    agent: ureq::Agent,
    url: String,
    login: Option<String>,
    name: String,
    timeout: Duration,
}

impl Node {
    /// By its address.
    ///
    /// # Errors
    /// [`Error::BadUrl`].
    pub fn new(url: &str, timeout: Duration) -> Result<Self> {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_idle_age(IDLE)
            .user_agent(concat!("bsn/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let (bare, login) = split(url);
        Ok(Self { agent, name: name(url)?, url: bare.replacen("tcp://", "http://", 1), login, timeout })
    }

    /// What it is called in errors: without path, query and password, for keys are kept in them.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One call.
    ///
    /// # Errors
    /// The first eight kinds of [`Error`].
    pub fn call(&self, method: &str, params: &Value) -> Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut post = self.agent.post(&self.url);
        if let Some(login) = &self.login {
            post = post.header("Authorization", login);
        }
        let mut response = post.send_json(&body).map_err(|error| self.blame(method, error))?;
        let status = response.status().as_u16();
        let read = response.body_mut().with_config().limit(LIMIT).lossy_utf8(true).read_to_string();
        let text = read.map_err(|error| self.blame_body(method, error))?;
        self.parse(method, status, &text)
    }

    /// Any page of the same host, such as its metrics.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn page(&self, url: &str) -> Result<String> {
        let (bare, login) = split(url);
        let mut get = self.agent.get(&bare);
        if let Some(login) = &login {
            get = get.header("Authorization", login);
        }
        let answer = get.call().and_then(|mut page| page.body_mut().read_to_string());
        answer.map_err(|error| self.blame(url, error))
    }

    /// Any page of the same host with its HTTP status, where what is not there is an answer.
    ///
    /// # Errors
    /// If nobody answers, or whoever is there has too much to do.
    pub fn get(&self, url: &str) -> Result<(u16, String)> {
        let (bare, login) = split(url);
        let mut get = self.agent.get(&bare);
        if let Some(login) = &login {
            get = get.header("Authorization", login);
        }
        self.answer(url, get.call())
    }

    /// The same for a text that is handed over.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn post(&self, url: &str, text: &str) -> Result<(u16, String)> {
        let (bare, login) = split(url);
        let mut post = self.agent.post(&bare).content_type("text/plain");
        if let Some(login) = &login {
            post = post.header("Authorization", login);
        }
        self.answer(url, post.send(text))
    }

    fn answer(
        &self,
        url: &str,
        answer: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<(u16, String)> {
        // Of the address only the path: keys are kept in the rest.
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let method = path.and_then(|path| path.split('?').next()).unwrap_or("/");
        let mut answer = answer.map_err(|error| self.blame(method, error))?;
        let status = answer.status().as_u16();
        if matches!(status, 429 | 502..=504) {
            return Err(Error::Busy { node: self.name.clone(), method: method.to_owned(), status });
        }
        let read = answer.body_mut().with_config().limit(LIMIT).lossy_utf8(true).read_to_string();
        Ok((status, read.map_err(|error| self.blame_body(method, error))?))
    }

    fn parse(&self, method: &str, status: u16, text: &str) -> Result<Value> {
        let parsed = serde_json::from_str::<Value>(text);
        // CometBFT answers errors with status 500, and a body that says more.
        let is_rpc = |answer: &Value| answer.get("result").is_some() || answer.get("error").is_some();
        match parsed {
            Ok(mut answer) if is_rpc(&answer) => match answer.get("error").filter(|error| !error.is_null()) {
                Some(error) => Err(self.refusal(method, error)),
                None => Ok(answer["result"].take()),
            },
            _ if matches!(status, 429 | 502..=504) => {
                Err(Error::Busy { node: self.name.clone(), method: method.to_owned(), status })
            }
            Err(error) if error.is_eof() && text.trim_start().starts_with('{') => {
                Err(self.half(method, format!("it ends after {} bytes", text.len())))
            }
            _ => {
                let start = text.chars().take(SHOWN).collect();
                Err(Error::NotRpc { node: self.name.clone(), method: method.to_owned(), status, start })
            }
        }
    }

    fn refusal(&self, method: &str, error: &Value) -> Error {
        let (node, method) = (self.name.clone(), method.to_owned());
        let code = error["code"].as_i64().unwrap_or_default();
        if code == METHOD_NOT_FOUND {
            return Error::NoMethod { node, method };
        }
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Error::Refused { node, method, code, message: text(&error["message"]), data: text(&error["data"]) }
    }

    fn half(&self, method: &str, why: String) -> Error {
        Error::Half { node: self.name.clone(), method: method.to_owned(), why }
    }

    fn blame(&self, method: &str, error: ureq::Error) -> Error {
        let node = self.name.clone();
        match error {
            ureq::Error::Timeout(_) => self.hangs(method),
            ureq::Error::Io(error) if is_timeout(&error) => self.hangs(method),
            ureq::Error::Io(error) => Error::Unreachable { node, why: error.to_string() },
            other => Error::Unreachable { node, why: other.to_string() },
        }
    }

    fn blame_body(&self, method: &str, error: ureq::Error) -> Error {
        match error {
            ureq::Error::BodyExceedsLimit(limit) => {
                Error::TooLong { node: self.name.clone(), method: method.to_owned(), limit }
            }
            ureq::Error::Timeout(_) => self.hangs(method),
            ureq::Error::Io(error) if is_timeout(&error) => self.hangs(method),
            other => self.half(method, other.to_string()),
        }
    }

    fn hangs(&self, method: &str) -> Error {
        let seconds = self.timeout.as_secs();
        Error::Hangs { node: self.name.clone(), method: method.to_owned(), seconds }
    }

    pub(crate) fn malformed(&self, method: &str, field: &str) -> Error {
        Error::Malformed { node: self.name.clone(), method: method.to_owned(), field: field.to_owned() }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// An address without user and password, and the header that says them instead (RFC 7617): the client library leaves them out.
fn split(url: &str) -> (String, Option<String>) {
    let at = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(at);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let Some((user, host)) = authority.rsplit_once('@') else { return (url.to_owned(), None) };
    let words: Vec<u8> = percent_decode_str(user).collect();
    (format!("{scheme}{host}{path}"), Some(format!("Basic {}", STANDARD.encode(words))))
}

/// Scheme, host and port.
fn name(url: &str) -> Result<String> {
    let bad = || Error::BadUrl { url: url.to_owned() };
    let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let known = matches!(scheme, "http" | "https" | "tcp") && !host.is_empty() && !host.starts_with(':');
    known.then(|| format!("{scheme}://{host}")).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_go_into_a_header() {
        let none = |url: &str| (url.to_owned(), None);
        assert_eq!(split("http://127.0.0.1:8332"), none("http://127.0.0.1:8332"));
        assert_eq!(split("https://a.example/x@y?z@"), none("https://a.example/x@y?z@"));
        // The example of RFC 7617; then what must be escaped in an address.
        let of = |url: &str| split(url);
        let header = |words: &str| Some(format!("Basic {}", STANDARD.encode(words)));
        let aladdin = Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned());
        assert_eq!(of("http://Aladdin:open%20sesame@h:1/p"), ("http://h:1/p".to_owned(), aladdin));
        assert_eq!(of("http://u:p%40%2F%3a@h"), ("http://h".to_owned(), header("u:p@/:")));
        assert_eq!(of("http://u:p@ss@h"), ("http://h".to_owned(), header("u:p@ss")));
    }

    #[test]
    fn a_name_keeps_what_is_secret_out() {
        let shown = |url| name(url).unwrap();
        assert_eq!(
            shown("https://me:secret@rpc.example.org:443/v1/key?token=1"),
            "https://rpc.example.org:443"
        );
        assert_eq!(shown("http://127.0.0.1:26657"), "http://127.0.0.1:26657");
        for bad in ["127.0.0.1:26657", "ftp://host", "https://", "http://:80", ""] {
            let error = Node::new(bad, Duration::from_secs(1)).unwrap_err();
            assert_eq!(error.to_string(), format!("`{bad}` is no http or https address of a node"));
        }
    }
}
