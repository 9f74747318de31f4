use bitcoin_spv::{HeaderHash, OutPoint};
use cosmwasm_std::{Order, StdError, StdResult, Storage};
use primitives::BtcHeight;
use standing::{Block, Entry, Ledger, List, Stake, Standing};

use super::keys::{height_of, list_byte, list_key};
use super::records::block;
use super::{BY_FP, BY_STAKER, FACTS, LISTS, SLASHING, SPENT, STATES, SYNCED, State, TOTALS, Totals};
use super::{indexed, outpoint_key, outpoint_of};
use crate::chain::Chain;

/// All stakes, and Bitcoin's chain. Sums are written by [`Stakes::finish`].
pub struct Stakes<'a> {
    /// The storage.
    pub storage: &'a mut dyn Storage,
    /// The chain.
    pub chain: Chain<'a>,
    before: Totals,
    totals: Totals,
}

impl<'a> Stakes<'a> {
    /// Reads the sums.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn load(storage: &'a mut dyn Storage, chain: Chain<'a>) -> StdResult<Self> {
        let totals = TOTALS.may_load(storage)?.unwrap_or_default();
        Ok(Self { storage, chain, before: totals, totals })
    }

    /// The sums.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Writes the sums, if they changed.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn finish(self) -> StdResult<()> {
        if self.totals == self.before { Ok(()) } else { TOTALS.save(self.storage, &self.totals) }
    }

    fn count(&mut self, stake: &Stake, is_more: bool) {
        let step = |sum: &mut u64, by: u64| {
            *sum = if is_more { sum.saturating_add(by) } else { sum.saturating_sub(by) };
        };
        let totals = &mut self.totals;
        match stake.standing {
            Standing::Waiting => step(&mut totals.waiting, 1),
            Standing::Challenged { .. } => step(&mut totals.challenged, 1),
            Standing::Active { .. } => {
                step(&mut totals.active, 1);
                step(&mut totals.active_sats, stake.sats);
            }
            Standing::Ended { .. } => {}
        }
    }

    /// Stake that counts, or did, is found by its staker and its finality provider.
    fn index(&mut self, outpoint: &OutPoint) -> StdResult<()> {
        let Some(facts) = FACTS.may_load(self.storage, &outpoint_key(outpoint))? else { return Ok(()) };
        BY_STAKER.save(self.storage, &indexed(&facts.staker, outpoint), &true)?;
        BY_FP.save(self.storage, &indexed(&facts.fp(), outpoint), &true)
    }

    fn end_of_list(&self, list: List, order: Order) -> StdResult<Option<Entry>> {
        let byte = list_byte(list);
        let found = LISTS.range(self.storage, &[byte], &[byte.saturating_add(1)], order, 1)?;
        let Some((key, hash)) = found.into_iter().next() else { return Ok(None) };
        let broken = || StdError::msg("broken key of a list");
        let (height, stake) = height_of(&key).zip(outpoint_of(&key)).ok_or_else(broken)?;
        Ok(Some(Entry { at: Block { height, hash: HeaderHash::from_bytes(hash) }, stake }))
    }
}

impl Ledger for Stakes<'_> {
    type Error = StdError;

    fn tip(&self) -> StdResult<Block> {
        Ok(self.chain.tip())
    }

    fn hash_at(&self, height: BtcHeight) -> StdResult<Option<HeaderHash>> {
        self.chain.hash_at(height)
    }

    fn load(&self, outpoint: &OutPoint) -> StdResult<Option<Stake>> {
        Ok(STATES.may_load(self.storage, &outpoint_key(outpoint))?.map(Stake::from))
    }

    fn record(&mut self, outpoint: &OutPoint, before: Option<&Stake>, now: &Stake) -> StdResult<()> {
        if let Some(before) = before {
            self.count(before, false);
        }
        self.count(now, true);
        if now.standing.is_active() {
            self.index(outpoint)?;
        }
        STATES.save(self.storage, &outpoint_key(outpoint), &State::from(now))
    }

    fn forget(&mut self, outpoint: &OutPoint, before: &Stake) -> StdResult<()> {
        self.count(before, false);
        let key = outpoint_key(outpoint);
        if let Some(facts) = FACTS.may_load(self.storage, &key)? {
            BY_STAKER.remove(self.storage, &indexed(&facts.staker, outpoint));
            BY_FP.remove(self.storage, &indexed(&facts.fp(), outpoint));
        }
        FACTS.remove(self.storage, &key);
        STATES.remove(self.storage, &key);
        SLASHING.remove(self.storage, &key);
        Ok(())
    }

    fn spent(&self, outpoint: &OutPoint) -> StdResult<Option<Block>> {
        let spent = SPENT.may_load(self.storage, &outpoint_key(outpoint))?;
        Ok(spent.map(|(height, hash)| block(height, hash)))
    }

    fn set_spent(&mut self, outpoint: &OutPoint, at: Option<Block>) -> StdResult<()> {
        let key = outpoint_key(outpoint);
        match at {
            Some(at) => SPENT.save(self.storage, &key, &(at.height.get(), *at.hash.as_bytes())),
            None => {
                SPENT.remove(self.storage, &key);
                Ok(())
            }
        }
    }

    fn put(&mut self, list: List, at: Block, stake: &OutPoint) -> StdResult<()> {
        LISTS.save(self.storage, &list_key(list, at.height, stake), at.hash.as_bytes())
    }

    fn take_off(&mut self, list: List, height: BtcHeight, stake: &OutPoint) -> StdResult<()> {
        LISTS.remove(self.storage, &list_key(list, height, stake));
        Ok(())
    }

    fn lowest(&self, list: List) -> StdResult<Option<Entry>> {
        self.end_of_list(list, Order::Ascending)
    }

    fn highest(&self, list: List) -> StdResult<Option<Entry>> {
        self.end_of_list(list, Order::Descending)
    }

    fn synced(&self) -> StdResult<Option<Block>> {
        Ok(SYNCED.may_load(self.storage)?.map(|(height, hash)| block(height, hash)))
    }

    fn set_synced(&mut self, block: Block) -> StdResult<()> {
        SYNCED.save(self.storage, &(block.height.get(), *block.hash.as_bytes()))
    }
}
