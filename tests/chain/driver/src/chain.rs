//! One of the two chains: its home, its genesis, its process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bsn_rpc::{Client, address};
use serde_json::{Value, json};

use crate::account::{self, Account, DENOM};
use crate::process::{self, Program};

/// Which role it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The appchain.
    Consumer,
    /// Babylon Genesis.
    Genesis,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Genesis => "genesis",
        }
    }

    /// Its prefix of addresses.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Consumer => "bbnc",
            Self::Genesis => "bbn",
        }
    }
}

/// How much gas fits in a block, for the shares that are reported.
pub const BLOCK_GAS: u64 = 100_000_000;
/// How long a transaction may be.
const MAX_BYTES: u64 = 4_000_000;
/// The port of its metrics, from that of its RPC on.
const METRICS: u16 = 3;
const RICH: u64 = 1_000_000_000_000;
const BONDED: u64 = 500_000_000;

fn url_of(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A chain with one validator.
pub struct Chain {
    /// Its role.
    pub role: Role,
    /// Its chain id.
    pub id: String,
    /// Where it is asked.
    pub rpc: Client,
    /// The validator's account, which pays for what has no payer of its own.
    pub validator: Account,
    port: u16,
    home: PathBuf,
    log: PathBuf,
    binary: PathBuf,
    process: Option<Program>,
}

impl Chain {
    /// A chain that there is not: it has no home, and never answers.
    ///
    /// # Errors
    /// Never for the two prefixes.
    pub fn nowhere(role: Role, id: &str, port: u16, binary: &Path, folder: &Path) -> Result<Self> {
        Ok(Self {
            role,
            id: id.to_owned(),
            rpc: Client::new(&[url_of(port)])?,
            validator: Account::new(role.prefix(), "validator")?,
            port,
            home: folder.join(role.word()),
            log: folder.join(format!("{}.log", role.word())),
            binary: binary.to_path_buf(),
            process: None,
        })
    }

    /// Makes home and genesis; `accounts` are rich from the beginning, `pace_ms` pass between blocks. The chain does not run yet.
    ///
    /// # Errors
    /// If the program refuses.
    pub fn init(
        role: Role,
        id: &str,
        port: u16,
        binary: &Path,
        folder: &Path,
        accounts: &[String],
        pace_ms: u64,
    ) -> Result<Self> {
        let chain = Self::nowhere(role, id, port, binary, folder)?;
        chain.run(&["init", "node", "--chain-id", id, "--default-denom", DENOM])?;
        let keyring = ["--keyring-backend", "test"];
        let import = ["keys", "import-hex", "val", &chain.validator.secret_hex()];
        chain.run(&[&import[..], &keyring].concat())?;
        chain.edit_genesis(&[accounts, std::slice::from_ref(&chain.validator.address)].concat())?;
        let gentx = ["genesis", "gentx", "val", &format!("{BONDED}{DENOM}"), "--chain-id", id];
        chain.run(&[&gentx[..], &keyring].concat())?;
        chain.run(&["genesis", "collect-gentxs"])?;
        chain.run(&["genesis", "validate"])?;
        chain.edit_config(pace_ms)?;
        Ok(chain)
    }

    /// Where its node, and its keyring, are.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Gives its keyring a key.
    ///
    /// # Errors
    /// If the program refuses.
    pub fn import_key(&self, name: &str, account: &Account) -> Result<()> {
        self.run(&["keys", "import-hex", name, &account.secret_hex(), "--keyring-backend", "test"]).map(drop)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(self.role.word()).args(args).arg("--home").arg(&self.home);
        command
    }

    fn run(&self, args: &[&str]) -> Result<String> {
        process::run(&mut self.command(args), &self.log)
    }

    fn edit_genesis(&self, accounts: &[String]) -> Result<()> {
        let path = self.home.join("config/genesis.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut genesis: Value = serde_json::from_str(&text)?;
        rewrite(&mut genesis, accounts);
        fs::write(&path, genesis.to_string()).with_context(|| format!("cannot write {}", path.display()))
    }

    /// So many milliseconds between blocks, metrics, and room for votes.
    fn edit_config(&self, pace_ms: u64) -> Result<()> {
        let path = self.home.join("config/config.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let lines = text.lines().map(|line| match line.split_once(" = ") {
            Some(("timeout_commit", _)) => format!("timeout_commit = \"{pace_ms}ms\""),
            Some(("prometheus", _)) => "prometheus = true".to_owned(),
            Some(("prometheus_listen_addr", _)) => {
                format!("prometheus_listen_addr = \"127.0.0.1:{}\"", self.port + METRICS)
            }
            // 100 votes for each of several heights may wait, and packets may be large.
            Some(("size", _)) => "size = 20000".to_owned(),
            // The node lets go of a question that takes longer; a simulation compiles both codes.
            Some(("timeout_broadcast_tx_commit", _)) => "timeout_broadcast_tx_commit = \"60s\"".to_owned(),
            Some(("max_tx_bytes", _)) => format!("max_tx_bytes = {MAX_BYTES}"),
            Some(("max_body_bytes", _)) => format!("max_body_bytes = {}", 2 * MAX_BYTES),
            _ => line.to_owned(),
        });
        let edited: Vec<String> = lines.collect();
        fs::write(&path, edited.join("\n")).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Starts the validator, with these flags, and waits for two blocks.
    ///
    /// # Errors
    /// If it ends, or makes no block.
    pub fn start(&mut self, flags: &[&str]) -> Result<()> {
        let at = |offset: u16| format!("127.0.0.1:{}", self.port + offset);
        let (rpc, p2p) = (format!("tcp://{}", at(0)), format!("tcp://{}", at(1)));
        let grpc = at(2);
        let args = ["start", "--rpc.laddr", &rpc, "--p2p.laddr", &p2p, "--grpc.address", &grpc];
        let more = ["--api.enable=false", "--rpc.pprof_laddr=", "--log_level=warn", "--log_no_color"];
        let mut command = self.command(&[&args[..], &more, flags].concat());
        self.process = Some(Program::start(self.role.word(), &mut command, &self.log)?);
        // Until the first block of a restarted node is stored, it takes every transaction for one at height 0 and refuses
        // its signature; and its block store is one ahead of its state.
        let first = self.wait_for_height(0)?;
        self.wait_for_height(first + 1)?;
        Ok(())
    }

    fn wait_for_height(&mut self, above: u64) -> Result<u64> {
        let rpc = self.rpc.clone();
        let process = self.process.as_mut().ok_or_else(|| anyhow!("the chain was not started"))?;
        process::wait_for("a block", Duration::from_secs(120), || {
            process.check_alive()?;
            Ok(rpc.height().ok().filter(|height| *height > above))
        })
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        url_of(self.port)
    }

    /// Stops the validator; the chain keeps its home.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// Kills the validator in mid-flight; the chain keeps its home.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// For how many seconds, since it started, the application executed and stored blocks.
    ///
    /// # Errors
    /// If the node does not say.
    pub fn busy_seconds(&self) -> Result<f64> {
        let page = self.metrics()?;
        let busy = page.lines().filter(|line| {
            line.starts_with("cometbft_abci_connection_method_timing_seconds_sum")
                && ["finalize_block", "commit"].iter().any(|m| line.contains(&format!("\"{m}\"")))
        });
        let seconds = busy.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(seconds.sum())
    }

    fn metrics(&self) -> Result<String> {
        let url = format!("http://127.0.0.1:{}/metrics", self.port + METRICS);
        let node = self.rpc.nodes().first().ok_or_else(|| anyhow!("the chain has no node"))?;
        Ok(node.page(&url)?)
    }

    /// Waits until a height is decided and answered for.
    ///
    /// # Errors
    /// If the chain does not get there.
    pub fn wait_until(&self, height: u64) -> Result<()> {
        let there = || Ok(self.rpc.height().ok().filter(|now| *now >= height));
        process::wait_for("a height", Duration::from_secs(180), there).map(|_| ())
    }

    /// Waits for `count` more blocks; gives the last height.
    ///
    /// # Errors
    /// If the chain does not get there.
    pub fn wait_blocks(&self, count: u64) -> Result<u64> {
        let height = self.rpc.height()? + count;
        self.wait_until(height)?;
        Ok(height)
    }

    /// The account in whose name governance acts.
    ///
    /// # Errors
    /// Never for the two prefixes.
    pub fn governance(&self) -> Result<String> {
        Ok(address::of_module(self.role.prefix(), "gov")?)
    }
}

/// Quick governance, a bound on a block's gas, and accounts that exist.
fn rewrite(genesis: &mut Value, accounts: &[String]) {
    let gov = &mut genesis["app_state"]["gov"]["params"];
    gov["voting_period"] = json!("3s");
    gov["expedited_voting_period"] = json!("2s");
    gov["min_deposit"][0]["amount"] = json!("1");
    gov["expedited_min_deposit"][0]["amount"] = json!("2");
    genesis["app_state"]["staking"]["params"]["unbonding_time"] = json!("1814400s");
    genesis["consensus"]["params"]["block"]["max_gas"] = json!(BLOCK_GAS.to_string());
    genesis["app_state"]["auth"]["accounts"] = accounts
        .iter()
        .map(|address| {
            json!({ "@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address, "pub_key": null,
                "account_number": "0", "sequence": "0" })
        })
        .collect();
    let coins: Value = std::iter::once(DENOM)
        .chain(account::DENOMS)
        .map(|denom| json!({ "denom": denom, "amount": RICH.to_string() }))
        .collect();
    genesis["app_state"]["bank"]["balances"] =
        accounts.iter().map(|address| json!({ "address": address, "coins": coins })).collect();
    // Left out, the supply is the sum of the balances.
    genesis["app_state"]["bank"]["supply"] = json!([]);
}
