//! What calls cost here, beside the embedded chain's figures (`tests/gas/snapshot.json`).
//!
//! `gas_used` of a transaction is five things. Four are wasmd's and are taken away one by one, each from its own
//! source; what is left is what the contract used, and that must be what the embedded chain says.
//!
//! | part | what it is | where it comes from |
//! |---|---|---|
//! | ante | fees, signature, sequence, 10 a byte of transaction | the same transaction to an address without a contract |
//! | reads | contract info, code info, and whether the code is pinned | lengths of the stored values, at the SDK's prices |
//! | instance | 2,000 pinned, 60,000 not | wasmd |
//! | response | events, and one a byte of the response's JSON | the events and the data that came back |

mod overhead;
mod table;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, anyhow, bail};
use primitives::AppHash;
use serde_json::{Value, json};

pub use overhead::Overhead;
pub use table::{Row, json, print};

use crate::account::Account;
use crate::claims::Claims;
use crate::rpc::TxResult;
use crate::wire::MsgPinCodes;
use crate::world::{PATH, VOTE_GAS, World, workspace};
use crate::{contract, process, say};

/// How far the rest may be from the embedded figure.
pub const TOLERANCE_PERMILLE: u64 = 30;
const SCENARIO: &str = "the_gas_model_is_true";
/// As in the embedded chain's rows: no two alike, the most first.
pub const STAKE: u64 = 1_999;
const MANY_HEIGHTS: u64 = 10_000;
const FEW: usize = 10;
const BLOCKS: u64 = 12;
/// After so many blocks a height with late votes costs nothing any more: more than the contract's vote window.
pub const SETTLED: u64 = 20;

/// The embedded chain's figures.
///
/// # Errors
/// If the snapshot cannot be read.
pub fn embedded() -> Result<BTreeMap<String, u64>> {
    let path = workspace().join("tests/gas/snapshot.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Measures transactions and hooks, first with the code as it was stored, then pinned.
///
/// # Errors
/// If the network does not get into the state that is measured.
pub fn measure(world: &mut World, claims: &mut Claims) -> Result<Vec<Row>> {
    let embedded = embedded()?;
    // Votes are kept so long that no block deletes any.
    start(world, &json!({ "vote_retention": 1_000 }), FEW, MANY_HEIGHTS)?;
    let mut rows = Vec::new();
    for is_pinned in [false, true] {
        if is_pinned {
            pin(world)?;
        }
        say::line(if is_pinned { "pinned" } else { "not pinned" });
        rows.extend(transactions(world, is_pinned, &embedded)?);
        if !is_pinned {
            two_in_one(world, &rows, claims)?;
        }
    }
    rows.extend(hooks(world, FEW, true, &embedded)?);
    unpin(world)?;
    rows.extend(hooks(world, FEW, false, &embedded)?);
    claim(&rows, claims);
    Ok(rows)
}

/// Notes for each row whether it agrees.
pub fn claim(rows: &[Row], claims: &mut Claims) {
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

/// Links, deploys, registers, opens the channel and brings `signers` finality providers to vote.
///
/// # Errors
/// If a side refuses.
pub fn start(world: &mut World, over: &Value, signers: usize, randomness: u64) -> Result<()> {
    world.link()?;
    world.deploy(over)?;
    world.register()?;
    world.open_channel(PATH, "channel-1")?;
    world.relayer.start(&[PATH])?;
    world.add_signers(&(0..signers as u64).map(|less| STAKE - less).collect::<Vec<_>>())?;
    bring(world)?;
    activate(world, randomness)
}

/// Sends what Babylon has to say and waits until it has arrived.
fn bring(world: &mut World) -> Result<()> {
    let had = world.acks()?.len();
    let sent = world.send_news()?;
    process::wait_for("the stake", std::time::Duration::from_secs(120), || {
        Ok((world.acks()?.len() >= had + sent).then_some(()))
    })
}

/// All commit, a timestamp makes it count, and all vote some blocks.
fn activate(world: &mut World, randomness: u64) -> Result<()> {
    let start = world.consumer.rpc.height()? + 1;
    world.commit_all(start, randomness)?;
    let seen = world.consumer.wait_blocks(2)?;
    world.timestamp(seen)?;
    let count = world.signers.len();
    let height = process::wait_for("an active set", std::time::Duration::from_secs(120), || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        let answer = world.query(&json!({ "active_finality_providers": { "height": height } }))?;
        let active = answer["active_finality_providers"].as_object().map_or(0, serde_json::Map::len);
        Ok((active == count).then_some(height))
    })?;
    // Where nobody could vote nobody has to.
    world.voted_to = height - 1;
    world.vote_blocks(5).map(|_| ())
}

/// Lets governance pin the contract's code.
///
/// # Errors
/// If the proposal fails.
pub fn pin(world: &World) -> Result<()> {
    let message = MsgPinCodes { authority: world.consumer.governance()?, code_ids: vec![world.code_id] };
    world.govern("pin", "/cosmwasm.wasm.v1.MsgPinCodes", &message).map(|_| ())
}

fn unpin(world: &World) -> Result<()> {
    let message = MsgPinCodes { authority: world.consumer.governance()?, code_ids: vec![world.code_id] };
    world.govern("unpin", "/cosmwasm.wasm.v1.MsgUnpinCodes", &message).map(|_| ())
}

/// Two votes at one height, a vote with a bad signature, a commitment after another.
fn transactions(world: &mut World, is_pinned: bool, embedded: &BTreeMap<String, u64>) -> Result<Vec<Row>> {
    world.vote_blocks(3)?;
    let height = world.voted_to;
    world.consumer.wait_blocks(2)?;
    let overhead = Overhead::of(world, is_pinned)?;
    let next = world.consumer.rpc.header(Some(height + 1))?;
    let hash = AppHash::from_bytes(next.app_hash);
    let other = world.signers[0].fp.vote(height, &hash)?;
    let mut bad = world.signers[0].fp.vote(height + 1, &hash)?;
    bad["submit_finality_signature"]["signature"] = other["submit_finality_signature"]["signature"].clone();

    let row = |name: &str, account: &Account, message: &Value, succeeds: bool| -> Result<Row> {
        let (result, bytes) = deliver(world, account, message, &world.bsn)?;
        if (result.code == 0) != succeeds {
            bail!("{name}: code {} {}", result.code, result.log);
        }
        // The same bytes to an account that is no contract; its address has another length, which is paid for.
        let (control, control_bytes) = deliver(world, account, message, &world.stranger.address)?;
        let ante = overhead.ante(&control, control_bytes, bytes);
        let embedded = *embedded.get(name).ok_or_else(|| anyhow!("the snapshot has no {name}"))?;
        Ok(overhead.row(name, &result.events, &response(&result), result.gas_used, ante, embedded))
    };
    let refused = row("vote_bad_signature", &world.signers[0].account, &bad, false)?;
    // Nobody has `voted_to` that height yet: the others vote there later.
    let mut votes = Vec::new();
    for signer in world.signers.iter().take(2) {
        votes.push(row("vote", &signer.account, &signer.fp.vote(height + 1, &hash)?, true)?);
    }
    votes.sort_by_key(Row::left);
    let vote = votes.pop().ok_or_else(|| anyhow!("nobody voted"))?;
    let mut fp = world.signers[0].fp.clone();
    let after = fp.commitments().last().map_or(0, |last| last.end_height() + 1);
    let commit = fp.commit(after, 50);
    let commit = row("commit_randomness", &world.signers[0].account, &commit, true)?;
    world.signers[0].fp = fp;
    Ok(vec![vote, refused, commit])
}

/// Two votes in one transaction, not pinned: the second message does not pay for an instance again.
fn two_in_one(world: &mut World, rows: &[Row], claims: &mut Claims) -> Result<()> {
    world.vote_blocks(1)?;
    let height = world.voted_to + 1;
    world.consumer.wait_until(height)?;
    let header = world.consumer.rpc.header(Some(height))?;
    let sender = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    let messages = (0..2)
        .map(|index| world.vote_message_of(index, &sender.account.address, &header))
        .collect::<Result<_>>()?;
    let both = contract::deliver(&world.consumer, &sender.account, messages, 2 * VOTE_GAS)?.gas_used;
    let one = rows.iter().find(|row| row.call == "vote").map_or(0, |row| row.real);
    let second = both.saturating_sub(one);
    let claim = "the second message of a transaction pays for no instance of its own, pinned or not";
    claims.note(SCENARIO, claim, second < overhead::UNPINNED, format!("one vote {one}, two {both}"));
    Ok(())
}

fn deliver(world: &World, account: &Account, message: &Value, contract: &str) -> Result<(TxResult, usize)> {
    let message = contract::execute_message(&account.address, contract, message);
    account.deliver(&world.consumer.rpc, &world.consumer.id, vec![message], VOTE_GAS)
}

/// What the contract answered, as far as its length in JSON goes.
fn response(result: &TxResult) -> overhead::Answer {
    if result.code != 0 {
        let text = result.log.split_once("message index: 0: ").map_or("", |(_, text)| text);
        let text = text.split(": execute wasm contract failed").next().unwrap_or_default();
        return overhead::Answer::Error(text.to_owned());
    }
    overhead::Answer::Ok(overhead::data_of(&result.data).unwrap_or_default())
}

/// The hooks of blocks in which everybody voted; the median of those.
///
/// # Errors
/// If there was no such block.
pub fn hooks(
    world: &mut World,
    count: usize,
    is_pinned: bool,
    embedded: &BTreeMap<String, u64>,
) -> Result<Vec<Row>> {
    // Until no height is left to settle that had its votes late.
    world.vote_blocks(SETTLED)?;
    let from = world.consumer.rpc.height()? + 1;
    let to = world.vote_blocks(BLOCKS)?;
    hooks_of(world, from..=to, count, is_pinned, embedded, "_later")
}

/// The same for blocks that are there already; the rows of `end_block` have a suffix.
///
/// # Errors
/// As [`hooks`].
pub fn hooks_of(
    world: &World,
    blocks: std::ops::RangeInclusive<u64>,
    count: usize,
    is_pinned: bool,
    embedded: &BTreeMap<String, u64>,
    suffix: &str,
) -> Result<Vec<Row>> {
    let overhead = Overhead::of(world, is_pinned)?;
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for height in blocks {
        let (events, txs) = world.consumer.rpc.results(height)?;
        // A full block: everybody's votes, and one more height final.
        let votes = txs.iter().filter(|tx| tx.code == 0).count();
        let finalized = events.iter().filter(|event| event.kind == "wasm-finalize_block").count();
        if (votes, finalized) != (count, 1) {
            continue;
        }
        let calls = overhead.calls(&events)?;
        let [first, second, last] = calls.as_slice() else { continue };
        begins.push([first.clone(), second.clone()]);
        ends.push(last.clone());
    }
    say::line(&format!("{} blocks with all {count} votes", ends.len()));
    let figure =
        |name: &str| embedded.get(name).copied().ok_or_else(|| anyhow!("the snapshot has no {name}"));
    begins.sort_by_key(|pair| pair[0].gas + pair[1].gas);
    ends.sort_by_key(|call| call.gas);
    let (Some(begin), Some(end)) = (begins.get(begins.len() / 2), ends.get(ends.len() / 2)) else {
        bail!("no block had the votes of all {count}");
    };
    let (begin_name, end_name) = (format!("begin_block_{count}"), format!("end_block_{count}{suffix}"));
    let embedded = [figure(&begin_name)?, figure(&end_name)?];
    Ok(vec![
        overhead.hook_row(&begin_name, begin, embedded[0]),
        overhead.hook_row(&end_name, std::slice::from_ref(end), embedded[1]),
    ])
}
