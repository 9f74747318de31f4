use std::cell::{OnceCell, RefCell};

use api::ask;
use api::btc_light_client::{
    TIP_KEY, header_from_raw, header_key, height_from_raw, height_key, tip_from_raw,
};
use bitcoin_spv::{Header, HeaderHash};
use cosmwasm_std::{Addr, QuerierWrapper, StdResult};
use primitives::{BtcHeight, BtcTime, Sorted};
use standing::{Ancestor, Block};

use crate::error::ContractError;

/// Bitcoin's chain with the most work: the light client's storage, read raw, each record once.
///
/// A read that fails is an error here, not an absent header: what is absent has left the chain, and ends stake.
pub struct Chain<'a> {
    querier: QuerierWrapper<'a>,
    light_client: &'a Addr,
    tip: OnceCell<(Block, BtcTime)>,
    headers: RefCell<Sorted<BtcHeight, Option<Header>>>,
    heights: RefCell<Sorted<HeaderHash, Option<BtcHeight>>>,
}

impl<'a> Chain<'a> {
    /// Reads nothing yet.
    pub fn new(querier: QuerierWrapper<'a>, light_client: &'a Addr) -> Self {
        let (tip, headers, heights) = (OnceCell::new(), RefCell::default(), RefCell::default());
        Self { querier, light_client, tip, headers, heights }
    }

    /// The tip.
    ///
    /// # Errors
    /// [`ContractError::NoTip`] without headers.
    pub fn tip(&self) -> Result<Block, ContractError> {
        Ok(self.tip_and_time()?.0)
    }

    fn tip_and_time(&self) -> Result<(Block, BtcTime), ContractError> {
        if let Some(tip) = self.tip.get() {
            return Ok(*tip);
        }
        let tip = self.raw(TIP_KEY)?.as_deref().and_then(tip_from_raw);
        let tip = tip.ok_or_else(|| ContractError::NoTip { address: self.light_client.clone() })?;
        let block = Block { height: tip.height, hash: HeaderHash::from_bytes(tip.hash) };
        Ok(*self.tip.get_or_init(|| (block, tip.time)))
    }

    /// The tip, and its age by the chain's clock, in seconds.
    ///
    /// # Errors
    /// Those of [`Self::tip`].
    pub fn tip_and_age(&self, now: u64) -> Result<(Block, u64), ContractError> {
        let (tip, time) = self.tip_and_time()?;
        Ok((tip, now.saturating_sub(time.get().into())))
    }

    /// The hash at a height.
    ///
    /// # Errors
    /// Those of the query.
    pub fn hash_at(&self, height: BtcHeight) -> Result<Option<HeaderHash>, ContractError> {
        let tip = self.tip()?;
        if height == tip.height {
            return Ok(Some(tip.hash));
        }
        Ok(self.header_at(height)?.map(|header| header.hash()))
    }

    /// The header of that hash.
    ///
    /// # Errors
    /// Only those of the query.
    pub fn find(&self, hash: &HeaderHash) -> StdResult<Option<Ancestor>> {
        let Some(height) = self.height_of(hash)? else { return Ok(None) };
        let Some(header) = self.header_at(height)? else { return Ok(None) };
        let Header { merkle_root, prev_hash, .. } = header;
        // The key has eight bytes of the hash only.
        let is_it = header.hash() == *hash;
        Ok(is_it.then_some(Ancestor { height, hash: *hash, merkle_root, prev_hash }))
    }

    fn height_of(&self, hash: &HeaderHash) -> StdResult<Option<BtcHeight>> {
        if let Some(found) = self.heights.borrow().get(hash) {
            return Ok(*found);
        }
        let found = self.raw(&height_key(hash.as_bytes()))?.as_deref().and_then(height_from_raw);
        self.heights.borrow_mut().insert(*hash, found);
        Ok(found)
    }

    fn header_at(&self, height: BtcHeight) -> StdResult<Option<Header>> {
        if let Some(found) = self.headers.borrow().get(&height) {
            return Ok(*found);
        }
        let raw = self.raw(&header_key(height))?;
        let found = raw.as_deref().and_then(header_from_raw).map(Header::from_bytes);
        self.headers.borrow_mut().insert(height, found);
        Ok(found)
    }

    fn raw(&self, key: &[u8]) -> StdResult<Option<Vec<u8>>> {
        ask::raw(self.querier, self.light_client.as_str(), key)
    }
}
