//! What the control of faults makes happen beyond the next block.

use proto::btclightclient::BtcHeaderInfo;
use proto::zoneconcierge::{BtcHeaders, outbound_packet::Packet};
use serde_json::json;

use super::Engine;

impl Engine {
    /// The appchain's light client of Babylon expires, or is active again; with the next block.
    pub fn client_expires(&mut self, expired: bool) {
        self.expiry = Some(expired);
    }

    pub(super) fn apply_expiry(&mut self) {
        if let Some(expired) = self.expiry.take() {
            let devnet::network::Network { chain, link, .. } = &mut self.net;
            link.set_client_expired(chain, expired);
        }
    }

    /// Babylon sends a header whose hash misses the target.
    pub fn wrong_header(&mut self) {
        let header: BtcHeaderInfo = self.net.miner.forge_without_work();
        self.net.queue(Packet::BtcHeaders(BtcHeaders { headers: vec![header] }));
    }

    /// A finality provider is silent until it is in jail; then its daemon runs again, refused as real ones are.
    pub fn jail(&mut self, index: usize) {
        self.set_online(index, false);
        self.until_jailed.insert(index);
    }

    pub(super) fn wake_the_jailed(&mut self) {
        let waiting: Vec<usize> = self.until_jailed.iter().copied().collect();
        for index in waiting.into_iter().filter(|index| self.is_jailed(*index)).collect::<Vec<_>>() {
            self.until_jailed.remove(&index);
            self.set_online(index, true);
        }
    }

    /// Whether a finality provider is in jail.
    pub fn is_jailed(&self, index: usize) -> bool {
        let Some(fp) = self.net.fps.get(index) else { return false };
        let info = self.ask(&json!({ "signing_info": { "btc_pk_hex": fp.public_key_hex() } }));
        info.is_ok_and(|info| info["jailed_until"].is_number())
    }
}
