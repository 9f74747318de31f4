use super::txid::txid;
use super::{Key, Model, Share};
use proto::Message;
use proto::btcstaking::BtcStakingIbcPacket;
use proto::zoneconcierge::{BtcHeaders, OutboundPacket, outbound_packet::Packet};

/// What a packet brought, beside what the model took from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Nothing that can be read.
    Garbage,
    /// Stake.
    Staking,
    /// Blocks of Bitcoin.
    Headers,
    /// A height of ours and the hash that Babylon saw there.
    Timestamp {
        /// The height and the application hash; none if Babylon saw no header of ours in that epoch.
        seen: Option<(u64, Vec<u8>)>,
    },
}

impl Model {
    /// Takes a packet of Babylon that was received, as its bytes say.
    pub fn receive(&mut self, packet: &[u8]) -> Carried {
        match OutboundPacket::decode(packet).ok().and_then(|packet| packet.packet) {
            None => Carried::Garbage,
            Some(Packet::BtcStaking(packet)) => {
                self.receive_stake(packet);
                Carried::Staking
            }
            Some(Packet::BtcHeaders(headers)) => {
                self.receive_headers(&headers);
                Carried::Headers
            }
            Some(Packet::BtcTimestamp(timestamp)) => {
                timestamp.btc_headers.iter().for_each(|headers| self.receive_headers(headers));
                Carried::Timestamp { seen: timestamp.header.map(|header| (header.height, header.hash)) }
            }
        }
    }

    fn receive_headers(&mut self, headers: &BtcHeaders) {
        if let Some(stakes) = &mut self.stakes {
            stakes.bitcoin.receive(&headers.headers);
        }
        let last = headers.headers.last().map(|header| header.height);
        self.tip = self.tip.max(last.unwrap_or_default());
    }

    fn receive_stake(&mut self, packet: BtcStakingIbcPacket) {
        if self.stakes.as_mut().is_some_and(|stakes| stakes.must_wait(&packet)) {
            return;
        }
        self.apply_stake(packet);
    }

    /// The pause of the intake ends: what came in it takes effect.
    pub fn resume_intake(&mut self) {
        let waiting = self.stakes.as_mut().map(super::Stakes::resume).unwrap_or_default();
        waiting.into_iter().for_each(|packet| self.apply_stake(packet));
    }

    fn apply_stake(&mut self, packet: BtcStakingIbcPacket) {
        for fp in &packet.new_fp {
            if let Some(key) = key(&fp.btc_pk_hex) {
                let era = self.era;
                self.fps.entry(key).or_default().era = era;
            }
        }
        if let Some(stakes) = &mut self.stakes {
            stakes.receive(&packet, |key| self.fps.contains_key(key));
            return self.settle();
        }
        for delegation in packet.active_del {
            let Some(txid) = txid(&delegation.staking_tx) else { continue };
            if self.ended.contains(&txid) {
                continue;
            }
            let expiry = delegation.end_height.saturating_sub(delegation.unbonding_time);
            let share = Share { sats: delegation.total_sat, expiry };
            for key in delegation.fp_btc_pk_list.iter().filter_map(|text| key(text)) {
                if let Some(fp) = self.fps.get_mut(&key).filter(|fp| fp.era == self.era) {
                    fp.stake.insert(txid.clone(), share);
                }
            }
        }
        for end in packet.unbonded_del {
            for fp in self.fps.values_mut() {
                fp.stake.remove(&end.staking_tx_hash);
            }
            self.ended.insert(end.staking_tx_hash);
        }
    }
}

pub(super) fn key(text: &str) -> Option<Key> {
    hex::decode(text).ok()?.try_into().ok()
}
