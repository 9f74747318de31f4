use eots::{Native, PublicRandomness, SecretKey, SecretRandomness, Signature, extract, sign, verify};
use k256::schnorr;
use primitives::{FpPublicKey, SigningContext};

use crate::read::Read;

/// Two signatures under one key and one nonce: each is judged as another implementation of BIP-340 does, and if both
/// are valid they give the key away, which is that of the public key.
pub fn run(bytes: &[u8]) -> bool {
    let mut read = Read(bytes);
    let key = FpPublicKey::from_bytes(read.array());
    let randomness = PublicRandomness::from_bytes(read.array());
    let mut signed = || (read.array::<32>(), Signature::from_bytes(read.array()));
    let (first, second) = (signed(), signed());

    let is_valid = |(hash, signature): &([u8; 32], Signature)| {
        let ours = verify(&Native, &key, &randomness, hash, signature).is_ok();
        assert_eq!(ours, is_valid_elsewhere(&key, &randomness, hash, signature), "{hash:02x?}");
        let wide = [randomness.as_bytes().as_slice(), signature.as_bytes()].concat();
        let alone = wide.try_into().map(|wide| eots::schnorr::verify(&Native, &key, hash, &wide).is_ok());
        assert_eq!(alone, Ok(ours));
        ours
    };
    let both = is_valid(&first) && is_valid(&second);
    let extracted = extract(&key, &randomness, (&first.0, &first.1), (&second.0, &second.1));
    assert!(!both || first.0 == second.0 || extracted.is_ok(), "two valid signatures give no key away");
    if let Ok(secret) = extracted {
        assert_eq!(FpPublicKey::from(secret.public_key()), key, "another's key");
    }
    both
}

/// By the crate's own verifier, which is another algorithm.
fn is_valid_elsewhere(
    key: &FpPublicKey,
    randomness: &PublicRandomness,
    hash: &[u8; 32],
    s: &Signature,
) -> bool {
    let wide = [randomness.as_bytes().as_slice(), s.as_bytes()].concat();
    let key = schnorr::VerifyingKey::from_bytes(key.as_bytes());
    let signature = schnorr::Signature::try_from(wide.as_slice());
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_raw(hash, &signature).is_ok())
}

pub fn seeds() -> Vec<Vec<u8>> {
    let context = SigningContext::finality_vote("chain", "contract");
    let seed = |number: u8| {
        let key = SecretKey::from_slice(&[number; 32]).expect("below the order");
        let nonce = SecretRandomness::derive(&key, &context, u64::from(number));
        let hashes = [[number; 32], [number + 1; 32]];
        let mut bytes = key.public_key().as_fp().as_bytes().to_vec();
        bytes.extend(nonce.public().as_bytes());
        for hash in hashes {
            bytes.extend(hash);
            bytes.extend(sign(&key, &nonce, &hash).as_bytes());
        }
        bytes
    };
    (1..6).map(seed).collect()
}
