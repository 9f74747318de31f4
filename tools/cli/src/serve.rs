//! `bsn serve`: what one node says of a chain's finality, as metrics, as JSON, and as a page.
//!
//! # The idea
//!
//! One thread reads the chain, four requests a block ([`watch`]), and writes everything into a [`Record`] of bounded size;
//! another examines it each minute as `bsn doctor` does.
//! The server answers from that record alone, so a scrape costs the node nothing and is complete from the first one on.
//!
//! # The danger
//!
//! A page that shows old numbers as if they were new is worse than none. Each answer says when the node last
//! answered; where it does not, `bsn_scrape_ok` is 0, `/healthz` fails, and the page says so first. What is not known
//! is -1 in a metric and `null` in JSON, never 0.
//!
//! The server is meant for loopback, or behind a proxy that authenticates. It holds no key and sends no transaction;
//! [`rpc`] passes on nothing but reading calls. Names come from the chain, so anybody may choose them: a test holds
//! `<script>`, quotes and line ends against every answer.
//!
//! | module | holds |
//! |---|---|
//! | [`watch`], [`read`] | the thread that reads |
//! | [`record`], [`column`], [`provider`], [`happening`] | what was read |
//! | [`reading`] | whether it can be read, and why not |
//! | [`names`] | what Babylon calls whom |
//! | [`link`] | the two light clients and the channel, Babylon's end too |
//! | [`judge`], [`examine`] | what needs attention: at once, and as `bsn doctor` finds it each minute |
//! | [`api`], [`metrics`], [`healthz`], [`page`], [`rpc`] | the answers |
//! | [`server`] | which path answers what |
//! | [`port`], [`host`] | connections and their limits; which names are answered |

pub mod api;
pub mod column;
pub mod examine;
pub mod happening;
pub mod healthz;
pub mod host;
pub mod judge;
pub mod link;
pub mod metrics;
#[cfg(test)]
mod monitoring;
pub mod names;
pub mod page;
pub mod port;
pub mod provider;
pub mod read;
pub mod reading;
pub mod record;
pub mod rpc;
pub mod server;
pub mod watch;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use axum::http::HeaderValue;
use bsn_rpc::{Client, Retry};

pub use record::Record;

/// What is served, and where.
#[derive(Clone)]
pub struct Options {
    /// The chain.
    pub client: Client,
    /// The contract `bsn` on it; without one, the contract that the chain module calls once it does.
    pub contract: Option<String>,
    /// Babylon, for its end of the channel and the names of finality providers.
    pub babylon: Option<Client>,
    /// The addresses of the chain's nodes, and of Babylon's.
    pub nodes: Vec<String>,
    /// Babylon's; none where it is not asked.
    pub babylon_nodes: Vec<String>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether the chain is `bsn devnet`: its own RPC, for pages that send.
    pub devnet: Option<String>,
    /// An origin whose pages may read `/api`.
    pub allow_origin: Option<String>,
    /// Names beside `localhost` under which the server may be asked, without a port.
    pub hosts: Vec<String>,
}

/// The record, with a lock that outlives a panic.
#[derive(Clone)]
pub struct Shared(Arc<RwLock<Record>>);

impl Options {
    /// A contract, asked at these nodes with this patience, and Babylon at those.
    ///
    /// # Errors
    /// If an address is none.
    pub fn new(
        nodes: &[String],
        babylon: &[String],
        contract: Option<&str>,
        retry: Retry,
    ) -> bsn_rpc::Result<Self> {
        let other = (!babylon.is_empty()).then(|| Client::with(babylon, retry)).transpose()?;
        Ok(Self {
            client: Client::with(nodes, retry)?,
            contract: contract.map(str::to_owned),
            babylon: other,
            nodes: nodes.to_vec(),
            babylon_nodes: babylon.to_vec(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            devnet: None,
            allow_origin: None,
            hosts: Vec::new(),
        })
    }
}

impl Shared {
    /// Of an empty record.
    pub fn new(record: Record) -> Self {
        Self(Arc::new(RwLock::new(record)))
    }

    /// To read.
    pub fn read(&self) -> RwLockReadGuard<'_, Record> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To write.
    pub fn write(&self) -> RwLockWriteGuard<'_, Record> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that runs until the process ends.
pub struct Serving {
    /// Where it listens.
    pub at: SocketAddr,
    /// What it answers from.
    pub shared: Shared,
}

/// Starts the reading thread and the server.
///
/// # Errors
/// If the port is taken, or the origin is none.
pub fn start(options: Options) -> Result<Serving> {
    let origin = options.allow_origin.as_deref().map(|origin| {
        HeaderValue::from_str(origin).with_context(|| format!("`{}` is no origin", origin.escape_default()))
    });
    let origin = origin.transpose()?;
    let (listen, hosts) = (options.listen, options.hosts.clone());
    let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
    listener.set_nonblocking(true).context("cannot use a port")?;
    let at = listener.local_addr().context("a port has no address")?;
    let shared = Shared::new(Record::new(&options, now_ms()));
    let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
    let (record, client, own) = (shared.clone(), options.client.clone(), options.clone());
    thread("doctor").spawn(move || examine::run(&own, &record)).context("cannot start a thread")?;
    let record = shared.clone();
    thread("reader").spawn(move || watch::run(&options, &record)).context("cannot start a thread")?;
    let record = shared.clone();
    thread("dashboard")
        .spawn(move || server::run(listener, record, client, origin, hosts))
        .context("cannot start a thread")?;
    Ok(Serving { at, shared })
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
