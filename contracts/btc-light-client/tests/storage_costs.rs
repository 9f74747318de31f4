//! What storage costs at the SDK's prices. Computing comes on top and is measured on the real wasm.

mod common;

use api::btc_light_client::Network;
use common::{World, mainnet, pinned};

fn mainnet_world(retained: Option<u32>) -> Option<(World, Vec<bitcoin_spv::Header>)> {
    let headers = mainnet()?;
    let world = World::new(|msg| {
        msg.network = Network::Mainnet;
        msg.retained_headers = retained;
        // The work of mainnet's chain today takes twelve bytes.
        let mut base = pinned(0, &headers[0], None);
        base.work = Some("30000000000000000000000000000".into());
        msg.checkpoint = Some(base);
    });
    Some((world, headers))
}

#[test]
fn a_header_in_a_batch_of_a_hundred_costs_less_than_half_the_incumbents() {
    let Some((mut world, headers)) = mainnet_world(None) else { return };
    world.deps.storage.taken();
    let before = world.deps.storage.all();
    world.submit(&world.stranger.clone(), &headers[1..101]).unwrap();
    let each = world.deps.storage.taken() / 100;
    println!("storage gas per header in a batch of 100: {each}");
    assert!(each < 10_000, "{each}");

    let size = |all: &[(Vec<u8>, Vec<u8>)]| all.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
    let each = (size(&world.deps.storage.all()) - size(&before)) / 100;
    println!("bytes stored per header: {each}");
    assert!(each <= 120, "{each}");
}

#[test]
fn pruning_a_header_for_each_new_one_stays_below_the_bound() {
    let Some((mut world, headers)) = mainnet_world(Some(144)) else { return };
    world.submit(&world.stranger.clone(), &headers[1..400]).unwrap();
    world.deps.storage.taken();
    world.submit(&world.stranger.clone(), &headers[400..500]).unwrap();
    let each = world.deps.storage.taken() / 100;
    println!("the same with as many pruned: {each}");
    assert!(each < 12_000, "{each}");
}

#[test]
fn two_thousand_headers_in_one_message_cost_less_than_thirty_million() {
    let Some((mut world, headers)) = mainnet_world(None) else { return };
    world.deps.storage.taken();
    world.submit(&world.stranger.clone(), &headers[1..2_001]).unwrap();
    let all = world.deps.storage.taken();
    println!("storage gas of 2,000 headers in one message: {all}");
    assert!(all < 20_000_000, "{all}");
}

#[test]
fn one_header_costs_less_than_half_the_incumbents() {
    let Some((mut world, headers)) = mainnet_world(None) else { return };
    world.submit(&world.stranger.clone(), &headers[1..101]).unwrap();
    world.deps.storage.taken();
    world.submit(&world.stranger.clone(), &headers[101..102]).unwrap();
    let one = world.deps.storage.taken();
    println!("storage gas of one header: {one}");
    assert!(one < 25_000, "{one}");
}
