//! `bsn serve`.

use std::time::Duration;

use anyhow::Result;
use bsn_rpc::{Retry, address};

use crate::args::Serve;
use crate::command::connect;
use crate::place::Found;
use crate::serve::{self, Options};

/// Runs it.
///
/// # Errors
/// One sentence, if the chain cannot be asked or the port is taken. Once it runs, a node that goes away is shown, and asked
/// again.
pub fn run(args: Serve) -> Result<()> {
    let retry = Retry { timeout: args.place.timeout(), ..Retry::default() };
    let Found { target, contract } = args.place.found(retry)?;
    address::prefix(&contract)?;
    let client = connect(&target)?;
    address::decode(&client.prefix()?, &contract)?;
    let options = Options::new(&target.node, &args.babylon_node, Some(&contract), retry)?;
    let Serve { listen, allow_origin, host: hosts, .. } = args;
    let serving = serve::start(Options { client, listen, allow_origin, hosts, ..options })?;
    if !serving.at.ip().is_loopback() {
        eprintln!("{} can be reached from outside: put a proxy in front that says who may", serving.at);
    }
    println!("{}", addresses(serving.at));
    loop {
        std::thread::sleep(Duration::from_secs(3_600));
    }
}

/// What to open.
pub fn addresses(at: std::net::SocketAddr) -> String {
    let rows =
        [("dashboard", "/"), ("metrics", "/metrics"), ("health", "/healthz"), ("read-only rpc", "/rpc")];
    rows.map(|(name, path)| format!("{name:<14} http://{at}{path}")).join("\n")
}
