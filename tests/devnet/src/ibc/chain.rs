//! IBC as a client of this chain sees and uses it.

use std::rc::Rc;

use cosmwasm_std::IbcPacket;

use super::{Channel, Connection, Received};
use crate::{Chain, error::Failure, report::TxReport, world::World};

impl Chain {
    /// One of this chain's ends of a channel.
    pub fn channel(&self, port: &str, id: &str) -> Option<Channel> {
        self.world().state().ibc.channel(port, id).cloned()
    }

    /// A connection.
    pub fn connection(&self, id: &str) -> Option<Connection> {
        self.world().state().ibc.connections.get(id).cloned()
    }

    /// The packets sent on a channel and neither acknowledged nor timed out, by sequence.
    pub fn packets_in_flight(&self, port: &str, channel: &str) -> Vec<IbcPacket> {
        let state = self.world().state();
        let on = state.ibc.commitments.iter().filter(|((p, c, _), _)| p == port && c == channel);
        on.map(|(_, packet)| packet.clone()).collect()
    }

    /// Anybody's attempt to close a channel from this side (`MsgChannelCloseInit`).
    ///
    /// # Errors
    /// If the application refuses, or the channel cannot be closed.
    pub fn close_channel(&mut self, port: &str, channel: &str) -> Result<TxReport, Failure> {
        let close = |world: &Rc<World>| world.close_init(port, channel).map(|events| ((), events));
        self.relay_tx_report(None, close).map(|((), report)| report)
    }

    /// A packet handed in by hand, as a relayer that repeats or forges one would (`MsgRecvPacket`).
    ///
    /// # Errors
    /// As ibc-go; or the contract's panic or lack of gas.
    pub fn receive_packet(
        &mut self,
        packet: &IbcPacket,
        gas_limit: Option<u64>,
    ) -> Result<(Received, TxReport), Failure> {
        let relayer = self.account("relayer");
        self.relay_tx_report(gas_limit, |world| world.receive(packet, &relayer))
    }
}
