//! Against what Babylon's own Go code encoded.

use bsn_proto::{
    Message,
    btclightclient::BtcHeaderInfo,
    btcstaking, cosmos,
    decode::{self, Packet, RawItem, StakingItem},
    zoneconcierge::{BtcHeaders, OutboundPacket, outbound_packet},
};

/// `babylon.btcstaking.v1.FinalityProvider`, as far as the vectors use it.
#[derive(Clone, PartialEq, Message)]
struct FinalityProvider {
    #[prost(string, tag = "1")]
    addr: String,
    #[prost(message, optional, tag = "2")]
    description: Option<cosmos::Description>,
    #[prost(string, tag = "3")]
    commission: String,
    #[prost(bytes = "vec", tag = "4")]
    btc_pk: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pop: Option<btcstaking::ProofOfPossessionBtc>,
    #[prost(string, tag = "10")]
    bsn_id: String,
    #[prost(bytes = "vec", optional, tag = "11")]
    commission_info: Option<Vec<u8>>,
}

/// `babylon.btcstaking.v1.BTCDelegation`, likewise.
#[derive(Clone, PartialEq, Message)]
struct BtcDelegation {
    #[prost(string, tag = "1")]
    staker_addr: String,
    #[prost(bytes = "vec", tag = "2")]
    btc_pk: Vec<u8>,
    #[prost(message, optional, tag = "3")]
    pop: Option<btcstaking::ProofOfPossessionBtc>,
    #[prost(bytes = "vec", repeated, tag = "4")]
    fp_btc_pk_list: Vec<Vec<u8>>,
    #[prost(uint32, tag = "5")]
    staking_time: u32,
    #[prost(uint32, tag = "6")]
    start_height: u32,
    #[prost(uint32, tag = "7")]
    end_height: u32,
    #[prost(uint64, tag = "8")]
    total_sat: u64,
    #[prost(bytes = "vec", tag = "9")]
    staking_tx: Vec<u8>,
    #[prost(uint32, tag = "10")]
    staking_output_idx: u32,
    #[prost(bytes = "vec", tag = "11")]
    slashing_tx: Vec<u8>,
    #[prost(bytes = "vec", tag = "12")]
    delegator_sig: Vec<u8>,
    #[prost(message, repeated, tag = "13")]
    covenant_sigs: Vec<btcstaking::CovenantAdaptorSignatures>,
    #[prost(uint32, tag = "14")]
    unbonding_time: u32,
    #[prost(message, optional, tag = "15")]
    btc_undelegation: Option<btcstaking::BtcUndelegationInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct MainChain {
    #[prost(message, repeated, tag = "1")]
    headers: Vec<HeaderAnswer>,
}

#[derive(Clone, PartialEq, Message)]
struct HeaderAnswer {
    #[prost(string, tag = "1")]
    header_hex: String,
    #[prost(string, tag = "2")]
    hash_hex: String,
    #[prost(uint32, tag = "3")]
    height: u32,
    #[prost(string, tag = "4")]
    work: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn finality_providers_of_babylon_are_read_and_written_byte_by_byte() {
    for n in [1, 2] {
        let Some(bytes) = vectors::load(&format!("babylon/finality_provider_{n}.dat")) else { return };
        let fp = FinalityProvider::decode(&bytes[..]).unwrap();
        assert_eq!(fp.encode_to_vec(), bytes);
        assert_eq!(fp.bsn_id, format!("bsn-{n}"));
        let item = btcstaking::NewFinalityProvider {
            description: fp.description,
            commission: fp.commission,
            addr: fp.addr,
            btc_pk_hex: hex(&fp.btc_pk),
            pop: fp.pop,
            bsn_id: fp.bsn_id,
        };
        let StakingItem::NewFinalityProvider(read) = RawItem::from(&item).decode().unwrap() else { panic!() };
        assert_eq!(read.key.as_bytes()[..], fp.btc_pk);
        assert_eq!((read.babylon_address, read.consumer_id), (item.addr, item.bsn_id));
        assert_eq!(read.pop.map(|pop| (pop.kind, pop.signature.len())), Some((0, 64)));
    }
}

#[test]
fn a_delegation_of_babylon_is_read_and_its_transaction_holds_the_stake() {
    let Some(bytes) = vectors::load("babylon/btc_delegation_1_fp1.dat") else { return };
    let delegation = BtcDelegation::decode(&bytes[..]).unwrap();
    assert_eq!(delegation.encode_to_vec(), bytes);
    assert!(delegation.covenant_sigs.iter().all(|covenant| covenant.adaptor_sigs[0].len() == 65));
    let item = btcstaking::ActiveBtcDelegation {
        staker_addr: delegation.staker_addr,
        btc_pk_hex: hex(&delegation.btc_pk),
        fp_btc_pk_list: delegation.fp_btc_pk_list.iter().map(|key| hex(key)).collect(),
        start_height: delegation.start_height,
        end_height: delegation.end_height,
        total_sat: delegation.total_sat,
        staking_tx: delegation.staking_tx,
        slashing_tx: delegation.slashing_tx.clone(),
        delegator_slashing_sig: delegation.delegator_sig,
        covenant_sigs: delegation.covenant_sigs,
        staking_output_idx: delegation.staking_output_idx,
        unbonding_time: delegation.unbonding_time,
        undelegation_info: delegation.btc_undelegation,
        params_version: 0,
    };
    let StakingItem::ActiveDelegation(read) = RawItem::from(&item).decode().unwrap() else { panic!() };
    let stake = read.staking_tx.output(read.output_index).map(|output| output.value);
    assert_eq!(stake, Some(2_000_000_000));
    assert_eq!(read.sats.get(), 2_000_000_000);
    assert_eq!(read.expiry().get(), 1_005 - 101);
    // The slashing transaction spends the stake: its first outpoint, after version and count, names it.
    assert_eq!(item.slashing_tx[5..37], read.txid().as_bytes()[..]);

    let bare = btcstaking::ActiveBtcDelegation { undelegation_info: None, covenant_sigs: vec![], ..item };
    assert!(RawItem::from(&bare).decode().is_ok(), "what is not stored may be absent");
}

#[test]
fn headers_of_babylon_are_read_with_their_decimal_work() {
    let Some(bytes) = vectors::load("babylon/btc_light_client.dat") else { return };
    let chain = MainChain::decode(&bytes[..]).unwrap();
    assert_eq!(chain.encode_to_vec(), bytes);
    let info = |answer: &HeaderAnswer| BtcHeaderInfo {
        header: from_hex(&answer.header_hex),
        hash: from_hex(&answer.hash_hex).into_iter().rev().collect(),
        height: answer.height,
        work: answer.work.clone().into_bytes(),
    };
    let headers = BtcHeaders { headers: chain.headers.iter().map(info).collect() };
    let packet = OutboundPacket { packet: Some(outbound_packet::Packet::BtcHeaders(headers)) };
    let Packet::Headers(raw) = decode::outbound(&packet.encode_to_vec()).unwrap() else { panic!() };
    assert_eq!(raw.len(), 100);
    for (raw, answer) in raw.iter().zip(&chain.headers) {
        let header = raw.decode().unwrap();
        assert_eq!((header.height.get(), hex(&header.header)), (answer.height, answer.header_hex.clone()));
        let work = header.work.unwrap();
        assert_eq!(u128::from_be_bytes(work[16..].try_into().unwrap()).to_string(), answer.work);
    }
}
