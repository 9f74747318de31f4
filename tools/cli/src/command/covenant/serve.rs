//! `bsn covenant serve`.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

use anyhow::{Context, Result};
use clap::Args as Group;
use serde_json::json;

use super::{Means, public};
use crate::bitcoin::Ledger;
use crate::committee::allowance::Allowance;
use crate::committee::member::Member;
use crate::committee::serve::{Sheet, WAITING, port, signer};
use crate::config::{Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::vote::show::Say;

/// `bsn covenant serve`: `POST /sign` takes a request and answers the member's signatures, or by which rule it is refused; `GET /`
/// says who signs, and under which parameters. Exit codes: 1 the disk or the port failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Serve {
    /// Where to listen. Anywhere but on loopback put a proxy in front that says who may ask.
    #[arg(long, default_value = "127.0.0.1:26680", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// A name beside localhost under which it is asked, without a port; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// How many stakes are signed in an hour, those not counted that were signed before.
    #[arg(long, default_value_t = 100, value_name = "STAKES", value_parser = clap::value_parser!(u32).range(1..))]
    pub per_hour: u32,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind. A member asks its own node.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// Who signs.
    #[command(flatten)]
    pub means: Means,
}

/// Serves until it is interrupted.
///
/// # Errors
/// One sentence: it cannot begin, or the disk failed.
pub fn run(args: &Serve) -> Result<()> {
    let setup = Setup::load(&args.means.common)?;
    let key = args.means.key()?;
    let (known, record) = args.means.open(&setup, &key)?;
    let outside = Outside::new(&args.bitcoin, setup.timeout)?;
    let (versions, chain_id) = (known.versions()?, known.chain_id().to_owned());
    let listener =
        TcpListener::bind(args.listen).with_context(|| format!("cannot listen on {}", args.listen))?;
    listener.set_nonblocking(true).context("cannot use a port")?;
    let at = listener.local_addr().context("a port has no address")?;
    if !at.ip().is_loopback() {
        eprintln!("{at} can be reached from outside: put a proxy in front that says who may ask");
    }
    let (url, who) = (format!("http://{at}"), public(&key));
    let event = json!({ "event": "serving", "member": who.to_string(), "chain_id": chain_id, "url": url });
    let said = format!("{who} signs for {chain_id} at {url}");
    let (bitcoin, allowance) = (&outside as &dyn Ledger, Allowance::new(args.per_hour));
    let mut member = Member { key, chain_id, versions, registry: &known, bitcoin, record, allowance };
    // Before anybody asks.
    let sheet = Sheet::default();
    signer::show(&sheet, &member);
    let (sender, asked) = mpsc::sync_channel(WAITING);
    let (served, hosts) = (sheet.clone(), args.host.clone());
    let serve = move || {
        if let Err(error) = port::run(listener, served, sender, hosts) {
            eprintln!("the port ended: {error:#}");
        }
    };
    std::thread::Builder::new().name("port".to_owned()).spawn(serve).context("cannot start a thread")?;
    let say = Say::new(setup.output == Output::Json);
    say.event(&said, &event);
    signer::run(&mut member, || known.versions(), &asked, &sheet, say)
}
