use actors::Stake;

use crate::bounds::{Bounds, of_events, of_messages};
use crate::world::World;

/// Two bytes can be an item: few are put aside at once, each with its reason, and many wait as they came.
const RECEIVED: Bounds = Bounds { operations: (100, 1), written: (2_000, 4), said: (2_500, 10) };
/// A hook takes a portion, whatever has come in.
const HOOKS: Bounds = Bounds { operations: (500, 0), written: (20_000, 0), said: (0, 0) };

/// A packet is acknowledged, whatever is in it, and the next blocks' hooks take effect.
pub fn run(bytes: &[u8]) -> bool {
    let mut world = World::get();
    let response = world.receive(bytes);
    let ack = response.acknowledgement.as_ref().map_or(0, |ack| ack.len());
    assert!(ack > 0 && ack < 1_000, "an acknowledgement of {ack} bytes");
    let attributes = response.attributes.iter().map(|one| one.key.len() + one.value.len()).sum::<usize>();
    let said = attributes as u64 + of_events(&response.events) + of_messages(&response.messages);
    RECEIVED.check(bytes.len(), &world.bsn, said);
    for _ in 0..2 {
        world.next_block();
        HOOKS.check(0, &world.bsn, 0);
    }
    response.acknowledgement.is_some_and(|ack| ack.starts_with(br#"{"result""#))
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut world = World::get();
    let key = world.fps[0].public_key();
    let mut seeds = Vec::new();
    for count in [1, 3] {
        for _ in 0..count {
            world.babylon.delegate(Stake::new(&[key], 50_000)).expect("stake");
        }
        seeds.push(world.staking_packet());
    }
    let txid = *world.babylon.txids().next().expect("a delegation");
    world.babylon.undelegate(&txid).expect("it is active");
    world.babylon.delegate(Stake::new(&[key], 50_000)).expect("stake");
    seeds.push(world.staking_packet());
    world.miner.mine_blocks(3);
    seeds.push(world.headers_packet());
    seeds.extend(world.timestamp_packets());
    seeds
}
