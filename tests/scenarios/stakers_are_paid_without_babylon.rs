//! Proves
//!
//! The fees of a period reach whoever stakes: through the contract that keeps rewards, by sats, to the address that each staker named.

use devnet::actors::Appchain;
use devnet::actors::babylon::Delegation;
use devnet::actors::own::payout_word;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::support::alone::{became, stakes};
use super::support::{ask, run};

const INTERVAL: u64 = 20;
const DENOM: &str = "ustake";
/// What stake gets of the fees of a period: the chain module gives it a tenth.
const FEES: u128 = 1_000_000;
const TENTH: u128 = 10;

/// Finality under way, and a period of fees handed over to whoever stakes.
fn paid() -> (Network, Vec<Delegation>) {
    let fields = json!({ "reward_interval": INTERVAL, "reward_denoms": [DENOM] });
    let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]).with(fields).alone()).unwrap();
    network.run(4).unwrap();
    network.chain.collect_fees(FEES * TENTH, DENOM);
    run(&mut network, 2 * INTERVAL);
    let of = |index| stakes(&network, index).remove(0);
    let all = (0..4).map(of).collect();
    (network, all)
}

fn word(network: &Network, stake: &Delegation, who: &str, counter: u64) -> Value {
    let appchain =
        Appchain { chain_id: network.chain.chain_id().to_owned(), contract: network.stake_verifier.clone() };
    let address = network.chain.account(who);
    let bytes = devnet::address::decode(network.chain.prefix(), &address).unwrap();
    payout_word(stake, &appchain, (&address, &bytes), counter)
}

fn claim(stakes: &[&Delegation]) -> Value {
    let ids = stakes.iter().map(|stake| {
        json!({ "txid": stake.staking_tx.txid().to_string(), "output": stake.event.staking_output_idx })
    });
    json!({ "claim": { "stakes": ids.collect::<Vec<_>>() } })
}

fn has(network: &Network, who: &str) -> u128 {
    network.chain.balance(&network.chain.account(who), DENOM)
}

#[test]
fn fees_reach_stakers_by_sats_at_the_address_that_each_named() {
    let (mut network, all) = paid();
    let books = ask(&network, json!({"rewards": {}}));
    assert_eq!(books["handed_over"][0]["amount"], FEES.to_string(), "{books}");
    assert_eq!(network.chain.balance(&network.stake_verifier, DENOM), FEES);
    // Nobody has said where to, so nothing leaves.
    assert_eq!(became(&mut network, &claim(&[&all[0]])), "payout");

    for (stake, who) in all.iter().zip(["anna", "boris", "clara", "dimitri"]) {
        let message = word(&network, stake, who, 1);
        network.verify(&message).unwrap();
    }
    // Anybody claims, for everybody.
    network.verify(&claim(&all.iter().collect::<Vec<_>>())).unwrap();
    let shares = ["anna", "boris", "clara", "dimitri"].map(|who| has(&network, who));
    for (share, whole) in shares.into_iter().zip([400_000, 300_000, 200_000, 100_000]) {
        assert!((whole - 1..=whole).contains(&share), "{shares:?}");
    }
    // Parts of a coin stay, and are paid once they are whole.
    let left = FEES - shares.iter().sum::<u128>();
    assert_eq!(network.chain.balance(&network.stake_verifier, DENOM), left);
    assert_eq!(became(&mut network, &claim(&[&all[0]])), "nothing");
    assert_eq!(has(&network, "anna"), shares[0]);
}

#[test]
fn nobody_else_says_where_a_staker_is_paid() {
    let (mut network, all) = paid();
    let (own, other) = (word(&network, &all[0], "anna", 2), word(&network, &all[1], "mallory", 3));
    // Mallory's word with another's key, an old word again, and one of another chain.
    let mut forged = other.clone();
    forged["set_payout"]["staker_pk_hex"] = own["set_payout"]["staker_pk_hex"].clone();
    assert!(network.verify(&forged).is_err());
    network.verify(&own).unwrap();
    assert!(network.verify(&own).is_err());
    let elsewhere = Appchain { chain_id: "other-1".to_owned(), contract: network.stake_verifier.clone() };
    let mallory = network.chain.account("mallory");
    let bytes = devnet::address::decode(network.chain.prefix(), &mallory).unwrap();
    assert!(network.verify(&payout_word(&all[0], &elsewhere, (&mallory, &bytes), 9)).is_err());
    network.verify(&claim(&[&all[0]])).unwrap();
    assert!(has(&network, "anna") >= 399_999 && has(&network, "mallory") == 0);
}
