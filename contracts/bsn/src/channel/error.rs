use cosmwasm_std::StdError;
use thiserror::Error;

use super::{COUNTERPARTY_PORT, VERSION};

/// Why the door stays shut, or open.
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
    #[error("counterparty port must be `{COUNTERPARTY_PORT}`, not `{got}`")]
    CounterpartyPort {
        /// Which.
        got: String,
    },
    /// One is open.
    #[error("Contract already has an open IBC channel")]
    AlreadyOpen,
    /// Not the chain we are bound to.
    #[error("channel is on connection `{got}`, not on the bound `{expected}`")]
    Connection {
        /// Which.
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
