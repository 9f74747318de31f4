use cosmwasm_std::IbcPacket;

use super::{RemoteChannel, success_ack};

/// A packet that the other chain's application wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its channel's id on the other chain.
    pub channel_id: String,
    /// The data.
    pub data: Vec<u8>,
    /// Seconds from now until it times out.
    pub timeout_seconds: u64,
}

/// The application at the other end of a [`Link`](super::Link): Babylon's zoneconcierge, or whatever a
/// test needs. The link keeps channels and sequences; this decides.
///
/// Every method has a default that agrees to everything and does nothing.
pub trait Counterparty {
    /// The first step of a handshake that the other chain begins. Gives the version to propose.
    ///
    /// # Errors
    /// Refuses the channel.
    fn on_open_init(&mut self, channel: &RemoteChannel) -> Result<String, String> {
        Ok(channel.version.clone())
    }

    /// Our chain began and proposes `version`. Gives the version that the other side answers.
    ///
    /// # Errors
    /// Refuses the channel.
    fn on_open_try(&mut self, _channel: &RemoteChannel, version: &str) -> Result<String, String> {
        Ok(version.to_owned())
    }

    /// Our chain agreed, under `version`.
    ///
    /// # Errors
    /// Refuses the channel.
    fn on_open_ack(&mut self, _channel: &RemoteChannel, _version: &str) -> Result<(), String> {
        Ok(())
    }

    /// Our chain's end is open.
    ///
    /// # Errors
    /// Refuses the channel.
    fn on_open_confirm(&mut self, _channel: &RemoteChannel) -> Result<(), String> {
        Ok(())
    }

    /// Somebody asks the other chain to close the channel.
    ///
    /// # Errors
    /// Refuses, which is the default: Babylon does.
    fn on_close_init(&mut self, _channel: &RemoteChannel) -> Result<(), String> {
        Err("user cannot close channel".to_owned())
    }

    /// Our chain's end is closed, and so is the other.
    fn on_close_confirm(&mut self, _channel: &RemoteChannel) {}

    /// A packet of our chain arrived. Gives the acknowledgement.
    fn on_receive(&mut self, _channel: &RemoteChannel, _packet: &IbcPacket) -> Vec<u8> {
        success_ack(&[1])
    }

    /// A packet of the other chain was acknowledged by ours.
    fn on_ack(&mut self, _channel: &RemoteChannel, _packet: &IbcPacket, _ack: &[u8]) {}

    /// A packet of the other chain will never arrive.
    ///
    /// # Errors
    /// Fails the relayer's transaction there: the channel stays as it is.
    fn on_timeout(&mut self, _channel: &RemoteChannel, _packet: &IbcPacket) -> Result<(), String> {
        Ok(())
    }

    /// What the application wants to send now, given the ids of its open channels. Called before each
    /// relay.
    fn outgoing(&mut self, _open_channels: &[String]) -> Vec<Outgoing> {
        Vec::new()
    }
}

/// A counterparty that agrees to everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Agreeable;

impl Counterparty for Agreeable {}
