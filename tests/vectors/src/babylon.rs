//! What Babylon's Go code made, decoded (PROTOCOL.md, "Vectors"). Each loader answers like [`load`](crate::load).
//!
//! The chain and the address that the commitment and the votes were signed for are [`CHAIN_ID`] and [`CONTRACT`].

mod wire;

use merkle::Proof;
use primitives::{AppHash, BlockHeight, FpPublicKey};
use prost::Message;
use serde::Deserialize;

use crate::load;

/// The chain id in the signing contexts of the commitment and the votes.
pub const CHAIN_ID: &str = "babylon-testnet-phase-3";
/// The address in the signing contexts of the commitment and the votes.
pub const CONTRACT: &str = "cosmwasm17p9rzwnnfxcjp32un9ug7yhhzgtkhvl9jfksztgw5uh69wac2pgsnuzwl9";

/// A finality provider's commitment to the public randomness of a run of heights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The FP's public key, x-only (BIP 340).
    pub fp: FpPublicKey,
    /// The first height.
    pub start: BlockHeight,
    /// How many heights.
    pub num: u64,
    /// The root of the tree of randomness.
    pub commitment: [u8; 32],
    /// BIP-340, by the finality provider's key.
    pub signature: [u8; 64],
}

/// A finality signature with its randomness and the proof that this is the committed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The FP's public key, x-only (BIP 340).
    pub fp: FpPublicKey,
    /// For which height.
    pub height: BlockHeight,
    /// The x coordinate of the nonce point.
    pub randomness: [u8; 32],
    /// That the randomness is the leaf of this height.
    pub proof: Proof,
    /// What is voted for.
    pub app_hash: AppHash,
    /// The scalar s.
    pub signature: [u8; 32],
}

/// A finality provider with its proof of possession, which here is signed with an **empty** context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalityProvider {
    /// Its Bitcoin key.
    pub fp: FpPublicKey,
    /// Its address on Babylon, bech32.
    pub address: String,
    /// The same, decoded.
    pub address_bytes: Vec<u8>,
    /// The consumer it serves.
    pub consumer_id: String,
    /// How the possession is proven; 0 is BIP-340.
    pub proof_type: i32,
    /// The proof: BIP-340 over sha256 of the address.
    pub proof: [u8; 64],
    /// Its secret key, 32 bytes big endian.
    pub secret: [u8; 32],
}

/// One key, one randomness, two messages and the signature of sha256 of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EotsVector {
    /// The secret key, 32 bytes big endian.
    pub secret: [u8; 32],
    /// Its public key.
    pub fp: FpPublicKey,
    /// The secret nonce, 32 bytes big endian.
    pub secret_randomness: [u8; 32],
    /// The x coordinate of its point.
    pub randomness: [u8; 32],
    /// Two pairs of a message and the scalar s.
    pub signed: [(Vec<u8>, [u8; 32]); 2],
}

/// The commitment: 1,000 heights from 100 on.
pub fn commitment() -> Option<Commitment> {
    let bytes = load("babylon/commit_pub_rand_msg.dat")?;
    let wire = wire::MsgCommitPubRandList::decode(&bytes[..]).expect("commit_pub_rand_msg.dat");
    Some(Commitment {
        fp: key(&wire.fp_btc_pk),
        start: BlockHeight::new(wire.start_height),
        num: wire.num_pub_rand,
        commitment: array(&wire.commitment),
        signature: array(&wire.sig),
    })
}

/// The randomness of height 101, by itself.
pub fn randomness() -> Option<[u8; 32]> {
    load("babylon/pub_rand_value.dat").map(|bytes| array(&bytes))
}

/// Two votes at height 101, for different app hashes.
pub fn votes() -> Option<[Vote; 2]> {
    Some([vote("babylon/add_finality_sig_1_msg.dat")?, vote("babylon/add_finality_sig_2_msg.dat")?])
}

fn vote(path: &str) -> Option<Vote> {
    let wire = wire::MsgAddFinalitySig::decode(&load(path)?[..]).expect(path);
    let proof = wire.proof.expect(path);
    Some(Vote {
        fp: key(&wire.fp_btc_pk),
        height: BlockHeight::new(wire.block_height),
        randomness: array(&wire.pub_rand),
        proof: Proof {
            total: proof.total.try_into().expect(path),
            index: proof.index.try_into().expect(path),
            leaf_hash: array(&proof.leaf_hash),
            aunts: proof.aunts.iter().map(|aunt| array(aunt)).collect(),
        },
        app_hash: AppHash::from_slice(&wire.block_app_hash).expect(path),
        signature: array(&wire.finality_sig),
    })
}

/// Two finality providers; the first is the one that committed and voted.
pub fn finality_providers() -> Option<[FinalityProvider; 2]> {
    Some([finality_provider(1)?, finality_provider(2)?])
}

fn finality_provider(number: u8) -> Option<FinalityProvider> {
    let path = format!("babylon/finality_provider_{number}.dat");
    let wire = wire::FinalityProvider::decode(&load(&path)?[..]).expect(&path);
    let proof = wire.pop.expect(&path);
    Some(FinalityProvider {
        fp: key(&wire.btc_pk),
        address_bytes: bech32::decode(&wire.addr).expect(&path).1,
        address: wire.addr,
        consumer_id: wire.bsn_id,
        proof_type: proof.btc_sig_type,
        proof: array(&proof.btc_sig),
        secret: array(&load(&format!("babylon/fp_sk_{number}.dat"))?),
    })
}

/// The vector of Babylon's EOTS package.
pub fn eots() -> Option<EotsVector> {
    #[derive(Deserialize)]
    struct Json {
        sk: String,
        pk: String,
        sr: String,
        pr: String,
        msg1: String,
        msg2: String,
        sig1: String,
        sig2: String,
    }
    let json: Json =
        serde_json::from_slice(&load("babylon/eots_testdata.json")?).expect("eots_testdata.json");
    // A number is written without the zeros in front.
    let number = |text: &str| array(&hex::decode(format!("{text:0>64}")).expect("hex"));
    let bytes = |text: &str| hex::decode(text).expect("hex");
    Some(EotsVector {
        secret: number(&json.sk),
        fp: FpPublicKey::from_bytes(number(&json.pk)),
        secret_randomness: number(&json.sr),
        randomness: number(&json.pr),
        signed: [(bytes(&json.msg1), number(&json.sig1)), (bytes(&json.msg2), number(&json.sig2))],
    })
}

fn key(bytes: &[u8]) -> FpPublicKey {
    FpPublicKey::from_slice(bytes).expect("a key of 32 bytes")
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or_else(|_| panic!("{N} bytes wanted, got {}", bytes.len()))
}
