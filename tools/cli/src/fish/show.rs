//! Lines for people and for programs.

use std::time::Duration;

use bsn_rpc::Fee;
use serde_json::{Value, json};

use super::deed::Outcome;
use super::proof::{Finding, message};
use super::vote::Vote;
use super::watch::{News, Tally};
use crate::deploy::show::thousands;
use crate::keys::sender::shown;

/// What is watched.
pub fn watching(count: usize, contract: &str, sources: usize) -> String {
    let nodes = if sources == 1 { "one node".to_owned() } else { format!("{sources} nodes") };
    format!("Watching {count} finality providers of {contract}, by {nodes}")
}

/// The same for programs.
pub fn watching_json(count: usize, contract: &str) -> Value {
    json!({ "event": "watching", "fps": count, "contract": contract })
}

/// What was found, in one sentence.
pub fn news(news: &News) -> String {
    match news {
        News::Fork { height, blocks: [(node, hash), (other, other_hash)] } => format!(
            "FORK: {node} and {other} have different blocks {height}: {hash} and {other_hash}. Votes on both are read"
        ),
        News::Found { finding: Finding::TwoHashes { evidence, fingerprint }, at } => format!(
            "DOUBLE SIGNING: {} signed two hashes at height {}: {} and {} (its key is public now, fingerprint {fingerprint}){}",
            evidence.provider,
            evidence.height,
            evidence.first.app_hash,
            evidence.second.app_hash,
            place(at)
        ),
        News::Found { finding: Finding::NonceAgain { first, second, fingerprint }, at } => format!(
            "ALARM: {} used one nonce at the heights {} and {}: its key is public now (fingerprint {fingerprint}), anybody can \
             sign for it and move what it stakes. The contract can take no evidence of this; its owner must unbond at once{}",
            first.provider,
            first.height,
            second.height,
            place(at)
        ),
        News::Found { finding: Finding::TwoNonces { first, second }, at } => format!(
            "ALARM: {} signed two hashes at height {} with two nonces: {} and {}. No key comes out, so nobody can be slashed \
             for it{}",
            first.provider,
            first.height,
            first.signed.app_hash,
            second.signed.app_hash,
            place(at)
        ),
    }
}

fn place((node, tx): &(String, String)) -> String {
    match tx.is_empty() {
        true => format!("; seen in {node}"),
        false => format!("; seen in transaction {tx} at {node}"),
    }
}

/// The same for programs.
pub fn news_json(news: &News) -> Value {
    let two = |first: &Vote, second: &Vote| {
        let one = |vote: &Vote| json!({ "height": vote.height.get(), "app_hash": vote.signed.app_hash.to_string() });
        json!([one(first), one(second)])
    };
    match news {
        News::Fork { height, blocks: [(node, hash), (other, other_hash)] } => {
            json!({ "event": "fork", "height": height,
            "blocks": [{ "node": node, "hash": hash }, { "node": other, "hash": other_hash }] })
        }
        News::Found { finding: Finding::TwoHashes { evidence, fingerprint }, at: (node, tx) } => json!({
            "event": "double_signing", "fp": evidence.provider.to_string(), "height": evidence.height.get(),
            "key_fingerprint": fingerprint, "node": node, "tx": tx, "message": message(evidence) }),
        News::Found { finding: Finding::NonceAgain { first, second, fingerprint }, at: (node, tx) } => {
            json!({
            "event": "nonce_reuse", "fp": first.provider.to_string(), "votes": two(first, second),
            "key_fingerprint": fingerprint, "node": node, "tx": tx })
        }
        News::Found { finding: Finding::TwoNonces { first, second }, at: (node, tx) } => json!({
            "event": "two_nonces", "fp": first.provider.to_string(), "votes": two(first, second), "node": node, "tx": tx }),
    }
}

/// What came of evidence, in one sentence.
pub fn outcome(fp: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Slashed { height, tx } => {
            format!("SLASHED: {fp} at height {height}, by our transaction {tx}")
        }
        Outcome::Already { height } => format!("SLASHED: {fp} at height {height}, by somebody else"),
        Outcome::Dry(fee) => {
            let cost = fee.as_ref().map(|fee: &Fee| format!(", for {}", shown(fee))).unwrap_or_default();
            format!("DRY RUN: the evidence against {fp} is good and would be sent{cost}")
        }
        Outcome::Failed(why) => format!("NOT YET: {why}"),
    }
}

/// The same for programs.
pub fn outcome_json(fp: &str, outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Slashed { height, tx } => {
            json!({ "event": "slashed", "fp": fp, "by_us": true, "height": height, "tx": tx })
        }
        Outcome::Already { height } => {
            json!({ "event": "slashed", "fp": fp, "by_us": false, "height": height })
        }
        Outcome::Dry(fee) => json!({ "event": "dry_run", "fp": fp, "gas": fee.as_ref().map(|fee| fee.gas) }),
        Outcome::Failed(why) => json!({ "event": "not_yet", "fp": fp, "why": why }),
    }
}

/// How far the past has been read.
pub fn progress(from: u64, to: u64, next: u64, tally: &Tally, found: usize, elapsed: Duration) -> String {
    let (all, done) = ((to + 1).saturating_sub(from).max(1), next.saturating_sub(from));
    let percent = done.min(all) * 100 / all;
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let pace = done.saturating_mul(1_000) / millis;
    let left = all
        .saturating_sub(done)
        .checked_div(pace)
        .map_or_else(String::new, |left| format!(", {left} s left"));
    format!(
        "{percent:>3} %  height {} of {}  {} votes, {found} found  {pace} blocks/s{left}",
        thousands(next.saturating_sub(1)),
        thousands(to),
        thousands(tally.votes)
    )
}

/// What was looked at.
pub fn end(tally: &Tally, found: usize) -> String {
    let Tally { blocks, txs, votes, forged, strangers } = *tally;
    let bad = match (forged, strangers) {
        (0, 0) => String::new(),
        _ => format!(
            "; not looked at: {forged} with a bad signature, {strangers} of keys that are not registered"
        ),
    };
    format!(
        "{} votes in {} transactions of {} blocks: {found} found{bad}",
        thousands(votes),
        thousands(txs),
        thousands(blocks)
    )
}

/// The same for programs.
pub fn end_json(tally: &Tally, found: usize) -> Value {
    let Tally { blocks, txs, votes, forged, strangers } = *tally;
    json!({ "event": "end", "blocks": blocks, "txs": txs, "votes": votes, "forged": forged, "strangers": strangers,
        "found": found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_and_how_long() {
        let tally = Tally { votes: 4_000, ..Tally::default() };
        let said = progress(1_001, 2_000, 1_501, &tally, 1, Duration::from_secs(10));
        assert_eq!(said, " 50 %  height 1,500 of 2,000  4,000 votes, 1 found  50 blocks/s, 10 s left");
        let none = progress(5, 5, 5, &Tally::default(), 0, Duration::ZERO);
        assert_eq!(none, "  0 %  height 4 of 5  0 votes, 0 found  0 blocks/s");
    }

    #[test]
    fn what_was_left_out_is_said() {
        let tally = Tally { blocks: 2, txs: 3, votes: 5, forged: 1, strangers: 0 };
        let said = end(&tally, 0);
        assert!(
            said.ends_with(
                "0 found; not looked at: 1 with a bad signature, 0 of keys that are not registered"
            )
        );
        assert_eq!(end(&Tally::default(), 0), "0 votes in 0 transactions of 0 blocks: 0 found");
    }
}
