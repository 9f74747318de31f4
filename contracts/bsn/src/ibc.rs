//! The channel to Babylon: who may open it, what comes in, what became of what went out.
//!
//! **The danger.** Anybody can open a channel to any port, and anybody may relay. So a channel is taken
//! only from the bound connection, port, version and order, and every packet, acknowledgement and timeout
//! is held against the one open channel again. Babylon sends each thing once and ignores error
//! acknowledgements, and a panic here would block an ordered channel. So whatever can be read is taken,
//! item by item, and nothing that comes from outside makes a handler fail.

mod acknowledge;
mod close;
mod connect;
mod open;
mod receive;
mod timeout;

pub use acknowledge::acknowledge;
pub use close::close;
pub use connect::connect;
pub use open::open;
pub use receive::receive;
pub use timeout::timeout;

#[cfg(test)]
pub(crate) mod tests;
