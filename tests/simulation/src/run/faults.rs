//! What goes wrong by itself.

use devnet::ibc::{RelayFault, Side};
use devnet::{Fault, Hook};

use super::Run;
use crate::plan::Broken;

/// What is going on.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// No hook of the chain is called up to this height.
    pub lost_until: u64,
    /// A third of the power or more is away up to this height.
    pub outage_until: u64,
    /// When the channel that is closed is replaced.
    pub replaced_at: Option<u64>,
    /// When the last packet of Babylon came, in seconds since 1970.
    pub last_packet: u64,
    /// Whose power ends when: everybody before this era, seconds since 1970.
    pub orphans: Vec<(u32, u64)>,
    /// When a channel was replaced last.
    pub replaced: u64,
    /// The relayer stands still until this height, and a packet times out meanwhile.
    pub timed_out_at: Option<u64>,
    /// Since when nothing keeps finality from moving.
    pub calm_since: u64,
    /// Whether it has not caught up since.
    pub waiting: bool,
}

impl Run {
    /// Which hooks of a block the chain loses, tears or starves.
    pub(super) fn plan_hooks(&mut self, height: u64) {
        if self.dice.one_in(700) {
            self.weather.lost_until = height + self.dice.between(1, 40);
            self.report.inject("bursts of blocks without any hook, up to 40");
        }
        if height <= self.weather.lost_until {
            self.net.chain.faults.lose_all([height]);
            return;
        }
        for hook in Hook::ALL {
            let fault = if self.dice.one_in(60) {
                self.report.inject("hooks lost, one by one");
                Fault::Lost
            } else if self.dice.one_in(150) {
                self.report.inject("hooks torn, the first writes kept");
                Fault::Torn { writes: self.dice.between(0, 12) }
            } else if self.dice.one_in(300) {
                self.report.inject("hooks that ran out of gas");
                Fault::Gas { limit: self.dice.between(3_000, 60_000), keep_writes: false }
            } else {
                continue;
            };
            self.net.chain.faults.plan(height, hook, fault);
        }
    }

    /// What happens to the others.
    pub(super) fn misfortunes(&mut self, height: u64) -> Result<(), Broken> {
        if self.dice.one_in(150) {
            self.report.inject("outages of a tenth, 50 blocks");
            self.outage(10, height + 50);
        }
        if self.dice.one_in(1_000) {
            self.report.inject("outages of up to 45 % of the power, 20 to 200 blocks");
            let until = height + self.dice.between(20, 200);
            let percent = self.dice.between(34, 45);
            self.outage(percent, until);
            self.weather.outage_until = self.weather.outage_until.max(until);
        }
        if self.dice.one_in(600) {
            self.report.inject("nodes of a fifth on another branch, 80 blocks");
            self.mislead(20, height + 80);
        }
        if self.dice.one_in(1_000) {
            self.report.inject("nodes of up to 45 % of the power on another branch, up to 5 blocks");
            let (percent, until) = (self.dice.between(34, 45), height + self.dice.between(1, 5));
            self.mislead(percent, until);
        }
        // Of verified stake they have a die of their own.
        if !self.plan.verified && self.dice.one_in(200) {
            let depth = u32::try_from(self.dice.between(1, 2)).unwrap_or(1);
            self.report.inject("reorganizations of Bitcoin");
            self.net.miner.reorg(depth, depth + 1);
            self.see_bitcoin();
        }
        if self.dice.one_in(250) {
            self.report.inject("relayer outages, up to 40 blocks");
            let to = if self.dice.one_in(2) { Side::Chain } else { Side::Remote };
            let until = height + self.dice.between(1, 40);
            self.net.link.faults.push(RelayFault::Outage { to, height: until });
        }
        self.closures(height)
    }

    /// So many percent of the power of the set, and of everybody else, are away until a height.
    fn outage(&mut self, percent: u64, until: u64) {
        for index in self.some_of(percent) {
            let operator = &mut self.operators[index];
            operator.offline_until = operator.offline_until.max(until);
        }
    }

    /// So many percent of the power of the set vote for another hash until a height.
    fn mislead(&mut self, percent: u64, until: u64) {
        for index in self.some_of(percent) {
            let operator = &mut self.operators[index];
            operator.misled_until = operator.misled_until.max(until);
        }
    }

    /// So many percent of the power of the set at most, by their places.
    fn some_of(&mut self, percent: u64) -> Vec<usize> {
        let set = self.model.select(self.height());
        let total: u128 = set.values().map(|power| u128::from(*power)).sum();
        let mut seats: Vec<_> = set.into_iter().collect();
        self.dice.shuffle(&mut seats);
        let (mut away, mut some) = (0, Vec::new());
        for (key, power) in seats {
            if (away + u128::from(power)) * 100 > total * u128::from(percent) {
                continue;
            }
            away += u128::from(power);
            some.push(self.index[&key]);
        }
        some
    }

    /// All faults end: everybody is back.
    pub(super) fn heal(&mut self) -> Result<(), Broken> {
        let height = self.height();
        for operator in &mut self.operators {
            (operator.offline_until, operator.misled_until) = (0, 0);
        }
        self.weather.lost_until = 0;
        self.weather.outage_until = 0;
        self.net.link.faults.clear();
        if self.weather.replaced_at.is_some() {
            self.weather.replaced_at = Some(height);
        }
        self.resume_intake_at(height);
        Ok(())
    }
}
