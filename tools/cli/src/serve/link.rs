//! The channel to Babylon, its two ends, and the light clients under them.

use bsn_rpc::proto::ibc::core::channel::v1 as channel;
use bsn_rpc::proto::ibc::core::client::v1 as client;
use bsn_rpc::proto::ibc::lightclients::tendermint::v1::{ClientState, ConsensusState};
use bsn_rpc::proto::tendermint::google::protobuf::Duration;
use bsn_rpc::proto::{Message, Name};
use bsn_rpc::{Client, Error};
use serde_json::{Value, json};

use super::happening::clip;

const COMMITMENTS: &str = "/ibc.core.channel.v1.Query/PacketCommitments";
const CONSENSUS: &str = "/ibc.core.client.v1.Query/ConsensusState";

/// Both ends; `None` for what was not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The appchain's.
    pub here: Option<End>,
    /// Babylon's.
    pub babylon: Option<End>,
}

/// One end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// Its channel.
    pub channel: String,
    /// In ibc-go's words.
    pub state: String,
    /// Its client of the other chain.
    pub client: Option<LightClient>,
    /// How many packets it sent that were not acknowledged.
    pub unrelayed: Option<u64>,
    /// The first of them, and since when it is seen, in milliseconds since 1970.
    pub oldest: Option<(u64, u64)>,
    /// What could not be read.
    pub error: Option<String>,
    /// The other end: port and channel.
    pub other: (String, String),
}

/// A light client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LightClient {
    /// Its id.
    pub id: String,
    /// In ibc-go's words.
    pub status: String,
    /// When it expires, in milliseconds since 1970.
    pub expires_ms: Option<u64>,
}

/// Reads one end. `before` is what it was, for the age of what waits.
pub fn read(chain: &Client, port: &str, id: &str, before: Option<&End>, now_ms: u64) -> End {
    let mut end = End { channel: clip(id), ..End::default() };
    if let Err(error) = fill(chain, port, id, &mut end) {
        end.error = Some(clip(&error.to_string()));
    }
    let first = end.oldest.take().map(|(sequence, _)| sequence);
    let known = before.and_then(|before| before.oldest);
    end.oldest = first.map(|first| match known {
        Some((sequence, since)) if sequence == first => (first, since),
        _ => (first, now_ms),
    });
    end
}

fn fill(chain: &Client, port: &str, id: &str, end: &mut End) -> bsn_rpc::Result<()> {
    let found = chain.channel(port, id)?;
    let Some(found) = found else {
        end.state = "none".to_owned();
        return Ok(());
    };
    end.state = state(found.state);
    end.other = found.counterparty.map(|it| (it.port_id, it.channel_id)).unwrap_or_default();
    if let Some(known) = chain.client_of_channel(port, id)? {
        let status = clip(&chain.client_status(&known.id)?);
        let expires_ms = expiry(chain, &known.id, &known.state)?;
        end.client = Some(LightClient { id: known.id, status, expires_ms });
    }
    let ask = channel::QueryPacketCommitmentsRequest {
        port_id: port.to_owned(),
        channel_id: id.to_owned(),
        pagination: None,
    };
    match chain.ask::<_, channel::QueryPacketCommitmentsResponse>(COMMITMENTS, &ask) {
        Ok(answer) => {
            let sequences = || answer.commitments.iter().map(|one| one.sequence);
            end.unrelayed = Some(sequences().count() as u64);
            end.oldest = sequences().min().map(|sequence| (sequence, 0));
            Ok(())
        }
        Err(Error::NoQuery { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// When a client expires: its trusting period after the time of its newest header. `None` where the node does not say.
fn expiry(chain: &Client, id: &str, state: &ClientState) -> bsn_rpc::Result<Option<u64>> {
    let (revision_number, revision_height) = (0, 0);
    let client_id = id.to_owned();
    let ask = client::QueryConsensusStateRequest {
        client_id,
        revision_number,
        revision_height,
        latest_height: true,
    };
    let answer: client::QueryConsensusStateResponse = match chain.ask(CONSENSUS, &ask) {
        Err(Error::NoQuery { .. }) => return Ok(None),
        answer => answer?,
    };
    let any = answer.consensus_state.filter(|any| any.type_url == ConsensusState::type_url());
    let known = any.and_then(|any| ConsensusState::decode(any.value.as_slice()).ok());
    let time = known.and_then(|known| known.timestamp);
    let ms = |seconds: i64, nanos: i32| {
        u64::try_from(seconds).ok()?.checked_mul(1_000)?.checked_add(u64::try_from(nanos).ok()? / 1_000_000)
    };
    let period = state.trusting_period.and_then(|Duration { seconds, nanos }| ms(seconds, nanos));
    Ok(time.and_then(|time| ms(time.seconds, time.nanos)?.checked_add(period?)))
}

fn state(state: i32) -> String {
    let word = match state {
        1 => "init",
        2 => "tryopen",
        3 => "open",
        4 => "closed",
        _ => "unknown",
    };
    word.to_owned()
}

impl End {
    /// As `/api` shows it.
    pub fn json(&self) -> Value {
        let client = self.client.as_ref().map(
            |LightClient { id, status, expires_ms }| json!({ "id": id, "status": status, "expires": expires_ms }),
        );
        json!({ "channel": self.channel, "state": self.state, "client": client, "unrelayed": self.unrelayed,
            "error": self.error })
    }
}
