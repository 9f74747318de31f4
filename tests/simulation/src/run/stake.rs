//! Stake, randomness, timestamps: what makes a set.

use devnet::actors::Stake;
use primitives::AppHash;

use super::Run;
use crate::model::Committed;
use crate::plan::Broken;

/// For how many heights is committed at a time.
const COMMITTED: u64 = 600;
/// So long before the end of its randomness an operator commits again.
const AHEAD: u64 = 150;
/// How long stake that is meant to run out is locked, in blocks of Bitcoin.
const SHORT: (u64, u64) = (15, 60);
/// How long unbonding takes, in blocks of Bitcoin: so much earlier a delegation has no power.
const UNBONDING: u32 = 5;

impl Run {
    /// Now and then somebody delegates, for long or for a short time, or ends a delegation.
    pub(super) fn move_stake(&mut self, faults: bool) -> Result<(), Broken> {
        if self.weather.replaced_at.is_some() || !self.dice.one_in(3) {
            return Ok(());
        }
        let fps = usize::try_from(self.plan.fps).unwrap_or_default();
        if self.dice.percent(40) && self.delegations.len() > fps / 2 {
            let Some(place) = self.dice.place(self.delegations.len()) else { return Ok(()) };
            let txid = self.delegations.swap_remove(place);
            // What ran out meanwhile cannot be ended.
            if self.net.link.app.babylon.undelegate(&txid).is_ok() {
                self.report.see("delegations ended early", 1);
            }
            return Ok(());
        }
        let newest = self.net.fps.len();
        let place = self.dice.place(fps).unwrap_or_default();
        let key = self.net.fps[newest - fps + place].public_key();
        let sats = self.dice.between(1, 30) * 100_000_000 + self.dice.between(0, 99);
        let mut stake = Stake::new(&[key], sats);
        let short = self.dice.percent(30);
        if short {
            let time = u32::try_from(self.dice.between(SHORT.0, SHORT.1)).unwrap_or(UNBONDING + 1);
            (stake.staking_time, stake.unbonding_time) = (time, UNBONDING);
        }
        // A slashed one gets no stake.
        if let Ok(txid) = self.net.link.app.babylon.delegate(stake) {
            self.delegated += 1;
            self.report.see(if short { "delegations for a short time" } else { "delegations" }, 1);
            if !short {
                self.delegations.push(txid);
            }
        }
        if faults && self.dice.one_in(40) {
            self.repeat_packet();
        }
        Ok(())
    }

    /// Whoever is in the set, or nearly, commits to randomness in time.
    pub(super) fn commit(&mut self, height: u64) -> Result<(), Broken> {
        if self.queued()? > 0 {
            return Ok(());
        }
        for key in self.model.contenders(self.model.seats * 4 / 3 + 2) {
            let index = self.index[&key];
            let last = self.model.fps[&key].committed_to();
            if last >= height + AHEAD || self.operators[index].offline_until > height {
                continue;
            }
            let start = (last + 1).max(height + 1);
            let message = self.net.fps[index].commit(start, COMMITTED);
            let outcome = self.execute(&message)?;
            self.ensure(outcome.is_ok(), || format!("randomness is refused: {outcome:?}"))?;
            let committed = Committed { start, end: start + COMMITTED - 1, at: height };
            if let Some(fp) = self.model.fps.get_mut(&key) {
                fp.committed.push(committed);
            }
        }
        Ok(())
    }

    /// Babylon sees our last header, or that of a branch that is not ours, and has it buried in Bitcoin.
    pub(super) fn timestamp(&mut self, faults: bool) -> Result<(), Broken> {
        let of = self.net.chain.height();
        let client = self.net.link.app.client.clone();
        let lie = faults && self.dice.one_in(8);
        let hash = if lie { AppHash::from_bytes([0xee; 32]) } else { self.net.app_hash(of) };
        let babylon = &mut self.net.link.app.babylon;
        if babylon
            .consumer(&client)
            .is_none_or(|consumer| consumer.channel.as_ref().is_none_or(|c| !c.is_open))
        {
            return Ok(());
        }
        if lie {
            self.report.inject("timestamps of another branch");
        }
        let sent = babylon
            .record_header(&client, of, &hash, 0)
            .and_then(|()| babylon.timestamp(&mut self.net.miner));
        let packets = sent.map_err(|error| self.broken(error.to_string()))?;
        let ours = packets.into_iter().filter(|(to, _)| *to == client).map(|(_, packet)| packet);
        self.net.link.app.packets.extend(ours);
        Ok(())
    }

    /// Babylon timestamped a height of ours: it counts if we hold it and the hashes agree.
    pub(super) fn timestamped(&mut self, height: u64, hash: &[u8]) {
        let is_ours = height < self.height() && self.net.app_hash(height).as_bytes() == hash;
        if is_ours && self.model.sets.contains_key(&height) {
            self.model.timestamped = self.model.timestamped.max(height);
        }
    }
}
