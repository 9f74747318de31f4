use api::bsn::{BlocksResponse, FinalitySignatureResponse, IndexedBlock, VotesResponse};
use cosmwasm_std::{Order, StdResult, Storage};
use primitives::BlockHeight;

use super::seen::{self, Seen};
use super::{page, providers};
use crate::error::ContractError;
use crate::heights::grid;
use crate::state::{MARKS, Progress, votes as stored};

/// How many blocks are looked at for a page of finalized ones.
const SCAN: usize = 1_000;

/// The highest height with quorum that the cursor passed.
pub fn last_finalized_height(store: &dyn Storage) -> Result<Option<u64>, ContractError> {
    Ok(MARKS.load(store)?.last_quorum.map(BlockHeight::get))
}

/// The first height with a set.
pub fn activated_height(store: &dyn Storage) -> Result<u64, ContractError> {
    let activated = Progress::load(store)?.set.activated;
    activated.map(BlockHeight::get).ok_or(ContractError::NotActivated {})
}

/// One block.
pub fn one(store: &dyn Storage, height: BlockHeight) -> Result<IndexedBlock, ContractError> {
    let progress = Progress::load(store)?;
    let seen =
        seen::at_height(store, height)?.ok_or(ContractError::BlockNotFound { height: height.get() })?;
    shown(store, &progress, &seen)
}

/// A page of blocks, from activation on. Ascending and of all blocks, it has no gaps.
pub fn all(
    store: &dyn Storage,
    start_after: Option<BlockHeight>,
    limit: Option<u32>,
    finalised: Option<bool>,
    reverse: Option<bool>,
) -> Result<BlocksResponse, ContractError> {
    let progress = Progress::load(store)?;
    let order = page::order(reverse);
    let finalized_only = finalised.unwrap_or_default();
    let (mut from, mut to) = (progress.marks.activation, BlockHeight::new(u64::MAX));
    match (order, start_after) {
        (Order::Descending, Some(after)) if after.get() == 0 => {
            return Ok(BlocksResponse { blocks: Vec::new() });
        }
        (Order::Descending, Some(after)) => to = after.previous(),
        (_, Some(first)) => from = from.max(first),
        (_, None) => {}
    }
    if finalized_only {
        to = to.min(progress.marks.cursor);
    }
    let (whole, mut last) = (order == Order::Ascending && !finalized_only, None);
    let blocks = seen::range(store, from, to, order)
        .take(SCAN)
        .take_while(|seen| !whole || joins(&mut last, seen))
        .map(|seen| shown(store, &progress, &seen?))
        .filter(|block| !finalized_only || block.as_ref().map_or(true, |block| block.finalized))
        .take(page::limit(limit))
        .collect::<Result<_, ContractError>>()?;
    Ok(BlocksResponse { blocks })
}

/// Whether a block belongs to the page that ends with `last`, its height and whether there was a set.
///
/// The daemon pairs the blocks of a page with its randomness by their position, so a page ends before a gap
/// (RULINGS.md, "Pages of blocks"). Heights at which it has no power it leaves out first; so a page also ends
/// where heights at which nobody has any begin or end.
fn joins(last: &mut Option<(BlockHeight, bool)>, seen: &StdResult<Seen>) -> bool {
    let Ok(seen) = seen else { return true };
    let (height, has_set) = (seen.height, !seen.total.is_zero());
    let joins = last.is_none_or(|(below, had_set)| height == below.next() && has_set == had_set);
    *last = Some((height, has_set));
    joins
}

fn shown(store: &dyn Storage, progress: &Progress, seen: &Seen) -> Result<IndexedBlock, ContractError> {
    Ok(IndexedBlock {
        height: seen.height.get(),
        app_hash: seen.anchor.app_hash.as_bytes().to_vec(),
        finalized: seen.has_quorum(store, progress)?,
    })
}

/// Who voted for the canonical hash; at a hole no FP did.
pub fn votes(store: &dyn Storage, height: BlockHeight) -> Result<VotesResponse, ContractError> {
    if seen::at_height(store, height)?.is_none() {
        return Ok(VotesResponse { btc_pks: Vec::new() });
    }
    let mut btc_pks = Vec::new();
    for id in stored::count(store, height, MARKS.load(store)?.votes_from)?.voters {
        btc_pks.push(providers::key_of(store, id)?.to_string());
    }
    Ok(VotesResponse { btc_pks })
}

/// Somebody's signature of the canonical hash, empty if there is none.
pub fn signature(
    store: &dyn Storage,
    btc_pk_hex: &str,
    height: BlockHeight,
) -> Result<FinalitySignatureResponse, ContractError> {
    let Some((_, fp)) = providers::find(store, btc_pk_hex)? else {
        return Ok(FinalitySignatureResponse { signature: vec![] });
    };
    let marks = MARKS.load(store)?;
    let vote = stored::vote_of(store, marks.votes_from, height, fp.id)?.filter(|vote| vote.fork.is_none());
    let signature = match vote {
        Some(vote) => Some(vote.signature),
        None => grid::votes::vote_of(store, &marks, fp.id, height)
            .filter(|(_, is_ours)| *is_ours)
            .map(|(vote, _)| vote.signature),
    };
    Ok(FinalitySignatureResponse {
        signature: signature.map_or_else(Vec::new, |signature| signature.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::seen::tests::{anchor, progress};
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    fn fixture() -> MockStorage {
        let mut store = MockStorage::new();
        progress(&mut store, 4, 4);
        for (height, total) in
            [(0, Some(1)), (1, Some(1)), (2, None), (3, Some(0)), (4, Some(1)), (5, Some(1))]
        {
            anchor(&mut store, height, total);
        }
        store
    }

    fn heights(start: Option<u64>, finalised: Option<bool>, reverse: bool) -> Vec<u64> {
        let page = all(&fixture(), start.map(BlockHeight::new), None, finalised, Some(reverse)).unwrap();
        page.blocks.iter().map(|block| block.height).collect()
    }

    #[test]
    fn ascending_includes_the_start_and_descending_does_not() {
        assert_eq!(heights(Some(4), None, false), [4, 5]);
        assert_eq!(heights(Some(4), None, true), [3, 1]);
        assert_eq!(heights(Some(0), None, true), [0; 0]);
    }

    #[test]
    fn ascending_a_page_ends_before_a_gap_and_begins_behind_one() {
        assert_eq!(heights(None, None, false), [1]);
        assert_eq!(heights(Some(2), None, false)[0], 3, "2 is a hole");
        assert_eq!(heights(Some(6), None, false), [0; 0]);
    }

    #[test]
    fn ascending_a_page_has_no_heights_without_a_set_between_those_with_one() {
        assert_eq!(heights(Some(3), None, false), [3]);
        assert_eq!(heights(Some(4), None, false), [4, 5]);
    }

    /// What a client does that asks until a page is empty.
    #[test]
    fn all_pages_together_are_all_blocks() {
        let (mut next, mut all) = (0, vec![]);
        loop {
            let page = heights(Some(next), None, false);
            let Some(last) = page.last() else { break };
            next = last + 1;
            all.extend(page);
        }
        assert_eq!(all, [1, 3, 4, 5]);
    }

    #[test]
    fn what_was_skipped_is_not_finalized() {
        assert_eq!(heights(None, Some(true), false), [1, 4]);
        let store = fixture();
        assert!(!one(&store, BlockHeight::new(3)).unwrap().finalized);
        assert!(!one(&store, BlockHeight::new(5)).unwrap().finalized);
    }

    #[test]
    fn a_hole_has_no_block_and_no_votes() {
        let (store, hole) = (fixture(), BlockHeight::new(2));
        assert_eq!(one(&store, hole).unwrap_err().to_string(), "Block 2 is not found");
        assert!(votes(&store, hole).unwrap().btc_pks.is_empty());
    }
}
