//! Bitcoin: blocks, headers, checkpoints and timestamps.

use primitives::AppHash;
use proto::Message;
use proto::btccheckpoint::SubmissionKey;
use proto::btclightclient::BtcHeaderInfo;
use proto::zoneconcierge::{BtcHeaders, BtcTimestamp, OutboundPacket, outbound_packet::Packet};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Network, NetworkError};
use crate::actors::babylon::BabylonError;
use crate::ibc::Delivery;

impl Network {
    /// Shows Babylon our newest header, checkpoints it in Bitcoin and brings the timestamp back; without Babylon it is written into Bitcoin,
    /// and proven.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn timestamp(&mut self) -> Result<(), NetworkError> {
        let height = self.chain.height();
        let (app_hash, time) = self.shown(height);
        self.timestamp_of(height, &app_hash, time)
    }

    /// As [`timestamp`](Self::timestamp), with a header of the caller's making.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn timestamp_of(
        &mut self,
        height: u64,
        app_hash: &AppHash,
        time_ns: u64,
    ) -> Result<(), NetworkError> {
        if self.is_alone() {
            let message = self.own_timestamp(height, app_hash)?;
            self.verify(&message)?;
            self.chain.next_block();
            return Ok(());
        }
        let client = self.link.app.client.clone();
        self.link.app.babylon.record_header(&client, height, app_hash, time_ns)?;
        let packets = self.link.app.babylon.timestamp(&mut self.miner)?;
        self.link
            .app
            .packets
            .extend(packets.into_iter().filter(|(to, _)| *to == client).map(|(_, data)| data));
        self.relay();
        Ok(())
    }

    /// Babylon sees what the miners have, and sends the news with its next block. Without Babylon somebody brings it.
    pub fn see_bitcoin(&mut self) -> Vec<Delivery> {
        if self.is_alone() {
            // What the light client does not take it lacks, and whoever needs it is told so.
            let _ = self.tell_headers();
            self.chain.next_block();
            return vec![];
        }
        self.link.app.babylon.see_bitcoin(&self.miner);
        self.relay()
    }

    /// A packet of Bitcoin headers of the caller's making, carried here.
    pub fn send_headers(&mut self, headers: Vec<BtcHeaderInfo>) -> Vec<Delivery> {
        self.queue(Packet::BtcHeaders(BtcHeaders { headers }));
        self.relay()
    }

    /// A packet of the caller's making, for the next relay.
    pub fn queue(&mut self, packet: Packet) {
        self.link.app.packets.push_back(OutboundPacket { packet: Some(packet) }.encode_to_vec());
    }

    /// Blocks of Bitcoin, seen by Babylon and carried here.
    pub fn mine(&mut self, blocks: u32) -> Vec<Delivery> {
        self.miner.mine_blocks(blocks);
        self.see_bitcoin()
    }

    /// An answer of the light client.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn ask_bitcoin<T: DeserializeOwned>(&self, message: &Value) -> Result<T, NetworkError> {
        Ok(self.chain.query(&self.light_client, message)?)
    }

    /// The timestamp that Babylon would send of our newest header, its checkpoint mined and buried: for the caller to
    /// change and to send.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn next_timestamp(&mut self) -> Result<BtcTimestamp, NetworkError> {
        let height = self.chain.height();
        let (app_hash, time) = self.shown(height);
        let app = &mut self.link.app;
        app.babylon.record_header(&app.client, height, &app_hash, time)?;
        let packets = app.babylon.timestamp(&mut self.miner)?;
        let ours = packets.into_iter().find(|(to, _)| *to == app.client).map(|(_, data)| data);
        let packet = ours.and_then(|data| OutboundPacket::decode(data.as_slice()).ok()?.packet);
        match packet {
            Some(Packet::BtcTimestamp(timestamp)) => Ok(*timestamp),
            _ => Err(BabylonError::ChannelNotOpen { client: app.client.clone() }.into()),
        }
    }

    /// Has the checkpoint of a sealed epoch mined once more, and puts the new places into a timestamp of it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn resubmit_checkpoint(
        &mut self,
        epoch: u64,
        timestamp: &mut BtcTimestamp,
    ) -> Result<(), NetworkError> {
        let again = self.link.app.babylon.submit_checkpoint_again(epoch, &mut self.miner)?;
        let keys = again.iter().filter_map(|info| info.key.clone()).collect();
        timestamp.btc_submission_key = Some(SubmissionKey { key: keys });
        if let Some(proof) = &mut timestamp.proof {
            proof.proof_epoch_submitted = again.to_vec();
        }
        Ok(())
    }

    /// A timestamp of the caller's making, carried here; no news of Bitcoin goes with it but its own headers.
    pub fn send_timestamp(&mut self, timestamp: BtcTimestamp) -> Vec<Delivery> {
        self.queue(Packet::BtcTimestamp(Box::new(timestamp)));
        self.link.app.silent = true;
        let deliveries = self.relay();
        self.link.app.silent = false;
        deliveries
    }
}
