use bitcoin_spv::HeaderHash;
use cosmwasm_std::{StdResult, Storage};
use standing::Ancestor;

use crate::chain::Chain;
use crate::error::AncestryError;
use crate::parse::WayDown;
use crate::state::{BROUGHT, Brought};

/// The fewest headers that are worth a record: so that Bitcoin's length bounds how many there are.
pub const MIN_BROUGHT: usize = 144;

/// Goes down from a header that the light client has, or one that was brought.
///
/// Where it arrives, the light client has no header any more: what it has may still be reorganized.
///
/// # Errors
/// Those of storage and the query; within, why that is no way down.
pub fn descend(
    storage: &dyn Storage,
    chain: &Chain<'_>,
    way_down: &WayDown,
) -> StdResult<Result<Ancestor, AncestryError>> {
    let above = &way_down.above;
    let found = match chain.find(above)? {
        Some(found) => Some(found),
        None => BROUGHT.may_load(storage, above.as_bytes())?.map(|brought| brought.ancestor(above)),
    };
    let Some(found) = found else { return Ok(Err(AncestryError::UnknownAbove { above: *above })) };
    let lowest = match standing::descend(found.height, found.prev_hash, &way_down.headers) {
        Ok(lowest) => lowest,
        Err(error) => return Ok(Err(error.into())),
    };
    let height = lowest.height;
    if chain.hash_at(height)?.is_some() {
        return Ok(Err(AncestryError::NotBelow { height }));
    }
    Ok(Ok(lowest))
}

/// The proof is about the lowest.
pub fn check_is(lowest: Ancestor, expected: &HeaderHash) -> Result<Ancestor, AncestryError> {
    let got = lowest.hash;
    if got == *expected { Ok(lowest) } else { Err(AncestryError::AnotherBlock { got, expected: *expected }) }
}

impl Brought {
    /// With its hash.
    pub const fn ancestor(&self, hash: &HeaderHash) -> Ancestor {
        Ancestor {
            height: primitives::BtcHeight::new(self.height),
            hash: *hash,
            merkle_root: bitcoin_spv::MerkleRoot::from_bytes(self.merkle_root),
            prev_hash: HeaderHash::from_bytes(self.prev_hash),
        }
    }
}

impl From<&Ancestor> for Brought {
    fn from(ancestor: &Ancestor) -> Self {
        Self {
            height: ancestor.height.get(),
            merkle_root: *ancestor.merkle_root.as_bytes(),
            prev_hash: *ancestor.prev_hash.as_bytes(),
        }
    }
}
