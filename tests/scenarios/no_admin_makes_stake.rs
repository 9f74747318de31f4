//! Proves: C-34, K3
//!
//! On a live network no message of the admin raises anybody's power, and no setting is taken that would stop a hook.

use devnet::actors::Stake;
use devnet::network::Network;
use proto::btcstaking::BtcStakingIbcPacket;
use serde_json::{Value, json};

use super::support::{
    ask, base64, carry, execute_as, health, key, packet, power, queued, run, stake, start_with, text,
};

fn live() -> Network {
    start_with(&[40, 30, 20], json!({"network": "signet"}))
}

fn as_admin(network: &mut Network, message: &Value) -> Result<devnet::TxReport, devnet::TxError> {
    let admin = network.admin.clone();
    execute_as(network, &admin, message)
}

fn resync(items: BtcStakingIbcPacket) -> Value {
    json!({"resync": {"packet": base64(&packet(items))}})
}

fn powers(network: &Network) -> Vec<u64> {
    (0..3).map(|index| power(network, index, network.chain.height())).collect()
}

#[test]
fn by_any_message_on_a_live_network() {
    let mut network = live();
    let fp = network.fps[0].public_key();
    let txid = network.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap().to_string();
    let lost = queued(&mut network);
    network.link.app.babylon.undelegate(&primitives::Txid::from_display_hex(&txid).unwrap()).unwrap();
    let end = queued(&mut network);
    let before = powers(&network);
    let bsn = network.bsn.clone();
    let pk = key(&network, 0);
    for (message, why) in [
        (resync(lost.clone()), "only possible on regtest"),
        (
            json!({"btc_staking": {"new_fp": [], "active_del": [{"total_sat": 5, "fp_btc_pk_list": [pk]}]}}),
            "only possible on regtest",
        ),
        (json!({"slash": {"fp_btc_pk_hex": pk}}), "only possible on regtest"),
        (json!({"update_staking": {"staking": network.admin}}), "change only by migration"),
        (
            json!({"update_contract_addresses": {"btc_light_client": bsn, "finality": bsn}}),
            "change only by migration",
        ),
        (json!({"rebind_connection": {"connection_id": "connection-9"}}), "it is alive"),
        (json!({"update_config": {"rebind_delay": 0}}), "rebind_delay must be at least 86400"),
        (json!({"update_config": {"reward_interval": 0}}), "reward_interval must be from 1"),
        (json!({"update_config": {"max_active_finality_providers": 0}}), "max_active_finality_providers"),
    ] {
        assert!(text(as_admin(&mut network, &message)).contains(why), "{message}");
    }
    as_admin(&mut network, &json!({"update_staking": {"staking": bsn}})).unwrap();
    as_admin(&mut network, &json!({"update_config": {"max_active_finality_providers": 100}})).unwrap();
    as_admin(&mut network, &json!({"retry_quarantined": {"ids": []}})).unwrap();
    run(&mut network, 2);
    assert_eq!(powers(&network), before);

    // It may take power away: what got lost is an end.
    carry(&mut network, vec![packet(lost)]);
    assert_eq!(stake(&network, 0), 40 * 100_000_000 + 1_000);
    as_admin(&mut network, &resync(end)).unwrap();
    assert_eq!(stake(&network, 0), 40 * 100_000_000);
    run(&mut network, 2);
    assert_eq!(powers(&network), before);
}

#[test]
fn admin_messages_are_refused_from_strangers() {
    let mut network = live();
    let stranger = network.chain.account("stranger");
    let bsn = network.bsn.clone();
    for message in [
        resync(BtcStakingIbcPacket::default()),
        json!({"rebind_connection": {"connection_id": "connection-9"}}),
        json!({"update_staking": {"staking": bsn}}),
        json!({"update_contract_addresses": {"btc_light_client": bsn, "finality": bsn}}),
    ] {
        assert!(text(execute_as(&mut network, &stranger, &message)).contains("Unauthorized"), "{message}");
    }
}

#[test]
fn on_regtest_the_suites_of_the_daemons_inject_stake_by_the_admin() {
    let mut network = start_with(&[40, 30], json!({}));
    let mut bare =
        Network::deploy(&devnet::network::Setup::new(7, &[]).with(json!({"babylon_chain_id": null})))
            .unwrap();
    network.add_fp(7, 6).unwrap();
    let items = queued(&mut network);
    let (fp, delegation) = (&items.new_fp[0], &items.active_del[0]);
    // As the Go suites send it, with fields that we do not know.
    let message = json!({"btc_staking": {
        "new_fp": [{"addr": fp.addr, "btc_pk_hex": fp.btc_pk_hex, "consumer_id": fp.bsn_id,
            "description": {"moniker": "m"}, "commission": "0.05",
            "pop": {"btc_sig_type": 0, "btc_sig": base64(&fp.pop.as_ref().unwrap().btc_sig)}}],
        "active_del": [{"staker_addr": delegation.staker_addr, "btc_pk_hex": delegation.btc_pk_hex,
            "fp_btc_pk_list": delegation.fp_btc_pk_list, "start_height": delegation.start_height,
            "end_height": delegation.end_height, "total_sat": delegation.total_sat,
            "staking_tx": base64(&delegation.staking_tx), "slashing_tx": base64(&delegation.slashing_tx),
            "delegator_slashing_sig": "", "covenant_sigs": [{"cov_pk": "", "adaptor_sigs": [""]}],
            "staking_output_idx": delegation.staking_output_idx, "unbonding_time": delegation.unbonding_time,
            "undelegation_info": {"unbonding_tx": "", "covenant_slashing_sigs": []}, "params_version": 0}],
        "slashed_del": [], "unbonded_del": []}});
    as_admin(&mut bare, &message).unwrap();
    let shown = ask(&bare, json!({"delegations": {}}))["delegations"][0].clone();
    assert_eq!(shown["fp_btc_pk_list"], json!(delegation.fp_btc_pk_list));
    let kept = staking::StakingTx::parse(&delegation.staking_tx).unwrap();
    assert_eq!(shown["staking_tx"], json!(kept.as_bytes()), "without its witness");
    assert!(shown["undelegation_info"]["delegator_unbonding_info"].is_null());
    let info = json!({"finality_provider_info": {"btc_pk_hex": fp.btc_pk_hex}});
    assert_eq!(ask(&bare, info.clone())["total_active_sats"], 600_000_000);

    let hashes = json!({"delegations_by_f_p": {"btc_pk_hex": fp.btc_pk_hex}});
    let hash = ask(&bare, hashes)["hashes"][0].clone();
    let end = json!({"btc_staking": {"unbonded_del": [{"staking_tx_hash": hash, "unbonding_tx_sig": ""}]}});
    as_admin(&mut bare, &end).unwrap();
    assert_eq!(ask(&bare, info)["total_active_sats"], 0);
    assert_eq!(health(&bare)["staking"]["quarantined"], 0);
}
