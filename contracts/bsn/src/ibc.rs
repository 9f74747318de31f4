//! The channel to Babylon: who may open it, what comes in, what became of what went out.
//!
//! **The danger.** Anybody can open a channel to any port, and anybody may relay. So a channel is taken
//! only from the bound connection, port, version and order, and every packet, acknowledgement and timeout
//! is held against the one open channel again. Babylon sends each thing once and ignores error
//! acknowledgements, and a failure here would block an ordered channel. So whatever can be read is taken,
//! item by item, and nothing that comes from outside makes a handler fail.

pub mod acknowledge;
pub mod close;
pub mod connect;
pub mod error;
pub mod open;
pub mod receive;
pub mod staking;
pub mod timeout;
pub mod timestamp;

#[cfg(test)]
mod tests;

/// The port of Babylon's end.
pub const COUNTERPARTY_PORT: &str = "zoneconcierge";
/// The version of the protocol.
pub const VERSION: &str = "zoneconcierge-1";
