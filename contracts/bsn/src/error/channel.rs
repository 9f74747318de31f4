use cosmwasm_std::StdError;
use primitives::Seconds;
use proto::{PORT, VERSION};
use thiserror::Error;

/// Why a channel is not opened, or not closed.
#[derive(Debug, Error)]
pub enum DoorError {
    /// Only ordered channels.
    #[error("The contract only supports ordered channels")]
    Unordered,
    /// Another protocol here.
    #[error("Channel version must be `{VERSION}`, not `{got}`")]
    Version {
        /// What was proposed.
        got: String,
    },
    /// Another protocol there.
    #[error("Counterparty version must be `{VERSION}`")]
    CounterpartyVersion,
    /// Not Babylon's module.
    #[error("counterparty port must be `{PORT}`, not `{got}`")]
    CounterpartyPort {
        /// What was proposed.
        got: String,
    },
    /// One is open.
    #[error("Contract already has an open IBC channel")]
    AlreadyOpen,
    /// Not the chain we are bound to.
    #[error("channel is on connection `{got}`, not on the bound `{expected}`")]
    Connection {
        /// What was proposed.
        got: String,
        /// The bound one.
        expected: String,
    },
    /// Nothing says which connection is Babylon's.
    #[error(
        "no connection is bound: none is configured, and transfer channel `{ics20_channel_id}` does not exist"
    )]
    Unbound {
        /// The configured channel of rewards.
        ics20_channel_id: String,
    },
    /// The chain does not say which connection the channel of rewards is on.
    #[error("cannot look up transfer channel `{ics20_channel_id}`: {source}")]
    Lookup {
        /// The configured channel of rewards.
        ics20_channel_id: String,
        /// What the chain says.
        source: StdError,
    },
    /// Closing needs no authority in IBC, so it is refused to everybody.
    #[error("the channel cannot be closed from this end")]
    CloseRefused,
}

/// Why a rebind is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RebindError {
    /// It is alive.
    #[error("channel `{channel_id}` brought a packet {age} s ago: it is alive")]
    Alive {
        /// The bound channel's id on this chain.
        channel_id: String,
        /// How long ago.
        age: Seconds,
    },
    /// Former channels whose finality providers keep their power for now.
    #[error("the finality providers of {count} former channels still have power")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// The channel of rewards must lead to the same chain.
    #[error("transfer channel `{ics20_channel_id}` is on connection `{found}`, not on `{connection_id}`")]
    OtherConnection {
        /// The channel.
        ics20_channel_id: String,
        /// Its connection.
        found: String,
        /// The connection to Babylon.
        connection_id: String,
    },
}
