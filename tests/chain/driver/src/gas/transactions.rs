//! A vote, one with a bad signature, and a commitment after another.

use anyhow::{Result, anyhow};
use primitives::AppHash;

use super::bench::Bench;
use super::{Row, SCENARIO, overhead};
use crate::claims::Claims;
use crate::contract;
use crate::world::VOTE_GAS;

/// How many heights the commitment covers.
const FEW_HEIGHTS: u64 = 400;

/// Two votes at one height, a vote with a bad signature, a commitment after another.
///
/// # Errors
/// If one does not end as it should.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let height = bench.clean_height()?;
    let header = bench.world.consumer.rpc.header(Some(height))?;
    let hash = AppHash::from_bytes(header.app_hash);
    let bsn = bench.bsn();
    let [first, second] = [0, 1].map(|index| bench.world.signers.get(index));
    let (Some(first), Some(second)) = (first, second) else { return Err(anyhow!("two must vote")) };

    let other = first.fp.vote(height, &AppHash::from_bytes([1; 32]))?;
    let mut bad = first.fp.vote(height, &hash)?;
    bad["submit_finality_signature"]["signature"] = other["submit_finality_signature"]["signature"].clone();
    let (refused, _, _) = bench.call("vote_bad_signature", &first.account, &bsn, &bad, false)?;
    // Nobody has voted there yet; the more expensive of two is the row, as in the embedded chain's.
    let mut votes = Vec::new();
    for signer in [first, second] {
        let message = signer.fp.vote(height, &hash)?;
        // Of one account: another's first transaction would store its key.
        votes.push(bench.call("vote", &first.account, &bsn, &message, true)?.0);
    }
    votes.sort_by_key(Row::left);
    let vote = votes.pop().ok_or_else(|| anyhow!("nobody voted"))?;
    let mut fp = first.fp.clone();
    let after = fp.commitments().last().map_or(0, |last| last.end_height() + 1);
    let commitment = fp.commit(after, FEW_HEIGHTS);
    let (commit, _, _) = bench.call("commit_randomness", &first.account, &bsn, &commitment, true)?;
    if let Some(first) = bench.world.signers.first_mut() {
        first.fp = fp;
    }
    bench.world.vote_rest(height, &[0, 1])?;
    [vote, refused, commit].into_iter().try_for_each(|row| bench.note(row))
}

/// Two votes in one transaction, the code not pinned: the second message does not pay for an instance again.
///
/// # Errors
/// If a vote is refused.
pub fn two_in_one(bench: &mut Bench<'_>, claims: &mut Claims) -> Result<()> {
    if bench.is_pinned {
        super::pin(bench.world, false)?;
        bench.is_pinned = false;
    }
    bench.world.vote_blocks(1)?;
    let world = &mut *bench.world;
    let height = world.voted_to + 1;
    world.consumer.wait_until(height)?;
    let header = world.consumer.rpc.header(Some(height))?;
    let sender = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
    let messages =
        (0..2).map(|index| world.vote_message_of(index, &sender.address, &header)).collect::<Result<_>>()?;
    let both = contract::deliver(&world.consumer, &sender, messages, 2 * VOTE_GAS)?.gas_used;
    world.vote_rest(height, &[0, 1])?;
    let is_vote = |row: &&Row| row.call == "vote" && !row.is_pinned;
    let one = bench.rows.iter().find(is_vote).map_or(0, |row| row.real);
    let second = both.saturating_sub(one);
    let claim = "the second message of a transaction pays for no instance of its own, pinned or not";
    claims.note(SCENARIO, claim, second < overhead::UNPINNED, format!("one vote {one}, two {both}"));
    Ok(())
}
