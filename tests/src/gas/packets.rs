use devnet::actors::Stake;
use devnet::network::{Network, Setup};
use primitives::FpPublicKey;

use super::{GasError, Row};

const SEED: u64 = 11;
const SATS: u64 = 5_000_000;
const ITEMS: usize = 50;

/// A packet of fifty delegations, to a finality provider that comes with it and to one that has a thousand.
pub(super) fn measure() -> Result<Vec<Row>, GasError> {
    let mut network = Network::deploy(&Setup::new(SEED, &[]))?;
    network.open_channel()?;
    let index = network.add_fp(SEED, 1)?;
    let fp = network.fps[index].public_key();
    let new = packet(&mut network, fp, ITEMS - 1)?;
    for _ in 0..19 {
        packet(&mut network, fp, ITEMS)?;
    }
    let on_1000 = packet(&mut network, fp, ITEMS)?;
    Ok(vec![Row::new("staking_packet_50", new), Row::new("staking_packet_50_on_1000", on_1000)])
}

/// So many delegations of mainnet's shape, all taken; what their packet cost.
fn packet(network: &mut Network, fp: FpPublicKey, count: usize) -> Result<u64, GasError> {
    for _ in 0..count {
        network.link.app.babylon.delegate(Stake::new(&[fp], SATS))?;
    }
    let before = stake(network, fp)?;
    let reports = network.relay().into_iter().filter(|one| one.received.is_some());
    let gas = reports.filter_map(|one| one.report).map(|report| report.usage.sdk_gas()).sum();
    let after = stake(network, fp)?;
    if after - before < SATS * count as u64 {
        return Err(format!("{count} delegations took the stake from {before} to {after}").into());
    }
    Ok(gas)
}

fn stake(network: &Network, fp: FpPublicKey) -> Result<u64, GasError> {
    let query = serde_json::json!({ "finality_provider_info": { "btc_pk_hex": fp.to_string() } });
    let info: Result<serde_json::Value, _> = network.query(&query);
    Ok(info.ok().and_then(|info| info["total_active_sats"].as_u64()).unwrap_or_default())
}
