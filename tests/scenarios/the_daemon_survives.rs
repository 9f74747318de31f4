//! Proves: C-01, K29
//!
//! The finality providers' own program keeps running, and misses no block, through lost hooks and lag.

use devnet::Hook;
use devnet::actors::daemon::{Contract, Node};
use devnet::actors::{Daemon, DaemonConfig};
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, start, status};

/// The appchain as a daemon reaches it.
struct Reached<'a>(&'a mut Network);

impl Node for Reached<'_> {
    fn tip(&self) -> u64 {
        self.0.chain.height()
    }

    fn app_hash(&self, height: u64) -> Option<primitives::AppHash> {
        self.0.chain.header(height).map(|header| primitives::AppHash::from_bytes(header.app_hash))
    }

    fn query(&mut self, _contract: Contract, message: &Value) -> Result<Value, String> {
        self.0.query(message).map_err(|error| error.to_string())
    }

    fn submit(&mut self, messages: &[Value]) -> Result<(), String> {
        for message in messages {
            self.0.execute(message).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn daemons(network: &Network) -> Vec<Daemon> {
    let config =
        DaemonConfig { num_pub_rand: 500, timestamping_delay_blocks: 100, ..DaemonConfig::default() };
    network.fps.iter().map(|fp| Daemon::new(fp.clone(), config)).collect()
}

/// Blocks with every daemon but the sleeping one at work; the hooks do as the faults say.
fn run(network: &mut Network, daemons: &mut [Daemon], blocks: u64, asleep: Option<usize>) {
    for _ in 0..blocks {
        for (index, daemon) in daemons.iter_mut().enumerate() {
            if asleep != Some(index) {
                daemon.run(&mut Reached(network));
                assert!(daemon.is_alive(), "{:?}", daemon.status());
            }
        }
        network.chain.next_block();
    }
}

fn outage(blocks: u64) {
    let mut network = start(&[40, 30, 20, 10]);
    let mut daemons = daemons(&network);
    run(&mut network, &mut daemons, 5, None);
    let next = network.chain.height() + 1;
    network.chain.faults.lose_all(next..next + blocks);
    for (offset, hook) in (blocks + 10..).step_by(3).zip(Hook::ALL) {
        network.chain.faults.lose(next + offset, hook);
    }
    run(&mut network, &mut daemons, blocks + 30, None);
    assert!(network.finalized() + 3 >= network.chain.height(), "final {}", network.finalized());
}

#[test]
fn a_short_outage_of_all_hooks_and_the_loss_of_each() {
    outage(12);
}

#[test]
fn an_outage_longer_than_its_tries() {
    outage(30);
}

#[test]
fn a_lag_without_missing_one_block() {
    let mut network = start(&[34, 33, 33]);
    let mut daemons = daemons(&network);
    run(&mut network, &mut daemons, 5, None);
    let before = network.chain.height();
    run(&mut network, &mut daemons, 20, Some(0));
    assert!(network.finalized() <= before, "no quorum without it");
    run(&mut network, &mut daemons, 10, None);
    assert!(network.finalized() + 3 >= network.chain.height(), "final {}", network.finalized());
    for height in before..network.finalized() {
        let votes = ask(&network, json!({"votes": {"height": height}}));
        assert_eq!(
            votes["btc_pks"].as_array().unwrap().len(),
            3,
            "at {height}: {}",
            status(&network, height)
        );
    }
}
