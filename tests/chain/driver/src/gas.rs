//! What calls cost here, beside the embedded chain's figures (`tests/gas/snapshot.json`).
//!
//! `gas_used` of a transaction is six things. Five are the chain's and are taken away one by one, each from its own
//! source; what is left is what the contract used, and that must be what the embedded chain says.
//!
//! | part | what it is | where it comes from |
//! |---|---|---|
//! | ante | fees, signature, sequence, 10 a byte of transaction | the same transaction to an address without a contract |
//! | reads | contract info, code info, and whether the code is pinned | lengths of the stored values, at the SDK's prices |
//! | instance | 2,000 pinned, 60,000 not | wasmd |
//! | response | events, and one a byte of the response's JSON | the events and the data that came back |
//! | messages | what the SDK's modules do for a message of the contract | the same message, sent by an account |
//!
//! One network grows while it is measured: 1, 10, 60 and 100 finality providers, then 1,000 of which 100 are active.

mod batches;
mod bench;
mod bitcoin;
mod grow;
mod hooks;
mod overhead;
mod packets;
mod rewards;
mod shown;
mod table;
mod transactions;
mod whole;

use anyhow::Result;
use serde_json::json;

pub use grow::start;
pub use shown::{NOT_SHOWN, embedded};
pub use table::{Row, json, print};
pub use whole::votes_in;

use crate::claims::Claims;
use crate::ways::Way;
use crate::world::{Sends, World};
use bench::Bench;
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgPinCodes, MsgUnpinCodes};
use bsn_rpc::proto::pack;

/// How far the rest may be from the embedded figure.
pub const TOLERANCE_PERMILLE: u64 = 30;
const SCENARIO: &str = "the_gas_model_is_true";
/// The longest period of rewards that there can be.
const NEVER: u64 = 1_000_000;
/// Milliseconds between blocks: votes are there before the next one begins.
pub const PACE_MS: u64 = 300;
/// As in the embedded chain's rows of transactions.
const MANY_HEIGHTS: u64 = 10_000;
/// What a daemon commits to at once.
const DAEMON_HEIGHTS: u64 = 50_000;
/// After so many blocks a height with late votes costs nothing any more: more than the contract's vote window.
pub const SETTLED: u64 = 13;
/// After so many heights votes are written over old ones.
const OLD: u64 = 256;

/// Measures everything, each with the code pinned and not; gives what it got to.
pub fn measure(world: &mut World, claims: &mut Claims) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Err(error) = all(world, claims, &mut rows) {
        claims.note(SCENARIO, "it can be measured to its end", false, format!("{error:#}"));
    }
    claim(&rows, claims);
    shown::claim(&rows, claims);
    rows
}

fn all(world: &mut World, claims: &mut Claims, rows: &mut Vec<Row>) -> Result<()> {
    // No rewards, until they are measured.
    let over = json!({ "vote_retention": 10, "missed_blocks_window": 1_000, "reward_interval": NEVER });
    // Votes of their own stay where the next ones are written: only where that is measured.
    world.sends = Sends::OneMessage;
    grow::start(world, &over)?;
    let mut bench = Bench::new(world, rows)?;
    let many = |_| MANY_HEIGHTS;

    bench.grow(1, many)?;
    // Until old heights are forgotten at the pace at which new ones come.
    bench.vote_to(bench.world.voted_to + 4 * SETTLED)?;
    bench.both(|bench| hooks::measure(bench, "1", ""))?;
    bench.grow(10, many)?;
    bench.both(|bench| {
        hooks::measure(bench, "10", "")?;
        transactions::measure(bench)
    })?;
    transactions::two_in_one(&mut bench, claims)?;
    bench.grow(60, |_| DAEMON_HEIGHTS)?;
    bench.both(|bench| hooks::measure(bench, "60", ""))?;
    bench.grow(100, |_| DAEMON_HEIGHTS)?;
    batches::measure(&mut bench)?;
    // Until EndBlock finds no votes of their own any more where it counts.
    bench.vote_to(bench.singles_to + OLD)?;
    bench.world.vote_blocks(4 * SETTLED)?;
    bench.both(|bench| [Way::At, Way::Range].into_iter().try_for_each(|way| whole::measure(bench, way)))?;
    bench.world.sends = Sends::First;
    let full_from = bench.world.voted_to;
    bench.both(|bench| hooks::measure(bench, "100", ""))?;
    bench.vote_to(full_from + OLD + SETTLED)?;
    bench.both(|bench| {
        hooks::measure(bench, "100", "_old")?;
        whole::measure(bench, Way::Single)
    })?;
    let mut clients = bitcoin::Clients::start(&mut bench)?;
    let mut packets = packets::Packets::default();
    bench.grow(1_000, |_| DAEMON_HEIGHTS)?;
    bench.both(|bench| {
        hooks::begins(bench, "100_of_1000")?;
        clients.measure(bench)?;
        packets.measure(bench)
    })?;
    rewards::begin(&mut bench)?;
    bench.both(rewards::measure)
}

/// Lets the network have so many finality providers, who commit to as much as daemons do.
///
/// # Errors
/// If they do not get there.
pub fn grow(world: &mut World, to: usize) -> Result<()> {
    grow::grow(world, to, |_| DAEMON_HEIGHTS)
}

/// Notes for each row whether it agrees.
fn claim(rows: &[Row], claims: &mut Claims) {
    for row in rows {
        let pinned = if row.is_pinned { "pinned" } else { "not pinned" };
        let evidence = format!("{} left of {}, embedded {}", row.left(), row.real, row.embedded);
        let holds = row.permille() <= TOLERANCE_PERMILLE;
        claims.note(
            SCENARIO,
            &format!("{} ({pinned}) costs what the embedded chain says", row.call),
            holds,
            evidence,
        );
    }
}

/// Lets governance pin both codes, or unpin them, while everybody votes on.
///
/// # Errors
/// If the proposal fails.
pub fn pin(world: &mut World, is_pinned: bool) -> Result<()> {
    let (authority, code_ids) = (world.consumer.governance()?, vec![world.code_id, world.light_client.1]);
    match is_pinned {
        true => world.govern_and_vote("pin", pack(&MsgPinCodes { authority, code_ids })),
        false => world.govern_and_vote("unpin", pack(&MsgUnpinCodes { authority, code_ids })),
    }
}
