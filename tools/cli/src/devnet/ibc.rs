//! IBC's queries, of the appchain's end and of Babylon's.

use bsn_rpc::proto::ibc::core::channel::v1 as channel;
use bsn_rpc::proto::ibc::core::client::v1 as client;
use bsn_rpc::proto::ibc::core::connection::v1 as connection;
use bsn_rpc::proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState, Fraction};
use bsn_rpc::proto::tendermint::google::protobuf::{Any, Duration, Timestamp};
use bsn_rpc::proto::{Message, Name};
use cosmwasm_std::IbcOrder;
use devnet::ibc::ChannelState;

use super::ante::{Refusal, sdk};
use super::engine::Engine;
use super::query::{read, unknown};

/// Babylon unbonds in 50 hours; its clients trust for two thirds of that.
const BABYLON: (i64, i64) = (119_880, 180_000);
/// The appchain unbonds in 21 days.
const APPCHAIN: (i64, i64) = (1_209_600, 1_814_400);

/// Babylon's port of the channel.
const ZONECONCIERGE: &str = "zoneconcierge";

/// One end of a channel, whichever side it is on.
struct End {
    state: ChannelState,
    is_ordered: bool,
    counterparty: (String, String),
    connection: String,
    version: String,
    next_send: u64,
    next_receive: u64,
}

/// What is different between the two sides.
struct Side {
    client: String,
    connection: String,
    counterparty_client: String,
    counterparty_connection: String,
    /// The chain that the client is of.
    chain: String,
    height: u64,
    /// The time of that height, in seconds since 1970.
    time: u64,
    is_expired: bool,
    periods: (i64, i64),
}

/// A query to the appchain.
///
/// # Errors
/// As ibc-go.
pub fn here(engine: &Engine, path: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let net = &engine.net;
    let known = net.chain.connection(&net.link.connection_id);
    let side = Side {
        client: known.as_ref().map(|it| it.client_id.clone()).unwrap_or_default(),
        connection: net.link.connection_id.clone(),
        counterparty_client: net.link.remote_client_id.clone(),
        counterparty_connection: net.link.remote_connection_id.clone(),
        chain: net.link.app.babylon.chain_id().to_owned(),
        height: babylon_height(engine),
        time: net.chain.now().time.seconds(),
        is_expired: known.is_some_and(|it| it.client_expired),
        periods: BABYLON,
    };
    let end = |port: &str, id: &str| {
        let end = net.chain.channel(port, id)?;
        Some(End {
            state: end.state,
            is_ordered: end.is_ordered(),
            counterparty: (end.counterparty.port_id, end.counterparty.channel_id),
            connection: end.connection_id,
            version: end.version,
            next_send: end.next_send,
            next_receive: end.next_receive,
        })
    };
    let commitments = |port: &str, id: &str| {
        net.chain.packets_in_flight(port, id).into_iter().map(|packet| packet.sequence).collect()
    };
    answer(&side, path, data, &end, &commitments)
}

/// A query to Babylon's double.
///
/// # Errors
/// As ibc-go.
pub fn there(engine: &Engine, path: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let net = &engine.net;
    let known = net.chain.connection(&net.link.connection_id);
    let side = Side {
        client: net.link.remote_client_id.clone(),
        connection: net.link.remote_connection_id.clone(),
        counterparty_client: known.map(|it| it.client_id).unwrap_or_default(),
        counterparty_connection: net.link.connection_id.clone(),
        chain: engine.options.chain_id.clone(),
        height: engine.height(),
        time: net.chain.now().time.seconds(),
        is_expired: net.link.remote_client_expired,
        periods: APPCHAIN,
    };
    let find = |port: &str, id: &str| net.link.remote_channel(id).filter(|channel| channel.port == port);
    // What Babylon has sent, and the relayer has not fetched.
    let waiting = |port: &str| if port == ZONECONCIERGE { net.link.app.packets.len() as u64 } else { 0 };
    let end = |port: &str, id: &str| {
        let end = find(port, id)?;
        Some(End {
            state: end.state,
            is_ordered: end.order == IbcOrder::Ordered,
            counterparty: (end.counterparty.port_id.clone(), end.counterparty.channel_id.clone()),
            connection: end.connection_id.clone(),
            version: end.version.clone(),
            next_send: end.next_send + waiting(port),
            next_receive: end.next_receive,
        })
    };
    let commitments = |port: &str, id: &str| {
        let Some(end) = find(port, id) else { return Vec::new() };
        end.sent.keys().copied().chain(end.next_send..end.next_send + waiting(port)).collect()
    };
    answer(&side, path, data, &end, &commitments)
}

/// Babylon's double makes a block with each of ours.
pub fn babylon_height(engine: &Engine) -> u64 {
    engine.height() + 1_000
}

fn answer(
    side: &Side,
    path: &str,
    data: &[u8],
    end: &dyn Fn(&str, &str) -> Option<End>,
    commitments: &dyn Fn(&str, &str) -> Vec<u64>,
) -> Result<Vec<u8>, Refusal> {
    let find = |port: &str, id: &str| {
        let text = format!("port-id: {port}, channel-id {id}: channel not found");
        end(port, id)
            .ok_or_else(|| sdk(22, format!("rpc error: code = NotFound desc = {text}: key not found")))
    };
    let no_client =
        |id: &str| sdk(22, format!("rpc error: code = NotFound desc = {id}: light client not found"));
    match path.trim_start_matches('/') {
        "ibc.core.channel.v1.Query/Channel" => {
            let channel::QueryChannelRequest { port_id, channel_id } = read(data)?;
            let end = find(&port_id, &channel_id)?;
            let channel = channel::Channel {
                state: state(end.state),
                ordering: if end.is_ordered { 2 } else { 1 },
                counterparty: Some(channel::Counterparty {
                    port_id: end.counterparty.0,
                    channel_id: end.counterparty.1,
                }),
                connection_hops: vec![end.connection],
                version: end.version,
                upgrade_sequence: 0,
            };
            let response = channel::QueryChannelResponse {
                channel: Some(channel),
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.channel.v1.Query/ChannelClientState" => {
            let channel::QueryChannelClientStateRequest { port_id, channel_id } = read(data)?;
            find(&port_id, &channel_id)?;
            let identified_client_state = Some(client::IdentifiedClientState {
                client_id: side.client.clone(),
                client_state: Some(client_state(side)),
            });
            let response = channel::QueryChannelClientStateResponse {
                identified_client_state,
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.channel.v1.Query/PacketCommitments" => {
            let channel::QueryPacketCommitmentsRequest { port_id, channel_id, .. } = read(data)?;
            let commitment = |sequence| channel::PacketState {
                port_id: port_id.clone(),
                channel_id: channel_id.clone(),
                sequence,
                data: Vec::new(),
            };
            let commitments = commitments(&port_id, &channel_id).into_iter().map(commitment).collect();
            let response =
                channel::QueryPacketCommitmentsResponse { commitments, pagination: None, height: None };
            Ok(response.encode_to_vec())
        }
        "ibc.core.channel.v1.Query/NextSequenceReceive" => {
            let channel::QueryNextSequenceReceiveRequest { port_id, channel_id } = read(data)?;
            let next_sequence_receive = find(&port_id, &channel_id)?.next_receive;
            let response = channel::QueryNextSequenceReceiveResponse {
                next_sequence_receive,
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.channel.v1.Query/NextSequenceSend" => {
            let channel::QueryNextSequenceSendRequest { port_id, channel_id } = read(data)?;
            let next_sequence_send = find(&port_id, &channel_id)?.next_send;
            let response = channel::QueryNextSequenceSendResponse {
                next_sequence_send,
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.client.v1.Query/ClientStatus" => {
            let client::QueryClientStatusRequest { client_id } = read(data)?;
            if client_id != side.client {
                return Err(no_client(&client_id));
            }
            let status = if side.is_expired { "Expired" } else { "Active" }.to_owned();
            Ok(client::QueryClientStatusResponse { status }.encode_to_vec())
        }
        "ibc.core.client.v1.Query/ClientState" => {
            let client::QueryClientStateRequest { client_id } = read(data)?;
            if client_id != side.client {
                return Err(no_client(&client_id));
            }
            let response = client::QueryClientStateResponse {
                client_state: Some(client_state(side)),
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.client.v1.Query/ConsensusState" => {
            let client::QueryConsensusStateRequest { client_id, latest_height, .. } = read(data)?;
            if client_id != side.client {
                return Err(no_client(&client_id));
            }
            if !latest_height {
                return Err(sdk(18, "the devnet shows the last consensus state alone: invalid request"));
            }
            let response = client::QueryConsensusStateResponse {
                consensus_state: Some(consensus_state(side)),
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        "ibc.core.connection.v1.Query/Connection" => {
            let connection::QueryConnectionRequest { connection_id } = read(data)?;
            if connection_id != side.connection {
                return Err(sdk(
                    22,
                    format!("rpc error: code = NotFound desc = {connection_id}: connection not found"),
                ));
            }
            let counterparty = Some(connection::Counterparty {
                client_id: side.counterparty_client.clone(),
                connection_id: side.counterparty_connection.clone(),
                prefix: None,
            });
            let end = connection::ConnectionEnd {
                client_id: side.client.clone(),
                versions: Vec::new(),
                state: 3,
                counterparty,
                delay_period: 0,
            };
            let response = connection::QueryConnectionResponse {
                connection: Some(end),
                proof: Vec::new(),
                proof_height: None,
            };
            Ok(response.encode_to_vec())
        }
        _ => Err(unknown(path)),
    }
}

fn client_state(side: &Side) -> Any {
    let duration = |seconds| Some(Duration { seconds, nanos: 0 });
    let revision = side.chain.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
    let height = |revision_height| Some(client::Height { revision_number: revision, revision_height });
    #[expect(deprecated, reason = "the message has fields that are")]
    let state = ClientState {
        chain_id: side.chain.clone(),
        trust_level: Some(Fraction { numerator: 1, denominator: 3 }),
        trusting_period: duration(side.periods.0),
        unbonding_period: duration(side.periods.1),
        max_clock_drift: duration(40),
        frozen_height: Some(client::Height { revision_number: 0, revision_height: 0 }),
        latest_height: height(side.height),
        proof_specs: Vec::new(),
        upgrade_path: vec!["upgrade".to_owned(), "upgradedIBCState".to_owned()],
        allow_update_after_expiry: true,
        allow_update_after_misbehaviour: true,
    };
    Any { type_url: ClientState::type_url(), value: state.encode_to_vec() }
}

/// The relayer brings a header with each block: the last one that is known is the last one.
fn consensus_state(side: &Side) -> Any {
    let timestamp = Timestamp { seconds: i64::try_from(side.time).unwrap_or(i64::MAX), nanos: 0 };
    let state = ConsensusState { timestamp: Some(timestamp), root: None, next_validators_hash: vec![0; 32] };
    Any { type_url: ConsensusState::type_url(), value: state.encode_to_vec() }
}

/// As ibc-go numbers them.
fn state(state: ChannelState) -> i32 {
    match state {
        ChannelState::Init => 1,
        ChannelState::TryOpen => 2,
        ChannelState::Open => 3,
        ChannelState::Closed => 4,
    }
}
