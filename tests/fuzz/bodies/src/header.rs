use bitcoin_spv::Header;
use cosmwasm_std::{Binary, from_json};
use serde_json::json;

use api::btc_light_client::{TIP_KEY, Tip, tip_from_raw};

use crate::bounds::{self, Bounds};
use crate::world::{World, admin};

/// A header is read, written and indexed, and those of a fork that loses are deleted.
const TAKEN: Bounds = Bounds { operations: (60, 1), written: (1_000, 2), said: (400, 1) };

/// Headers either are all taken or change nothing; the tip has work, and never less than before.
pub fn run(bytes: &[u8]) -> bool {
    let mut world = World::get();
    let before = (tip(&world), work(&mut world));
    world.light_client.taken();
    let message = json!({ "raw_btc_headers": { "headers": Binary::from(bytes) } });
    let message = from_json(message.to_string()).expect("a message");
    let info = World::info(&admin());
    let done =
        world.with_light_client(|deps, env| btc_light_client::execute(deps.as_mut(), env, info, message));
    let said = done.as_ref().map_or(0, bounds::length);
    TAKEN.check(bytes.len(), &world.light_client, said);
    // What failed the chain rolls back.
    if done.is_err() {
        return false;
    }
    let after = (tip(&world), work(&mut world));
    assert!(after.1 >= before.1 && after.0.highest >= before.0.highest, "{before:?}, {after:?}");
    let mut sent = bytes.chunks_exact(Header::LENGTH).filter_map(|header| Header::from_slice(header).ok());
    let was_sent = sent.any(|header| *header.hash().as_bytes() == after.0.hash);
    assert!(was_sent || after.0.hash == before.0.hash, "a tip that nobody sent");
    true
}

/// Of the whole chain.
fn work(world: &mut World) -> u128 {
    let query = from_json(r#"{"btc_tip_header":{}}"#).expect("a query");
    let answer = world.with_light_client(|deps, env| btc_light_client::query(deps.as_ref(), env, query));
    let answer: serde_json::Value = from_json(answer.expect("a tip")).expect("an answer");
    answer["cum_work"].as_str().and_then(|work| work.parse().ok()).expect("the work of a devnet")
}

fn tip(world: &World) -> Tip {
    world.light_client.peek(TIP_KEY).as_deref().and_then(tip_from_raw).expect("a light client with headers")
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for count in [1, 2, 12] {
        let infos = World::get().miner.mine_blocks(count);
        seeds.push(infos.into_iter().flat_map(|info| info.header).collect());
    }
    // A fork with more work, and one with less.
    for longer in [2, 0] {
        let mut miner = World::get().miner;
        let tip = miner.tip_height();
        miner.reorg(3, 3 + longer);
        let blocks = (tip - 2..=tip + longer).filter_map(|height| miner.block_at(height));
        seeds.push(blocks.flat_map(|block| block.header).collect());
    }
    seeds
}
