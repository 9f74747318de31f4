//! A backlog as crowded as can be, written behind a contract's back: for the price of queries.

use bsn::state::{ANCHORS, Anchor, Ranked, VOTE_BATCHES, VoteBatch, height_fp_key, height_key};
use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{Order, Storage};
use devnet::network::Network;
use primitives::{AppHash, BlockHash, BlockHeight, FpId, UnixTime, VotingPower};

/// The highest number that takes three bytes: as many finality providers may have been registered.
const LAST_ID: u32 = (1 << 21) - 1;

/// Writes `heights` open heights above the tip, each with votes of `batches` messages of `voters` finality providers; in the
/// last message of each height is the one with the number `id`.
///
/// # Panics
/// If a record cannot be written, which does not happen.
pub fn open_heights(network: &mut Network, heights: u64, batches: u32, voters: u32, id: u32) {
    let mut storage = MockStorage::new();
    let tip = network.chain.height();
    for height in (tip + 1..=tip + heights).map(BlockHeight::new) {
        let anchor = Anchor {
            app_hash: AppHash::from_bytes([1; 32]),
            block_hash: BlockHash::from_bytes([2; 32]),
            time: UnixTime::new(1_800_000_000),
            cursor: BlockHeight::new(tip),
            total: Some(VotingPower::new(u64::MAX.into())),
            backlog_full: false,
            ranked: Ranked::Unknown,
        };
        ANCHORS.save(&mut storage, &height_key(height), &anchor).expect("an anchor is plain data");
        for batch in 0..batches {
            let first = LAST_ID - batches * voters + batch * voters;
            let mut ids: Vec<FpId> = (first..first + voters).map(FpId::new).collect();
            if batch + 1 == batches {
                ids.pop();
                ids.push(FpId::new(id));
            }
            let record = VoteBatch { power: VotingPower::new(u64::MAX.into()), ids };
            VOTE_BATCHES
                .save(&mut storage, &height_fp_key(height, FpId::new(first)), &record)
                .expect("a batch is plain data");
        }
    }
    let bsn = network.bsn.clone();
    for (key, value) in storage.range(None, None, Order::Ascending) {
        network.chain.write_raw(&bsn, &key, &value).expect("the contract has an address");
    }
}
