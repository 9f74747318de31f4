//! What Babylon's Go code signed, verified and signed again.

use bsn_eots::{
    Native, PublicRandomness, SecretKey, SecretRandomness, Signature, extract,
    message::{commitment_hash, proof_of_possession_hash, vote_hash},
    schnorr, sign, verify,
};
use primitives::{FpPublicKey, SigningContext};
use sha2::{Digest, Sha256};
use vectors::babylon::{self, CHAIN_ID, CONTRACT, FinalityProvider, Vote};

fn hash(vote: &Vote) -> [u8; 32] {
    vote_hash(&SigningContext::finality_vote(CHAIN_ID, CONTRACT), vote.height, &vote.app_hash)
}

fn is_valid(vote: &Vote, hash: &[u8; 32]) -> bool {
    let randomness = PublicRandomness::from_bytes(vote.randomness);
    verify(&Native, &vote.fp, &randomness, hash, &Signature::from_bytes(vote.signature)).is_ok()
}

#[test]
fn the_commitment_is_signed_under_its_context() {
    let Some(made) = babylon::commitment() else { return };
    let signed = |context| {
        let hash = commitment_hash(&context, made.start, made.num, &made.commitment);
        schnorr::verify(&Native, &made.fp, &hash, &made.signature).is_ok()
    };
    assert!(signed(SigningContext::randomness_commitment(CHAIN_ID, CONTRACT)));
    assert!(!signed(SigningContext::finality_vote(CHAIN_ID, CONTRACT)));
    assert!(!signed(SigningContext::randomness_commitment("another-chain", CONTRACT)));
}

#[test]
fn the_votes_are_valid_each_for_its_own_app_hash() {
    let Some([first, second]) = babylon::votes() else { return };
    assert_eq!((first.height, first.randomness), (second.height, second.randomness));
    assert_ne!(first.app_hash, second.app_hash);
    for (one, other) in [(&first, &second), (&second, &first)] {
        assert!(is_valid(one, &hash(one)));
        assert!(!is_valid(one, &hash(other)));
    }
}

#[test]
fn the_votes_bring_the_committed_randomness() {
    let (Some(made), Some(votes), Some(randomness)) =
        (babylon::commitment(), babylon::votes(), babylon::randomness())
    else {
        return;
    };
    for vote in votes {
        assert_eq!(vote.randomness, randomness);
        assert_eq!(vote.proof.verify(&made.commitment, &vote.randomness), Ok(()));
        assert_eq!(vote.proof.index, vote.height.above(made.start));
        assert_eq!(vote.proof.total, made.num);
    }
}

#[test]
fn the_votes_give_away_the_key() {
    let (Some([first, second]), Some([fp, _])) = (babylon::votes(), babylon::finality_providers()) else {
        return;
    };
    let randomness = PublicRandomness::from_bytes(first.randomness);
    let leaked = extract(
        &first.fp,
        &randomness,
        (&hash(&first), &Signature::from_bytes(first.signature)),
        (&hash(&second), &Signature::from_bytes(second.signature)),
    );
    assert_eq!(leaked.unwrap().to_bytes(), fp.secret);
}

#[test]
fn the_proofs_of_possession_are_signed_with_an_empty_context() {
    let Some(providers) = babylon::finality_providers() else { return };
    for FinalityProvider { fp, address_bytes, proof_type, proof, secret, .. } in providers {
        assert_eq!(proof_type, 0);
        let key = SecretKey::from_slice(&secret).unwrap();
        assert_eq!(FpPublicKey::from(key.public_key()), fp);
        let hash: [u8; 32] = Sha256::digest(&address_bytes).into();
        assert_eq!(schnorr::verify(&Native, &fp, &hash, &proof), Ok(()));
        let context = SigningContext::fp_proof_of_possession(CHAIN_ID, CONTRACT);
        let hash = proof_of_possession_hash(&context, &address_bytes);
        assert!(schnorr::verify(&Native, &fp, &hash, &proof).is_err());
    }
}

#[test]
fn we_sign_what_babylon_signs_and_extract_what_it_extracts() {
    let Some(made) = babylon::eots() else { return };
    let key = SecretKey::from_slice(&made.secret).unwrap();
    let nonce = SecretRandomness::from_slice(&made.secret_randomness).unwrap();
    let randomness = PublicRandomness::from_bytes(made.randomness);
    assert_eq!(FpPublicKey::from(key.public_key()), made.fp);
    assert_eq!(nonce.public(), randomness);
    let [first, second] = made.signed.map(|(message, signature)| {
        let hash: [u8; 32] = Sha256::digest(message).into();
        let signature = Signature::from_bytes(signature);
        assert_eq!(sign(&key, &nonce, &hash), signature);
        assert_eq!(verify(&Native, &made.fp, &randomness, &hash, &signature), Ok(()));
        (hash, signature)
    });
    let leaked = extract(&made.fp, &randomness, (&first.0, &first.1), (&second.0, &second.1)).unwrap();
    assert_eq!(leaked.public_key(), key.public_key());
}
