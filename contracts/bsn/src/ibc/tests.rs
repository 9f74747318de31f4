use api::bsn::Network;
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, mock_dependencies, mock_env};
use cosmwasm_std::{
    Addr, Empty, Env, IbcAcknowledgement, IbcChannel, IbcChannelCloseMsg, IbcChannelConnectMsg,
    IbcChannelOpenMsg, IbcEndpoint, IbcOrder, IbcPacket, IbcPacketAckMsg, IbcPacketReceiveMsg,
    IbcPacketTimeoutMsg, IbcTimeout, OwnedDeps, Timestamp,
};
use primitives::{AppHash, BlockHash, BlockHeight, FpId, UnixTime};
use proptest::prelude::*;
use proto::Message;
use proto::zoneconcierge::{
    BtcTimestamp, InboundPacket, IndexedHeader, OutboundPacket, outbound_packet::Packet,
};
use proto::{btcstaking, zoneconcierge};

use super::*;
use crate::error::DoorError;
use crate::evidence::outbox;
use crate::state::{
    ANCHORS, Anchor, CHANNELS, CONFIG, COUNTERS, Channels, Config, Counters, OUTBOX, OpenChannel, Outgoing,
    OutgoingState, PROVIDERS, Progress, QUARANTINE, TIMESTAMPS, height_key,
};

mod bitcoin;
mod checkpoint;
mod forms;
mod timestamps;

pub(crate) use checkpoint::timestamp_of;

type Deps = OwnedDeps<MockStorage, MockApi, MockQuerier, Empty>;

const CONSUMER: &str = "07-tendermint-0";

pub(crate) fn config() -> Config {
    Config {
        network: Network::Regtest,
        btc_confirmation_depth: 1,
        checkpoint_finalization_timeout: 2,
        btc_light_client: None,
        consumer_name: String::new(),
        consumer_description: String::new(),
        denom: "stake".to_owned(),
        ics20_channel_id: String::new(),
        connection_id: Some("connection-2".to_owned()),
        ibc_packet_timeout_days: 28,
        destination_module: "btcstaking".to_owned(),
        babylon_chain_id: None,
        reward_denoms: vec!["stake".to_owned()],
        burn_slashed_rewards: false,
        babylon_tag: None,
        stake_verifier: None,
        stake_source: api::bsn::StakeSource::Babylon,
    }
}

pub(crate) fn open_channel() -> OpenChannel {
    OpenChannel {
        channel_id: "channel-1".to_owned(),
        counterparty_channel_id: "channel-9".to_owned(),
        connection_id: "connection-2".to_owned(),
        last_packet: UnixTime::default(),
    }
}

fn closed() -> (Deps, Env) {
    let mut deps = mock_dependencies();
    CONFIG.save(&mut deps.storage, &config()).unwrap();
    Progress::default().save(&mut deps.storage).unwrap();
    COUNTERS.save(&mut deps.storage, &Counters::default()).unwrap();
    (deps, mock_env())
}

fn opened() -> (Deps, Env) {
    let (mut deps, env) = closed();
    connect(deps.as_mut(), &env, IbcChannelConnectMsg::new_confirm(good())).unwrap();
    (deps, env)
}

fn end(port: &str, channel: &str) -> IbcEndpoint {
    IbcEndpoint { port_id: port.to_owned(), channel_id: channel.to_owned() }
}

fn good() -> IbcChannel {
    IbcChannel::new(
        end("wasm.bsn", "channel-1"),
        end(proto::PORT, "channel-9"),
        IbcOrder::Ordered,
        proto::VERSION,
        "connection-2",
    )
}

fn with(change: impl FnOnce(&mut IbcChannel)) -> IbcChannel {
    let mut channel = good();
    change(&mut channel);
    channel
}

fn anchored(deps: &mut Deps, height: u64, hash: u8) {
    let anchor = Anchor {
        app_hash: AppHash::from_bytes([hash; 32]),
        block_hash: BlockHash::from_bytes([2; 32]),
        time: UnixTime::default(),
        cursor: BlockHeight::new(0),
        total: None,
        backlog_full: false,
        ranked: crate::state::Ranked::Unknown,
    };
    ANCHORS.save(&mut deps.storage, &height_key(BlockHeight::new(height)), &anchor).unwrap();
}

fn packet(data: Vec<u8>, src: IbcEndpoint, dest: IbcEndpoint) -> IbcPacket {
    IbcPacket::new(data, src, dest, 1, IbcTimeout::with_timestamp(Timestamp::from_seconds(9)))
}

fn arrive(deps: &mut Deps, env: &Env, data: Vec<u8>) -> String {
    let packet = packet(data, end(proto::PORT, "channel-9"), end("wasm.bsn", "channel-1"));
    take(deps, env, packet)
}

fn take(deps: &mut Deps, env: &Env, packet: IbcPacket) -> String {
    let response =
        receive(deps.as_mut(), env, IbcPacketReceiveMsg::new(packet, Addr::unchecked("r"))).unwrap();
    String::from_utf8(response.acknowledgement.unwrap().to_vec()).unwrap()
}

fn staking_packet(keys: &[&str]) -> Vec<u8> {
    let new_fp = keys
        .iter()
        .map(|key| btcstaking::NewFinalityProvider {
            btc_pk_hex: (*key).to_owned(),
            bsn_id: CONSUMER.to_owned(),
            ..Default::default()
        })
        .collect();
    let packet = btcstaking::BtcStakingIbcPacket { new_fp, ..Default::default() };
    OutboundPacket { packet: Some(Packet::BtcStaking(packet)) }.encode_to_vec()
}

fn timestamp_packet(height: u64, hash: u8) -> Vec<u8> {
    let header = IndexedHeader {
        consumer_id: CONSUMER.to_owned(),
        hash: vec![hash; 32],
        height,
        babylon_epoch: 3,
        ..Default::default()
    };
    let epoch = height.saturating_mul(10).saturating_add(hash.into());
    let timestamp = BtcTimestamp { header: Some(header), ..checkpoint::timestamp_of(epoch) };
    OutboundPacket { packet: Some(Packet::BtcTimestamp(Box::new(timestamp))) }.encode_to_vec()
}

fn key(seed: u8) -> String {
    let key = eots::SecretKey::from_slice(&[seed; 32]).unwrap();
    primitives::FpPublicKey::from(key.public_key()).to_string()
}

#[test]
fn the_right_channel_opens_and_connects() {
    let (mut deps, env) = closed();
    let answer =
        open(deps.as_mut(), &env, IbcChannelOpenMsg::new_try(good(), proto::VERSION)).unwrap().unwrap();
    assert_eq!(answer.version, proto::VERSION);
    assert!(CHANNELS.may_load(&deps.storage).unwrap().is_none(), "opening reserves nothing");
    connect(deps.as_mut(), &env, IbcChannelConnectMsg::new_ack(good(), proto::VERSION)).unwrap();
    assert_eq!(CHANNELS.load(&deps.storage).unwrap().open.unwrap().channel_id, "channel-1");
}

#[test]
fn every_wrong_channel_is_refused_at_open_and_at_connect() {
    let port = with(|channel| channel.counterparty_endpoint = end("transfer", "channel-9"));
    for (wrong, why) in [
        (with(|channel| channel.order = IbcOrder::Unordered), "The contract only supports ordered channels"),
        (with(|channel| channel.version = "zoneconcierge-2".to_owned()), "Channel version must be"),
        (
            with(|channel| channel.connection_id = "connection-3".to_owned()),
            "not on the bound `connection-2`",
        ),
        (port, "counterparty port must be `zoneconcierge`"),
    ] {
        let (mut deps, env) = closed();
        let refused = open(deps.as_mut(), &env, IbcChannelOpenMsg::new_init(wrong.clone())).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
        let refused = connect(deps.as_mut(), &env, IbcChannelConnectMsg::new_confirm(wrong)).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    let (mut deps, env) = closed();
    let refused = open(deps.as_mut(), &env, IbcChannelOpenMsg::new_try(good(), "ics20-1")).unwrap_err();
    assert_eq!(refused.to_string(), "Counterparty version must be `zoneconcierge-1`");
    let (mut deps, env) = opened();
    let refused = open(deps.as_mut(), &env, IbcChannelOpenMsg::new_init(good())).unwrap_err();
    assert_eq!(refused.to_string(), "Contract already has an open IBC channel");
    connect(deps.as_mut(), &env, IbcChannelConnectMsg::new_confirm(good())).unwrap_err();
}

#[test]
fn the_channel_of_rewards_says_which_connection_is_bound() {
    let (mut deps, env) = closed();
    let config = Config { connection_id: None, ics20_channel_id: "channel-0".to_owned(), ..config() };
    CONFIG.save(&mut deps.storage, &config).unwrap();
    let refused = open(deps.as_mut(), &env, IbcChannelOpenMsg::new_init(good())).unwrap_err();
    let unbound = DoorError::Unbound { ics20_channel_id: "channel-0".to_owned() };
    assert_eq!(refused.to_string(), unbound.to_string());
    let transfer = with(|channel| channel.endpoint = end("transfer", "channel-0"));
    deps.querier.ibc.update("wasm.bsn", &[transfer]);
    open(deps.as_mut(), &env, IbcChannelOpenMsg::new_init(good())).unwrap();
}

#[test]
fn nobody_closes_the_channel_from_this_end() {
    let (mut deps, env) = opened();
    let refused = close(deps.as_mut(), &env, IbcChannelCloseMsg::new_init(good())).unwrap_err();
    assert_eq!(refused.to_string(), DoorError::CloseRefused.to_string());
    assert!(CHANNELS.load(&deps.storage).unwrap().open.is_some());
    for _ in 0..=Channels::KEPT {
        close(deps.as_mut(), &env, IbcChannelCloseMsg::new_confirm(good())).unwrap();
        assert!(CHANNELS.load(&deps.storage).unwrap().open.is_none());
        connect(deps.as_mut(), &env, IbcChannelConnectMsg::new_confirm(good())).unwrap();
    }
    assert_eq!(CHANNELS.load(&deps.storage).unwrap().previous.len(), Channels::KEPT);
}

#[test]
fn packets_of_other_channels_change_nothing() {
    let (mut deps, env) = opened();
    let before = CHANNELS.load(&deps.storage).unwrap();
    let (ours, theirs) = (end("wasm.bsn", "channel-1"), end(proto::PORT, "channel-9"));
    for (src, dest) in [
        (theirs.clone(), end("wasm.bsn", "channel-2")),
        (end("transfer", "channel-9"), ours.clone()),
        (end(proto::PORT, "channel-8"), ours),
    ] {
        let ack = take(&mut deps, &env, packet(staking_packet(&[&key(1)]), src, dest));
        assert!(ack.starts_with(r#"{"error":"invalid packet: "#), "{ack}");
    }
    assert_eq!(CHANNELS.load(&deps.storage).unwrap(), before);
    assert_eq!(COUNTERS.load(&deps.storage).unwrap(), Counters::default());
}

#[test]
fn a_poisoned_item_costs_only_itself() {
    let (mut deps, env) = opened();
    let data = staking_packet(&[&key(1), "nonsense", &key(2), &"ff".repeat(32)]);
    for (round, in_quarantine) in [(1, 2), (2, 2)] {
        assert_eq!(arrive(&mut deps, &env, data.clone()), r#"{"result":""}"#);
        let counters = COUNTERS.load(&deps.storage).unwrap();
        assert_eq!((counters.providers, counters.quarantined), (2, in_quarantine), "round {round}");
    }
    let all = QUARANTINE.all(&deps.storage, cosmwasm_std::Order::Ascending).count();
    assert_eq!(all, 2);
    let channels = CHANNELS.load(&deps.storage).unwrap();
    assert_eq!(channels.consumer_id.as_deref(), Some(CONSUMER));
    assert_eq!(channels.open.unwrap().last_packet, crate::host::now(&env));
}

#[test]
fn only_a_header_of_this_chain_moves_the_timestamped_height() {
    let (mut deps, env) = opened();
    anchored(&mut deps, 7, 1);
    let future = env.block.height + 1;
    for (data, timestamped, contradicted) in [
        (timestamp_packet(6, 1), 0, None),
        (timestamp_packet(7, 1), 7, None),
        (timestamp_packet(7, 2), 7, Some(7)),
        (timestamp_packet(future, 1), 7, Some(7)),
    ] {
        assert_eq!(arrive(&mut deps, &env, data), r#"{"result":""}"#);
        assert_eq!(Progress::load(&deps.storage).unwrap().marks.timestamped, BlockHeight::new(timestamped));
        let record = TIMESTAMPS.load(&deps.storage).unwrap();
        assert_eq!(record.contradicted, contradicted.map(BlockHeight::new));
        assert!(record.epochs.waiting.is_empty(), "without a light client nothing waits");
    }
}

/// A channel with evidence in flight on it, and that evidence's packet.
fn in_flight() -> (Deps, Env, IbcPacket) {
    let (mut deps, env) = opened();
    arrive(&mut deps, &env, staking_packet(&[&key(1)]));
    let (fp_btc_pk, fp) =
        PROVIDERS.all(&deps.storage, cosmwasm_std::Order::Ascending).next().unwrap().unwrap();
    assert_eq!(fp.id.get(), 0);
    let now = BlockHeight::new(1);
    outbox::enqueue(&mut deps.storage, FpId::new(0), now, now).unwrap();
    let item = OUTBOX.may_load(&deps.storage, &[0; 4]).unwrap().unwrap();
    let sent = outbox::after(&item, outbox::OutboxEvent::Sent, now).unwrap();
    let sent = Outgoing { channel_id: Some("channel-1".to_owned()), ..sent };
    OUTBOX.save(&mut deps.storage, &[0; 4], &sent).unwrap();
    let evidence = proto::finality::Evidence { fp_btc_pk: fp_btc_pk.to_vec(), ..Default::default() };
    let data = InboundPacket::from(evidence).encode_to_vec();
    (deps, env, packet(data, end("wasm.bsn", "channel-1"), end(proto::PORT, "channel-9")))
}

fn ack(deps: &mut Deps, env: &Env, packet: IbcPacket, said: &str) {
    let said = IbcAcknowledgement::new(said.as_bytes());
    acknowledge(deps.as_mut(), env, IbcPacketAckMsg::new(said, packet, Addr::unchecked("r"))).unwrap();
}

fn evidence_at(deps: &Deps) -> Outgoing {
    OUTBOX.may_load(&deps.storage, &[0; 4]).unwrap().unwrap()
}

#[test]
fn evidence_is_done_when_babylon_says_so_on_the_open_channel() {
    let (mut deps, env, sent) = in_flight();
    let late = packet(sent.data.to_vec(), end("wasm.bsn", "channel-0"), sent.dest.clone());
    ack(&mut deps, &env, late, r#"{"result":"AQ=="}"#);
    assert_eq!(evidence_at(&deps).state, OutgoingState::InFlight, "a retired channel says nothing");
    ack(&mut deps, &env, sent, r#"{"result":"AQ=="}"#);
    assert_eq!(evidence_at(&deps).state, OutgoingState::Done);

    for said in [r#"{"error":"ABCI code: 1"}"#, "\u{0}nonsense"] {
        let (mut deps, env, sent) = in_flight();
        ack(&mut deps, &env, sent, said);
        assert_eq!((evidence_at(&deps).state, evidence_at(&deps).tries), (OutgoingState::Waiting, 1));
    }
}

#[test]
fn a_timeout_frees_the_slot_and_keeps_the_evidence() {
    let (mut deps, env, sent) = in_flight();
    let timed_out = IbcPacketTimeoutMsg::new(sent, Addr::unchecked("r"));
    timeout(deps.as_mut(), &env, timed_out).unwrap();
    let seen = outbox::on(
        evidence_at(&deps),
        outbox::open_channel(&deps.storage).unwrap().as_ref(),
        BlockHeight::new(9),
    );
    assert_eq!(seen.state, OutgoingState::Waiting);
    assert!(CHANNELS.load(&deps.storage).unwrap().open.is_none());
    open(deps.as_mut(), &env, IbcChannelOpenMsg::new_init(good())).unwrap();
}

fn headers_packet() -> Vec<u8> {
    let headers = zoneconcierge::BtcHeaders { headers: vec![Default::default(); 3] };
    OutboundPacket { packet: Some(Packet::BtcHeaders(headers)) }.encode_to_vec()
}

fn is_answer(ack: &str) -> bool {
    ack == r#"{"result":""}"# || ack.starts_with(r#"{"error":"invalid packet: "#)
}

proptest! {
    #[test]
    fn whatever_arrives_gets_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (mut deps, env) = opened();
        let ack = arrive(&mut deps, &env, bytes);
        prop_assert!(is_answer(&ack), "{}", ack);
    }

    #[test]
    fn mutated_packets_get_an_answer(which in 0..3_usize, flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5)) {
        let (mut deps, env) = opened();
        let packets = [staking_packet(&[&key(1), &key(2)]), timestamp_packet(7, 1), headers_packet()];
        let mut bytes = packets[which].clone();
        for (place, value) in flips {
            let place = place % bytes.len();
            bytes[place] = value;
        }
        let ack = arrive(&mut deps, &env, bytes);
        prop_assert!(is_answer(&ack), "{}", ack);
    }
}
