//! The other end of the link.

use std::collections::VecDeque;

use cosmwasm_std::IbcPacket;
use serde_json::json;

use crate::actors::Babylon;
use crate::actors::babylon::{Transfer, TransferReceipt};
use crate::ibc::{Counterparty, Outgoing, RemoteChannel, TRANSFER_PORT, TransferPacket, error_ack};

const PACKET_TIMEOUT_S: u64 = 86_400;

/// Babylon Genesis at the other end of the link.
#[derive(Debug, Clone)]
pub struct BabylonEnd {
    /// Its state.
    pub babylon: Babylon,
    /// Our client there, and so our consumer id.
    pub client: String,
    /// Packets that wait to be sent.
    pub packets: VecDeque<Vec<u8>>,
    /// What it answered to our packets.
    pub answers: Vec<Vec<u8>>,
    /// What became of the transfers that it got.
    pub transfers: Vec<TransferReceipt>,
    /// Its channels for transfers.
    pub transfer_channels: Vec<String>,
    /// Whether it keeps to itself what its own blocks would send.
    pub silent: bool,
}

impl Counterparty for BabylonEnd {
    fn on_open_init(&mut self, channel: &RemoteChannel) -> Result<String, String> {
        self.babylon.begin_channel(&self.client, &channel.id).map_err(|e| e.to_string())?;
        Ok(channel.version.clone())
    }

    fn on_open_try(&mut self, channel: &RemoteChannel, version: &str) -> Result<String, String> {
        if channel.port == TRANSFER_PORT {
            self.transfer_channels.push(channel.id.clone());
        }
        Ok(version.to_owned())
    }

    fn on_open_ack(&mut self, _channel: &RemoteChannel, _version: &str) -> Result<(), String> {
        self.babylon.finish_channel(&self.client).map_err(|e| e.to_string())
    }

    fn on_close_confirm(&mut self, _channel: &RemoteChannel) {
        let _ = self.babylon.close_channel(&self.client);
    }

    fn on_timeout(&mut self, _channel: &RemoteChannel, _packet: &IbcPacket) -> Result<(), String> {
        let _ = self.babylon.close_channel(&self.client);
        Ok(())
    }

    fn on_receive(&mut self, channel: &RemoteChannel, packet: &IbcPacket) -> Vec<u8> {
        if channel.port == TRANSFER_PORT {
            return self.on_transfer(packet);
        }
        let answer = match self.babylon.receive(&self.client, &packet.data) {
            Ok(receipt) => receipt.acknowledgement,
            Err(error) => json!({ "error": error.to_string() }).to_string().into_bytes(),
        };
        self.answers.push(answer.clone());
        answer
    }

    fn outgoing(&mut self, open_channels: &[String]) -> Vec<Outgoing> {
        let ours = open_channels.iter().rfind(|id| !self.transfer_channels.contains(id));
        let Some(channel_id) = ours.cloned() else { return Vec::new() };
        if !self.silent {
            let queued = self.babylon.end_block().into_iter().filter(|(client, _)| *client == self.client);
            self.packets.extend(queued.map(|(_, data)| data));
        }
        self.packets
            .drain(..)
            .map(|data| Outgoing { channel_id: channel_id.clone(), data, timeout_seconds: PACKET_TIMEOUT_S })
            .collect()
    }
}

impl BabylonEnd {
    fn on_transfer(&mut self, packet: &IbcPacket) -> Vec<u8> {
        let parsed = TransferPacket::parse(packet).and_then(|it| Some((it.amount.parse().ok()?, it)));
        let Some((amount, TransferPacket { denom, receiver, memo, .. })) = parsed else {
            return error_ack("not a transfer");
        };
        let receipt =
            self.babylon.receive_transfer(&self.client, &Transfer { receiver, denom, amount, memo });
        self.transfers.push(receipt.clone());
        receipt.acknowledgement
    }
}
