//! Somebody who has the program `bsn` and nothing else of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail};
use bsn_rpc::proto::cosmos::gov::v1::MsgVote;
use bsn_rpc::proto::pack;
use serde_json::{Value, json};

use crate::account::GAS;
use crate::chain::Chain;
use crate::contract;
use crate::process::{self, Program};
use crate::scenarios::PATIENCE;
use crate::world::World;

/// The operator: a folder with `bsn.toml`, and the keyring of the chain's own program.
pub struct Operator {
    program: PathBuf,
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
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).context("cannot make a folder")?;
        let record = json!({ "version": 1, "chain_id": self.chain_id, "bitcoin": "regtest", "bsn": { "address": bsn } });
        fs::write(&path, record.to_string()).with_context(|| format!("cannot write {}", path.display()))
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
