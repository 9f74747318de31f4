//! Proves: D-09, D-13, D-15, D-19, D-31, D-34
//!
//! Without Babylon a chain finalizes by stake that Bitcoin shows and a committee of its own signed, and nobody else's word makes any.

use devnet::actors::Stakers;
use devnet::actors::babylon::{LockTimes, Stake};
use devnet::network::{Network, SELF_STAKE_TIMELOCK};
use primitives::Txid;
use serde_json::{Value, json};

use super::support::alone::{BTC, alone, became, equivocate, is_taken, sats, stakes, submitted};
use super::support::{ask, base64, health, power, run, set, text};

fn alarms(network: &Network) -> String {
    health(network)["alarms"].to_string()
}

#[test]
fn a_chain_without_babylon_finalizes_from_bitcoin_stake_alone() {
    let mut network = alone(&[40, 30, 20, 10]);
    let last = network.finalized();
    run(&mut network, 5);
    assert_eq!(network.finalized(), last + 5);
    assert_eq!((0..4).map(|index| sats(&network, index) / BTC).collect::<Vec<_>>(), [40, 30, 20, 10]);

    let config = ask(&network, json!({"config": {}}));
    assert_eq!((&config["stake_source"], &config["connection_id"]), (&json!("bitcoin"), &Value::Null));
    assert_eq!(health(&network)["channel"]["state"], "absent");
    assert_eq!(alarms(&network), "[]");
    assert_eq!((network.is_alone(), network.channel.is_none()), (true, true));
    let shown: Value = network.ask_verifier(&json!({"trust": {}})).unwrap();
    assert_eq!((&shown["own"]["covenant_quorum"], &shown["babylon"]), (&json!(2), &Value::Null));

    // A third of the stake is missing, and no height is final any more, until it comes back.
    network.offline.extend([1, 3]);
    let last = network.finalized();
    network.run(5).unwrap();
    assert!(network.finalized() <= last + 1);
    network.offline.clear();
    run(&mut network, 3);
    assert!(network.finalized() >= last + 6);
}

#[test]
fn an_early_end_ends_the_power_once_bitcoin_shows_it() {
    let mut network = alone(&[40, 10]);
    let stake = stakes(&network, 1).remove(0);
    network.mine_with(vec![stake.unbonding_tx.clone()]);
    assert_eq!(sats(&network, 1), 10 * BTC, "nobody has proven it");
    let proof = network.spend_proof(&stake.staking_tx.txid(), &stake.unbonding_tx).unwrap();
    assert_eq!(became(&mut network, &json!({"prove_spends": {"proofs": [proof]}})), "ended");
    network.chain.next_block();
    assert_eq!(sats(&network, 1), 0);
    run(&mut network, 3);
    assert_eq!(power(&network, 1, network.chain.height()), 0);
    // What was spent does not come back.
    assert_eq!(submitted(&mut network, &stake.staking_tx.txid()), "known");
    let proof = network.inclusion_proof(&stake.staking_tx.txid()).unwrap();
    assert_eq!(became(&mut network, &json!({"prove_delegations": {"proofs": [proof]}})), "S60");
    assert_eq!(sats(&network, 1), 0);
}

/// A delegation to finality provider 1 that Bitcoin has, and its submission.
fn mined(network: &mut Network, sats: u64) -> (Txid, Value) {
    let txid = network.delegate_own(1, sats).unwrap();
    network.mine_stake();
    (txid, network.submission(&txid).unwrap())
}

#[test]
fn what_proves_no_stake_changes_nothing() {
    let mut network = alone(&[40, 10]);
    let (_, good) = mined(&mut network, 5 * BTC);
    let (_, small) = mined(&mut network, 9_999);
    let changed = |field: &str, value: Value| {
        let mut item = good.clone();
        item[field] = value;
        item
    };
    let unsigned = {
        let mut other = network.own.clone().unwrap();
        let txid = other.delegate(&Stake::new(&[network.fps[1].public_key()], BTC), 100).unwrap();
        let mut delegation = other.delegation(&txid).unwrap().clone();
        delegation.event.undelegation_info.as_mut().unwrap().covenant_unbonding_sig_list.truncate(1);
        network.mine_with(vec![delegation.staking_tx.clone()]);
        network.own_item(&delegation).unwrap()
    };
    let stranger = foreign(&mut network, 1);
    let unknown = foreign(&mut network, 2);
    let refused = [
        ("branch", changed("branch", json!(base64(&[7; 32])))),
        ("branch", changed("index", json!(0))),
        ("header", changed("block_hash", json!("11".repeat(32)))),
        ("form", changed("item", json!(base64(&[0xff])))),
        ("S11", small),
        ("S50", unsigned),
        ("S10", stranger),
        ("S01", unknown),
    ];
    let (before, counted) = (network.chain.storage(&network.stake_verifier), sats(&network, 1));
    for (rule, item) in refused {
        assert_eq!(became(&mut network, &json!({"submit_delegations": {"items": [item]}})), rule);
        assert!(network.chain.storage(&network.stake_verifier) == before, "{rule} left something");
        assert_eq!(sats(&network, 1), counted, "{rule}");
    }
    let done = network.verify(&json!({"submit_delegations": {"items": [good, good]}})).unwrap();
    let verdicts = devnet::network::verdicts(&done);
    assert_eq!(verdicts[0]["ok"]["became"], "active", "{verdicts:?}");
    assert_eq!(verdicts[1]["refused"]["rule"], "known", "one outpoint is one stake: {verdicts:?}");
    assert_eq!(became(&mut network, &json!({"submit_delegations": {"items": [good]}})), "known");
    assert_eq!(sats(&network, 1), 15 * BTC);
}

/// A delegation that another committee signed and Bitcoin has, under a version of the parameters of this chain's.
fn foreign(network: &mut Network, version: u32) -> Value {
    let mut others = Stakers::new(99, 3, 2, LockTimes::default()).unwrap();
    let stake = Stake::new(&[network.fps[1].public_key()], BTC + u64::from(version));
    let txid = others.delegate(&stake, 100).unwrap();
    let mut delegation = others.delegation(&txid).unwrap().clone();
    delegation.event.params_version = version;
    network.mine_with(vec![delegation.staking_tx.clone()]);
    network.own_item(&delegation).unwrap()
}

#[test]
fn a_retired_committee_makes_no_new_stake_and_keeps_what_it_made() {
    let mut network = alone(&[40, 10]);
    let (governance, verifier) = (network.admin.clone(), network.stake_verifier.clone());
    let activation = network.miner.tip_height() + 2_016;
    let mut next = Stakers::new(99, 3, 2, LockTimes::default()).unwrap().wire();
    next["version"] = json!(2);
    next["btc_activation_height"] = json!(activation);
    let append = json!({"append_params": {"family": "own", "params": next}});
    assert!(text(network.verify(&append)).contains("unauthorized"));
    network.chain.execute(&governance, &verifier, &append).unwrap();

    network.miner.set_spacing(5);
    network.mine(2_016 + 144 - 2);
    let (_, last) = mined(&mut network, 5 * BTC);
    assert_eq!(became(&mut network, &json!({"submit_delegations": {"items": [last]}})), "active");
    let (_, late) = mined(&mut network, 3 * BTC);
    assert_eq!(became(&mut network, &json!({"submit_delegations": {"items": [late]}})), "S06");
    network.chain.next_block();
    assert_eq!(sats(&network, 1), 15 * BTC);
}

#[test]
fn what_a_finality_provider_locks_counts_and_cannot_be_taken_before_its_time() {
    let mut network = alone(&[40, 10]);
    let txid = network.lock_own(1, 3 * BTC).unwrap();
    let proof = network.lock_proof(&txid).unwrap();
    assert_eq!(sats(&network, 1), 10 * BTC);
    assert_eq!(became(&mut network, &json!({"prove_self_stake": {"proofs": [proof]}})), "active");
    network.chain.next_block();
    assert_eq!(sats(&network, 1), 13 * BTC);
    assert_eq!(became(&mut network, &json!({"prove_self_stake": {"proofs": [proof]}})), "S60");

    let lock = network.own.as_ref().unwrap().lock(&txid).unwrap().clone();
    let [owner, other] = [1, 0].map(|index| network.fps[index].secret_key().clone());
    let taken = |key, waited| is_taken(lock.spent(), &lock.taken_by(key, waited, &[0x51; 34]));
    assert!(!taken(&owner, SELF_STAKE_TIMELOCK - 1), "nobody takes it before its time");
    assert!(taken(&owner, SELF_STAKE_TIMELOCK));
    assert!(!taken(&other, SELF_STAKE_TIMELOCK));

    // After an equivocation its time over means that it is anybody's.
    let public = equivocate(&mut network, 1);
    network.chain.next_block();
    assert!(taken(&public, SELF_STAKE_TIMELOCK) && !taken(&public, SELF_STAKE_TIMELOCK - 1));
    run(&mut network, 2);
    assert_eq!(power(&network, 1, network.chain.height()), 0);
    assert_eq!(
        became(&mut network, &json!({"prove_self_stake": {"proofs": [proof]}})),
        "self",
        "its key is public"
    );
}

/// Whoever keeps headers out of blocks stops time: stake that ended unseen would count on. So no height has an active set.
#[test]
fn headers_that_are_kept_out_end_finality_until_one_gets_in() {
    let mut network = alone(&[40, 10]);
    run(&mut network, 3);
    let half: u64 = 1_008 / 2 * 600;
    let tip = network.miner.tip().time;
    let age = |network: &Network| network.chain.now().time.seconds() - u64::from(tip);
    network.chain.skip_seconds(half - age(&network) - 200);
    run(&mut network, 20);
    assert!(!set(&network, network.chain.height()).is_empty(), "old, but not too old");
    assert!(!alarms(&network).contains("no height has an active set"));

    network.chain.skip_seconds(400);
    run(&mut network, 20);
    let (stopped, stale) = (network.finalized(), network.chain.height());
    assert_eq!(set(&network, stale), [].into());
    assert!(alarms(&network).contains("no height has an active set: the light client's tip is older"));
    run(&mut network, 10);
    assert_eq!(network.finalized(), stopped);

    // Bitcoin went on. One header of today is enough.
    network.miner.set_spacing(u32::try_from(half).unwrap());
    network.mine(1);
    run(&mut network, 12);
    assert_eq!(set(&network, network.chain.height()).len(), 2);
    assert!(network.finalized() > stale, "{} {stale}", network.finalized());
    assert!(!alarms(&network).contains("no height has an active set"));
}
