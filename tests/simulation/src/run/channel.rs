//! The channel to Babylon: what is carried, what closes it, and how it is replaced.

use devnet::ibc::{Delivery, Item, RelayFault, Side, TRANSFER_PORT};
use proto::zoneconcierge::{BtcHeaders, outbound_packet::Packet};
use serde_json::json;

use super::Run;
use crate::model::Carried;
use crate::plan::{Broken, ORPHAN_GRACE_S};

/// A good packet's acknowledgement.
const TAKEN: &str = r#"{"result":""}"#;
/// For how long Babylon's packets may be on their way, and a little more.
const TIMEOUT_S: u64 = 86_400 + 60;
/// How many blocks lie between two closures, at least.
const QUIET: u64 = 1_200;

impl Run {
    /// Everything that waits is carried, unless the relayer is out.
    pub(super) fn relay(&mut self, height: u64) -> Result<(), Broken> {
        if self.weather.timed_out_at.is_some_and(|at| at <= height) {
            self.weather.timed_out_at = None;
            self.net.link.faults.clear();
        }
        self.carry()?;
        if self.plan.verified {
            self.work_off()?;
        }
        // What waits to be worked off would come too late for those who are orphans then.
        if self.weather.replaced_at.is_some_and(|at| at <= height) && self.queued()? == 0 {
            self.replace()?;
        }
        let expired = |fault: &RelayFault| match fault {
            RelayFault::Outage { height: until, .. } | RelayFault::Delay { height: until, .. } => {
                *until <= height
            }
            RelayFault::Drop(_) => false,
        };
        self.net.link.faults.retain(|fault| !expired(fault));
        self.hold_back(height);
        Ok(())
    }

    /// On the channel of coins, which has no order, now and then something comes later than what was behind it.
    fn hold_back(&mut self, height: u64) {
        let channels: Vec<String> = self.net.link.app.transfer_channels.clone();
        let waiting = self.net.link.pending(&self.net.chain);
        for what in waiting.into_iter().filter(|what| channels.contains(&what.remote_channel)) {
            if self.dice.one_in(5) {
                let until = height + self.dice.between(2, 30);
                self.report.inject("transfers and acknowledgements out of order");
                self.net.link.faults.push(RelayFault::Delay { what, height: until });
            }
        }
    }

    /// Babylon sees what the miners have and ends a block: what it has to say about it is on its way.
    pub(super) fn see_bitcoin(&mut self) {
        let app = &mut self.net.link.app;
        app.babylon.see_bitcoin(&self.net.miner);
        let queued = app.babylon.end_block().into_iter().filter(|(client, _)| *client == app.client);
        app.packets.extend(queued.map(|(_, packet)| packet));
    }

    fn carry(&mut self) -> Result<(), Broken> {
        for delivery in self.net.link.relay(&mut self.net.chain) {
            self.note_delivery(&delivery)?;
        }
        Ok(())
    }

    fn note_delivery(&mut self, delivery: &Delivery) -> Result<(), Broken> {
        self.ensure(delivery.error.is_none(), || format!("{:?}: {:?}", delivery.what, delivery.error))?;
        let report = match (&delivery.received, &delivery.report) {
            (Some(_), Some(report))
                if delivery.what.item == Item::Packet && delivery.what.to == Side::Chain =>
            {
                report
            }
            _ => return Ok(()),
        };
        if report.attribute("recv_packet", "packet_dst_port") == Some(TRANSFER_PORT) {
            return Ok(());
        }
        let data = report.attribute("recv_packet", "packet_data_hex").and_then(|data| hex::decode(data).ok());
        let data = data.ok_or_else(|| self.broken("a packet without data"))?;
        let ack = delivery.received.as_ref().map(|received| received.ack.text()).unwrap_or_default();
        self.weather.last_packet = self.now();
        let carried = self.model.receive(&data);
        self.ensure((ack == TAKEN) == (carried != Carried::Garbage), || {
            format!("{carried:?} is answered {ack}")
        })?;
        self.report.see("packets of Babylon", 1);
        if let Carried::Timestamp { seen: Some((height, hash)) } = carried {
            self.timestamped(height, &hash);
        }
        Ok(())
    }

    /// Now and then the channel closes, or a packet times out and its channel with it.
    pub(super) fn closures(&mut self, height: u64) -> Result<(), Broken> {
        if self.weather.replaced_at.is_some()
            || height < self.weather.replaced + QUIET
            || !self.dice.one_in(700)
        {
            return Ok(());
        }
        self.weather.replaced_at = Some(height + self.dice.between(2, 60));
        if self.dice.one_in(2) {
            self.report.inject("channels closed, replaced through a new client");
            let client = self.net.link.app.client.clone();
            let id = self.net.channel.as_ref().map(|ids| ids.remote.clone()).unwrap_or_default();
            let closed = self.net.link.force_close_remote(&id).is_ok()
                && self.net.link.app.babylon.close_channel(&client).is_ok();
            return self.ensure(closed, || format!("channel {id} cannot be closed"));
        }
        self.report.inject("channels timed out after a day, replaced through a new client");
        self.net.link.faults.push(RelayFault::Outage { to: Side::Chain, height: u64::MAX });
        self.net.queue(Packet::BtcHeaders(BtcHeaders { headers: Vec::new() }));
        self.carry()?;
        self.net.chain.skip_seconds(TIMEOUT_S);
        self.weather.timed_out_at = Some(height + 1);
        Ok(())
    }

    /// New clients, so a new connection, a new consumer, new finality providers; the old ones are orphans.
    fn replace(&mut self) -> Result<(), Broken> {
        let height = self.height();
        self.net.link.faults.clear();
        self.carry()?;
        let moved = self.net.reconnect();
        self.done(moved.map(drop))?;
        let coins = self.net.open_transfer();
        let coins = self.done(coins)?;
        let (admin, connection) = (self.net.admin.clone(), self.net.link.connection_id.clone());
        let rebind = json!({ "rebind_connection": {
            "connection_id": connection, "ics20_channel_id": coins.local,
        } });
        let rebound = self.execute_as(&admin, &rebind)?;
        self.ensure(rebound.is_ok(), || format!("{rebound:?}"))?;
        let opened = self.net.open_channel();
        self.done(opened)?;

        self.coins.push(coins.local);
        self.clients.push(self.net.link.app.client.clone());
        self.model.era += 1;
        self.weather.orphans.push((self.model.era, self.weather.last_packet + ORPHAN_GRACE_S));
        self.weather.replaced_at = None;
        self.weather.replaced = height;
        self.delegations.clear();
        self.register_all()?;
        // Babylon begins anew with its last few blocks of Bitcoin; what lies between, somebody must bring.
        self.net.miner.mine_blocks(1);
        let headers = self.net.miner.headers(self.model.tip.saturating_sub(6), self.net.miner.tip_height());
        self.net.queue(Packet::BtcHeaders(BtcHeaders { headers }));
        self.see_bitcoin();
        Ok(())
    }

    /// Somebody sends bytes that mean nothing, or what was sent before.
    pub(super) fn repeat_packet(&mut self) {
        let channel = self.net.channel.as_ref().map(|ids| ids.remote.clone()).unwrap_or_default();
        let sent = self.net.link.remote_channel(&channel).and_then(|one| one.sent.values().next_back());
        let (what, data) = match sent {
            Some(packet) => ("packets sent twice", packet.data.to_vec()),
            None => ("packets of random bytes", vec![0xff; 40]),
        };
        self.report.inject(what);
        self.net.link.app.packets.push_back(data);
    }
}
