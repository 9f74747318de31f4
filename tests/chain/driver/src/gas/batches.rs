//! Many votes in one message: of one finality provider for sixty heights, and of sixty for one height.

use anyhow::{Result, anyhow, bail};
use primitives::AppHash;

use super::Row;
use super::bench::Bench;
use crate::world::World;

/// How many votes a message carries.
const VOTES: u64 = 60;
/// The first of those who commit to as many heights as daemons do.
const FIRST: usize = 10;
/// The first of those who join last: they have left no votes where these ones go.
const LAST: usize = 60;
/// How many aunts a range needs depends on where in the tree it lies: it begins at a multiple of this.
const ALIGNED: u64 = 64;

/// The rows, with the code pinned and not.
///
/// # Errors
/// If a vote does not count.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    bench.both(by_provider)?;
    paused(bench)
}

/// Votes for many heights, which wait: nobody votes meanwhile.
fn paused(bench: &mut Bench<'_>) -> Result<()> {
    let last = bench.world.signers.get(LAST).ok_or_else(|| anyhow!("a hundred must vote"))?;
    let start = last.fp.commitments().first().map_or(0, |commitment| commitment.start_height);
    let first = loop {
        let first = start + (bench.world.voted_to + 2 - start).next_multiple_of(ALIGNED);
        bench.vote_to(first - 1)?;
        // Else two blocks came at once, and both were voted for.
        if bench.world.voted_to < first {
            break first;
        }
    };
    let end = first + VOTES;
    bench.world.consumer.wait_until(end)?;
    let online: Vec<bool> = bench.world.signers.iter().map(|signer| signer.is_online).collect();
    bench.world.signers.iter_mut().for_each(|signer| signer.is_online = false);
    let mut voter = LAST;
    bench.both(|bench| {
        voter += 1;
        by_height(bench, voter - 1, first)
    })?;
    for (signer, is_online) in bench.world.signers.iter_mut().zip(online) {
        signer.is_online = is_online;
    }
    // The others vote for what has waited.
    (first..end).try_for_each(|height| bench.world.vote_in_one_message(height, &[LAST, LAST + 1]))?;
    bench.world.voted_to = end - 1;
    Ok(())
}

fn by_height(bench: &mut Bench<'_>, voter: usize, first: u64) -> Result<()> {
    let hashes =
        (first..first + VOTES).map(|height| hash(bench.world, height)).collect::<Result<Vec<_>>>()?;
    let signer = bench.world.signers.get(voter).ok_or_else(|| anyhow!("there is no signer {voter}"))?;
    let message = signer.fp.vote_range_packed(first, &hashes)?;
    note(bench, "60_heights", voter, &message)
}

fn by_provider(bench: &mut Bench<'_>) -> Result<()> {
    let height = bench.clean_height()?;
    let hash = hash(bench.world, height)?;
    let sixty = bench.world.signers.iter().skip(FIRST).take(VOTES as usize);
    let entries =
        sixty.map(|signer| signer.fp.vote_entry_packed(height, &hash)).collect::<Result<Vec<_>, _>>()?;
    let message = actors::finality_provider::submit_finality_signatures_at_packed(height, &hash, &entries);
    note(bench, "60_fps", FIRST, &message)?;
    let sixty: Vec<usize> = (FIRST..FIRST + VOTES as usize).collect();
    bench.world.vote_rest(height, &sixty)
}

fn hash(world: &World, height: u64) -> Result<AppHash> {
    Ok(AppHash::from_bytes(world.consumer.rpc.header(Some(height))?.app_hash))
}

/// Two rows: what a vote costs, and how many bytes of a transaction it takes.
fn note(bench: &mut Bench<'_>, name: &str, sender: usize, message: &serde_json::Value) -> Result<()> {
    let sender = bench.world.signers.get(sender).ok_or_else(|| anyhow!("nobody sends"))?.account.clone();
    let (row, result, bytes) =
        bench.call(&format!("vote_batched_{name}"), &sender, &bench.bsn(), message, true)?;
    let verdicts: Vec<String> =
        serde_json::from_slice(&super::overhead::data_of(&result.data).unwrap_or_default())?;
    if verdicts.len() as u64 != VOTES || verdicts.iter().any(|verdict| verdict != "counted") {
        bail!("not all votes count: {verdicts:?}");
    }
    bench.note(Row { parts: VOTES, ..row })?;
    let call = format!("vote_bytes_{name}");
    let row = Row { call, is_pinned: bench.is_pinned, real: bytes as u64, parts: VOTES, ..Row::default() };
    bench.note(row)
}
