//! Votes in the JSON of messages. A vote needs five things to be judged; whatever else is wrong with its message, a missing
//! proof or one vote of many that is cut, is no reason not to look at it. What the contract reads must be read here: base64 with padding or
//! without it, and JSON behind white space.

use cosmwasm_std::from_base64;
use eots::{Native, PublicRandomness};
use finality::evidence::SignedHash;
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
use serde_json::Value;

/// How often a message may lie in another one, as text: in base64 as contracts hand messages on, or as it is.
const NESTED: u8 = 8;

/// A finality vote as somebody published it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Whose it claims to be.
    pub provider: FpPublicKey,
    /// At which height.
    pub height: BlockHeight,
    /// Its nonce.
    pub randomness: PublicRandomness,
    /// The hash, and the scalar that signs it.
    pub signed: SignedHash,
}

impl Vote {
    /// Whether the owner of the key made it.
    pub fn is_genuine(&self, context: &SigningContext) -> bool {
        let Self { provider, height, randomness, signed } = self;
        signed.verify(&Native, context, provider, *height, randomness).is_ok()
    }
}

/// All votes in the JSON of a contract's message, also where it is handed on inside of another contract's message.
pub fn votes_in(message: &[u8]) -> Vec<Vote> {
    let mut votes = Vec::new();
    if let Ok(message) = serde_json::from_slice(message) {
        find(&message, NESTED, &mut votes);
    }
    votes
}

fn find(value: &Value, nested: u8, votes: &mut Vec<Vote>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| find(item, nested, votes)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                match name.as_str() {
                    "submit_finality_signature" => votes.extend(single(inner)),
                    "submit_finality_signature_range" => range(inner, votes),
                    "submit_finality_signatures_at" => at_height(inner, votes),
                    "submit_evidence" => evidence(inner, votes),
                    _ => find(inner, nested, votes),
                }
            }
        }
        Value::String(text) if nested > 0 => {
            let is_json = |bytes: &[u8]| bytes.trim_ascii_start().starts_with(b"{");
            let inner = if is_json(text.as_bytes()) {
                serde_json::from_str(text).ok()
            } else {
                let bytes = from_base64(text).ok().filter(|bytes| is_json(bytes));
                bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            };
            if let Some(inner) = inner {
                find(&inner, nested - 1, votes);
            }
        }
        _ => {}
    }
}

fn single(vote: &Value) -> Option<Vote> {
    Some(Vote {
        provider: key(&vote["fp_pubkey_hex"])?,
        height: BlockHeight::new(vote["height"].as_u64()?),
        randomness: PublicRandomness::from_bytes(bytes(&vote["pub_rand"])?),
        signed: signed(&vote["block_hash"], &vote["signature"])?,
    })
}

fn range(message: &Value, votes: &mut Vec<Vote>) {
    let (Some(provider), Some(start)) = (key(&message["fp_pubkey_hex"]), message["start_height"].as_u64())
    else {
        return;
    };
    let written = message["votes"].as_array().map_or(&[][..], Vec::as_slice);
    let written = written.iter().map(|vote| {
        let randomness = bytes(&vote["pub_rand"])?;
        Some((randomness, signed(&vote["app_hash"], &vote["signature"])?))
    });
    let packed = decoded(&message["packed"]);
    let (packed, _) = packed.as_chunks::<96>();
    let packed = packed.iter().map(|vote| {
        let [randomness, app_hash, signature] = thirds(vote);
        Some((randomness, SignedHash { app_hash: AppHash::from_bytes(app_hash), signature }))
    });
    // One that cannot be read has a height all the same.
    for (vote, height) in written.chain(packed).zip(start..=u64::MAX) {
        votes.extend(vote.map(|(randomness, signed)| Vote {
            provider,
            height: BlockHeight::new(height),
            randomness: PublicRandomness::from_bytes(randomness),
            signed,
        }));
    }
}

fn at_height(message: &Value, votes: &mut Vec<Vote>) {
    let (Some(height), Some(app_hash)) = (message["height"].as_u64(), bytes(&message["app_hash"])) else {
        return;
    };
    let (height, app_hash) = (BlockHeight::new(height), AppHash::from_bytes(app_hash));
    let of = |provider, randomness, signature| Vote {
        provider,
        height,
        randomness: PublicRandomness::from_bytes(randomness),
        signed: SignedHash { app_hash, signature },
    };
    for vote in message["votes"].as_array().map_or(&[][..], Vec::as_slice) {
        let read =
            || Some(of(key(&vote["fp_pubkey_hex"])?, bytes(&vote["pub_rand"])?, bytes(&vote["signature"])?));
        votes.extend(read());
    }
    let packed = decoded(&message["packed"]);
    let mut rest = packed.as_slice();
    while let Some((vote, after)) = rest.split_first_chunk::<96>() {
        let [provider, randomness, signature] = thirds(vote);
        votes.push(of(FpPublicKey::from_bytes(provider), randomness, signature));
        // One byte says how many aunts of 32 bytes stand behind it.
        let Some((aunts, after)) = after.split_first() else { break };
        rest = after.get(32 * usize::from(*aunts)..).unwrap_or_default();
    }
}

/// Evidence that somebody else sent: two votes.
fn evidence(message: &Value, votes: &mut Vec<Vote>) {
    let of = |one: &Value| {
        Some(Vote {
            provider: key(&message["fp_pubkey_hex"])?,
            height: BlockHeight::new(message["height"].as_u64()?),
            randomness: PublicRandomness::from_bytes(bytes(&message["pub_rand"])?),
            signed: signed(&one["app_hash"], &one["signature"])?,
        })
    };
    votes.extend(["first", "second"].into_iter().filter_map(|which| of(&message[which])));
}

fn signed(app_hash: &Value, signature: &Value) -> Option<SignedHash> {
    Some(SignedHash { app_hash: AppHash::from_bytes(bytes(app_hash)?), signature: bytes(signature)? })
}

fn key(value: &Value) -> Option<FpPublicKey> {
    FpPublicKey::from_hex(value.as_str()?).ok()
}

fn bytes(value: &Value) -> Option<[u8; 32]> {
    decoded(value).try_into().ok()
}

fn decoded(value: &Value) -> Vec<u8> {
    value.as_str().and_then(|text| from_base64(text).ok()).unwrap_or_default()
}

fn thirds(bytes: &[u8; 96]) -> [[u8; 32]; 3] {
    let (parts, _) = bytes.as_chunks::<32>();
    [0, 1, 2].map(|index| parts.get(index).copied().unwrap_or_default())
}

#[cfg(test)]
pub(crate) mod tests;
