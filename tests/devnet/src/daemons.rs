//! A network that is voted for by the finality providers' own programs instead of by hand.
//!
//! ```no_run
//! use devnet::actors::DaemonConfig;
//! use devnet::daemons::Daemons;
//! use devnet::network::{Network, Setup};
//!
//! let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]))?;
//! let mut daemons = Daemons::start(&network, DaemonConfig::default());
//! daemons.run(&mut network, 20);
//! assert!(daemons.all.iter().all(|daemon| daemon.is_alive()));
//! # Ok::<(), devnet::network::NetworkError>(())
//! ```

use std::collections::BTreeSet;

use primitives::AppHash;
use serde_json::Value;

use crate::Tx;
use crate::actors::daemon::{Contract, Node};
use crate::actors::{Daemon, DaemonConfig, FinalityProvider};
use crate::network::Network;

/// The appchain as a daemon reaches it. Contract addresses are one.
impl Node for Network {
    fn tip(&self) -> u64 {
        self.chain.height()
    }

    fn app_hash(&self, height: u64) -> Option<AppHash> {
        self.chain.header(height).map(|header| AppHash::from_bytes(header.app_hash))
    }

    fn query(&mut self, _contract: Contract, message: &Value) -> Result<Value, String> {
        Network::query(self, message).map_err(|error| error.to_string())
    }

    fn submit(&mut self, fp: &FinalityProvider, messages: &[Value]) -> Result<(), String> {
        let begun = Tx::new(fp.account("bbnc"));
        let tx = messages.iter().fold(begun, |tx, message| tx.execute(&self.bsn, message));
        self.chain.submit(tx).map(drop).map_err(|error| error.to_string())
    }
}

/// The daemons of a network, in the order of its finality providers.
#[derive(Debug, Clone)]
pub struct Daemons {
    /// Each.
    pub all: Vec<Daemon>,
    /// Those that do not run, by their place: stopped in the middle of things, or before a restart.
    pub stopped: BTreeSet<usize>,
}

impl Daemons {
    /// One for each finality provider that there is now.
    pub fn start(network: &Network, config: DaemonConfig) -> Self {
        let all = network.fps.iter().map(|fp| Daemon::new(fp.clone(), config)).collect();
        Self { all, stopped: BTreeSet::new() }
    }

    /// So many blocks, in each of which every daemon has its round first.
    pub fn run(&mut self, network: &mut Network, blocks: u64) {
        for _ in 0..blocks {
            for (index, daemon) in self.all.iter_mut().enumerate() {
                if !self.stopped.contains(&index) {
                    daemon.run(network);
                }
            }
            network.chain.next_block();
        }
    }

    /// Those that have exited, with their last error.
    pub fn dead(&self) -> Vec<(usize, String)> {
        let dead = self.all.iter().enumerate().filter(|(_, daemon)| !daemon.is_alive());
        dead.map(|(index, daemon)| (index, format!("{:?}", daemon.status()))).collect()
    }
}
