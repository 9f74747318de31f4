//! Somebody who deploys on a devnet without a contract: a folder, a file, words of a key.

mod proxy;

pub use proxy::{moody, proxy};

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bsn_cli::args::Args;
use bsn_cli::config::Setup;
use bsn_cli::deploy::checks::Way;
use bsn_cli::deploy::run::Deploy;
use bsn_cli::devnet::{Options, account};
use bsn_cli::upgrade::run::Upgrade;
use bsn_rpc::proto::cosmos::gov::v1::{MsgVote, QueryProposalsRequest, QueryProposalsResponse};
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgStoreCode, QueryCodesRequest, QueryCodesResponse};
use bsn_rpc::proto::pack;
use bsn_rpc::{Client, Fee, Key, Wallet};
use clap::Parser;
use devnet::Machine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Running, options};

/// The account of the devnet's words at a place.
pub fn wallet(index: u32) -> Wallet {
    let key = Key::from_mnemonic(account::MNEMONIC, &account::path(index)).unwrap();
    Wallet::new(key, "bbnc").unwrap()
}

/// Somebody who deploys.
pub struct Operator {
    pub devnet: Arc<Running>,
    folder: PathBuf,
    index: u32,
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

type Ended = (i32, String, String);

/// That it fails with one sentence that says this.
pub fn fails((code, _, err): &Ended, part: &str) {
    assert!(*code == 1 && err.starts_with("Error: ") && err.contains(part), "{err} should say `{part}`");
}

impl Operator {
    /// On a devnet of their own.
    pub fn new(name: &str) -> Self {
        let voting_period = Duration::from_secs(3);
        let bare = Options { instantiate: Value::Null, voting_period, ..options() };
        Self::on(Arc::new(Running::with(bare)), name, 0)
    }

    /// Somebody else on the same devnet.
    pub fn other(&self, name: &str, index: u32) -> Self {
        Self::on(Arc::clone(&self.devnet), name, index)
    }

    /// On this devnet, with its account at a place.
    pub fn on(devnet: Arc<Running>, name: &str, index: u32) -> Self {
        let folder =
            std::env::temp_dir().join(format!("bsn-{name}-{}-{}", std::process::id(), devnet.at[0].port()));
        std::fs::create_dir_all(&folder).unwrap();
        let operator = Self { devnet, folder, index };
        operator.artifacts("");
        operator.configure("ics20_channel = \"channel-0\"");
        let words = operator.at("words");
        std::fs::write(&words, account::MNEMONIC).unwrap();
        std::fs::set_permissions(&words, std::fs::Permissions::from_mode(0o600)).unwrap();
        operator
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn node(&self) -> String {
        format!("http://{}", self.devnet.at[0])
    }

    pub fn babylon(&self) -> String {
        format!("http://{}", self.devnet.at[1])
    }

    pub fn address(&self) -> String {
        wallet(self.index).address
    }

    /// What stands for the wasm natively, in a build of its own.
    pub fn artifacts(&self, build: &str) {
        let folder = self.at("artifacts");
        std::fs::create_dir_all(&folder).unwrap();
        let machine = Machine::native();
        for (name, code) in [
            ("bsn.wasm", machine.bsn),
            ("btc-light-client.wasm", machine.light_client),
            ("btc-staking.wasm", machine.staking),
        ] {
            std::fs::write(folder.join(name), [code.as_slice(), build.as_bytes()].concat()).unwrap();
        }
    }

    /// The file, with this about the contract.
    pub fn configure(&self, bsn: &str) {
        let (node, babylon) = (self.node(), self.babylon());
        let text = format!(
            "[chain]\nid = \"bsn-devnet-1\"\nnode = \"{node}\"\ngas_prices = \"0.001ustake\"\n\
             [babylon]\nnode = \"{babylon}\"\ngas_prices = \"0.002ubbn\"\n[bsn]\nnetwork = \"regtest\"\n{bsn}\n"
        );
        std::fs::write(self.at("bsn.toml"), text).unwrap();
    }

    /// The program in this folder, without anything that the environment says.
    pub fn command<T: AsRef<str>>(&self, args: &[T]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_bsn"));
        program.args(args.iter().map(AsRef::as_ref)).current_dir(&self.folder).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BSN_")) {
            program.env_remove(name);
        }
        program.stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    pub fn bsn<T: AsRef<str>>(&self, args: &[T]) -> Ended {
        let out = self.command(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    }

    /// Arguments, with the key of this operator.
    pub fn words(&self, args: &[&str]) -> Vec<String> {
        let key = ["--mnemonic-file", "words", "--hd-path", &account::path(self.index)].map(str::to_owned);
        args.iter().map(|&arg| arg.to_owned()).chain(key).collect()
    }

    pub fn with_words_unasked(&self, args: &[&str]) -> Ended {
        self.bsn(&self.words(args))
    }

    pub fn with_words(&self, args: &[&str]) -> Ended {
        self.bsn(&self.words(&[args, &["--yes"]].concat()))
    }

    pub fn deploy(&self, args: &[&str]) -> Ended {
        self.with_words(&[&["deploy"], args].concat())
    }

    /// A call in this process, which can be left after any step.
    pub fn begin(&self) -> Deploy {
        self.begin_with(&[])
    }

    /// The same with these flags.
    pub fn begin_with(&self, more: &[&str]) -> Deploy {
        let bsn_cli::args::Command::Deploy(args) = self.parsed("deploy", more) else { panic!("it deploys") };
        let setup = Setup::load(&args.common).unwrap();
        Deploy::begin(setup, &args.signing, Way::default(), Some(self.at("artifacts"))).unwrap()
    }

    /// The same of an upgrade.
    pub fn begin_upgrade(&self) -> Upgrade {
        let bsn_cli::args::Command::Upgrade(args) = self.parsed("upgrade", &[]) else {
            panic!("it upgrades")
        };
        let setup = Setup::load(&args.common).unwrap();
        Upgrade::begin(setup, &args.signing, Way::default(), Some(self.at("artifacts"))).unwrap()
    }

    fn parsed(&self, command: &str, more: &[&str]) -> bsn_cli::args::Command {
        let at = |name: &str| self.at(name).to_string_lossy().into_owned();
        let (config, deployments, words) = (at("bsn.toml"), at("deployments"), at("words"));
        let args = ["bsn", command, "--yes", "--config", &config, "--deployments", &deployments];
        let key = ["--mnemonic-file", &words, "--hd-path", &account::path(self.index)];
        Args::try_parse_from([&args[..], &key, more].concat()).unwrap().command
    }

    pub fn record(&self) -> Value {
        let text = std::fs::read_to_string(self.at("deployments/bsn-devnet-1.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        if value.get("bsn").is_some() {
            // Clients read it.
            serde_json::from_value::<api::Deployment>(value.clone()).unwrap();
        }
        value
    }

    /// How many codes there are.
    pub fn codes(&self) -> usize {
        let request = QueryCodesRequest { pagination: None };
        let answer: QueryCodesResponse =
            self.devnet.client.ask("/cosmwasm.wasm.v1.Query/Codes", &request).unwrap();
        answer.code_infos.len()
    }

    /// Somebody else stores codes: which, and in which build.
    pub fn stranger_stores(&self, codes: &[(&str, &str)]) {
        let bob = wallet(1);
        for (name, build) in codes {
            let wasm = std::fs::read(self.at("artifacts").join(name)).unwrap();
            let wasm_byte_code = [wasm.as_slice(), build.as_bytes()].concat();
            let stored =
                MsgStoreCode { sender: bob.address.clone(), wasm_byte_code, instantiate_permission: None };
            let fee = Fee::new(10_000, "ustake", 5_000_000);
            bob.deliver(&self.devnet.client, "bsn-devnet-1", &[pack(&stored)], &fee).unwrap();
        }
    }

    /// The checksum of a file that is deployed.
    pub fn checksum(&self, name: &str) -> String {
        hex::encode(Sha256::digest(std::fs::read(self.at("artifacts").join(name)).unwrap()))
    }

    /// Those of both, `bsn.wasm` first.
    pub fn checksums(&self) -> [String; 2] {
        ["bsn.wasm", "btc-light-client.wasm"].map(|name| self.checksum(name))
    }

    /// The checksums of what is pinned, that of the registered contract's code first.
    pub fn pinned(&self) -> Vec<String> {
        let client = &self.devnet.client;
        let first = client.contract_info(&self.registered()).unwrap().unwrap().code_id;
        let mut ids = client.pinned_codes().unwrap();
        ids.sort_by_key(|id| (*id != first, *id));
        ids.iter().map(|id| hex::encode(client.code_info(*id).unwrap().unwrap().data_hash)).collect()
    }

    pub fn babylon_client(&self) -> Client {
        Client::new(&[self.babylon()]).unwrap()
    }

    /// How many proposals there were.
    pub fn proposals(&self) -> usize {
        proposals(&self.devnet.client).proposals.len()
    }

    /// How a proposal ended, once it has.
    pub fn ended(&self, id: u64) -> Option<i32> {
        let found = self.devnet.client.proposal(id).unwrap().unwrap();
        (found.status != 2).then_some(found.status)
    }

    /// What the chain calls.
    pub fn registered(&self) -> String {
        self.devnet.client.module_contracts().unwrap().unwrap_or_default().btc_finality_contract
    }

    pub fn finalized(&self) -> u64 {
        let answer = self.devnet.client.smart(&self.registered(), &json!({ "last_finalized_height": {} }));
        answer.unwrap().as_u64().unwrap_or_default()
    }
}

fn proposals(client: &Client) -> QueryProposalsResponse {
    client.ask("/cosmos.gov.v1.Query/Proposals", &QueryProposalsRequest::default()).unwrap()
}

/// The one who has the stake says yes to everything, until this is dropped.
pub struct Voter(Arc<AtomicBool>);

impl Voter {
    pub fn start(devnet: &Arc<Running>) -> Self {
        let (stop, client) = (Arc::new(AtomicBool::new(false)), devnet.client.clone());
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            let voter = wallet(2);
            let mut voted = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                for open in proposals(&client).proposals {
                    if open.status == 2 && !voted.contains(&open.id) {
                        let (proposal_id, address) = (open.id, voter.address.clone());
                        let vote =
                            MsgVote { proposal_id, voter: address, option: 1, metadata: String::new() };
                        let fee = Fee::new(1_000, "ustake", 200_000);
                        voter.deliver(&client, "bsn-devnet-1", &[pack(&vote)], &fee).unwrap();
                        voted.push(open.id);
                    }
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self(stop)
    }
}

impl Drop for Voter {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
