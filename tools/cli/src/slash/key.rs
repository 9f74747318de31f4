//! The key that an equivocation gave away.

use bsn_rpc::{Client, Error, Event};
use eots::{SecretKey, Signature, message};
use finality::Evidence;
use finality::evidence::SignedHash;
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::fish::Vote;
use crate::fish::vote::votes_in;

/// What the contract calls a slashing in its events.
const SLASHED: &str = "wasm-slashed_finality_provider";

/// The key in a file: 64 hexadecimal digits, or votes in any message, a line each, of which two give it away. `fp` says
/// whose it must be.
///
/// # Errors
/// One sentence.
pub fn of_file(
    text: &[u8],
    name: &str,
    context: &SigningContext,
    fp: Option<&FpPublicKey>,
) -> Result<SecretKey, String> {
    let trimmed = text.trim_ascii();
    if trimmed.len() == 64 && trimmed.iter().all(u8::is_ascii_hexdigit) {
        let key = of_hex(trimmed).map_err(|why| format!("{name}: {why}"))?;
        return of(key, fp).map_err(|why| format!("{name}: {why}"));
    }
    let mut votes = votes_in(text);
    if votes.is_empty() {
        votes = text.split(|byte| *byte == b'\n').flat_map(votes_in).collect();
    }
    votes.extend(recorded(text).into_iter().flatten());
    if votes.is_empty() {
        return Err(format!("{name} holds neither a key of 64 hexadecimal digits nor votes"));
    }
    if let Some(fp) = fp {
        votes.retain(|vote| vote.provider == *fp);
        if votes.is_empty() {
            return Err(format!("{name} holds no vote of {fp}"));
        }
    }
    let genuine: Vec<Vote> = votes.iter().filter(|vote| vote.is_genuine(context)).copied().collect();
    if genuine.is_empty() {
        return Err(format!(
            "{name} holds {} votes, of which none has a valid signature of this chain and contract",
            votes.len()
        ));
    }
    of_votes(&genuine, context).ok_or_else(|| {
        format!("{name} holds no two votes that give a key away: one nonce and two hashes of one finality provider")
    })
}

/// The key that two of these votes give away. They are genuine.
fn of_votes(votes: &[Vote], context: &SigningContext) -> Option<SecretKey> {
    let signed = |vote: &Vote| {
        (
            message::vote_hash(context, vote.height, &vote.signed.app_hash),
            Signature::from_bytes(vote.signed.signature),
        )
    };
    votes.iter().enumerate().find_map(|(place, first)| {
        let others = votes.iter().skip(place + 1);
        let same = |other: &&Vote| other.provider == first.provider && other.randomness == first.randomness;
        let (one, its) = signed(first);
        others.filter(same).find_map(|other| {
            let (two, theirs) = signed(other);
            eots::extract(&first.provider, &first.randomness, (&one, &its), (&two, &theirs)).ok()
        })
    })
}

/// Both votes of an answer of the contract to `evidence`.
fn recorded(text: &[u8]) -> Option<[Vote; 2]> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let evidence = evidence_in(&value)?;
    let Evidence { provider, height, randomness, first, second } = evidence;
    let randomness = eots::PublicRandomness::from_bytes(randomness);
    Some([first, second].map(|signed| Vote { provider, height, randomness, signed }))
}

fn evidence_in(answer: &Value) -> Option<Evidence> {
    let read: api::bsn::EvidenceResponse = serde_json::from_value(answer.clone()).ok()?;
    let it = read.evidence?;
    let bytes = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).ok();
    let signed = |hash: &[u8], signature: &[u8]| {
        Some(SignedHash { app_hash: AppHash::from_bytes(bytes(hash)?), signature: bytes(signature)? })
    };
    Some(Evidence {
        provider: FpPublicKey::from_bytes(bytes(&it.fp_btc_pk)?),
        height: BlockHeight::new(it.block_height),
        randomness: bytes(&it.pub_rand)?,
        first: signed(&it.canonical_app_hash, &it.canonical_finality_sig)?,
        second: signed(&it.fork_app_hash, &it.fork_finality_sig)?,
    })
}

/// The key of a finality provider that the contract has slashed; `height` is that of both votes, if it is known.
///
/// # Errors
/// One sentence: it is not slashed, or what was recorded is not kept any more.
pub fn of_chain(
    client: &Client,
    bsn: &str,
    context: &SigningContext,
    fp: &FpPublicKey,
    height: Option<u64>,
) -> Result<SecretKey, String> {
    let said = |error: Error| error.to_string();
    let mut published = None;
    let height = match height {
        Some(height) => height,
        None => {
            let at = slashed_at(client, bsn, fp)?;
            let (_, txs) = client.results(at).map_err(|error| {
                format!("{error}: name the height of both votes by --height, or give them by --evidence")
            })?;
            let mut events = txs.iter().flat_map(|tx| &tx.events);
            let event = events.find(|event| is_of(event, fp)).ok_or_else(|| {
                format!("block {at} does not say for which height {fp} was slashed: name it by --height")
            })?;
            published = event.get("extracted_secret_key").map(str::to_owned).map(Zeroizing::new);
            let height = event.get("block_height").and_then(|text| text.parse().ok());
            height.ok_or_else(|| format!("block {at} says of the slashing of {fp} no height"))?
        }
    };
    let ask = json!({ "evidence": { "btc_pk_hex": fp.to_string(), "height": height } });
    let answer = client.smart(bsn, &ask).map_err(said)?;
    if let Some(evidence) = evidence_in(&answer) {
        return evidence
            .verify(&eots::Native, context)
            .map_err(|error| error.to_string())
            .and_then(|key| of(key, Some(fp)));
    }
    // The evidence may have been pruned; what it gave away stands in a block.
    match published {
        Some(text) => of(of_hex(text.as_bytes())?, Some(fp)),
        None => {
            Err(format!("{bsn} keeps no evidence against {fp} at height {height}: give it by --evidence"))
        }
    }
}

fn slashed_at(client: &Client, bsn: &str, fp: &FpPublicKey) -> Result<u64, String> {
    let ask = json!({ "finality_provider": { "btc_pk_hex": fp.to_string() } });
    let answer = match client.smart(bsn, &ask) {
        Err(Error::Query { log, .. }) if log.contains("not found") => {
            return Err(format!("{fp} is not registered with {bsn}"));
        }
        answer => answer.map_err(|error| error.to_string())?,
    };
    match answer["slashed_height"].as_u64() {
        Some(height) if height > 0 => Ok(height),
        Some(_) if answer["slashed_btc_height"].as_u64().is_some_and(|height| height > 0) => Err(format!(
            "{fp} was slashed on Babylon, and {bsn} has no evidence of it: give it by --evidence or --key-file"
        )),
        _ => Err(format!("{fp} has not equivocated, as far as {bsn} knows: there is no key")),
    }
}

fn is_of(event: &Event, fp: &FpPublicKey) -> bool {
    event.kind == SLASHED && event.get("finality_provider") == Some(&fp.to_string())
}

/// A key in hexadecimal.
fn of_hex(text: &[u8]) -> Result<SecretKey, String> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| "that is no key".to_owned())?;
    SecretKey::from_slice(bytes.as_slice()).map_err(|error| error.to_string())
}

/// A key, if it is theirs.
fn of(key: SecretKey, fp: Option<&FpPublicKey>) -> Result<SecretKey, String> {
    let got = FpPublicKey::from(key.public_key());
    match fp {
        Some(fp) if *fp != got => Err(format!("the key is of {got}, not of {fp}")),
        _ => Ok(key),
    }
}

#[cfg(test)]
mod tests;
