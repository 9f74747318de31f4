//! Proves: C-20
//!
//! Where Babylon's chain id is set, a finality provider is registered only with a proof that it has its key, or with one
//! of a kind that Babylon alone can verify, which is counted. What is refused is kept, its delegations too.

use devnet::actors::{Appchain, FinalityProvider, Stake};
use devnet::network::Network;
use proto::btcstaking::{BtcStakingIbcPacket, NewFinalityProvider};
use serde_json::json;

use super::support::{carry, execute_as, health, key, packet, quarantined, queued, stake, start_with};

const BTC: u64 = 100_000_000;
const BABYLON: &str = "bbn-devnet-1";

fn strict() -> Network {
    start_with(&[40, 30], json!({"babylon_chain_id": BABYLON}))
}

/// Without Babylon's chain id.
fn trusting() -> Network {
    start_with(&[40, 30], json!({"babylon_chain_id": null}))
}

/// A finality provider with five bitcoin, on its way.
fn newcomer(network: &mut Network) -> (NewFinalityProvider, BtcStakingIbcPacket) {
    network.add_fp(7, 5).unwrap();
    let mut items = queued(network);
    (items.new_fp.pop().unwrap(), items)
}

fn register(network: &mut Network, fp: &NewFinalityProvider) {
    let items = BtcStakingIbcPacket { new_fp: vec![fp.clone()], ..Default::default() };
    carry(network, vec![packet(items)]);
}

fn is_registered(network: &Network, index: usize) -> bool {
    let query = json!({"finality_provider": {"btc_pk_hex": key(network, index)}});
    network.query::<serde_json::Value>(&query).is_ok()
}

fn with(fp: &NewFinalityProvider, kind: i32, signature: Vec<u8>) -> NewFinalityProvider {
    let mut fp = fp.clone();
    let proof = fp.pop.as_mut().unwrap();
    (proof.btc_sig_type, proof.btc_sig) = (kind, signature);
    fp
}

#[test]
fn no_proof_no_finality_provider_and_its_delegations_wait() {
    let mut network = strict();
    let (good, delegations) = newcomer(&mut network);
    let signature = good.pop.clone().unwrap().btc_sig;
    let mut bent = signature.clone();
    bent[40] ^= 1;
    let appchain = Appchain { chain_id: network.chain.chain_id().to_owned(), contract: network.bsn.clone() };
    let stranger = FinalityProvider::new(99, 0, &appchain).proof_of_possession(BABYLON);
    let elsewhere = network.fps[2].proof_of_possession("bbn-1");
    let mut moved = good.clone();
    moved.addr.clone_from(&network.fps[0].babylon_address());
    let mut bare = good.clone();
    bare.pop = None;
    let forgeries = [
        with(&good, 0, bent),
        with(&good, 0, stranger.btc_sig),
        with(&good, 0, elsewhere.btc_sig),
        with(&good, 0, signature[..63].to_vec()),
        with(&good, 0, vec![]),
        with(&good, 3, signature),
        moved,
        bare,
    ];
    for (number, forgery) in forgeries.iter().enumerate() {
        register(&mut network, forgery);
        assert!(!is_registered(&network, 2), "forgery {number}");
        let aside = quarantined(&network);
        assert_eq!(aside.len(), number + 1, "{aside:?}");
        let (_, kind, reason) = aside.last().unwrap();
        assert_eq!(kind, "new_fp");
        assert!(reason.contains("possession"), "forgery {number}: {reason}");
    }
    carry(&mut network, vec![packet(delegations)]);
    let waiting = quarantined(&network).last().unwrap().clone();
    assert!(waiting.2.contains("names no finality provider"), "{waiting:?}");

    register(&mut network, &good);
    assert!(is_registered(&network, 2));
    let anybody = network.chain.account("anybody");
    execute_as(&mut network, &anybody, &json!({"retry_quarantined": {"ids": [waiting.0]}})).unwrap();
    assert_eq!(stake(&network, 2), 5 * BTC);
    assert_eq!(health(&network)["staking"]["pop_trusted"], 0);
}

#[test]
fn a_key_that_is_no_point_is_never_registered() {
    for mut network in [strict(), trusting()] {
        let (good, _) = newcomer(&mut network);
        // x = 5 is on no point of secp256k1; p and above is no coordinate; 32 bytes it must be.
        let off = format!("{:064x}", 5);
        let wrapped = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f".to_owned();
        for btc_pk_hex in [off, wrapped, "00".repeat(32), "ff".repeat(31), "zz".repeat(32), String::new()] {
            let before = quarantined(&network).len();
            register(&mut network, &NewFinalityProvider { btc_pk_hex: btc_pk_hex.clone(), ..good.clone() });
            assert_eq!(quarantined(&network).len(), before + 1, "{btc_pk_hex}");
            assert_eq!(health(&network)["staking"]["fps"], 2, "{btc_pk_hex}");
        }
    }
}

#[test]
fn what_only_babylon_can_verify_is_taken_on_trust_and_counted() {
    let mut network = strict();
    for (kind, trusted) in [(1, 1), (2, 2)] {
        let (good, _) = newcomer(&mut network);
        register(&mut network, &with(&good, kind, vec![7; 90]));
        assert!(is_registered(&network, network.fps.len() - 1));
        let health = health(&network);
        assert_eq!(health["staking"]["pop_trusted"], trusted);
        let alarms = health["alarms"].to_string();
        assert!(alarms.contains(&format!("{trusted} proofs of possession are taken on trust")), "{alarms}");
    }
    let unset = trusting();
    assert_eq!(health(&unset)["staking"]["pop_trusted"], 2, "without Babylon's chain id all are");
}

#[test]
fn a_delegation_to_another_chains_finality_provider_gives_nobody_power() {
    let mut network = strict();
    let fp = network.fps[0].public_key();
    network.link.app.babylon.delegate(Stake::new(&[fp], 9)).unwrap();
    let mut items = queued(&mut network);
    items.active_del[0].fp_btc_pk_list = vec!["02".repeat(32)];
    carry(&mut network, vec![packet(items)]);
    assert_eq!([stake(&network, 0), stake(&network, 1)], [40 * BTC, 30 * BTC]);
    assert_eq!(quarantined(&network).len(), 1);
}
