use finality::Evidence;
use primitives::BlockHeight;
use serde::{Deserialize, Deserializer, Serialize};

/// An FP that signed twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivocation {
    /// The two signatures.
    pub evidence: Evidence,
    /// The key they give away.
    pub secret_key: [u8; 32],
}

/// Evidence on its way to Babylon. An FP is slashed once, so it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Where the evidence is: at this height.
    pub height: BlockHeight,
    /// Where it stands.
    pub state: OutgoingState,
    /// How often Babylon has refused it.
    pub tries: u32,
    /// Not before this height of this chain.
    pub not_before: BlockHeight,
    /// The channel that it went over last; none if it never did. Versions before 0.3.0 did not store it, and their
    /// records are read as they are.
    #[serde(deserialize_with = "none_where_it_ends")]
    pub channel_id: Option<String>,
}

/// The last field of a record that may lack it.
fn none_where_it_ends<'de, D: Deserializer<'de>>(record: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(record).unwrap_or_default())
}

/// Where outgoing evidence stands.
///
/// ```text
///   waiting -- sent --> in flight -- success ack --> done
///      ^                    |
///      +-- channel gone, ----+-- third error ack --> refused
///          error ack                                    |
///      ^------------------- retried by anybody ---------+
/// ```
///
/// What is in flight over a channel that is not the open one waits; its record says so when it is sent again
/// (`outbox::on`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutgoingState {
    /// For a channel, or for its time.
    Waiting,
    /// Sent, not acknowledged.
    InFlight,
    /// Babylon took it.
    Done,
    /// Babylon refused it three times.
    Refused,
}
