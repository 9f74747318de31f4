//! The command line.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args as Group, Parser, Subcommand};

use crate::place::Place;

/// Bitcoin-secured finality for Cosmos appchains: what operators run.
#[derive(Debug, Parser)]
#[command(name = "bsn", version, propagate_version = true, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a local chain with Bitcoin finality, or let something go wrong on one.
    Devnet(Devnet),
    /// Ask a contract, and print its answer as JSON.
    Query(Query),
    /// Say which nodes of a chain can be believed.
    Nodes(Nodes),
    /// Show a chain's finality on a page, and as metrics; pass on calls that read.
    Serve(Serve),
    /// Say what is wrong with a chain, and what to do about it.
    Doctor(crate::command::doctor::Doctor),
    /// Find who signs two hashes at one height, and send the evidence.
    Fish(Box<crate::command::fish::Fish>),
    /// Show a finality provider as its operator needs it: votes, runway, jail, what to back up.
    Fp(crate::command::fp::Fp),
    /// Do what anybody may do for a chain and somebody should: headers, evidence, what waits.
    Keep(Box<crate::command::keep::Keep>),
    /// Prove to btc-staking what Bitcoin says of stake: that it is in a block, and that it was spent.
    Prove(Box<crate::command::prove::Prove>),
    /// Register a finality provider on a chain without Babylon.
    Register(Box<crate::command::register::Register>),
    /// Write timestamps of a chain without Babylon into Bitcoin, and prove them.
    Timestamp(crate::command::timestamp::Timestamp),
    /// Complete the slashing transactions of whoever signed twice, check them, and send them to Bitcoin.
    Slash(Box<crate::command::slash::Slash>),
    /// Vote for a finality provider: commit randomness ahead, sign each height once.
    Vote(Box<crate::command::vote::Vote>),
    /// Sign delegations in advance, as a member of the chain's own covenant committee.
    Covenant(crate::command::covenant::Covenant),
    /// Stake bitcoin under the chain's own committee: make and sign everything, then write a PSBT.
    Stake(Box<crate::command::stake::Stake>),
    /// Name where a staker's rewards are paid, and have them paid.
    Payout(crate::command::payout::Payout),
    /// End a stake early: complete its unbonding transaction, check it, and send it to Bitcoin.
    Unbond(Box<crate::command::unbond::Unbond>),
    /// Watch votes, lag, power and alarms in the terminal.
    Watch(crate::command::watch::Watch),
    /// Ask both chains what they know and you the rest; write bsn.toml.
    Init(crate::command::init::Init),
    /// Deploy the contracts: check both chains, store, instantiate, register; call again to go on.
    Deploy(Box<crate::command::deploy::Deployment>),
    /// Write the files of a relayer, and the order of its steps as a script.
    Relayer(crate::command::relayer::Relayer),
    /// Say what a deployed chain waits for, until its first block is final.
    Connect(crate::command::connect::Connect),
    /// Give the contracts new code, and compare what was with what is.
    Upgrade(Box<crate::command::upgrade::Upgrading>),
    /// Compare what a chain runs with a release.
    Verify(crate::command::verify::Verify),
}

/// Where a chain is asked.
#[derive(Debug, Clone, Group)]
pub struct Target {
    /// The RPC address of a node; several, by commas or by repetition, for fail-over.
    #[arg(long, env = "BSN_NODE", value_delimiter = ',', default_value = "http://127.0.0.1:26657")]
    pub node: Vec<String>,
    /// Refuse nodes that serve another chain.
    #[arg(long, env = "BSN_CHAIN_ID")]
    pub chain_id: Option<String>,
    /// How long a node may take to answer, such as 20s.
    #[arg(long, default_value = "20s", value_parser = duration)]
    pub timeout: Duration,
}

/// `bsn devnet`.
#[derive(Debug, Group)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Devnet {
    /// Without one, the chain runs until it is interrupted.
    #[command(subcommand)]
    pub action: Option<DevnetAction>,
    /// How it is to be.
    #[command(flatten)]
    pub run: DevnetRun,
}

/// What can be done to a devnet that runs.
#[derive(Debug, Subcommand)]
pub enum DevnetAction {
    /// Let something go wrong, or right again.
    Fault(Fault),
    /// List the faults.
    Faults {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what runs: addresses, accounts, heights.
    Info(DevnetNode),
}

/// A devnet that runs.
#[derive(Debug, Group)]
pub struct DevnetNode {
    /// The RPC address of its chain.
    #[arg(long, env = "BSN_NODE", default_value = "http://127.0.0.1:26657")]
    pub node: String,
}

/// `bsn devnet fault`.
#[derive(Debug, Group)]
pub struct Fault {
    /// Its name; `bsn devnet faults` lists them.
    pub name: String,
    /// Its parameters, such as fp=2 or blocks=10.
    #[arg(value_name = "KEY=VALUE")]
    pub params: Vec<String>,
    /// Where.
    #[command(flatten)]
    pub at: DevnetNode,
}

/// How a devnet is to be.
#[derive(Debug, Group)]
pub struct DevnetRun {
    /// The port of the chain's RPC; 0 takes any that is free.
    #[arg(long, default_value_t = 26657)]
    pub port: u16,
    /// The port of Babylon's double.
    #[arg(long, default_value_t = 26667)]
    pub babylon_port: u16,
    /// The port of the esplora double.
    #[arg(long, default_value_t = 26668)]
    pub bitcoin_port: u16,
    /// The port of the dashboard; 26680, or any that is free where that is taken.
    #[arg(long)]
    pub dashboard_port: Option<u16>,
    /// The time between blocks, such as 1s or 250ms.
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub block_time: Duration,
    /// The time between blocks of Bitcoin.
    #[arg(long, default_value = "20s", value_parser = duration)]
    pub bitcoin_time: Duration,
    /// The time between Bitcoin timestamps.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub epoch_time: Duration,
    /// How long is voted on a proposal.
    #[arg(long, default_value = "5s", value_parser = duration)]
    pub voting_period: Duration,
    /// How many finality providers vote.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub fps: u32,
    /// The chain id.
    #[arg(long, default_value = "bsn-devnet-1")]
    pub chain_id: String,
    /// What addresses begin with.
    #[arg(long, default_value = "bbnc")]
    pub prefix: String,
    /// The least price of a unit of gas, in millionths of ustake.
    #[arg(long, default_value_t = 0)]
    pub min_gas_price: u32,
    /// Makes everything that is random.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Begin without the contracts: the chain waits until somebody deploys them.
    #[arg(long)]
    pub bare: bool,
    /// Verify stake against Bitcoin: it counts once `bsn prove` has shown it.
    #[arg(long, conflicts_with = "bare")]
    pub verified: bool,
    /// Without Babylon: a committee of the chain's own signs stake, and Bitcoin alone shows it.
    #[arg(long, conflicts_with = "verified")]
    pub bitcoin_alone: bool,
    /// Run the wasm of artifacts/ in a virtual machine (built with `--features vm`).
    #[arg(long)]
    pub vm: bool,
    /// Print what runs as one line of JSON.
    #[arg(long)]
    pub json: bool,
}

/// `bsn query`.
#[derive(Debug, Group)]
pub struct Query {
    /// The question, as JSON.
    pub message: String,
    /// Which contract.
    #[command(flatten)]
    pub place: Place,
}

/// `bsn nodes`.
#[derive(Debug, Group)]
pub struct Nodes {
    /// Which.
    #[command(flatten)]
    pub target: Target,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `bsn serve`.
#[derive(Debug, Group)]
pub struct Serve {
    /// Where to listen.
    #[arg(long, env = "BSN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The RPC address of a node of Babylon, for its end of the channel and the names of finality providers.
    #[arg(long, env = "BSN_BABYLON_NODE", value_delimiter = ',')]
    pub babylon_node: Vec<String>,
    /// An origin whose pages may read /api, such as https://status.example.org; `null` for the page opened as a file.
    #[arg(long)]
    pub allow_origin: Option<String>,
    /// A name under which the server may be asked, such as status.example.org: behind a proxy that passes it on.
    #[arg(long, env = "BSN_HOST", value_delimiter = ',')]
    pub host: Vec<String>,
    /// Which contract.
    #[command(flatten)]
    pub place: Place,
}

/// `250ms`, `20s`, `5m`.
///
/// # Errors
/// A sentence.
pub fn duration(text: &str) -> Result<Duration, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| format!("`{text}` is no time such as 250ms, 20s or 5m"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err(format!("`{text}` is no time such as 250ms, 20s or 5m")),
    }
    .and_then(|time| if time.is_zero() { Err("no time at all".to_owned()) } else { Ok(time) })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
        assert!(Args::try_parse_from(["bsn", "devnet", "--block-time", "0s"]).is_err());
        assert!(Args::try_parse_from(["bsn", "devnet", "--fps", "0"]).is_err());
        Args::try_parse_from(["bsn", "devnet", "fault", "jail", "fp=2"]).unwrap();
        for command in [&["query", "{}"][..], &["serve"], &["doctor"], &["fp"], &["watch"]] {
            let file = [&["bsn"][..], command, &["--deployment", "app-1.json"]].concat();
            Args::try_parse_from(file).unwrap();
        }
    }

    #[test]
    fn nobody_outside_reaches_what_is_served_unless_told_to() {
        let Command::Serve(serve) = Args::try_parse_from(["bsn", "serve"]).unwrap().command else {
            panic!("it serves")
        };
        assert!(serve.listen.ip().is_loopback(), "{}", serve.listen);
        assert!(serve.host.is_empty() && serve.allow_origin.is_none());
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for bad in ["", "5", "s", "1h", "-1s", "0s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
