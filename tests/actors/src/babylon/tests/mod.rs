mod committee;
mod epochs;
mod rewards;
mod slashing;
mod staking;

use proto::{
    Message,
    zoneconcierge::{BtcTimestamp, OutboundPacket, outbound_packet::Packet},
};
use sha2::{Digest, Sha256};

use super::{BTC_STAKING_MODULE, Babylon, ConsumerMetadata};
use crate::{Appchain, FinalityProvider};

pub(super) const CLIENT: &str = "07-tendermint-0";
pub(super) const OTHER: &str = "07-tendermint-1";

/// Babylon with two consumers, both with open channels.
pub(super) fn babylon() -> Babylon {
    let mut babylon = Babylon::new(1, "bbn-1");
    for (client, channel) in [(CLIENT, "channel-0"), (OTHER, "channel-1")] {
        babylon.register_consumer(client, ConsumerMetadata::default()).unwrap();
        babylon.open_channel(client, channel).unwrap();
    }
    babylon
}

pub(super) fn fp(index: u32) -> FinalityProvider {
    let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
    FinalityProvider::new(1, index, &appchain)
}

/// Decodes a packet, having checked that it encodes back to the same bytes.
pub(super) fn decode(bytes: &[u8]) -> Packet {
    let packet = OutboundPacket::decode(bytes).unwrap();
    assert_eq!(packet.encode_to_vec(), bytes);
    packet.packet.unwrap()
}

pub(super) fn timestamp(bytes: &[u8]) -> BtcTimestamp {
    match decode(bytes) {
        Packet::BtcTimestamp(timestamp) => *timestamp,
        other => panic!("no timestamp: {other:?}"),
    }
}

#[test]
fn the_modules_address_is_made_of_its_name() {
    let (hrp, bytes) = bech32::decode(BTC_STAKING_MODULE).unwrap();
    assert_eq!(hrp.as_str(), "bbn");
    assert_eq!(bytes, Sha256::digest("btcstaking")[..20]);
}

#[test]
fn a_block_ends_with_headers_then_stake_for_each_consumer() {
    let mut babylon = babylon();
    let mut miner = crate::Miner::new(1, 1_700_000_000);
    babylon.register_fp(&fp(0), OTHER).unwrap();
    miner.mine();
    babylon.see_bitcoin(&miner);
    let packets = babylon.end_block();
    let clients: Vec<_> = packets.iter().map(|(client, _)| client.as_str()).collect();
    assert_eq!(clients, [CLIENT, OTHER, OTHER]);
    let kinds: Vec<_> = packets.iter().map(|(_, bytes)| decode(bytes)).collect();
    assert!(matches!(
        kinds.as_slice(),
        [Packet::BtcHeaders(_), Packet::BtcHeaders(_), Packet::BtcStaking(_)]
    ));
    assert_eq!(babylon.end_block(), []);
    assert_eq!(babylon.consumer(OTHER).unwrap().channel.as_ref().unwrap().next_sequence_send, 3);
}
