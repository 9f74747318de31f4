//! The daemons' doubles vote, and nobody by hand: on the contracts as they are natively.

use devnet::Machine;
use devnet::actors::DaemonConfig;
use devnet::daemons::Daemons;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

const TERM: u64 = 3_600;

/// Contract, stake and randomness that counts; nobody has voted yet.
fn network(stakes: &[u64]) -> Network {
    let over = json!({
        "missed_blocks_window": 10, "min_signed_percent": 50, "vote_window": 3, "jail_duration": TERM,
        "max_jailed_percent": 60,
    });
    let setup = Setup::new(7, stakes).with(over);
    let network = Network::deploy_machine(&Machine::native(), &setup).unwrap();
    network.begin(&setup).unwrap()
}

fn daemons(network: &Network) -> Daemons {
    let config =
        DaemonConfig { num_pub_rand: 500, timestamping_delay_blocks: 100, ..DaemonConfig::default() };
    Daemons::start(network, config)
}

fn ask(network: &Network, query: Value) -> Value {
    network.query(&query).unwrap()
}

fn info(network: &Network, index: usize) -> Value {
    ask(network, json!({"signing_info": {"btc_pk_hex": network.fps[index].public_key_hex()}}))
}

fn is_jailed(network: &Network, index: usize) -> bool {
    info(network, index)["jailed_until"].is_u64()
}

fn power(network: &Network, index: usize, height: u64) -> u64 {
    let key = network.fps[index].public_key_hex();
    let answer = ask(network, json!({"finality_provider_power": {"btc_pk_hex": key, "height": height}}));
    answer["power"].as_u64().unwrap()
}

fn has_voted(network: &Network, index: usize, height: u64) -> bool {
    let votes = ask(network, json!({"votes": {"height": height}}));
    votes["btc_pks"].as_array().unwrap().contains(&json!(network.fps[index].public_key_hex()))
}

/// Whether finality is where it is when all is well.
fn keeps_up(network: &Network) -> bool {
    network.finalized() + 3 >= network.chain.height()
}

/// A daemon's first question is where it stands; the answer must not claim the first height of its set.
#[test]
fn fresh_daemons_vote_the_first_height_of_their_set() {
    let mut network = network(&[40, 30, 20, 10]);
    let first = ask(&network, json!({"activated_height": {}})).as_u64().unwrap();
    network.chain.next_blocks(5);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 6);
    for index in 0..4 {
        assert!(has_voted(&network, index, first), "{index}: {}", info(&network, index));
    }
    assert!(keeps_up(&network), "final {} of {}", network.finalized(), network.chain.height());
}

#[test]
fn one_that_joins_later_votes_from_its_first_height_on() {
    let mut network = network(&[40, 30, 20]);
    let mut early = daemons(&network);
    early.run(&mut network, 5);
    // More than a third: nothing is final without it.
    let index = network.add_fp(7, 90).unwrap();
    network.relay();
    let from = network.chain.height() + 1;
    network.commit(index, from, 1_000).unwrap();
    early.run(&mut network, 2);
    network.timestamp().unwrap();
    early.run(&mut network, 6);
    let joined = info(&network, index)["start_height"].as_u64().unwrap();
    assert!(network.finalized() < joined && power(&network, index, joined) > 0);
    let mut late = daemons(&network);
    for _ in 0..8 {
        late.all[index].run(&mut network);
        for daemon in &mut early.all {
            daemon.run(&mut network);
        }
        network.chain.next_block();
    }
    assert!(has_voted(&network, index, joined));
    assert!(keeps_up(&network), "final {} of {}", network.finalized(), network.chain.height());
}

/// Two blocks after its unjailing it votes as ever, though nothing told it where to begin.
#[test]
fn one_that_returns_from_jail_votes_at_once() {
    let mut network = network(&[40, 30, 20, 10]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    daemons.stopped.insert(3);
    daemons.run(&mut network, 20);
    assert!(is_jailed(&network, 3) && keeps_up(&network));
    network.chain.skip_seconds(TERM);
    daemons.all[3].restart();
    daemons.stopped.clear();
    daemons.run(&mut network, 3);
    daemons.all[3].unjail(&mut network).unwrap();
    let unjailed = network.chain.height() + 1;
    daemons.run(&mut network, 4);
    assert!(!is_jailed(&network, 3) && power(&network, 3, unjailed + 1) > 0);
    assert!(has_voted(&network, 3, unjailed + 1) && has_voted(&network, 3, unjailed + 2));
    assert!(keeps_up(&network) && daemons.dead().is_empty(), "{:?}", daemons.dead());
}

/// Half of the power hangs and goes to jail. It comes back, still in jail, and votes where its power is awaited:
/// nobody governs, nobody unjails it, and finality is whole again.
#[test]
fn an_outage_of_half_the_power_heals_when_the_jailed_come_back_and_vote() {
    let mut network = network(&[40, 25, 25, 10]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    daemons.stopped.extend([1, 2]);
    daemons.run(&mut network, 1);
    let stuck = network.finalized();
    daemons.run(&mut network, 60);
    assert!(is_jailed(&network, 1) && is_jailed(&network, 2));
    assert!(network.finalized() <= stuck + 1, "{}", network.finalized());

    daemons.stopped.clear();
    daemons.run(&mut network, 4);
    assert!(is_jailed(&network, 1) && is_jailed(&network, 2), "they are in jail as before");
    assert!(has_voted(&network, 1, stuck + 2) && has_voted(&network, 2, stuck + 2));
    daemons.run(&mut network, 3);
    assert!(keeps_up(&network), "final {} of {}", network.finalized(), network.chain.height());
    assert_eq!(ask(&network, json!({"health": {}}))["finality"]["resumed"], 0, "without governance");

    // Whoever was in jail and never heard of it is voting again two blocks after its unjailing.
    network.chain.skip_seconds(TERM);
    daemons.run(&mut network, 1);
    for index in [1, 2] {
        daemons.all[index].unjail(&mut network).unwrap();
    }
    let unjailed = network.chain.height() + 1;
    daemons.run(&mut network, 4);
    assert!(has_voted(&network, 1, unjailed + 2) && has_voted(&network, 2, unjailed + 2));
    assert!(keeps_up(&network) && daemons.dead().is_empty(), "{:?}", daemons.dead());
}

/// More than a third of the power is down across a block whose hooks were lost, and starts again behind it.
#[test]
fn a_restart_across_a_hole_kills_no_daemon() {
    let mut network = network(&[34, 33, 33]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    daemons.stopped.insert(0);
    let hole = network.chain.height() + 4;
    network.chain.faults.lose_all(hole..hole + 2);
    daemons.run(&mut network, 8);
    assert!(network.finalized() < hole);
    daemons.all[0].restart();
    daemons.stopped.clear();
    daemons.run(&mut network, 30);
    assert!(daemons.dead().is_empty(), "{:?}", daemons.dead());
    assert!(keeps_up(&network), "final {} of {}", network.finalized(), network.chain.height());
    for height in hole - 3..network.finalized() {
        assert_eq!(has_voted(&network, 0, height), !(hole..hole + 2).contains(&height), "at {height}");
    }
}

/// Heights at which the backlog was full have no votes of anybody; a daemon that comes back reads over them.
#[test]
fn a_full_backlog_kills_no_daemon() {
    let setup = Setup::new(7, &[34, 33, 33]).with(json!({"max_backlog": 100, "missed_blocks_window": 1_000}));
    let network = Network::deploy_machine(&Machine::native(), &setup).unwrap();
    let mut network = network.begin(&setup).unwrap();
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    daemons.stopped.insert(0);
    daemons.run(&mut network, 130);
    let full = network.chain.height();
    assert_eq!(power(&network, 1, full), 0, "the backlog is full");
    daemons.all[0].restart();
    daemons.stopped.clear();
    daemons.run(&mut network, 30);
    assert!(daemons.dead().is_empty(), "{:?}", daemons.dead());
    assert!(keeps_up(&network), "final {} of {}", network.finalized(), network.chain.height());
}

/// A deployer names it in a proposal before the contract is there.
#[test]
fn the_light_client_lies_where_its_checksum_creator_and_salt_say() {
    let network = Network::deploy_machine(&Machine::native(), &Setup::new(7, &[])).unwrap();
    assert!(network.chain.contract(&network.light_client).is_some());
    assert_eq!(network.predicted_light_client().as_ref(), Some(&network.light_client));
}
