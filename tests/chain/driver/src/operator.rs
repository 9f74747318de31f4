//! Somebody who has the program `bsn` and nothing else of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::MsgVote;
use bsn_rpc::proto::pack;
use serde_json::{Value, json};

use crate::account::{DENOM, GAS};
use crate::chain::Chain;
use crate::contract;
use crate::process::{self, Program};
use crate::scenarios::PATIENCE;
use crate::world::World;

/// What relayers are given on each chain.
const ALLOWANCE: u64 = 1_000_000_000;

/// The operator: a folder with `bsn.toml`, and the keyring of the chain's own program.
pub struct Operator {
    program: PathBuf,
    relayer: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    keyring: PathBuf,
    chain_id: String,
}

impl Operator {
    /// In a folder beside the chains' homes. The program is the one that was built beside this one.
    ///
    /// # Errors
    /// If it is not there.
    pub fn new(world: &World) -> Result<Self> {
        let own = std::env::current_exe().context("where this program is")?;
        let program = own.with_file_name("bsn");
        if !program.exists() {
            bail!("there is no {}: cargo build -p bsn-cli", program.display());
        }
        let folder = world.folder.join("operator");
        fs::create_dir_all(&folder).context("cannot make the operator's folder")?;
        Ok(Self {
            program,
            relayer: world.relayer.program().to_path_buf(),
            log: world.folder.join("operator.log"),
            keyring: world.consumer.home().to_path_buf(),
            chain_id: world.consumer.id.clone(),
            folder,
        })
    }

    /// A file of the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(&self.folder);
        command
    }

    /// Runs `bsn` to its end; gives its stdout.
    ///
    /// # Errors
    /// If it fails, with its sentence.
    pub fn bsn(&self, args: &[&str]) -> Result<String> {
        process::run(&mut self.command(args), &self.log)
    }

    /// The same, signed by a key of the chain's own keyring.
    ///
    /// # Errors
    /// As [`bsn`](Self::bsn).
    pub fn sign(&self, from: &str, args: &[&str]) -> Result<String> {
        self.bsn(&self.signed(from, args).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn signed(&self, from: &str, args: &[&str]) -> Vec<String> {
        let keyring = self.keyring.to_string_lossy();
        let signed = ["--from", from, "--keyring-backend", "test", "--keyring-dir", &keyring, "--yes"];
        args.iter().chain(&signed).map(|&word| word.to_owned()).collect()
    }

    /// Starts `bsn`, while others go on; what it says is kept under a name.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&self, name: &str, args: &[&str]) -> Result<Call> {
        let said = self.at(&format!("{name}.log"));
        fs::write(&said, "").with_context(|| format!("cannot write {}", said.display()))?;
        let program = Program::start(&format!("bsn {name}"), &mut self.command(args), &said)?;
        Ok(Call { program, said })
    }

    /// The same, signed as by [`sign`](Self::sign).
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_signed(&self, name: &str, from: &str, args: &[&str]) -> Result<Call> {
        self.start(name, &self.signed(from, args).iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Starts a call that proposes, signed by the validator, and says yes in the validator's name as soon as the record names
    /// the proposal. Gives its number.
    ///
    /// # Errors
    /// If the call ends before, or the chain refuses the vote.
    pub fn propose(&self, name: &str, chain: &Chain, args: &[&str]) -> Result<(u64, Call)> {
        let mut call = self.start_signed(name, "val", args)?;
        let id = process::wait_for("a proposal in the record", PATIENCE, || {
            let found = self.record().ok().and_then(|record| record["deploy"]["proposal"].as_u64());
            match call.ended()? {
                Some((_, said)) if found.is_none() => bail!("bsn {name} ended without a proposal: {said}"),
                _ => Ok(found),
            }
        })?;
        let voter = chain.validator.address.clone();
        let vote = MsgVote { proposal_id: id, voter, option: 1, metadata: String::new() };
        contract::deliver(chain, &chain.validator, vec![pack(&vote)], GAS)?;
        Ok((id, call))
    }

    /// The record of the deployment.
    ///
    /// # Errors
    /// If there is none.
    pub fn record(&self) -> Result<Value> {
        let path = self.record_path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Where it is.
    pub fn record_path(&self) -> PathBuf {
        self.at("deployments").join(format!("{}.json", self.chain_id))
    }

    /// Writes a record by hand, as of a deployment by other means.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_record(&self, bsn: &str) -> Result<()> {
        let path = self.record_path();
        fs::create_dir_all(path.parent().unwrap_or_else(|| Path::new(".")))
            .context("cannot make a folder")?;
        let record = json!({ "version": 1, "chain_id": self.chain_id, "bitcoin": "regtest", "bsn": { "address": bsn } });
        fs::write(&path, record.to_string()).with_context(|| format!("cannot write {}", path.display()))
    }

    /// A step of the script that `bsn relayer rly` has written.
    ///
    /// # Errors
    /// If it fails.
    pub fn step(&self, step: &str) -> Result<String> {
        process::run(&mut self.script(step), &self.log)
    }

    fn script(&self, step: &str) -> Command {
        let mut command = Command::new(self.at("relayer/open-channel.sh"));
        command.arg(step).env("RLY", &self.relayer).env("SETTLE", "2").current_dir(&self.folder);
        command
    }

    /// Makes the relayer's keys and funds them on both chains.
    ///
    /// # Errors
    /// If that fails.
    pub fn fund_relayer(&self, chains: [&Chain; 2]) -> Result<()> {
        let said = self.step("keys")?;
        let addresses: Vec<String> = serde_json::Deserializer::from_str(&said)
            .into_iter::<Value>()
            .filter_map(|key| key.ok()?["address"].as_str().map(str::to_owned))
            .collect();
        let [here, there] = addresses.as_slice() else { bail!("the relayer made no two keys: {said}") };
        for (chain, address) in chains.into_iter().zip([here, there]) {
            let amount = vec![Coin { denom: DENOM.to_owned(), amount: ALLOWANCE.to_string() }];
            let (from_address, to_address) = (chain.validator.address.clone(), address.clone());
            let send = MsgSend { from_address, to_address, amount };
            contract::deliver(chain, &chain.validator, vec![pack(&send)], GAS)?;
        }
        Ok(())
    }

    /// Relays by the script until it is dropped.
    ///
    /// # Errors
    /// If it does not start.
    pub fn relay(&self) -> Result<Program> {
        Program::start("the operator's relayer", &mut self.script("start"), &self.log)
    }

    /// Where `bsn connect` says the chain is: its step, and all that it says.
    ///
    /// # Errors
    /// If it says nothing.
    pub fn connected(&self) -> Result<(u64, Value)> {
        let mut command = self.command(&["connect", "--once", "--output", "json"]);
        let out = command.output().context("cannot start bsn")?;
        let said: Value = serde_json::from_slice(&out.stdout)
            .with_context(|| format!("bsn connect: {}", String::from_utf8_lossy(&out.stderr)))?;
        let step = said["step"].as_u64().ok_or_else(|| anyhow!("bsn connect names no step: {said}"))?;
        Ok((step, said))
    }
}

/// A call that runs while others go on.
pub struct Call {
    program: Program,
    said: PathBuf,
}

impl Call {
    /// How it ended, if it has, and all that it said.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn ended(&mut self) -> Result<Option<(ExitStatus, String)>> {
        let Some(status) = self.program.ended()? else { return Ok(None) };
        let said = fs::read_to_string(&self.said);
        Ok(Some((status, said.with_context(|| format!("cannot read {}", self.said.display()))?)))
    }

    /// The lines of JSON that it has said so far.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn events(&self) -> Result<Vec<Value>> {
        let said = fs::read_to_string(&self.said);
        let said = said.with_context(|| format!("cannot read {}", self.said.display()))?;
        Ok(said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// What it said, if it has ended with success.
    ///
    /// # Errors
    /// With all that it said, if it has failed.
    pub fn done(&mut self) -> Result<Option<String>> {
        match self.ended()? {
            None => Ok(None),
            Some((status, said)) if status.success() => Ok(Some(said)),
            Some((status, said)) => bail!("bsn ended with {status}: {}", said.trim()),
        }
    }
}
