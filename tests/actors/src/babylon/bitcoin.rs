use proto::{
    btclightclient::BtcHeaderInfo,
    zoneconcierge::{BtcHeaders, outbound_packet::Packet},
};

use super::{Babylon, events::encode};
use crate::Miner;

/// Bitcoin as Babylon sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Bitcoin {
    /// The main chain, by height from 0.
    main: Vec<BtcHeaderInfo>,
    /// The highest tip ever; stake that has run out does not come back with a reorg.
    pub(super) highest_tip: u32,
}

impl Bitcoin {
    pub(super) fn tip_height(&self) -> u32 {
        self.main.last().map_or(0, |tip| tip.height)
    }

    /// The height of a block of the main chain (hash in internal order).
    pub(super) fn height_of(&self, hash: &[u8]) -> Option<u32> {
        self.main.iter().rev().find(|info| info.hash == hash).map(|info| info.height)
    }

    fn above(&self, height: u32) -> Vec<BtcHeaderInfo> {
        self.main.iter().filter(|info| info.height > height).cloned().collect()
    }

    fn last(&self, count: usize) -> Vec<BtcHeaderInfo> {
        self.main[self.main.len().saturating_sub(count)..].to_vec()
    }

    /// Takes over the miner's main chain; whether anything changed.
    fn follow(&mut self, miner: &Miner) -> bool {
        let before = self.main.len();
        let is_canonical =
            |info: &BtcHeaderInfo| info.hash.as_slice().try_into().is_ok_and(|hash| miner.is_canonical(hash));
        while self.main.last().is_some_and(|info| !is_canonical(info)) {
            self.main.pop();
        }
        let kept = self.main.len();
        let next = self.main.last().map_or(0, |tip| tip.height + 1);
        self.main.extend(miner.headers(next, miner.tip_height()));
        self.highest_tip = self.highest_tip.max(self.tip_height());
        kept != before || self.main.len() != kept
    }
}

impl Babylon {
    /// Babylon's own light client takes over the main chain. If it moved, every consumer with an open
    /// channel is due a headers packet.
    pub fn see_bitcoin(&mut self, miner: &Miner) {
        if !self.bitcoin.follow(miner) {
            return;
        }
        for consumer in self.consumers.values_mut() {
            consumer.is_bitcoin_news = consumer.open_channel().is_some();
        }
    }

    /// The height of Bitcoin as Babylon sees it.
    pub fn bitcoin_height(&self) -> u32 {
        self.bitcoin.tip_height()
    }

    /// The headers packet that is due for a consumer (PROTOCOL.md, "What Babylon sends, and when"): none
    /// before Bitcoin moved; the last k + 1 headers the first time, and when all that was sent last is
    /// reorganized away; otherwise everything above the highest header of the last packet that is still in
    /// the chain.
    pub fn take_headers_packet(&mut self, client: &str) -> Option<Vec<u8>> {
        let consumer = self.consumers.get_mut(client)?;
        consumer.open_channel()?;
        if !core::mem::take(&mut consumer.is_bitcoin_news) {
            return None;
        }
        let headers = self.headers_to_broadcast(client);
        if headers.is_empty() {
            return None;
        }
        self.remember_segment(client, &headers);
        self.consumers.get_mut(client)?.sent();
        Some(encode(Packet::BtcHeaders(BtcHeaders { headers })))
    }

    pub(super) fn headers_to_broadcast(&self, client: &str) -> Vec<BtcHeaderInfo> {
        let segment = self.consumers.get(client).map_or(&[][..], |consumer| &consumer.last_segment);
        match segment.iter().rev().find_map(|hash| self.bitcoin.height_of(hash)) {
            Some(height) => self.bitcoin.above(height),
            None => self.last_headers(0),
        }
    }

    /// The last k + 1 + `more` headers.
    pub(super) fn last_headers(&self, more: usize) -> Vec<BtcHeaderInfo> {
        let depth = usize::try_from(self.params.confirmation_depth).unwrap_or(usize::MAX);
        self.bitcoin.last(depth.saturating_add(1).saturating_add(more))
    }

    pub(super) fn remember_segment(&mut self, client: &str, headers: &[BtcHeaderInfo]) {
        if let Some(consumer) = self.consumers.get_mut(client).filter(|_| !headers.is_empty()) {
            consumer.last_segment = headers.iter().map(|info| info.hash.clone()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::{Message, zoneconcierge::OutboundPacket};

    use super::*;
    use crate::babylon::ConsumerMetadata;

    const CLIENT: &str = "07-tendermint-0";

    fn heights(packet: Option<Vec<u8>>) -> Vec<u32> {
        let Some(bytes) = packet else { return Vec::new() };
        match OutboundPacket::decode(bytes.as_slice()).unwrap().packet {
            Some(Packet::BtcHeaders(packet)) => packet.headers.iter().map(|info| info.height).collect(),
            other => panic!("not headers: {other:?}"),
        }
    }

    #[test]
    fn headers_go_out_when_bitcoin_moves_and_continue_where_they_ended() {
        let mut miner = Miner::new(1, 1_700_000_000);
        let mut babylon = Babylon::new(1, "bbn-1");
        babylon.params.confirmation_depth = 3;
        babylon.register_consumer(CLIENT, ConsumerMetadata::default()).unwrap();
        miner.mine_blocks(20);
        babylon.see_bitcoin(&miner);
        babylon.open_channel(CLIENT, "channel-0").unwrap();
        assert_eq!(heights(babylon.take_headers_packet(CLIENT)), [] as [u32; 0], "news came before");
        miner.mine();
        babylon.see_bitcoin(&miner);
        assert_eq!(heights(babylon.take_headers_packet(CLIENT)), [18, 19, 20, 21]);
        babylon.see_bitcoin(&miner);
        assert_eq!(babylon.take_headers_packet(CLIENT), None);
        miner.mine_blocks(2);
        babylon.see_bitcoin(&miner);
        assert_eq!(heights(babylon.take_headers_packet(CLIENT)), [22, 23]);
        // Half of the last packet is reorganized away, then all of it.
        miner.reorg(1, 2);
        babylon.see_bitcoin(&miner);
        assert_eq!(heights(babylon.take_headers_packet(CLIENT)), [23, 24]);
        miner.reorg(2, 3);
        babylon.see_bitcoin(&miner);
        assert_eq!(heights(babylon.take_headers_packet(CLIENT)), [22, 23, 24, 25]);
    }

    #[test]
    fn the_highest_tip_survives_a_reorg() {
        let mut miner = Miner::new(1, 1_700_000_000);
        let mut babylon = Babylon::new(1, "bbn-1");
        miner.mine_blocks(5);
        babylon.see_bitcoin(&miner);
        babylon.see_bitcoin(&Miner::new(1, 1_700_000_000));
        assert_eq!((babylon.bitcoin_height(), babylon.bitcoin.highest_tip), (0, 5));
    }
}
