use super::{Block, BlockHash, Change, Outpoint, Place, Stakes};

impl Stakes {
    /// Somebody's proof that a stake was spent in a block: what becomes of it, `None` where it is refused.
    pub fn prove_spend(&mut self, outpoint: &Outpoint, hash: &BlockHash) -> Option<&'static str> {
        let block = self.bitcoin.find(hash)?;
        if self.spent_in_chain(outpoint).is_some() {
            return Some("already");
        }
        let k = self.k;
        let stake = self.all.get_mut(outpoint)?;
        if self.bitcoin.depth(&block) >= k {
            self.spend_now(outpoint, block);
            return Some("ended");
        }
        // What is challenged waits until that is decided.
        if let Place::Challenged { due, .. } = &mut stake.place {
            *due = (*due).max(block.height + k);
        }
        self.shallow.push((outpoint.clone(), block));
        Some("remembered")
    }

    /// Babylon's proof of it counts however deep, and for what is unknown too; then Babylon does not vouch any more.
    pub(super) fn end_by_babylon(&mut self, outpoint: &Outpoint, block: Block) {
        if let Some(stake) = self.all.get_mut(outpoint) {
            stake.vouched = false;
        }
        if self.spent_in_chain(outpoint).is_some() {
            return;
        }
        if self.all.contains_key(outpoint) {
            self.spend_now(outpoint, block);
        } else {
            self.spent.insert(outpoint.clone(), block);
        }
    }

    /// The block of the chain that an outpoint was spent in, if that was proven.
    pub(super) fn spent_in_chain(&self, outpoint: &Outpoint) -> Option<Block> {
        let known = match self.all.get(outpoint).map(|stake| stake.place) {
            Some(Place::Spent { block, .. }) => Some(block),
            Some(_) => None,
            None => self.spent.get(outpoint).copied(),
        };
        known.filter(|block| self.bitcoin.has(block))
    }

    /// A stake is spent, wherever it was.
    pub(super) fn spend_now(&mut self, outpoint: &Outpoint, block: Block) {
        let Some(stake) = self.all.get_mut(outpoint) else { return };
        if let Place::Counts { .. } = stake.place {
            self.changes.push(Change::Gone(outpoint.clone()));
        }
        stake.place = Place::Spent { block, foretold: false };
    }
}
