//! The published Go relayer, as a program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use crate::chain::Role;
use crate::process::{self, Program};

/// Its name for a chain's end.
pub struct End<'a> {
    /// The chain.
    pub role: Role,
    /// Its chain id.
    pub id: &'a str,
    /// Where it is asked.
    pub port: u16,
}

/// The relayer: its home, and its process while it relays.
pub struct Relayer {
    binary: PathBuf,
    home: PathBuf,
    log: PathBuf,
    process: Option<Program>,
}

impl Relayer {
    /// One that knows no chain, and relays nothing.
    pub fn nowhere(binary: &Path, folder: &Path) -> Self {
        let (home, log) = (folder.join("rly"), folder.join("rly.log"));
        Self { binary: binary.to_path_buf(), home, log, process: None }
    }

    /// Makes its home with both chains in it; gives the addresses that must be funded, in the order of `ends`.
    ///
    /// # Errors
    /// If the program refuses.
    pub fn init(binary: &Path, folder: &Path, ends: &[End<'_>]) -> Result<(Self, Vec<String>)> {
        let relayer = Self::nowhere(binary, folder);
        relayer.run(&["config", "init"])?;
        let addresses = ends.iter().map(|end| relayer.add(folder, end)).collect::<Result<_>>()?;
        Ok((relayer, addresses))
    }

    fn add(&self, folder: &Path, end: &End<'_>) -> Result<String> {
        let config = json!({ "type": "cosmos", "value": {
            "key": "rly", "chain-id": end.id, "rpc-addr": format!("http://127.0.0.1:{}", end.port),
            "account-prefix": end.role.prefix(), "keyring-backend": "test", "gas-adjustment": 1.6,
            "gas-prices": "0stake", "min-gas-amount": 300_000, "debug": false, "timeout": "20s",
            // In nanoseconds: the default of a second is longer than our blocks.
            "output-format": "json", "sign-mode": "direct", "min-loop-duration": 200_000_000,
        } });
        let path = folder.join(format!("rly-{}.json", end.id));
        std::fs::write(&path, config.to_string()).context("cannot write the relayer's config")?;
        self.run(&["chains", "add", "--file", &path.to_string_lossy(), end.id])?;
        let key: Value = serde_json::from_str(&self.run(&["keys", "add", end.id, "rly"])?)?;
        key["address"].as_str().map(str::to_owned).ok_or_else(|| anyhow!("the relayer made no key: {key}"))
    }

    /// Where the program is.
    pub fn program(&self) -> &Path {
        &self.binary
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).arg("--home").arg(&self.home);
        command
    }

    /// Runs one of its commands to the end.
    ///
    /// # Errors
    /// If it fails.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        process::run(&mut self.command(args), &self.log)
    }

    /// Makes a client on each side. They can be asked for only some blocks later.
    ///
    /// # Errors
    /// If that fails.
    pub fn create_clients(&self, path: &str, source: &str, destination: &str) -> Result<()> {
        self.run(&["paths", "new", source, destination, path])?;
        self.run(&["tx", "clients", path, "--client-tp", "1209600s", "--override"]).map(|_| ())
    }

    /// Makes a connection over the clients of a path.
    ///
    /// # Errors
    /// If that fails.
    pub fn connect(&self, path: &str) -> Result<()> {
        self.run(&["tx", "connection", path, "--max-retries", "5", "--timeout", "20s"]).map(|_| ())
    }

    /// Opens a channel from the source's side.
    ///
    /// # Errors
    /// If one of the sides refuses.
    pub fn open_channel(&self, path: &str, ports: [&str; 2], order: &str, version: &str) -> Result<()> {
        let [source, destination] = ports;
        self.run(&[
            "tx",
            "channel",
            path,
            "--src-port",
            source,
            "--dst-port",
            destination,
            "--order",
            order,
            "--version",
            version,
            "--override",
            "--max-retries",
            "2",
            "--timeout",
            "15s",
        ])
        .map(|_| ())
    }

    /// Relays on these paths until it is stopped.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&mut self, paths: &[&str]) -> Result<()> {
        let args = ["start", "--time-threshold", "0s", "--flush-interval", "5s", "--block-history", "100"];
        let mut command = self.command(&[&args[..1], paths, &args[1..]].concat());
        self.process = Some(Program::start("the relayer", &mut command, &self.log)?);
        process::pause(Duration::from_millis(300))
    }

    /// Stops relaying.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// # Errors
    /// If it has ended by itself.
    pub fn check_alive(&mut self) -> Result<()> {
        self.process.as_mut().map_or(Ok(()), Program::check_alive)
    }
}
