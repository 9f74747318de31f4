//! What storage costs, at the SDK's prices, for a real committee's size; without wasm, transaction bytes and `bsn`'s part.
//!
//! These are bounds on records, not gas of a chain: that is for the gas rows on the real wasm.

use crate::common::maker::{Maker, end_item, spender};
use crate::common::{K, W, World};

fn spent(world: &World) -> u64 {
    world.deps.storage.taken() + world.bitcoin.taken()
}

fn counted() -> (World, crate::common::maker::Made, u32) {
    let maker = Maker::new();
    let world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    let height = world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(K);
    spent(&world);
    (world, made, height)
}

#[test]
fn storage_of_each_step_is_bounded() {
    let (mut world, made, height) = counted();
    let row = |name, world: &World, most| {
        let got = spent(world);
        println!("{name}: {got} of {most}");
        assert!(got <= most, "{name}: {got}, at most {most}");
    };

    world.take(&made.item);
    row("take_items, 6 of 9", &world, 48_000);
    world.prove(world.bitcoin.inclusion(made.stake, height));
    row("prove_delegations", &world, 63_000);
    world.follow();
    row("follow, nothing happened", &world, 6_500);
    let tx = spender(made.stake, 0);
    let at = world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
    let end = end_item(&world.bitcoin, made.stake, &tx, at);
    world.bitcoin.extend(K);
    spent(&world);
    world.spend(world.bitcoin.spend(made.stake, &tx, at));
    row("prove_spends", &world, 28_000);
    world.end(&prost::Message::encode_to_vec(&end));
    // Babylon does not vouch any more: the state is written.
    row("an end that is known", &world, 15_000);
}

/// How old headers are proven: what each way costs for the same old stake, per header and per proof. The bytes of a message cost 10
/// gas each on an SDK chain; a header in base64 is 107.
#[test]
fn old_headers_carried_and_brought() {
    let maker = Maker { time: 30_000, ..Maker::new() };
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(2_016 + W + 400);
    world.take(&made.item);
    let lowest = world.bitcoin.tip() - 2_016 - W;
    let headers = world.bitcoin.raw_headers(1_001, lowest - 1);
    let (count, bytes) = (headers.len() as u64 / 80, headers.len() as u64 * 4 / 3);
    let above = world.bitcoin.header(lowest).hash();
    spent(&world);

    world.bring(above, headers.clone()).unwrap();
    let remembered = spent(&world);
    // A table of all headers would write each: a key of 5 bytes and 33 of the contract's, 64 bytes of value.
    let table = count * (2_000 + 30 * (33 + 5 + 64));
    println!("{count} headers, {bytes} bytes of message ({} gas)", 10 * bytes);
    println!("a table of each: {table}; remembering the lowest: {remembered}; carrying them: none");
    assert!(remembered < 20_000, "{remembered}");
    assert!(table > 20 * remembered, "{table}");
}
