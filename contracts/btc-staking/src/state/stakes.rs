use std::cell::RefCell;
use std::rc::Rc;

use bitcoin_spv::{HeaderHash, OutPoint};
use cosmwasm_std::{Order, StdError, StdResult, Storage};
use primitives::{BtcHeight, Sorted};
use standing::{Block, Entry, Known, Ledger, List, Stake, Standing};

use super::keys::{height_of, list_byte, list_key};
use super::records::block;
use super::{
    FACTS, Facts, ITEMS, LISTS, OUTPOINTS, Outpoint, SYNCED, SlashingData, TOTALS, Totals, outpoint_key,
    outpoint_of,
};
use crate::chain::Chain;
use crate::error::ContractError;

/// All stakes, and Bitcoin's chain. What they count together is written by [`Stakes::finish`].
pub struct Stakes<'a> {
    /// The storage.
    pub storage: &'a mut dyn Storage,
    /// The chain.
    pub chain: Chain<'a>,
    now: u64,
    before: Totals,
    totals: Totals,
    read: RefCell<Sorted<OutPoint, Option<Rc<Facts>>>>,
}

impl<'a> Stakes<'a> {
    /// Reads what they count together; `now` is in seconds since 1970.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn load(storage: &'a mut dyn Storage, chain: Chain<'a>, now: u64) -> StdResult<Self> {
        let totals = TOTALS.may_load(storage)?.unwrap_or_default();
        Ok(Self { storage, chain, now, before: totals, totals, read: RefCell::default() })
    }

    /// What they count together.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The time of this block, in seconds since 1970.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// An item's facts, read once.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn facts(&self, outpoint: &OutPoint) -> StdResult<Option<Rc<Facts>>> {
        if let Some(facts) = self.read.borrow().get(outpoint) {
            return Ok(facts.clone());
        }
        let facts = FACTS.may_load(self.storage, &outpoint_key(outpoint))?.map(Rc::new);
        self.read.borrow_mut().insert(*outpoint, facts.clone());
        Ok(facts)
    }

    /// Writes an item that nobody had. Its stake waits, and Babylon vouches for it; no other record says so.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn save_item(&mut self, outpoint: &OutPoint, facts: Facts, slashing: SlashingData) -> StdResult<()> {
        self.hold(outpoint, facts);
        self.keep(outpoint, slashing)
    }

    /// Lets the stake of an item that nobody had wait, without writing it: its proof comes along. What follows is [`Self::keep`] or
    /// [`Self::let_go`].
    pub fn hold(&mut self, outpoint: &OutPoint, facts: Facts) {
        self.totals.waiting = self.totals.waiting.saturating_add(1);
        self.read.borrow_mut().insert(*outpoint, Some(Rc::new(facts)));
    }

    /// Writes an item that is held.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn keep(&mut self, outpoint: &OutPoint, slashing: SlashingData) -> StdResult<()> {
        let Some(facts) = self.facts(outpoint)? else { return Ok(()) };
        ITEMS.save(self.storage, &outpoint_key(outpoint), &(Facts::clone(&facts), slashing))
    }

    /// Forgets an item that is held: nothing of it was written.
    pub fn let_go(&mut self, outpoint: &OutPoint) {
        self.totals.waiting = self.totals.waiting.saturating_sub(1);
        self.read.borrow_mut().insert(*outpoint, None);
    }

    /// Writes what they count together, if it changed.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn finish(mut self) -> StdResult<()> {
        let totals = &mut self.totals;
        totals.waiting_since = match (self.before.waiting, totals.waiting) {
            (_, 0) => 0,
            (0, _) => self.now,
            _ => self.before.waiting_since,
        };
        if self.totals == self.before { Ok(()) } else { TOTALS.save(self.storage, &self.totals) }
    }

    fn count(&mut self, stake: &Stake, is_more: bool) {
        let waiting = u64::from(stake.standing.is_waiting());
        let sum = &mut self.totals.waiting;
        *sum = if is_more { sum.saturating_add(waiting) } else { sum.saturating_sub(waiting) };
    }

    fn end_of_list(&self, list: List, order: Order) -> StdResult<Option<Entry>> {
        let byte = list_byte(list);
        let found = LISTS.range(self.storage, &[byte], &[byte.saturating_add(1)], order, 1)?;
        let Some((key, hash)) = found.into_iter().next() else { return Ok(None) };
        let broken = || StdError::msg("broken key of a list");
        let (height, stake) = height_of(&key).zip(outpoint_of(&key)).ok_or_else(broken)?;
        let hash = hash.try_into().unwrap_or_default();
        Ok(Some(Entry { at: Block { height, hash: HeaderHash::from_bytes(hash) }, stake }))
    }
}

impl Ledger for Stakes<'_> {
    type Error = ContractError;

    fn tip(&self) -> Result<Block, ContractError> {
        self.chain.tip()
    }

    fn hash_at(&self, height: BtcHeight) -> Result<Option<HeaderHash>, ContractError> {
        self.chain.hash_at(height)
    }

    fn known(&self, outpoint: &OutPoint) -> Result<Known, ContractError> {
        let spent = match OUTPOINTS.may_load(self.storage, &outpoint_key(outpoint))?.map(Known::from) {
            Some(Known::Spent(at)) => Some(at),
            Some(known) => return Ok(known),
            None => None,
        };
        let standing = spent.map_or(Standing::Waiting, |at| Standing::Foretold { at });
        Ok(match self.facts(outpoint)? {
            Some(facts) => Known::Stake(Stake { sats: facts.sats, vouched: facts.is_vouched(), standing }),
            None => spent.map_or(Known::Nothing, Known::Spent),
        })
    }

    fn record(
        &mut self,
        outpoint: &OutPoint,
        before: Option<&Stake>,
        now: &Stake,
    ) -> Result<(), ContractError> {
        if let Some(before) = before {
            self.count(before, false);
        }
        self.count(now, true);
        Ok(OUTPOINTS.save(self.storage, &outpoint_key(outpoint), &Outpoint::from(now))?)
    }

    fn forget(&mut self, outpoint: &OutPoint, before: &Stake) -> Result<(), ContractError> {
        self.count(before, false);
        let key = outpoint_key(outpoint);
        ITEMS.remove(self.storage, &key);
        OUTPOINTS.remove(self.storage, &key);
        self.read.borrow_mut().insert(*outpoint, None);
        Ok(())
    }

    fn set_spent(&mut self, outpoint: &OutPoint, at: Option<Block>) -> Result<(), ContractError> {
        let key = outpoint_key(outpoint);
        match at {
            Some(at) => {
                let spent = Outpoint::Spent(at.height.get(), *at.hash.as_bytes());
                Ok(OUTPOINTS.save(self.storage, &key, &spent)?)
            }
            None => {
                OUTPOINTS.remove(self.storage, &key);
                Ok(())
            }
        }
    }

    fn put(&mut self, list: List, at: Block, stake: &OutPoint) -> Result<(), ContractError> {
        let hash = if list == List::Remembered { at.hash.as_bytes().to_vec() } else { vec![] };
        Ok(LISTS.save(self.storage, &list_key(list, at.height, stake), &hash)?)
    }

    fn take_off(&mut self, list: List, height: BtcHeight, stake: &OutPoint) -> Result<(), ContractError> {
        LISTS.remove(self.storage, &list_key(list, height, stake));
        Ok(())
    }

    fn lowest(&self, list: List) -> Result<Option<Entry>, ContractError> {
        Ok(self.end_of_list(list, Order::Ascending)?)
    }

    fn highest(&self, list: List) -> Result<Option<Entry>, ContractError> {
        Ok(self.end_of_list(list, Order::Descending)?)
    }

    fn synced(&self) -> Result<Option<Block>, ContractError> {
        Ok(SYNCED.may_load(self.storage)?.map(|(height, hash)| block(height, hash)))
    }

    fn set_synced(&mut self, block: Block) -> Result<(), ContractError> {
        Ok(SYNCED.save(self.storage, &(block.height.get(), *block.hash.as_bytes()))?)
    }
}
