//! The door: a poisoned packet, and a channel that dies and is replaced.

use std::error::Error;

use devnet::actors::Stake;
use devnet::ibc::{RelayFault, Side};
use devnet::network::Network;
use primitives::Txid;
use proto::Message;
use proto::btcstaking::UnbondedBtcDelegation;
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::stake;

const SATS: u64 = 50_000_000;
const DAY_S: u64 = 86_400;

/// What became of a packet with bad items in it.
#[derive(Debug)]
pub struct Poisoned {
    /// The good delegation.
    pub stake: Txid,
    /// How many good items it had.
    pub good: u64,
    /// How many bad ones.
    pub bad: u64,
    /// The stake that it brought, in sats.
    pub brought: u64,
    /// How many items lie in quarantine since.
    pub aside: u64,
}

/// What became of a channel that timed out.
#[derive(Debug, Default)]
pub struct Replaced {
    /// The channel's state after the timeout, as `health` has it.
    pub state: String,
    /// Why Babylon opens no second channel for its client.
    pub refused: String,
    /// The new channel.
    pub channel: String,
    /// How many heights got quorum while nobody was connected, by those of the old channel.
    pub meanwhile: u64,
    /// The digest here.
    pub ours: Value,
    /// The digest on Babylon.
    pub theirs: Value,
}

/// Sends a packet of one good delegation and three bad items.
pub fn poison(stage: &mut Stage) -> Result<Poisoned, Box<dyn Error>> {
    let sats = |stage: &Stage| -> Result<u64, Box<dyn Error>> {
        let query =
            json!({ "finality_provider_info": { "btc_pk_hex": stage.network.fps[0].public_key_hex() } });
        Ok(stage.ask(&query)?["total_active_sats"].as_u64().unwrap_or_default())
    };
    let before = sats(stage)?;
    let app = &mut stage.network.link.app;
    let txid = app.babylon.delegate(Stake::new(&[stage.network.fps[0].public_key()], SATS))?;
    let client = app.client.clone();
    let data = app.babylon.take_staking_packet(&client).unwrap_or_default();
    let Some(Packet::BtcStaking(mut items)) = OutboundPacket::decode(data.as_slice())?.packet else {
        return Err("Babylon sent no staking packet".into());
    };
    let mut stray = items.active_del.first().cloned().unwrap_or_default();
    stray.fp_btc_pk_list = vec!["aa".repeat(32)];
    let mut twice = app.babylon.snapshot(&client).new_fp.first().cloned().unwrap_or_default();
    twice.commission = "0.99".to_owned();
    items.active_del.insert(0, stray);
    items.new_fp.push(twice);
    items
        .unbonded_del
        .push(UnbondedBtcDelegation { staking_tx_hash: "poison".to_owned(), ..Default::default() });
    app.packets.push_back(OutboundPacket { packet: Some(Packet::BtcStaking(items)) }.encode_to_vec());
    stage.relay("a packet has bad items");
    stake::prove(stage, "its good item is in bitcoin")?;
    let aside = stage.ask(&json!({ "health": {} }))?["staking"]["quarantined"].as_u64().unwrap_or_default();
    let brought = sats(stage)?.saturating_sub(before);
    Ok(Poisoned { stake: txid, good: 1, bad: 3, brought, aside })
}

/// Lets a packet of Babylon's time out, and moves to new clients; on a copy of the network.
pub fn replace(mut network: Network, seed: u64) -> Result<Replaced, Box<dyn Error>> {
    let mut replaced = Replaced::default();
    network.link.faults.push(RelayFault::Outage { to: Side::Chain, height: u64::MAX });
    network.add_fp(seed, 1)?;
    network.relay();
    network.chain.skip_seconds(DAY_S + 60);
    network.chain.next_block();
    network.relay();
    network.link.faults.clear();
    network.relay();
    replaced.state = channel(&network)?["state"].as_str().unwrap_or_default().to_owned();
    replaced.refused = network.open_channel().err().map(|error| error.to_string()).unwrap_or_default();

    let before = network.finalized();
    for height in before + 1..network.chain.height() {
        for index in
            (0..network.fps.len()).filter(|index| !network.offline.contains(index)).collect::<Vec<_>>()
        {
            // Who may not is passed over.
            let _ = network.vote(index, height);
        }
    }
    network.run(5)?;
    replaced.meanwhile = network.finalized().saturating_sub(before);

    network.reconnect()?;
    let (admin, bsn) = (network.admin.clone(), network.bsn.clone());
    let rebind = json!({ "rebind_connection": { "connection_id": network.link.connection_id } });
    network.chain.execute(&admin, &bsn, &rebind)?;
    network.chain.next_block();
    network.open_channel()?;
    // What the dead channel did not bring is in Bitcoin, and nobody proves it here.
    network.mine_stake();
    for stake in [20, 15, 10] {
        network.add_fp(seed, stake)?;
    }
    network.relay();
    network.prove_stake()?;
    replaced.channel = channel(&network)?["channel_id"].as_str().unwrap_or_default().to_owned();
    replaced.ours = network.query(&json!({ "state_digest": {} }))?;
    replaced.theirs = network.babylon_digest();
    Ok(replaced)
}

fn channel(network: &Network) -> Result<Value, Box<dyn Error>> {
    let health: Value = network.query(&json!({ "health": {} }))?;
    Ok(health["channel"].clone())
}
