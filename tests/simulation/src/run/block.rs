use super::Run;
use crate::plan::{Broken, DENOM};

/// Every how many blocks Bitcoin finds one.
const BITCOIN_EVERY: u64 = 12;
/// Every how many blocks Babylon timestamps.
const TIMESTAMP_EVERY: u64 = 25;
/// Every how many blocks operators look whether they need randomness.
const COMMIT_EVERY: u64 = 20;

impl Run {
    /// A block: hooks, what people send, hooks, and what must be true after it.
    pub(super) fn block(&mut self, faults: bool) -> Result<(), Broken> {
        let height = self.height();
        if faults {
            self.plan_hooks(height);
        }
        self.collect_fees();
        let (before, ranked) = (self.model.select(height), self.model.ranked_stake());
        self.net.chain.open_block();
        self.people(height, faults)?;
        let after = self.model.select(height);
        self.model.ranked.insert(height, [ranked, self.model.ranked_stake()]);
        let block = self.net.chain.next_block();
        self.note_hooks(&block, before, after)?;
        self.check(&block)
    }

    fn people(&mut self, height: u64, faults: bool) -> Result<(), Broken> {
        if faults {
            self.misfortunes(height)?;
        }
        if height.is_multiple_of(BITCOIN_EVERY) {
            self.mine_block();
            self.see_bitcoin();
        }
        if self.plan.verified {
            self.trade(height, faults)?;
        } else {
            self.move_stake(faults)?;
        }
        if height.is_multiple_of(TIMESTAMP_EVERY) || height < 8 {
            self.timestamp(faults)?;
        }
        self.relay(height)?;
        if height.is_multiple_of(COMMIT_EVERY) || height < 6 {
            self.commit(height)?;
        }
        self.unjail()?;
        self.govern(height)?;
        if faults && self.dice.one_in(150) {
            self.equivocate_before_voting(height - 1)?;
        }
        self.vote(height)?;
        if faults {
            self.offend(height)?;
        }
        Ok(())
    }

    /// A block of Bitcoin, with some of what waits for one.
    fn mine_block(&mut self) {
        if self.plan.verified {
            self.mine_some();
        } else {
            self.net.miner.mine_blocks(1);
        }
    }

    /// The chain takes fees in every block; a tenth of them is the contract's.
    fn collect_fees(&mut self) {
        let fees = u128::from(self.dice.between(0, 20_000));
        self.net.chain.collect_fees(fees, DENOM);
        self.fees += fees / 10;
    }
}
