//! Stake that is verified: delegations whose transactions are mined at random times or never, proven by somebody or nobody,
//! ended in every way there is, and reorganized out.

mod check;
mod ending;
mod mempool;
mod proving;

use devnet::actors::Stake;
use devnet::actors::babylon::LockTimes;
use devnet::network::Verification;
use primitives::Txid;
use serde_json::json;

use super::Run;
use crate::model::Stakes;
use crate::plan::{Broken, CONFIRMATIONS, W};
use mempool::Mempool;
use proving::OldProof;

/// How long unbonding takes, in blocks of Bitcoin.
const UNBONDING: u16 = 10;
/// The shortest lock.
const SHORTEST: u16 = 16;
/// How long stake that is meant to run out is locked.
const SHORT: (u64, u64) = (20, 90);
/// For how many blocks of Bitcoin stake can be challenged.
const CHALLENGE_DELAY: u32 = 6;

/// Who verifies: a small committee, and times so short that all of them pass within a run.
pub(super) const VERIFICATION: Verification = Verification {
    members: 3,
    quorum: 2,
    locks: LockTimes { unbonding: UNBONDING, shortest: SHORTEST },
    challenge_delay: Some(CHALLENGE_DELAY),
};

/// What the model begins with.
pub(super) fn stakes(k: u32) -> Stakes {
    Stakes::new(k, CHALLENGE_DELAY)
}

/// What people have done and know.
#[derive(Debug, Clone, Default)]
pub(super) struct Market {
    /// What was sent to miners.
    mempool: Mempool,
    /// All delegations, oldest first.
    delegations: Vec<Txid>,
    /// Those that Babylon calls active.
    active: Vec<Txid>,
    /// Those that Babylon ends once their unbonding transaction is mined.
    unbonding: Vec<Txid>,
    /// Proofs that were good once.
    old_proofs: Vec<OldProof>,
    /// When the pause of the intake ends.
    resumed_at: Option<u64>,
    /// When people do their last.
    closes_at: Option<u64>,
}

impl Run {
    /// A block's part: what people do with stake.
    pub(super) fn trade(&mut self, height: u64, faults: bool) -> Result<(), Broken> {
        if self.market.resumed_at.is_some_and(|at| at <= height) {
            self.resume_intake()?;
        }
        if let Some(last) = self.market.closes_at.filter(|last| *last <= height) {
            return if last == height { self.prove_everything() } else { Ok(()) };
        }
        if self.weather.replaced_at.is_none() {
            self.note_delegations();
            if self.dice.one_in(4) {
                self.delegate_verified();
            }
            if self.dice.one_in(8) {
                self.end_some();
            }
            self.tell_of_unbonding(25)?;
        }
        if self.dice.one_in(4) {
            self.prove_some()?;
        }
        if self.dice.one_in(6) {
            self.watch()?;
        }
        if self.dice.one_in(8) {
            self.follow_stake()?;
        }
        if self.dice.one_in(40) {
            self.retry_quarantined()?;
        }
        if faults {
            self.disturb(height)?;
        }
        Ok(())
    }

    fn disturb(&mut self, height: u64) -> Result<(), Broken> {
        if self.dice.one_in(15) {
            self.prove_again()?;
        }
        if self.weather.replaced_at.is_none() && self.dice.one_in(60) {
            let is_proven = self.dice.percent(60);
            if is_proven {
                self.prove_fresh(height)?;
            }
            self.reorganize(if is_proven { CONFIRMATIONS + 1 } else { 1 });
        }
        if self.weather.replaced_at.is_none() && self.dice.one_in(40) {
            self.report.inject("blocks of Bitcoin whose headers come after what Babylon says of them");
            self.mine_some();
            self.tell_of_unbonding(100)?;
        }
        if self.market.resumed_at.is_none() && self.dice.one_in(200) {
            self.report.inject("pauses of the intake, up to 40 blocks");
            self.pause_intake(true)?;
            self.market.resumed_at = Some(height + self.dice.between(1, 40));
            if let Some(stakes) = &mut self.model.stakes {
                stakes.pause();
            }
        }
        if self.dice.one_in(40) {
            self.repeat_packet();
        }
        Ok(())
    }

    fn pause_intake(&mut self, is_paused: bool) -> Result<(), Broken> {
        let admin = self.net.admin.clone();
        let done = self.execute_as(&admin, &json!({ "set_paused": { "packet_intake": is_paused } }))?;
        self.ensure(done.is_ok(), || format!("a pause is refused: {done:?}"))
    }

    /// A pause, if there is one, ends by then.
    pub(super) fn resume_intake_at(&mut self, height: u64) {
        if let Some(at) = &mut self.market.resumed_at {
            *at = height;
        }
    }

    /// At that height everything is proven, and nobody does anything from then on.
    pub(super) fn close_market_at(&mut self, height: u64) {
        self.market.closes_at = Some(height);
    }

    /// The pause ends, and what came in it is worked off.
    fn resume_intake(&mut self) -> Result<(), Broken> {
        self.market.resumed_at = None;
        self.pause_intake(false)?;
        self.model.resume_intake();
        self.work_off()
    }

    /// Somebody has what waits worked off.
    pub(super) fn work_off(&mut self) -> Result<(), Broken> {
        if self.market.resumed_at.is_some() {
            return Ok(());
        }
        for _ in 0..1_000 {
            if self.queued()? == 0 {
                return Ok(());
            }
            let done = self.execute(&json!({ "retry_quarantined": { "ids": [] } }))?;
            self.ensure(done.is_ok(), || format!("nothing is worked off: {done:?}"))?;
        }
        Err(self.broken("the queue does not end"))
    }

    /// Those of the registration, too, are sent to miners.
    fn note_delegations(&mut self) {
        let known = self.market.delegations.len();
        let babylon = &self.net.link.app.babylon;
        if babylon.txids().count() == known {
            return;
        }
        let known: std::collections::BTreeSet<_> = self.market.delegations.iter().copied().collect();
        let new: Vec<Txid> = babylon.txids().filter(|txid| !known.contains(*txid)).copied().collect();
        for txid in new {
            self.took_up(txid);
        }
    }

    /// A delegation is there: its transaction is sent to miners, or never.
    fn took_up(&mut self, txid: Txid) {
        let Some(known) = self.net.link.app.babylon.delegation(&txid) else { return };
        let (staking_tx, is_first) = (known.staking_tx.clone(), known.event.total_sat % 100_000_000 == 0);
        self.market.delegations.push(txid);
        self.market.active.push(txid);
        // Those of the registration are round numbers.
        if is_first || self.dice.percent(92) {
            self.market.mempool.send(staking_tx);
        } else {
            self.report.see("delegations that were never mined", 1);
        }
    }

    fn delegate_verified(&mut self) {
        let fps = usize::try_from(self.plan.fps).unwrap_or_default();
        let newest = self.net.fps.len();
        let place = self.dice.place(fps).unwrap_or_default();
        let key = self.net.fps[newest - fps + place].public_key();
        let sats = self.dice.between(1, 30) * 100_000_000 + self.dice.between(1, 99);
        let mut stake = Stake { unbonding_time: UNBONDING.into(), ..Stake::new(&[key], sats) };
        let short = self.dice.percent(30);
        if short {
            stake.staking_time = u32::try_from(self.dice.between(SHORT.0, SHORT.1)).unwrap_or_default();
        }
        // A slashed one gets no stake.
        if let Ok(txid) = self.net.link.app.babylon.delegate(stake) {
            self.delegated += 1;
            self.report.see(if short { "delegations for a short time" } else { "delegations" }, 1);
            self.took_up(txid);
        }
    }

    /// A block of Bitcoin with some of what waits for one.
    pub(super) fn mine_some(&mut self) {
        self.market.mempool.mine(&mut self.net.miner, &mut self.dice, 60);
    }

    /// What was just mined is proven as early as it can be.
    fn prove_fresh(&mut self, height: u64) -> Result<(), Broken> {
        self.mine_some();
        self.net.miner.mine_blocks(CONFIRMATIONS);
        self.see_bitcoin();
        self.relay(height)?;
        let all = self.market.delegations.clone();
        self.prove_these(&all)
    }

    /// As many blocks as are watched leave Bitcoin's chain; their transactions may come again.
    fn reorganize(&mut self, least: u32) {
        let depth = u32::try_from(self.dice.between(least.into(), W.into())).unwrap_or(W);
        self.report.inject("reorganizations of Bitcoin that take stake along");
        let fork = self.net.miner.reorg(depth, depth + 1);
        // Babylon tells of its last k + 1 headers; somebody brings the others.
        self.net.queue(proto::zoneconcierge::outbound_packet::Packet::BtcHeaders(
            proto::zoneconcierge::BtcHeaders { headers: fork },
        ));
        self.see_bitcoin();
        let lost = self.market.mempool.return_lost(&self.net.miner, &mut self.dice);
        self.report.see("transactions that left the chain", lost);
    }
}
