//! A finality provider of a devnet whose own daemon is off, and a `bsn vote` in its place.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bsn_cli::devnet::Options;
use bsn_cli::devnet::serve::now;
use bsn_cli::vote::file::Head;
use bsn_cli::vote::state;
use primitives::{AppHash, FpPublicKey};
use serde_json::{Value, json};

use crate::support::{Running, options, until};
use crate::watchers::{Caller, Ended, Started};

/// Every how many blocks a committee must vote on a devnet without Babylon.
pub const GRID: u64 = devnet::network::GRID;

/// Which finality provider of the devnet it is: the others finalize without it.
pub const FP: usize = 3;

/// A devnet whose finality provider [`FP`] is ours.
pub struct Voter {
    pub devnet: Arc<Running>,
    pub caller: Caller,
    pub fp: FpPublicKey,
}

impl Voter {
    /// On a devnet that jails nobody within a test, and takes votes from a busy machine too.
    pub fn new() -> Self {
        Self::with(json!({ "missed_blocks_window": 1_000, "vote_window": 200 }))
    }

    /// On a devnet with these settings besides, and a state that begins above its tip.
    pub fn with(settings: Value) -> Self {
        let mut options = options();
        settings.as_object().unwrap().iter().for_each(|(name, value)| {
            options.instantiate[name] = value.clone();
        });
        let voter = Self::on(options);
        voter.devnet.control(&format!("fault/offline?fp={FP}"));
        voter
    }

    /// On a devnet without Babylon, which finalizes and closes nothing without ours: it has more than a third of the power. Its own
    /// daemon votes until it is [taken over](Self::take_over).
    pub fn alone(settings: Value) -> Self {
        let mut instantiate = Options::quick_jail_alone();
        settings.as_object().unwrap().iter().for_each(|(name, value)| instantiate[name] = value.clone());
        let (block_time, bitcoin_time) = (Duration::from_millis(100), Duration::from_secs(1));
        let stakes = vec![30, 30, 30, 50];
        Self::on(Options {
            stakes,
            block_time,
            bitcoin_time,
            verified: true,
            alone: true,
            instantiate,
            ..options()
        })
    }

    fn on(options: Options) -> Self {
        let devnet = Arc::new(Running::with(options));
        let caller = Caller::new(&devnet, 0);
        let (fp, secret) = devnet
            .handle
            .run_blocking(|engine| {
                let fp = &engine.net.fps[FP];
                (fp.public_key(), hex::encode(fp.secret_key().to_bytes()))
            })
            .unwrap();
        let voter = Self { devnet, caller, fp };
        std::fs::write(voter.path("key"), secret).unwrap();
        std::fs::set_permissions(voter.path("key"), std::fs::Permissions::from_mode(0o600)).unwrap();
        voter
    }

    /// With a state, once the chain has passed what its own daemon may have signed.
    pub fn ready() -> Self {
        let voter = Self::new();
        voter.create();
        voter
    }

    /// Makes the state, and waits for the first height that it signs.
    pub fn create(&self) -> u64 {
        let first = self.make();
        self.reaches(first);
        first
    }

    /// Makes the state, and has its own daemon vote at each height below.
    pub fn take_over(&self) {
        self.devnet.control("fault/stop-chain");
        let first = self.make();
        let voted = self.devnet.handle.run_blocking(move |engine| {
            while engine.height() < first {
                engine.produce(now());
            }
            engine.set_online(FP, false);
        });
        voted.unwrap();
        self.devnet.control("fault/start-chain");
    }

    /// Makes the state; the first height that it signs.
    fn make(&self) -> u64 {
        let tip = self.devnet.client.height().unwrap();
        let (code, out, err) = self.run(&["--create", "--json"]);
        assert_eq!(code, 0, "{out}{err}");
        let made: Value = serde_json::from_str(&out).unwrap();
        let first = made["first"].as_u64().unwrap();
        assert!(first > tip + 5, "a node may lag behind whoever voted before");
        first
    }

    /// A file in the caller's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.caller.folder.join(name)
    }

    /// The arguments of every call.
    pub fn args<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        let own = ["vote", "--fp-key-file", "key", "--state", "signed", "--every", "50ms"];
        let ahead: &[&str] = if more.contains(&"--ahead") { &[] } else { &["--ahead", "40"] };
        own.iter().chain(ahead).chain(more).copied().collect()
    }

    /// The program, to its end.
    pub fn run(&self, more: &[&str]) -> Ended {
        self.caller.sign(&self.args(more))
    }

    /// The program, while it runs, by a node.
    pub fn start(&self, node: &str, more: &[&str]) -> Started {
        self.caller.start_at(node, &self.args(&[&["--json"][..], more].concat()))
    }

    /// What the state says was signed.
    pub fn signed(&self) -> BTreeMap<u64, AppHash> {
        let (chain_id, contract) = ("bsn-devnet-1".to_owned(), self.devnet.bsn());
        let head = Head { chain_id, contract, fp: self.fp, first: 0 };
        state::peek(&self.path("signed"), &head).unwrap().signed
    }

    /// Its whole stake ends, as Bitcoin shows it.
    pub fn unstake(&self) {
        let fp = self.fp;
        let txids = self.devnet.handle.run_blocking(move |engine| {
            let own = engine.net.own.iter().flat_map(|own| own.delegations());
            own.filter(|(_, one)| one.fps.contains(&fp)).map(|(txid, _)| txid.to_string()).collect::<Vec<_>>()
        });
        for txid in txids.unwrap() {
            self.devnet.control(&format!("fault/undelegate?txid={txid}"));
        }
        until("the end of its stake", || (self.power_to_come() == 0).then_some(()));
    }

    /// What it has in the active set, in sats: of the next height that is none of the grid's.
    pub fn power_to_come(&self) -> u64 {
        let next = self.devnet.client.height().unwrap() + 1;
        let height = if next.is_multiple_of(GRID) { next + 1 } else { next };
        let ask =
            json!({ "finality_provider_power": { "btc_pk_hex": self.fp.to_string(), "height": height } });
        self.ask(ask)["power"].as_u64().unwrap()
    }

    /// The highest grid height that has closed.
    pub fn closed_through(&self) -> u64 {
        self.ask(json!({ "grid": {} }))["closed_through"].as_u64().unwrap()
    }

    /// Waits for a height.
    pub fn reaches(&self, height: u64) {
        until("a height", || (self.devnet.client.height().unwrap() >= height).then_some(()));
    }

    pub fn ask(&self, message: Value) -> Value {
        self.devnet.client.smart(&self.devnet.bsn(), &message).unwrap()
    }

    /// Whether the contract has its vote at a height.
    pub fn has_voted(&self, height: u64) -> bool {
        let ask = json!({ "finality_signature": { "btc_pk_hex": self.fp.to_string(), "height": height } });
        self.ask(ask)["signature"].as_array().is_some_and(|bytes| !bytes.is_empty())
    }

    /// Whether it is slashed.
    pub fn is_slashed(&self) -> bool {
        let found = self.ask(json!({ "finality_provider": { "btc_pk_hex": self.fp.to_string() } }));
        found["slashed_height"] != json!(0)
    }
}
