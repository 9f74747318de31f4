use api::btc_light_client::{
    TIP_KEY, header_from_raw, header_key, height_from_raw, height_key, tip_from_raw,
};
use bitcoin_spv::{Header, HeaderHash};
use cosmwasm_std::{Addr, QuerierWrapper, StdResult};
use primitives::BtcHeight;
use standing::{Ancestor, Block};

use crate::ContractError;

/// Bitcoin's chain with the most work: the light client's storage, read raw.
///
/// A read that fails is an error here, not an absent header: what is absent has left the chain, and ends stake.
#[derive(Clone)]
pub struct Chain<'a> {
    querier: QuerierWrapper<'a>,
    light_client: &'a Addr,
    tip: Block,
}

impl<'a> Chain<'a> {
    /// Looks at the tip.
    ///
    /// # Errors
    /// [`ContractError::NoTip`] without headers.
    pub fn load(querier: QuerierWrapper<'a>, light_client: &'a Addr) -> Result<Self, ContractError> {
        let raw = querier.query_wasm_raw(light_client, TIP_KEY)?;
        let tip = raw.as_deref().and_then(tip_from_raw);
        let tip = tip.ok_or_else(|| ContractError::NoTip { address: light_client.clone() })?;
        let tip = Block { height: tip.height, hash: HeaderHash::from_bytes(tip.hash) };
        Ok(Self { querier, light_client, tip })
    }

    /// The tip.
    pub const fn tip(&self) -> Block {
        self.tip
    }

    /// The hash at a height.
    ///
    /// # Errors
    /// Only those of the query.
    pub fn hash_at(&self, height: BtcHeight) -> StdResult<Option<HeaderHash>> {
        if height == self.tip.height {
            return Ok(Some(self.tip.hash));
        }
        Ok(self.header_at(height)?.map(|header| header.hash()))
    }

    /// The header of that hash.
    ///
    /// # Errors
    /// Only those of the query.
    pub fn find(&self, hash: &HeaderHash) -> StdResult<Option<Ancestor>> {
        let height = self.raw(&height_key(hash.as_bytes()))?.as_deref().and_then(height_from_raw);
        let Some(height) = height else { return Ok(None) };
        let Some(header) = self.header_at(height)? else { return Ok(None) };
        let Header { merkle_root, prev_hash, .. } = header;
        // The key has eight bytes of the hash only.
        let is_it = header.hash() == *hash;
        Ok(is_it.then_some(Ancestor { height, hash: *hash, merkle_root, prev_hash }))
    }

    fn header_at(&self, height: BtcHeight) -> StdResult<Option<Header>> {
        Ok(self.raw(&header_key(height))?.as_deref().and_then(header_from_raw).map(Header::from_bytes))
    }

    fn raw(&self, key: &[u8]) -> StdResult<Option<Vec<u8>>> {
        self.querier.query_wasm_raw(self.light_client, key)
    }
}
