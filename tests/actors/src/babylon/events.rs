use std::collections::BTreeSet;

use proto::{
    Message,
    btcstaking::{ActiveBtcDelegation, BtcStakingIbcPacket, NewFinalityProvider, UnbondedBtcDelegation},
    zoneconcierge::{OutboundPacket, outbound_packet::Packet},
};

use super::{Babylon, BabylonFp, Delegation};

/// Something a consumer must be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    NewFp(NewFinalityProvider),
    Active(ActiveBtcDelegation),
    Unbonded(UnbondedBtcDelegation),
}

impl Event {
    fn add_to(self, packet: &mut BtcStakingIbcPacket) {
        match self {
            Self::NewFp(fp) => packet.new_fp.push(fp),
            Self::Active(delegation) => packet.active_del.push(delegation),
            Self::Unbonded(delegation) => packet.unbonded_del.push(delegation),
        }
    }

    /// Its size in a packet: the item, its tag and its length.
    fn encoded_len(&self) -> usize {
        let item = match self {
            Self::NewFp(fp) => fp.encoded_len(),
            Self::Active(delegation) => delegation.encoded_len(),
            Self::Unbonded(delegation) => delegation.encoded_len(),
        };
        item + 6
    }
}

pub(super) fn encode(packet: Packet) -> Vec<u8> {
    OutboundPacket { packet: Some(packet) }.encode_to_vec()
}

impl Babylon {
    /// How many events a consumer has not been told yet.
    pub fn queued_events(&self, client: &str) -> usize {
        self.consumers.get(client).map_or(0, |consumer| consumer.events.len())
    }

    /// The staking packet that is due for a consumer: everything queued, oldest first, as far as it
    /// fits in a packet, grouped into finality providers, delegations and undelegations. **What was
    /// taken is forgotten**, whatever becomes of the packet.
    ///
    /// `None` if nothing is queued or the channel is not open (then everything stays queued).
    pub fn take_staking_packet(&mut self, client: &str) -> Option<Vec<u8>> {
        let limit = self.params.max_packet_bytes;
        let consumer = self.consumers.get_mut(client)?;
        consumer.open_channel()?;
        let mut packet = BtcStakingIbcPacket::default();
        let mut size = 0;
        let mut is_empty = true;
        while let Some(event) = consumer.events.front() {
            size += event.encoded_len();
            if size > limit && !is_empty {
                break;
            }
            is_empty = false;
            consumer.events.pop_front()?.add_to(&mut packet);
        }
        if is_empty {
            return None;
        }
        consumer.sent();
        Some(encode(Packet::BtcStaking(packet)))
    }

    /// Everything that is true about a consumer now, as one packet: its finality providers that are not
    /// slashed and their live delegations. Babylon never sends that; it is what an operator would read off
    /// Babylon's own queries to bring a contract back in line.
    pub fn snapshot(&self, client: &str) -> BtcStakingIbcPacket {
        let tip = self.bitcoin.highest_tip;
        let fps = self.fps.values().filter(|fp| fp.bsn_id == client && !fp.is_slashed);
        let keys: BTreeSet<_> = fps.clone().map(|fp| fp.key).collect();
        let is_live = |one: &&Delegation| one.is_active(tip) && one.fps.iter().any(|fp| keys.contains(fp));
        BtcStakingIbcPacket {
            new_fp: fps.map(BabylonFp::event).collect(),
            active_del: self.delegations.values().filter(is_live).map(|one| one.event.clone()).collect(),
            unbonded_del: Vec::new(),
        }
    }

    pub(super) fn queue(&mut self, client: &str, event: Event) {
        if let Some(consumer) = self.consumers.get_mut(client) {
            consumer.events.push_back(event);
        }
    }
}
