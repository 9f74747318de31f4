use proto::btcstaking::{ActiveBtcDelegation, BtcStakingIbcPacket, UnbondedBtcDelegation};

use super::super::{Key, txid, wire};
use super::{Outpoint, Place, Stake, Stakes};

impl Stakes {
    /// Delegations and ends of a packet, as its bytes say; `is_known` says of a finality provider whether it is registered.
    pub fn receive(&mut self, packet: &BtcStakingIbcPacket, is_known: impl Fn(&Key) -> bool) {
        for item in &packet.active_del {
            self.take(item, &is_known);
        }
        for end in &packet.unbonded_del {
            if !self.end(end) && !self.quarantine.contains(end) {
                self.quarantine.push(end.clone());
            }
        }
    }

    /// From now on packets wait.
    pub fn pause(&mut self) {
        self.paused.get_or_insert_default();
    }

    /// A packet that has to wait; whether it has to.
    pub fn must_wait(&mut self, packet: &BtcStakingIbcPacket) -> bool {
        let waits = self.paused.as_mut().map(|waiting| waiting.push(packet.clone()));
        waits.is_some()
    }

    /// The pause ends: what came in it, in order.
    pub fn resume(&mut self) -> Vec<BtcStakingIbcPacket> {
        self.paused.take().unwrap_or_default()
    }

    /// The first so many of the quarantine are tried again; what is taken leaves it.
    pub fn retry(&mut self, many: usize) {
        let rest = self.quarantine.split_off(many.min(self.quarantine.len()));
        let again = std::mem::take(&mut self.quarantine);
        self.quarantine = again.into_iter().filter(|end| !self.end(end)).collect();
        self.quarantine.extend(rest);
    }

    fn take(&mut self, item: &ActiveBtcDelegation, is_known: &impl Fn(&Key) -> bool) {
        let Some(txid) = txid::txid(&item.staking_tx) else { return };
        let outpoint = (txid, item.staking_output_idx);
        if let Some(stake) = self.all.get_mut(&outpoint) {
            stake.vouched = true;
            return;
        }
        let mut ours = item.fp_btc_pk_list.iter().filter_map(|text| wire::key(text)).filter(is_known);
        let Some(fp) = ours.next() else { return };
        let foretold = self.spent.remove(&outpoint);
        let stake = Stake {
            fp,
            sats: item.total_sat,
            time: item.end_height.saturating_sub(item.start_height),
            unbonding: item.unbonding_time,
            said_end: item.end_height,
            inputs: txid::inputs(&item.staking_tx),
            vouched: true,
            place: foretold.map_or(Place::Waiting, |block| Place::Spent { block, foretold: true }),
        };
        self.all.insert(outpoint, stake);
    }

    /// An end on Babylon's word with its proof; whether it is taken.
    fn end(&mut self, end: &UnbondedBtcDelegation) -> bool {
        let key = end.proof.as_ref().and_then(|proof| proof.key.as_ref());
        let hash = key.and_then(|key| key.hash.as_slice().try_into().ok());
        let Some(block) = hash.and_then(|hash| self.bitcoin.find(&hash)) else { return false };
        let spent: Vec<Outpoint> = txid::inputs(&end.stake_spending_tx)
            .into_iter()
            .filter(|(txid, _)| *txid == end.staking_tx_hash)
            .collect();
        spent.iter().for_each(|outpoint| self.end_by_babylon(outpoint, block));
        true
    }
}
