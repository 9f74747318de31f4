use devnet::actors::Stake;
use devnet::ibc::Delivery;
use devnet::network::{Network, Setup};
use primitives::FpPublicKey;
use proto::Message;
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use staking::StakingTx;

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
    let witness = lengthened(&mut network, fp, with_witness)?;
    let output = lengthened(&mut network, fp, with_output)?;
    Ok(vec![
        Row::new("staking_packet_50", new),
        Row::new("staking_packet_50_on_1000", on_1000),
        Row::new("staking_packet_witness_250kB", witness),
        Row::new("staking_packet_output_250kB", output),
        Row::new("timestamp_packet_junk_250kB", junk()?),
    ])
}

/// How much longer a packet is made: nearly as long as ibc-go lets anybody send.
const LONGER: u32 = 250_000;

/// A delegation whose staking transaction is as long as a packet allows, taken; what its packet cost.
fn lengthened(network: &mut Network, fp: FpPublicKey, by: fn(&[u8]) -> Vec<u8>) -> Result<u64, GasError> {
    network.link.app.babylon.delegate(Stake::new(&[fp], SATS))?;
    let client = network.link.app.client.clone();
    let data = network.link.app.babylon.take_staking_packet(&client).ok_or("nothing is queued")?;
    let Some(Packet::BtcStaking(mut items)) = OutboundPacket::decode(data.as_slice())?.packet else {
        return Err("not a staking packet".into());
    };
    for item in &mut items.active_del {
        item.staking_tx = by(StakingTx::parse(&item.staking_tx)?.as_bytes());
    }
    network.queue(Packet::BtcStaking(items));
    let before = stake(network, fp)?;
    let gas = relayed(network.relay());
    match stake(network, fp)? - before {
        SATS => Ok(gas),
        other => Err(format!("a long delegation added {other} sats").into()),
    }
}

/// With a witness of one item for its one input.
fn with_witness(stripped: &[u8]) -> Vec<u8> {
    let (version, rest) = stripped.split_at(4);
    assert_eq!(rest[0], 1, "one input");
    let (body, lock_time) = rest.split_at(rest.len() - 4);
    [version, &[0, 1], body, &[1], &long(), lock_time].concat()
}

/// With one more output, of data.
fn with_output(stripped: &[u8]) -> Vec<u8> {
    let (body, lock_time) = stripped.split_at(stripped.len() - 4);
    let taproot = body.windows(2).position(|two| two == [0x51, 0x20]).expect("the stake's output");
    let (before, outputs) = body.split_at(taproot - 1 - 8 - 1);
    [before, &[outputs[0] + 1], &outputs[1..], &[0; 8], &long(), lock_time].concat()
}

/// So many bytes behind their number.
fn long() -> Vec<u8> {
    [&[0xfe][..], &LONGER.to_le_bytes(), &vec![0x5a; LONGER as usize]].concat()
}

/// A timestamp whose transactions are followed by what Babylon ignores and relays; it counts.
fn junk() -> Result<u64, GasError> {
    let mut network = Network::start(Setup::new(SEED, &[40, 30]))?;
    network.run(4)?;
    network.mine(4);
    network.timestamp()?;
    let mut timestamp = network.next_timestamp()?;
    let header = timestamp.header.as_ref().ok_or("no header of this chain")?.height;
    for half in timestamp.proof.iter_mut().flat_map(|proof| &mut proof.proof_epoch_submitted) {
        half.transaction.extend(vec![0x6a; LONGER as usize / 2]);
    }
    let gas = relayed(network.send_timestamp(timestamp));
    let query = serde_json::json!({ "last_consumer_height": {} });
    let counted: serde_json::Value = network.query(&query)?;
    if counted["height"] != header {
        return Err(
            format!("a timestamp with junk of height {header} left it at {}", counted["height"]).into()
        );
    }
    Ok(gas)
}

fn relayed(carried: Vec<Delivery>) -> u64 {
    let reports = carried.into_iter().filter(|one| one.received.is_some()).filter_map(|one| one.report);
    reports.map(|report| report.usage.sdk_gas()).sum()
}

/// So many delegations of mainnet's shape, all taken; what their packet cost.
fn packet(network: &mut Network, fp: FpPublicKey, count: usize) -> Result<u64, GasError> {
    for _ in 0..count {
        network.link.app.babylon.delegate(Stake::new(&[fp], SATS))?;
    }
    let before = stake(network, fp)?;
    let gas = relayed(network.relay());
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
