//! Strings and bytes end here.

pub mod batch;

use api::bsn::{self as wire, Knobs};
use cosmwasm_std::Binary;
use eots::PublicRandomness;
use finality::Params;
use finality::commitment::Request;
use finality::evidence::{Evidence, SignedHash};
use finality::grid::bootstrap::Named;
use finality::vote::{Opening, Vote};
use merkle::Proof;
use primitives::{AppHash, BlockHeight, FpPublicKey, ParseError};

use crate::error::ContractError;

fn exactly<const N: usize>(what: &'static str, bytes: &Binary) -> Result<[u8; N], ParseError> {
    bytes.as_slice().try_into().map_err(|_| ParseError::Length { what, expected: N, got: bytes.len() })
}

/// Four bytes in hexadecimal.
pub fn tag(text: &str) -> Result<[u8; 4], ParseError> {
    let what = "babylon_tag";
    let bytes =
        hex::decode(text).map_err(|_| ParseError::Hex { what, culprit: text.chars().take(80).collect() })?;
    bytes.as_slice().try_into().map_err(|_| ParseError::Length { what, expected: 4, got: bytes.len() })
}

/// How an identifier of IBC may be written (ICS-24): so many of these characters.
fn is_identifier(text: &str, shortest: usize) -> bool {
    (shortest..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-#[]<>".contains(&byte))
}

/// Checks the id of a connection.
pub fn check_connection_id(id: &str) -> Result<(), ContractError> {
    check_identifier("connection", id, 10)
}

/// Checks the id of a channel.
pub fn check_channel_id(id: &str) -> Result<(), ContractError> {
    check_identifier("channel", id, 8)
}

fn check_identifier(of: &str, id: &str, shortest: usize) -> Result<(), ContractError> {
    if is_identifier(id, shortest) {
        return Ok(());
    }
    let id: String = id.chars().take(80).collect();
    Err(ContractError::Config { reason: format!("`{id}` is no id of a {of}") })
}

/// A commitment that the admin names.
pub fn named_commitment(named: &wire::BootstrapCommitment) -> Result<Named, ParseError> {
    Ok(Named {
        provider: FpPublicKey::from_hex(&named.fp_pubkey_hex)?,
        start: BlockHeight::new(named.start),
        count: named.count,
        root: exactly("root", &named.root)?,
    })
}

pub fn signature<const N: usize>(bytes: &Binary) -> Result<[u8; N], ParseError> {
    exactly("signature", bytes)
}

pub fn signed_hash(app_hash: &Binary, signed: &Binary) -> Result<SignedHash, ParseError> {
    Ok(SignedHash { app_hash: AppHash::from_slice(app_hash)?, signature: signature(signed)? })
}

pub fn proof(proof: wire::MerkleProof) -> Result<Proof, ParseError> {
    let wire::MerkleProof { total, index, leaf_hash, aunts } = proof;
    let aunts = aunts.unwrap_or_default();
    Ok(Proof {
        total,
        index,
        leaf_hash: exactly("leaf hash", &leaf_hash)?,
        aunts: aunts.iter().map(|aunt| exactly("aunt", aunt)).collect::<Result<_, _>>()?,
    })
}

pub fn vote(
    fp_pubkey_hex: &str,
    height: u64,
    pub_rand: &Binary,
    merkle_proof: wire::MerkleProof,
    block_hash: &Binary,
    signed: &Binary,
) -> Result<Vote, ParseError> {
    Ok(Vote {
        provider: FpPublicKey::from_hex(fp_pubkey_hex)?,
        height: BlockHeight::new(height),
        randomness: PublicRandomness::from_bytes(exactly("public randomness", pub_rand)?),
        opening: Opening::Proof(proof(merkle_proof)?),
        signed: signed_hash(block_hash, signed)?,
    })
}

pub fn commitment(
    fp_pubkey_hex: &str,
    start_height: u64,
    num_pub_rand: u64,
    root: &Binary,
    signed: &Binary,
) -> Result<Request, ParseError> {
    Ok(Request {
        provider: FpPublicKey::from_hex(fp_pubkey_hex)?,
        start: BlockHeight::new(start_height),
        count: num_pub_rand,
        root: exactly("Commitment", root)?,
        signature: signature(signed)?,
    })
}

pub fn evidence(
    fp_pubkey_hex: &str,
    height: u64,
    pub_rand: &Binary,
    first: &wire::Vote,
    second: &wire::Vote,
) -> Result<Evidence, ParseError> {
    Ok(Evidence {
        provider: FpPublicKey::from_hex(fp_pubkey_hex)?,
        height: BlockHeight::new(height),
        randomness: exactly("public randomness", pub_rand)?,
        first: signed_hash(&first.app_hash, &first.signature)?,
        second: signed_hash(&second.app_hash, &second.signature)?,
    })
}

macro_rules! lay_each {
    ({ $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* } $given:ident over $params:ident) => {
        Params { $($knob: $given.$knob.map_or($params.$knob, Into::into),)* }
    };
}

/// The knobs that are given, merged into `params`; bounds are for [`Params::checked`].
pub fn knobs(params: Params, given: Knobs) -> Params {
    primitives::for_each_knob! { lay_each given over params }
}
